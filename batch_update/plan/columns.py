"""A column of a sheet, read once for each distinct text, and where nearly all differ only as far as needed."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from batch_update.fields.cells import LEAVE, CellError, Leave, read_id
from batch_update.fields.cells.ids import EXACT_DIGITS
from batch_update.fields.damage import LIMIT, may_be_cut_off, may_be_damaged
from batch_update.fields.parts import part_facts, part_validator
from batch_update.fields.reference import Field
from batch_update.fields.tools import shown
from batch_update.fields.words import ENDS_INSTEAD, LONGEST_WORD, NOTHINGS
from batch_update.model import Column, Json, Part
from batch_update.plan.fault import Fault
from batch_update.plan.judging import judge
from batch_update.text import visible

_SAMPLE = 500
_CHUNK = 20_000
_SHORT = max(len(word) for word in NOTHINGS if word[0].isalnum())
"""A text that begins with a letter and is longer than this is no word for nothing, nor the word null."""
_ALNUM = np.array([chr(byte).isalnum() and byte < 0x80 for byte in range(0x81)])
_ENDS_INSTEAD = [ord(sign) for sign in ENDS_INSTEAD]
_VISIBLE = np.array([not chr(byte).isspace() and byte < 0x80 for byte in range(0x81)])


class FieldColumn:
    """The cells of one field: which texts are wrong, which leave the field alone, and what the others mean."""

    def __init__(
        self,
        index: int,
        field: Field,
        texts: Sequence[str],
        decimal: str,
        check: TypeAdapter[Any] | None = None,
    ) -> None:
        self.index = index
        self.field = field
        self.name = field.name
        self.texts = texts
        self.faults: dict[str, tuple[Fault, ...]] = {}
        """text -> errors and warnings, for texts that have any"""
        self._values: dict[str, Json | Leave] = {}
        """what texts mean that were judged; LEAVE also for those that are wrong"""
        for text in _suspects(field, texts):
            value, faults = judge(field, text, decimal, check)
            self._values[text] = value
            if faults:
                self.faults[text] = faults
        wrong = {text for text, faults in self.faults.items() if any(f.severity == "error" for f in faults)}
        self.blanks = frozenset(text for text, value in self._values.items() if value is LEAVE) - wrong
        """texts that leave the field alone"""

    def value(self, text: str) -> Json | Leave:
        """Return what a text means; LEAVE where the field is left alone or the text is wrong."""
        if text in self._values:
            return self._values[text]
        return text if self.field.kind == "text" else int(text)


class PartColumn(FieldColumn):
    """The cells of a part of a field's value; its name is that of the part."""

    def __init__(self, index: int, column: Column, decimal: str) -> None:
        assert column.field is not None, "a part is a part of a field"
        part = (column.field, column.path, column.operation)
        super().__init__(index, part_facts(*part), column.texts, decimal, part_validator(*part))
        self.whole = column.field
        self._path = column.path
        self.operation = column.operation

    def part(self, text: str) -> Part | None:
        """The change that a text stands for; None where it leaves the part alone or is wrong."""
        value = self.value(text)
        return None if value is LEAVE else Part(self.whole, self._path, value, self.operation)


class IdColumn:
    """Which assistant each row is about, which ids cannot be read, and which assistants appear more than once."""

    def __init__(self, texts: Sequence[str], without: Container[int | None] = ()) -> None:
        """`without`: rows that could not be read as they stand, so that a missing id is no news."""
        self.texts = texts
        self.faults: dict[int, Fault] = {}
        """row -> why its id cannot be read"""
        self.missing: set[int] = set()
        """rows with an empty id cell; they are not among the faults"""
        self._odd: dict[str, int | None] = {}
        """what texts mean that are not just the digits of an id; None for those that cannot be read"""
        if not _all_plain_ids(texts):
            self._read({text for text in texts if not _is_plain_id(text)}, without)

    def __getitem__(self, row: int) -> int | None:
        """The id of the row's assistant; None where it cannot be read."""
        text = self.texts[row]
        return self._odd[text] if text in self._odd else int(text)

    def repeated(self) -> list[list[int]]:
        """The rows of each assistant that has several, in the order of their first rows."""
        if not self._odd and _all_differ(self.texts):
            return []
        seen: set[int | None] = set()
        twice: set[int | None] = set()
        for number in map(self.__getitem__, range(len(self.texts))):
            (twice if number in seen else seen).add(number)
        twice.discard(None)
        groups: dict[int | None, list[int]] = {}
        for row in range(len(self.texts) if twice else 0):
            if self[row] in twice:
                groups.setdefault(self[row], []).append(row)
        return list(groups.values())

    def _read(self, odd: Iterable[str], without: Container[int | None]) -> None:
        wrong: dict[str, Fault] = {}
        for text in odd:
            self._odd[text] = None
            try:
                self._odd[text] = read_id(text)
            except CellError as error:
                wrong[text] = Fault(error.code, str(error), shown(text), error.wanted, error.remedy)
        for row, text in enumerate(self.texts if wrong else ()):
            if text not in wrong or row in without:
                continue
            if visible(text):
                self.faults[row] = wrong[text]
            else:
                self.missing.add(row)


