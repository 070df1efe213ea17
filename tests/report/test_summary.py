"""The summary says in a screenful what became of the rows, why, and what to do next."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.cli.screens.wrapping import rows_of
from batch_update.errors import Interrupted, KeyRefused, SheetError
from batch_update.model.plans import Change, Conflict, Outcome, Status, Verified, Why
from batch_update.model.reports import Event, Files, Report, Stats
from batch_update.report.screen.gone_wrong import Room
from batch_update.report.screen.summary import Commands, summary
from batch_update.report.tones import Tone, plain
from tests.made import column, report_of
from tests.report.outcomes import FAILED, INVALID, LEFT_OUT, NOT_SENT, OK, UNCHANGED, UNKNOWN

FOLDER = Path("runs/2026-11-22T0931-changes")
FILES = Files(FOLDER / "results.csv", FOLDER / "failed.csv", None, FOLDER / "run.json")
DONE = Files(FOLDER / "results.csv", None, None, FOLDER / "run.json")


def told(*given: Any, **more: Any) -> str:
    return plain(summary(*given, **more))


def test_the_first_line_alone_has_a_tone_good_where_all_is_as_wanted_and_on_the_disk() -> None:
    for report, files, tone in (
        (report_of(OK), DONE, Tone.GOOD),
        (report_of(OK, FAILED), FILES, Tone.ERROR),
        (report_of(OK), None, Tone.ERROR),
    ):
        first, *others = summary(report, files)
        assert first.tone is tone and not any(piece.tone for piece in others)


def test_a_run_with_a_failure() -> None:
    report = report_of(*[OK] * 117, FAILED, *[UNCHANGED] * 2, *[LEFT_OUT] * 3, seconds=61.2)
    assert told(report, FILES, stats=Stats(121, 3, 1, 0)).splitlines() == [
        "117 updated, 2 with nothing to change, 1 failed, 3 left out in 1 min 1 s (3 retries, 1 pause)",
        "  1x A404 refused (404): Assistant not found   row 119",
        "Report  runs/2026-11-22T0931-changes/results.csv",
        "Fix     edit failed.csv there, then: batch-update apply runs/2026-11-22T0931-changes/failed.csv",
    ]


def test_a_run_that_can_be_taken_back_says_how() -> None:
    files = replace(DONE, undo=FOLDER / "undo.csv")
    assert told(report_of(OK), files, commands=Commands(undo="U")).splitlines()[-1] == "Undo    U"


def test_a_run_where_all_went_well_is_two_lines() -> None:
    assert told(report_of(OK, seconds=0.42), DONE).splitlines() == [
        "1 updated in 0.4 s",
        "Report  runs/2026-11-22T0931-changes/results.csv",
    ]


def test_each_status_has_its_words() -> None:
    first = told(report_of(OK, UNCHANGED, INVALID, FAILED, UNKNOWN, NOT_SENT, LEFT_OUT)).splitlines()[0]
    for words in (
        "1 updated",
        "1 with nothing",
        "1 invalid",
        "1 failed",
        "1 unknown",
        "1 not sent",
        "1 left out",
    ):
        assert words in first


def test_failures_of_one_code_stand_together_with_their_rows() -> None:
    other = replace(FAILED, message="refused (404): gone")
    lines = told(report_of(FAILED, FAILED, OK, FAILED, other)).splitlines()
    assert lines[1:] == [
        "  4x A404 no such assistant on this account   rows 2-3, 5-6",
        "       refused (404): Assistant not found   rows 2-3, 5",
        "       refused (404): gone   row 6",
    ]


def test_refusals_of_different_fields_are_told_apart() -> None:
    name, voice = (
        Outcome(Status.FAILED, "A422", "refused (422)", field_errors={field: ("odd",)})
        for field in ("name", "voice_id")
    )
    assert told(report_of(name, voice)).splitlines()[2:] == [
        "       refused (422); name: odd   row 2",
        "       refused (422); voice_id: odd   row 3",
    ]


def test_many_messages_are_cut_and_counted() -> None:
    messages = [Outcome(Status.FAILED, "A422", f"odd {number}") for number in range(30)]
    assert "       and 27 more messages" in told(report_of(*messages))


def test_the_most_frequent_codes_come_first_and_what_is_only_a_sequel_last() -> None:
    many = [NOT_SENT] * 40 + [INVALID] + [FAILED] * 3
    lines = told(report_of(*many)).splitlines()[1:]
    assert [line.split()[:2] for line in lines] == [["3x", "A404"], ["1x", INVALID.code], ["40x", "R101"]]


@pytest.mark.parametrize("width", [80, 120])
def test_it_fits_a_screen_of_24_lines_whatever_happened(width: int) -> None:
    """30 codes with several long messages each, a long path, a long name of the account's, pauses and a stop."""
    codes = [
        Outcome(Status.FAILED, f"Z{number}", f"{part} Ärger mit der Wörtern " * 9)
        for number in range(30)
        for part in range(5)
        for _ in range(1 + number)
    ]
    stopped = Interrupted(
        "the run was interrupted by SIGINT", signal=2, remedy="go on with batch-update resume"
    )
    folder = Path("runs") / ("2026-11-22T0931-" + "sehr-langer-name-" * 9)
    files = Files(folder / "results.csv", folder / "failed.csv", folder / "undo.csv", folder / "run.json")
    commands = Commands(
        *(f"batch-update {verb} --sandbox {folder}" for verb in ("apply", "x", "undo", "resume"))
    )
    events = tuple(
        Event("pause", "no usable answer from the server: trying again in 15 s", 15) for _ in range(9)
    )
    report = planned(report_of(*codes, NOT_SENT, stopped=stopped, events=events))
    room = Room(23, partial(rows_of, most=width))
    text = told(report, files, commands=commands, stats=Stats(100, 20, 9, 2), room=room)
    assert room.of(text.split("\n")) <= 23
    lines = text.splitlines()
    assert lines[1].startswith("  150x Z29 ") and "more kinds" in text and lines[-1].startswith("Undo ")


