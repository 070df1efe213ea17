"""One pace for a key: what other processes sent counts, whatever became of them, their files and the clock."""

from __future__ import annotations

import math
import os
import random
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from filelock import FileLock

from batch_update.api.pace.ledger import LONGEST_TURN, MOST_AHEAD, Ledger
from batch_update.api.pace.pacer import Pacer
from batch_update.api.pace.windows import MARGIN, PATIENCE
from batch_update.clock import Clock
from batch_update.model.plans import Status
from batch_update.model.reports import Event, Pace, Reply, Window
from batch_update.settings.tunables import DEFAULT_RATES
from tests.api import simulated, virtual
from tests.api.sending import client_for, send_rows
from tests.api.simulated import KINDS, Counter, Server, jitter, shortest
from tests.clocks import virtual_clock

Kind = Callable[[int, float, float], Counter]
BOOT = "one start of the machine"


def counters(kind: Kind, seed: int = 0) -> list[Counter]:
    rng = random.Random(seed)
    return [kind(w.limit, w.seconds, rng.uniform(0, 60)) for w in DEFAULT_RATES]


def ledger_at(path: Path, *, wall: float = 0.0, boot: str = BOOT) -> Ledger:
    return Ledger(path, clock=Clock(wall=lambda: datetime.fromtimestamp(wall, UTC)), boot=boot)


def note(ledger: Ledger, now: float, *mine: float) -> list[float] | None:
    """A turn that writes these requests down; what others sent."""
    with ledger.turn(now, lambda: mine, full=100) as others:
        return others if others is None else sorted(others)


# ---------------------------------------------------------------- two at once


def send_together(
    server: Server, shares: list[int], path: Path, backend: str, delay: float = 0.0
) -> tuple[list[dict[int, Reply]], list[Event], float]:
    """Several clients, each with a ledger of its own as in a process of its own, on one clock."""
    replies: list[dict[int, Reply]] = [{} for _ in shares]
    events: list[Event] = []

    async def one(number: int) -> None:
        await anyio.sleep(delay * number)
        async with client_for(server, events, ledger=ledger_at(path), clock=virtual_clock(number)) as client:
            replies[number] = await send_rows(client, shares[number])

    async def main() -> float:
        begin = anyio.current_time()
        async with anyio.create_task_group() as tasks:
            for number in range(len(shares)):
                tasks.start_soon(one, number)
        return anyio.current_time() - begin

    seconds = virtual.run(main, backend)
    return replies, events, seconds


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("delay", [0.0, 3.7])
def test_two_processes_share_both_windows(kind: Kind, delay: float, tmp_path: Path, backend: str) -> None:
    """No 429, and together no slower than 1.05 times one alone with all the rows."""
    alone = Server(counters(kind, 4), latency=jitter(1, 0.3))
    _, _, seconds_alone = send_together(alone, [240], tmp_path / "alone", backend)
    server = Server(counters(kind, 4), latency=jitter(1, 0.3))
    replies, _, seconds = send_together(server, [120, 120], tmp_path / "both", backend, delay)
    assert server.refused == alone.refused == []
    assert all(reply.status is Status.UPDATED for found in replies for reply in found.values())
    assert seconds <= 1.05 * seconds_alone + delay
    assert len(server.arrivals) == 240


@pytest.mark.parametrize("latency", [1.5, 8.0])
def test_slow_answers_break_no_window_of_both(latency: float, tmp_path: Path) -> None:
    server = Server(counters(simulated.sliding), latency=lambda: latency / 2)
    send_together(server, [110, 110], tmp_path / "l", "asyncio", 0.3)
    assert server.refused == []


def test_a_third_one_fits_in_too(tmp_path: Path) -> None:
    server = Server(counters(simulated.sliding), latency=jitter(2, 0.3))
    _, _, seconds = send_together(server, [80, 80, 80], tmp_path / "l", "asyncio")
    assert server.refused == []
    assert seconds <= 1.05 * shortest(240, DEFAULT_RATES) + 2


