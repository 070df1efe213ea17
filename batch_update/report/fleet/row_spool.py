"""Rows of many accounts, kept on the disk until all are known, and given back in the order of the sheet."""

from __future__ import annotations

import json
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from types import TracebackType

from batch_update.report.own_columns import RESULT_COLUMNS


class RowSpool:
    """Rows with their numbers and headers. They come account by account, and go in the order of their numbers."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # it is closed where the spool is
        self._numbers, self._places = array("q"), array("q", [0])
        self._headers: dict[tuple[str, ...], int] = {}
        self._of_row = array("l")
        self.is_even = True
        """whether each row has as many cells as its header"""

    def __enter__(self) -> RowSpool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, number: int, header: Sequence[str], cells: Sequence[str]) -> None:
        """Keep a row: its number in the sheet, the header of all its columns, ours at the end, and its cells."""
        self.is_even = self.is_even and len(cells) == len(header)
        record = json.dumps(cells).encode("ascii")
        self._file.write(record)
        self._numbers.append(number)
        self._places.append(self._places[-1] + len(record))
        self._of_row.append(self._headers.setdefault(tuple(header), len(self._headers)))

    @property
    def header(self) -> list[str]:
        """Return the columns of all rows: those of sheets in the order in which they came, then ours."""
        return [name for name, _ in self._own_columns()] + list(RESULT_COLUMNS)

    def rows(self) -> Iterator[list[str]]:
        """Yield the cells of all rows beneath `header`; of rows of one number, those that came first."""
        columns = self._own_columns()
        maps = [self._places_of(header, columns) for header in self._headers]
        for index in sorted(range(len(self._numbers)), key=self._numbers.__getitem__):
            self._file.seek(self._places[index])
            cells = json.loads(self._file.read(self._places[index + 1] - self._places[index]))
            places = maps[self._of_row[index]]
            yield cells if places is None else _at_their_columns(cells, places, len(columns))

    def _own_columns(self) -> list[tuple[str, int]]:
        """Return the columns of sheets; of several of one name, which of them it is."""
        return list(dict.fromkeys(column for header in self._headers for column in _counted_columns(header)))

    @staticmethod
    def _places_of(header: Sequence[str], columns: list[tuple[str, int]]) -> list[int] | None:
        """Return where each own column of a header goes; None where all go where they are."""
        places = [columns.index(column) for column in _counted_columns(header)]
        return None if places == list(range(len(columns))) else places


def _counted_columns(header: Sequence[str]) -> Iterator[tuple[str, int]]:
    own = header[: len(header) - len(RESULT_COLUMNS)]
    return ((name, own[:place].count(name)) for place, name in enumerate(own))


def _at_their_columns(cells: list[str], places: list[int], width: int) -> list[str]:
    own = [""] * width
    for place, cell in zip(places, cells, strict=False):
        own[place] = cell
    return own + cells[len(places) :]
