"""A list of accounts as a sheet has it: a row for each account, as Excel saves it, in English or German."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from batch_update.account.known.known_account import KnownAccount, odd_name
from batch_update.account.known.toml_list import ACCOUNT_LIST, AccountTable, known_from, table_mistakes
from batch_update.errors import SheetError, UsageError
from batch_update.fields.names import normalize
from batch_update.settings.tunables import Settings
from batch_update.sheet.endings import WORKBOOKS
from batch_update.sheet.manner import Reading
from batch_update.sheet.opening import format_of, opened
from batch_update.sheet.reading import read_table, reading_of
from batch_update.sheet.table import Table, is_blank
from batch_update.text import as_compared, column_letters, no_such, printable, shortly

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("name", "account", "account name", "Konto", "Kontoname", "Mandant", "Unterkonto"),
    "base-url": ("base_url", "url", "server", "address", "Adresse", "Serveradresse"),
    "key": ("key", "api key", "key reference", "Schlüssel", "API-Schlüssel", "Schlüsselverweis"),
    "owner": ("owner", "email", "e-mail", "Inhaber", "Inhaberin", "Besitzer", "Eigentümer"),
    "tags": ("tags", "tag", "labels", "Gruppe", "Gruppen", "Schlagwörter", "Schlagworte", "Stichwörter"),
}
"""Key of an account -> the headers that its column may have."""
_MEANT = {normalize(header): key for key, headers in COLUMNS.items() for header in headers}
FORMS = "env:NAME, file:PATH, credential:NAME or command:PROGRAM WORD"
"""The forms that the cell of a key may have, as messages name them."""
_FORM = re.compile(r"\s*(env|file|credential|command)\s*:\s*(\S.*?)\s*", re.IGNORECASE | re.DOTALL)


class _Cell(NamedTuple):
    """Something that is wrong with a row, or with a cell of it."""

    row: int
    column: int | None
    text: str


def read_sheet_list(path: Path) -> tuple[KnownAccount, ...]:
    """Return the accounts of a sheet. Raises UsageError U180 with all mistakes, each at its row and column."""
    table = _table_of(path)
    meant, wrong = _columns(table)
    accounts: list[KnownAccount] = []
    if not wrong:
        for index in range(len(table.numbers)):
            found = _account_of_row(table, meant, index)
            wrong += found if isinstance(found, list) else []
            if not isinstance(found, list):
                accounts.append(known_from(found[0], found[1], path.resolve().parent))
        wrong += _names_again(table, meant["name"])
    if wrong:
        at = sorted(wrong, key=lambda cell: (cell.row, cell.column or 0))
        told = (_sentence_of(path, cell) for cell in at)
        raise UsageError(code=ACCOUNT_LIST.code, details=told, remedy="mend these cells, and save the sheet")
    return tuple(accounts)


def _table_of(path: Path) -> Table:
    """Return the cells of the sheet, whose first row names the columns. Raises UsageError U180."""
    reading = reading_of(Settings(header_row=1))
    try:
        with opened(path, None, reading.limits) as file:
            is_workbook = format_of(path.name, file, reading.limits) in WORKBOOKS
        with opened(path, None, reading.limits) as file:
            return read_table(file, path.name, _of_first(reading) if is_workbook else reading)
    except (SheetError, UsageError) as error:
        remedy = "the first row names the columns name, base_url, key, owner and tags; a row for each account follows"
        raise UsageError(error.message, code=ACCOUNT_LIST.code, remedy=remedy) from None


def _of_first(reading: Reading) -> Reading:
    return replace(reading, worksheet="1")


def _columns(table: Table) -> tuple[dict[str, int], list[_Cell]]:
    """Return which column holds what, and what is wrong with the headers."""
    meant: dict[str, int] = {}
    wrong: list[_Cell] = []
    for column, header in enumerate(table.headings.headers):
        key = _MEANT.get(normalize(header))
        if key is None and not is_blank(header) and not header.strip().startswith("_"):
            said = no_such("column", header, [name for names in COLUMNS.values() for name in names])
            wrong.append(_Cell(1, column, f"{said}; one that is a note has a header that begins with _"))
        elif key in meant:
            first = column_letters(meant[key])
            wrong.append(_Cell(1, column, f"{shortly(header)} says the same as column {first}"))
        elif key is not None:
            meant[key] = column
    for key in ("name", "key"):
        if key not in meant:
            wrong.append(_Cell(1, None, f"there is no column {key}: {', '.join(COLUMNS[key])} would be one"))
    return meant, wrong


def _account_of_row(
    table: Table, meant: Mapping[str, int], index: int
) -> tuple[str, AccountTable] | list[_Cell]:
    """Return the name and the table of an account, or what is wrong with its row."""
    row = table.numbers[index]
    uneven = table.ragged.get(index, ())
    if any(not is_blank(cell) for cell in uneven[len(table.columns) :]):
        return [_Cell(row, None, "has more cells than the first row has headers")]
    padded = [*uneven, *[""] * len(table.columns)] if uneven else [column[index] for column in table.columns]
    cells = {key: padded[column].strip() for key, column in meant.items()}
    wrong: list[_Cell] = []
    name = cells["name"]
    if odd := odd_name(name) if name else "the name of the account is missing":
        wrong.append(_Cell(row, meant["name"], odd))
    values = {key: cell for key, cell in cells.items() if cell and key not in ("name", "key")}
    given: dict[str, Any] = dict(values)
    if "tags" in values:
        given["tags"] = [tag for tag in re.split(r"[,;\s]+", values["tags"]) if tag]
    given["key"] = reference(cells["key"])
    if given["key"] is None:
        said = f"wanted where the key lies, since no key stands in a list of accounts: {FORMS}"
        wrong.append(_Cell(row, meant["key"], said))
        del given["key"]
    wrong += (_Cell(row, meant[str(path[0])], text) for path, text in table_mistakes((), given))
    return wrong or (name, AccountTable.model_validate(given))


def reference(cell: str) -> dict[str, Any] | None:
    """`file:keys/hotel` -> the reference to a key as TOML has it; None for what is none."""
    found = _FORM.fullmatch(cell)
    if found is None:
        return None
    form, said = found[1].lower(), found[2]
    if form != "command":
        return {form: said}
    words = shlex.shlex(said, posix=True)
    words.whitespace_split, words.commenters, words.escape = True, "", ""
    try:
        return {"command": list(words)}
    except ValueError:  # a quote that does not end
        return None


def _names_again(table: Table, column: int) -> Iterator[_Cell]:
    """Yield the rows whose account a row before has, too."""
    seen: dict[str, int] = {}
    for row, name in zip(table.numbers, table.columns[column], strict=True):
        first = seen.setdefault(as_compared(name), row)
        if first != row and name.strip():
            yield _Cell(row, column, f"{shortly(name.strip())} is the account of row {first}, too")


def _sentence_of(path: Path, cell: _Cell) -> str:
    place = f"row {cell.row}" if cell.column is None else f"{column_letters(cell.column)}{cell.row}"
    return f"{printable(str(path))}: {place}: {cell.text}"