def test_headers_that_tell_of_the_other_process_do_not_count_it_twice(tmp_path: Path) -> None:
    """Its requests stand in the ledger; somebody else's use is only what is in neither."""
    used: list[float] = []

    def headers(now: float) -> dict[str, str]:
        used.append(now)
        return {
            "X-RateLimit-Limit": "100",
            "X-RateLimit-Remaining": str(100 - len([t for t in used if t > now - 60])),
        }

    alone = Server(counters(simulated.sliding), latency=jitter(1, 0.3))
    _, _, seconds_alone = send_together(alone, [200], tmp_path / "alone", "asyncio")
    server = Server(counters(simulated.sliding), headers=headers, latency=jitter(1, 0.3))
    _, events, seconds = send_together(server, [100, 100], tmp_path / "both", "asyncio")
    assert server.refused == []
    assert not [event for event in events if "another program" in event.message]
    assert seconds <= 1.05 * seconds_alone


def test_a_request_counts_from_when_it_leaves_however_long_it_waited_for_the_disk(tmp_path: Path) -> None:
    """And another process learns of it before it leaves."""
    server = Server(counters(simulated.sliding), latency=lambda: 0.1)

    async def slow_disk(attempt: int) -> None:
        told = note(ledger_at(tmp_path / "l"), anyio.current_time()) or []
        assert len(told) > len([at for at in server.arrivals if at > anyio.current_time() - 60])
        await anyio.sleep(4)

    async def main() -> None:
        ledger = ledger_at(tmp_path / "l")
        async with client_for(server, [], ledger=ledger) as client, anyio.create_task_group() as tasks:
            for row in range(1, 61):
                tasks.start_soon(partial(client.update, row, {"name": "n"}, before_send=slow_disk))

    virtual.run(main, "asyncio")
    assert server.refused == [] and len(server.arrivals) == 60


class Watched(Ledger):
    """A ledger that counts how often it is looked into."""

    looks = 0

    def turn(self, *given: Any, **more: Any) -> AbstractContextManager[list[float] | None]:
        self.looks += 1
        return super().turn(*given, **more)


@pytest.mark.parametrize("latency", [0.05, 0.7])
def test_one_look_into_the_ledger_does_for_a_burst_and_others_see_all_that_is_sent(
    latency: float, tmp_path: Path
) -> None:
    ledger = Watched(tmp_path / "l", clock=Clock(wall=lambda: datetime.fromtimestamp(0, UTC)), boot=BOOT)
    server = Server(counters(simulated.sliding), latency=lambda: latency)

    def seen(now: float) -> dict[str, str]:
        told = note(ledger_at(tmp_path / "l"), now) or []
        for seconds in (10, 60):
            sent = sum(at > now - seconds for at in server.arrivals)
            assert sum(at > now - seconds for at in told) >= sent, "another process would send too much"
        return {}

    server.headers = seen

    async def main() -> None:
        async with client_for(server, [], ledger=ledger) as client:
            await send_rows(client, 240)

    virtual.run(main, "asyncio")
    assert server.refused == [] and len(server.arrivals) == 240
    assert ledger.looks <= 240 / 5
    left = note(ledger_at(tmp_path / "l"), virtual_now := server.arrivals[-1] + latency) or []
    assert max(left) <= virtual_now, "what was not used is given back"


def test_one_that_leaves_late_counts_for_others_from_when_it_left_also_where_its_leave_was_taken_ahead(
    tmp_path: Path,
) -> None:
    now = 0.0
    pacer = Pacer(Pace(DEFAULT_RATES), ledger=ledger_at(tmp_path / "l"), clock=Clock(monotonic=lambda: now))

    async def main() -> None:
        nonlocal now
        await pacer.admit()
        now = 0.9
        ticket = await pacer.admit()
        assert ticket is not None
        now = 1.8
        pacer.leaves(ticket)

    anyio.run(main)
    assert max(note(ledger_at(tmp_path / "l"), now) or []) >= now + PATIENCE


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_process_after_one_that_used_the_window_up_waits(kind: Kind, tmp_path: Path) -> None:
    server = Server(counters(kind), latency=jitter(1, 0.2))
    events: list[Event] = []

    async def main() -> float:
        for _ in range(2):
            async with client_for(server, events, ledger=ledger_at(tmp_path / "l")) as client:
                begin = anyio.current_time()
                await send_rows(client, 100)
        return anyio.current_time() - begin

    seconds = virtual.run(main, "asyncio")
    assert server.refused == []
    assert seconds <= 62, "waits for the window, and not a second one"
    assert [event.kind for event in events] == ["shared"]
    assert "waiting" in events[0].message


