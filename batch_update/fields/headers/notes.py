"""Notes in a header beside a field's name, which change nothing: units, bounds, examples, `required`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from batch_update.fields.cells.grammar import ID_COLUMN
from batch_update.fields.cells.words import UNITS
from batch_update.fields.facts import Field

LONGEST = 200
"""Characters; a longer header is a text, and not looked at."""
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}", re.DOTALL)
"""What a prompt has where the value of a variable goes: `{{name}}` belongs to a text, and names no column."""
_BETWEEN = re.compile(r"[()\[\]{}<>|/;=\n]|,(?!\d)|:(?=\s|\Z)|\s[-\u2010-\u2015]+(?=\s|\Z)|[*†‡]+")
"""What stands between a name and a note, or two notes."""
_MARKS = " \t\xa0.:!?*†‡§°#\"'„“”‚‘’`¹²³⁴⁵⁶⁷⁸⁹✱★•…"
"""Signs at the ends of a name that mean nothing."""
_DENYING = frozenset("❌❎✗✘🚫⛔🛑🔒")
"""Pictures that may say that a column is not to be changed."""
_WORD = re.compile(r"[^\s\-\u2010-\u2015…+&]+")
_NUMBER = re.compile(r"[<>≤≥~±+]*(\d+(?:[.,]\d+)*)")
_RANGE = re.compile(r"\d+(?:[.,]\d+)*(?:[-\u2010-\u2015]\d+(?:[.,]\d+)*)?")
_LEAST = re.compile(r"\bmin\b(?=\.?\s*\d)")
"""`min. 20` is a bound, and `min` alone a unit."""

_FOR_EXAMPLE = re.compile(r"\b(?:z\.\s?b|e\.\s?g)\b")
_COMMON = """
    optional freiwillig pflicht pflichtfeld pflichtangabe erforderlich notwendig required mandatory bitte please
    ausfüllen eintragen eingeben angeben auswählen wählen fill select choose siehe see legende legend hinweis hinweise
    note notes beachten von bis to from zwischen between und and oder or höchstens mindestens at most least up max
    maximal maximum minimal minimum ca etwa about zb eg bsp beispiel example standard default vorgabe nicht not
    do ändern change nur only wert value angabe in als as aus famulor der die das dem the of list liste lists
