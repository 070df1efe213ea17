"""The commands that make sense after a run: to go on with it, to send what failed, to take it back."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from batch_update.cli.printed_commands import (
    SAME_SERVER,
    SAME_SHEET,
    Errand,
    Following,
    command_of,
    told_here,
)
from batch_update.errors import BatchUpdateError, GuardStopped
from batch_update.model.reports import Report
from batch_update.text import quoted_path

if TYPE_CHECKING:
    from batch_update.journal.recorded import RunFacts
    from batch_update.report.screen.summary import Commands
    from batch_update.settings.tunables import Settings


def following_run(report: Report, errand: Errand) -> Following:
    """Return the commands that make sense after a run."""
    from batch_update.report.screen.summary import going_on

    commands, files = commands_after(report, errand), report.files
    found: Following = {"look": commands.look, "go_on": commands.allow}
    if not isinstance(report.stopped, GuardStopped):
        found["resume"] = going_on(report, commands)
    if files and files.failed and not any(found.values()):
        found["apply_failed"] = f"{commands.apply} {quoted_path(files.failed)}"
    if files and files.undo:
        found["undo"] = commands.undo or f"{commands.apply} {quoted_path(files.undo)}"
    return {purpose: command for purpose, command in found.items() if command}


_OF_ITS_FILE: dict[str, object] = {"sheet": None, "header_row": None, "visible_only": False, "set": {}}
"""The settings that say where in its file a table stands, or what is added to it: a sheet that a run wrote begins with
its header, and has a column for each value of the setting set."""


def _said(report: Report, settings: Settings) -> dict[str, object]:
    """Return the words about columns that the run's sheet was read with, where this command itself was given none."""
    from batch_update.sheet.headers import said_of

    if settings.map or settings.ignore or settings.ignore_unknown:
        return {}
    mapped, ignored = said_of(report.plan.sheet.columns)
    return {"map": mapped, "ignore": ignored}


def of_written_sheet(report: Report, settings: Settings) -> Settings:
    """Return the settings with which a sheet that the run wrote is read: those of its own sheet, where they matter."""
    return settings.model_copy(update={**_OF_ITS_FILE, **_said(report, settings)})


def commands_after(report: Report, errand: Errand) -> Commands:
    """The commands that a summary may name."""
    from batch_update.check.remembering import rows_with_memory
    from batch_update.journal.storing.database import JOURNAL
    from batch_update.report.screen.summary import Commands

    settings, folder = errand.settings, report.folder or Path()
    is_gone = isinstance(report.stopped, BatchUpdateError) and report.stopped.code == "J102"
    has_journal = os.path.lexists(folder / JOURNAL) and not is_gone
    of_csv = of_written_sheet(report, settings)
    look, allow = allowing(report.stopped, errand) if isinstance(report.stopped, GuardStopped) else ("", "")
    resume = command_of("resume", settings, folder, groups=SAME_SERVER) if has_journal else ""
    ours = of_csv.model_copy(update={"on_conflict": "ours"}) if rows_with_memory(report.plan.sheet) else None
    again = partial(command_of, "apply", groups=(*SAME_SHEET, *SAME_SERVER, "on_conflict"))
    return Commands(
        apply=again(of_csv),
        ours=again(ours) if ours else "",
        undo=command_of("undo", settings, folder, groups=SAME_SERVER) if has_journal else "",
        resume=resume,
        retry=f"{resume} --retry-failed" if resume else "",
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


# ---------------------------------------------------------------- by what a run wrote down


def as_recorded(settings: Settings | None) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings of a run as its journal keeps them, and their groups that say where its requests go."""
    from batch_update.journal.session_values import recorded_settings, settings_value
    from batch_update.settings.tunables import Settings

    kept = recorded_settings(settings_value(settings)) or Settings()
    found = kept.model_copy(update={"sandbox_faults": "", "accounts_file": from_here(kept.accounts_file)})
    # What is kept of a sandbox's run is an address that no flag may name.
    return found, ("Sandbox",) if found.sandbox else ("Connection",)


def mending(report: Report, settings: Settings, where: tuple[str, ...]) -> str:
    """Return the command that applies the rows that can be mended, once they are; "" where there are none."""
    from batch_update.codes import Trait, has_trait
    from batch_update.model.plans import Status

    failed = report.files.failed if report.files else None
    is_mendable = any(
        outcome.status is Status.INVALID or has_trait(outcome.code, Trait.MENDABLE)
        for outcome in report.outcomes
    )
    if failed is None or not is_mendable:
        return ""
    return command_of("apply", of_written_sheet(report, settings), failed, groups=(*SAME_SHEET, *where))


def spelled_for_files(report: Report, facts: RunFacts) -> Report:
    """Return the report with commands that can be pasted in the remedies of its problems, as its files tell them."""
    settings, where = as_recorded(facts.settings)
    problems = tuple(told_here(report.plan.problems, settings, groups=where))
    return replace(report, plan=replace(report.plan, problems=problems))


def following_on_page(report: Report, facts: RunFacts) -> Following:
    """Return the commands that page and workbook of a run show: the same when they are made again from the journal.

    Before the files of the run are there, it is the command of its history alone.
    """
    from batch_update.journal.storing.database import JOURNAL
    from batch_update.report.screen.summary import Commands, going_on

    settings, where = as_recorded(facts.settings)
    folder, files, stopped = report.folder, report.files, report.stopped
    found: Following = {}
    if folder is None:
        return found
    has_journal, place = os.path.lexists(folder / JOURNAL), from_here(folder)
    if has_journal:
        found["history"] = _history_command(place)
    if files is None:
        return found
    if has_journal and isinstance(stopped, GuardStopped):
        found["go_on"] = allowing(stopped, Errand("resume", str(place), settings), groups=where)[1]
    elif has_journal:
        resume = command_of("resume", settings, place, groups=where)
        found["resume"] = going_on(report, Commands(resume=resume, retry=f"{resume} --retry-failed"))
    here = replace(report, files=replace(files, failed=files.failed and from_here(files.failed)))
    found["apply_failed"] = mending(here, settings, where)
    if has_journal and files.undo:
        found["undo"] = command_of("undo", settings, place, groups=where)
    return {purpose: command for purpose, command in found.items() if command}


def _history_command(folder: Path) -> str:
    """Return the command that tells what the runs beside this one changed: it has place for an id at its end."""
    from batch_update.settings.tunables import Settings

    return command_of("history", Settings(runs_dir=folder.parent), groups=("runs_dir",))


def from_here(path: Path) -> Path:
    """Return a path as one would type it here: without what leads to the working folder, if it lies below that."""
    whole = path.absolute()
    return whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole
