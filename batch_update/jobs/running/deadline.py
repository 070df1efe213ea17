"""The deadline of a run of a job: what is still going on then is stopped as by SIGTERM, and can be gone on with."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TypeVar

import anyio

from batch_update.as_raised import as_raised
from batch_update.clock import Clock
from batch_update.errors import Interrupted
from batch_update.run.steps.means import Sequel
from batch_update.send.signals import Interrupts, Overdue, interruption

T = TypeVar("T")


class Deadline:
    """So many seconds from now, for all sheets of a run, waiting for others included; None for ever."""

    def __init__(self, seconds: float | None, clock: Clock) -> None:
        self._seconds = seconds
        self._clock = clock
        self._begun = clock.monotonic()
        self._is_heeded = False

    @property
    def is_over(self) -> bool:
        return self._seconds is not None and self._left() <= 0

    def stop(self) -> Interrupted:
        """Return why a run ends then."""
        return interruption(self._number())

    async def passed(self) -> int:
        """Wait for it, and return the signal that it stands for."""
        if self._seconds is None:
            await anyio.sleep_forever()
        await self._clock.sleep(max(0.0, self._left()))
        return self._number()

    def opening(self, base: Interrupts) -> Interrupts:
        """Return what opens a stream of signals that this deadline is one of: who sends heeds it from then on.

        It raises Interrupted where the deadline has passed.
        """

        @contextmanager
        def opened() -> Iterator[AsyncIterable[int]]:
            if self.is_over:  # else the first request would be noted, and then cut off
                raise self.stop()
            with base() as received:
                self._is_heeded = True
                yield _WithDeadline(received, self)

        return base if self._seconds is None else opened

    def bounding(self, story: Sequel[T]) -> Sequel[T]:
        """Return the story, ended at the deadline as long as it does not heed signals. It raises Interrupted then."""

        async def bounded() -> T:
            async with as_raised(anyio.create_task_group()) as tasks:

                async def watch() -> None:
                    await self.passed()
                    if not self._is_heeded:
                        tasks.cancel_scope.cancel()

                tasks.start_soon(watch)
                try:
                    result = await story()
                    if not tasks.cancel_scope.cancel_called:
                        return result
                except Exception:
                    if not tasks.cancel_scope.cancel_called:  # else the deadline came first
                        raise
                finally:
                    tasks.cancel_scope.cancel()
            raise self.stop()

        self._is_heeded = False
        return story if self._seconds is None else bounded

    def _left(self) -> float:
        return (self._seconds or 0.0) - (self._clock.monotonic() - self._begun)

    def _number(self) -> Overdue:
        return Overdue(self._seconds or 0.0)


class _WithDeadline:
    """A stream of signals, and the deadline among them, once. Iterated again and again, it goes on."""

    def __init__(self, received: AsyncIterable[int], deadline: Deadline) -> None:
        self._received: AsyncIterator[int] | None = aiter(received)
        self._deadline = deadline
        self._is_told = False

    def __aiter__(self) -> AsyncIterator[int]:
        return self

    async def __anext__(self) -> int:
        if self._is_told and self._received is not None:
            return await anext(self._received)
        first: list[int] = []
        async with anyio.create_task_group() as tasks:

            async def signals() -> None:
                if self._received is None:
                    return
                try:
                    first.append(await anext(self._received))
                except StopAsyncIteration:
                    self._received = None
                else:
                    tasks.cancel_scope.cancel()

            async def clock() -> None:
                number = await self._deadline.passed()
                self._is_told = True
                first.append(number)
                tasks.cancel_scope.cancel()

            tasks.start_soon(signals)
            if not self._is_told:
                tasks.start_soon(clock)
        if not first:
            raise StopAsyncIteration
        return first[0]
