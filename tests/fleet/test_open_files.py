"""A process works on as many accounts at once as the system lets it open files for, and says where that is fewer."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_update.fleet.engine.shard_work import SHARDS_AT_ONCE, see_elsewhere
from batch_update.fleet.processes.open_files import FOR_EACH, FOR_ITSELF, capacity_for
from batch_update.fleet.shards.shard_task import ShardTask

resource = pytest.importorskip("resource", reason="Windows counts no sockets among its files")


class Limits:
    """A system that allows a process so many open files, and to raise them so far."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, soft: int, hard: int) -> None:
        self.soft, self.hard = soft, hard
        monkeypatch.setattr(resource, "getrlimit", lambda _: (self.soft, self.hard))
        monkeypatch.setattr(resource, "setrlimit", self._set)

    def _set(self, _: int, limits: tuple[int, int]) -> None:
        assert limits[1] == self.hard and (limits[0] <= self.hard or self.hard == resource.RLIM_INFINITY)
        self.soft = limits[0]


def test_the_limit_is_raised_as_far_as_accounts_need_it_and_no_farther(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for hard in (1 << 20, resource.RLIM_INFINITY):
        limits = Limits(monkeypatch, 1024, hard)
        assert (capacity_for(10).most, limits.soft) == (10, 1024)
        found = capacity_for(200)
        assert (found.most, found.told, limits.soft) == (200, "", FOR_ITSELF + 200 * FOR_EACH)


def test_where_it_cannot_be_raised_so_far_fewer_are_worked_on_and_it_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = Limits(monkeypatch, 256, 1024)
    found = capacity_for(200)
    assert (found.most, limits.soft) == ((1024 - FOR_ITSELF) // FOR_EACH, 1024)
    needed = FOR_ITSELF + 200 * FOR_EACH
    assert "1,024 open files" in found.told and f"{found.most} accounts at once" in found.told
    assert f"ulimit -n {needed}" in found.told
    limits = Limits(monkeypatch, 64, 64)
    assert capacity_for(200).most == 1, "one after another works anywhere"


def test_a_worker_that_somebody_else_began_makes_room_for_as_many_as_it_may_get(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    limits = Limits(monkeypatch, 1024, 1 << 20)
    end = see_elsewhere(ShardTask(tmp_path / "none", "fleet", "a", "0" * 16, tmp_path / "local"), {})
    assert end.code and limits.soft == FOR_ITSELF + SHARDS_AT_ONCE * FOR_EACH
