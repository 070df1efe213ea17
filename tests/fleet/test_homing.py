"""What a worker writes on its own disk comes home, though the way there is cut off for a while."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from batch_update.fleet.shards.homing import EVERY, TRIES, Homing
from batch_update.journal.reading import read_run
from batch_update.journal.storing.reserve import RESERVE
from tests.api import virtual
from tests.clocks import virtual_clock
from tests.journal.journals import journalled
from tests.made import plan_of


def cut_off(tmp_path: Path) -> Homing:
    """A run on a worker's own disk, whose home is a file where a folder should be."""
    journalled(plan_of(2), tmp_path / "local")
    (tmp_path / "home").write_text("no folder", "utf-8")
    return Homing(tmp_path / "local", tmp_path / "home", virtual_clock())


def reached_again(tmp_path: Path) -> None:
    (tmp_path / "home").unlink()
    (tmp_path / "home").mkdir()


def test_a_copy_that_failed_while_the_run_goes_on_is_made_again(tmp_path: Path) -> None:
    async def story() -> None:
        homing = cut_off(tmp_path)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(homing.keep)
            await anyio.sleep(EVERY * 1.5)
            reached_again(tmp_path)
            await anyio.sleep(EVERY)
            tasks.cancel_scope.cancel()

    virtual.run(story, "asyncio")
    assert read_run(tmp_path / "home").complete


def test_at_the_end_it_is_tried_several_times_and_then_told(tmp_path: Path) -> None:
    async def story() -> float:
        homing, begun = cut_off(tmp_path), anyio.current_time()
        with pytest.raises(OSError, match="home"):
            await homing.bring()
        took = anyio.current_time() - begun
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(homing.bring)
            await anyio.sleep(EVERY / TRIES / 2)
            reached_again(tmp_path)
        return took

    assert virtual.run(story, "asyncio") > EVERY / TRIES
    assert read_run(tmp_path / "home").complete


def test_a_journal_that_stands_still_is_copied_once_and_at_the_end_in_any_case(tmp_path: Path) -> None:
    """Where a file system tells no change of a file, its end still comes home. The reserve is room, and stays."""
    journalled(plan_of(2), tmp_path / "local")
    (tmp_path / "local" / RESERVE).write_bytes(b"room")
    home = tmp_path / "home" / "journal.db"

    async def story() -> None:
        homing = Homing(tmp_path / "local", tmp_path / "home", virtual_clock())
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(homing.keep)
            await anyio.sleep(EVERY * 1.5)
            home.unlink()
            await anyio.sleep(EVERY * 2)
            tasks.cancel_scope.cancel()
        assert not home.exists()
        await homing.bring()

    virtual.run(story, "asyncio")
    assert read_run(home.parent).complete
    assert not (home.parent / RESERVE).exists()
