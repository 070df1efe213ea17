"""Runs that are killed again and again at random moments, against a server that counts; then what must be true."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
from anyio.from_thread import start_blocking_portal

from batch_update.errors import JournalError
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import RecordedRun, report_of
from batch_update.model.plans import Status, Verified
from batch_update.sandbox.app import make_app
from batch_update.sandbox.serving import serve
from batch_update.sandbox.state import Seen
from tests.torture.child import FIRST, WORKERS, wanted
from tests.torture.table import Tried

MOST_KILLS = 3
"""of one run"""
EARLY = 0.2
"""share of kills that come at any time, also before the first request"""
LOST = "/lost"
"""where a request goes that shall not arrive"""


class Server:
    """The sandbox on a port, which tells when an update comes and whether all have been answered."""

    def __init__(self, rows: int, dice: random.Random) -> None:
        self._dice = dice
        self.app = make_app(None, limits=(), assistants=rows, latency=0.004)
        self.url = ""
        self.ready = threading.Event()
        self._under_way = 0
        self._updates = 0
        self._victim: tuple[int, float, subprocess.Popen[bytes]] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._under_way += 1
        try:
            if scope["method"] == "PUT":
                self._updates += 1
                if await self._killed() and self._dice.random() < 0.5:
                    scope["path"] = LOST  # the last request of the dead has not landed
            await self.app(scope, receive, send)
        finally:
            self._under_way -= 1

    async def _killed(self) -> bool:
        """Its moment: a request has come, and a fraction of a second later the process that sent it is gone."""
        if self._victim is None or self._updates < self._victim[0]:
            return False
        _, delay, process = self._victim
        self._victim = None
        await anyio.sleep(delay)
        process.kill()
        return True

    def aim(self, updates: int, delay: float, process: subprocess.Popen[bytes]) -> None:
        """Kill this process so many updates from now."""
        self._victim = (self._updates + updates, delay, process)

    def settle(self) -> list[Seen]:
        """The log, once everything that came is answered: also what was on its way when the process died."""
        quiet = 0
        while quiet < 5:
            quiet = 0 if self._under_way else quiet + 1
            time.sleep(0.01)
        return self.app.requests_seen()

    def holds(self, row: int) -> dict[str, Any]:
        with self.app._state.transaction() as desk:
            found = desk.assistant(FIRST + row)
        assert found is not None
        return {name: found[name] for name in wanted(row)}

    async def serve(self) -> None:
        await serve(self, on_ready=self._started, signals=False)

    def _started(self, url: str) -> None:
        self.url = f"{url}/api"
        self.ready.set()


@contextmanager
def serving(rows: int, dice: random.Random) -> Iterator[Server]:
    with start_blocking_portal() as portal:
        server = Server(rows, dice)
        task = portal.start_task_soon(server.serve)
        try:
            assert server.ready.wait(30)
            yield server
        finally:
            task.cancel()
            server.app.close()


@dataclass(frozen=True)
class Death:
    """One kill: what the journal told then, and what the server had seen."""

    told: RecordedRun | None
    """None: there was no plan yet"""
    seen: int
    applied: frozenset[int]
    """rows that had landed"""


@dataclass(frozen=True)
class Course:
    """How one run went."""

    seed: int
    kind: str
    """whether its plan was compared with what is there"""
    kills: int
    early: int
    """kills before there was a plan"""
    in_doubt: int
    """rows that had been about to be sent at a kill, and that no outcome was known of"""
    updates: int
    """that reached the server"""


def torture(seed: int, folder: Path, *, rows: int, kills: int = MOST_KILLS) -> Course:
    """One run that is killed up to so many times and resumed until it is done.

    AssertionError where a law does not hold.
    """
    dice = random.Random(seed)
    kind = dice.choice(["looked", "unseen"]) + ("-shared" if seed % 3 == 0 else "")
    deaths: list[Death] = []
    run = folder / f"run-{seed}"
    with serving(rows, dice) as server:
        while True:
            aimed = len(deaths) < dice.randint(1, kills)
            process = start(run, server, rows, kind)
            if aimed and dice.random() < EARLY:
                wait(process, dice.uniform(0.1, 1.5))
                process.kill()
            elif aimed:
                left = max(1, rows - len(done(server)))
                server.aim(dice.randint(1, left), dice.choice([0, 0, 0.002, 0.01]), process)
            wait(process, 120)
            log = server.settle()
            if process.returncode == 0:
                break
            assert process.returncode == -9, f"seed {seed}: it died by itself with {process.returncode}"
            deaths.append(Death(told(run), len(log), frozenset(rows_of(log))))
            check_death(deaths[-1])
        check_end(run, server, server.settle(), deaths, rows=rows, looked=kind.startswith("looked"))
    return Course(
        seed=seed,
        kind=kind,
        kills=len(deaths),
        early=sum(death.told is None for death in deaths),
        in_doubt=sum(len(death.told.in_flight) for death in deaths if death.told),
        updates=len(rows_of(log, only_applied=False)),
    )


def attempts(scale: float, first: int) -> Iterator[Tried]:
    """Full count: 100 kills of runs with 300 rows."""
    wanted_kills, rows, begun = max(1, round(100 * scale)), 300, time.monotonic()
    courses: list[Course] = []
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        while sum(course.kills for course in courses) + len(faults) < wanted_kills:
            seed = first + len(courses) + len(faults)
            try:
                courses.append(torture(seed, Path(folder), rows=rows))
            except AssertionError as error:
                faults.append(f"kills: seed {seed}: {error}")
    in_doubt, twice = sum(c.in_doubt for c in courses), sum(c.updates - rows for c in courses)
    yield Tried(
        f"kills of runs with {rows} rows",
        sum(course.kills for course in courses),
        tuple(faults),
        note=f"{len(courses)} runs in {time.monotonic() - begun:.0f} s, {in_doubt} rows in doubt, {twice} sent twice",
    )


def start(run: Path, server: Server, rows: int, kind: str) -> subprocess.Popen[bytes]:
    what = "begin" if told(run) is None else "resume"
    if what == "begin" and run.exists():
        run.rename(run.with_name(f"{run.name}-stillborn-{time.monotonic_ns()}"))
    command = [sys.executable, "-m", "tests.torture.child", what, str(run), server.url, str(rows), kind]
    return subprocess.Popen(command, cwd=Path(__file__).parents[2])


def wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def told(run: Path) -> RecordedRun | None:
    try:
        return read_run(run)
    except JournalError as error:
        assert error.code in {"J103", "J107"}, error
        return None


def rows_of(log: list[Seen], *, only_applied: bool = True) -> list[int]:
    """The row of each update in the log."""
    updates = (seen for seen in log if seen.method == "PUT" and seen.path != LOST)
    return [int(s.path.rpartition("/")[2]) - FIRST for s in updates if s.applied or not only_applied]


def done(server: Server) -> set[int]:
    return set(rows_of(server.app.requests_seen()))


def check_death(death: Death) -> None:
    """What the journal tells of a killed run is true of the server."""
    if death.told is None:
        assert not death.applied
        return
    for row, outcome in enumerate(report_of(death.told).outcomes):
        if outcome.status is Status.UPDATED:
            assert row in death.applied, f"row {row} is told to be updated, and is not"
        elif outcome.status is Status.NOT_SENT:
            assert row not in death.applied, f"row {row} is told not to be sent, and was applied"
        else:
            assert outcome.status is Status.UNKNOWN, f"row {row} is {outcome.status}"
    assert len(death.told.in_flight) <= WORKERS


def check_end(
    run: Path, server: Server, log: list[Seen], deaths: list[Death], *, rows: int, looked: bool
) -> None:
    """Nothing is lost, nothing that is done is done again, and everything is as wanted."""
    recorded = read_run(run)
    assert recorded.complete and len(recorded.plan.sheet) == rows
    ends = {(outcome.status, outcome.verified) for outcome in report_of(recorded).outcomes}
    # Of a row whose answer was lost, and of which nobody read what it held before, it cannot be told who made it so.
    assert all(status is Status.UPDATED for status, _ in ends - {(Status.UNKNOWN, Verified.VERIFIED)}), ends
    assert len(ends) == 1 or not looked, ends
    assert all(server.holds(row) == wanted(row) for row in range(rows)), "not as wanted"
    for death in deaths:
        again = set(rows_of(log[death.seen :], only_applied=False))
        known = set(death.told.outcomes) if death.told else set()
        assert not again & known, f"sent again though its outcome was known: {again & known}"
        assert not again & death.applied, f"sent again though it had landed: {again & death.applied}"
    assert len(rows_of(log, only_applied=False)) <= rows + WORKERS * len(deaths)
