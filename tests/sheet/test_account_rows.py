"""Some rows of a sheet are a sheet of their own: each is there as it was, under the number that people see."""

from __future__ import annotations

from dataclasses import replace

from batch_update.model.sheets import NamedFile, Sheet
from batch_update.sheet.extent.account_rows import account_column, rows_of_account
from tests.sheet.tables import read_text

TEXT = (
    "id;Mandant;name;system_prompt\n"
    "10001;nord;a;@a.md\n"
    "10002;süd;b;@b.md\n"
    "\n"
    "10003;nord;c\n"
    "10004;süd;d;x;zu viel\n"
    "id;Mandant;name;system_prompt\n"
)


def all_cells(sheet: Sheet) -> list[tuple[int, int | None, tuple[str, ...]]]:
    rows = map(sheet.row, range(len(sheet)))
    return [(row.number, row.line, row.cells) for row in rows]


def test_rows_keep_their_numbers_lines_cells_and_problems() -> None:
    whole = read_text(TEXT)
    column = account_column(whole)
    assert column is not None and column.header == "Mandant"
    first, second = rows_of_account(whole, [0, 2]), rows_of_account(whole, [1, 3, 4])
    assert sorted(all_cells(first) + all_cells(second)) == all_cells(whole)
    assert [(p.code, p.index) for p in first.problems] == [("S106", 1)]
    assert [(p.code, p.index) for p in second.problems] == [("S106", 1)]
    assert {p.code for p in whole.problems if p.index is None} == {"H106"}
    assert (first.headers_again, second.headers_again) == (frozenset(), {2})


def test_files_that_only_others_name_do_not_come_along() -> None:
    files = {cell: NamedFile(cell[1:], "text") for cell in ("@a.md", "@b.md")}
    whole = replace(read_text(TEXT), files=files)
    assert rows_of_account(whole, [0]).files.keys() == {"@a.md"}
