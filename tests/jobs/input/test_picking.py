"""Which sheets a run of a job takes from a folder, and when it takes none."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.clock import Clock
from batch_update.errors import SheetError, UsageError
from batch_update.jobs.definition.job_tables import Input
from batch_update.jobs.input.picking import choose
from batch_update.jobs.input.sent_before import sent_before
from batch_update.jobs.input.taken import Intake, NoSheet
from batch_update.jobs.record.job_run import Ending, JobRun
from batch_update.model.reports import Exit
from batch_update.settings.tunables import Settings


def put(path: Path, text: str = "id,name\n1,a\n", *, minutes_ago: float = 60) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    changed = datetime.now(UTC).timestamp() - minutes_ago * 60
    os.utime(path, (changed, changed))
    return path


def clock_at(seconds: float, pauses: list[float] | None = None, meanwhile: Any = None) -> Clock:
    """A clock so many seconds after the files of now arrived; what happens `meanwhile` happens in its pauses."""
    now = datetime.now(UTC) + timedelta(seconds=seconds)

    async def sleep(pause: float) -> None:
        if pauses is not None:
            pauses.append(pause)
        if meanwhile:
            meanwhile()

    return replace(Clock(), wall=lambda: now, sleep=sleep)


def chosen(
    folder: Path, file: str, *, sent: Iterable[str] = (), clock: Clock | None = None, **keys: Any
) -> Intake:
    async def main() -> Intake:
        return await choose(
            Input(file=file, **keys),
            Settings(),
            folder=folder,
            inbox=folder / "inbox-of-job",
            sent=tuple(sent),
            environ={},
            clock=clock or clock_at(100_000),
        )

    return anyio.run(main)


def names(found: Intake) -> list[str]:
    return [sheet.path.name for sheet in found.sheets]


def refusal(folder: Path, file: str, **keys: Any) -> str:
    with pytest.raises((SheetError, UsageError)) as caught:
        chosen(folder, file, **keys)
    return caught.value.code


# ---------------------------------------------------------------- which


def test_a_path_is_taken_with_the_digest_of_its_bytes(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", "id,name\n7,x\n")
    (sheet,) = chosen(tmp_path, "a.csv").sheets
    assert (sheet.path, sheet.digest, sheet.origin) == (
        path,
        sha256(path.read_bytes()).hexdigest(),
        str(path),
    )
    (tmp_path / "jobs").mkdir()
    assert chosen(tmp_path / "jobs", "../a.csv").sheets[0].digest == sheet.digest


def test_all_are_taken_from_the_oldest_to_the_newest_and_of_one_time_by_name(tmp_path: Path) -> None:
    for name, minutes in (("z.xlsx", 30), ("B.XLSX", 20), ("a.xlsx", 20), ("ä.xlsx", 20), ("new.xlsx", 1)):
        put(tmp_path / name, name, minutes_ago=minutes)
    assert names(chosen(tmp_path, "*.xlsx", take="all")) == [
        "z.xlsx",
        "B.XLSX",
        "a.xlsx",
        "ä.xlsx",
        "new.xlsx",
    ]
    assert names(chosen(tmp_path, "*.xlsx", take="newest")) == ["new.xlsx"]
    assert refusal(tmp_path, "*.xlsx") == "S142"
    assert names(chosen(tmp_path, "n*.xlsx")) == ["new.xlsx"]


TEMPORARY = (
    "~$plan.xlsx .~lock.plan.xlsx# plan.xlsx.part plan.xlsx.crdownload plan.xlsx.tmp plan.xlsx.filepart .plan.xlsx "
    "~plan.tmp plan.xlsx~ .hidden/plan.xlsx"
)


@pytest.mark.parametrize("pattern", ["*", "**/*", "*.xlsx*", "**/*.xlsx"])
def test_what_programs_leave_beside_a_sheet_is_never_taken(tmp_path: Path, pattern: str) -> None:
    for name in [*TEMPORARY.split(), "done/old.xlsx"]:
        put(tmp_path / name)
    (tmp_path / "folder.xlsx").mkdir()
    (tmp_path / "gone.xlsx").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.xlsx")
    found = chosen(tmp_path, pattern, missing="nothing", take="all", archive=tmp_path / "done")
    assert (names(found), found.nothing) == ([], NoSheet.MISSING)
    put(tmp_path / "plan.xlsx")
    assert names(chosen(tmp_path, pattern, archive=tmp_path / "done")) == ["plan.xlsx"]


def test_a_pattern_without_an_ending_leaves_out_what_is_called_like_no_sheet_and_says_so(
    tmp_path: Path,
) -> None:
    for name in ("a.csv", "Thumbs.db", "read\x1b[2Jme.pdf"):
        put(tmp_path / name)
    found = chosen(tmp_path, "*")
    assert names(found) == ["a.csv"]
    (note,) = found.notes
    assert "Thumbs.db" in note and "\x1b" not in note
    assert names(chosen(tmp_path, "*.db")) == ["Thumbs.db"], "who names an ending means it"


def test_folders_and_files_may_be_called_like_patterns(tmp_path: Path) -> None:
    put(tmp_path / "[prod]" / "plan [1].csv")
    put(tmp_path / "[prod]" / "b.xlsx")
    assert names(chosen(tmp_path / "[prod]", "*.xlsx")) == ["b.xlsx"]
    assert names(chosen(tmp_path / "[prod]", "plan [1].csv")) == ["plan [1].csv"]
    assert names(chosen(tmp_path, str(tmp_path / "[prod]" / "p*.csv"))) == ["plan [1].csv"]


def test_links_are_followed_and_shown_as_what_they_are_called(tmp_path: Path) -> None:
    put(tmp_path / "store" / "2026-11.csv")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "latest.csv").symlink_to(tmp_path / "store" / "2026-11.csv")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    assert names(chosen(tmp_path, "in/**/*.csv")) == ["latest.csv"]


def test_the_content_of_an_earlier_sheet_is_taken_again_and_said(tmp_path: Path) -> None:
    for name, text, minutes in (("a.csv", "x", 3), ("b.csv", "y", 2), ("c.csv", "x", 1)):
        put(tmp_path / name, text, minutes_ago=minutes)
    found = chosen(tmp_path, "*.csv", take="all")
    assert names(found) == ["a.csv", "b.csv", "c.csv"]
    assert [note.split(",")[0] for note in found.notes] == ["c.csv holds the same as a.csv"]


# ---------------------------------------------------------------- none


def test_where_no_sheet_is_there_the_job_says_whether_that_fails(tmp_path: Path) -> None:
    for file in ("a.csv", "*.csv"):
        assert refusal(tmp_path, file) == "S140"
        assert chosen(tmp_path, file, missing="nothing").nothing is NoSheet.MISSING


@pytest.mark.parametrize("file", ["share/a.csv", "share/*.csv"])
def test_a_folder_that_is_not_there_is_an_error_whatever_the_job_says(tmp_path: Path, file: str) -> None:
    """A share that is not mounted would else be an empty inbox, night after night."""
    assert refusal(tmp_path, file, missing="nothing") == "S101"


def test_a_folder_is_no_sheet_and_the_pattern_for_those_in_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    with pytest.raises(SheetError) as caught:
        chosen(tmp_path, "inbox", missing="nothing")
    assert (caught.value.code, "inbox/*.xlsx" in caught.value.remedy) == ("S101", True)


def test_what_cannot_be_opened_is_left_to_reading_which_tells_why(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to(tmp_path / "nowhere")
    (sheet,) = chosen(tmp_path, "a.csv", missing="nothing").sheets
    assert sheet.digest == ""


# ---------------------------------------------------------------- unchanged


def test_a_sheet_that_was_sent_is_skipped_by_its_bytes_where_the_job_says_so(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", "x")
    digest = sha256(b"x").hexdigest()
    assert names(chosen(tmp_path, "a.csv", sent=[digest])) == ["a.csv"]
    found = chosen(tmp_path, "a.csv", sent=[digest], unchanged="skip")
    assert (names(found), found.nothing, [one.digest for one in found.skipped]) == (
        [],
        NoSheet.UNCHANGED,
        [digest],
    )
    put(tmp_path / "a.csv", "y")
    assert names(chosen(tmp_path, "a.csv", sent=[digest], unchanged="skip")) == ["a.csv"]


def test_of_all_sheets_those_before_the_first_new_one_are_skipped(tmp_path: Path) -> None:
    """Sheets that stand behind the new one are sent again: else it would win, though it is older."""
    for minutes, name in enumerate(("d.csv", "c.csv", "b.csv", "a.csv"), start=1):
        put(tmp_path / name, name, minutes_ago=minutes)
    sent = [sha256(name.encode()).hexdigest() for name in ("a.csv", "b.csv", "d.csv")]
    found = chosen(tmp_path, "*.csv", take="all", unchanged="skip", sent=sent)
    assert (names(found), [one.path.name for one in found.skipped]) == (
        ["c.csv", "d.csv"],
        ["a.csv", "b.csv"],
    )


# ---------------------------------------------------------------- settled


def test_a_file_is_taken_once_it_has_rested_whatever_time_it_carries(tmp_path: Path) -> None:
    """A copy that keeps the time of its original is as new as its arrival."""
    put(tmp_path / "a.csv", minutes_ago=600)
    pauses: list[float] = []
    early = chosen(tmp_path, "a.csv", settle=60, missing="nothing", clock=clock_at(30, pauses))
    assert (early.nothing, pauses) == (NoSheet.UNSETTLED, [5.0])
    assert refusal(tmp_path, "a.csv", settle=60, clock=clock_at(30)) == "S141"
    assert names(chosen(tmp_path, "a.csv", settle=60, clock=clock_at(90))) == ["a.csv"]
    assert names(chosen(tmp_path, "a.csv", clock=clock_at(1))) == ["a.csv"], "no settle, no waiting"


def test_a_file_that_grows_between_two_looks_has_not_rested(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv")
    before = path.stat().st_mtime

    def copied_on() -> None:
        path.write_bytes(path.read_bytes() + b"2,b\n")
        os.utime(path, (before,) * 2)

    for meanwhile in (copied_on, path.unlink):
        found = chosen(
            tmp_path, "a.csv", settle=9, missing="nothing", clock=clock_at(900, meanwhile=meanwhile)
        )
        assert found.nothing is NoSheet.UNSETTLED


def test_a_time_that_is_still_to_come_does_not_hold_a_file_back_for_ever(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", minutes_ago=-60 * 24 * 365)
    assert names(chosen(tmp_path, "a.csv", settle=60, clock=clock_at(90))) == ["a.csv"]


def test_a_newest_sheet_that_has_not_rested_makes_no_older_one_be_sent(tmp_path: Path) -> None:
    put(tmp_path / "old.csv", minutes_ago=500)
    path = put(tmp_path / "new.csv", minutes_ago=5)

    def grows() -> None:
        path.write_text("id,name\n", "utf-8")

    found = chosen(
        tmp_path, "*.csv", take="newest", settle=9, missing="nothing", clock=clock_at(900, meanwhile=grows)
    )
    assert (names(found), found.nothing, "new.csv" in found.line) == ([], NoSheet.UNSETTLED, True)


def test_of_all_sheets_those_behind_one_that_has_not_rested_wait_with_it(tmp_path: Path) -> None:
    """Sent first, the newer sheet would be undone by the older one next time."""
    for name, minutes in (("a.csv", 30), ("b.csv", 20), ("c.csv", 10)):
        put(tmp_path / name, minutes_ago=minutes)

    def grows() -> None:
        put(tmp_path / "b.csv", "id,name\n", minutes_ago=20)

    found = chosen(tmp_path, "*.csv", take="all", settle=9, clock=clock_at(900, meanwhile=grows))
    assert names(found) == ["a.csv"]
    assert any("b.csv, c.csv" in note for note in found.notes)


# ---------------------------------------------------------------- sent before


def run_of(*digests: str, sheets: tuple[str, ...] = ("a.csv",), ending: Ending = Ending.SUCCESS) -> JobRun:
    at = datetime(2026, 11, 22, 3, tzinfo=UTC)
    return JobRun("night", None, at, at, ending, Exit.OK, "", sheets=sheets, digests=digests)


@pytest.mark.parametrize(
    ("runs", "sent"),
    [
        ([], set()),
        ([run_of("1")], {"1"}),
        ([run_of(sheets=(), ending=Ending.NOTHING), run_of("1")], {"1"}),
        ([run_of("1", sheets=(), ending=Ending.UNCHANGED), run_of("1", "2")], {"1"}),
        ([run_of(ending=Ending.FAILURE), run_of("1")], set()),
        ([run_of("1", "2", ending=Ending.FAILURE), run_of("1")], {"1", "2"}),
        (
            [replace(run_of(sheets=(), ending=Ending.FAILURE), folders=(Path("cut-short"),)), run_of("1")],
            set(),
        ),
    ],
)
def test_what_was_sent_last_is_what_went_well_when_sheets_were_last_taken(
    runs: list[JobRun], sent: set[str]
) -> None:
    """A run that failed half-way may have changed what an earlier sheet had set: that one is sent again."""
    assert sent_before(runs) == sent