def test_an_early_answer_makes_room_for_the_other_process_at_once(tmp_path: Path, backend: str) -> None:
    """Until it comes, the request must be taken to count for two seconds more."""

    def pacer() -> Pacer:
        ledger = ledger_at(tmp_path / "l")
        return Pacer(Pace((Window(1, 10),), concurrency=4), ledger=ledger, clock=virtual_clock())

    async def main() -> float:
        one, two = pacer(), pacer()
        begin = anyio.current_time()
        ticket = await one.admit()
        assert ticket is not None

        async def answer() -> None:
            await anyio.sleep(0.2)
            one.answered(ticket)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(answer)
            await two.admit()
        return anyio.current_time() - begin

    assert virtual.run(main, backend) == pytest.approx(11.2, abs=0.11)


def test_without_windows_there_is_no_ledger(tmp_path: Path) -> None:
    async def main() -> None:
        ledger = ledger_at(tmp_path / "folder" / "l")
        async with client_for(Server(), [], rates=(), ledger=ledger) as client:
            await send_rows(client, 5)

    virtual.run(main, "asyncio")
    assert not (tmp_path / "folder").exists()


# ---------------------------------------------------------------- the file


def test_each_sees_what_others_sent_and_not_its_own(tmp_path: Path) -> None:
    one, two = ledger_at(tmp_path / "l"), ledger_at(tmp_path / "l")
    assert note(one, 1.0, 3.0) == []
    assert note(two, 1.5, 3.5) == [3.0]
    assert note(one, 2.0, 1.8, 4.0) == [3.5], "an answer replaces what was expected"
    assert note(two, 2.5) == [1.8, 4.0]
    assert note(one, 3.0) == []


def test_what_has_left_every_window_is_forgotten(tmp_path: Path) -> None:
    one, two = ledger_at(tmp_path / "l"), ledger_at(tmp_path / "l")
    note(one, 0.0, *map(float, range(50)))
    assert len(note(two, 70.0, 70.0) or []) == 50
    before = (tmp_path / "l").stat().st_size
    assert len(note(ledger_at(tmp_path / "l"), 80.0) or []) == 40
    assert (tmp_path / "l").stat().st_size < before


def test_it_is_the_users_alone(tmp_path: Path) -> None:
    note(ledger_at(tmp_path / "accounts" / "l"), 0.0, 1.0)
    modes = {stat.S_IMODE(entry.stat().st_mode) for entry in (tmp_path / "accounts").iterdir()}
    assert (modes, stat.S_IMODE((tmp_path / "accounts").stat().st_mode)) == ({0o600}, 0o700)


def test_a_clock_set_back_or_forth_changes_nothing(tmp_path: Path) -> None:
    note(ledger_at(tmp_path / "l", wall=1e9), 100.0, 100.0)
    for wall in (1e9 - 3600, 1e9 + 3600):
        assert note(ledger_at(tmp_path / "l", wall=wall), 101.0) == [100.0]


@pytest.mark.parametrize("boot", ["another start", ""])
def test_after_a_restart_of_the_machine_the_wall_clock_serves(tmp_path: Path, boot: str) -> None:
    """Sent 20 s before, when the monotonic clock stood at 5000; now it stands at 8."""
    note(ledger_at(tmp_path / "l", wall=1e9, boot=boot and BOOT), 5000.0, 5000.0)
    assert note(ledger_at(tmp_path / "l", wall=1e9 + 20, boot=boot), 8.0) == pytest.approx([-12.0])
    assert note(ledger_at(tmp_path / "l", wall=1e9 + 21, boot=boot), 9.0) == pytest.approx([-12.0])


