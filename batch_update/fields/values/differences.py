"""Values of a field shown beside each other: `412 -> 533`, long texts as a word diff, objects part by part. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from batch_update.fields.tools import redact
from batch_update.model.plans import UNKNOWN
from batch_update.model.sheets import Json
from batch_update.text import excerpt, printable

LONG = 60
"""Characters from which on texts are shown as a word diff."""
CONTEXT = 3
"""Words shown on each side of what changed."""
MOST_WORDS = 4000
"""Words up to which what differs is compared word by word; of more, only the beginnings are shown."""
IN_SENTENCE = 200
"""Characters of a word diff that stands in a sentence."""
AT_ONCE = 120
"""Characters of words in a row that a word diff shows; in a sentence fewer."""
SAME_BUT_SECRETS = "only a secret changes, which is not shown"


@dataclass(frozen=True, slots=True)
class Showing:
    """How what changes is shown."""

    gone: Callable[[str], str] = str
    """colors the words that went, as they stand in their brackets"""
    came: Callable[[str], str] = str
    """colors the words that came"""
    is_whole: bool = False
    """whether long texts are shown from beginning to end"""

    def most(self, usual: int) -> int:
        """Characters of a value that are shown."""
        return _ALL if self.is_whole else usual


_ALL = 10**9
BRIEFLY = Showing()


def difference(before: object, after: Json, showing: Showing = BRIEFLY) -> str:
    """Return what changes, on one line, safe to show."""
    most = showing.most(LONG)
    if before is UNKNOWN:
        return f"? -> {brief_value(after, most)}"
    if before == after:  # sent all the same, as with a change of mode that resets it
        return f"stays {_brief(after)}"
    if isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > LONG:
        return _spelled_diff(before, after, showing=showing)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return (
            "; ".join(_keys(before, after, showing))
            or f"{brief_value(before, most)} -> {brief_value(after, most)}"
        )
    old, new = _brief(before, most), _brief(after, most)
    if old == new:  # they differ beyond what would be shown
        return _spelled_diff(before, after, showing=showing)
    return f"{old} -> {new}"


def side_by_side(*values: object) -> Iterator[str]:
    """Yield each value for a sentence that compares them; UNKNOWN is `not reported`.

    Where brief forms could hide what differs, a value is a word diff against the first one that is not empty.
    """
    base: object = UNKNOWN
    for value in values:
        if value is UNKNOWN or value in _EMPTY or base is UNKNOWN or base == value or _are_short(base, value):
            yield _brief(value)
        else:
            yield excerpt(_spelled_diff(base, value, at_once=50), IN_SENTENCE)
        if base is UNKNOWN and value not in _EMPTY:
            base = value


_EMPTY: tuple[object, ...] = (None, "", [], {})


def _are_short(*values: object) -> bool:
    return all(len(_spelled(value)) <= LONG for value in values)


def _brief(value: object, most: int = LONG) -> str:
    """Single words need no quotes."""
    if value is UNKNOWN:
        return "not reported"
    is_word = isinstance(value, str) and value.isidentifier() and value not in {"null", "true", "false"}
    return excerpt(str(value), most) if is_word else brief_value(value, most)


def _spelled_diff(before: object, after: object, at_once: int = AT_ONCE, showing: Showing = BRIEFLY) -> str:
    old, new = _spelled(before), _spelled(after)
    return SAME_BUT_SECRETS if old == new else word_diff(old, new, at_once, showing)


def _spelled(value: object) -> str:
    shown = redact(value)
    return shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)


def brief_value(value: object, most: int = LONG) -> str:
    """Return one value, briefly; secrets replaced."""
    if isinstance(value, str):
        return f'"{excerpt(redact(value), most)}"'
    return excerpt(json.dumps(redact(value), ensure_ascii=False), most)


def _keys(before: Mapping[str, Json], after: Mapping[str, Json], showing: Showing) -> Iterator[str]:
    most = showing.most(30)
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            old = brief_value(before[key], most) if key in before else "nothing"
            new = brief_value(after[key], most) if key in after else "nothing"
            same = old == new and _spelled_diff(before.get(key), after.get(key), showing=showing)
            yield f"{printable(key)}: {same or f'{old} -> {new}'}"


def word_diff(before: str, after: str, at_once: int = AT_ONCE, showing: Showing = BRIEFLY) -> str:
    """`... Mo-Fr [-9-18-]{+8-17+} Uhr ...`: what went in [- -], what came in {+ +}, a few words around."""
    old, new = _split_words(before), _split_words(after)
    if old == new:
        return "only white space changes"
    pieces: list[str] = []
    at_once = showing.most(at_once)
    for kind, a, b, c, d in _steps(old, new):
        if kind == "equal" and showing.is_whole:
            pieces.append(_join(old[a:b], at_once))
        elif kind == "equal":
            pieces.append(_context(old[a:b], first=a == 0, last=b == len(old)))
        else:
            gone, came = _join(old[a:b], at_once), _join(new[c:d], at_once)
            went = showing.gone(f"[-{gone}-]") if gone else ""
            pieces.append(went + (showing.came(f"{{+{came}+}}") if came else ""))
    return " ".join(piece for piece in pieces if piece)


def changed_words(before: str, after: str) -> tuple[int, int]:
    """Return how many words came and how many went."""
    changes = [step for step in _steps(_split_words(before), _split_words(after)) if step[0] != "equal"]
    return sum(d - c for _, _, _, c, d in changes), sum(b - a for _, a, b, _, _ in changes)


Step = tuple[str, int, int, int, int]
"""As `difflib` tells it: equal, replace, insert or delete, from where to where in the old and in the new words."""


def _steps(old: Sequence[str], new: Sequence[str]) -> Iterator[Step]:
    """From one text to the other. What they begin and end with alike is taken off first: long prompts share most."""
    shortest = min(len(old), len(new))
    head = next((n for n in range(shortest) if old[n] != new[n]), shortest)
    rest = shortest - head
    tail = next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)
    mine, theirs = old[head : len(old) - tail], new[head : len(new) - tail]
    if head:
        yield "equal", 0, head, 0, head
    if len(mine) + len(theirs) > MOST_WORDS:
        yield "replace", head, head + len(mine), head, head + len(theirs)
    else:
        for kind, a, b, c, d in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
            yield kind, a + head, b + head, c + head, d + head
    if tail:
        yield "equal", len(old) - tail, len(old), len(new) - tail, len(new)


def _split_words(text: str) -> list[str]:
    return text.split()


def _join(words: list[str], most: int = AT_ONCE) -> str:
    return excerpt(" ".join(words), most)


def _context(words: list[str], *, first: bool, last: bool) -> str:
    """Return the unchanged words next to a change; those far from one are left out."""
    if len(words) <= 2 * CONTEXT:
        return _join(words)
    left = "" if first else _join(words[:CONTEXT])
    right = "" if last else _join(words[-CONTEXT:])
    return f"{left} ... {right}".strip()