def test_pauses_are_told_but_not_their_ends() -> None:
    events = (
        Event("gate", "waiting 60 s", 60),
        Event("resume", "goes on"),
        Event("slow", "14/10 from now on"),
    )
    text = told(report_of(OK, events=events))
    assert "  waiting 60 s" in text and "  14/10 from now on" in text and "goes on" not in text
    assert "and 5 more events" in told(report_of(OK, events=events[:1] * 8))


def test_an_interrupted_run_says_how_to_go_on() -> None:
    stopped = Interrupted("the run was interrupted by SIGINT", signal=2, remedy="apply failed.csv to go on")
    lines = told(
        report_of(OK, NOT_SENT, stopped=stopped), FILES, commands=Commands("batch-update apply --sandbox")
    ).splitlines()
    assert "Stopped the run was interrupted by SIGINT [R130]" in lines
    assert lines[-1] == "Go on   batch-update apply --sandbox runs/2026-11-22T0931-changes/failed.csv"


def test_a_run_with_a_journal_is_gone_on_with_and_not_begun_again() -> None:
    stopped = Interrupted(
        "the run was interrupted by SIGINT", signal=2, remedy="go on with batch-update resume"
    )
    read = replace(OK, verified=Verified.VERIFIED)
    busy = Outcome(Status.FAILED, "A409", "the server is busy with it (409)", 409, 4)
    for outcomes, expected in (
        ((OK, NOT_SENT), ["Go on   R"]),
        ((OK, UNKNOWN), ["Go on   R"]),
        ((OK, busy), ["Go on   R --retry-failed"]),
        ((FAILED, NOT_SENT), ["Go on   R", "Fix     edit"]),
        ((OK, FAILED), ["Go on   R", "Fix     edit"]),
        ((read, FAILED), ["Fix     edit"]),
        ((OK, replace(busy, code="A401", http=401)), ["Go on   R"]),
        ((read, LEFT_OUT), ["Go on   batch-update apply"]),
    ):
        report = planned(report_of(*outcomes, stopped=stopped))
        lines = told(report, FILES, commands=Commands(resume="R", retry="R --retry-failed")).splitlines()
        next_lines = lines[lines.index(next(line for line in lines if line.startswith("Report"))) + 1 :]
        assert [line[: len(text)] for line, text in zip(next_lines, expected, strict=True)] == expected


