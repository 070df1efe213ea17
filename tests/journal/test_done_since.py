"""A run that was cut off counts as done only where later runs left each of its open rows as it should be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from batch_update.journal.across.done_since import done_since
from batch_update.journal.recorded import SessionFacts
from batch_update.journal.writing import Journal
from batch_update.model.plans import Change, Conflict, Outcome, Status, Verified, Why
from tests.made import plan_of

DONE = Outcome(Status.UPDATED, verified=Verified.VERIFIED)
CHANGE = Change(101, {"speech_speed": 1.1}, (0,))
HELD = (Conflict("name", Why.CHANGED),)


def a_run(folder: Path, change: Change, outcome: Outcome | None, **more: Any) -> Path:
    """A run of one row with this end; None: it was cut off before the row was sent."""
    plan = plan_of([change], server=more.get("server", "https://one.example"))
    with Journal.create(folder, plan, SessionFacts(key=more.get("key", "k"))) as journal:
        if outcome is not None:
            journal.settle({0: outcome})
            journal.end(1.0, None)
    return folder


@pytest.mark.parametrize(
    ("change", "outcome", "place", "is_done"),
    [
        (CHANGE, DONE, {}, True),
        (CHANGE, replace(DONE, verified=Verified.NOT_READ), {}, True),
        (CHANGE, replace(DONE, verified=Verified.MISMATCH), {}, False),
        (replace(CHANGE, held=HELD), DONE, {}, False),
        (CHANGE, Outcome(Status.FAILED, "A422"), {}, False),
        (CHANGE, None, {}, False),
        (replace(CHANGE, assistant_id=102), DONE, {}, False),
        (CHANGE, DONE, {"key": "another"}, False),
        (CHANGE, DONE, {"server": "https://two.example"}, False),
    ],
    ids=["verified", "not read back", "mismatch", "held", "failed", "cut off, too", "other", "key", "server"],
)
def test_only_a_row_that_is_as_it_should_be_is_done(
    change: Change, outcome: Outcome | None, place: dict[str, str], is_done: bool, tmp_path: Path
) -> None:
    cut_off = a_run(tmp_path / "a", CHANGE, None)
    later = a_run(tmp_path / "b", change, outcome, **place)
    found = done_since([cut_off], [later, cut_off])
    assert found == ({cut_off: ("b",)} if is_done else {})
    assert done_since([later], [later, cut_off]) == {}, "an earlier run does nothing of a later one"


def test_what_was_done_before_a_run_began_is_not_done_since(tmp_path: Path) -> None:
    earlier, cut_off = a_run(tmp_path / "a", CHANGE, DONE), a_run(tmp_path / "b", CHANGE, None)
    assert done_since([cut_off], [cut_off, earlier]) == {}
