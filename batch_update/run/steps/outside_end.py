"""Something other than a signal that asks a story to end, such as a deadline or a file: heeded as one more signal."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import anyio
from anyio.abc import TaskGroup

from batch_update.as_raised import as_raised
from batch_update.run.steps.means import Sequel
from batch_update.send.signals import Interrupts, SignalStream, interruption

T = TypeVar("T")


class OutsideEnd:
    """Ends one story once `asked` returns the signal that it stands for: through the signals that the story heeds.

    As long as it does not heed any, because nothing is sent yet, it is ended at once.
    """

    def __init__(self, asked: Callable[[], Awaitable[int]]) -> None:
        self._asked = asked
        self._stream = SignalStream()
        self._number: int | None = None
        self._is_heeded = False
        self._tasks: TaskGroup | None = None

    def opening(self, base: Interrupts) -> Interrupts:
        """Return what opens a stream of signals that this is one of: who sends heeds it from then on.

        It raises Interrupted where the end was asked for before. Only for the story that `bounding` gets.
        """

        @contextmanager
        def opened() -> Iterator[AsyncIterable[int]]:
            if self._number is not None:  # else the first request would be noted, and then cut off
                raise interruption(self._number)
            assert self._tasks is not None
            scope = anyio.CancelScope()
            with base() as signals:
                self._tasks.start_soon(self._relay, signals, scope)
                self._is_heeded = True
                try:
                    yield self._stream
                finally:
                    scope.cancel()

        return opened

    def bounding(self, story: Sequel[T]) -> Sequel[T]:
        """Return the story. It raises Interrupted where its end is asked for before it heeds signals."""

        async def bounded() -> T:
            async with as_raised(anyio.create_task_group()) as self._tasks:
                self._tasks.start_soon(self._watch, self._tasks.cancel_scope)
                try:
                    return await story()
                except Exception:
                    if self._number is None or self._is_heeded:  # else the end was asked for first
                        raise
                finally:
                    self._tasks.cancel_scope.cancel()
            raise interruption(self._number)

        return bounded

    async def _watch(self, story: anyio.CancelScope) -> None:
        self._number = await self._asked()
        if self._is_heeded:
            self._stream.put(self._number)
        else:
            story.cancel()

    async def _relay(self, signals: AsyncIterable[int], scope: anyio.CancelScope) -> None:
        with scope:
            await self._stream.relay(signals)
