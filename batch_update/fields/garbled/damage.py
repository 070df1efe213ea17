"""Text that nobody typed: what a wrong decoding, an escape of a file format, or a limit makes of a text. Pure.

Whoever means such a text writes it in JSON quotes, with escapes for what looks damaged: `"\\ufffd"`.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass

from batch_update.fields.garbled.letters import completed
from batch_update.fields.garbled.misread import character, may_be_misread, readings_undone

LIMIT = 32_767
"""Characters that a cell of Excel holds, as UTF-16 counts them."""

_LETTERS = "[aeiouy](?:uml|acute|grave|circ)|[ao]slash|szlig|[an]tilde|ccedil|aring|aelig|oelig"
_ESCAPES = {
    "_x": re.compile(r"_x[0-9A-Fa-f]{4}_"),
    "\\u": re.compile(r"\\u[0-9A-Fa-f]{4}"),
    "&": re.compile(rf"&(?:#(?:[0-9]{{2,6}}|x[0-9A-Fa-f]{{2,6}})|(?i:{_LETTERS}));"),
}
"""How the escapes of a format begin -> what they look like. The beginning finds them fast."""
_lost_in = re.compile("[\x80-\x9f\ufffd\ufffe\uffff]").search
_BEFORE_LOST = (b"\xc2", b"\xef")
"""How UTF-8 begins what `_lost_in` looks for."""
_UNDERSCORE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Damage:
    """A text that was damaged on its way, and how."""

    code: str
    detail: str
    """goes on with the sentence"""
    likely: str = ""
    """the text as it most likely was; "" where nobody can tell"""


def may_be_damaged(text: str) -> bool:
    """Whether a text, or many joined, has to be looked at: a quick answer, no for nearly all of them."""
    # One character is found in a tenth of the time that a pattern takes, and mostly there is none.
    if any(sign[0] in text and pattern.search(text) for sign, pattern in _ESCAPES.items()):
        return True
    if text.isascii():
        return False
    data = text.encode("utf-8", "surrogatepass")
    may_have_lost = any(byte in data for byte in _BEFORE_LOST)
    return (may_have_lost and _lost_in(text) is not None) or may_be_misread(text)


def may_be_cut_off(text: str) -> bool:
    """Whether a text is exactly as long as a cell of Excel can be."""
    return len(text) <= LIMIT <= 2 * len(text) and len(text.encode("utf-16-le", "surrogatepass")) == 2 * LIMIT


def damage_of(text: str, *, is_json: bool = False) -> Damage | None:
    """Return what happened to the text of a cell; None where nothing shows. `is_json`: it has escapes of its own."""
    if may_be_damaged(text) and (found := _decoded_wrongly(text) or _escaped(text, is_json=is_json)):
        return found
    if not is_json and may_be_cut_off(text):
        return Damage("C117", f": it has exactly the {LIMIT:,} characters that a cell of Excel holds")
    return None


def with_escapes(value: object) -> str:
    """Return a value as JSON that is not taken for damaged, whatever stands in its texts."""
    plain = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if damage_of(plain, is_json=True) is None:
        return plain
    return _UNDERSCORE.sub(r"\\u005f", json.dumps(value, allow_nan=False))


def _decoded_wrongly(text: str) -> Damage | None:
    undone = readings_undone(text)
    if undone != text:
        return Damage("C115", ": UTF-8 was read as another encoding", "" if _lost_in(undone) else undone)
    lost = _lost_in(text)
    if lost is None:
        return None
    if lost[0] >= "\ufffd":
        detail = ": U+FFFD stands where a character was lost, most likely a letter such as ä, ß or é"
        return Damage("C115", detail, completed(text))
    meant = _lost.sub(lambda found: character(ord(found[0]), "cp1252"), text)
    return Damage(
        "C115", f": U+{ord(lost[0]):04X} is no character of any text", "" if _lost_in(meant) else meant
    )


_lost = re.compile("[\x80-\x9f]")


def _escaped(text: str, *, is_json: bool) -> Damage | None:
    for sign, pattern in _ESCAPES.items():
        found = pattern.search(text) if sign == "_x" or not is_json else None
        if found:
            meant = "" if is_json else _unescaped(text)
            detail = f": {found[0]} stands for a character"
            return Damage("C116", detail, "" if _lost_in(meant) else meant)
    return None


def _unescaped(text: str) -> str:
    """Return the text with its escapes decoded; two that are the halves of one character become that."""
    plain = re.sub(r"(?:_x|\\u)([0-9A-Fa-f]{4})_?", lambda found: chr(int(found[1], 16)), html.unescape(text))
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
