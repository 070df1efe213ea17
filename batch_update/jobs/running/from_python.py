"""A job run from Python: silent, with what became of it as a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import anyio

from batch_update.api.keys import ApiKey
from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.record.job_run import JobRun
from batch_update.jobs.running import story
from batch_update.jobs.running.hands import Came, Turn
from batch_update.journal.recorded import RunFacts
from batch_update.model.reports import Report
from batch_update.report.documents.envelope import Purpose
from batch_update.run.library.forms import refuse_on_loop
from batch_update.run.library.of_calls import layered_settings, means_of_call, settings_of_call
from batch_update.run.steps.means import Means, Sequel
from batch_update.run.watching import Watcher
from batch_update.settings.tunables import Settings
from batch_update.text import quoted_path

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SilentHands:
    """Sees the turns of a run through with means of a caller's own, and says nothing."""

    means: Means

    def see(self, turn: Turn, begin: Callable[[Means], Sequel[T]]) -> T | Exception:
        try:
            return anyio.run(begin(self.means))
        except Exception as error:  # noqa: BLE001  # it is in what the run of the job returns
            return error

    def tell(self, came: Came) -> None:
        """Nobody listens: it is in what the run of the job returns."""

    def nothing(self, run: JobRun, settings: Settings) -> None:
        """Nobody listens here, either."""

    def warn(self, job: str, words: str) -> None:
        self.means.watcher.warning(f"{job}: {words}")

    def following(self, came: Came) -> Mapping[Purpose, str]:
        return {}

    def spelled(self, report: Report, facts: RunFacts) -> Report:
        with suppress(Exception):  # a caller's watcher costs no run its files
            return self.means.watcher.spelled(report, facts)
        return report

    def on_page(self, report: Report, facts: RunFacts) -> Mapping[Purpose, str]:
        with suppress(Exception):  # as above
            return self.means.watcher.following(report, facts)
        return {}

    def resuming(self, folder: Path, settings: Settings) -> str:
        return f"batch-update resume {quoted_path(folder)}"


def run_job(
    path: Path | str,
    /,
    settings: Settings | None = None,
    *,
    key: ApiKey | str | None = None,
    app: Any = None,
    watcher: Watcher | None = None,
    signals: bool = False,
    share: bool = True,
    environ: Mapping[str, str] | None = None,
    **given: Any,
) -> JobRun:
    """Run the job of a job file once, with all that it asks for, and return how that ended.

    What the run meets is not raised, but in the `JobRun`: how it ended, its exit status, a line about it, its folders,
    the rows by their outcomes. Settings given here win over those of the job file, and these over the environment's;
    all else is as for `apply`. Raises UsageError where the job file or a setting is wrong. Where an event loop is
    running, call it in a thread: `await anyio.to_thread.run_sync(batch_update.run_job, path)`.
    """
    refuse_on_loop(
        "run_job", remedy="call it in a thread: anyio.to_thread.run_sync(batch_update.run_job, path)"
    )
    job = load_job(Path(path))
    settings_of_call("job run", settings, given, environ)  # refuses those that mean nothing to a job
    asked = layered_settings(settings, given, environ, beneath=job.given)
    means = means_of_call(key, app, watcher, environ, share=share, signals=signals)
    return story.run_job(job, asked, SilentHands(means), environ=means.environ)
