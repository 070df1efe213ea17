"""The deadline of a job: a run over it is stopped as by SIGTERM, says so, and can be gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from batch_update.account.locking import AccountLock
from batch_update.errors import Interrupted
from batch_update.jobs.record.job_run import Ending
from batch_update.jobs.running.deadline import Deadline
from batch_update.journal.folders import RunState, entry_of
from batch_update.journal.reading import read_run
from batch_update.model.plans import Status
from batch_update.model.reports import Exit
from batch_update.run.steps.outside_end import OutsideEnd
from batch_update.sandbox.app import make_app
from batch_update.send.signals import no_interrupts
from tests.api import virtual
from tests.clocks import virtual_clock
from tests.jobs.nights import Nights

SHEET = "id,speech_speed\n" + "".join(f"{10001 + number},1.15\n" for number in range(12))
LIMITED = "max-outage = 900\n{settings}[schedule]\ncron = '0 3 * * *'\ndeadline = 100\n"


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    with make_app(tmp_path / "state.db", limits=()) as app:
        yield Nights(tmp_path, app)


def inbox(nights: Nights, **speeds: str) -> None:
    """Write a job that takes sheets of a folder, and more of these, each of one row."""
    (nights.folder / "inbox").mkdir(exist_ok=True)
    nights.write(LIMITED.format(settings="") + '[input]\nfile = "inbox/*.csv"\ntake = "all"\n')
    job = nights.folder / "night.toml"
    job.write_text(job.read_text().replace('file = "day.csv"\n', "", 1))
    for name, speed in speeds.items():
        (nights.folder / "inbox" / f"{name}.csv").write_text(f"id,speech_speed\n10001,{speed}\n", "utf-8")


async def slow(method: str) -> int | None:
    """An answer takes half a minute."""
    await anyio.sleep(30)
    return None


async def down(method: str) -> int | None:
    return 503


def test_a_run_over_its_deadline_sends_nothing_more_and_can_be_resumed(nights: Nights) -> None:
    nights.before = slow
    nights.write(LIMITED.format(settings="concurrency = 2\n"), SHEET)
    run = nights.run()
    assert (run.ending, run.exit, run.code) == (Ending.FAILURE, Exit.TERMINATED, "R131")
    assert "deadline of 1 min 40 s" in run.line and run.counts[Status.NOT_SENT] > 0
    assert run.counts[Status.UPDATED] > 0, "what was under way was finished"
    assert nights.passed < 130
    (folder,) = run.folders
    assert entry_of(folder, ()).state is RunState.OPEN
    assert getattr(read_run(folder).stopped, "code", "") == "R131", "the journal knows why, too"


def test_the_deadline_covers_waiting_for_another_run(nights: Nights, tmp_path: Path) -> None:
    nights.write(LIMITED.format(settings="wait = 600\n"), SHEET)
    nights.run(no_verify=True)  # makes the lock's file
    (path,) = (tmp_path / "locks").glob("*.lock")
    with AccountLock(path):
        run = nights.run()
    assert (run.exit, run.code, run.folders) == (Exit.TERMINATED, "R131", ())


def test_the_deadline_covers_waiting_for_a_server_that_is_down_at_the_first_look(nights: Nights) -> None:
    nights.before = down
    nights.write(LIMITED.format(settings=""), SHEET)
    run = nights.run()
    assert (run.exit, run.code, run.folders) == (Exit.TERMINATED, "R131", ())
    assert 99 < nights.passed < 101


def test_the_deadline_is_that_of_the_run_and_not_of_each_sheet(nights: Nights) -> None:
    nights.write(LIMITED.format(settings=""), SHEET)
    assert nights.run().exit is Exit.OK
    inbox(nights, a="1.05")
    before, nights.before = nights.passed, slow
    assert nights.run().exit is Exit.OK
    assert nights.passed - before < 100, "one sheet alone has time enough"
    inbox(nights, b="1.1", c="0.95")
    before = nights.passed
    run = nights.run()
    assert (run.exit, run.code, len(run.sheets)) == (Exit.TERMINATED, "R131", 2)
    assert 99 < nights.passed - before < 101 and "not taken" in run.line


def test_the_deadline_covers_the_first_look_of_a_sheet_behind_one_that_was_sent(nights: Nights) -> None:
    async def down_after_the_first(method: str) -> int | None:
        return 503 if nights.told else None

    nights.before = down_after_the_first
    inbox(nights, a="1.05", b="1.1")
    run = nights.run()
    assert (run.exit, run.code, len(run.folders)) == (Exit.TERMINATED, "R131", 1)
    assert nights.passed < 101


def test_who_is_about_to_send_as_the_deadline_passes_sends_nothing() -> None:
    """Cut off only at its next pause, it would have noted a first request: a row nobody knows about."""
    sent = []

    async def story() -> None:
        end = OutsideEnd(Deadline(10.0, virtual_clock()).passed)

        async def begin() -> None:
            with anyio.CancelScope(shield=True):  # the deadline passes meanwhile
                await anyio.sleep(20)
            with end.opening(no_interrupts)():
                sent.append("a request")

        with pytest.raises(Interrupted) as caught:
            await end.bounding(begin)()
        assert caught.value.code == "R131"

    virtual.run(story, "asyncio")
    assert sent == []


def test_what_breaks_in_a_story_that_is_ended_does_not_hide_the_deadline() -> None:
    async def story() -> None:
        async def begin() -> None:
            try:
                await anyio.sleep(20)
            finally:
                raise OSError("the connection was cut")

        with pytest.raises(Interrupted) as caught:
            await OutsideEnd(Deadline(10.0, virtual_clock()).passed).bounding(begin)()
        assert caught.value.code == "R131"

    virtual.run(story, "asyncio")
