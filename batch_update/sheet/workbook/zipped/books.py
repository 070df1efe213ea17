"""Owns what .xlsx and .xlsb share: which worksheets there are, and which parts hold their texts, formats and cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from batch_update.sheet.manner import Limits
from batch_update.sheet.workbook.shown import BUILT_IN
from batch_update.sheet.workbook.worksheets import MOST_SHEETS, Budget, Listed, Texts, Workbook, Worksheet
from batch_update.sheet.workbook.zipped.archives import Archive, BrokenPart, readable
from batch_update.sheet.workbook.zipped.packages import Package, Relation

_NO_WORKSHEETS = frozenset({"chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"})
"""Relations of sheets that are no tables: charts, dialogs, macros of Excel 4."""


class Contents:
    """The list of worksheets and the date system, as the workbook's main part tells them."""

    def __init__(self) -> None:
        self.sheets: list[tuple[Listed, str]] = []
        """each sheet and the name of its relation"""
        self.since_1904 = False

    def add(self, name: str, relation: str, *, visible: bool) -> None:
        """List one more sheet. Raises Damage for more than there can be."""
        self.sheets.append((Listed(name, visible), relation))
        if len(self.sheets) > MOST_SHEETS:
            raise BrokenPart("it claims to hold far too many worksheets")


@dataclass(frozen=True, slots=True)
class Formats:
    """The number formats of a workbook's cells."""

    codes: Mapping[int, str]
    """number of a format that no program knows by itself -> the format"""
    used: list[int]
    """of each style of a cell the number of its format"""

    def by_style(self) -> Callable[[int], str]:
        """Return what gives the format of a style; "" for one that there is not."""
        codes = {**BUILT_IN, **self.codes}
        formats = [codes.get(number, "") for number in self.used]
        return lambda style: formats[style] if 0 <= style < len(formats) else ""


@dataclass(frozen=True, slots=True)
class Shared:
    """The texts, formats and date system by which the cells of all worksheets are read."""

    texts: Texts
    format_of: Callable[[int], str]
    """number of a cell's style -> its number format"""
    since_1904: bool


@dataclass(frozen=True, slots=True)
class Format:
    """How the parts of one format are read: by the package and a part's name."""

    contents: Callable[[Package, str], Contents]
    texts: Callable[[Package, str, Texts], None]
    formats: Callable[[Package, str], Formats]
    cells: Callable[[Package, str, Worksheet, Shared], None]


def open_book(format: Format, archive: Archive, name: str, limits: Limits) -> Workbook:
    """List the worksheets of a workbook. SheetError S108 where it cannot be read, S103 where it is too large."""
    package, budget = Package(archive, name), Budget(name, limits)
    with readable(name):
        part = package.workbook_part()
        contents, relations = format.contents(package, part), package.relations(part)
    tables = _worksheets(contents.sheets, relations)

    @cache
    def shared() -> Shared:
        texts, formats = Texts(budget), Formats({}, [])
        if (of_texts := _related(part, relations, "sharedStrings")) in package:
            format.texts(package, of_texts, texts)
        if (of_styles := _related(part, relations, "styles")) in package:
            formats = format.formats(package, of_styles)
        return Shared(texts, formats.by_style(), contents.since_1904)

    def fill(number: int, sheet: Worksheet) -> None:
        listed, place = tables[number]
        with readable(name):
            if place is None:
                raise BrokenPart(f"nothing in it is worksheet {listed.name!r}")
            format.cells(package, place.part, sheet, shared())

    return Workbook(name, tuple(listed for listed, _ in tables), budget, limits, fill)


def _worksheets(
    sheets: Iterable[tuple[Listed, str]], relations: Mapping[str, Relation]
) -> list[tuple[Listed, Relation | None]]:
    """Return the worksheets, charts and macros left out, with where each stands; None where the file does not tell."""
    places = ((listed, relations.get(id)) for listed, id in sheets)
    return [(listed, place) for listed, place in places if place is None or place.type not in _NO_WORKSHEETS]


def _related(part: str, relations: Mapping[str, Relation], type: str) -> str:
    """Return the part of this type: the one that the workbook points to, or the usual one beside it."""
    found = (relation.part for relation in relations.values() if relation.type == type)
    folder, slash, file = part.rpartition("/")
    return next(found, f"{folder}{slash}{type}.{file.rpartition('.')[2]}")