def test_a_clock_set_back_while_the_machine_restarted_costs_one_window(tmp_path: Path) -> None:
    note(ledger_at(tmp_path / "l", wall=1e9), 5000.0, 5000.0)
    assert note(ledger_at(tmp_path / "l", wall=1e9 - 3600, boot="another"), 8.0) == [8.0 + PATIENCE]


@pytest.mark.parametrize("ahead", [3.0, 30.0, 5000.0, 1e12, math.inf, math.nan])
@pytest.mark.parametrize("boot", [BOOT, "another"])
def test_a_time_of_the_future_is_believed_for_one_window_at_most(
    ahead: float, boot: str, tmp_path: Path
) -> None:
    """After a container was suspended, a clock jumped, or on another machine whose clock is ahead."""
    note(ledger_at(tmp_path / "l"), 1000.0, *[1000.0 + ahead] * 100)
    server = Server(counters(simulated.sliding))
    events: list[Event] = []

    async def main() -> float:
        await anyio.sleep(1000)
        begin = anyio.current_time()
        async with client_for(server, events, ledger=ledger_at(tmp_path / "l", boot=boot)) as client:
            await send_rows(client, 3)
        return anyio.current_time() - begin

    seconds = virtual.run(main, "asyncio")
    assert seconds <= 60 + MARGIN + PATIENCE + 2 * MOST_AHEAD


def test_what_was_corrected_is_not_corrected_anew_each_time(tmp_path: Path) -> None:
    note(ledger_at(tmp_path / "l"), 1000.0, 9000.0)
    for now in (1001.0, 1010.0, 1030.0):
        assert note(ledger_at(tmp_path / "l"), now) == [1001.0 + PATIENCE]


def test_leave_that_another_process_took_far_ahead_counts_as_late_as_it_says(tmp_path: Path) -> None:
    latest = 1001.0 + PATIENCE + 2 * MOST_AHEAD
    note(ledger_at(tmp_path / "l"), 1000.0, latest)
    assert note(ledger_at(tmp_path / "l"), 1001.0) == [latest]


@pytest.mark.parametrize("damage", ["cut", "turned", "random", "short", "other"])
def test_a_damaged_ledger_counts_as_full_once_and_is_replaced(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "l"
    note(ledger_at(path), 0.0, 1.0, 2.0)
    content = path.read_bytes()
    path.write_bytes(
        {
            "cut": content[:-9],
            "turned": content[:-20] + bytes([content[-20] ^ 1]) + content[-19:],
            "random": random.Random(1).randbytes(300),
            "short": b"\x00",
            "other": b"X" + content[1:],
        }[damage]
    )
    ledger = ledger_at(path)
    assert note(ledger, 3.0, 3.0) == [3.0] * 100
    assert "damaged" in ledger.news
    later = ledger_at(path)
    assert len(note(later, 4.0) or []) == 101 and later.news == ""


def test_damage_is_mended_also_by_who_sends_nothing(tmp_path: Path) -> None:
    path = tmp_path / "l"
    path.write_bytes(b"x" * 99)
    note(ledger_at(path), 3.0)
    assert note(ledger_at(path), 5.0) == [3.0] * 100


def test_an_empty_ledger_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "l").touch()
    ledger = ledger_at(tmp_path / "l")
    assert (note(ledger, 0.0), ledger.news) == ([], "")


def test_a_run_with_a_damaged_ledger_waits_one_window_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "l").write_bytes(b"garbage" * 20)
    server = Server(counters(simulated.sliding))
    replies, events, seconds = send_together(server, [20], tmp_path / "l", "asyncio")
    assert [event.kind for event in events][:1] == ["ledger"]
    assert 60 < seconds < 63 and len(replies[0]) == 20


