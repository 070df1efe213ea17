"""Answers that are wrong byte by byte, on a raw socket: no row may be told as what it is not."""

from __future__ import annotations

import contextlib
import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import anyio

from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.model.plans import Status
from batch_update.model.reports import Pace, Reply
from tests.api.fault_server import Exchange, FaultServer, Request, reset
from tests.clocks import FakeTime
from tests.torture.table import Tried, try_all
from tests.torture.wire_faults import FAULTS, Fault, Step, filled

KEY = "torture-key-0123456789"
ROWS = 5
TIMEOUT = 0.4
"""seconds for one attempt: a fault that never ends costs as much"""
WHEN = ("first", "once", "always")
"""at the first request of all, at row 2's first request, or at each request of row 2"""


class RawServer(FaultServer):
    """Goes wrong as one fault says, for one row; good otherwise."""

    def __init__(self, fault: Fault, when: str) -> None:
        super().__init__(self._choose)
        self.fault = fault
        self.when = when
        self.gone_wrong = 0

    def _is_due(self, row: int, number: int) -> bool:
        if self.when == "first":
            return number == 1
        return row == 2 and (self.when == "always" or not self.gone_wrong)

    def _choose(self, request: Request) -> Callable[[Exchange], bool]:
        if self.fault.at_accept or not self._is_due(request.assistant_id, request.number):
            return good
        self.gone_wrong += 1
        return self._go_wrong

    def _serve(self, connection: socket.socket) -> None:
        if self.fault.at_accept and (self.fault.https or self.connections == 1 or self.when == "always"):
            with connection, contextlib.suppress(OSError):
                run(self.fault.steps, 999, connection, self)  # it cannot know yet who will be asked for
            return
        super()._serve(connection)

    def _go_wrong(self, exchange: Exchange) -> bool:
        if self.fault.applied:
            exchange.applied()
        if self.fault.whole:
            self.answered.append(exchange.request.assistant_id)
        return run(self.fault.steps, exchange.request.assistant_id, exchange.socket, self)


def run(steps: Sequence[Step], row: int, connection: socket.socket, server: FaultServer) -> bool:
    """Send what the steps say; whether the connection stays open."""
    for step in steps:
        if isinstance(step, bytes):
            connection.sendall(filled(step, row))
        elif isinstance(step, slice):
            connection.sendall(filled(b"{GOOD}", row)[step])
        elif isinstance(step, float):
            time.sleep(step)
        elif step == "half":
            connection.shutdown(socket.SHUT_WR)
        else:
            if step == "hang":
                server.wait(5)
            if step == "reset":
                reset(connection)
            return False
    return True


def good(exchange: Exchange) -> bool:
    exchange.applied()
    exchange.server.answered.append(exchange.request.assistant_id)
    return run([b"{GOOD}"], exchange.request.assistant_id, exchange.socket, exchange.server)


async def send(server: RawServer, seed: int) -> dict[int, Reply]:
    """Rows 1 to ROWS, one after another or two at once; what is told of each."""
    time = FakeTime.real(seed)
    dice = time.clock.rng
    replies: dict[int, Reply] = {}
    rows = iter(range(1, ROWS + 1))
    async with Client(
        ApiKey(KEY),
        base_url=f"{'https' if server.fault.https else 'http'}://127.0.0.1:{server.port}/api",
        pace=Pace((), timeout=TIMEOUT, outage=100.0),
        environ={},
        clock=time.clock,
    ) as client:

        async def work() -> None:
            for row in rows:
                replies[row] = await client.update(row, {"name": "x"})

        async with anyio.create_task_group() as tasks:
            for _ in range(dice.choice((1, 2))):
                tasks.start_soon(work)
    return replies


def untrue(server: RawServer, replies: dict[int, Reply]) -> Iterator[str]:
    """Every row that is told as what it is not, by the server's own log."""
    if set(replies) != set(range(1, ROWS + 1)):
        yield f"rows {sorted(replies)} came out"
    for row, told in replies.items():
        if told.status is Status.UPDATED and row not in server.answered:
            yield f"row {row} is called updated without a complete 2xx"
        if told.status in (Status.FAILED, Status.NOT_SENT) and row in server.applied:
            yield f"row {row} was applied and is called {told.status} ({told.code}: {told.message})"
        if told.status is not Status.UPDATED and not (told.code and told.message):
            yield f"row {row} has no reason"
        if KEY in repr(told) or "\x1b" in told.message + told.request_id:
            yield f"row {row} shows what it must not"


def attempt(fault: Fault, when: str, seed: int) -> int:
    """One fault at one moment; prints every row that is told as what it is not."""
    with RawServer(fault, when) as server:
        replies = anyio.run(send, server, seed, backend="asyncio" if seed % 2 else "trio")
        found = list(untrue(server, replies))
        print(*(f"untrue: {one}" for one in found), sep="\n")
    return 0


def attempts(scale: float, seed: int) -> Iterator[Tried]:
    """Full count: every fault at each of three moments, a line of the table for each kind."""
    cases = [(fault, when) for fault in FAULTS for when in WHEN]
    chosen = random.Random(seed).sample(cases, max(1, round(len(cases) * scale))) if scale < 1 else cases
    for kind in Counter(fault.kind for fault, _ in chosen):
        mine = [(fault, when) for fault, when in chosen if fault.kind == kind]
        yield try_all(
            f"answers on a raw socket: {kind}",
            (
                (f"{fault.name}, {when}", partial(attempt, fault, when, seed + number))
                for number, (fault, when) in enumerate(mine)
            ),
            lambda name, verdict: [line for line in verdict.said.splitlines() if line.startswith("untrue")],
        )