"""
_BY_KIND = {
    "text": "text freitext free zeichen buchstaben characters character chars char letters",
    "url": "url link adresse address https http",
    "timezone": "iana europe berlin",
    "id": "id ids nr no nummer number zahl kennung oder or name names namen",
    "ids": "id ids nr nummern numbers kennungen komma kommas comma commas getrennt separated mehrere several "
    "name names namen mit with by durch",
    "integer": "zahl ganzzahl number integer whole ganze",
    "number": "zahl dezimalzahl number decimal komma",
    "flag": "ja nein yes no an aus ein on off true false wahr falsch x j n y ✓ ✔ bool boolean leer empty",
    "choice": "",
    "array": "json",
    "object": "json",
    "phrases": "text",
}
_AFTER_NAMES = (
    "in max min maximal höchstens bis zeichen characters chars pflicht pflichtfeld optional required "
    "ja nein yes no"
)
"""Words that may follow a name without anything between."""
_IDS = frozenset(("id", "ids"))
_OTHER_VALUES = frozenset(
    ("standard", "default", "vorgabe", "beispiel", "bsp", "example", "zb", "eg", "max", "maximal", "maximum")
) | {"minimal", "minimum", "höchstens", "mindestens"}
"""Words before a number or an example; alone they say that the column has other values than those that are to be."""


def without_pictures(header: str) -> str:
    """Return a header with spaces for emojis and other pictures, which mean nothing: `🎙️ Stimme`."""
    if header.isascii():
        return header
    return "".join(" " if _is_picture(sign) else sign for sign in header)


def _is_picture(sign: str) -> bool:
    if sign in _DENYING or sign.isascii():
        return False
    return sign in "\u200d\ufe0e\ufe0f\u20e3" or unicodedata.category(sign) in ("So", "Sk")


def is_text(header: str) -> bool:
    """Whether a cell is a text by its length, or for a placeholder in it, so that no name is looked for inside it."""
    return len(header) > LONGEST or _PLACEHOLDER.search(header) is not None


def pieces_of(header: str) -> Iterator[str]:
    """Yield a name and the notes beside it, in their order: `Max. Dauer [s]*` is `Max. Dauer` and `s`.

    A line break stands between two of them; those inside of a name have to be gone before.
    """
    for piece in _BETWEEN.split(_PLACEHOLDER.sub("", header)[:LONGEST]):
        plain = piece.strip(_MARKS)
        if plain:
            yield plain


def bare(name: str) -> str:
    """Return a name without its dots and spaces: `max dauer` and `Max. Dauer` are alike."""
    return re.sub(r"[.\s_\-\u2010-\u2015]+", "", unicodedata.normalize("NFKC", name).casefold())


def without_units(name: str) -> str:
    """Return a name without units, bounds and `required` that follow it: `Max. Dauer in Sekunden` is `Max. Dauer`."""
    words = name.split()
    kept = len(words)
    while kept > 1 and _may_follow(words[kept - 1].casefold().strip(_MARKS)):
        kept -= 1
    says_more = any(not word.isdecimal() for word in words[kept:])  # `Telefonnummer 2` is another one
    return " ".join(words[:kept]) if says_more else name


def _may_follow(word: str) -> bool:
    return word in _AFTER_NAMES.split() or word in UNITS or word in _IDS or _RANGE.fullmatch(word) is not None


def is_note(text: str, field: Field) -> bool:
    """Whether a text beside a field's name says nothing but what is so of this field.

    Another unit, bounds that lie outside of the field's and words that are not known here might make another thing of
    it: `Max. Dauer [min]`, `Sprechgeschwindigkeit (1-10)`, `Name (Kunde)`.
    """
    folded = _LEAST.sub("mindestens", unicodedata.normalize("NFKC", text).casefold())
    folded = _FOR_EXAMPLE.sub("zb", folded)
    words = [word.strip(_MARKS) for word in _WORD.findall(folded) if word.strip(_MARKS)]
    if all(map(_NUMBER.fullmatch, words)):
        return all(_is_bound(word, field) for word in words)
    return all(_fits(word, field) for word in words)


def names_other_values(texts: Iterable[str], field: Field) -> bool:
    """Whether the notes beside a name say that its column is not for what is to be set.

    `Tempo (Standard)` has defaults, `Stimme (nicht ändern)` what is there. `ID (nicht ändern)` has ids.
    """
    pieces = [_FOR_EXAMPLE.sub("zb", unicodedata.normalize("NFKC", text).casefold()) for text in texts]
    words = [{word.strip(_MARKS) for word in _WORD.findall(piece)} for piece in pieces]
    if any(found & {"nicht", "not"} and found & {"ändern", "change"} for found in words):
        return field is not ID_COLUMN
    has_number = any(map(str.isdigit, "".join(pieces)))
    return not has_number and any(found and found <= _OTHER_VALUES for found in words)


def _is_bound(number: str, field: Field) -> bool:
    """Whether a number that stands alone is a bound: `Telefonnummer (2)` would be another one."""
    if field.kind == "flag":
        return number in ("0", "1")
    if field.max_length is not None:
        return number == str(field.max_length)
    return field.maximum is not None and _fits(number, field)


def _fits(word: str, field: Field) -> bool:
    number = _NUMBER.fullmatch(word)
    if number:
        return _is_within(number[1], field)
    if word in UNITS and field.kind in ("integer", "number"):
        return bool(field.unit) and UNITS[word] == UNITS[field.unit]
    return word in f"{_COMMON} {_BY_KIND[field.kind]}".split() or word in _own_words(field)


def _is_within(number: str, field: Field) -> bool:
    """Whether a number may be a bound or an example of this field, in one of the ways in which it can be read."""
    if field.minimum is None or field.maximum is None:
        return True
    readings = {number.replace(",", "."), number.replace(".", "").replace(",", "."), number.replace(",", "")}
    values = [float(reading) for reading in readings if reading.count(".") <= 1]
    return any(field.minimum <= value <= field.maximum for value in values)


def _own_words(field: Field) -> set[str]:
    """Return the words that a choice may be, each by itself."""
    texts = (*field.choices, *field.words)
    return {word for text in texts for word in (*re.split(r"[\s_\-]+", text.casefold()), text)}