def unreadable(path: Path) -> None:
    path.mkdir()


def unlockable(path: Path) -> None:
    Path(f"{path}.lock").mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_pipe_for_the_lock(path: Path) -> None:
    os.mkfifo(f"{path}.lock")


def a_link(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_link_for_the_lock(path: Path) -> None:
    Path(f"{path}.lock").symlink_to(path.with_name("victim"))


def a_file_for_the_folder(path: Path) -> None:
    path.parent.rmdir()
    path.parent.touch()


SPOILERS = [
    unreadable,
    unlockable,
    a_pipe,
    a_pipe_for_the_lock,
    a_link,
    a_link_for_the_lock,
    a_file_for_the_folder,
]


@pytest.mark.parametrize("spoil", SPOILERS)
def test_a_run_whose_ledger_cannot_be_used_keeps_to_its_own_log_and_says_so(
    spoil: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "folder" / "l"
    path.parent.mkdir()
    spoil(path)
    server = Server(counters(simulated.sliding), latency=jitter(1, 0.3))
    replies, events, seconds = send_together(server, [120], path, "asyncio")
    assert server.refused == [] and len(replies[0]) == 120
    assert [event.kind for event in events] == ["ledger"]
    assert seconds <= 1.03 * shortest(120, DEFAULT_RATES)


def test_a_process_that_hangs_in_its_turn_holds_nobody_up(tmp_path: Path) -> None:
    server = Server(counters(simulated.sliding))
    with FileLock(tmp_path / "l.lock"):
        replies, events, seconds = send_together(server, [5], tmp_path / "l", "asyncio")
    assert len(replies[0]) == 5 and LONGEST_TURN <= seconds < LONGEST_TURN + 0.5
    assert ["does not let go" in event.message for event in events] == [True]


# ---------------------------------------------------------------- for real

SENDS = """
import random, sys, time
import anyio
from pathlib import Path
from batch_update.api.pace.ledger import Ledger
from batch_update.api.pace.pacer import Pacer
from batch_update.api.pace.windows import MARGIN, PATIENCE
from batch_update.model.reports import Pace, Window

async def main():
    pacer = Pacer(Pace((Window(5, 0.5), Window(12, 2)), concurrency=3), ledger=Ledger(Path(sys.argv[1])))
    async def work(rows):
        for row in rows:
            ticket = await pacer.admit()
            if int(sys.argv[2]) == row:
                print("dies", flush=True)
                sys.stdin.read()
            await anyio.sleep(random.uniform(0, 0.02))
            print(time.monotonic(), flush=True)
            pacer.answered(ticket)
    async with anyio.create_task_group() as tasks:
        for worker in range(3):
            tasks.start_soon(work, range(worker, 9, 3))
anyio.run(main)
"""


def start(path: Path, dies_at: int = -1) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SENDS, str(path), str(dies_at)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def most_within(stamps: list[float], seconds: float) -> int:
    return max(sum(begin <= at < begin + seconds for at in stamps) for begin in stamps)


def test_two_real_processes_keep_both_windows_together(tmp_path: Path) -> None:
    processes = [start(tmp_path / "l") for _ in range(2)]
    stamps = sorted(
        float(line) for process in processes for line in process.communicate(timeout=30)[0].split()
    )
    assert [process.returncode for process in processes] == [0, 0]
    assert len(stamps) == 18
    assert most_within(stamps, 0.5) <= 5 and most_within(stamps, 2) <= 12


def test_what_a_killed_process_was_about_to_send_counts(tmp_path: Path) -> None:
    process = start(tmp_path / "l", dies_at=2)
    assert process.stdout is not None
    lines = []
    while (line := process.stdout.readline()) not in ("dies\n", ""):
        lines.append(line)
    process.kill()
    process.communicate()
    counted = note(Ledger(tmp_path / "l"), time.monotonic()) or []
    assert len(counted) >= len(lines) + 1
    assert max(counted) > time.monotonic(), "the one without an answer"
