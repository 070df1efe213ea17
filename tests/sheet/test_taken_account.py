"""Of a sheet for several accounts a command about one takes its rows, and says how many it leaves out."""

from __future__ import annotations

from pathlib import Path

from batch_update.settings.tunables import Settings
from batch_update.sheet.reading import read_sheet

TEXT = "id;Mandant;name\n10001;nord;a\n10002;Süd;b\n10003;nord;c\n"


def codes_and_numbers(folder: Path, account: str | None) -> tuple[list[str], list[int]]:
    (folder / "s.csv").write_text(TEXT, "utf-8")
    sheet = read_sheet(folder / "s.csv", Settings(account=account))
    return [problem.code for problem in sheet.problems], list(sheet.numbers)


def test_the_rows_of_the_account_are_taken_whatever_its_case(tmp_path: Path) -> None:
    assert codes_and_numbers(tmp_path, "NORD") == (["S155"], [2, 4])
    assert codes_and_numbers(tmp_path, "süd") == (["S155"], [3])


def test_a_sheet_without_a_row_of_it_is_a_problem_and_so_is_one_where_no_account_is_named(
    tmp_path: Path,
) -> None:
    assert codes_and_numbers(tmp_path, "west") == (["S154"], [])
    assert codes_and_numbers(tmp_path, None) == (["H106"], [2, 3, 4])
