"""Ctrl-C and systemd's SIGTERM: stop granting, let land, write everything, say so by the exit status."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.send.signals import open_interrupts
from tests.run.loopback import Loopback, loopback

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


@pytest.fixture(autouse=True)
def _not_ignored() -> Iterator[None]:
    """A shell that starts the tests in the background ignores SIGINT, and the programs started here would too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


# ---------------------------------------------------------------- the stream


def caught(backend: str, **how: float) -> list[int]:
    async def main() -> list[int]:
        found = []
        with open_interrupts(**how) as interrupted:
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGINT)
            async for number in interrupted:
                found.append(int(number))
                if len(found) == 2:
                    break
            await aclose(interrupted)
        return sorted(found)

    return anyio.run(main, backend=backend)


async def aclose(stream: Any) -> None:
    """A generator that is left half-way has to be closed; other streams need nothing."""
    if hasattr(stream, "aclose"):
        await stream.aclose()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_signals_come_as_a_stream_and_do_nothing_else(backend: str) -> None:
    assert caught(backend) == [signal.SIGINT, signal.SIGTERM]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_where_the_event_loop_knows_no_signals_plain_handlers_serve(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with asyncio on Windows."""

    def unknown(*numbers: int) -> None:
        raise NotImplementedError

    monkeypatch.setattr(anyio, "open_signal_receiver", unknown)
    before = signal.getsignal(signal.SIGTERM)
    assert caught(backend, glance=0.001) == [signal.SIGINT, signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) is before


# ---------------------------------------------------------------- a real process

KEY = "live-key-0123456789"
ROWS = 10
WORKERS = 3


def start(
    server: Loopback, folder: Path, *flags: str, reading: tuple[str, ...] = ("--no-fetch", "--no-verify")
) -> subprocess.Popen[str]:
    sheet = folder / "changes.csv"
    sheet.write_text("id,speech_speed\n" + "".join(f"{101 + row},1.1\n" for row in range(ROWS)), "utf-8")
    command = [sys.executable, "-m", "batch_update", "apply", str(sheet), "--yes", "--rate", "off"]
    command += [
        *reading,
        "--base-url",
        server.base_url,
        "--concurrency",
        str(WORKERS),
        "--run-dir",
        str(folder / "run"),
    ]
    environment = {**os.environ, "FAMULOR_API_KEY": KEY, "XDG_STATE_HOME": str(folder / "state")}
    process = subprocess.Popen(
        [*command, *flags], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    server.wait_for(WORKERS if reading else 1)
    return process


def ended(process: subprocess.Popen[str], folder: Path) -> tuple[int, Counter[str], str]:
    """Exit status, how many rows in which status, and all that was said or written."""
    said, _ = process.communicate(timeout=60)
    files = list((folder / "run").iterdir())
    written = "".join(path.read_bytes().decode("latin-1") for path in files)
    with (folder / "run" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [str(101 + row) for row in range(ROWS)]
    document = json.loads((folder / "run" / "run.json").read_text("utf-8"))
    assert document["exit"] == process.returncode and KEY not in said + written
    return process.returncode, Counter(row["_status"] for row in rows), said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_land_what_is_under_way(tmp_path: Path, number: int) -> None:
    with loopback(held=True) as server:
        process = start(server, tmp_path)
        process.send_signal(number)
        server.release()
        status, counts, said = ended(process, tmp_path)
        assert status == 128 + number
        assert counts["updated"] == len(server.seen) and counts["not_sent"] == ROWS - len(server.seen) >= 1
        assert "batch-update resume" in said.splitlines()[-1] and said.splitlines()[-1].startswith("Go on")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_what_is_there_is_read_ends_the_program_and_is_told(
    tmp_path: Path, number: signal.Signals
) -> None:
    with loopback(held=True) as server:
        process = start(server, tmp_path, reading=())
        process.send_signal(number)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert f"error[R130]: interrupted by {number.name}" in said and "Traceback" not in said
    assert [seen.method for seen in server.seen] == ["GET"] and not (tmp_path / "run").exists()


def test_a_hang_up_that_is_ignored_ends_no_run(tmp_path: Path) -> None:
    """As nohup wants it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with loopback(held=True) as server:
            process = start(server, tmp_path)
            process.send_signal(signal.SIGHUP)
            server.release()
            status, counts, _ = ended(process, tmp_path)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert status == 0 and counts == {"updated": ROWS}


def test_a_second_signal_leaves_at_once_and_still_writes_what_is_known(tmp_path: Path) -> None:
    with loopback(held=True) as server:
        process = start(server, tmp_path)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        status, counts, _ = ended(process, tmp_path)
        assert status in {130, 143}  # two pending signals may arrive in either order; the first one counts
        assert counts == {"unknown": WORKERS, "not_sent": ROWS - WORKERS} and len(server.seen) == WORKERS


def test_landing_takes_no_longer_than_the_grace(tmp_path: Path) -> None:
    with loopback(held=True) as server:
        process = start(server, tmp_path, "--grace", "0.1")
        process.send_signal(signal.SIGTERM)
        status, counts, _ = ended(process, tmp_path)
        assert status == 143 and counts == {"unknown": WORKERS, "not_sent": ROWS - WORKERS}
