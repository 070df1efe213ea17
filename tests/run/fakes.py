"""A client that answers as it is told, and runs in virtual time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import anyio
import trio.testing

from batch_update.api.answers.paging import Page
from batch_update.model.plans import Status
from batch_update.model.reports import Reply
from batch_update.model.sheets import Body

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FOREVER = 10_000.0


@dataclass(frozen=True)
class Act:
    """How the fake client treats one assistant: it waits for a slot, sends, waits for the answer, answers."""

    reply: Reply | Exception = field(default_factory=lambda: Reply(Status.UPDATED, http=200, attempts=1))
    queued: float = 0.0
    """seconds until its first attempt begins"""
    flight: float = 0.0
    """seconds until its answer is there"""


class FakeClient:
    """Keeps the promises of the real client, in as few lines as possible."""

    def __init__(self, acts: Mapping[int, Act] | None = None) -> None:
        self.acts = acts or {}
        self.asked: list[int] = []
        self.begun: list[int] = []
        self.answered: dict[int, Reply] = {}
        self.under_way: set[int] = set()
        self.most_under_way = 0
        self.asked_after_stop = 0
        self._stopped = anyio.Event()

    def stop_sending(self) -> None:
        self._stopped.set()

    async def update(
        self, assistant_id: int, body: Body, *, before_send: Callable[[int], Awaitable[None]] | None = None
    ) -> Reply:
        assert assistant_id not in self.under_way, f"{assistant_id} is under way already"
        self.asked_after_stop += self._stopped.is_set()
        self.asked.append(assistant_id)
        self.under_way.add(assistant_id)
        self.most_under_way = max(self.most_under_way, len(self.under_way))
        try:
            return await self._update(assistant_id, before_send)
        finally:
            self.under_way.discard(assistant_id)

    async def _update(self, assistant_id: int, before_send: Callable[[int], Awaitable[None]] | None) -> Reply:
        act = self.acts.get(assistant_id, Act())
        with anyio.move_on_after(act.queued):
            await self._stopped.wait()
        if self._stopped.is_set():
            return Reply(Status.NOT_SENT, "R101", "sending was stopped")
        if before_send is not None:
            await before_send(1)
        self.begun.append(assistant_id)
        await anyio.sleep(act.flight)
        if isinstance(act.reply, Exception):
            raise act.reply
        self.answered[assistant_id] = act.reply
        return act.reply


class Pages:
    """A list in pages, made of what `assistants` gives one by one."""

    async def assistant_pages(self, per_page: int = 100) -> AsyncGenerator[Page, None]:
        number, entries = 1, list[Any]()
        async with aclosing(self.assistants(per_page)) as found:
            async for entry in found:
                entries.append(entry)
                if len(entries) == per_page:
                    yield Page(number, tuple(entries))
                    number, entries = number + 1, []
        yield Page(number, tuple(entries))

    def assistants(self, per_page: int = 100) -> AsyncGenerator[dict[str, Any], None]:
        raise NotImplementedError

    def note(self, message: str) -> None:
        """Nothing in these lists is odd."""
        raise AssertionError(message)


def run_virtually(function: Callable[[], Awaitable[Any]]) -> Any:
    """Runs on trio with a clock that jumps: seconds cost nothing."""
    clock = trio.testing.MockClock(autojump_threshold=0)
    return trio.run(function, clock=clock)  # not by anyio, of which some versions leave the clock out


class Stream:
    """Signals at given moments after the start, on the event loop's clock."""

    def __init__(self, *moments: tuple[float, int]) -> None:
        self._moments = iter(sorted(moments))
        self._begun = anyio.current_time()

    def __aiter__(self) -> Stream:
        return self

    async def __anext__(self) -> int:
        for moment, number in self._moments:
            await anyio.sleep_until(self._begun + moment)
            return number
        raise StopAsyncIteration
