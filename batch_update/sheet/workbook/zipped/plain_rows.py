"""Owns the rows of an .xlsx that are plain: nearly all of what spreadsheet programs write, read row by row at once."""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from operator import lt
from typing import NamedTuple, cast

from batch_update.sheet.workbook.worksheets import OVER_A_COLUMN, Cell, Worksheet
from batch_update.sheet.workbook.zipped.markup import attributes_in
from batch_update.sheet.workbook.zipped.plain import TEXT, is_closed, left_of, without_entities
from batch_update.sheet.workbook.zipped.xlsx_cells import CellMaker, Kind, column_of, letters_of

_BEGIN = re.compile(rb"<((?:\w+:)?)sheetData>(?=<)")
_FEW, _MANY = 32, 2_000
"""rows that are taken at once: of the first ones one is the header, and unlike those below it"""
_MOST_WAYS = 500
"""ways in which the tags of rows taken at once are written: real programs have a few"""
_WIDEST = 200
"""columns; what is wider is left to the parser"""
_INLINE = "inline"
"""how no tag can be written"""

Found = Sequence[str | None]
"""A group of the pattern in each row; None where nothing stands."""
_Kinds = dict[str | None, Kind]
"""how the attributes of a cell are written -> its type and style"""


def rows_left_of(pieces: Iterable[bytes], sheet: Worksheet, maker: CellMaker) -> Iterator[bytes]:
    """Yield what is left of a worksheet's XML once the cells of plain rows were added to the worksheet."""
    return left_of(pieces, _BEGIN, lambda prefix: _PlainRows(prefix, sheet, maker))


class _PlainRows:
    """Takes <row> whose cells hold a value or a text and nothing else, a formula beside it at most."""

    def __init__(self, prefix: str, sheet: Worksheet, maker: CellMaker) -> None:
        self._prefix, self._sheet, self._maker = prefix, sheet, maker
        self.end = f"</{prefix}row>".encode()
        self._close = f"</{prefix}row>"
        self._columns_in = re.compile(f'<{prefix}c r="([A-Z]{{1,3}})').findall
        cell = rf'<{prefix}c r="([A-Z]{{1,3}})([0-9]{{1,7}})"[^<>]*><{prefix}f[^<>]*>'
        self._sums_in = re.compile(rf"{cell}{OVER_A_COLUMN}\$?\1\$?[0-9]+:").finditer
        self._width = 1
        self._patterns: dict[tuple[bool, bool], re.Pattern[str]] = {}
        self._has_entities = self._has_inline = False
        self._last = 0
        """number of the last row that was taken"""

    def mark(self) -> bytes:
        """Return the last row that was taken, empty: a row without a number is the one behind it."""
        return f'<{self._prefix}row r="{self._last}"/>'.encode() if self._last else b""

    def take(self, text: str) -> Generator[bytes, None, int]:
        at, self._has_entities = 0, "&" in text
        self._has_inline = f"<{self._prefix}is>" in text
        if f"<{self._prefix}f" in text:
            for found in self._sums_in(text):
                self._sheet.sum_at(int(found[2]) - 1, column_of(found[1]))
        while at < len(text):
            rows, end = self._rows_from(text, at)
            if rows and not self._add(rows):
                break
            if not rows:
                end = text.find(self._close, at) + len(self._close)
                if not (text.startswith(f"<{self._prefix}row ", at) and is_closed(text[at:end])):
                    break
                if self._is_too_wide(text[at:end]):
                    continue
                yield self.mark() + text[at:end].encode()
            at = end
        return at

    # ---------------------------------------------------------------- how rows are written

    def _matching(self, text: str) -> Callable[[str, int], re.Match[str] | None]:
        """Return what matches a row of this text: the fewer things may stand in a cell, the faster it is."""
        kind = self._has_inline, f"<{self._prefix}f" in text
        if kind not in self._patterns:
            self._patterns[kind] = re.compile(_row(self._prefix, self._width, *kind))
        return self._patterns[kind].match

    def _is_too_wide(self, row: str) -> bool:
        """Whether a row has more columns than there were so far; for the next one that is room enough."""
        width = 1 + max(map(column_of, self._columns_in(row)), default=0)
        if not self._width < width <= _WIDEST:
            return False
        self._width = width if self._width == 1 else min(max(width, 2 * self._width), _WIDEST)
        self._patterns.clear()
        return True

    def _rows_from(self, text: str, at: int) -> tuple[list[Found], int]:
        """Return rows that are plain, and where they end."""
        rows: list[Found] = []
        match, most = self._matching(text), _MANY if self._last > _FEW else _FEW
        while found := match(text, at):
            rows.append(found.groups())
            at = found.end()
            if len(rows) == most:
                break
        return rows, at

    # ---------------------------------------------------------------- what they hold

    def _add(self, rows: Sequence[Found]) -> bool:
        """Add rows; False where they are in no order, or too many of their tags are written in ways of their own."""
        groups: list[Found] = list(zip(*rows, strict=True))
        numbers = array("l", [int(number or 0) - 1 for number in groups[0]])
        step = 3 if self._has_inline else 2
        of_rows, *of_cells = map(set, (groups[1], *groups[2::step]))
        ways = of_rows.union(*of_cells)
        if len(ways) > _MOST_WAYS or not all(map(lt, numbers, numbers[1:])):
            return False
        attributes = {way: attributes_in(way) for way in ways if way is not None}
        self._last = numbers[-1] + 1
        self._see_hidden(numbers, groups[1], {way: attributes[way] for way in of_rows if way is not None})
        kinds: _Kinds = {way: self._maker.kind_of(of) for way, of in attributes.items()}
        kinds[_INLINE] = ("inlineStr", "")
        filled: Collection[int] = ()
        for column in range(self._width):
            cells = _cells_written(numbers, *groups[2 + step * column : 2 + step * (column + 1)])
            if cells is not None:
                self._add_cells(column, cells, kinds)
                is_full = len(cells.rows) == len(numbers) or len(filled) == len(numbers)
                filled = numbers if is_full else {*filled, *cells.rows}
        self._sheet.pay_rows(len(filled))
        return True

    def _see_hidden(self, numbers: Sequence[int], rows: Found, ways: Mapping[str, Mapping[str, str]]) -> None:
        """Take in which rows are hidden. Mostly the ways in which their tags are written say that none is."""
        telling = {way: of for way, of in ways.items() if of.get("hidden", "false") not in ("0", "false")}
        if telling:
            for number, way in zip(numbers, rows, strict=True):
                if way in telling:
                    self._sheet.hidden.see("row", telling[way], number)

    def _add_cells(self, column: int, written: _Written, kinds: _Kinds) -> None:
        """Add cells of one column."""
        texts = written.texts
        if self._has_entities:
            texts = [without_entities(text) if "&" in text else text for text in texts]
        kind, *others = {kinds[way] for way in set(written.ways)}
        if others:
            of_cells = [kinds[way] for way in written.ways]
            cells = _mixed(self._maker, of_cells, texts)
            size = _size_of([cell for cell, kind in zip(cells, of_cells, strict=True) if kind[0] != "s"])
        else:
            cells = self._maker.cells(*kind, texts)
            size = 0 if kind[0] in ("s", "n") else _size_of(cells)
        self._sheet.extend(column, written.rows, cells, size)