def test_where_the_journal_is_gone_undo_is_an_ordinary_sheet() -> None:
    files = replace(DONE, undo=FOLDER / "undo.csv")
    for undo, expected in (("", f"Undo    batch-update apply {files.undo}"), ("U", "Undo    U")):
        assert told(report_of(OK, NOT_SENT), files, commands=Commands(undo=undo)).splitlines()[-1] == expected


def test_what_cannot_be_brought_back_is_not_to_be_applied_again() -> None:
    lost = Outcome(
        Status.NOT_SENT, "X320", "name cannot be brought back: the API does not report what it was"
    )
    assert "Go on" not in told(report_of(OK, lost), FILES)


def planned(report: Report) -> Report:
    """With a change for each row, but for those that were left out when it was planned."""
    changes = tuple(
        Change(10_001 + index, {"speech_speed": 1.0}, (index,))
        for index, outcome in enumerate(report.outcomes)
        if outcome is not LEFT_OUT
    )
    return replace(report, plan=replace(report.plan, changes=changes))


def test_a_refused_key_is_no_reason_to_edit_the_rows() -> None:
    refused = Outcome(Status.FAILED, "A401", "the server refuses the key (401)", 401, 1)
    report = report_of(refused, NOT_SENT, stopped=KeyRefused("refused", code="A401", remedy="check the key"))
    lines = told(report, FILES).splitlines()
    assert lines[-3] == "Help    check the key" and lines[-1].startswith("Go on   ")


def test_an_invalid_sheet_is_to_be_mended() -> None:
    report = report_of(INVALID, stopped=SheetError("the sheet has 1 error", code="X206"))
    assert (
        told(report, FILES).splitlines()[-1].startswith("Fix     edit the sheet, or the rows in failed.csv")
    )


def test_of_a_bug_only_its_kind_is_told() -> None:
    text = told(report_of(UNKNOWN, stopped=KeyError("Bearer live-key")))
    assert "Stopped by a bug in batch-update (KeyError)" in text and "live-key" not in text


def test_hours_and_minutes() -> None:
    assert told(report_of(OK, seconds=3_725)) == "1 updated in 1 h 2 min"
    assert told(report_of(OK, seconds=59.7)) == "1 updated in 1 min"


def test_no_rows() -> None:
    assert told(report_of()) == "No rows in 0 s"


@given(st.text(), st.text(), st.text())
def test_nothing_from_sheet_or_server_steers_the_terminal(message: str, event: str, secret: str) -> None:
    hidden = "\x1b[2J\u202e\r"
    outcome = Outcome(Status.FAILED, "A422", hidden + message)
    stop = KeyRefused(hidden + message, code="A401", remedy=hidden)
    report = report_of(
        outcome, columns=[column("id", [hidden])], events=(Event("gate", hidden + event),), stopped=stop
    )
    text = told(report, FILES)
    assert not set("\x1b\u202e\r\x07\u2028\x85") & set(text)
    assert text.count("\n") == 6


def test_a_conflict_shows_all_of_its_values_and_is_not_sent_again_unawares() -> None:
    values = ("a" * 50, "b" * 50, "c" * 50)
    conflict = Outcome(Status.CONFLICT, "X301", conflicts=(Conflict("system_prompt", Why.CHANGED, *values),))
    text = told(report_of(OK, conflict), FILES)
    assert "system_prompt: planned from {}, wanted {}, now {} ".format(*values) in text
    assert "Look    at the values; to change those in conflict anyway: batch-update apply" in text
