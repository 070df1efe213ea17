"""A fleet of one account at a sandbox in this process, and workers that see it to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio

from batch_update.api.keys import ApiKey
from batch_update.clock import Clock
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.record.fleet_file import save_fleet
from batch_update.fleet.shards.running import run_shard
from batch_update.fleet.shards.shard_task import ShardTask
from batch_update.model.fleets import FleetPlan, ShardEnd
from batch_update.run.steps.means import Means
from batch_update.sandbox.app import make_app
from batch_update.settings.tunables import SANDBOX_KEY
from tests.clocks import NOON, virtual_clock
from tests.fleet.planned_parts import NAME, planned_part

SERVER = "https://famulor.example/api"
SETTINGS: dict[str, Any] = {"base_url": SERVER, "rate": "off", "reread_after": 0.0, "concurrency": 2}


class Freeze:
    """Stops a worker as SIGSTOP does: no pause of its own ends and no answer reaches it, until it goes on."""

    def __init__(self) -> None:
        self.is_frozen = False
        self._thawed = anyio.Event()
        self.clock = virtual_clock(sleep=self._sleep)

    def stop(self) -> None:
        self.is_frozen, self._thawed = True, anyio.Event()

    def go_on(self) -> None:
        self.is_frozen = False
        self._thawed.set()

    async def wait(self) -> None:
        """Return once it is not stopped."""
        while self.is_frozen:
            await self._thawed.wait()

    async def _sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)
        await self.wait()


@dataclass
class OneAccount:
    """The folder, the server, and what was sent to it by whom."""

    folder: FleetFolder
    digest: str
    app: Any
    sent: list[tuple[str, int]] = field(default_factory=list)
    """who sent, and to which assistant, in the order of arrival"""
    before: Callable[[str, int], Any] | None = None
    """called with who sends and the assistant as an update arrives; what it returns is awaited"""

    def task(self, local: Path | None = None) -> ShardTask:
        return ShardTask(self.folder.path, self.folder.id, NAME, self.digest, local)

    def means(self, who: str, clock: Clock, tmp_path: Path) -> Means:
        """What a worker works with: a machine of its own has locks of its own."""
        environ = {"BATCH_UPDATE_LOCKS_DIR": str(tmp_path / f"locks-{who}"), "HOME": str(tmp_path)}
        return Means(key=ApiKey(SANDBOX_KEY), app=self._told(who), environ=environ, clock=clock)

    def _told(self, who: str) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and scope["method"] == "PUT":
                number = int(scope["path"].rpartition("/")[2])
                self.sent.append((who, number))
                if self.before is not None:
                    await self.before(who, number)
            await self.app(scope, receive, send)

        return app

    async def worked_on(
        self, tmp_path: Path, who: str = "first", clock: Clock | None = None, local: bool = True, **more: Any
    ) -> ShardEnd:
        """See the account to its end as one worker would, on an event loop whose time jumps."""
        clock = clock or virtual_clock()
        task = self.task(tmp_path / f"local-{who}" if local else None)
        return await run_shard(task, means=self.means(who, clock, tmp_path), given=SETTINGS, **more)

    def speeds(self) -> dict[int, float]:
        """What the server holds now."""
        with self.app._state.transaction() as desk:
            return {n: desk.assistant(n)["speech_speed"] for n in range(10001, 10031) if desk.assistant(n)}


def one_account(tmp_path: Path, rows: int = 4, **more: Any) -> OneAccount:
    """A fleet that is planned, with so many rows to be changed."""
    tmp_path.mkdir(exist_ok=True)
    app = make_app(None, limits=())
    lines = "".join(f"{10001 + row},1.15\n" for row in range(rows))
    (tmp_path / "sheet.csv").write_text("id,speech_speed\n" + lines, "utf-8")
    folder = FleetFolder(tmp_path / "runs" / "2026-11-28T2200-fleet-sheet")
    environ = {"BATCH_UPDATE_LOCKS_DIR": str(tmp_path / "locks"), "HOME": str(tmp_path)}
    at: dict[str, Any] = {
        "app": app,
        "key": SANDBOX_KEY,
        "environ": environ,
        "base_url": SERVER,
        "rate": "off",
    }
    account = planned_part(folder, NAME, tmp_path / "sheet.csv", **at)
    fleet = FleetPlan(folder.id, "apply", "sheet.csv", NOON, (account,), {}, **more)
    save_fleet(folder, fleet)
    return OneAccount(folder, account.digest, app)
