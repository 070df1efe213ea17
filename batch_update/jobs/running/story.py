"""The story of one run of a job: what is taken, each turn of it, and what is kept, removed and told at its end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from batch_update.clock import SYSTEM, Clock
from batch_update.errors import BatchUpdateError, RunLocked
from batch_update.jobs.definition.job_file import Job
from batch_update.jobs.input.taken import Intake
from batch_update.jobs.notices.telling import announce_end, announce_start
from batch_update.jobs.record.interrupted import told_as_cut_short
from batch_update.jobs.record.job_record import JobRecord
from batch_update.jobs.record.job_run import Ending, JobRun
from batch_update.jobs.record.job_state import JobState
from batch_update.jobs.running.came import exit_of, job_run_of
from batch_update.jobs.running.deadline import Deadline
from batch_update.jobs.running.hands import Came, Hands, Turn
from batch_update.jobs.running.left_open import MOST_TRIES, is_hopeless, left_open
from batch_update.jobs.running.log_file import add_line
from batch_update.jobs.running.retention import prune_job
from batch_update.jobs.running.taking import taken
from batch_update.jobs.running.turns import Workday
from batch_update.jobs.running.unbegun import failed_run
from batch_update.model.reports import Exit
from batch_update.settings.tunables import Settings
from batch_update.text import listed, printable

HARMLESS = frozenset({Exit.OK, Exit.CHANGES_PENDING})
"""Ends of a sheet after which the next is taken: else the older would be sent after the newer next time."""
FINISHED = frozenset({Exit.OK, Exit.SOME_FAILED})
"""Ends of a run that was gone on with after which a new one is begun."""


def run_job(
    job: Job,
    settings: Settings,
    hands: Hands,
    *,
    due: datetime | None = None,
    anew: bool = True,
    is_to_be_told: Callable[[Job, BatchUpdateError], bool] = lambda job, error: True,
    clock: Clock = SYSTEM,
    environ: Mapping[str, str] = os.environ,
) -> JobRun:
    """Run a job once, and return how that ended. What a run meets is never raised: it is in what is returned.

    `settings`: the job's own, with what a caller puts over them. `due`: the time of its schedule that it is run for,
    UTC. `anew` False: only a run that was cut short is seen to. `is_to_be_told`: asked of an error that keeps it from
    beginning, since whoever tries again each minute need not tell of it each time. `environ`: where secrets lie that
    the job file refers to. The run is noted in the job's record, whose lock is held meanwhile; without that it does
    not begin.
    """
    began = clock.wall()
    try:
        with JobRecord(settings.runs_dir, job.name, file=job.path, clock=clock) as record:
            night = _Night(job, settings, hands, record, clock, environ)
            return night.run(due, anew=anew)
    except BatchUpdateError as error:
        run = failed_run(job.name, error, due=due, began=began)
        if is_to_be_told(job, error):
            # Who holds the record tells of the job itself; one that cannot be written is told of by nobody else.
            is_told = isinstance(error, RunLocked)
            tell_unbegun(job, settings, hands, error, run, environ=environ, is_announced=not is_told)
        return run


def tell_unbegun(
    job: Job,
    settings: Settings,
    hands: Hands,
    error: BatchUpdateError,
    run: JobRun,
    *,
    environ: Mapping[str, str] = os.environ,
    is_announced: bool = True,
) -> None:
    """Tell of a run that this error kept from beginning; where it `is_announced`, also whoever hears of the job."""
    hands.tell(Came(Turn(job.name, job.tables.mode, job.input.file, settings), error))
    for words in announce_end(job, run, None, environ=environ) if is_announced else ():
        hands.warn(job.name, words)


def _but_for(intake: Intake, number: int) -> Intake:
    """Return what was taken of the sheets, so many of them, with what is told of those that have to wait."""
    if not (waiting := intake.sheets[number:]):
        return intake
    names = listed([printable(sheet.path.name) for sheet in waiting], 5)
    told = f"not taken, since the sheet before did not end well: {names}"
    return replace(intake, sheets=intake.sheets[:number], notes=(*intake.notes, told))


class _Night:
    """One run of a job, while its record is held."""

    def __init__(
        self,
        job: Job,
        settings: Settings,
        hands: Hands,
        record: JobRecord,
        clock: Clock,
        environ: Mapping[str, str],
    ) -> None:
        schedule = job.tables.schedule
        deadline = Deadline(schedule.deadline if schedule else None, clock)
        self._day = Workday(job, settings, hands, clock, deadline, environ)
        self._record = record
        self._goes_on = schedule is not None and schedule.resume
        self._before = next(
            (run for run in reversed(record.state.runs) if run.ending is not Ending.NOTHING), None
        )

    def run(self, due: datetime | None, *, anew: bool) -> JobRun:
        """Run it. Raises UsageError and RunLocked where it cannot be noted that it begins."""
        day, state = self._day, self._record.state
        open_runs = left_open(state, day.settings)
        resumed = [one for one in open_runs if self._goes_on and not is_hopeless(one, state)]
        lost = self._close_cut_short(state, is_resumed=bool(resumed))
        if lost is not None and not (anew or resumed):
            day.hands.nothing(lost, day.settings)
            return lost
        began = day.clock.wall()
        self._record.begun(due)
        self._warn(announce_start(day.job, began, environ=day.environ))
        came, intake = self._turns(resumed, state, anew=anew)
        if left := [one for one in open_runs if one not in resumed]:
            commands = [day.hands.resuming(folder, day.settings) for folder in left]
            vain = f", and {MOST_TRIES} runs went on with it in vain" if self._goes_on else ""
            told = [f"an earlier run is open{vain}: {one}" for one in commands]
            self._warn(told)
            intake = replace(intake, notes=(*intake.notes, *told))
        run = job_run_of(day.job.name, came, due=due, began=began, ended=day.clock.wall(), intake=intake)
        if run.ends_all and not run.folders:
            run = replace(run, due=None)  # nothing was sent: its time is still to be run
        self._end(run, came, intake)
        return run

    def _turns(self, open_runs: Sequence[Path], state: JobState, *, anew: bool) -> tuple[list[Came], Intake]:
        """Go on with what is open, then take the sheets, unless a turn before says that nothing more can be done."""
        came: list[Came] = []
        for folder in open_runs:
            came.append(self._day.go_on(folder))
            if exit_of(came[-1]) not in FINISHED:
                return came, Intake()
        if not anew:
            return came, Intake()
        intake = taken(self._day, state)
        if isinstance(intake, Exception):
            return [*came, self._untaken(intake)], Intake()
        for sheet in intake.skipped:
            came += self._day.leave_out(sheet)
        for number, sheet in enumerate(intake.sheets, start=1):
            came += self._day.take(sheet)
            if exit_of(came[-1]) not in HARMLESS:
                return came, _but_for(intake, number)
        return came, intake

    def _untaken(self, error: Exception) -> Came:
        job, settings = self._day.job, self._day.settings
        came = Came(Turn(job.name, "choose", job.input.file, settings), error)
        self._day.hands.tell(came)
        return came

    def _close_cut_short(self, state: JobState, *, is_resumed: bool) -> JobRun | None:
        """Note the end of a run whose process is gone, and return it.

        It is told of, unless it is gone on with or sent nothing.
        """
        if state.cut_short is None:
            return None
        day = self._day
        told = told_as_cut_short(day.job.name, state.cut_short, day.clock.wall())
        self._record.ended(told)
        is_news = state.cut_short.is_over or any(is_hopeless(one, state) for one in told.folders)
        if is_news and not is_resumed:
            commands = [day.hands.resuming(folder, day.settings) for folder in told.folders]
            told = replace(told, line="; ".join((told.line, *commands)))
            self._tell_everybody(told)
        return told

    def _end(self, run: JobRun, came: Sequence[Came], intake: Intake) -> None:
        """Note how the run ended, remove what is old, and tell. None of it changes how it ended."""
        day = self._day
        try:
            self._record.ended(run)
        except BatchUpdateError as error:
            self._warn([error.message])
        if not came:
            day.hands.nothing(run, day.settings)
        self._tell_everybody(run, came)
        if day.job.tables.keep is not None:
            self._warn(prune_job(day.job.name, day.settings, day.job.tables.keep, but=run.folders))

    def _tell_everybody(self, run: JobRun, came: Sequence[Came] = ()) -> None:
        day = self._day
        log = day.job.tables.log
        if log is not None:
            self._warn(add_line(log, run))
        advice = [step for one in came for step in day.hands.following(one).items()]
        self._warn(announce_end(day.job, run, self._before, environ=day.environ, advice=advice))

    def _warn(self, words: Iterable[str]) -> None:
        for one in words:
            self._day.hands.warn(self._day.job.name, one)
