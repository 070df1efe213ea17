"""Journals that were damaged: the file, the log beside it, its mark, or several; each read and gone on with on its own.

Laws: it is refused by name, or what it tells is true: of each row what the server knows, or that nothing is known.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from batch_update.errors import BatchUpdateError, JournalError
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import RecordedRun, report_of
from batch_update.journal.storing.database import JOURNAL
from batch_update.journal.storing.mark import MARK
from batch_update.journal.writing import Journal
from batch_update.model.plans import Outcome, Status
from batch_update.model.reports import Pace
from batch_update.plan.from_run import undo_plan
from tests.journal.journals import Witness, copy_of, journalled
from tests.made import plan_of
from tests.run.fakes import NOON, Act
from tests.torture.child_case import Verdict
from tests.torture.mutating import mutated
from tests.torture.table import Tried, try_all

CASES = 3_000
ROWS, SENT = 60, 40
LOG = f"{JOURNAL}-wal"
Case = tuple[str, Callable[[], int | None]]


def attempts(scale: float, seed: int) -> Iterator[Tried]:
    """A line for what is damaged: of a run that was killed, of one that came to its end."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        ended, killed = runs(place)
        kinds = {
            "journals of ended runs": (ended, (JOURNAL,), frozenset(range(ROWS))),
            "journals of killed runs": (killed, (JOURNAL,), frozenset(range(SENT - 1))),
            "logs beside the journal": (killed, (LOG,), frozenset(range(SENT - 1))),
            "marks beside the journal": (killed, (MARK,), frozenset(range(SENT - 1))),
            "journal, log and mark": (killed, (JOURNAL, LOG, MARK), frozenset(range(SENT - 1))),
        }
        for kind, (run, names, applied) in kinds.items():
            count = max(1, round(CASES * scale / len(kinds)))
            tried = cases(run, names, applied, count, f"{seed} {kind}", place / "damaged")
            yield try_all(f"damaged {kind}", tried, judge)


def runs(place: Path) -> tuple[Path, Path]:
    """The folder of a run that came to its end, and what it leaves if it is killed when a request is about to go."""
    acts = {number: Act(flight=number % 3) for number in range(1, ROWS + 1)}
    witness = Witness(lambda name: copy_of(place / "ended", place / "killed") and None, SENT, acts)
    journalled(plan_of(ROWS), place / "ended", witness, pace=Pace((), concurrency=1))
    return place / "ended", place / "killed"


def cases(
    run: Path, names: tuple[str, ...], applied: frozenset[int], count: int, seed: str, place: Path
) -> Iterator[Case]:
    for number in range(count):
        dice = random.Random(f"{seed} {number}")
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(run, place)
        for name in dice.sample(names, dice.randint(1, len(names))):
            damage(place / name, dice)
        yield f"number {number} of seed {seed!r}", partial(told_and_gone_on_with, place, applied)


def damage(path: Path, dice: random.Random) -> None:
    if dice.random() < 0.05:
        path.unlink()
        return
    content = path.read_bytes()
    if path.name == LOG and dice.random() < 0.7:  # where something is written: the rest is room
        used = len(content.rstrip(b"\0")) // 3
        path.write_bytes(mutated(content[:used], dice) + content[used:])
    else:
        path.write_bytes(mutated(content, dice))


def told_and_gone_on_with(folder: Path, applied: frozenset[int]) -> int:
    """What is told of it, the more so once a session went on with it. AssertionError where it is not so."""
    try:
        recorded = read_run(folder)
    except JournalError as error:
        assert error.remedy, error
        return int(error.exit)
    check_truth(recorded, applied)
    try:
        with Journal.open(folder) as journal:
            journal.begin(NOON)
            journal.settle({ROWS - 1: Outcome(Status.FAILED, "A422")})
            if journal.trouble is not None:
                raise journal.trouble
    except BatchUpdateError as error:
        return int(error.exit)
    check_truth(read_run(folder), applied, failed=ROWS - 1)
    return 0


def check_truth(recorded: RecordedRun, applied: frozenset[int], *, failed: int = -1) -> None:
    report = report_of(recorded)
    for row, outcome in enumerate(report.outcomes):
        if outcome.status is Status.NOT_SENT:
            assert row not in applied, f"row {row} is told not to be sent, and was applied"
        elif outcome.status is Status.UPDATED:
            assert row in applied, f"row {row} is told to be updated, and is not"
        elif row != failed:
            assert outcome.status is Status.UNKNOWN, f"row {row} is {outcome.status}"
    named = {change.assistant_id for change in undo_plan(report, "undo").changes}
    assert all(isinstance(assistant, int) for assistant in named)


def judge(name: str, verdict: Verdict) -> Iterable[str]:
    """An end that no journal may have."""
    if verdict.exit not in {0, 2, 5}:
        yield f"exit {verdict.exit}: {verdict.said[-300:]}"
