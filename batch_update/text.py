"""Text from sheets and servers, made safe to show, and numbers with their nouns."""

from __future__ import annotations

import unicodedata

# Characters that change what a terminal or page does, or the order in which text is read, without being seen.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_KEPT = frozenset("\u00ad\u200d")  # soft hyphen, and the joiner inside emoji


def printable(text: str) -> str:
    r"""The same text on one line, with control and direction characters escaped: a line break shows as \n."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(c) if unicodedata.category(c) in _HIDDEN and c not in _KEPT else c for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def excerpt(text: str, most: int = 80) -> str:
    """A printable beginning of the text, at most `most` characters long."""
    shown = printable(text if len(text) <= most else text[: most - 4])
    return shown if len(text) <= most else shown + " ..."


def counted(number: int, noun: str) -> str:
    """`1 row`, `1,204 rows`, `2 retries`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun.removesuffix('y')}ies" if noun.endswith("y") else f"{number:,} {noun}s"
