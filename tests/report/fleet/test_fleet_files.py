"""The files over all accounts: every row once, in the order of the sheet; the same sums in each of them."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from io import StringIO
from pathlib import Path

import openpyxl
import pytest

from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.journal.across.in_fleets import END
from batch_update.model.fleets import FleetEnd
from batch_update.model.plans import Status
from batch_update.model.reports import Exit
from batch_update.model.sheets import Dialect, Role
from batch_update.report.fleet.fleet_commands import FleetCommands
from batch_update.report.fleet.fleet_files import WrittenFleet, write_fleet_report
from batch_update.report.fleet.fleet_summary import fleet_summary
from batch_update.report.fleet.row_spool import RowSpool
from batch_update.report.own_columns import RESULT_COLUMNS
from batch_update.report.screen.gone_wrong import Room
from batch_update.report.tones import plain
from batch_update.settings.tunables import Settings
from batch_update.sheet.reading import read_sheet
from tests.clocks import NOON
from tests.report.fleet.made_fleets import REFUSED, UPDATED, Made, made_fleet

ACCOUNTS = {
    "anna": Made((UPDATED, UPDATED, UPDATED)),
    "berta": Made((UPDATED, REFUSED)),
    "carl": Made((UPDATED, REFUSED), exit=Exit.KEY_REFUSED, code="A401", message="the key is refused"),
    "dora": Made(rows=4),
    "emil": Made(rows=2, plan_code="U104", message="there is no key for it"),
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> tuple[FleetEnd, FleetFolder, WrittenFleet]:
    end, folder = made_fleet(tmp_path_factory.mktemp("runs") / "2026-11-22T1200_fleet_all", ACCOUNTS)
    return end, folder, write_fleet_report(end, folder)


def table(path: Path | None) -> list[dict[str, str]]:
    assert path is not None
    return list(csv.DictReader(StringIO(path.read_text("utf-8-sig")), delimiter=";"))


def test_every_row_is_there_once_in_the_order_of_the_sheet_with_its_account(
    fleet: tuple[FleetEnd, FleetFolder, WrittenFleet],
) -> None:
    rows = table(fleet[2].files.results)
    numbers = [int(row["_row"]) for row in rows]
    assert numbers == sorted(numbers) and len(numbers) == len(set(numbers)) == 13
    assert Counter(row["account"] for row in rows) == {"anna": 3, "berta": 2, "carl": 2, "dora": 4, "emil": 2}


def test_the_rows_to_mend_are_those_that_are_not_as_wanted_verbatim(
    fleet: tuple[FleetEnd, FleetFolder, WrittenFleet],
) -> None:
    rows = table(fleet[2].files.failed)
    assert Counter(row["account"] for row in rows) == {"berta": 1, "carl": 1, "dora": 4, "emil": 2}
    assert {row["speech_speed"] for row in rows} == {"1,1"}


def test_an_account_at_work_has_not_failed_in_the_files_either(tmp_path: Path) -> None:
    stopped = Made((UPDATED,), exit=Exit.STOPPED, code="R158", message="the fleet ended while it was at work")
    end, folder = made_fleet(tmp_path / "fleet", {"anna": stopped, "berta": Made((UPDATED,))})
    written = write_fleet_report(end, folder, at_work=["anna"])
    assert written.files.report is not None and written.files.page is not None
    document = json.loads(written.files.report.read_text("utf-8"))
    assert [(one["state"], one["code"]) for one in document["accounts"]] == [
        ("at_work", ""),
        ("as_wanted", ""),
    ]
    page = written.files.page.read_text("utf-8")
    assert "At work" in page and "R158" not in page


def test_tables_document_and_journals_agree_in_their_sums(
    fleet: tuple[FleetEnd, FleetFolder, WrittenFleet],
) -> None:
    written = fleet[2]
    counts = Counter(row["_status"] for row in table(written.files.results))
    accounts = table(written.files.accounts)
    assert written.files.report is not None
    document = json.loads(written.files.report.read_text("utf-8"))
    for status in Status:
        assert sum(int(row[status]) for row in accounts) == counts[status] == document["counts"][status]
    left = len(table(written.files.failed))
    assert sum(int(row["left"]) for row in accounts) == document["left"] == written.standing.left == left
    assert [row["account"] for row in accounts] == [one["account"] for one in document["accounts"]]


@pytest.mark.parametrize("language", ["en", "de"])
def test_of_a_workbook_there_is_a_workbook_and_the_rows_to_mend_are_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LC_ALL", f"{language}_DE.UTF-8")
    end, folder = made_fleet(tmp_path / "fleet", ACCOUNTS, Dialect("xlsx", delimiter=";", decimal=","))
    (folder.path / "failed.csv").touch()
    written = write_fleet_report(end, folder)
    files = written.files
    assert files.failed == folder.path / "failed.xlsx" and files.workbook is not None and files.told == ()
    assert not (folder.path / "failed.csv").exists()
    again = read_sheet(files.failed, Settings())
    account = next(column for column in again.columns if column.role is Role.ACCOUNT)
    assert Counter(account.texts) == {"berta": 1, "carl": 1, "dora": 4, "emil": 2}
    assert all(column.role is not Role.UNKNOWN or column.header == "note" for column in again.columns)
    book = openpyxl.load_workbook(files.workbook)
    cover, accounts, rows = book.worksheets
    states = [row[0].value for row in accounts.iter_rows(min_row=2)]
    assert states == [one.account for one in written.standing.accounts]
    assert rows.max_row == written.standing.left + 1 and cover["A1"].value


def test_what_an_earlier_report_left_there_and_is_not_true_any_more_is_removed(tmp_path: Path) -> None:
    end, folder = made_fleet(tmp_path / "fleet", {"anna": Made((UPDATED,))})
    stale = [folder.path / name for name in ("fleet.xlsx", "failed.xlsx", "failed.csv")]
    for path in stale:
        path.touch()
    written = write_fleet_report(end, folder)
    assert not [path for path in stale if path.exists()]
    assert (written.files.workbook, written.files.failed, written.files.told) == (None, None, ())


def test_the_worst_comes_first(fleet: tuple[FleetEnd, FleetFolder, WrittenFleet]) -> None:
    assert [(one.account, one.state) for one in fleet[2].standing.accounts] == [
        ("carl", "stopped"),
        ("emil", "not_planned"),
        ("berta", "not_all"),
        ("dora", "not_begun"),
        ("anna", "as_wanted"),
    ]


def test_rows_of_sheets_with_other_columns_stand_beneath_their_own() -> None:
    ours = [""] * len(RESULT_COLUMNS)
    with RowSpool() as spool:
        spool.add(3, ["id", "name", *RESULT_COLUMNS], ["10003", "Desk", *ours])
        spool.add(2, ["id", "note", "name", *RESULT_COLUMNS], ["10002", "mine", "Bar", *ours])
        assert spool.header == ["id", "name", "note", *RESULT_COLUMNS]
        assert list(spool.rows()) == [["10002", "Bar", "mine", *ours], ["10003", "Desk", "", *ours]]


@pytest.mark.parametrize(
    ("missing", "rest"),
    [(6, "and so it is with 1 more account"), (7, "and so it is with 2 more accounts")],
)
def test_of_many_accounts_whose_rows_are_not_known_a_few_are_named_and_the_others_counted(
    tmp_path: Path, missing: int, rest: str
) -> None:
    end, folder = made_fleet(tmp_path / "fleet", {f"account-{n:03}": Made(rows=1) for n in range(9)})
    for number in range(missing):
        folder.plan_of(f"account-{number:03}").unlink()
    told = write_fleet_report(end, folder).files.told
    assert [line.partition(":")[0] for line in told[:5]] == [f"account-{n:03}" for n in range(5)]
    assert told[5:] == (rest,)


def test_an_account_that_ended_before_anything_was_sent_misses_no_journal(tmp_path: Path) -> None:
    """As where its server is down; of one whose worker died, nobody knows, and the missing one is told: also where
    the account was begun once more, and ended by itself then."""
    end, folder = made_fleet(tmp_path / "fleet", {name: Made() for name in "abcd"})
    never, lost = (
        replace(end.accounts[0], epoch=1, code="R103", began=NOON),
        replace(end.accounts[1], epoch=1),
    )
    ended_then_too = folder.run_of("d", 1) / END
    ended_then_too.parent.mkdir(parents=True)
    ended_then_too.touch()
    again = (replace(never, account=name, epoch=2) for name in "cd")
    end = replace(end, accounts=(never, replace(lost, code="R150"), *again))
    missing = tuple(f"{name}: there is no journal of its run 1" for name in "bc")
    assert write_fleet_report(end, folder).files.told == missing


def test_the_summary_fits_on_a_screen_and_tells_where_the_rest_is(tmp_path: Path) -> None:
    many = {f"account-{n:03}": Made(rows=1, code="A401", message="refused") for n in range(40)}
    end, folder = made_fleet(tmp_path / "fleet", many)
    written = write_fleet_report(end, folder)
    commands = FleetCommands(resume="batch-update fleet resume last", undo="batch-update fleet undo last")
    lines = plain(fleet_summary(written.standing, written.files, commands=commands, room=Room())).split("\n")
    assert len(lines) <= Room().lines
    assert lines[0].startswith("0 of 40 accounts as wanted: 40 not sent in ")
    assert lines[1] == (
        "  40x stopped A401 the key is refused: "
        "account-000, account-001, account-002 and 37 more; 40 rows to do"
    )
    assert lines[-1].startswith("Go on   batch-update fleet resume")


def test_an_account_that_came_further_than_its_end_tells_is_told_as_its_newest_journal_does(
    tmp_path: Path,
) -> None:
    end, folder = made_fleet(tmp_path / "fleet", {"anna": Made((UPDATED, UPDATED), epochs=2)})
    (one,) = end.accounts
    before = replace(one, epoch=1, exit=Exit.STOPPED, code="R150", message="it was lost", counts={})
    (found,) = write_fleet_report(replace(end, accounts=(before,)), folder).standing.accounts
    assert (found.end.epoch, found.end.exit, found.code, found.left) == (2, Exit.OK, "", 0)
    assert found.end.counts[Status.UPDATED] == 2
