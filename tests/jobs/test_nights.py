"""Nights in virtual time, one after another: what each leaves, and what of it stays."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from batch_update.errors import Interrupted, UsageError
from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.definition.job_tables import LogFile
from batch_update.jobs.record.job_record import JobRecord, job_state
from batch_update.jobs.record.job_run import Ending
from batch_update.jobs.record.record_file import record_path
from batch_update.jobs.running.hands import Turn
from batch_update.jobs.running.left_open import MOST_TRIES
from batch_update.jobs.running.log_file import add_line
from batch_update.jobs.running.more_reports import write_more
from batch_update.journal.folders import RunState, all_runs, entry_of
from batch_update.model.plans import Status
from batch_update.model.reports import Exit
from batch_update.report.documents.of_jobs import RanJob
from batch_update.run.applying import begin_apply
from batch_update.run.steps.session import Ended
from batch_update.sandbox.app import make_app
from tests.jobs.nights import FIRST, Nights
from tests.jobs.notices.made_runs import WELL

SHEET = "id,speech_speed\n10001,1.15\n10002,0.85\n10003,1.05\n"


class Killed(BaseException):
    """The process is gone, without a word."""


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    with make_app(tmp_path / "state.db", limits=()) as app:
        yield Nights(tmp_path, app)


def states(nights: Nights) -> list[RunState]:
    """The run folders of the job, the newest first."""
    return [entry_of(folder, ()).state for folder in all_runs(nights.folder / "runs")]


def killed_at_the_second_update(nights: Nights) -> None:
    updates = 0

    async def before(method: str) -> int | None:
        nonlocal updates
        updates += method not in ("GET", "POST")
        if updates == 2:
            raise Killed
        return None

    nights.before = before
    with pytest.raises((Killed, BaseExceptionGroup)):
        nights.run(concurrency=1)
    nights.before = None


def test_a_run_that_was_cut_short_is_gone_on_with_where_the_job_says_so(nights: Nights) -> None:
    nights.write("[schedule]\ncron = '0 3 * * *'\nresume = true\n", SHEET)
    killed_at_the_second_update(nights)
    assert states(nights) == [RunState.OPEN]
    run = nights.run()
    assert (run.ending, run.exit) == (Ending.SUCCESS, Exit.OK)
    assert run.line.startswith("2 runs: 3 updated, 3 with nothing to change")
    assert states(nights) == [RunState.COMPLETE, RunState.COMPLETE]


def test_without_that_an_open_run_is_told_with_the_command_to_go_on_with_it(nights: Nights) -> None:
    nights.write("", SHEET)
    killed_at_the_second_update(nights)
    (folder,) = all_runs(nights.folder / "runs")
    run = nights.run()
    assert run.line.endswith(f"; an earlier run is open: resume {folder.name}")
    assert (run.exit, run.counts) == (Exit.OK, {Status.UPDATED: 2, Status.UNCHANGED: 1})
    assert "is open" not in nights.run().line, "a run since has looked at the whole sheet"


def test_an_open_run_whose_rows_somebody_has_sent_since_is_not_told_any_more(nights: Nights) -> None:
    nights.write("", SHEET)
    killed_at_the_second_update(nights)
    nights.night(1)
    nights.means["clock"] = nights.clock
    settings = load_job(nights.folder / "night.toml").settings
    by_hand = Turn("", "apply", str(nights.folder / "day.csv"), settings)
    nights.see(by_hand, lambda means: begin_apply(by_hand.place, settings, means))
    assert states(nights) == [RunState.COMPLETE, RunState.OPEN]
    nights.night(2)
    assert nights.run().line.startswith("3 with nothing to change") and nights.warned == []


def test_a_run_that_only_sees_to_what_was_cut_short_begins_no_other(nights: Nights) -> None:
    nights.write("[schedule]\ncron = '0 3 * * *'\nresume = true\n", SHEET)
    killed_at_the_second_update(nights)
    run = nights.run(anew=False)
    assert (run.exit, states(nights)) == (Exit.OK, [RunState.COMPLETE])
    assert run.line.startswith("went on with ")


def test_a_run_that_can_never_be_gone_on_with_holds_up_the_job_for_a_few_nights_only(nights: Nights) -> None:
    """Each of these fails and is told; then a new run looks at the whole sheet, and names the one that is open."""
    nights.write("max-outage = 0\nmax-attempts = 1\n[schedule]\ncron = '0 3 * * *'\nresume = true\n", SHEET)
    killed_at_the_second_update(nights)
    (folder,) = all_runs(nights.folder / "runs")
    nights.before = nights.down_for(1e9)
    for _ in range(MOST_TRIES):
        run = nights.run()
        assert (run.ending, run.folders) == (Ending.FAILURE, (folder,))
        assert run.line.startswith(f"went on with {folder.name}: error[")
    nights.before = None
    run = nights.run()
    assert (run.ending, run.counts) == (Ending.SUCCESS, {Status.UPDATED: 2, Status.UNCHANGED: 1})
    assert run.line.endswith(f"in vain: resume {folder.name}") and "in vain" in nights.warned[-1]
    assert nights.run().line.startswith("3 with nothing to change")


def test_a_signal_before_anything_was_sent_leaves_the_time_to_the_next_start(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights.write("")
    monkeypatch.setattr(nights, "see", lambda turn, begin: Interrupted("a restart", signal=signal.SIGTERM))
    run = nights.run(due=FIRST)
    assert (run.exit, run.due, run.folders) == (Exit.TERMINATED, None, ())


def test_nights_one_after_another(nights: Nights) -> None:
    """What goes wrong in some of them: each line and folder is as promised, and no more than four folders stay."""
    log = '[log]\nfile = "night.log"\n'
    nights.write(f"keep = 4\nmax-outage = 600\n{log}", SHEET)
    first = nights.run()
    assert (first.ending, first.counts) == (Ending.SUCCESS, {Status.UPDATED: 3})
    endings, changed = {}, first
    for number in range(1, 16):
        nights.night(number)
        nights.before, sheet, given = nights.undisturbed, SHEET, {}
        match number:
            case 2:
                sheet = "id,speech_speed\n10001,7\n"
            case 4:
                sheet, given = "id,speech_speed\n10001,1.1\n10002,1.1\n", {"max_changes": 1}
            case 6:
                sheet, nights.before = SHEET.replace("1.15", "1.2"), nights.down_for(20)
            case 7:
                (nights.folder / "day.csv").unlink()
                sheet = ""
            case 8 | 9 | 10:
                sheet = SHEET.replace("1.15", "1.2")
            case 11:
                nights.before = nights.down_for(900)
        if sheet:
            (nights.folder / "day.csv").write_text(sheet, "utf-8")
        run = nights.run(**given)
        endings[number] = (run.ending, run.exit)
        changed = run if run.ending is Ending.SUCCESS else changed
        assert len(all_runs(nights.folder / "runs")) <= 5, "and the one that last changed something"
        assert changed.folders[0].is_dir(), "it can be undone"
    expected = dict.fromkeys(range(1, 16), (Ending.UNCHANGED, Exit.OK))
    expected[2] = (Ending.FAILURE, Exit.SHEET_INVALID)
    expected[4] = (Ending.GUARD, Exit.STOPPED)
    expected[6] = (Ending.SUCCESS, Exit.OK)
    expected[7] = (Ending.FAILURE, Exit.SHEET_INVALID)
    expected[11] = (Ending.FAILURE, Exit.STOPPED)
    expected[12] = (Ending.SUCCESS, Exit.OK)
    assert endings == expected
    assert nights.warned == []
    lines = (nights.folder / "night.log").read_text("utf-8").splitlines()
    assert len(lines) == 16 and all("  night: " in line and "; exit " in line for line in lines)
    assert (nights.folder / "night.log").stat().st_mode & 0o077 == 0


def test_all_folders_of_a_night_with_several_sheets_stay_until_the_next(nights: Nights) -> None:
    nights.write("keep = 1\n", SHEET)
    job = nights.folder / "night.toml"
    job.write_text(job.read_text().replace('file = "day.csv"', 'input = { file = "*.csv", take = "all" }'))
    (nights.folder / "later.csv").write_text(SHEET.replace("1.15", "1.2"))
    for _ in range(2):
        run = nights.run()
        assert run.ending is Ending.SUCCESS and all_runs(nights.folder / "runs") == [*reversed(run.folders)]


def test_a_log_of_json_begins_a_new_file_when_it_is_large_and_a_failing_one_changes_nothing(
    nights: Nights,
) -> None:
    log = '[log]\nfile = "{}"\nformat = "json"\nmax-mb = 0.0005\nbackups = 2\n'
    nights.write(log.format("night.log"), SHEET)
    for _ in range(5):
        nights.run()
    names = sorted(path.name for path in nights.folder.glob("night.log*") if path.suffix != ".lock")
    assert names == ["night.log", "night.log.1", "night.log.2"]
    told = [json.loads(line) for line in (nights.folder / "night.log").read_text("utf-8").splitlines()]
    assert (told[-1]["job"], told[-1]["ending"], told[-1]["exit"]) == ("night", "unchanged", 0)
    assert told[-1].keys() == {field.name for field in fields(RanJob)}, "as job log --json has it"
    (nights.folder / "taken").mkdir()
    nights.write(log.format("taken"))
    assert nights.run().exit is Exit.OK
    assert "the log" in nights.warned[-1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are made by fork here")
def test_processes_that_write_into_one_log_at_once_lose_no_line(tmp_path: Path) -> None:
    """Each line begins a new file, as often as it can go wrong."""
    log = LogFile.model_validate({"file": str(tmp_path / "all.log"), "max-mb": 1e-6, "backups": 100})
    children = []
    for job in "abc":
        children.append(os.fork())
        if not children[-1]:
            told = [why for n in range(8) for why in add_line(log, replace(WELL, job=f"{job}{n}"))]
            os._exit(len(told))
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    text = "".join(path.read_text("utf-8") for path in tmp_path.glob("all.log*"))
    assert sorted(re.findall(r"  (\w\d): 117 updated, .*; exit 0\n", text)) == [
        f"{job}{n}" for job in "abc" for n in range(8)
    ]


def test_further_reports_lie_in_the_folder_of_a_run_that_did_something(nights: Nights) -> None:
    nights.write('reports = ["jsonl", "junit"]\n', SHEET)
    (folder,) = nights.run().folders
    assert {path.suffix for path in folder.iterdir()} >= {".jsonl", ".xml"} and nights.warned == []
    ended, report = nights.told[-1].result, folder / "results.jsonl"
    assert isinstance(ended, Ended)
    report.unlink()
    for left_as_it_was in replace(ended, was_finished=True), replace(ended, was_held=True):
        assert list(write_more(left_as_it_was, ("jsonl",))) == [] and not report.exists()
    report.mkdir()
    (why,) = write_more(ended, ("jsonl",))
    assert why.startswith("the report as jsonl cannot be written: ")


def test_a_night_whose_end_cannot_be_noted_is_told_as_cut_short_and_its_time_is_not_run_again(
    nights: Nights,
) -> None:
    nights.write("", SHEET)
    record = record_path(nights.folder / "runs", "night")

    async def before(method: str) -> int | None:
        if method not in ("GET", "POST") and record.is_file():
            record.rename(nights.folder / "aside")
            record.mkdir()
        return None

    nights.before = before
    run = nights.run(due=FIRST)
    assert (run.ending, run.counts) == (Ending.SUCCESS, {Status.UPDATED: 3})
    assert "the record of the job cannot be written" in nights.warned[-1]
    nights.before = None
    record.rmdir()
    (nights.folder / "aside").rename(record)
    again = nights.run(due=FIRST)
    assert (again.exit, again.code, len(states(nights))) == (Exit.LOCKED, "R121", 1)
    assert "rows may have been sent" in job_state(nights.folder / "runs", "night").runs[-1].line


def test_rows_that_others_changed_are_held_back_and_they_alone_are_a_conflict(nights: Nights) -> None:
    nights.write("mode = 'plan'\n", SHEET)
    (saved,) = nights.run().folders
    nights.night(1)
    nights.write("", "id,speech_speed\n10001,1.1\n")
    nights.run()
    nights.night(2)
    inbox(nights, "", ("plan.json", (saved / "plan.json").read_text("utf-8")))
    run = nights.run()
    assert (run.ending, run.exit) == (Ending.CONFLICT, Exit.SOME_FAILED)
    assert run.counts == {Status.UPDATED: 2, Status.CONFLICT: 1}


def test_somebody_hears_of_a_night_that_cannot_be_noted(nights: Nights) -> None:
    """Nothing of it is begun; of one whose job is at work already only that tells."""
    nights.write("[monitor]\non-failure = ['touch', 'heard']\n", SHEET)
    (nights.folder / "runs").mkdir()
    (nights.folder / "runs" / ".jobs").write_text("no folder")
    assert nights.run().ending is Ending.FAILURE
    assert (nights.folder / "heard").exists() and states(nights) == []
    (nights.folder / "heard").unlink()
    (nights.folder / "runs" / ".jobs").unlink()
    with JobRecord(nights.folder / "runs", "night"):
        assert nights.run().exit is Exit.LOCKED
    assert not (nights.folder / "heard").exists() and nights.told[-1].folder is None


def test_a_folder_of_sheets_is_taken_in_turn_and_what_went_well_is_put_away(nights: Nights) -> None:
    """A line tells of all; a sheet that is wrong stays, and the next night has nothing to do but that."""
    (nights.folder / "inbox").mkdir()
    table = '[input]\nfile = "inbox/*.csv"\ntake = "all"\nmissing = "nothing"\narchive = "done"\n'
    nights.write(table)
    job = nights.folder / "night.toml"
    job.write_text(job.read_text().replace('file = "day.csv"\n', "", 1))
    (nights.folder / "inbox" / "a.csv").write_text(SHEET, "utf-8")
    (nights.folder / "inbox" / "b.csv").write_text("id,speech_speed\n10004,7\n", "utf-8")
    run = nights.run()
    assert (run.ending, run.exit, len(run.sheets), len(run.folders)) == (
        Ending.FAILURE,
        Exit.SHEET_INVALID,
        2,
        2,
    )
    assert run.line.startswith("2 runs: 3 updated, ") and "error[X206]" in run.line
    assert [path.name for path in (nights.folder / "done").iterdir()] == ["a.csv"]
    (nights.folder / "inbox" / "b.csv").unlink()
    empty = nights.run()
    assert (empty.ending, empty.exit, empty.folders) == (Ending.NOTHING, Exit.OK, ())
    assert empty.line.startswith("no sheet is there: ")


def test_a_sheet_that_is_as_it_was_at_the_last_success_is_skipped_where_the_job_says_so(
    nights: Nights,
) -> None:
    nights.write('[input]\nfile = "day.csv"\nunchanged = "skip"\n', SHEET)
    job = nights.folder / "night.toml"
    job.write_text(job.read_text().replace('file = "day.csv"\n', "", 1))
    assert nights.run().ending is Ending.SUCCESS
    skipped = nights.run()
    assert (skipped.ending, skipped.exit, skipped.folders) == (Ending.UNCHANGED, Exit.OK, ())
    (nights.folder / "day.csv").write_text(SHEET.replace("1.15", "1.2"), "utf-8")
    assert nights.run().counts == {Status.UPDATED: 1, Status.UNCHANGED: 2}
    assert nights.run().ending is Ending.UNCHANGED


def test_sheets_behind_one_that_did_not_end_well_wait_for_it(nights: Nights) -> None:
    """Sent and put away before it, they would be undone by the older one next time."""
    (nights.folder / "inbox").mkdir()
    table = '[input]\nfile = "inbox/*.csv"\ntake = "all"\nunchanged = "skip"\n'
    nights.write(table)
    job = nights.folder / "night.toml"
    job.write_text(job.read_text().replace('file = "day.csv"\n', "", 1))
    for name, text in (("a.csv", SHEET), ("b.csv", "id,speech_speed\n10004,7\n"), ("c.csv", SHEET + "\n")):
        (nights.folder / "inbox" / name).write_text(text, "utf-8")
        os.utime(nights.folder / "inbox" / name, (1e9 + ord(name[0]),) * 2)
    run = nights.run()
    assert (run.exit, len(run.sheets), len(run.digests)) == (Exit.SHEET_INVALID, 2, 1)
    assert "not taken, since the sheet before did not end well: c.csv" in run.line
    again = nights.run()
    assert ([Path(name).name for name in again.sheets], again.digests) == (["b.csv"], run.digests)


def inbox(nights: Nights, table: str, *sheets: tuple[str, str]) -> None:
    """Write a job that takes sheets of a folder, the oldest first."""
    (nights.folder / "inbox").mkdir()
    nights.write(f'[input]\nfile = "inbox/*"\ntake = "all"\n{table}')
    job = nights.folder / "night.toml"
    job.write_text(job.read_text().replace('file = "day.csv"\n', "", 1))
    for number, (name, text) in enumerate(sheets):
        (nights.folder / "inbox" / name).write_text(text, "utf-8")
        os.utime(nights.folder / "inbox" / name, (1e9 + number,) * 2)


@pytest.mark.parametrize("unchanged", ["run", "skip"])
def test_a_sheet_that_was_sent_and_cannot_be_put_away_is_a_failure_that_is_told(
    nights: Nights, unchanged: str
) -> None:
    """It counts as sent, and what lies behind it waits: sent before it, it would be undone by it."""
    later = SHEET.replace("1.15", "1.2")
    inbox(nights, f'archive = "done"\nunchanged = "{unchanged}"\n', ("a.csv", SHEET), ("b.csv", later))
    done = nights.folder / "done"

    async def before(method: str) -> int | None:
        if method not in ("GET", "POST") and done.is_dir():
            done.rmdir()
            done.write_text("no folder any more")
        return None

    nights.before = before
    run = nights.run()
    assert (run.ending, run.exit, run.code) == (Ending.FAILURE, Exit.USAGE, "U121")
    assert (len(run.digests), len(run.folders), run.counts[Status.UPDATED]) == (1, 1, 3)
    assert run.line.startswith("1 run: 3 updated; error[U121]: a.csv stays where it is: ")
    assert "did not end well: b.csv" in run.line
    nights.before = None
    done.unlink()
    assert nights.run().ending is Ending.SUCCESS
    assert sorted(path.name for path in done.iterdir()) == ["a.csv", "b.csv"]


def test_a_saved_plan_is_put_away_and_skipped_by_its_own_digest(nights: Nights) -> None:
    nights.write("mode = 'plan'\n", SHEET)
    (saved,) = nights.run().folders
    inbox(nights, 'archive = "done"\n', ("plan.json", (saved / "plan.json").read_text("utf-8")))
    nights.run()
    assert [path.name for path in (nights.folder / "done").iterdir()] == ["plan.json"]


def test_one_folder_for_all_sheets_is_refused_before_the_first_is_sent(nights: Nights) -> None:
    inbox(nights, "", ("a.csv", SHEET))
    run = nights.run(run_dir=nights.folder / "one")
    assert (run.exit, run.code, states(nights)) == (Exit.USAGE, "U101", [])
    job = nights.folder / "night.toml"
    job.write_text('run-dir = "one"\n' + job.read_text())
    with pytest.raises(UsageError) as caught:
        nights.run()
    assert "line 1: run-dir: gives all sheets one folder" in str(caught.value.details)
