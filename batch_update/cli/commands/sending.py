"""What every command that sends works with, and how it brings a run to its end: read back, write, tell, exit."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch_update.account.account import Account, placed
from batch_update.cli.options import is_silent
from batch_update.cli.printed_commands import SAME_SERVER, SAME_SHEET, Errand, command_of
from batch_update.cli.screen import error_json, out, out_json, paint, say, show_error
from batch_update.cli.targets import client_for
from batch_update.errors import BatchUpdateError, GuardStopped, UsageError
from batch_update.model.plans import Change
from batch_update.model.reports import Exit, Report
from batch_update.settings.tunables import Settings
from batch_update.text import printable

if TYPE_CHECKING:
    from batch_update.api.client import Client
    from batch_update.journal.recorded import RunFacts
    from batch_update.journal.writing import Journal
    from batch_update.report.files.folder import Written
    from batch_update.report.screen.summary import Commands
    from batch_update.send.brake import Caution


class Stage:
    """The server, and what people see while something is sent to it. Raises KeyMissing and UsageError."""

    def __init__(self, settings: Settings, account: Account, numbers: Sequence[int]) -> None:
        from batch_update.cli.displays import choose_display
        from batch_update.send.progress import EventLog

        pace = " and ".join(map(str, settings.rate))
        self.settings = settings
        self.display = choose_display(quiet=is_silent(settings), limits=pace, numbers=numbers)
        self.events = EventLog(self.display.event)
        self.client = client_for(settings, self.events, account)

    def manner(self, interrupted: AsyncIterable[int], caution: Caution) -> dict[str, Any]:
        """How a plan is sent, as `apply_plan` takes it."""
        return {
            "concurrency": self.settings.concurrency,
            "on_progress": self.display.progress,
            "on_outcome": self.display.outcome,
            "interrupted": interrupted,
            "events": self.events,
            "rates": self.settings.rate,
            "grace": self.settings.grace,
            "caution": caution,
        }

    async def finish(
        self,
        report: Report,
        journal: Journal,
        interrupted: AsyncIterable[int],
        *,
        sent: Sequence[Change] | None = None,
    ) -> Report:
        """The report, with what reading back shows, and that in the journal.

        Waves have been read back already. `sent`: the changes of this session, where there were others before it.
        """
        from batch_update.send.brake import check_failures
        from batch_update.send.verifying import read_back_unless

        was_read = bool(self.settings.waves) and sent is None
        if not (self.settings.no_verify or report.stopped is not None or was_read):
            again = self.settings.reread_after
            report = await read_back_unless(report, self.client, interrupted, again=again, events=self.events)
            report = check_failures(report, self.settings.max_failures, sent)
            journal.verified(report)
            journal.end(report.seconds, report.stopped, self.client.stats)
        return report

    async def write(self, report: Report, folder: Path, facts: RunFacts | None = None) -> Written | None:
        """Write the run's files where they can be written, when idle connections have given back theirs."""
        await self.client.close_idle()
        return write_somewhere(report, folder, facts or run_facts(self.settings, self.client))


# ---------------------------------------------------------------- files


def write_somewhere(report: Report, folder: Path, facts: RunFacts) -> Written | None:
    """Write the run's files; where its folder cannot take them, into a temporary one, since they must not be lost.

    None where no place takes them: the journal still has it all.
    """
    from tempfile import mkdtemp

    from batch_update.report.files.folder import write_run

    try:
        return write_run(report, folder, facts)
    except OSError as error:
        say(
            f"{printable(str(error.filename2 or error.filename or folder))} cannot be written: {error.strerror}."
        )
    try:
        other = Path(mkdtemp(prefix="batch-update-"))
        written = write_run(report, other, facts)
    except OSError as error:
        say(f"Nor can the folder for temporary files: {error.strerror}.")
        return None
    say(f"The results are in {other}.")
    return written


def run_facts(settings: Settings, client: Client | None = None) -> RunFacts:
    """Return what `run.json` tells beside the outcomes."""
    from batch_update.journal.recorded import RunFacts

    return RunFacts(placed(settings), client.stats if client else None)


