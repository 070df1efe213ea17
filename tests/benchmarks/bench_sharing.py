"""Two processes with one key, against a server that counts both windows: no refusal, and no slower than one alone.

Once by themselves, and once beside another program that uses the key, which only the server's headers tell of.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from batch_update.api.pace.ledger import Ledger
from batch_update.model.reports import Window
from batch_update.settings.tunables import DEFAULT_RATES
from tests.benchmarks.lines import Line, best_of
from tests.benchmarks.loopback import serving
from tests.benchmarks.sharing import KEY

ROWS = 160
STRANGER = 2.0
"""requests a second of the other program: a tenth of what the windows allow in all"""
WINDOWS = tuple(Window(w.limit, w.seconds / 10) for w in DEFAULT_RATES)


def run() -> list[Line]:
    return [_line(stranger=False), _line(stranger=True), _turn()]


def _turn() -> Line:
    """What one look into the ledger costs, beside a full window of others."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger"
        with Ledger(path).turn(time.monotonic(), lambda: [time.monotonic()] * 100):
            pass
        ledger, mine = Ledger(path), [time.monotonic()]

        def turn() -> None:
            mine[0] = time.monotonic()
            with ledger.turn(time.monotonic(), lambda: mine):
                pass

        (best,) = best_of(100, turn)
    return Line("a turn of the ledger that processes share", f"{best * 1000:.2f} ms")


def _line(*, stranger: bool) -> Line:
    alone, gates_alone = _send([ROWS], stranger=stranger)
    both, gates = _send([ROWS // 2, ROWS // 2], stranger=stranger)
    what = f"{ROWS} updates by two processes with one key, windows a tenth as long"
    ratio = both / alone
    # What the other program sends in one burst is seen only afterwards: its refusals are for the record.
    met = ratio <= 1.05 and (stranger or not gates)
    return Line(
        what + (", beside another program" if stranger else ""),
        f"{both:.1f} s, {gates} x 429",
        f"{ratio:.3f} x one process alone ({alone:.1f} s, {gates_alone} x 429)",
        "no row lost, at most 1.05 x" if stranger else "no 429, at most 1.05 x",
        met,
    )


def _send(shares: list[int], *, stranger: bool) -> tuple[float, int]:
    """Seconds until all rows are done, and how often the processes were refused."""
    with (
        TemporaryDirectory() as folder,
        serving(*((w.limit, w.seconds) for w in WINDOWS)) as url,
        _stranger(url, go=stranger),
    ):
        processes = [_start(url, Path(folder) / "ledger", n, rows) for n, rows in enumerate(shares)]
        for process in processes:
            assert process.stdout is not None and process.stdout.readline() == "ready\n"
        begin = time.perf_counter()
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        gates = sum(int(process.communicate(timeout=300)[0]) for process in processes)
        return time.perf_counter() - begin, gates


def _start(url: str, ledger: Path, number: int, rows: int) -> subprocess.Popen[str]:
    given = [url, str(ledger), str(1 + number * 1_000), str(rows), *map(str, WINDOWS)]
    command = [sys.executable, "-m", "tests.benchmarks.sharing", *given]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@contextmanager
def _stranger(url: str, *, go: bool) -> Iterator[None]:
    """Another program with the same key, which knows of no windows and of no ledger."""
    over = threading.Event()

    def send() -> None:
        while go and not over.wait(1 / STRANGER):
            requests.put(
                f"{url}/user/assistant/9", json={}, headers={"Authorization": f"Bearer {KEY}"}, timeout=45
            )

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
