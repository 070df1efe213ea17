"""Owns the look at an OpenDocument spreadsheet before it is loaded."""

from __future__ import annotations

import zipfile

from batch_update.sheet.archives import blocks_of, encrypted
from batch_update.sheet.scans import SMALL_GRID, Scan, Watch, follow

_UNSEEN = ("collapse", "filter")
"""hidden by hand or in a group that is folded, and left out by a filter"""


def scan_ods(archive: zipfile.ZipFile, name: str) -> dict[str, Scan]:
    """Scans every table of an OpenDocument spreadsheet: calamine loads them all at once. SheetError S108."""
    if any(b"encryption-data" in block for block in blocks_of(archive, name, "META-INF/manifest.xml")):
        raise encrypted(name)
    watch = _OdsWatch()
    follow(archive, name, "content.xml", watch)
    return watch.scans


class _OdsWatch(Watch):
    """Follows tables, rows and cells, each of which may stand for many like it."""

    def __init__(self) -> None:
        self.scans: dict[str, Scan] = {}
        self.listens = False
        self._scan = Scan()
        self._row = self._column = self._next_column = 0
        self._down = self._across = 1
        self._text = ""
        """what a cell shows whose value is an empty text"""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table":
            self.end()
            self._scan = self.scans[attributes.get("table:name", "")] = Scan()
            self._row, self._down, self._next_column = 0, 0, 0
        elif tag == "table-column":
            first = self._next_column
            self._next_column += int(attributes.get("table:number-columns-repeated", 1))
            if attributes.get("table:visibility") in _UNSEEN:
                self._scan.hidden.columns.add(first, self._next_column)
        elif tag == "table-row":
            self.end()
            self._row += self._down
            self._down = int(attributes.get("table:number-rows-repeated", 1))
            self._column, self._across = 0, 0
            if attributes.get("table:visibility") in _UNSEEN:
                self._scan.hidden.rows.add(self._row, self._row + self._down)
        elif tag in ("table-cell", "covered-table-cell"):
            self.end()
            self._column += self._across
            self._across = int(attributes.get("table:number-columns-repeated", 1))
            self._start_cell(attributes)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = self._row, self._column
        if "office:value-type" in attributes:
            self._scan.see(*place, down=self._down, across=self._across)
            is_error = attributes.get("calcext:value-type") == "error"
            self.listens = is_error or attributes.get("office:string-value") == ""
        elif "table:formula" in attributes:
            self._scan.missing.add(place)
            self._scan.see(*place)

    def text(self, tag: str, text: str) -> None:
        self._text += text

    def end(self) -> None:
        """What was heard of a cell, once it is over: `#DIV/0!`, or LibreOffice's own `Err:502`."""
        text = self._text.strip()
        if self.listens and text.startswith(("#", "Err:")):
            if self._down * self._across > SMALL_GRID:
                raise ValueError("an error in a million cells")
            for row in range(self._row, self._row + self._down):
                for column in range(self._column, self._column + self._across):
                    self._scan.errors[row, column] = text
        self.listens, self._text = False, ""
