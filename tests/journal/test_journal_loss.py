"""A log that ends before what was promised: told, and no row that may have been sent is called not sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from batch_update.journal.reading import read_run
from batch_update.journal.recorded import report_of
from batch_update.journal.storing.database import JOURNAL
from batch_update.journal.storing.mark import MARK
from batch_update.journal.writing import Journal
from batch_update.model.plans import Outcome, Status
from batch_update.model.reports import Pace
from batch_update.plan.from_run import undo_plan
from batch_update.run.steps.leftover import plan_rest
from tests.journal.journals import Witness, copy_of, journalled
from tests.made import plan_of
from tests.run.fakes import NOON, FakeClient

ROWS, SENT = 40, 25
LOG = f"{JOURNAL}-wal"


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run leaves that is killed when its 25th request is about to leave; the 24 before were applied."""
    place = tmp_path_factory.mktemp("runs")
    journalled(
        plan_of(ROWS),
        place / "run",
        Witness(lambda name: copy_of(place / "run", place / "killed") and None, SENT),
        pace=Pace((), concurrency=1),
    )
    return place / "killed"


def flipped(share: float) -> Callable[[Path], None]:
    """A bit turned over, at this share of what is written in the log."""

    def damage(folder: Path) -> None:
        content = bytearray((folder / LOG).read_bytes())
        content[int(share * 24 * 4120)] ^= 0x10
        (folder / LOG).write_bytes(content)

    return damage


def cut(share: float) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        content = (folder / LOG).read_bytes()
        (folder / LOG).write_bytes(content[: int(share * 24 * 4120)])

    return damage


def gone(*names: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return damage


def unreadable_mark(folder: Path) -> None:
    content = (folder / MARK).read_bytes()
    (folder / MARK).write_bytes(content.replace(b"lines", b"linen"))


DAMAGES = {
    "a bit of the log's head": flipped(0),
    **{f"a bit at {share:.0%} of the log": flipped(share) for share in (0.001, 0.1, 0.5, 0.9)},
    **{f"cut at {share:.0%} of the log": cut(share) for share in (0, 0.0001, 0.1, 0.5, 0.9)},
    "the log is gone": gone(LOG),
    "only the file itself was copied": gone(LOG, MARK),
    "the mark is gone": gone(MARK),
    "the mark cannot be read": unreadable_mark,
}


def test_of_a_run_that_was_killed_nothing_is_lost(killed: Path) -> None:
    recorded = read_run(killed)
    assert not recorded.lost and report_of(recorded).counts() == {
        Status.UPDATED: SENT - 1,
        Status.UNKNOWN: 1,
        Status.NOT_SENT: ROWS - SENT,
    }


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_row_that_was_applied_is_never_told_as_not_sent(
    killed: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    folder = copy_of(killed, tmp_path / "run")
    damage(folder)
    recorded = read_run(folder)
    report = report_of(recorded)
    assert recorded.lost == 1 and not recorded.complete
    assert {outcome.status for outcome in report.outcomes} <= {Status.UPDATED, Status.UNKNOWN}
    assert [event.kind for event in report.events] == ["loss"] and "journal.db-wal" in report.events[
        0
    ].message
    # All of it can be gone on with, and be taken back.
    assert len(plan_rest(recorded).doubtful) == report.counts()[Status.UNKNOWN]
    assert {change.assistant_id for change in undo_plan(report, "undo").changes} <= set(range(1, ROWS + 1))


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_was_lost_stays_lost_when_the_run_goes_on_and_is_killed_again(
    killed: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    folder = copy_of(killed, tmp_path / "run")
    damage(folder)
    before = report_of(read_run(folder)).outcomes
    with Journal.open(folder) as journal:
        again = read_run(copy_of(folder, tmp_path / "as-it-began"))
        journal.begin(NOON)
        journal.settle({ROWS - 1: Outcome(Status.FAILED, "A422"), 0: Outcome(Status.NOT_SENT, "R101")})
    assert report_of(again).outcomes == before and not again.lost
    recorded = read_run(folder)
    found = report_of(recorded).outcomes
    assert not recorded.lost and found[-1].status is Status.FAILED
    assert found[:-1] == before[:-1]


def test_a_failure_of_an_earlier_session_may_not_be_the_last_word(tmp_path: Path) -> None:
    """--retry-failed sends such rows again; that this session did is what was lost."""
    with Journal.create(tmp_path / "run", plan_of(3)) as journal:
        journal.begin(NOON)
        journal.settle({0: Outcome(Status.FAILED, "A422"), 1: Outcome(Status.UPDATED)})
        journal.end(1.0, None)
    with Journal.open(tmp_path / "run") as journal:
        journal.begin(NOON)
        journal.settle({0: Outcome(Status.UPDATED)})
        folder = copy_of(tmp_path / "run", tmp_path / "killed")
    (folder / LOG).unlink()
    statuses = [str(outcome.status) for outcome in report_of(read_run(folder)).outcomes]
    assert statuses == ["unknown", "updated", "unknown"]


def test_a_mark_of_a_run_that_came_to_its_end_is_not_missed(tmp_path: Path) -> None:
    journalled(plan_of(3), tmp_path, FakeClient())
    assert not (tmp_path / MARK).exists() and not read_run(tmp_path).lost


def test_a_mark_that_promises_less_than_is_there_is_fine(killed: Path, tmp_path: Path) -> None:
    """As after a power cut, or where the process was killed between the two."""
    folder = copy_of(killed, tmp_path / "run")
    with Journal.create(tmp_path / "other", plan_of(1)) as journal:
        journal.begin(NOON)
        (folder / MARK).write_bytes((tmp_path / "other" / MARK).read_bytes())
    assert not read_run(folder).lost
