"""UTF-8 that was read as something else, once or several times: `GrÃ¼ÃŸe`, `Gr├╝├ƒe`, `Gr√º√üe` are `Grüße`. Pure.

Only sequences that UTF-8 has for letters and signs that people use count, and only where the signs that stand for it
are none that anybody would type there: the closing quote of „DIE MANHÃ“ is no `Ó`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from batch_update.fields.garbled.letters import fit_together

_OF_OTHER_SCRIPTS = ("cp1251", "koi8-r", "cp866", "cp1253")
"""Codecs with the letters of another alphabet: what they make of UTF-8 may be a word of it."""
CODECS = (
    "cp1252", "mac-roman", "cp850", "cp437", "cp1250", "iso8859-2", "cp852", "cp1257", *_OF_OTHER_SCRIPTS,
)  # fmt: skip
"""Encodings that UTF-8 is taken for."""
MOST_TIMES = 4
"""Readings that are undone, one after the other."""

_LATIN = ((0xA0, 0x17F), (0x192, 0x192), (0x2C6, 0x2DC), (0x218, 0x21B), (0x1E9E, 0x1E9E))
_SIGNS = (
    (0x2010, 0x2BFF),
    (0xFB00, 0xFB04),
    (0xFE0F, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFFD, 0xFFFD),
    (0x1F000, 0x1FAFF),
)
_OTHER_SCRIPTS = (
    (0x370, 0x52F),
    (0x590, 0x6FF),
    (0x900, 0x109F),
    (0x3040, 0x30FF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
)
_CLOSING = frozenset("…’“”–—»›™®°·\u00a0©")
"""Signs that may follow a word, all of them also bytes that continue a character of UTF-8."""
_OPENING = frozenset("„“‚‘«»‹›\"'(")


def readings_undone(text: str) -> str:
    """The text as it was before UTF-8 was taken for something else; the same text where nothing shows that it was."""
    for _ in range(MOST_TIMES):
        before = text
        text = _undone_once(text)
        if text == before:
            break
    return text


def may_be_misread(text: str) -> bool:
    """Whether anything in the text could be UTF-8: a quick answer, and mostly no."""
    if _BORDER not in text.encode("utf-8", "surrogatepass").translate(_BYTES):
        return False
    together = set(_together(text)) - _GERMAN
    return bool(together) and any(map(_any_pattern().search, together))


_BYTES = bytes([0] * 0x80 + [1] * 0x40 + [2] * 0x40)
"""Byte of UTF-8 -> 0 for a character of ASCII, 1 where it goes on with a character, 2 where it begins one."""
_BORDER = bytes((1, 2))
"""Two characters beyond ASCII that stand together have it between them. Searched for much faster than they are."""
_GERMAN = frozenset(("äß", "öß", "üß"))
"""Two letters of `Grüße` and the like, which no encoding makes of UTF-8: most texts have no others together."""
_together = re.compile("[^\x00-\x7f]{2,}").findall
"""Characters beyond ASCII that stand together: one alone is no sequence."""


@cache
def _any_pattern() -> re.Pattern[str]:
    return re.compile("|".join(_misreading(codec).pattern.pattern for codec in CODECS))


def _undone_once(text: str) -> str:
    """By the codec that explains most of it."""
    return min((misreading.undo(text) for misreading in map(_misreading, CODECS)), key=len)


@dataclass(frozen=True, slots=True)
class _Misreading:
    """UTF-8 taken for one of the codecs."""

    codec: str
    bytes_of: Mapping[str, int]
    """each character beyond ASCII -> the byte that it was made of"""
    pattern: re.Pattern[str]
    """sequences that might be UTF-8"""

    def undo(self, text: str) -> str:
        """Return the text with its sequences decoded, where one of them is such that nobody can have typed it."""
        if any(map(self._is_misread, self.pattern.finditer(text))):
            return self.pattern.sub(lambda found: self._meant(found[0]) or found[0], text)
        return text

    def _meant(self, given: str) -> str:
        """The characters that a sequence stands for; "" where it stands for none, or for none that people use."""
        try:
            meant = bytes(map(self.bytes_of.__getitem__, given)).decode()
        except UnicodeDecodeError:
            return ""
        return meant if _all_in(meant, _LATIN + _SIGNS + _OTHER_SCRIPTS) else ""

    def _is_misread(self, found: re.Match[str]) -> bool:
        given, meant = found[0], self._meant(found[0])
        before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
        if not _all_in(meant, _LATIN + _SIGNS):
            if self.codec in _OF_OTHER_SCRIPTS:
                return len(meant) >= 3 and not given.isalpha()
            return len(meant) >= 2
        if self.codec in _OF_OTHER_SCRIPTS and (len(given) <= 2 * len(meant) or given.isalpha()):
            is_latin = [sign.isascii() and sign.isalpha() for sign in (before, after)]
            return any(is_latin) if len(given) <= 2 * len(meant) else all(is_latin)
        if len(meant) == 1:
            return not self._may_be_typed(given, before, after)
        is_drawing = all("─" <= sign <= "▟" for sign in given)
        return bool(meant) and not (is_drawing and not _are_letters(before, after))

    def _may_be_typed(self, given: str, before: str, after: str) -> bool:
        """Whether the signs that stand for a single character could stand there for themselves."""
        lead, rest = given[0], given[1:]
        if len(rest) > 1:
            return set(rest) <= _CLOSING
        follows = rest[0]
        if not lead.isalpha():  # √º: signs inside a word, or right before one; √π is mathematics
            return not (_are_letters(before, after) or (follows.isalpha() and follows < "ƀ"))
        if follows.isalpha():
            typed = before.isupper() and follows.isupper() and fit_together(given)
            return typed or (self.codec != "cp1252" and follows in "şŞ")
        if lead == "Â":
            return before != "" and before in _OPENING
        stands_alone = not before.isalnum() and not after.isalpha() and follows != "\u00a0"
        ends_a_word = before.isupper() and not (lead == "Ã" and after.isalpha())
        return follows in _CLOSING and (ends_a_word or stands_alone)


def _are_letters(*signs: str) -> bool:
    return any(sign.isalpha() for sign in signs)


def _all_in(text: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return all(any(first <= ord(sign) <= last for first, last in ranges) for sign in text)


@cache
def _misreading(codec: str) -> _Misreading:
    table = {byte: character(byte, codec) for byte in range(0x80, 0x100)}

    def one_of(first: int, last: int) -> str:
        return "[" + "".join(re.escape(table[byte]) for byte in range(first, last + 1)) + "]"

    more = one_of(0x80, 0xBF)
    two, three, four = one_of(0xC2, 0xDF), one_of(0xE0, 0xEF), one_of(0xF0, 0xF4)
    pattern = f"(?:{two}{more}|{three}{more}{{2}}|{four}{more}{{3}})+"
    return _Misreading(codec, {sign: byte for byte, sign in table.items()}, re.compile(pattern))


def character(byte: int, codec: str) -> str:
    """Return the character that a byte is read as; without one in the codec, the control character of browsers."""
    return bytes([byte]).decode(codec, "ignore") or chr(byte)
