"""The turns of a run of a job: each is seen through within the deadline, and what it needs beside is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from batch_update.api.keys import ApiKey
from batch_update.clock import Clock
from batch_update.errors import BatchUpdateError, UsageError
from batch_update.jobs.definition.job_file import Job
from batch_update.jobs.definition.job_key_place import key_of_job
from batch_update.jobs.input.archiving import archive
from batch_update.jobs.input.from_web import keep_input
from batch_update.jobs.input.taken import TakenSheet
from batch_update.jobs.running.came import exit_of
from batch_update.jobs.running.deadline import Deadline
from batch_update.jobs.running.hands import Came, Hands, Result, Turn
from batch_update.jobs.running.more_reports import write_more
from batch_update.model.reports import Exit
from batch_update.report.files.folder import folder_for
from batch_update.run.applying import begin_apply
from batch_update.run.planning import Planned, begin_plan
from batch_update.run.resuming import begin_resume
from batch_update.run.steps.means import Means, Sequel
from batch_update.run.steps.outside_end import OutsideEnd
from batch_update.run.steps.plan_files import PLAN, write_plan_folder
from batch_update.run.steps.session import Ended
from batch_update.run.steps.signature import occasion_of
from batch_update.settings.tunables import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Workday:
    """All that the turns of one run have in common."""

    job: Job
    settings: Settings
    hands: Hands
    clock: Clock
    deadline: Deadline
    environ: Mapping[str, str]

    def go_on(self, folder: Path) -> Came:
        """Go on with a run of this job that did not come to its end."""
        came = self._run(Turn(self.job.name, "resume", str(folder), self.settings))
        self._tell(came)
        return came

    def take(self, sheet: TakenSheet) -> list[Came]:
        """Apply a sheet, or plan it where the job only looks; one whose run went well goes to the archive.

        That is told with the run, and is a turn of its own where it fails.
        """
        came = self._run(Turn(self.job.name, self.job.tables.mode, str(sheet.path), self.settings))
        if came.folder is not None and sheet.fetched and (why := keep_input(sheet, came.folder)):
            self.hands.warn(self.job.name, why)
        if sheet.is_plan:
            came = replace(came, digest=sheet.digest)
        failed: list[Came] = []
        if isinstance(came.result, Ended) and exit_of(came) is Exit.OK:
            digest = came.digest or came.result.report.plan.sheet.sha256
            notes, failed = self._put_away(sheet, digest)
            came = replace(came, notes=notes)
        self._tell(came, *failed)
        return [came, *failed]

    def leave_out(self, sheet: TakenSheet) -> list[Came]:
        """Put away a sheet that is as it was when it was sent. Returns the turn where that fails."""
        notes, failed = self._put_away(sheet, sheet.digest)
        for note in notes:
            self.hands.warn(self.job.name, note)
        self._tell(*failed)
        return failed

    def seen(self, turn: Turn, story: Callable[[Means], Sequel[T]]) -> T | Exception:
        """Have the door see a story through, or return the error that ends it; no turn begins after the deadline."""
        if self.deadline.is_over:
            return self.deadline.stop()
        return self.hands.see(turn, partial(self._begin, story))

    def _put_away(self, sheet: TakenSheet, digest: str) -> tuple[tuple[str, ...], list[Came]]:
        """Move a sheet to the archive, where the job has one. Returns what is to be told, and the turn that failed."""
        place = self.job.input.archive
        if place is None:
            return (), []
        moved = archive(sheet, place, digest=digest, now=self.clock.wall().astimezone())
        if not moved.code:
            return ((moved.message,) if moved.message else ()), []
        turn = Turn(self.job.name, "archive", str(sheet.path), self.settings)
        return (), [Came(turn, UsageError(moved.message, code=moved.code))]

    def _begin(self, story: Callable[[Means], Sequel[T]], means: Means) -> Sequel[T]:
        end = OutsideEnd(self.deadline.passed)
        interrupts = end.opening(means.interrupts)
        key = means.key or self._key(means)
        means = replace(means, job=self.job.name, clock=self.clock, interrupts=interrupts, key=key)
        return end.bounding(story(means))

    def _key(self, means: Means) -> ApiKey | None:
        """Return the key that the job file refers to; None where a setting says otherwise, or it refers to none."""
        return key_of_job(self.job.tables.key, self.settings, self.environ, means.watcher.warning)

    def _tell(self, *came: Came) -> None:
        for one in came:
            self.hands.tell(one)

    def _run(self, turn: Turn) -> Came:
        return self._with_files(turn, self.seen(turn, partial(_story, turn)))

    def _with_files(self, turn: Turn, result: Result) -> Came:
        """Return what came of a turn with its run folder; that of a plan is made here, and so are further reports."""
        if isinstance(result, Ended):
            told = replace(result, report=self.hands.spelled(result.report, result.facts))
            for why in write_more(told, self.job.tables.reports, self.hands.on_page):
                self.hands.warn(self.job.name, why)
            return Came(turn, result, result.report.folder)
        if not isinstance(result, Planned):
            return Came(turn, result, Path(turn.place) if turn.verb == "resume" else None)
        made = self.clock.wall()
        occasion = occasion_of(result.settings, Means(job=self.job.name))
        try:
            folder = folder_for(self.settings, result.plan.sheet.name, made.astimezone(), job=self.job.name)
            came = Came(turn, result, folder)
            following = self.hands.following(came)
            write_plan_folder(
                result, folder, occasion, made=made, following=following, spelled=self.hands.spelled
            )
        except BatchUpdateError as error:
            return Came(turn, error)
        return came


def _story(turn: Turn, means: Means) -> Sequel[Ended | Planned]:
    if turn.verb == "resume":
        return begin_resume(Path(turn.place), turn.settings, means)
    if turn.verb == "plan":
        return begin_plan(turn.place, turn.settings, means)
    return begin_apply(turn.place, turn.settings, means)


def saved_plan(came: Came) -> Path | None:
    """Return where the plan lies that a turn has saved, for `apply`; None where it saved none."""
    is_saved = isinstance(came.result, Planned) and not came.result.settings.no_fetch
    return came.folder / PLAN if is_saved and came.folder is not None else None
