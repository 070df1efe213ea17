"""A column of a sheet, read once for each distinct text, and where nearly all differ only as far as needed."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter

from batch_update.check.fault import Fault, has_errors
from batch_update.check.judging.cells import judge_cell, judge_file
from batch_update.check.judging.quick import all_differ, all_plain_ids, is_plain_id, suspects
from batch_update.check.settled_names import Names, with_ids
from batch_update.fields.cells import LEAVE, CellError, Leave, read_assistant
from batch_update.fields.cells.ids import dialed
from batch_update.fields.facts import Field
from batch_update.fields.parts import part_facts, part_validator
from batch_update.fields.tools import shown
from batch_update.model.named import NamedChoice, names_in
from batch_update.model.plans import Part
from batch_update.model.sheets import Column, Json, NamedFile
from batch_update.text import visible

_NO_FILES: Mapping[str, NamedFile] = MappingProxyType({})


class FieldColumn:
    """The cells of one field: which texts are wrong, which leave the field alone, and what the others mean.

    Names in place of ids are what `names` says. While that is not known, they are `waiting`.
    """

    def __init__(
        self,
        index: int,
        field: Field,
        texts: Sequence[str],
        decimal: str,
        check: TypeAdapter[Any] | None = None,
        files: Mapping[str, NamedFile] = _NO_FILES,
        names: Names | None = None,
    ) -> None:
        """`files`: those that cells name, by the cell."""
        self.index = index
        self.field = field
        self.name = field.name
        self.texts = texts
        self.faults: dict[str, tuple[Fault, ...]] = {}
        """text -> errors and warnings, for texts that have any"""
        self.waiting: dict[str, tuple[NamedChoice, ...]] = {}
        """text -> the names in it, for texts that mean something only once these are looked up"""
        self._values: dict[str, Json | Leave] = {}
        """what texts mean that were judged; LEAVE also for those that are wrong"""
        for text in suspects(field, texts):
            file = files.get(text) if field.kind == "text" else None
            if file is not None:
                value, faults = judge_file(field, file, check)
            else:
                value, faults = judge_cell(field, text, decimal, check)
            if field.kind in ("id", "ids"):
                value, faults = self._named(text, value, faults, names)
            self._values[text] = value
            if faults:
                self.faults[text] = faults
        wrong = {text for text, faults in self.faults.items() if has_errors(faults)}
        self.blanks = frozenset(text for text, value in self._values.items() if value is LEAVE) - wrong
        """texts that leave the field alone"""

    def _named(
        self, text: str, value: Json | Leave, faults: tuple[Fault, ...], names: Names | None
    ) -> tuple[Json | Leave, tuple[Fault, ...]]:
        """Return the value with ids in place of its names; while they are not known, note that it waits for them."""
        if isinstance(value, int):
            value = dialed(self.field, visible(text)) or value
        found = tuple(names_in(value))
        if found and names is not None:
            return with_ids(value, names)
        if found:
            self.waiting[text] = found
        return value, faults

    def value(self, text: str) -> Json | Leave:
        """Return the value that a text means; LEAVE where the field is left alone or the text is wrong."""
        if text in self._values:
            return self._values[text]
        return int(text) if self.field.kind == "id" else text

    def told_apart(self) -> Sequence[str]:
        """Return the texts; where no rule tells web addresses apart, one of them for all that are certainly good."""
        if self.field.kind != "url":
            return self.texts
        good = next((text for text in self.texts if text not in self._values), "")
        return [text if text in self._values else good for text in self.texts]

    def ids(self, text: str) -> frozenset[int | NamedChoice]:
        """Return the ids that a text lists, or their names; none where it leaves the field alone or is wrong."""
        value = self.value(text)
        return frozenset(value) if isinstance(value, list) else frozenset()


class PartColumn(FieldColumn):
    """The cells of a part of a field's value; its name is that of the part."""

    def __init__(
        self,
        index: int,
        column: Column,
        decimal: str,
        files: Mapping[str, NamedFile] = _NO_FILES,
        names: Names | None = None,
    ) -> None:
        assert column.field is not None, "a part is a part of a field"
        part = (column.field, column.path, column.operation)
        super().__init__(index, part_facts(*part), column.texts, decimal, part_validator(*part), files, names)
        self.whole = column.field
        self._path = column.path
        self.operation = column.operation

    def part(self, text: str) -> Part | None:
        """Return the change that a text stands for; None where it leaves the part alone or is wrong."""
        value = self.value(text)
        return None if value is LEAVE else Part(self.whole, self._path, value, self.operation)


class IdColumn:
    """The ids of a sheet: whose each row is, which cannot be read, and which appear more than once."""

    def __init__(
        self, texts: Sequence[str], without: Container[int | None] = (), names: Names | None = None
    ) -> None:
        """`without`: rows that could not be read as they stand, so that a missing id is no news."""
        self.texts = texts
        self.faults: dict[int, Fault] = {}
        """row -> why its id cannot be read"""
        self.missing: set[int] = set()
        """rows with an empty id cell; they are not among the faults"""
        self.waiting: dict[str, NamedChoice] = {}
        """text -> the name that it is, while it is not known whose"""
        self._odd: dict[str, int | None] = {}
        """what texts mean that are not just the digits of an id; None for those that cannot be read"""
        if not all_plain_ids(texts):
            self._read({text for text in texts if not is_plain_id(text)}, without, names)

    def __getitem__(self, row: int) -> int | None:
        """Return the id of the row's assistant; None where it cannot be read."""
        text = self.texts[row]
        return self._odd[text] if text in self._odd else int(text)

    def repeated(self) -> list[list[int]]:
        """Return the rows of each assistant that has several, in the order of their first rows."""
        if not self._odd and all_differ(self.texts):
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

    def _read(self, odd: Iterable[str], without: Container[int | None], names: Names | None) -> None:
        wrong: dict[str, Fault] = {}
        for text in odd:
            found = _assistant_of(text, names)
            self._odd[text] = found if isinstance(found, int) else None
            if isinstance(found, Fault):
                wrong[text] = found
            elif isinstance(found, NamedChoice):
                self.waiting[text] = found
        for row, text in enumerate(self.texts if wrong else ()):
            if text not in wrong or row in without:
                continue
            if visible(text):
                self.faults[row] = wrong[text]
            else:
                self.missing.add(row)


def _assistant_of(text: str, names: Names | None) -> int | Fault | NamedChoice:
    """Return the id that a cell stands for, why it stands for none, or the name that has to be looked up."""
    try:
        found = read_assistant(text)
    except CellError as error:
        return Fault(error.code, str(error), shown(text), error.wanted, error.remedy)
    return names[found] if isinstance(found, NamedChoice) and names is not None else found
