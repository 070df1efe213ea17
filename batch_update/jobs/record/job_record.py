"""The record of a job: what ran when, read by whoever asks, and written by the one process that runs the job."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from batch_update.clock import SYSTEM, Clock
from batch_update.errors import RunLocked, UsageError
from batch_update.jobs.record.interrupted import cut_short_run, is_last_try
from batch_update.jobs.record.job_lock import is_locked, locked
from batch_update.jobs.record.job_run import JobRun
from batch_update.jobs.record.job_state import BegunRun, JobState, ScheduleSeen
from batch_update.jobs.record.record_file import (
    Entry,
    add_entry,
    read_entries,
    record_path,
    replace_entries,
)
from batch_update.text import local_time, printable

KEPT = 200
"""runs of a job that its record keeps; it is written anew at twice as many"""


def job_state(runs_dir: Path, job: str, *, file: Path | None = None) -> JobState:
    """Return what is known of a job's runs; of one that never ran, that. Waits for no lock.

    `file`: its job file. Raises UsageError: U130 where the record cannot be read, U131 where it is damaged, U132 where
    it is that of another job of this name.
    """
    state = _state_of(job, read_entries(record_path(runs_dir, job)))
    _refuse_namesake(state, runs_dir, file)
    if not state.begun or state.begun[-1].ended:
        return state
    if is_locked(_lock_path(runs_dir, job)):
        return replace(state, at_work=True)
    return _with_cut_short(runs_dir, state)


class JobRecord:
    """The record of a job, held by the process that runs it: no other one begins the job meanwhile.

    Entering raises RunLocked R120 (exit 75) where another process runs the job, UsageError U130, U131 or U132 where the
    record cannot be used. Then: `begun`, before anything of the run happens; `ended`, once all of it has.
    """

    def __init__(
        self,
        runs_dir: Path,
        job: str,
        *,
        file: Path | None = None,
        clock: Clock = SYSTEM,
        block: Callable[[float], None] = time.sleep,
    ) -> None:
        self.state = JobState(job)
        """what was known as the lock was taken; `cut_short` is to be told of, or gone on with"""
        self._runs_dir = runs_dir
        self._file = file
        self._path = record_path(runs_dir, job)
        self._clock = clock
        self._block = block
        self._held = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as held:
            words = f"the job {self.state.job} is running already"
            held.enter_context(locked(_lock_path(self._runs_dir, self.state.job), words, block=self._block))
            state = _state_of(self.state.job, read_entries(self._path))
            _refuse_namesake(state, self._runs_dir, self._file)
            if state.begun and not state.begun[-1].ended:
                state = _with_cut_short(self._runs_dir, state)
            self.state = state
            self._held = held.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    def begun(self, due: datetime | None) -> None:
        """Note on the disk that a run begins; without that it must not. Raises UsageError U130.

        Raises RunLocked R121 where this time of the schedule has been run: two that were started at once both come
        here, one after the other.
        """
        if due is not None and due in times_run(self.state):
            raise RunLocked(f"the job {self.state.job} was run for {local_time(due)} already", code="R121")
        if len(self.state.begun) >= 2 * KEPT:
            replace_entries(self._path, kept_entries(self.state))
        file = _seen_from(self._runs_dir, self._file) if self._file else ""
        add_entry(self._path, BegunRun(due, self._clock.wall(), os.getpid(), socket.gethostname(), file))

    def ended(self, run: JobRun) -> None:
        """Note on the disk how the run ended that was begun last, or was found cut short. Raises UsageError U130."""
        add_entry(self._path, run)

    def saw(self, schedule: ScheduleSeen) -> None:
        """Note on the disk that the schedule of the job is another one since. Raises UsageError U130."""
        add_entry(self._path, schedule)


def times_run(state: JobState) -> set[datetime]:
    """Return the times of its schedule that a job was run for; where nothing was sent before it was cut short, not."""
    again = state.cut_short and not state.cut_short.is_over and state.cut_short.begun
    times = (run.ended.due if run.ended else run.due for run in state.begun if run is not again)
    return {due for due in times if due}


def kept_entries(state: JobState) -> Iterable[Entry]:
    """Yield what a record that is written anew holds: the last runs, the last one that went well, the last time."""
    counts = set(map(id, state.begun[-KEPT:]))
    success = state.last_success
    latest = max((run for run in state.begun if run.due), key=lambda run: (run.due, run.began), default=None)
    for run in state.begun:
        if id(run) in counts or run is latest or (run.ended is not None and run.ended is success):
            yield replace(run, ended=None)
            if run.ended:
                yield run.ended
    if state.seen:
        yield state.seen


def _refuse_namesake(state: JobState, runs_dir: Path, file: Path | None) -> None:
    """Raises UsageError U132 where the last run was that of another job file that is still there.

    One would count as run when the other was, and each would remove the runs of the other.
    """
    noted = state.begun[-1].file if state.begun else ""
    if file is None or not noted or noted == _seen_from(runs_dir, file):
        return
    other = (runs_dir.resolve() / noted).resolve()
    with suppress(OSError):
        if other.is_file() and not other.samefile(file):
            words = f"another job {state.job} has its runs in the same folder: {printable(str(other))}"
            raise UsageError(words, code="U132")


def _seen_from(folder: Path, file: Path) -> str:
    """Return the path of a file from a folder: it stays as it is where both are moved, or mounted elsewhere."""
    try:
        return os.path.relpath(file.resolve(), folder.resolve())
    except ValueError:  # on another drive
        return str(file.resolve())


def _with_cut_short(runs_dir: Path, state: JobState) -> JobState:
    found = cut_short_run(runs_dir, state.job, state.begun[-1])
    return replace(state, cut_short=replace(found, is_last_try=is_last_try(state.runs)))


def _lock_path(runs_dir: Path, job: str) -> Path:
    return record_path(runs_dir, job).with_suffix(".lock")


def _state_of(job: str, entries: Iterable[Entry]) -> JobState:
    begun: list[BegunRun] = []
    seen = None
    for entry in entries:
        if isinstance(entry, BegunRun):
            begun.append(entry)
        elif isinstance(entry, ScheduleSeen):
            seen = entry
        elif begun and not begun[-1].ended:
            begun[-1] = replace(begun[-1], ended=entry)
        else:  # an end without a beginning: nothing is lost by keeping it
            begun.append(BegunRun(entry.due, entry.began, ended=entry))
    return JobState(job, tuple(begun), seen)
