"""Two values of a field shown beside each other: `412 -> 533`, long texts as a word diff, objects part by part."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from batch_update.fields.tools import redact
from batch_update.model import Json
from batch_update.text import excerpt, printable

UNKNOWN = object()
"""Stands for a present value that the API does not report."""
LONG = 60
"""Characters from which on texts are shown as a word diff."""
CONTEXT = 3
"""Words shown on each side of what changed."""
MOST_WORDS = 4000
"""Words up to which texts are compared word by word; longer ones are only counted."""


def difference(before: object, after: Json) -> str:
    """What changes, on one line, safe to show."""
    if before is UNKNOWN:
        return f"? -> {show(after)}"
    if isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > LONG:
        return word_diff(before, after)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return "; ".join(_keys(before, after)) or f"{show(before)} -> {show(after)}"
    old, new = show(before), show(after)
    if old == new:  # they differ beyond what would be shown
        return word_diff(_spelled(before), _spelled(after))
    return f"{old} -> {new}"


def _spelled(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(redact(value), ensure_ascii=False)


def show(value: object, most: int = LONG) -> str:
    """One value, briefly; secrets replaced."""
    if isinstance(value, str):
        return f'"{excerpt(value, most)}"'
    return excerpt(json.dumps(redact(value), ensure_ascii=False), most)


def _keys(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[str]:
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            old = show(before[key], 30) if key in before else "nothing"
            new = show(after[key], 30) if key in after else "nothing"
            same = f"{word_diff(_spelled(before.get(key)), _spelled(after.get(key)))}"
            yield f"{printable(key)}: {same if old == new else f'{old} -> {new}'}"


def word_diff(before: str, after: str) -> str:
    """`... Mo-Fr [-9-18-]{+8-17+} Uhr ...`: what went in [- -], what came in {+ +}, a few words around."""
    old, new = _words(before), _words(after)
    if len(old) + len(new) > MOST_WORDS:
        return f"{len(old)} words -> {len(new)} words"
    if old == new:
        return "only white space changes"
    pieces: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(_context(old[a:b], first=a == 0, last=b == len(old)))
        else:
            gone, came = _join(old[a:b]), _join(new[c:d])
            pieces.append((f"[-{gone}-]" if gone else "") + (f"{{+{came}+}}" if came else ""))
    return " ".join(piece for piece in pieces if piece)


def changed_words(before: str, after: str) -> tuple[int, int]:
    """How many words came and how many went."""
    old, new = _words(before), _words(after)
    if len(old) + len(new) > MOST_WORDS:
        return max(0, len(new) - len(old)), max(0, len(old) - len(new))
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    changes = [code for code in codes if code[0] != "equal"]
    return sum(d - c for _, _, _, c, d in changes), sum(b - a for _, a, b, _, _ in changes)


def _words(text: str) -> list[str]:
    return text.split()


def _join(words: list[str]) -> str:
    return excerpt(" ".join(words), 120)


def _context(words: list[str], *, first: bool, last: bool) -> str:
    """The unchanged words next to a change; those far from one are left out."""
    if len(words) <= 2 * CONTEXT:
        return _join(words)
    left = "" if first else _join(words[:CONTEXT])
    right = "" if last else _join(words[-CONTEXT:])
    return f"{left} ... {right}".strip()
