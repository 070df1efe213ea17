"""`plan`: what a sheet would change, seen before it happens."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.options import FILE, settings_of, takes
from batch_update.cli.printed_commands import Errand, Following, command_of, leaves_out, next_lines, told_here
from batch_update.cli.screens.screen import out, paint, painted, showing_on
from batch_update.cli.watcher import Reader
from batch_update.clock import SYSTEM
from batch_update.model.plans import Conflict, Plan, Why
from batch_update.model.reports import Exit
from batch_update.settings.heeding import of_sheets
from batch_update.settings.tunables import Settings
from batch_update.text import printable

if TYPE_CHECKING:
    from batch_update.report.documents.of_sheets import PlannedSheet
    from batch_update.run.planning import Planned

OUT = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE.json", help="Save the plan, for apply."),
]
XLSX = Annotated[
    Path | None,
    typer.Option(
        "--xlsx", metavar="FILE.xlsx", help="Write the plan as a workbook, for somebody to approve."
    ),
]
HTML = Annotated[
    Path | None,
    typer.Option(
        "--html",
        metavar="FILE.html",
        help="Write the plan as a page, for somebody else to look at and to sign.",
    ),
]
FULL = Annotated[bool, typer.Option("--full", help="Show every assistant, and long texts whole.")]
EXIT_CODE = Annotated[
    bool,
    typer.Option("--exit-code", help="End with 10 where something would change."),
]


@takes("plan")
def plan(
    file: FILE,
    given: dict[str, Any],
    out_file: OUT = None,
    xlsx: XLSX = None,
    html: HTML = None,
    full: FULL = False,
    exit_code: EXIT_CODE = False,
) -> None:
    """Show what a sheet would change: what is there, what is wanted, field by field. Nothing is sent.

    Exit status: 0, or 10 with --exit-code where something would change; 3 where rows are invalid.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        ended = show_plan(file, settings, out_file, html, xlsx=xlsx, full=full, exit_code=exit_code)
        raise typer.Exit(int(ended))


def show_plan(
    file: str,
    settings: Settings,
    out_file: Path | None = None,
    html: Path | None = None,
    *,
    xlsx: Path | None = None,
    full: bool = False,
    exit_code: bool = False,
) -> Exit:
    """Hold a sheet, or a saved plan, against what is there, and show what would change."""
    from batch_update.report.files.plan_page import check_place_of_page
    from batch_update.run.planning import require_book

    if html is not None:
        check_place_of_page(html)
    if xlsx is not None:
        require_book(xlsx)
    found = look_ahead(file, settings, out_file)
    status = _status(found, exit_code=exit_code)
    if xlsx is not None:
        _write_book(found, file, out_file, xlsx)
    _show_planned(found, file, out_file, html, xlsx, status, full=full)
    return status


def look_ahead(file: str, settings: Settings, out_file: Path | None = None) -> Planned:
    """Hold a sheet, or a saved plan, against what is there; save the plan where that is wanted."""
    from batch_update.run.planning import begin_plan
    from batch_update.run.steps.means import Means

    return anyio.run(begin_plan(file, settings, Means(Reader(settings)), out=out_file))


def document_of(found: Planned) -> PlannedSheet:
    """Return what would be sent, for programs."""
    from batch_update.run.steps.plan_files import planned_document

    return planned_document(_pasteable(found))


def _pasteable(found: Planned) -> Planned:
    """Return the plan with commands in the remedies of its problems that can be pasted here."""
    problems = tuple(told_here(found.plan.problems, found.settings))
    return replace(found, plan=replace(found.plan, problems=problems))


