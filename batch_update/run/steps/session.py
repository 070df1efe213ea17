"""A session of a run: sends, reads back, writes the results where they can be written, and ends."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from batch_update.account.account import placed
from batch_update.account.connect import pace_of
from batch_update.api.client import Client
from batch_update.journal.recorded import Occasion, RunFacts
from batch_update.journal.writing import Journal
from batch_update.model.compact.outcomes_by_row import kind_of
from batch_update.model.plans import Change, Plan
from batch_update.model.reports import Exit, Files, Report
from batch_update.outcomes import exit_status
from batch_update.report.documents.envelope import Purpose
from batch_update.report.files.folder import usual_files, write_run
from batch_update.run.steps.means import Means
from batch_update.run.watching import Watcher
from batch_update.send.accounting import apply_plan
from batch_update.send.brake import Caution, check_failures
from batch_update.send.progress import EventLog, Stage
from batch_update.send.verifying import read_back_unless
from batch_update.send.waves import caution_of
from batch_update.settings.tunables import Settings
from batch_update.text import printable


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that came to an end, in order or not: `report.stopped` says why not."""

    report: Report
    """with where its files are"""
    facts: RunFacts
    """the rest that `run.json` tells"""
    settings: Settings
    """as they counted: with the server or sandbox that the plan was made for"""
    was_finished: bool = False
    """nothing was left to do, so nothing was done"""
    was_held: bool = False
    """a guard held back a run that exists already, which stays as it was"""

    @property
    def exit(self) -> Exit:
        """Return the exit status: a run whose files could be written nowhere is not as wanted."""
        status, report = exit_status(self.report), self.report
        is_missing = report.folder is not None and report.files is None and not self.was_finished
        return Exit.SOME_FAILED if is_missing and status is Exit.OK else status


@dataclass(frozen=True, slots=True)
class Session:
    """All that one process sends with, and reads back by."""

    client: Client
    settings: Settings
    means: Means
    events: EventLog
    caution: Caution
    interrupted: AsyncIterable[int]
    journal: Journal | None
    """None: the run is not written down"""
    pages: int = 1
    """requests that reading what is there took: reading back takes as many"""

    async def send(self, plan: Plan, *, skip_invalid: bool) -> Report:
        """Send the plan's changes; every row of its sheet gets exactly one outcome."""
        _tell_stage(self.means.watcher, Stage.SENDING)
        return await apply_plan(
            plan,
            self.client,
            pace=pace_of(self.settings),
            skip_invalid=skip_invalid,
            on_progress=self.means.watcher.progress,
            on_outcome=self.means.watcher.outcome,
            interrupted=self.interrupted,
            events=self.events,
            grace=self.settings.grace,
            clock=self.means.clock,
            journal=self.journal,
            caution=self.caution,
            pages=self.pages,
        )

    async def read_back(self, report: Report, *, sent: Sequence[Change] | None = None) -> Report:
        """Read back, write into the journal what that shows, and return the report with it.

        Waves have been read back already. `sent`: the changes of this session, where there were others before it.
        """
        settings = self.settings
        was_read = bool(settings.waves) and sent is None
        if settings.no_verify or report.stopped is not None or was_read:
            return report
        _tell_stage(self.means.watcher, Stage.VERIFYING)
        report = await read_back_unless(
            report,
            self.client,
            self.interrupted,
            again=settings.reread_after,
            clock=self.means.clock,
            events=self.events,
            first=self.means.give_way,
        )
        report = check_failures(report, settings.max_failures, sent)
        if self.journal is not None:
            self.journal.verified(report)
            self.journal.end(report.seconds, report.stopped, self.client.stats)
        return report


def caution_for(settings: Settings, client: Client, watcher: Watcher, *, waves_before: int = 0) -> Caution:
    """Return how carefully is sent. Raises UsageError where a question is wanted and nobody can be asked.

    `waves_before`: how many waves earlier sessions of the run began.
    """
    ask = watcher.may_go_on if watcher.can_answer else None
    return replace(
        caution_of(settings, client, ask, partial(_tell_stage, watcher)), waves_before=waves_before
    )


def _tell_stage(watcher: Watcher, stage: Stage, what: str = "") -> None:
    """Tell what the run does now. From sending on, what is shown must not end a run that goes well."""
    with suppress(Exception):
        watcher.stage(stage, what)


def facts_now(
    settings: Settings, client: Client | None, occasion: Occasion, *, command: str = "apply"
) -> RunFacts:
    """Return what `run.json` tells beside the outcomes of a run with these settings."""
    return RunFacts(placed(settings), client.stats if client else None, command, occasion)


async def written_report(
    report: Report,
    folder: Path | None,
    facts: RunFacts,
    watcher: Watcher,
    client: Client | None = None,
    *,
    later: bool = False,
) -> Report:
    """Write the report's files and return it with their places; without them where the run has no folder.

    `later`: somebody else makes them from the journal, and their places are those that they will have then. When each
    row was sent is told by the journal alone then.
    """
    if later and folder is not None:
        kinds = tuple(map(kind_of, report.outcomes))
        return replace(report, outcomes=kinds, folder=folder, files=usual_files(report, folder))
    report = replace(report, outcomes=tuple(report.outcomes))  # they are looked at many times from here on
    if folder is None:
        return report
    _tell_stage(watcher, Stage.WRITING, str(folder))
    if client is not None:
        await client.close_idle()  # connections that nobody uses hold places that files need
    return replace(report, folder=folder, files=_write_somewhere(report, folder, facts, watcher))


def _write_somewhere(report: Report, folder: Path, facts: RunFacts, watcher: Watcher) -> Files | None:
    """Write the run's files; where its folder cannot take them, into a temporary one, since they must not be lost.

    None where no place takes them: the journal still has it all.
    """

    def tell(words: str) -> None:
        with suppress(Exception):  # a screen that fails must not cost the files
            watcher.unwritable(words)

    def following(written: Report, facts: RunFacts) -> Mapping[Purpose, str]:
        with suppress(Exception):  # files without the commands that follow are worth more than none
            return watcher.following(written, facts)
        return {}

    with suppress(Exception):  # a report whose remedies name settings, and no flags, is worth more than none
        report = watcher.spelled(report, facts)
    try:
        return write_run(replace(report, folder=folder), folder, facts, following)
    except OSError as error:
        place = printable(str(error.filename2 or error.filename or folder))
        tell(f"{place} cannot be written: {error.strerror}.")
    try:
        other = Path(mkdtemp(prefix="batch-update-"))
        written = write_run(replace(report, folder=folder), other, facts, following)
    except OSError as error:
        tell(f"Nor can the folder for temporary files: {error.strerror}.")
        return None
    tell(f"The results are in {other}.")
    return written