# ---------------------------------------------------------------- the last words


def tell(report: Report, files: Written | None, folder: Path, errand: Errand, facts: RunFacts) -> Exit:
    """The summary, or the run as JSON; then the exit status. `folder` is the run's.

    Without `files`, which could be written nowhere, a run is not as wanted.
    """
    from batch_update.outcomes import exit_status

    status = exit_status(report)
    if files is None and status is Exit.OK:
        status = Exit.SOME_FAILED
    try:
        _show_report(report, files, folder, errand, facts, status)
    except UsageError as error:  # the run is over and on disk: its status stands
        show_error(error)
    return status


def _show_report(
    report: Report, files: Written | None, folder: Path, errand: Errand, facts: RunFacts, status: Exit
) -> None:
    from batch_update.report.files.document import run_document
    from batch_update.report.screen.summary import summary

    settings = errand.settings
    if settings.json_:
        names = {name: path and str(path) for name, path in _paths(files).items()}
        document = run_document(report, facts) | {"files": names}
        if isinstance(report.stopped, GuardStopped):
            document["next"] = dict(zip(("look", "go_on"), allowing(report.stopped, errand), strict=True))
        out_json(document)
    elif not (settings.quiet and status is Exit.OK):
        commands = _commands(report, folder, errand)
        text = summary(report, files, stats=facts.stats, commands=commands)
        if files is None and commands.undo:
            text += f"\nReport  {command_of('report', settings, folder)}"
        first, _, rest = text.partition("\n")
        out(paint(first, "good" if status is Exit.OK else "error") + ("\n" + rest if rest else ""))


def _commands(report: Report, folder: Path, errand: Errand) -> Commands:
    """The commands that a summary may name."""
    from batch_update.journal.database import JOURNAL
    from batch_update.report.screen.summary import Commands

    settings = errand.settings
    is_gone = isinstance(report.stopped, BatchUpdateError) and report.stopped.code == "J102"
    has_journal = os.path.lexists(folder / JOURNAL) and not is_gone
    of_csv = settings.model_copy(update={"sheet": None})  # what is left to do is no workbook
    look, allow = allowing(report.stopped, errand) if isinstance(report.stopped, GuardStopped) else ("", "")
    return Commands(
        apply=command_of("apply", of_csv, groups=(*SAME_SHEET, *SAME_SERVER)),
        undo=command_of("undo", settings, folder, groups=SAME_SERVER) if has_journal else "",
        resume=command_of("resume", settings, folder, groups=SAME_SERVER) if has_journal else "",
        look=look,
        allow=allow,
    )


def allowing(stop: GuardStopped, errand: Errand, *, groups: Collection[str] = ()) -> tuple[str, str]:
    """The command that shows what a guard stopped, and the one that lets it through.

    `groups`: the settings to repeat, all that the command heeds by default.
    """
    from batch_update.report.guards import hazards_of, lifted

    settings, hazards = errand.settings, hazards_of(stop.tripped)
    allowed = {"allow": (*settings.allow, *hazards)} if hazards else {}
    return errand.look(), errand.again(groups, **lifted(stop.tripped), **allowed)


def tell_guarded(stop: GuardStopped, errand: Errand) -> Exit:
    """Tell what a guard forbids of a run that exists already, which stays as it was. Returns the exit status."""
    from batch_update.report.guards import guard_json
    from batch_update.report.screen.summary import guarded

    look, allow = allowing(stop, errand)
    if errand.settings.json_:
        document = error_json(stop)
        document["error"]["guards"] = [guard_json(one) for one in stop.tripped]
        out_json(document | {"next": {"look": look, "go_on": allow}})
    else:
        for line in guarded(stop, look, allow):
            say(line)
    return stop.exit


def _paths(files: Written | None) -> dict[str, Path | None]:
    if files is None:
        return dict.fromkeys(("results", "failed", "undo", "run"))
    return {"results": files.results, "failed": files.failed, "undo": files.undo, "run": files.run}
