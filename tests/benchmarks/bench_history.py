"""What history takes over many runs, of one assistant and of all; some journals stand in all folders by links."""

from __future__ import annotations

import os
import resource
import tempfile
from collections import deque
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import anyio

from batch_update.journal.recorded import Occasion, SessionFacts
from batch_update.journal.storing.database import JOURNAL
from batch_update.journal.writing import Journal
from batch_update.model.plans import Change, Outcome, Plan, Status, Verified
from batch_update.run.recalling import question_of, recall
from batch_update.settings.tunables import Settings
from tests.benchmarks.lines import Line, best_of
from tests.made import column, ids, sheet_of

RUNS, ROWS, WRITTEN = 500, 1_000, 5
WORKERS = 16
PROMPT = "Sie sind die freundliche Stimme der Praxis und nehmen Anrufe entgegen. " * 4
AT = datetime(2026, 11, 28, tzinfo=UTC)


def run() -> list[Line]:
    with tempfile.TemporaryDirectory() as place:
        runs_dir = Path(place) / "runs"
        anyio.run(write_runs, runs_dir)
        settings = Settings(runs_dir=runs_dir)

        def of_one() -> None:
            assert sum(1 for _ in recall(question_of(500), settings).changes) == 2 * RUNS

        def of_all() -> None:
            deque(recall(question_of(), settings).changes, maxlen=0)

        (one,), (every,) = best_of(3, of_one), best_of(1, of_all)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    what = f"history over {RUNS} runs of {ROWS} rows"
    changes = 2 * RUNS * ROWS
    return [
        Line(f"{what}, of one assistant that all of them changed", f"{one:.2f} s", "", "under 2 s", one < 2),
        Line(
            f"{what}, of all: {changes:,} changes",
            f"{every:.0f} s",
            f"{changes / every:,.0f}/s, {memory:.0f} MiB",
        ),
    ]


async def write_runs(runs_dir: Path) -> None:
    for number in range(RUNS):
        folder = runs_dir / f"2026-11-28T{number:04}-changes"
        if number < WRITTEN:
            await write_run(folder, number)
        else:
            folder.mkdir()
            os.link(runs_dir / f"2026-11-28T{number % WRITTEN:04}-changes" / JOURNAL, folder / JOURNAL)


async def write_run(folder: Path, number: int) -> None:
    """A run of which all went well, as its journal tells it."""
    texts = [f"{PROMPT} {row} {number}" for row in range(ROWS)]
    sheet = sheet_of(
        ids(range(1, ROWS + 1)), column("system_prompt", texts), column("speech_speed", ["1.1"] * ROWS)
    )
    changes = tuple(
        Change(
            row + 1, {"system_prompt": text, "speech_speed": 1.1}, (row,), before={"system_prompt": PROMPT}
        )
        for row, text in enumerate(texts)
    )
    outcome = Outcome(
        Status.UPDATED, http=200, attempts=1, started=AT, ms=120, changed=("system_prompt", "speech_speed")
    )
    read = Outcome(Status.UPDATED, started=AT, changed=outcome.changed, verified=Verified.VERIFIED)
    facts = SessionFacts(occasion=Occasion("new opening hours", "anna"))
    plan = Plan(sheet, changes, {}, account="user 501 at sandbox", server="https://sandbox/api")
    with Journal.create(folder, plan, facts) as journal:
        journal.begin(AT)
        async with anyio.create_task_group() as keeping:
            keeping.start_soon(journal.keep)
            rest = iter(changes)
            while some := list(islice(rest, WORKERS)):
                async with anyio.create_task_group() as sending:
                    for change in some:
                        sending.start_soon(journal.intend, change, 1, AT)
                for change in some:
                    journal.settle({change.indexes[0]: outcome})
            keeping.cancel_scope.cancel()
        journal.settle(dict.fromkeys(range(ROWS), read))
        journal.end(60.0, None)
