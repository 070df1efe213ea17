"""`job serve`: a scheduler in the foreground, for containers."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from batch_update.cli.commands.jobs.group import DEFAULT_DIR, JOBS_DIR, app
from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import AS_JSON
from batch_update.cli.screens.screen import out, say
from batch_update.clock import SYSTEM
from batch_update.errors import BatchUpdateError, Interrupted, UsageError
from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.definition.job_finding import find_jobs
from batch_update.model.reports import Exit
from batch_update.text import counted, log_heading, printable

if TYPE_CHECKING:
    from batch_update.jobs.schedule.each_minute import Stamp

_ENDING = (signal.SIGINT, signal.SIGTERM)
"""Signals that ask for an end."""
_GLANCE = 0.5
"""Seconds between two looks whether the end is asked for."""
HEALTH = Annotated[
    bool,
    typer.Option(
        "--health", help="Only tell whether the scheduler of this folder is at work.", show_envvar=False
    ),
]


@app.command("serve", cls=Command)
def serve_jobs(health: HEALTH = False, jobs_dir: JOBS_DIR = DEFAULT_DIR, as_json: AS_JSON = False) -> None:
    """Run all jobs of a folder by their schedules, until it is stopped: in the foreground, for containers.

    Each minute it reads the job files anew and runs what is due, as job run --due does. Ctrl-C and SIGTERM end it; a
    run under way ends in good order first, and can be resumed. Exit status: 0 ended while nothing was under way, or
    with --health at work; 1 with --health not at work; 130 or 143 a run was interrupted.
    """
    from batch_update.jobs.schedule.each_minute import Stamp

    stamp = Stamp(jobs_dir)
    if health:
        _tell_health(stamp, as_json=as_json)
    with telling_errors(as_json=as_json):
        if as_json:
            raise UsageError("--json tells of --health alone", code="U101", remedy="leave out --json")
        try:
            status = _serve(JobsFolder(jobs_dir), stamp)
        finally:
            stamp.remove()
    raise typer.Exit(int(status))


def _tell_health(stamp: Stamp, *, as_json: bool) -> NoReturn:
    from batch_update.report.documents.of_units import SchedulerHealth

    found = stamp.health(SYSTEM.wall())
    status = Exit.OK if found.well else Exit.SOME_FAILED
    if as_json:
        out_document(SchedulerHealth(found.well, found.words), exit=status)
    else:
        out(found.words)
    raise typer.Exit(int(status))


class JobsFolder:
    """The jobs of a folder, as they are from minute to minute; what is wrong with one is said once."""

    def __init__(self, jobs_dir: Path) -> None:
        self._jobs_dir = jobs_dir
        self._told: dict[str, str] = {}

    def in_order(self) -> list[Path]:
        """Return the files that can be read now, and say what is wrong with the others, unless it was said before."""
        good: list[Path] = []
        wrong: dict[str, str] = {}
        try:
            for path in find_jobs(self._jobs_dir):
                try:
                    load_job(path)
                    good.append(path)
                except BatchUpdateError as error:
                    wrong[path.stem] = "; ".join(error.details)
        except BatchUpdateError as error:
            wrong["serve"] = error.message
        if not good and not wrong:
            wrong["serve"] = f"{self._jobs_dir} holds no job files (*.toml)"
        for name, words in wrong.items():
            if self._told.get(name) != words:
                say(f"{log_heading(SYSTEM.wall(), name)}{printable(words)}")
        for name in self._told.keys() - wrong.keys():
            say(f"{log_heading(SYSTEM.wall(), name)}in order again")
        self._told = wrong
        return good


def _serve(folder: JobsFolder, stamp: Stamp) -> Exit:
    """Serve until a signal comes; return the exit status: 0 where nothing was under way."""
    from batch_update.cli.screens.log_lines import out_dated
    from batch_update.jobs.record.job_run import BY_SIGNAL
    from batch_update.jobs.schedule.each_minute import serve_rounds

    asked = AskedToStop()
    ends: list[Exit] = []

    def one_round() -> bool:
        paths = folder.in_order()
        ends[:] = [asked.see_through(lambda: _hold_round(paths))]
        return not asked.number and ends[0] not in BY_SIGNAL

    with asked.heeded():
        stamp.write(SYSTEM.wall(), at_work=False)
        jobs = counted(len(folder.in_order()), "job")
        out_dated(f"{log_heading(SYSTEM.wall(), 'serve')}{jobs}, looked at each minute", "serve")
        serve_rounds(one_round, asked.pause, stamp)
    out(f"{log_heading(SYSTEM.wall(), 'serve')}ended")
    return ends[-1] if ends[-1] in BY_SIGNAL else Exit.OK


class AskedToStop:
    """Whether a signal asked the scheduler to end: heeded here whatever a run does, which has a process of its own.

    A run that is writing its report lets signals pass, and what is asked for then must not be forgotten.
    """

    def __init__(self) -> None:
        self.number = 0
        self._child = 0

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Take the signals that ask for an end."""
        before = {number: signal.signal(number, self._take) for number in _ENDING}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def pause(self, seconds: float) -> bool:
        """Wait, and return whether to go on."""
        until = time.monotonic() + seconds
        while not self.number and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _GLANCE))
        return not self.number

    def see_through(self, work: Callable[[], Exit]) -> Exit:
        """Have the work done, by a process that the signals are handed to, and return how it ended."""
        if not hasattr(os, "fork"):
            return Exit.OK if self.number else work()
        # What comes while the process is made waits until each of the two knows what to do with it.
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        try:
            if self.number:
                return Exit.OK
            sys.stdout.flush()
            self._child = os.fork()
            if not self._child:
                _become_worker(work)
            self._pass_on()  # what came by way of another thread, which nothing holds up
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        try:
            return _exit_of_worker(os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1]))
        finally:
            self._child = 0

    def _take(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        self._pass_on()

    def _pass_on(self) -> None:
        """Hand the signal that came, if one did, to the process that does the work."""
        if self._child and self.number:
            with suppress(ProcessLookupError):  # it has ended just now
                os.kill(self._child, self.number)


def _become_worker(work: Callable[[], Exit]) -> NoReturn:
    """Do the work and end, in a group of its own: a Ctrl-C at a terminal comes once, by way of the scheduler."""
    status = int(Exit.BUG)
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        status = int(work())
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = int(Exit.INTERRUPTED)
    finally:
        os._exit(status)


def _exit_of_worker(status: int) -> Exit:
    """Return how a process ended as an exit status; one that a signal killed as 128 and its number."""
    try:
        return Exit(status if status >= 0 else 128 - status)
    except ValueError:
        return Exit.BUG


def _hold_round(paths: list[Path]) -> Exit:
    """Run what is due. A run of which all went well is a line, any other tells of itself."""
    from batch_update.cli.commands.jobs.due_jobs import run_due
    from batch_update.cli.screens.log_lines import out_dated

    status = Exit.OK
    try:
        runs, _ = run_due(paths, {"quiet": True})
    except Interrupted as error:
        return error.exit
    for run in runs:
        if run.exit is Exit.OK:
            out_dated(f"{log_heading(run.ended, run.job)}{run.line}", run.job)
        elif run.ends_all:
            status = run.exit
    return status
