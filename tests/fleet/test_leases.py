"""A lease has one holder, who knows in time when it is one no longer; and none is held for ever."""

from __future__ import annotations

import errno
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.clock import Clock
from batch_update.errors import RunLocked, RunStopped
from batch_update.fleet.leases import lease_files
from batch_update.fleet.leases.lease import TTL, Lease
from tests.api import virtual
from tests.clocks import virtual_clock


def lease_on(folder: Path, machine: str = "here", clock: Clock | None = None, **more: Any) -> Lease:
    return Lease(folder / "lease", clock or virtual_clock(), machine=machine, **more)


def on_loop(story: Callable[[], Awaitable[None]]) -> None:
    virtual.run(story, "asyncio")


def is_held(lease: Lease) -> bool:
    try:
        lease.held()
    except RunStopped as error:
        assert error.code == "R140"
        return False
    return True


def test_a_lease_is_held_while_it_is_renewed_and_free_for_the_next_once_it_is_released(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with lease_on(tmp_path).kept() as first:
            for _ in range(20):
                await anyio.sleep(TTL / 4)
                first.held()
            with pytest.raises(
                RunLocked, match=r"another worker holds the lease on lease: .*process"
            ) as error:
                await lease_on(tmp_path, "elsewhere").take()
            assert error.value.code == "R141"
        assert not is_held(first)
        begun = anyio.current_time()
        async with lease_on(tmp_path).kept() as second:
            assert (second.epoch, second.spent, anyio.current_time()) == (2, False, begun)
        async with lease_on(tmp_path, "elsewhere").kept() as third:
            assert (third.epoch, third.spent, anyio.current_time()) == (3, True, begun)

    on_loop(story)


def test_a_lease_that_is_taken_as_nobody_wants_it_any_more_is_released(tmp_path: Path) -> None:
    """By a thread that the disk held up while whoever began it was cancelled, or though something else was raised."""

    async def but(take: Callable[[], Awaitable[None]]) -> None:
        await take()
        raise ValueError

    async def story() -> None:
        first = lease_on(tmp_path)
        with pytest.raises(ValueError):
            async with first.kept(through=but):
                raise AssertionError
        late = lease_on(tmp_path)
        late._is_given_up = True
        await late.take()
        for lease, epoch in ((first, 1), (late, 2)):
            assert lease.epoch == epoch and not is_held(lease)
        begun = anyio.current_time()
        async with lease_on(tmp_path, "elsewhere").kept() as third:
            assert (third.epoch, third.is_takeover, anyio.current_time()) == (3, False, begun)

    on_loop(story)


def test_who_is_gone_is_taken_over_after_a_whole_ttl_and_has_known_since_the_half_of_it(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        first = lease_on(tmp_path)
        await first.take()
        begun, second = anyio.current_time(), lease_on(tmp_path, "elsewhere")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(second.take)
            await anyio.sleep(TTL / 2 - 0.1)
            first.held()
            await anyio.sleep(0.2)
            assert not is_held(first), "half a ttl without a renewal"
        assert TTL <= anyio.current_time() - begun <= TTL * 1.2
        assert (second.epoch, second.spent, is_held(second)) == (2, True, True)
        await first.renew()
        assert not is_held(first), "what is lost stays lost"
        assert is_held(second)

    on_loop(story)


def test_a_process_that_died_on_this_machine_is_taken_over_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        first = lease_on(tmp_path)
        await first.take()
        assert first._lock is not None
        first._lock.release()  # as the system does when a process ends
        begun, second = anyio.current_time(), lease_on(tmp_path)
        await second.take()
        assert (second.epoch, second.spent, anyio.current_time()) == (2, False, begun)
        assert not is_held(first)

    on_loop(story)


def test_a_process_that_stands_still_on_this_machine_is_waited_for_as_one_elsewhere(tmp_path: Path) -> None:
    async def story() -> None:
        await (first := lease_on(tmp_path)).take()
        begun = anyio.current_time()
        await (second := lease_on(tmp_path)).take()
        assert anyio.current_time() - begun >= TTL and second.epoch == 2
        assert not is_held(first)

    on_loop(story)


@pytest.mark.parametrize("slept", [TTL / 2, TTL * 3])
def test_a_machine_that_slept_has_lost_its_lease_whatever_its_other_clocks_say(
    tmp_path: Path, slept: float
) -> None:
    async def story() -> None:
        asleep = 0.0
        clock = replace(virtual_clock(), boot=lambda: anyio.current_time() + asleep)
        await (lease := lease_on(tmp_path, clock=clock)).take()
        lease.held()
        asleep = slept
        with pytest.raises(RunStopped, match="this machine slept, or the process stood still"):
            lease.held()

    on_loop(story)


@pytest.mark.parametrize(("late", "holds"), [(0.7, True), (0.8, False)])
def test_a_renewal_that_comes_when_another_one_may_have_begun_to_take_over_renews_nothing(
    tmp_path: Path, late: float, holds: bool
) -> None:
    async def story() -> None:
        await (lease := lease_on(tmp_path)).take()
        await anyio.sleep(TTL * late)
        await lease.renew()
        assert is_held(lease) == holds

    on_loop(story)


def test_of_many_takers_at_one_moment_one_wins(tmp_path: Path) -> None:
    async def story() -> None:
        won: list[int] = []

        async def take(number: int) -> None:
            lease = lease_on(tmp_path, f"machine {number % 3}")
            try:
                await lease.take()
            except RunLocked:
                return
            won.append(number)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(lease._keep)
                await anyio.sleep(TTL * 3)
                lease.held()
                tasks.cancel_scope.cancel()
            lease.release()

        async with anyio.create_task_group() as tasks:
            for number in range(6):
                tasks.start_soon(take, number)
        assert len(won) == 1
        assert lease_files.LeaseFiles(tmp_path / "lease", "").newest() == 1

    on_loop(story)


@pytest.mark.parametrize("names", [1, 2])
def test_a_lost_answer_of_the_file_system_leaves_it_with_whoever_s_words_stand_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: int
) -> None:
    """On NFS a link may be made, and its answer lost: asked again, the system says that the name is taken."""
    link = os.link

    def lossy(source: Any, to: Any) -> None:
        link(source, to)
        if names == 1:
            raise FileExistsError(errno.EEXIST, "File exists", str(to))
        raise OSError(errno.EPERM, "Operation not permitted", str(to))

    monkeypatch.setattr(os, "link", lossy)

    async def story() -> None:
        await (lease := lease_on(tmp_path)).take()
        assert (lease.epoch, is_held(lease)) == (1, True)

    on_loop(story)


def test_who_comes_between_two_steps_of_another_one_is_told_that_it_holds_the_lease(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a moment the file of whoever was faster has the name of its draft, too."""
    link = os.link

    def too_late(source: Any, to: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        to.write_text("another's", "utf-8")
        link(to, to.with_name(".epoch-another.part"))
        raise FileExistsError(errno.EEXIST, "File exists", str(to))

    monkeypatch.setattr(os, "link", too_late)

    async def story() -> None:
        with pytest.raises(RunLocked) as error:
            await lease_on(tmp_path).take()
        assert error.value.code == "R141"

    on_loop(story)


def test_a_file_system_without_links_and_locks_has_leases_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(lease_files.FileLock, "_acquire", refuse)

    async def story() -> None:
        await lease_on(tmp_path).take()
        begun = anyio.current_time()
        await (second := lease_on(tmp_path)).take()
        assert second.epoch == 2 and anyio.current_time() - begun >= TTL, "no lock tells that it is gone"

    on_loop(story)


def test_a_holder_that_could_not_lock_is_not_taken_for_gone_by_one_that_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    async def story() -> None:
        with monkeypatch.context() as patched:
            patched.setattr(lease_files.FileLock, "_acquire", refuse)
            await lease_on(tmp_path).take()
        begun = anyio.current_time()
        await lease_on(tmp_path).take()
        assert anyio.current_time() - begun >= TTL

    on_loop(story)


def test_a_holder_is_waited_for_as_long_as_it_says_itself_but_not_for_ever(tmp_path: Path) -> None:
    async def story(ttl: float) -> None:
        await lease_on(tmp_path / f"{ttl}", ttl=ttl).take()
        begun = anyio.current_time()
        await lease_on(tmp_path / f"{ttl}", "elsewhere").take()
        took[ttl] = anyio.current_time() - begun

    took: dict[float, float] = {}
    for ttl in (TTL * 2, 7200.0):
        on_loop(partial(story, ttl))
    assert TTL * 2 <= took[TTL * 2] < TTL * 3 and 3600 <= took[7200.0] < 3700


def test_a_renewal_that_failed_is_made_again_before_the_next_one_would_be(tmp_path: Path) -> None:
    async def story() -> None:
        async with lease_on(tmp_path).kept() as lease:
            folder, gone = tmp_path / "lease", tmp_path / "gone"
            for seconds, there in ((TTL * 0.2, False), (TTL * 0.08, True), (TTL * 0.4, False)):
                if not there:
                    folder.rename(gone)
                await anyio.sleep(seconds)
                if not there:
                    gone.rename(folder)
            lease.held()

    on_loop(story)


class Killed(BaseException):
    """The process ends here."""


STEPS = ("open", "link", "fsync", "unlink", "replace")


def test_whatever_step_of_taking_or_renewing_a_kill_meets_the_next_one_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No kill leaves a lease with two holders, or with none for ever."""
    left, real = 0, {name: getattr(os, name) for name in STEPS}

    def dying(name: str) -> Callable[..., Any]:
        def step(*given: Any, **more: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed
            return real[name](*given, **more)

        return step

    async def story(folder: Path) -> bool:
        first, was_killed = lease_on(folder), False
        with monkeypatch.context() as patched:
            for name in STEPS:
                patched.setattr(os, name, dying(name))
            try:
                first._files.look("here")
                first._begin(lease_files.Look(0, None, b"", is_free=True))
                first._write_stamp()
            except Killed:
                was_killed = True
        if first._lock is not None:
            first._lock.release()
        second = lease_on(folder, "elsewhere")
        await second.take()
        assert is_held(second)
        assert second.epoch == second._files.newest() <= 2
        return was_killed

    ran = 0
    for step in range(1, 100):
        left, folder = step, tmp_path / str(step)
        was_killed: list[bool] = []

        async def one(folder: Path = folder, was_killed: list[bool] = was_killed) -> None:
            was_killed.append(await story(folder))

        on_loop(one)
        if not was_killed[0]:
            break
        ran += 1
    assert 8 <= ran < 99


@pytest.mark.parametrize("what", ["text", "huge", "folder", "link", "pipe", "deep", "types"])
def test_what_others_put_into_the_folder_keeps_nobody_out_for_ever(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "lease"
    folder.mkdir()
    place = folder / "epoch-000004"
    if what == "folder":
        place.mkdir()
    elif what == "link":
        place.symlink_to("/etc/passwd")
    elif what == "pipe":
        os.mkfifo(place)
    else:
        texts = {
            "text": "\x00\x1b[31m",
            "huge": "[" + "1," * 90_000 + "1]",
            "deep": "[" * 4000,
            "types": '{"who":1}',
        }
        place.write_text(texts[what], "utf-8")
    for odd in (
        "epoch-1",
        "epoch-٠٠٠٠٠٩",
        "epoch-0000007",
        "stamp-000009",
        "released-000009",
        ".epoch-x.part",
    ):
        (folder / odd).write_text("released")

    async def story() -> None:
        begun = anyio.current_time()
        await (lease := lease_on(tmp_path)).take()
        assert (lease.epoch, lease.spent, is_held(lease)) == (5, True, True)
        assert anyio.current_time() - begun >= TTL

    on_loop(story)


def test_a_folder_that_cannot_be_written_is_told_of_and_so_is_one_that_goes_later(tmp_path: Path) -> None:
    (tmp_path / "lease").write_text("no folder", "utf-8")

    async def story() -> None:
        with pytest.raises(RunStopped, match=r"cannot be taken: Not a directory .*lease") as error:
            await lease_on(tmp_path).take()
        assert error.value.code == "R142"
        async with lease_on(tmp_path / "other").kept() as lease:
            (tmp_path / "other").rename(tmp_path / "gone")
            await anyio.sleep(TTL / 2 - 1)
            lease.held()
            await anyio.sleep(1.5)
            with pytest.raises(RunStopped, match=r"not renewed for 3.* s: No such file or directory .*lease"):
                lease.held()

    on_loop(story)


def test_what_nobody_reads_any_more_is_cleared_up_and_no_epoch_is(tmp_path: Path) -> None:
    async def story() -> None:
        for _ in range(3):
            async with lease_on(tmp_path).kept():
                pass

    on_loop(story)
    left = sorted(place.name for place in (tmp_path / "lease").iterdir())
    assert left == ["epoch-000001", "epoch-000002", "epoch-000003", "released-000003", "stamp-000003"]
