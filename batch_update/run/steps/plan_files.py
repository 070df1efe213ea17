"""The files of a plan that is not sent: a page and a workbook for people, and the plan itself for `apply`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from batch_update.account.account import placed
from batch_update.account.connect import pace_of
from batch_update.journal.recorded import Occasion, RunFacts
from batch_update.model.plans import Plan
from batch_update.model.reports import Exit, Report
from batch_update.plan.saving import digest
from batch_update.report.documents.envelope import Purpose
from batch_update.report.files.one_file import write_document
from batch_update.report.files.writable import unwritable
from batch_update.run.planning import Planned, save_to
from batch_update.send.accounting import blocking_problems, looked_report, refused_report
from batch_update.send.agenda import agenda_of, seconds_from_scratch
from batch_update.send.waves import split
from batch_update.settings.locales import language_here
from batch_update.settings.tunables import Settings
from batch_update.sheet.endings import WORKBOOKS
from batch_update.text import how_long

if TYPE_CHECKING:
    from batch_update.report.documents.of_sheets import PlannedSheet

PAGE, BOOK, PLAN = "plan.html", "plan.xlsx", "plan.json"
"""The files of a plan in a run folder."""


def exit_of_plan(found: Planned) -> Exit:
    """Return the exit status of a plan: 3 where its errors forbid to send the rest, 10 where something would change."""
    if blocking_problems(found.plan, skip_invalid=found.settings.skip_invalid):
        return Exit.SHEET_INVALID
    return Exit.CHANGES_PENDING if found.plan.changes else Exit.OK


def about_how_long(plan: Plan, settings: Settings, *, pages: int) -> str:
    """`about 1 min 10 s`: how long sending takes, as `seconds_to_send` has it."""
    return f"about {how_long(seconds_to_send(plan, settings, pages=pages))}"


def seconds_to_send(plan: Plan, settings: Settings, *, pages: int) -> int:
    """Return how long sending takes at the permitted pace, with `pages` requests to read it back."""
    pause = settings.pause if isinstance(settings.pause, float) else 0.0
    sizes = tuple(map(len, split(plan.changes, settings.waves)))
    agenda = agenda_of(sizes, pages=0 if settings.no_verify else max(1, pages), pause=pause)
    return max(1, round(seconds_from_scratch(agenda, pace_of(settings))))


def planned_document(found: Planned) -> PlannedSheet:
    """Return what would be sent, for programs."""
    from batch_update.report.documents.of_sheets import planned_sheet

    return planned_sheet(found.plan, found.tripped, requests=found.pages, digest=digest(found.plan))


def page_of_planned(
    found: Planned, path: Path, *, status: Exit, made: datetime, following: Mapping[Purpose, str]
) -> None:
    """Write the plan as a page, nothing of it cut. Raises UsageError (U110)."""
    from batch_update.report.files.plan_page import write_plan_page
    from batch_update.report.page.of_plan import Planning

    planning = Planning(
        document=planned_document(found),
        tripped=found.tripped,
        is_blocked=exit_of_plan(found) is Exit.SHEET_INVALID,
        seconds=seconds_to_send(found.plan, found.settings, pages=found.pages),
        made=made,
        exit=status,
    )
    write_plan_page(path, found.plan, planning, following)


def book_of_planned(found: Planned, path: Path, following: Mapping[Purpose, str]) -> None:
    """Write the plan as a workbook. Raises UsageError (U110)."""
    from batch_update.report.workbook.plan_book import Approval, write_plan_book

    command = following.get("apply") or following.get("apply_good_rows", "")
    is_blocked = exit_of_plan(found) is Exit.SHEET_INVALID
    seconds = seconds_to_send(found.plan, found.settings, pages=found.pages)
    approval = Approval(digest(found.plan), command, found.tripped, is_blocked, seconds, found.settings)
    try:
        write_plan_book(found.plan, approval, path, language_here(os.environ))
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from None


def write_plan_folder(
    found: Planned,
    folder: Path,
    occasion: Occasion,
    *,
    made: datetime,
    following: Mapping[Purpose, str],
    spelled: Callable[[Report, RunFacts], Report],
) -> None:
    """Write a plan that a job has looked at: the plan for `apply`, a page, `run.json`, of a workbook a workbook, too.

    `spelled`: see `Watcher`. Raises UsageError (U110).
    """
    if not found.settings.no_fetch:  # what is applied later has to know what was there
        save_to(folder / PLAN, found.plan)
    refused = refused_report(found.plan, skip_invalid=found.settings.skip_invalid, started=made)
    facts = RunFacts(placed(found.settings), None, "plan", occasion)
    report = spelled(refused or looked_report(found.plan, started=made), facts)
    told = replace(found, plan=report.plan)
    page_of_planned(told, folder / PAGE, status=exit_of_plan(found), made=made, following=following)
    if found.plan.sheet.dialect.format in WORKBOOKS:
        book_of_planned(told, folder / BOOK, following)
    try:
        write_document(replace(report, folder=folder), facts, folder / "run.json")
    except OSError as error:
        raise unwritable(folder / "run.json", error.strerror or str(error)) from None
