"""The exit status says how a run ended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from batch_update.errors import (
    AccessError,
    BatchUpdateError,
    Interrupted,
    KeyRefused,
    RunStopped,
    SheetError,
    UsageError,
)
from batch_update.model.plans import Outcome, Status, Verified
from batch_update.model.reports import Event, Exit
from batch_update.outcomes import as_wanted, exit_status
from tests.made import report_of
from tests.report.outcomes import FAILED, INVALID, LEFT_OUT, NOT_SENT, OK, OTHER_TAKEN, UNCHANGED, UNKNOWN


def test_everything_as_wanted_is_0() -> None:
    assert exit_status(report_of(OK, UNCHANGED, LEFT_OUT, OTHER_TAKEN)) is Exit.OK
    assert exit_status(report_of()) is Exit.OK


@pytest.mark.parametrize("outcome", [FAILED, INVALID, UNKNOWN, NOT_SENT], ids=lambda o: o.status)
def test_a_row_that_is_not_as_wanted_is_1(outcome: Outcome) -> None:
    assert exit_status(report_of(OK, outcome)) is Exit.SOME_FAILED


@pytest.mark.parametrize(
    ("stopped", "status"),
    [
        (SheetError("invalid"), 3),
        (KeyRefused("no"), 4),
        (AccessError("no"), 4),
        (RunStopped("down"), 5),
        (UsageError("flag"), 2),
        (Interrupted("ctrl-c", signal=2), 130),
        (Interrupted("systemd", signal=15), 143),
        (BatchUpdateError("ours"), 70),
        (TypeError("ours"), 70),
        (ExceptionGroup("ours", [TypeError()]), 70),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_ended_a_run_decides_even_if_all_rows_are_as_wanted(stopped: Exception, status: int) -> None:
    assert exit_status(report_of(OK, stopped=stopped)) == status


def test_rows_that_could_not_be_read_back_are_1_until_they_are() -> None:
    missed = Event("verify", "not read back: the server is down")
    assert exit_status(report_of(OK, events=(missed,))) is Exit.SOME_FAILED
    assert exit_status(report_of(replace(OK, verified=Verified.VERIFIED), events=(missed,))) is Exit.OK
    assert exit_status(report_of(OK)) is Exit.OK, "where nobody wanted it"


def test_every_status_is_either_as_wanted_or_not() -> None:
    """Exhaustive: a new status needs a place here."""
    assert {status for status in Status if as_wanted(Outcome(status))} == {Status.UPDATED, Status.UNCHANGED}


@pytest.mark.parametrize(
    ("code", "wanted"), [("X203", True), ("X205", True), ("X206", False), ("R101", False)]
)
def test_of_rows_that_were_not_sent_only_those_the_user_left_out_are_as_wanted(
    code: str, wanted: bool
) -> None:
    assert as_wanted(Outcome(Status.NOT_SENT, code)) is wanted
