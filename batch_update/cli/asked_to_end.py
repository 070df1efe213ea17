"""Signals that ask the program to end: raised where nothing is torn by that, noted where something would be."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from collections.abc import AsyncIterable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from batch_update.errors import Interrupted

_ENDING = (signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))
"""Signals that would end the program without a word."""
_AGAIN = 0.02
"""seconds until a signal comes once more that came where exceptions are swallowed"""


class _Asked(KeyboardInterrupt):
    """Raised by SIGTERM and by a hang-up; of the kind that event loops let through."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def heeding_signals() -> Iterator[None]:
    """Have signals that would end the program without a word raise Interrupted."""
    with _told_as_interrupted(), _handled_by(_raise):
        yield


class AskedToEnd:
    """Whether a signal asked for an end while jobs are run: heeded where something new would begin.

    What is between two turns of a job, such as moving its sheet and noting how it ended, is done first.
    """

    def __init__(self) -> None:
        self._number = 0
        self._raises = False

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note signals that would end the program, and go on."""
        with _handled_by(self._take):
            yield

    def heed(self) -> None:
        """Raises Interrupted where one came."""
        if self._number:
            raise _interrupted(_Asked(self._number))

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Have signals raise Interrupted, one that was noted before at once."""
        with _told_as_interrupted(), _handled_by(self._take):
            try:
                self._raises = True
                self.heed()
                yield
            finally:
                self._raises = False

    @contextmanager
    def stream(self) -> Iterator[AsyncIterable[int]]:
        """Open a stream of signals for a run that sends: from here on none is raised, and each is noted, too.

        One that comes while the results are written is heeded by nobody else.
        """
        from batch_update.send.signals import NUMBERS, open_interrupts

        with open_interrupts() as received:
            inner = {number: signal.getsignal(number) for number in NUMBERS}

            def note(number: int, frame: FrameType | None) -> None:
                self._number = number
                handler = inner[signal.Signals(number)]
                if callable(handler):
                    handler(number, frame)

            for number, handler in inner.items():
                if handler is not signal.SIG_IGN:
                    signal.signal(number, note)
            self._raises = False
            yield received

    def _take(self, number: int, frame: FrameType | None) -> None:
        self._number = number
        if self._raises:
            _raise(number, frame)


def _raise(number: int, frame: FrameType | None) -> NoReturn:
    raise _Asked(number)


@contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Has signals handled so, but for those that are ignored, as nohup wants it, or that somebody else heeds."""
    mine = {
        number: found for number in _ENDING if (found := signal.getsignal(number)) in (signal.SIG_DFL, _raise)
    }
    for number in mine:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, before in mine.items():
            signal.signal(number, before)


@contextmanager
def _told_as_interrupted() -> Iterator[None]:
    """Has a signal that was raised be an error of ours; one that Python swallows comes once more.

    In a finalizer, and at the end of an import, an exception goes nowhere, but for a traceback on stderr.
    """
    before = sys.unraisablehook

    def look(found: sys.UnraisableHookArgs) -> None:
        if isinstance(found.exc_value, KeyboardInterrupt):
            _thread.start_new_thread(_send_again, (_number_of(found.exc_value),))
        else:
            before(found)

    sys.unraisablehook = look
    try:
        yield
    except KeyboardInterrupt as caught:
        raise _interrupted(caught) from None
    finally:
        sys.unraisablehook = before


def _send_again(number: int) -> None:
    time.sleep(_AGAIN)
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, number)  # so that what it waits for is interrupted
    else:
        signal.raise_signal(number)


def _number_of(caught: KeyboardInterrupt) -> int:
    return caught.number if isinstance(caught, _Asked) else int(signal.SIGINT)


def _interrupted(caught: KeyboardInterrupt) -> Interrupted:
    """While something is sent, signals are heeded in another way; so this is before that, or after."""
    number = _number_of(caught)
    remedy = (
        "batch-update runs list shows whether a run had begun, batch-update fleet list whether a fleet had"
    )
    return Interrupted(f"interrupted by {signal.Signals(number).name}", signal=number, remedy=remedy)
