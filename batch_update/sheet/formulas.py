"""Owns the guard against formulas: which texts a spreadsheet program would calculate, and how that is prevented."""

from __future__ import annotations

import re

_UNSEEN = (
    " \x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5"
    "\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
_LEAD = f"[{_UNSEEN}\t\r\n]*"
"""What programs leave out, or nobody sees, before the sign that makes a formula."""
_FORMULA = re.compile(
    rf"'*(?:[\t\r]|{_LEAD}(?:[=@＝＠＋－]"
    r"|[+-](?!(?:[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?|[.,][0-9]+)\Z)"  # a number
    r"(?!(?<=\+)[0-9][0-9 ()/.-]*\Z)))"  # a phone number
)
may_begin_formula = re.compile(rf"'*{_LEAD}[=@＝＠＋－\t\r+-]").match
_JOINER = "\u2060"
_SPLIT = (
    rf"(?<=[;,|\t\r\n])([{_UNSEEN}]*)"
    r"(?=[=@＝＠]|[+＋－-]"
    r"(?![0-9 .,()/-]{0,40}(?:[;,|\t\r\n]|\Z))"  # a number, a phone number
    r"(?!\s(?![^\r\n]{0,200}?(?:\|[^\r\n]{0,200}!|[A-Za-z]\())))"  # an item of a list
)
"""Where a program that splits at another delimiter, or at every line, would find a formula inside a cell."""
may_split_into_formula = re.compile(_SPLIT.replace("(?<=", "(?:", 1)).search
"""Whether there is such a place: one search takes what stands before it in, and so jumps from one to the next."""
_joined = re.compile(_SPLIT.replace("*)", "*)" + _JOINER, 1)).sub


def disarm(cell: str) -> str:
    """Return a cell as it stands in a CSV: what a spreadsheet program would run gets a leading `'`.

    Inside a cell, where a program that splits at another delimiter would find a formula, a word joiner goes before it,
    which nobody sees.
    """
    if may_split_into_formula(cell):
        cell = re.sub(_SPLIT, rf"\1{_JOINER}", cell)
    return "'" + cell if _FORMULA.match(cell) else cell


def rearm(cell: str) -> str:
    """Return the cell that was disarmed: `rearm(disarm(cell)) == cell` for every cell."""
    if cell[:1] == "'" and _FORMULA.match(cell):
        cell = cell[1:]
    return _joined(r"\1", cell) if _JOINER in cell else cell
