"""Nights in virtual time: a job, the sandbox as its server, and a clock that goes on from one run to the next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio

from batch_update.api.keys import ApiKey
from batch_update.clock import Clock
from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.record.job_run import JobRun
from batch_update.jobs.running.hands import Came, Turn
from batch_update.jobs.running.story import run_job
from batch_update.journal.recorded import RunFacts
from batch_update.model.reports import Report
from batch_update.report.documents.envelope import Purpose
from batch_update.run.steps.means import Means
from batch_update.settings.layers import read_settings
from batch_update.settings.tunables import SANDBOX_KEY, Settings
from tests.api import virtual

FIRST = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)


Before = Callable[[str], Awaitable[int | None]]
"""Method -> the status of an answer in the sandbox's place, or None; it may take its time."""


def behind(app: Any, before: Before) -> Any:
    """Return the app, with `before` asked first."""

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        status = await before(scope["method"]) if scope["type"] == "http" else None
        if status is None:
            await app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    return asked


@dataclass
class Nights:
    """Runs of the job `night` in a folder; it is its own hands."""

    folder: Path
    app: Any
    before: Before | None = None
    passed: float = 0.0
    """seconds since the first night, up to the last run"""
    told: list[Came] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    means: dict[str, Any] = field(default_factory=dict)
    _is_running: bool = False

    @property
    def clock(self) -> Clock:
        return Clock(self.now, lambda: FIRST + timedelta(seconds=self.now()), anyio.sleep)

    def now(self) -> float:
        return self.passed + (anyio.current_time() if self._is_running else 0.0)

    def night(self, number: int) -> None:
        """It is the beginning of this night, from 0."""
        self.passed = number * 86_400.0

    async def undisturbed(self, method: str) -> int | None:
        """The sandbox answers."""
        return None

    def down_for(self, seconds: float) -> Before:
        """From now on nothing but 503 comes for so long."""
        until = self.passed + seconds

        async def before(method: str) -> int | None:
            return 503 if self.now() < until else None

        return before

    def write(self, text: str, sheet: str = "") -> None:
        """Write the job file, and its sheet where one is given."""
        settings = (
            f'base-url = "https://famulor.test/api"\nlocks-dir = "{self.folder}/locks"\nruns-dir = "runs"\n'
        )
        (self.folder / "night.toml").write_text(
            f'file = "day.csv"\nyes = true\nrate = "off"\n{settings}{text}'
        )
        if sheet:
            (self.folder / "day.csv").write_text(sheet, "utf-8")

    def run(self, *, anew: bool = True, due: datetime | None = None, **given: Any) -> JobRun:
        job = load_job(self.folder / "night.toml")
        settings = read_settings(job.given, given)
        return run_job(job, settings, self, anew=anew, due=due, clock=self.clock, environ={})

    # ------------------------------------------------------------ the hands

    def see(self, turn: Turn, begin: Callable[[Means], Callable[[], Awaitable[Any]]]) -> Any:
        means = Means(
            key=ApiKey(SANDBOX_KEY), app=behind(self.app, self.before or self.undisturbed), **self.means
        )
        took = 0.0

        async def timed() -> Any:
            nonlocal took
            self._is_running = True
            try:
                return await begun()
            except Exception as error:  # noqa: BLE001  # as hands do
                return error
            finally:
                took = anyio.current_time()

        try:
            begun = begin(means)
            return virtual.run(timed, "asyncio")
        except Exception as error:  # noqa: BLE001  # as hands do
            return error
        finally:
            self._is_running = False
            self.passed += took

    def tell(self, came: Came) -> None:
        self.told.append(came)

    def nothing(self, run: JobRun, settings: Settings) -> None:
        pass

    def warn(self, job: str, words: str) -> None:
        self.warned.append(words)

    def following(self, came: Came) -> dict[Purpose, str]:
        return {}

    def spelled(self, report: Report, facts: RunFacts) -> Report:
        return report

    def on_page(self, report: Report, facts: RunFacts) -> dict[Purpose, str]:
        return {}

    def resuming(self, folder: Path, settings: Settings) -> str:
        return f"resume {folder.name}"
