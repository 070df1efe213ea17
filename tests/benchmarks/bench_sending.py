"""How fast updates go out: unpaced beside other clients, and paced against a server that counts both windows.

BENCH_FULL_WINDOWS=1 paces with the real windows (two minutes) instead of windows a tenth as long.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import anyio
import httpx
import requests

from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.journal.writing import Journal
from batch_update.model.plans import Change, Status
from batch_update.model.reports import Pace, Window
from batch_update.send.accounting import apply_plan
from batch_update.settings.tunables import DEFAULT_RATES
from tests.benchmarks.lines import Line
from tests.benchmarks.loopback import serving
from tests.made import plan_of

ROWS, WORKERS = 5_000, 16
APPLY = "batch_update apply, no journal"
JOURNALED = "batch_update apply, with its journal"
ROUNDS = 3
BODY = {"name": "Praxis Dr. Weiß", "speech_speed": 1.1, "llm_temperature": 0.4}
KEY = ApiKey("benchmark-key-0123456789")
HEADERS = {"Authorization": f"Bearer {KEY.reveal()}"}
PACED_ROWS = 220


def run() -> list[Line]:
    return [*unpaced(), paced()]


def unpaced() -> list[Line]:
    """Interleaved, several rounds: another process on the machine hits all of them alike. Medians.

    What the journal costs is measured in `bench_journal`; here it stands beside other programs.
    """
    contenders: dict[str, Callable[[str], float]] = {
        "one shared httpx.AsyncClient": lambda url: anyio.run(with_httpx, url),
        APPLY: lambda url: anyio.run(with_apply, url, False),
        JOURNALED: lambda url: anyio.run(with_apply, url, True),
        "aiohttp": lambda url: asyncio.run(with_aiohttp(url)),
        "requests in threads": with_requests,
    }
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    with serving() as url:
        for _ in range(ROUNDS):
            for name, send in contenders.items():
                rates[name].append(ROWS / send(url))
    medians = {name: statistics.median(found) for name, found in rates.items()}
    bare = medians["one shared httpx.AsyncClient"]
    return [_line(name, rate, bare) for name, rate in medians.items()]


def _line(name: str, rate: float, bare: float) -> Line:
    ours = name in {APPLY, JOURNALED}
    what = f"{ROWS} updates, {WORKERS} workers, no pacing: {name}"
    target, met = ("at least 2.5 x", rate / bare >= 2.5) if ours else ("", None)
    return Line(what, f"{rate:.0f}/s", f"{rate / bare:.1f} x", target, met)


async def workers(send: Callable[[int], Awaitable[None]], rows: int = ROWS) -> float:
    """Seconds that it takes the workers to send all rows."""
    queue = iter(range(1, rows + 1))

    async def work() -> None:
        for row in queue:
            await send(row)

    begin = time.perf_counter()
    async with anyio.create_task_group() as tasks:
        for _ in range(WORKERS):
            tasks.start_soon(work)
    return time.perf_counter() - begin


async def with_httpx(url: str) -> float:
    async with httpx.AsyncClient(headers=HEADERS) as client:

        async def send(row: int) -> None:
            answer = await client.put(f"{url}/user/assistant/{row}", json=BODY)
            assert answer.json()["data"]["id"] == row

        return await workers(send)


async def with_apply(url: str, journaled: bool) -> float:
    """The main job from its plan to the outcome of every row; with a journal, that is made and closed as well."""
    plan = plan_of(Change(row + 1, BODY, (row,)) for row in range(ROWS))
    async with Client(KEY, base_url=url, pace=Pace((), concurrency=WORKERS)) as client:
        with TemporaryDirectory() as folder:
            begin = time.perf_counter()
            with Journal.create(Path(folder), plan) if journaled else nullcontext() as journal:
                report = await apply_plan(plan, client, pace=Pace((), concurrency=WORKERS), journal=journal)
            seconds = time.perf_counter() - begin
    assert report.counts() == {Status.UPDATED: ROWS}, report.counts()
    return seconds


async def with_aiohttp(url: str) -> float:
    async with aiohttp.ClientSession(headers=HEADERS) as session:

        async def send(row: int) -> None:
            async with session.put(f"{url}/user/assistant/{row}", json=BODY) as answer:
                assert (await answer.json())["data"]["id"] == row

        return await workers(send)


def with_requests(url: str) -> float:
    queue = iter(range(1, ROWS + 1))

    def work() -> None:
        with requests.Session() as session:
            session.headers.update(HEADERS)
            for row in queue:
                answer = session.put(f"{url}/user/assistant/{row}", json=BODY, timeout=45)
                assert answer.json()["data"]["id"] == row

    begin = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        for done in [pool.submit(work) for _ in range(WORKERS)]:
            done.result()
    return time.perf_counter() - begin


def paced() -> Line:
    """In real time, against a server that counts both windows. No 429 may come of it.

    The second that is waited beyond a window weighs ten times as much in windows a tenth as long, so that there the
    shortest time is reckoned with it.
    """
    full = bool(os.environ.get("BENCH_FULL_WINDOWS"))
    windows = tuple(Window(w.limit, w.seconds / (1 if full else 10)) for w in DEFAULT_RATES)
    shortest = _shortest(windows, margin=0.0 if full else 1.0)
    with serving(*((w.limit, w.seconds) for w in windows)) as url:
        seconds, gates = anyio.run(_paced, url, windows)
    kind = "the real windows" if full else "windows a tenth as long"
    what = f"{PACED_ROWS} updates paced to {' and '.join(map(str, windows))} s, {kind}"
    ratio = seconds / shortest
    target = f"no 429, at most 1.03 x the shortest time ({shortest:.0f} s)"
    return Line(
        what, f"{seconds:.1f} s, {gates} x 429", f"{ratio:.3f} x", target, not gates and ratio <= 1.03
    )


def _shortest(windows: tuple[Window, ...], *, margin: float) -> float:
    """Seconds until the last request may go out at best."""
    times: list[float] = []
    for n in range(PACED_ROWS):
        times.append(max([0.0, *(times[n - w.limit] + w.seconds + margin for w in windows if n >= w.limit)]))
    return times[-1]


async def _paced(url: str, windows: tuple[Window, ...]) -> tuple[float, int]:
    async with Client(KEY, base_url=url, pace=Pace(windows, concurrency=WORKERS)) as client:

        async def send(row: int) -> None:
            reply = await client.update(row, BODY)
            assert reply.status is Status.UPDATED, reply

        return await workers(send, PACED_ROWS), client.stats.gates
