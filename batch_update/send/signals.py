"""Signals as a stream: SIGINT, SIGTERM and a hang-up, on every platform and event loop; and why a run ends then."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import FrameType
from typing import Self, TypeVar

import anyio

from batch_update.errors import Interrupted
from batch_update.text import how_long

Result = TypeVar("Result")
Interrupts = Callable[[], AbstractContextManager[AsyncIterable[int]]]
"""Opens the stream of signals that end something, and closes it."""

_CAUSES: dict[int, str] = {signal.SIGINT: " (Ctrl-C)"}
"""Signal -> what people do that sends it."""
NUMBERS = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))
OVERDUE = "R131"
"""Code of the end of a run at its deadline."""
GLANCE = 0.2
"""Seconds between two looks for a signal, where the event loop cannot wait for one."""


@contextmanager
def open_interrupts(glance: float = GLANCE) -> Iterator[AsyncIterator[int]]:
    """Signals that ask the program to end, as they come; meanwhile they do nothing else.

    Hand the stream to `apply_plan`, and keep this open until the results are written, so that an impatient
    third Ctrl-C does not tear them. Only in the main thread (ValueError or RuntimeError elsewhere). `glance`: seconds
    between two looks for one, where the event loop cannot wait for it.
    """
    before = {number: signal.getsignal(number) for number in _heeded()}
    with ExitStack() as stack:
        try:
            received: AsyncIterator[int] = stack.enter_context(anyio.open_signal_receiver(*before))
        except NotImplementedError:  # asyncio on Windows
            received = stack.enter_context(_handlers(glance))
        try:
            yield received
        finally:
            with _held_back(before):
                stack.close()
                for number, handler in before.items():
                    if handler is not None:  # None: one that is not Python's
                        signal.signal(number, handler)


@contextmanager
def _held_back(numbers: Collection[signal.Signals]) -> Iterator[None]:
    """Has signals wait meanwhile: asyncio leaves them to the system, and forgets who heeded them before."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def no_interrupts() -> Iterator[AsyncIterator[int]]:
    """No signals at all: those that come do what they did before."""
    yield _never()


async def _never() -> AsyncIterator[int]:
    await anyio.sleep_forever()
    yield 0  # what makes it a stream


def _heeded() -> list[signal.Signals]:
    """Return all but those that are ignored already: nohup has a run go on when its terminal is closed."""
    return [number for number in NUMBERS if signal.getsignal(number) is not signal.SIG_IGN]


@contextmanager
def _handlers(glance: float) -> Iterator[AsyncIterator[int]]:
    """Signals by plain handlers where there are no receivers, which asyncio wakes up for but hands to nobody."""
    caught: deque[int] = deque()

    def catch(number: int, frame: FrameType | None) -> None:
        caught.append(number)

    before = {number: signal.signal(number, catch) for number in _heeded()}
    try:
        yield _looking(caught, glance)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _looking(caught: deque[int], glance: float) -> AsyncIterator[int]:
    while True:
        while caught:
            yield caught.popleft()
        await anyio.sleep(glance)


class Overdue(int):
    """SIGTERM that nobody sent: the run is over its deadline."""

    seconds: float
    """that it had"""

    def __new__(cls, seconds: float) -> Self:
        number = super().__new__(cls, signal.SIGTERM)
        number.seconds = seconds
        return number


class EndAsked(int):
    """SIGINT that nobody sent: something else than a signal asks the run to end."""

    words: str
    """why it ends"""
    code: str

    def __new__(cls, words: str, code: str) -> Self:
        number = super().__new__(cls, signal.SIGINT)
        number.words, number.code = words, code
        return number


def interruption(number: int) -> Interrupted:
    """Return why a run ends that got this signal."""
    if isinstance(number, Overdue):
        return Interrupted(
            f"the run was stopped at its deadline of {how_long(number.seconds)}",
            signal=int(number),
            code=OVERDUE,
            remedy="go on with batch-update resume",
        )
    if isinstance(number, EndAsked):
        return Interrupted(number.words, signal=int(number), code=number.code)
    return Interrupted(
        f"the run was interrupted by {signal.Signals(number).name}{_CAUSES.get(number, '')}",
        signal=number,
        remedy="go on with batch-update resume",
    )


async def unless_signaled(
    work: Callable[[], Awaitable[Result]], interrupted: AsyncIterable[int]
) -> Result | Exception:
    """Return what the work returns, or why the run has to end: a signal, which ends the work at once, or a bug in it.

    A bug is returned and not raised, since every row has to be accounted for all the same.
    """
    ended: list[Result | Exception] = []
    async with anyio.create_task_group() as tasks:

        async def watch() -> None:
            try:
                async for number in interrupted:
                    ended.append(interruption(number))
                    tasks.cancel_scope.cancel()
                    return
            except Exception as bug:  # noqa: BLE001  # of the stream of signals: a reason to end, as a signal is
                ended.append(bug)
                tasks.cancel_scope.cancel()

        tasks.start_soon(watch)
        try:
            ended.append(await work())
        except Exception as bug:  # noqa: BLE001  # of the work: returned as a reason to end, as a signal is
            ended.append(bug)
        tasks.cancel_scope.cancel()
    return ended[0]


class SignalStream:
    """One stream of signals for all waves and the pauses between: iterated again and again, it loses none."""

    def __init__(self) -> None:
        self._came: deque[int | Exception] = deque()
        self._ready = anyio.Event()

    async def relay(self, interrupted: AsyncIterable[int]) -> None:
        try:
            async for number in interrupted:
                self.put(number)
        except Exception as bug:  # noqa: BLE001  # raised again to whoever listens: what is under way must land
            self.put(bug)

    def put(self, item: int | Exception) -> None:
        self._came.append(item)
        self._ready.set()

    def __aiter__(self) -> AsyncIterator[int]:
        return self

    async def __anext__(self) -> int:
        while not self._came:
            self._ready = anyio.Event()
            await self._ready.wait()
        item = self._came.popleft()
        if isinstance(item, Exception):
            raise item
        return item
