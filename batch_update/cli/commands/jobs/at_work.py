"""The hands of the command line for a run of a job: screens while it goes on, and its last words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from batch_update.cli.after_run import following_on_page, following_run, spelled_for_files
from batch_update.cli.asked_to_end import AskedToEnd
from batch_update.cli.commands.changing.sending import tell, watch
from batch_update.cli.documents import out_failure
from batch_update.cli.printed_commands import SAME_SERVER, Errand, Following, command_of, with_program
from batch_update.cli.screens.log_lines import dated, log_tail, out_dated
from batch_update.cli.screens.screen import MOST_WORDS, lines_below, out, say, show_error
from batch_update.cli.spelling import spelled_as_keys
from batch_update.clock import SYSTEM
from batch_update.errors import BatchUpdateError
from batch_update.model.reports import Exit, Report
from batch_update.settings.tunables import Settings
from batch_update.text import excerpt, log_close, log_heading, printable

if TYPE_CHECKING:
    from batch_update.jobs.record.job_run import JobRun
    from batch_update.jobs.running.hands import Came, Turn
    from batch_update.journal.recorded import RunFacts
    from batch_update.run.steps.means import Means, Sequel

T = TypeVar("T")
MOST_LOGGED = 200
"""Characters of an error in the log of a job."""


class ScreenHands:
    """Sees the turns of a job through as its own command would, with everything that people see of it.

    With `json` what came of each is kept, to be told in one document.
    """

    def __init__(self, asked: AskedToEnd) -> None:
        self.came: list[Came] = []
        self._asked = asked

    def see(self, turn: Turn, begin: Callable[[Means], Sequel[T]]) -> T | Exception:
        try:
            with self._asked.heeded(), spelled_as_keys():
                return watch(errand_of(turn), begin, interrupts=self._asked.stream)
        except Exception as error:  # noqa: BLE001  # a job's trouble, a bug, too, must not keep others from running
            return error

    def tell(self, came: Came) -> None:
        self.came.append(came)
        if not came.turn.settings.json_:
            with spelled_as_keys():
                show_came(came)

    def nothing(self, run: JobRun, settings: Settings) -> None:
        if not settings.json_ and not (settings.quiet and run.exit is Exit.OK):
            heading = dated(run.job) or f"{printable(run.job)}: "
            out_dated(f"{heading}{run.line}{log_close(int(run.exit))}", run.job)

    def warn(self, job: str, words: str) -> None:
        say(f"{log_heading(SYSTEM.wall(), job)}{printable(words)}")

    def following(self, came: Came) -> Following:
        from batch_update.cli.commands.plan import next_after_plan
        from batch_update.jobs.running.turns import saved_plan
        from batch_update.plan.saving import digest
        from batch_update.run.planning import Planned

        if isinstance(came.result, Exception):
            return {}
        errand = errand_of(came.turn).at(came.result.settings)
        if not isinstance(came.result, Planned):
            return following_run(came.result.report, errand)
        saved = saved_plan(came)
        return next_after_plan(came.result, came.turn.place, saved, "" if saved else digest(came.result.plan))

    def spelled(self, report: Report, facts: RunFacts) -> Report:
        with spelled_as_keys():
            return spelled_for_files(report, facts)

    def on_page(self, report: Report, facts: RunFacts) -> Following:
        return following_on_page(report, facts)

    def resuming(self, folder: Path, settings: Settings) -> str:
        return command_of("resume", settings, folder, groups=SAME_SERVER)


def show_came(came: Came) -> None:
    """Show what came of a turn, or print the document of it."""
    from batch_update.cli.commands.jobs.drift import tell_drift
    from batch_update.run.planning import Planned

    errand = errand_of(came.turn)
    if isinstance(came.result, Exception):
        _tell_error(came.result, errand)
    elif isinstance(came.result, Planned):
        tell_drift(came, came.result, errand.at(came.result.settings))
    else:
        tell(came.result, errand.at(came.result.settings))
    if not (errand.settings.json_ or errand.settings.quiet):
        for note in came.notes:
            out(f"  {note}")


def errand_of(turn: Turn) -> Errand:
    """Return a turn as the command that it is."""
    return Errand(
        "apply" if turn.verb in ("choose", "archive") else turn.verb, turn.place, turn.settings, turn.job
    )


def _tell_error(error: Exception, errand: Errand) -> None:
    """Show what ended a job before it came to a result: its dated line all the same, and the error as anywhere."""
    from batch_update.cli.program.ending import tell_bug

    as_json = errand.settings.json_
    if not isinstance(error, BatchUpdateError):
        tell_bug(error)
        if as_json:
            out_failure(error, Exit.BUG)
        return
    if as_json:
        out_failure(error, error.exit)
    elif heading := dated(errand.job):
        _log_error(heading, error, errand)
    else:
        show_error(error)


def _log_error(heading: str, error: BatchUpdateError, errand: Errand) -> None:
    """Write an error into the log of a job: once, so that cron does not mail it twice."""
    first, tail = error.details[0], log_tail(errand.job, error.exit, None)
    out_dated(f"{heading}error[{error.code}]: {excerpt(first, MOST_LOGGED)}{tail}", errand.job)
    if len(first) > MOST_LOGGED:
        out(f"  {excerpt(first, MOST_WORDS)}")
    for line in lines_below(error):
        out(with_program(line))
