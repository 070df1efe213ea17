"""Event loops whose clock jumps: minutes of pacing cost no time, on asyncio and on trio.

On asyncio it stands still while a thread of `anyio.to_thread` is at work.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import anyio.to_thread
import trio
import trio.testing

BACKENDS = ("asyncio", "trio")
MOST_SECONDS = 100_000.0
"""of virtual time: what is not over then hangs"""


class _Selector(selectors.DefaultSelector):
    """Where the loop would wait, the clock is put forward instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.threads: anyio.CapacityLimiter | None = None

    def select(self, timeout: float | None = None) -> Any:
        if timeout != 0 and self.threads is not None and self.threads.borrowed_tokens:
            return super().select(10.0)
        if timeout is None:
            raise AssertionError("everybody waits for everybody: nothing will ever happen")
        self.now += max(timeout, 0.0)
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.virtual = _Selector()
        super().__init__(self.virtual)

    def time(self) -> float:
        return self.virtual.now


def run(function: Callable[[], Awaitable[Any]], backend: str) -> Any:
    """Runs it to its end in virtual time. `anyio.current_time` is the clock."""

    async def bounded() -> Any:
        if backend == "asyncio":
            loop = asyncio.get_running_loop()
            assert isinstance(loop, _Loop)
            loop.virtual.threads = anyio.to_thread.current_default_thread_limiter()
        with anyio.fail_after(MOST_SECONDS):
            return await function()

    if backend == "trio":  # not by anyio, of which some versions leave the clock out
        return trio.run(bounded, clock=trio.testing.MockClock(autojump_threshold=0))
    return anyio.run(bounded, backend_options={"loop_factory": _Loop})


def jump(seconds: float) -> None:
    """The clock is that much later at once, as after a suspension of the machine. Called inside the event loop."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        clock = trio.lowlevel.current_clock()
        assert isinstance(clock, trio.testing.MockClock)
        clock.jump(seconds)
    else:
        assert isinstance(loop, _Loop)
        loop.virtual.now += seconds
