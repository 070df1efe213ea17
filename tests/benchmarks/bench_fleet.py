"""Many accounts as `fleet apply` sends them, each with its key, journal and pace, against a server that counts windows.

BENCH_FULL_FLEET=1 takes the real windows and up to a thousand accounts (twenty minutes), and
BENCH_FULL_FLEET=1000x500 that case alone (seven to ten minutes); otherwise windows a tenth as long, and fewer
accounts, which then ask for as much. BENCH_WORKERS=2 has so many processes send; without it as many as the program
finds right. Memory is the sum of the peaks of all that send, each counted whole, though they share what they load; the
processor is what all of them took. The process that makes reports is told by itself.

What is permitted is what both windows of each account permit, with the second beyond each window that the client keeps:
500 rows take 304 s at least, and not 300. Accounts begin one after another, and none while those at work are held up,
so that each is measured by the time between its own first and last update. Reports of some accounts are made meanwhile.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen

from batch_update.model.reports import Window
from batch_update.settings.tunables import DEFAULT_RATES
from tests.benchmarks.lines import Line
from tests.benchmarks.many_accounts import MARGIN, serving_many

MOST_LATE = 1.0
MOST_MEMORY = 500
LEAST_RATE = 0.97
MOST_SECONDS = 600.0
"""until a case is given up"""
MOST_TIME = 1.05


@dataclass(frozen=True)
class Case:
    accounts: int
    rows: int
    scale: float = 10.0
    """windows are so much shorter"""
    full_pace: bool = True
    """what counts is the rate of all together, else the time of each"""

    @property
    def windows(self) -> tuple[Window, ...]:
        return tuple(Window(w.limit, w.seconds / self.scale) for w in DEFAULT_RATES)


SHORT = (Case(10, 200), Case(40, 50, full_pace=False), Case(100, 200))
FULL = (
    Case(10, 200, 1.0),
    Case(100, 200, 1.0),
    Case(400, 200, 1.0),
    Case(200, 50, 1.0, full_pace=False),
    Case(1000, 500, 1.0),
)


def run() -> list[Line]:
    return [line for case in _cases(os.environ.get("BENCH_FULL_FLEET", "")) for line in _lines(case)]


def _cases(asked: str) -> tuple[Case, ...]:
    """Return the cases that the variable asks for: none is the short ones, 1 all full ones, or one as 1000x500."""
    if not asked:
        return SHORT
    return tuple(case for case in FULL if asked in {"1", f"{case.accounts}x{case.rows}"})


def _lines(case: Case) -> list[Line]:
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        serving_many(case.rows, *_pairs(case)) as url,
    ):
        given = [f"{Path(folder) / 'fleet'}", url, str(case.accounts), str(case.rows)]
        windows = [f"{limit}/{seconds:g}" for limit, seconds in _pairs(case)]
        command = [sys.executable, "-m", "tests.benchmarks.many_runs", *given, *windows]
        took = _taken(command)
        came = json.load(urlopen(f"{url}/figures"))  # the server above
    return [_pace(case, took, came), _cost(case, took, came)]


def _taken(command: list[str]) -> dict[str, Any]:
    """Return what the fleet tells of itself; where it is not over in time, only what the server saw can be told."""
    try:
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        unknown = dict.fromkeys(("peak", "processor", "reports", "processes"), math.nan)
        return {"rows": 0, "exits": {}, "wall": MOST_SECONDS, "reported": 0, **unknown}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _pairs(case: Case) -> list[tuple[int, float]]:
    return [(window.limit, window.seconds) for window in case.windows]


def _pace(case: Case, took: dict[str, Any], came: dict[str, Any]) -> Line:
    """All rows done, none refused; and how close to what the windows permit."""
    what = f"{case.accounts} accounts x {case.rows} rows in {_processes(took)}, windows {_words(case)}"
    late = came["late"]["0.99"]
    rate, best = came["updates"] / came["sending"], _shortest(case)
    is_whole = took["rows"] == came["assistants"] == case.accounts * case.rows and set(took["exits"]) == {"0"}
    figure = (
        f"{rate:.0f} updates/s from the first to the last, {came['refused']} x 429, p99 {late:.2f} s late"
    )
    met = is_whole and not came["refused"] and late < MOST_LATE
    slowest = max(came["spans"]) / best
    if not case.full_pace:
        words = f"the slowest account takes {slowest:.3f} x what its windows permit ({best:.1f} s)"
        target = f"no 429, all rows, at most {MOST_TIME} x"
        return Line(what, figure, words, target, met and slowest <= MOST_TIME)
    share = statistics.fmean(best / span if span else 0.0 for span in came["spans"])  # 0: one update in all
    plain = rate / (case.accounts / (0.6 / case.scale))
    words = (
        f"accounts send at {share:.3f} of what their windows permit, the slowest at {1 / slowest:.3f};"
        f" all together at {plain:.3f} of 100 in {60 / case.scale:g} s for each"
    )
    target = f"no 429, all rows, at least {LEAST_RATE}, p99 under {MOST_LATE:g} s"
    return Line(what, figure, words, target, met and share >= LEAST_RATE)


def _cost(case: Case, took: dict[str, Any], came: dict[str, Any]) -> Line:
    each = took["processor"] / came["requests"] * 1e6
    figure = f"{took['peak']:.0f} MiB at most, {each:.0f} us of the processor a request"
    share = took["processor"] / took["wall"]
    words = (
        f"{share:.0%} of a core in {took['wall']:.0f} s; {took['reported']} reports: {took['reports']:.1f} s of the"
        " processor in another process"
    )
    return Line("the same", figure, words, f"under {MOST_MEMORY} MiB", took["peak"] < MOST_MEMORY)


def _processes(took: dict[str, Any]) -> str:
    return "one process" if took["processes"] == 1 else f"{took['processes']:.0f} processes"


def _words(case: Case) -> str:
    return " and ".join(map(str, case.windows)) + " s"


def _shortest(case: Case) -> float:
    """Seconds from the first update of an account to its last at best, with the second that is waited beyond a window.

    What permits the first ones is used up in part by looking what is there: a request for each hundred assistants.
    """
    pages = -(-case.rows // 100)
    times = [0.0] * pages
    for n in range(pages, pages + case.rows):
        ends = (times[n - w.limit] + w.seconds + MARGIN for w in case.windows if n >= w.limit)
        times.append(max([0.0, *ends]))
    return times[-1]
