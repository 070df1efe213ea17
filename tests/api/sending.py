"""Sending many rows through a client in virtual time, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import anyio

from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.model.plans import Status
from batch_update.model.reports import Event, Pace, Reply
from batch_update.settings.tunables import DEFAULT_RATES
from tests.api import virtual
from tests.clocks import virtual_clock

KEY = "test-key-0123456789\\'\"abc"


@dataclass
class Sent:
    replies: dict[int, Reply]
    events: list[Event]
    seconds: float
    client: Client

    def count(self, status: Status) -> int:
        return sum(reply.status is status for reply in self.replies.values())

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


def client_for(app: Any, events: list[Event], **options: Any) -> Client:
    """A client on the virtual clock, with the default windows."""
    given: dict[str, Any] = {
        "base_url": "https://api.test/api",
        "app": app,
        "on_event": events.append,
        "clock": virtual_clock(),
    }
    given["pace"] = paced(options, rates=DEFAULT_RATES, concurrency=16)
    return Client(ApiKey(KEY), **{**given, **options})


def paced(options: dict[str, Any], **given: Any) -> Pace:
    """The pace that is given, with what options say of it taken out of them."""
    names = {field.name for field in fields(Pace)}
    return Pace(**{"rates": (), **given, **{name: options.pop(name) for name in names & options.keys()}})


async def send_rows(client: Client, count: int, *, workers: int = 16) -> dict[int, Reply]:
    """Rows 1 to count by so many workers, until a reply says stop."""
    replies: dict[int, Reply] = {}
    rows = iter(range(1, count + 1))

    async def work() -> None:
        for row in rows:
            replies[row] = await client.update(row, {"name": f"row {row}"})

    async with anyio.create_task_group() as tasks:
        for _ in range(workers):
            tasks.start_soon(work)
    return replies


def send(app: Any, count: int, backend: str, *, workers: int = 16, **options: Any) -> Sent:
    """Sends rows 1 to count in virtual time."""

    async def main() -> Sent:
        events: list[Event] = []
        async with client_for(app, events, **options) as client:
            begin = anyio.current_time()
            replies = await send_rows(client, count, workers=workers)
            return Sent(replies, events, anyio.current_time() - begin, client)

    return virtual.run(main, backend)