def _show_planned(
    found: Planned,
    file: str,
    out_file: Path | None,
    html: Path | None,
    xlsx: Path | None,
    status: Exit,
    *,
    full: bool,
) -> None:
    from batch_update.plan.saving import digest
    from batch_update.run.steps.plan_files import page_of_planned

    settings, mark = found.settings, digest(found.plan)
    following = next_after_plan(found, file, out_file, "" if out_file or found.earlier else mark)
    if html is not None:
        made = SYSTEM.wall()
        page_of_planned(_pasteable(found), html, status=status, made=made, following=following)
    if settings.json_:
        out_document(document_of(found), exit=status, following=following)
    elif not settings.quiet:
        show_screen(found, full=full)
        out(f"Digest {mark}")
        for label, path in (("Page", html), ("Book", xlsx)):
            if path is not None:
                out(f"{label:6} {printable(str(path))}")
        if following:
            out(next_lines(following))


def _write_book(found: Planned, file: str, out_file: Path | None, path: Path) -> None:
    """Write the plan as a workbook. Raises UsageError (U110)."""
    from batch_update.plan.saving import digest
    from batch_update.run.steps.plan_files import book_of_planned

    book_of_planned(_pasteable(found), path, next_after_plan(found, file, out_file, digest(found.plan)))


def show_screen(found: Planned, *, full: bool) -> None:
    from batch_update.report.guards import guard_lines
    from batch_update.report.screen.preview import plan_screen, plan_totals
    from batch_update.report.screen.problems import render_problems
    from batch_update.run.steps.plan_files import about_how_long

    made, settings = found.plan, found.settings
    if made.problems:
        problems = told_here(made.problems, settings)
        out(painted(render_problems(made.sheet, problems, briefly=settings.skip_invalid)))
    out(plan_screen(made, requests=found.pages, showing=showing_on(sys.stdout, full=full)))
    if found.tripped:
        heading = f"{paint('Has to be allowed', 'warning')} before it is sent:"
        out("\n".join([heading, *guard_lines(found.tripped), ""]))
    out(plan_totals(made, duration=about_how_long(made, settings, pages=found.pages)))


def next_after_plan(found: Planned, file: str, out_file: Path | None, mark: str) -> Following:
    """The commands that make sense now, by what they are for; none where there is nothing to do."""
    from batch_update.report.guards import hazards_of, lifted

    made, settings, tripped = found.plan, found.settings, found.tripped
    # What was selected is all that a saved plan would change, and its sheet is not read again.
    settled = {name: Settings.model_fields[name].default for name in ("only", "limit", *of_sheets())}
    then = settings.model_copy(update=settled if out_file else {})
    allowed = {"allow": (*settings.allow, *hazards_of(tripped))} if hazards_of(tripped) else {}

    def sending(**changed: Any) -> str:
        errand = Errand("apply", str(out_file or file), then.model_copy(update=changed))
        return errand.again(**lifted(tripped), **allowed, expect=mark or None)

    if _status(found, exit_code=False) is not Exit.SHEET_INVALID:
        following: Following = {"apply": sending()} if made.changes else {}
        if not found.earlier and any(one.why is Why.EDITED for one in _fields_held(made)):
            following["plan_ours"] = command_of(
                "plan", settings.model_copy(update={"on_conflict": "ours"}), file
            )
        return following
    again: Following = {"plan_again": command_of("plan", settings, file)}
    if leaves_out(made.errors, settings):
        again["leave_out"] = command_of("plan", settings.model_copy(update={"ignore_unknown": True}), file)
    if not made.changes or any(p.index is None for p in made.errors):
        return again
    return again | {"apply_good_rows": sending(skip_invalid=True)}


def _fields_held(plan: Plan) -> Iterator[Conflict]:
    """Yield what is held back since somebody changed it: of whole rows, and of those that are sent in part."""
    for outcome in plan.settled.values():
        yield from outcome.conflicts
    for change in plan.changes:
        yield from change.held


def _status(found: Planned, *, exit_code: bool) -> Exit:
    from batch_update.run.steps.plan_files import exit_of_plan

    status = exit_of_plan(found)
    return Exit.OK if status is Exit.CHANGES_PENDING and not exit_code else status
