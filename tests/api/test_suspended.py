"""A machine that sleeps for an hour in the middle of a run: no window is broken, and no row is lost."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.api.pace.ledger import Ledger
from batch_update.model.plans import Status
from batch_update.model.reports import Event, Reply
from batch_update.settings.tunables import DEFAULT_RATES
from tests.api import simulated, virtual
from tests.api.sending import client_for, send_rows
from tests.api.simulated import KINDS, Server, jitter, shortest
from tests.api.test_ledger import Kind, counters
from tests.clocks import virtual_clock

HOUR = 3600.0


def send_over_a_sleep(
    server: Server,
    backend: str,
    *,
    at: float,
    rows: int = 150,
    **options: Any,
) -> tuple[dict[int, Reply], list[Event], float]:
    """150 rows; at some second of the run, the event loop's clock is an hour later."""
    events: list[Event] = []

    async def main() -> tuple[dict[int, Reply], float]:
        async def sleep_soon() -> None:
            await anyio.sleep(at)
            virtual.jump(HOUR)

        begin = anyio.current_time()
        async with client_for(server, events, **options) as client:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(sleep_soon)
                replies = await send_rows(client, rows)
            return replies, anyio.current_time() - begin

    replies, seconds = virtual.run(main, backend)
    return replies, events, seconds


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at", [0.1, 5.0, 30.0])
def test_a_clock_that_goes_on_in_its_sleep(kind: Kind, at: float, backend: str) -> None:
    """What was under way arrives late: at most that is refused, or unknown, since its time is up; all else is done."""
    server = Server(counters(kind, 2), latency=jitter(1, 0.3))
    replies, _, seconds = send_over_a_sleep(server, backend, at=at)
    assert len(server.refused) <= 16
    done = sum(reply.status is Status.UPDATED for reply in replies.values())
    unknown = sum(reply.status is Status.UNKNOWN for reply in replies.values())
    assert done + unknown == len(replies) == 150 and unknown <= 16
    assert HOUR <= seconds <= HOUR + shortest(150, DEFAULT_RATES) + 120


@pytest.mark.parametrize("kind", KINDS)
def test_a_clock_that_stands_still_in_its_sleep(kind: Kind, backend: str) -> None:
    """As Linux has it: for us no time has gone by, for the server an hour. That costs nothing but patience."""
    slept = 0.0
    server = Server(
        [lambda now, let=let: let(now + slept) for let in counters(kind, 2)], latency=jitter(1, 0.3)
    )
    events: list[Event] = []

    async def main() -> dict[int, Reply]:
        async def sleep_soon() -> None:
            nonlocal slept
            await anyio.sleep(5.0)
            slept = HOUR

        async with client_for(server, events) as client, anyio.create_task_group() as tasks:
            tasks.start_soon(sleep_soon)
            return await send_rows(client, 150)

    replies = virtual.run(main, backend)
    assert server.refused == [] and events == []
    assert {reply.status for reply in replies.values()} == {Status.UPDATED} and len(replies) == 150


def test_a_pause_that_the_server_asked_for_is_over_afterwards(backend: str) -> None:
    server = Server(
        [lambda now: not 20 <= now < 80],
        latency=lambda: 0.05,
        refusal=lambda now: ({"Retry-After": "60"}, {}),
    )
    replies, events, seconds = send_over_a_sleep(server, backend, at=30.0, rows=60)
    assert {reply.status for reply in replies.values()} == {Status.UPDATED}
    assert [event.kind for event in events if event.kind in {"gate", "resume"}] == ["gate", "resume"]
    assert seconds < HOUR + 70


def test_a_server_that_was_down_before_and_is_up_afterwards(backend: str) -> None:
    """More than --max-outage has gone by, but the next request shows that it is over."""
    server = Server(
        latency=lambda: 0.05,
        answer=lambda number, row: (502, {}) if 3 <= anyio.current_time() < 100 else None,
    )
    replies, _, _ = send_over_a_sleep(server, backend, at=20.0, rows=100)
    assert {reply.status for reply in replies.values()} == {Status.UPDATED}


@pytest.mark.parametrize("wall", [0.0, HOUR, -HOUR])
def test_what_the_wall_clock_does_meanwhile_changes_nothing_in_the_ledger(
    wall: float, tmp_path: Path
) -> None:
    """Set back, set forth, or an hour later after a sleep: two processes keep the windows all the same."""
    server = Server(counters(simulated.sliding, 3), latency=jitter(1, 0.3))
    shift = 0.0

    async def main() -> None:
        async def one(number: int) -> None:
            clock = virtual_clock(
                number, wall=lambda: datetime.fromtimestamp(anyio.current_time() + shift, UTC)
            )
            ledger = Ledger(tmp_path / "l", clock=clock, boot="one")
            async with client_for(server, [], ledger=ledger, clock=clock) as client:
                replies = await send_rows(client, 80)
                assert {reply.status for reply in replies.values()} == {Status.UPDATED}

        async def set_the_clock() -> None:
            nonlocal shift
            await anyio.sleep(20.0)
            shift = wall

        async with anyio.create_task_group() as tasks:
            for number in (1, 2):
                tasks.start_soon(one, number)
            tasks.start_soon(set_the_clock)

    virtual.run(main, "asyncio")
    assert server.refused == [] and len(server.arrivals) == 160
