"""`plan`: what a sheet would change, seen before it happens."""

from __future__ import annotations

import sys
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from batch_update.cli.options import FILE, settings_of, takes
from batch_update.cli.printed_commands import Errand, command_of
from batch_update.cli.screen import (
    out,
    out_json_with,
    paint,
    painted,
    showing_on,
    telling_errors,
)
from batch_update.cli.watcher import Reader, duration_of
from batch_update.model.plans import Plan
from batch_update.model.reports import Exit
from batch_update.settings.tunables import Settings

if TYPE_CHECKING:
    from batch_update.run.planning import Planned

OUT = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE.json", help="Save the plan, for apply."),
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
    full: FULL = False,
    exit_code: EXIT_CODE = False,
) -> None:
    """Show what a sheet would change: what is there, what is wanted, field by field. Nothing is sent.

    Exit status: 0, or 10 with --exit-code where something would change; 3 where rows are invalid.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        raise typer.Exit(int(show_plan(file, settings, out_file, full=full, exit_code=exit_code)))


def show_plan(
    file: str,
    settings: Settings,
    out_file: Path | None = None,
    *,
    full: bool = False,
    exit_code: bool = False,
) -> Exit:
    """Hold a sheet, or a saved plan, against what is there, and show what would change."""
    from batch_update.run.means import Means
    from batch_update.run.planning import begin_plan

    found = anyio.run(begin_plan(file, settings, Means(Reader(settings)), out=out_file))
    _show(found, file, out_file, full=full)
    return _status(found.plan, found.settings, exit_code=exit_code)


def _show(found: Planned, file: str, out_file: Path | None, *, full: bool) -> None:
    from batch_update.plan.saving import digest
    from batch_update.report.guards import guard_json
    from batch_update.report.screen.preview import plan_json
    from batch_update.report.screen.problems import problem_json

    made, settings, mark = found.plan, found.settings, digest(found.plan)
    following = _next(found, file, out_file, "" if out_file or found.earlier else mark)
    if settings.json_:
        document = plan_json(made, requests=found.pages)
        document |= {"guards": [guard_json(one) for one in found.tripped], "next": following, "digest": mark}
        out_json_with(document, "problems", (problem_json(made.sheet, p) for p in made.problems))
    elif not settings.quiet:
        _show_screen(found, full=full)
        out(f"Digest {mark}")
        for label, (words, command) in zip(
            chain(["Next: "], repeat("  or: ")), following.items(), strict=False
        ):
            out(label + (f"{words}: " if words != "apply" else "") + command)


def _show_screen(found: Planned, *, full: bool) -> None:
    from batch_update.report.guards import guard_lines
    from batch_update.report.screen.preview import plan_screen, plan_totals
    from batch_update.report.screen.problems import render_problems

    made, settings = found.plan, found.settings
    if made.problems and settings.skip_invalid:
        out(painted(render_problems(made.sheet, made.problems, briefly=True)))
    elif made.problems:
        out(painted(render_problems(made.sheet, made.problems)))
    out(plan_screen(made, requests=found.pages, showing=showing_on(sys.stdout, full=full)))
    if found.tripped:
        heading = f"{paint('Has to be allowed', 'warning')} before it is sent:"
        out("\n".join([heading, *guard_lines(found.tripped), ""]))
    out(plan_totals(made, duration=duration_of(len(made.changes), settings)))


def _next(found: Planned, file: str, out_file: Path | None, mark: str) -> dict[str, str]:
    """The commands that make sense now, by what they are for; none where there is nothing to do."""
    from batch_update.report.guards import hazards_of, lifted

    made, settings, tripped = found.plan, found.settings, found.tripped
    # What was selected is all that a saved plan would change.
    then = settings.model_copy(update={"only": (), "limit": None} if out_file else {})
    allowed = {"allow": (*settings.allow, *hazards_of(tripped))} if hazards_of(tripped) else {}

    def sending(**changed: Any) -> str:
        errand = Errand("apply", str(out_file or file), then.model_copy(update=changed))
        return errand.again(**lifted(tripped), **allowed, expect=mark or None)

    if _status(made, settings, exit_code=False) is not Exit.SHEET_INVALID:
        return {"apply": sending()} if made.changes else {}
    again = {"mend the sheet, then": command_of("plan", settings, file)}
    if not made.changes or any(p.index is None for p in made.errors):
        return again
    return again | {"send the good rows": sending(skip_invalid=True)}


def _status(plan: Plan, settings: Settings, *, exit_code: bool) -> Exit:
    from batch_update.send.accounting import blocking_problems

    if blocking_problems(plan, skip_invalid=settings.skip_invalid):
        return Exit.SHEET_INVALID
    return Exit.CHANGES_PENDING if exit_code and plan.changes else Exit.OK
