"""What the journal costs: the same run with one and without, interleaved, against a loopback server without limits."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import anyio

from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import report_of
from batch_update.journal.writing import Journal
from batch_update.model.plans import Change, Plan, Status
from batch_update.model.reports import Pace
from batch_update.send.accounting import apply_plan
from tests.benchmarks.lines import Line
from tests.benchmarks.loopback import serving
from tests.made import column, ids, sheet_of

ROWS, WORKERS = 2_000, 16
PAIRS = 15
SMALL, LARGE = 20, 100_000


def run() -> list[Line]:
    return [sending(), small(), *large()]


def plan_of(rows: int) -> Plan:
    columns = (ids(range(1, rows + 1)), column("name", [f"Praxis {number}" for number in range(rows)]))
    body = {"speech_speed": 1.1, "llm_temperature": 0.4}
    changes = (Change(row + 1, {"name": f"Praxis {row}", **body}, (row,)) for row in range(rows))
    return Plan(sheet_of(*columns), tuple(changes), {})


def sending() -> Line:
    """Pairs, one run after the other and each other pair the other way round: a slow moment of the machine spoils a
    pair and not the median, and a machine that gets slower or faster spoils nothing."""
    plan = plan_of(ROWS)
    pairs: list[dict[bool, float]] = []
    with serving() as url:
        once(url, plan, journal=True)
        for number in range(PAIRS):
            order = (False, True) if number % 2 else (True, False)
            pairs.append({journal: once(url, plan, journal=journal) for journal in order})
    ratio = statistics.median(pair[False] / pair[True] for pair in pairs)
    rate = ROWS / statistics.median(pair[True] for pair in pairs)
    what = f"{ROWS} updates, {WORKERS} workers, no pacing, with a journal"
    return Line(what, f"{rate:.0f}/s", f"{ratio:.2f} x without", "at least 0.9 x", ratio >= 0.9)


def once(url: str, plan: Plan, *, journal: bool) -> float:
    with tempfile.TemporaryDirectory() as folder:
        if not journal:
            return anyio.run(send, url, plan, None)
        with Journal.create(Path(folder) / "run", plan) as kept:
            return anyio.run(send, url, plan, kept)


async def send(url: str, plan: Plan, journal: Journal | None) -> float:
    key = ApiKey("benchmark-key-0123456789")
    async with Client(key, base_url=url, pace=Pace((), concurrency=WORKERS)) as client:
        begin = time.perf_counter()
        report = await apply_plan(plan, client, pace=Pace((), concurrency=WORKERS), journal=journal)
        seconds = time.perf_counter() - begin
    assert report.counts() == {Status.UPDATED: ROWS}
    return seconds


def small() -> Line:
    """What a short run waits for before its first update, and after its last."""
    plan = plan_of(SMALL)
    times: list[float] = []
    for _ in range(PAIRS):
        with tempfile.TemporaryDirectory() as folder:
            begin = time.perf_counter()
            Journal.create(Path(folder) / "run", plan).close()
            times.append(time.perf_counter() - begin)
    return Line(f"the journal of {SMALL} rows made and closed", f"{statistics.median(times) * 1000:.0f} ms")


def large() -> list[Line]:
    """A plan of many rows written down, and read again."""
    plan = plan_of(LARGE)
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        with Journal.create(Path(folder) / "run", plan):
            written = time.perf_counter() - begin
        begin = time.perf_counter()
        report_of(read_run(Path(folder) / "run"))
        read = time.perf_counter() - begin
    return [
        Line(f"a plan of {LARGE:,} rows written into a journal", f"{written:.1f} s"),
        Line("a report made from it", f"{read:.1f} s"),
    ]
