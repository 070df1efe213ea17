"""`job run --due`: what is due by the schedules of a folder of jobs, for one line of crontab.

It is said each minute, and mostly nothing is due: what a run takes is loaded once one is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from batch_update.cli.asked_to_end import AskedToEnd
from batch_update.cli.commands.jobs.overview.known_jobs import loaded, some_jobs, tell_wrong
from batch_update.clock import SYSTEM
from batch_update.errors import BatchUpdateError, UsageError

if TYPE_CHECKING:
    from batch_update.cli.commands.jobs.at_work import ScreenHands
    from batch_update.jobs.definition.job_file import Job
    from batch_update.jobs.record.job_run import JobRun
    from batch_update.jobs.record.reminders import Reminders
    from batch_update.jobs.running.hands import Came
    from batch_update.settings.tunables import Settings


def run_due(paths: Sequence[Path], given: dict[str, Any]) -> tuple[list[JobRun], list[Came]]:
    """Run what is due of these jobs. Returns how each ended, with those that are wrong, and what came of each turn.

    Raises Interrupted where a signal came and another job would begin.
    """
    from batch_update.jobs.record.reminders import Reminders

    reminders = Reminders()
    asked = AskedToEnd()
    due = _Round(given, reminders, asked)
    with asked.noted():
        due.run_all(paths)
    with suppress(OSError, UsageError):  # what cannot be forgotten is told later
        reminders.forget_others(paths)
    return due.ran, due.came


def jobs_to_look_at(jobs_dir: Path) -> list[Path]:
    """Return the job files of a folder. Raises UsageError where there are none: nothing would ever be due.

    Where that was told not long ago, the command ends with its exit status and no word.
    """
    from batch_update.jobs.record.reminders import Reminders

    reminders = Reminders()
    try:
        paths = some_jobs(jobs_dir)
    except UsageError as error:
        if reminders.is_to_be_told(jobs_dir, error):
            raise
        raise typer.Exit(int(error.exit)) from None
    with suppress(OSError, UsageError):
        reminders.forget_others([jobs_dir])
    return paths


class _Round:
    """One round: the jobs that are there, those that ran, and what is told of those that cannot."""

    def __init__(self, given: dict[str, Any], reminders: Reminders, asked: AskedToEnd) -> None:
        self._given = given
        self._reminders = reminders
        self._asked = asked
        self._found: dict[str, tuple[Job, Settings]] = {}
        self._made: list[ScreenHands] = []
        self.ran: list[JobRun] = []

    @property
    def came(self) -> list[Came]:
        return self._made[0].came if self._made else []

    def run_all(self, paths: Sequence[Path]) -> None:
        """Run what is due of these."""
        from batch_update.jobs.schedule.rounds import RoundHolder, Scheduled, run_round

        for path in paths:
            try:
                job, settings = loaded(path, self._given)
                self._found[job.name] = job, settings
            except BatchUpdateError as error:
                self._note(path.stem, error)
                if self._is_to_be_told(path, error):
                    tell_wrong(path, error, self._given, self._hands())
        jobs = [Scheduled(job, settings.runs_dir) for job, settings in self._found.values()]
        run_round(jobs, RoundHolder(self._run, self._tell))

    def _run(self, job: Job, due: datetime | None) -> JobRun:
        from batch_update.jobs.running.story import run_job

        self._asked.heed()
        settings, anew = self._found[job.name][1], due is not None
        told = self._is_to_be_told
        self.ran.append(
            run_job(
                job,
                settings,
                self._hands(),
                due=due,
                anew=anew,
                is_to_be_told=lambda job, error: told(job.path, error),
            )
        )
        return self.ran[-1]

    def _tell(self, job: Job, error: BatchUpdateError) -> None:
        """Tell of a job that cannot run, also whoever hears of its runs."""
        self._note(job.name, error)
        if not self._is_to_be_told(job.path, error):
            return
        from batch_update.jobs.running.story import tell_unbegun

        tell_unbegun(job, self._found[job.name][1], self._hands(), error, self.ran[-1])

    def _note(self, job: str, error: BatchUpdateError) -> None:
        from batch_update.jobs.running.unbegun import failed_run

        self.ran.append(failed_run(job, error, due=None, began=SYSTEM.wall()))

    def _is_to_be_told(self, path: Path, error: BatchUpdateError) -> bool:
        return self._reminders.is_to_be_told(path, error) or bool(self._given.get("json_"))

    def _hands(self) -> ScreenHands:
        from batch_update.cli.commands.jobs.at_work import ScreenHands

        if not self._made:
            self._made.append(ScreenHands(self._asked))
        return self._made[0]