def _row(p: str, width: int, has_inline: bool, has_formula: bool) -> str:
    """Return the pattern of a row with so many columns, the tags of which have the prefix `p`.

    Its groups are the row's number and attributes, and of each cell attributes, value and, `has_inline`, text.
    """
    holds = f"<{p}v>({TEXT})</{p}v></{p}c>"
    if has_formula:  # one without a value is no plain cell
        shared = ' t="shared" ref="[A-Z0-9:]+" si="[0-9]+"| t="shared" si="[0-9]+"| aca="(?:false|true)"'
        holds = rf"(?:<{p}f(?:{shared})?(?:/>|>{TEXT}</{p}f>)(?=<{p}v>\s*+[^\s<]))?+{holds}"
    if has_inline:
        holds += f'|<{p}is><{p}t(?: xml:space="preserve")?>({TEXT})</{p}t></{p}is></{p}c>'
    cells = (
        rf'(?:<{p}c r="{letters_of(column)}\1"([^<>&/]*+)(?:/>|>(?:{holds})))?+' for column in range(width)
    )
    return rf'<{p}row r="([1-9][0-9]{{0,6}})"([^<>&/]*+)(?:/>|>{"".join(cells)}</{p}row>)'


class _Written(NamedTuple):
    """Cells of one column that hold something, as they are written."""

    rows: Sequence[int]
    ways: Sequence[str | None]
    texts: Sequence[str]


def _cells_written(numbers: Sequence[int], ways: Found, values: Found, inline: Found = ()) -> _Written | None:
    """Return the cells of a column, given what the pattern found there; None where there are none."""
    if inline and values.count(None) == len(values):
        ways, values = [_INLINE] * len(inline), inline
    elif inline.count(None) < len(inline):
        ways = [way if text is None else _INLINE for way, text in zip(ways, inline, strict=True)]
        values = [value if text is None else text for value, text in zip(values, inline, strict=True)]
    if None not in values:
        return _Written(numbers, ways, cast(Sequence[str], values))
    filled = [value is not None for value in values]
    if not any(filled):
        return None
    texts = [value for value in values if value is not None]
    return _Written(list(compress(numbers, filled)), list(compress(ways, filled)), texts)


def _mixed(maker: CellMaker, kinds: Sequence[Kind], texts: Sequence[str]) -> list[Cell]:
    """Return the cells of a column of different types; equal ones are made once."""
    both = list(zip(kinds, texts, strict=True))
    made = {key: maker.cell(*key[0], key[1]) for key in dict.fromkeys(both)}
    return [made[key] for key in both]


def _size_of(cells: Sequence[Cell]) -> int:
    """Return how many bytes the texts among these cells take."""
    texts = cells if set(map(type, cells)) <= {str} else [cell for cell in cells if isinstance(cell, str)]
    return sum(map(sys.getsizeof, texts))
