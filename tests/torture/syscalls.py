"""Runs that are killed at a system call of their journal's life, first when they begin and then when they go on."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from batch_update.journal.reading import read_run
from batch_update.journal.recorded import report_of
from batch_update.journal.storing.database import JOURNAL
from batch_update.plan.from_run import undo_plan
from tests.torture.kills import Death, Server, check_death, check_end, rows_of, serving, told
from tests.torture.table import Tried

ROOT = Path(__file__).parents[2]
STRACE = shutil.which("strace")
CALLS = "pwrite64,write,fsync,fdatasync,ftruncate,fallocate,unlink,unlinkat,rename,renameat,renameat2,mkdir"
"""What changes a file. The interpreter does little of it by itself, and the run's requests go out by others."""
KINDS = ("wal", "no-wal")
"""Whether the file system lets processes share the memory that SQLite's log wants."""
KILLED = -9

Moment = tuple[str, int]
"""A system call, and which of them in one process."""
ALIVE: Moment = ("", 0)


@dataclass(frozen=True)
class Life:
    """How one run went."""

    killed: int
    """times"""
    early: int
    """of them before there was a plan"""


def begin(run: Path, kind: str) -> None:
    """The folder of a run that is about to begin. One that was left before there was a plan makes way."""
    if run.exists():
        run.rename(run.with_name(f"{run.name}-stillborn-{time.monotonic_ns()}"))
    run.mkdir(mode=0o700)
    if kind == "no-wal":
        (run / f"{JOURNAL}-shm").mkdir()  # to SQLite this is a place where no memory can be shared


def go(run: Path, server: Server, rows: int, *, at: Moment, log: Path | None = None) -> int:
    """Begin the run or go on with it, and kill it at this moment; the exit status."""
    what = "resume" if told(run) else "begin"
    child = [sys.executable, "-m", "tests.torture.child", what, str(run), server.url, str(rows), "looked"]
    inject = ["-e", f"inject={at[0]}:signal=KILL:when={at[1]}"] if at != ALIVE else []
    assert STRACE is not None
    traced = [STRACE, "-f", "-qq", "-o", str(log or os.devnull), "-e", f"trace={CALLS}"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    status = subprocess.run([*traced, *inject, *child], cwd=ROOT, env=environment, timeout=120, check=False)
    return status.returncode


def moments_of(folder: Path, rows: int, kind: str) -> list[Moment]:
    """The calls of a run that nobody kills. Of many alike in a row, the first and the last."""
    run, log = folder / f"counted-{kind}", folder / f"counted-{kind}.log"
    with serving(rows, random.Random(0)) as server:
        begin(run, kind)
        assert go(run, server, rows, at=ALIVE, log=log) == 0
    calls = re.findall(r"^(\d+) +((\w+)\(\d*)", log.read_text("utf-8", "replace"), re.MULTILINE)
    own = [call for process, *call in calls if process == calls[-1][0]]  # each process is counted by itself
    seen: Counter[str] = Counter()
    found: list[Moment] = []
    for n, (call, name) in enumerate(own):
        seen[name] += 1
        around = own[max(0, n - 2) : n + 3]
        if len(around) < 5 or any(other != call for other, _ in around):
            found.append((name, seen[name]))
    return found


def live(run: Path, rows: int, kind: str, *, first: Moment, then: Moment) -> Life:
    """Begin a run and kill it at one call, go on and kill it at another, then let it come to its end.

    AssertionError where a law does not hold.
    """
    deaths: list[Death] = []
    with serving(rows, random.Random(0)) as server:
        for at in (first, then, ALIVE):
            if told(run) is None:
                begin(run, kind)
            status = go(run, server, rows, at=at)
            log = server.settle()
            if status == 0:
                break
            assert status == KILLED, f"it died by itself with {status}"
            deaths.append(Death(told(run), len(log), frozenset(rows_of(log))))
            check_death(deaths[-1])
            if deaths[-1].told is not None:
                check_undo(run, deaths[-1])
        check_end(run, server, server.settle(), deaths, rows=rows, looked=False)
    return Life(len(deaths), sum(death.told is None for death in deaths))


def check_undo(run: Path, death: Death) -> None:
    """Whatever has landed can be taken back."""
    recorded = read_run(run)
    assert not recorded.lost, "a kill is told as damage"
    named = {change.assistant_id for change in undo_plan(report_of(recorded), "undo").changes}
    landed = {recorded.plan.changes[row].assistant_id for row in death.applied}
    assert landed <= named, f"cannot be taken back: {landed - named}"


def attempts(scale: float, first: int) -> Iterator[Tried]:
    """Full count: 150 runs, the first kills spread over all calls of a run. Without strace there are none."""
    runs, rows, begun = max(len(KINDS), round(150 * scale)), 6, time.monotonic()
    if STRACE is None:
        yield Tried("kills by system call", 0, note="there is no strace here")
        return
    dice, lives, faults = random.Random(first), [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        moments = {kind: moments_of(folder, rows, kind) for kind in KINDS}
        for number in range(runs):
            kind = KINDS[number % len(KINDS)]
            at = moments[kind][number * len(moments[kind]) // runs]
            then = dice.choice(moments[kind])
            try:
                lives.append(live(folder / f"run-{number}", rows, kind, first=at, then=then))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault of this case
                faults.append(f"kills by system call: {kind}, at {at}, then {then}: {error!r}")
    early, seconds = sum(one.early for one in lives), time.monotonic() - begun
    counted = ", ".join(f"{len(calls)} moments {kind}" for kind, calls in moments.items())
    yield Tried(
        f"kills by system call, {rows} rows",
        sum(one.killed for one in lives) + len(faults),
        tuple(faults),
        note=f"{runs} runs ({counted}) in {seconds:.0f} s, {early} kills before there was a plan",
    )
