"""The run folder: files that only their owner reads, whole or not at all, that this program can read again."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_update.errors import Interrupted, RunStopped, UsageError
from batch_update.journal.recorded import RunFacts
from batch_update.model.plans import Change, Outcome, Plan, Status
from batch_update.model.reports import Event, Report, Stats
from batch_update.model.sheets import Dialect, Role, Sheet
from batch_update.outcomes import as_wanted
from batch_update.plan.from_run import restorations
from batch_update.plan.from_sheet import make_plan
from batch_update.report.files.folder import claim_folder, run_folder, write_run
from batch_update.report.files.one_file import write_form
from batch_update.report.files.plan_page import check_place_of_page
from batch_update.run.exporting import check_target
from batch_update.run.planning import require_book
from batch_update.settings.tunables import Settings
from batch_update.sheet.reading import read_sheet
from tests.clocks import NOON
from tests.made import column, report_of, sheet_of
from tests.report.outcomes import FAILED, INVALID, LEFT_OUT, NOT_SENT, OK, UNCHANGED, UNKNOWN

MORNING = datetime(2026, 11, 22, 9, 31, 5)
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# ---------------------------------------------------------------- the folder


@pytest.mark.parametrize(
    ("sheet", "name"),
    [
        ("changes.csv", "2026-11-22T0931-changes"),
        ("-", "2026-11-22T0931-stdin"),
        ("Änderungen Mai (2).xlsx", "2026-11-22T0931-Änderungen-Mai-2"),
        ("a:b*c?.csv", "2026-11-22T0931-a-b-c"),
        ("../../etc/passwd", "2026-11-22T0931-passwd"),
        ("C:\\sheets\\may.csv", "2026-11-22T0931-may"),
        ("...", "2026-11-22T0931-sheet"),
        (f"{'x' * 300}.csv", f"2026-11-22T0931-{'x' * 60}"),
    ],
)
def test_the_folder_is_named_after_time_and_sheet(tmp_path: Path, sheet: str, name: str) -> None:
    folder = run_folder(tmp_path / "runs", sheet, MORNING)
    assert folder == tmp_path / "runs" / name and folder.is_dir()


def test_two_runs_never_share_a_folder(tmp_path: Path) -> None:
    names = [run_folder(tmp_path, "changes.csv", MORNING).name for _ in range(3)]
    assert names == ["2026-11-22T0931-changes", "2026-11-22T0931-changes-2", "2026-11-22T0931-changes-3"]


@posix
def test_folder_and_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        folder = run_folder(tmp_path, "changes.csv", MORNING)
        write_run(report_of(OK, FAILED), folder)
        assert mode(folder) == 0o700
        assert mode(claim_folder(tmp_path / "named" / "deep")) == 0o700
        assert {path.name: mode(path) for path in folder.iterdir()} == {
            "results.csv": 0o600,
            "failed.csv": 0o600,
            "run.json": 0o600,
            "report.html": 0o600,
        }
    finally:
        os.umask(before)


@pytest.mark.parametrize("name", ["results.csv", "failed.csv", "run.json"])
def test_a_folder_that_holds_another_run_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(UsageError, match=name) as caught:
        claim_folder(tmp_path)
    assert caught.value.code == "U107"


def test_a_folder_with_other_files_is_taken(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    assert claim_folder(tmp_path) == tmp_path


def test_a_file_where_the_folder_should_be_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be made"):
        claim_folder(tmp_path / "file")


# ---------------------------------------------------------------- the files


def test_there_is_no_failed_csv_where_nothing_is_left_to_do(tmp_path: Path) -> None:
    written = write_run(report_of(OK, UNCHANGED, LEFT_OUT), tmp_path)
    assert written.failed is None and not (tmp_path / "failed.csv").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "results.csv", "run.json"]


def test_the_files_keep_the_dialect_of_the_sheet(tmp_path: Path) -> None:
    dialect = Dialect("csv", "cp1252", ";", ",", "\r\n")
    sheet = sheet_of(column("id", "1"), column("name", ["Weiß; Söhne"]), rows=1, dialect=dialect)
    written = write_run(report_of(FAILED, sheet=sheet), tmp_path)
    assert b'1;"Wei\xdf; S\xf6hne";2;failed;' in written.results.read_bytes()
    assert written.failed and written.failed.read_bytes() == written.results.read_bytes()


def test_the_results_of_a_workbook_are_a_csv_for_programs_and_a_workbook_for_people(tmp_path: Path) -> None:
    sheet = sheet_of(column("id", "1"), column("name", ["Weiß"]), dialect=Dialect("xlsx", worksheet="Mai"))
    written = write_run(report_of(OK, sheet=sheet), tmp_path)
    assert written.results.read_bytes().startswith(b"\xef\xbb\xbfid,name,_row,")
    assert written.workbook == tmp_path / "results.xlsx"
    assert read_sheet(written.workbook).dialect.worksheet in ("Results", "Ergebnisse")


def test_run_json_tells_the_run_in_figures(tmp_path: Path) -> None:
    stopped = RunStopped("the server is down", code="R103", remedy="later")
    report = report_of(
        OK,
        *[FAILED] * 12,
        NOT_SENT,
        events=(Event("gate", "too many requests", 2.06169, NOON),),
        seconds=61.25,
        stopped=stopped,
        started=datetime(2026, 11, 22, 8, 31, 5, tzinfo=UTC),
    )
    facts = RunFacts(Settings(base_url="https://user:word@api.example:8443/api"), Stats(14, 3, 1, 0))
    sheet = replace(report.plan.sheet, sha256="ab" * 32)
    report = replace(report, plan=replace(report.plan, sheet=sheet))
    document = json.loads(write_run(report, tmp_path, facts).run.read_text("utf-8"))
    assert document["schema"] == "batch-update/run-file/1" and document["tool"].startswith("batch-update ")
    assert (document["started"], document["finished"]) == (
        "2026-11-22T08:31:05.000Z",
        "2026-11-22T08:32:06.250Z",
    )
    assert document["sheet"] == {"name": "changes.csv", "sha256": "ab" * 32, "rows": 14, "blank_rows": 0}
    assert document["server"] == "api.example:8443"
    assert document["counts"] == {
        "updated": 1, "unchanged": 0, "invalid": 0, "failed": 12, "unknown": 0, "not_sent": 1, "conflict": 0,
    }  # fmt: skip
    assert document["codes"]["A404"]["rows"] == 12 and document["codes"]["A404"]["first_rows"] == list(
        range(3, 13)
    )
    assert document["stats"] == {"requests": 14, "retries": 3, "gates": 1, "slowdowns": 0}
    assert document["settings"]["rate"] == ["20/10", "100/60"]
    assert document["events"] == [
        {
            "kind": "gate",
            "message": "too many requests",
            "seconds": 2.062,
            "at": "2026-11-22T12:00:00.000Z",
            "wave": None,
        }
    ]
    assert document["stopped"] == document["error"] and document["exit"] == 5
    assert document["stopped"]["code"] == "R103" and document["at"] == document["finished"]
    assert document["files"] == {
        "results": "results.csv", "failed": "failed.csv", "undo": None, "run": "run.json", "workbook": None,
        "page": "report.html",
    }  # fmt: skip


def test_run_json_does_without_the_facts_it_is_not_given(tmp_path: Path) -> None:
    document = json.loads(write_run(report_of(OK), tmp_path).run.read_text("utf-8"))
    assert {document[name] for name in ("started", "finished", "server", "stats", "settings", "stopped")} == {
        None
    }


def test_of_a_bug_only_its_kind_is_written(tmp_path: Path) -> None:
    report = report_of(UNKNOWN, stopped=KeyError("Bearer live-key-0123456789"))
    written = write_run(report, tmp_path)
    assert "live-key" not in "".join(path.read_text("utf-8") for path in tmp_path.iterdir())
    assert json.loads(written.run.read_text("utf-8"))["stopped"]["kind"] == "KeyError"


def test_no_secret_of_the_sheet_reaches_run_json_or_a_column_of_ours(tmp_path: Path) -> None:
    secret = "cal_live_0123456789"
    tools = json.dumps([{"type": "calendar_integration", "calcom_api_key": secret}])
    refused = Outcome(Status.FAILED, "A422", f"refused (422): tools.0: {secret} is wrong")
    report = report_of(refused, columns=[column("id", "1"), column("tools", [tools])])
    written = write_run(report, tmp_path)
    assert secret not in written.run.read_text("utf-8")
    assert written.results.read_text("utf-8").count(secret) == 1


def test_a_failed_write_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(report_of(OK), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*args: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(OSError, match="No space"):
        write_run(report_of(OK), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_what_is_looked_at_and_cannot_be_made_is_told_and_hides_nothing(tmp_path: Path) -> None:
    """A folder in the place of each, and a bug while the page is made."""
    book = replace(report_of(OK, FAILED).plan.sheet, dialect=Dialect("xlsx"), name="changes.xlsx")
    for name in ("results.xlsx", "failed.xlsx"):
        (tmp_path / name).mkdir()

    def bug(report: Report, facts: RunFacts) -> NoReturn:
        raise KeyError("a bug")

    written = write_run(report_of(OK, FAILED, sheet=book), tmp_path, following=bug)
    assert (written.page, written.workbook) == (None, None)
    assert written.failed == tmp_path / "failed.csv"
    for path in (written.results, written.failed, written.run):
        assert path.is_file()
    told = "\n".join(written.told)
    assert all(f"no {name}: " in told for name in ("failed.xlsx", "results.xlsx", "report.html")), told
    assert "(KeyError)" in told and json.loads(written.run.read_text("utf-8"))["files"]["page"] is None


def test_more_columns_than_a_worksheet_has_are_a_csv_and_said_to_be_columns(tmp_path: Path) -> None:
    columns = [column("id", ["101"]), *(column(f"?{n}", [""]) for n in range(16_384))]
    wide = sheet_of(*columns, name="wide.xlsx", dialect=Dialect("xlsx"))
    written = write_run(report_of(FAILED, sheet=wide), tmp_path)
    assert written.failed == tmp_path / "failed.csv"
    assert [("16,384 columns" in told, "characters" in told) for told in written.told] == [(True, False)] * 2


def test_a_page_of_an_earlier_session_goes_where_no_new_one_can_be_made(tmp_path: Path) -> None:
    page = write_run(report_of(FAILED), tmp_path).page

    def bug(report: Report, facts: RunFacts) -> NoReturn:
        raise KeyError("a bug")

    write_run(report_of(OK), tmp_path, following=bug)
    assert page is not None and not page.exists()


@posix
@pytest.mark.parametrize("kind", ["pipe", "link", "link to nowhere"])
def test_no_file_that_is_named_takes_the_place_of_a_link_or_waits_for_a_pipe(
    tmp_path: Path, kind: str
) -> None:
    """`-o /dev/stdout` as root would take it away from everybody."""
    mine = tmp_path / "mine.html"
    mine.write_text("mine", "utf-8")
    checks: dict[str, Callable[[Path], object]] = {
        "report.html": lambda path: write_form(report_of(OK), RunFacts(), path, "html", force=True),
        "plan.html": check_place_of_page,
        "plan.xlsx": require_book,
        "all.csv": lambda path: check_target(path, force=True),
    }
    for name, check in checks.items():
        path = tmp_path / name
        if kind == "pipe":
            os.mkfifo(path)
        else:
            path.symlink_to(mine if kind == "link" else tmp_path / "none")
        with pytest.raises(UsageError, match="no plain file") as refused:
            check(path)
        assert refused.value.code == "U110" and os.path.lexists(path), name
    assert mine.read_text("utf-8") == "mine"


# ---------------------------------------------------------------- read again


def read_and_settle(path: Path, outcome: Outcome) -> Report:
    """A sheet with every row that is not settled by its check ending so."""
    plan = make_plan(read_sheet(path))
    made = {index: outcome for change in plan.changes for index in change.indexes} | dict(plan.settled)
    return Report(plan, tuple(made[index] for index in range(len(plan.sheet))))


def own_rows(sheet: Sheet, wanted: set[int]) -> list[tuple[str, ...]]:
    texts = [c.texts for c in sheet.columns if c.role is not Role.OWN]
    return [row for index, row in enumerate(zip(*texts, strict=True)) if index in wanted]


HARD = '''id;name;Tempo;system_prompt
101;Weiß;1,1;"Zeile 1
Zeile 2; mit ""Zitat"""
102;'=SUM(A1);9,9;
103;a;b;c;d
104;zu kurz
105;"ab"c;1,0;
;ohne Id;1,0;
107;'+49 30 x;1,0;@@home
108;;;
101;Weiß;1,2;
'''


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_failed_rows_applied_again_are_the_same_rows_with_the_same_faults(
    tmp_path: Path, encoding: str
) -> None:
    """And again: a third time changes nothing."""
    path = tmp_path / "changes.csv"
    path.write_bytes(HARD.encode(encoding))
    first = read_and_settle(path, NOT_SENT)
    undone = {index for index, outcome in enumerate(first.outcomes) if not as_wanted(outcome)}
    assert len(undone) == 8
    for round in range(3):
        written = write_run(first, tmp_path / str(round))
        assert written.failed is not None
        again = read_and_settle(written.failed, NOT_SENT)
        assert own_rows(again.plan.sheet, set(range(len(undone)))) == [
            # a misplaced quote is gone once it is written anew; the row is one cell too long instead
            row if first.outcomes[index].code != "S111" else ("",) * 4
            for index, row in zip(sorted(undone), own_rows(first.plan.sheet, undone), strict=True)
        ]
        assert [o.status for o in again.outcomes] == [
            first.outcomes[index].status for index in sorted(undone)
        ]
        codes = [first.outcomes[index].code.replace("S111", "S106") for index in sorted(undone)]
        assert [outcome.code for outcome in again.outcomes] == codes
        first, undone = again, set(range(len(again.outcomes)))


def test_results_can_be_read_and_their_results_have_the_same_columns(tmp_path: Path) -> None:
    path = tmp_path / "changes.csv"
    path.write_text("id,name\n1,a\n2,b\n", "utf-8")
    first = write_run(read_and_settle(path, OK), tmp_path / "1").results
    second = write_run(read_and_settle(first, OK), tmp_path / "2").results
    assert second.read_bytes() == first.read_bytes()


DIALECTS = [Dialect("csv"), Dialect("csv", "utf-8-sig", ";", ","), Dialect("tsv", delimiter="\t")]
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@settings(max_examples=60)
@given(names=st.lists(CELLS, min_size=1, max_size=8), data=st.data())
def test_whatever_the_cells_hold_the_results_hold_it_too(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], data: st.DataObject
) -> None:
    outcomes = data.draw(
        st.lists(st.sampled_from([OK, FAILED, INVALID]), min_size=len(names), max_size=len(names))
    )
    dialect = data.draw(st.sampled_from(DIALECTS))
    ids = [str(101 + index) for index in range(len(names))]
    sheet = sheet_of(column("id", ids), column("name", names), rows=len(names), dialect=dialect)
    written = write_run(report_of(*outcomes, sheet=sheet), tmp_path_factory.mktemp("run"))
    read = read_sheet(written.results)
    assert [list(c.texts) for c in read.columns[:2]] == [ids, names]
    assert list(read.columns[3].texts) == [str(outcome.status) for outcome in outcomes]


def test_an_interrupted_run_says_so(tmp_path: Path) -> None:
    report = report_of(OK, NOT_SENT, stopped=Interrupted("the run was interrupted by SIGTERM", signal=15))
    document = json.loads(write_run(report, tmp_path).run.read_text("utf-8"))
    assert document["exit"] == 143 and document["stopped"]["kind"] == "Interrupted"


def test_a_plan_is_all_that_the_files_need(tmp_path: Path) -> None:
    sheet = sheet_of(column("id", ["1"]), rows=1)
    assert write_run(Report(Plan(sheet, (), {0: UNCHANGED}), (UNCHANGED,)), tmp_path).results.exists()


def test_what_held_half_a_character_is_said_to_be_lost_and_not_written_with_a_question_mark() -> None:
    before = "Half of a fox: \ud83e, and then the rest of a prompt. " * 9
    change = Change(101, {"system_prompt": "new"}, (0,), before={"system_prompt": before})
    report = report_of(OK)
    (one,) = restorations(replace(report, plan=replace(report.plan, changes=(change,), settled={})))
    assert (one.values, list(one.lost)) == ({}, ["system_prompt"])