# ---------------------------------------------------------------- what is certainly good need not be looked at


def _suspects(field: Field, texts: Sequence[str]) -> set[str]:
    """The distinct texts that have to be judged; all others are good: texts that mean themselves, and ids."""
    if field.kind not in ("text", "id"):
        return set(texts)
    sample = set(islice(texts, _SAMPLE))
    nearly_all_differ = len(sample) > _SAMPLE * 0.8
    if field.kind == "id":
        certainly = nearly_all_differ and _all_plain_ids(texts)
        return set() if certainly else {text for text in set(texts) if not _is_plain_id(text)}
    if nearly_all_differ:
        return {text for part in _parts(texts) for text in _odd_texts(part, field.max_length)}
    return set(texts)


def _parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """In pieces, so that the texts joined do not take their memory twice."""
    return (texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK))


def _odd_texts(texts: Sequence[str], longest: int | None) -> list[str]:
    """Those that the grammar may read as something else than themselves, or that are too long."""
    least, most = _SHORT + 1, longest or sys.maxsize
    doubtful = (texts[row] for row in _doubtful_rows(texts, least, most))
    return [text for text in doubtful if not (least <= len(text) <= most and _means_itself(text))]


def _doubtful_rows(texts: Sequence[str], least: int, most: int) -> Iterable[int]:
    """All rows but those whose texts, looked at together, certainly mean themselves."""
    joined = "\0".join(texts)
    if "#" in joined or "\r" in joined or may_be_damaged(joined):
        return range(len(texts))
    points = np.frombuffer(f"\0{joined}\0".encode("utf-32-le", "surrogatepass"), dtype="<u4")
    ends = np.flatnonzero(points == 0)
    if len(ends) != len(texts) + 1:
        return range(len(texts))
    first, last, lengths = points[ends[:-1] + 1], points[ends[1:] - 1], np.diff(ends) - 1
    fits = (least <= lengths) & (lengths <= most) & ~((lengths >= LIMIT // 2) & (lengths <= LIMIT))
    fits &= (lengths > LONGEST_WORD) | ~np.isin(last, _ENDS_INSTEAD)
    certain = fits & _ALNUM[np.minimum(first, 0x80)] & _VISIBLE[np.minimum(last, 0x80)]
    return np.flatnonzero(~certain).tolist()


def _means_itself(text: str) -> bool:
    return (
        text[:1].isalnum()
        and not text[-1:].isspace()
        and "#" not in text
        and "\r" not in text
        and (len(text) > LONGEST_WORD or text[-1] not in ENDS_INSTEAD)
        and not may_be_damaged(text)
        and not may_be_cut_off(text)
    )


def _is_plain_id(text: str) -> bool:
    """Digits alone, without a leading zero, few enough for a spreadsheet program."""
    return text.isdigit() and text.isascii() and text[0] != "0" and len(text) <= EXACT_DIGITS


def _all_differ(texts: Sequence[str]) -> bool:
    """Whether no plain id appears twice: as numbers, which takes less time and room than a set of the texts."""
    if len(texts) < 2:
        return True
    ids = np.sort(np.fromstring("\n".join(texts), dtype=np.int64, sep="\n"))
    return bool((ids[1:] != ids[:-1]).all())


def _all_plain_ids(texts: Sequence[str]) -> bool:
    """Whether every cell is a plain id, as `_is_plain_id` tells of one, at a tenth of the cost."""
    lines = b"\n" + "\n".join(texts).encode("utf-8", "surrogatepass") + b"\n"
    ends = np.flatnonzero(np.frombuffer(lines, dtype=np.uint8) == ord("\n"))
    lengths = np.diff(ends) - 1
    return (
        len(lengths) == len(texts)
        and not lines.translate(None, b"0123456789\n")
        and b"\n0" not in lines
        and bool((lengths >= 1).all() and (lengths <= EXACT_DIGITS).all())
    )
