"""A signal that asks for an end is heeded wherever it comes, and tears nothing."""

from __future__ import annotations

import os
import signal
import sys
import time

import anyio
import pytest

from batch_update.cli.asked_to_end import AskedToEnd, heeding_signals
from batch_update.errors import Interrupted
from batch_update.send.signals import open_interrupts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


def come(number: int = signal.SIGTERM) -> None:
    os.kill(os.getpid(), number)


class Swallowing:
    """Something in whose finalizer a signal comes."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        come(self.number)
        time.sleep(0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_that_comes_in_a_finalizer_ends_the_program_all_the_same_and_without_a_traceback(
    number: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Interrupted) as caught, heeding_signals():
        Swallowing(number)
        time.sleep(5)
    assert caught.value.exit == 128 + number
    assert capfd.readouterr().err == ""


def test_whoever_heeded_signals_before_a_run_sends_heeds_them_afterwards() -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: came.append(number))

    async def send() -> None:
        with open_interrupts():
            come()
            await anyio.sleep(0)
        come()

    try:
        anyio.run(send)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert came == [signal.SIGTERM]


def test_one_that_is_ignored_stays_so_as_nohup_has_it() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    asked = AskedToEnd()
    try:
        with heeding_signals():
            come(signal.SIGHUP)
        with asked.noted(), asked.heeded():
            come(signal.SIGHUP)
        asked.heed()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_between_two_turns_of_a_job_one_is_noted_and_ends_the_next_turn_at_once() -> None:
    asked, done = AskedToEnd(), []
    with asked.noted():
        come()
        done.append("archived")
        with pytest.raises(Interrupted), asked.heeded():
            done.append("a turn began")
        with pytest.raises(Interrupted):
            asked.heed()
    assert done == ["archived"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_that_comes_while_results_are_written_leaves_them_whole_and_no_other_job_is_begun(
    number: int,
) -> None:
    asked = AskedToEnd()

    async def send() -> str:
        with asked.stream():
            await anyio.sleep(0)
            come(number)  # the results are written, and nobody looks at the stream
        return "all results"

    with asked.noted():
        with asked.heeded():
            assert anyio.run(send) == "all results"
        with pytest.raises(Interrupted) as caught:
            asked.heed()
    assert caught.value.exit == 128 + number


def test_one_that_comes_before_a_turn_sends_ends_it_and_one_during_sending_is_in_the_stream() -> None:
    asked = AskedToEnd()
    heard: list[int] = []

    async def send() -> None:
        with asked.stream() as received:
            come()
            async for number in received:
                heard.append(number)
                return

    with asked.noted(), asked.heeded():
        anyio.run(send)
    assert heard == [signal.SIGTERM]
    other = AskedToEnd()
    with pytest.raises(Interrupted), other.noted(), other.heeded():
        come()
        time.sleep(0.1)
