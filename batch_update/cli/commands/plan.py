"""`plan`: what a sheet would change, seen before it happens."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from batch_update.account.account import placed
from batch_update.cli.commands.apply import duration_of, look_at, plan_of, tripped_by
from batch_update.cli.displays import event_teller
from batch_update.cli.options import FILE, settings_of, takes
from batch_update.cli.printed_commands import Errand, command_of
from batch_update.cli.screen import (
    out,
    out_json_with,
    paint,
    paint_problems,
    showing_on,
    telling_errors,
    unwritable,
)
from batch_update.cli.targets import at_home, client_for, say_way
from batch_update.errors import UsageError
from batch_update.model.plans import Plan, Tripped
from batch_update.model.reports import Exit
from batch_update.settings.tunables import Settings

if TYPE_CHECKING:
    from batch_update.run.planning import Looked

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
    if out_file is not None:
        _check_place(out_file, settings)
    if not settings.no_fetch:
        say_way(settings)
    made, is_saved = plan_of(file, settings)
    before, settings = settings, at_home(settings, made.server)
    if settings.base_url != before.base_url:
        say_way(settings)
    looked = anyio.run(_look, made, settings, is_saved)
    if out_file is not None:
        _save(replace(looked.plan, server=placed(settings).base_url), out_file)
    _show(looked, file, settings, out_file, is_saved=is_saved, full=full)
    return _status(looked.plan, settings, exit_code=exit_code)


async def _look(plan: Plan, settings: Settings, is_saved: bool) -> Looked:
    async with client_for(settings, event_teller(settings)) as client:
        return await look_at(plan, client, settings, is_saved=is_saved)


def _check_place(path: Path, settings: Settings) -> None:
    """Raises UsageError where a plan cannot be saved there; of what is there already, only a plan is written over."""
    from batch_update.plan.saving import is_saved_plan

    if settings.no_fetch:
        raise UsageError("a plan that is saved has to know what is there: leave out --no-fetch", code="U101")
    if path.suffix != ".json":
        raise UsageError(f"--out {path}: a saved plan is a .json", code="U101", remedy="name it FILE.json")
    try:
        if path.exists():
            with path.open("rb") as file:
                if not is_saved_plan(file):
                    raise UsageError(
                        f"{path} is there already, and no plan", code="U109", remedy="choose another name"
                    )
        if not path.parent.is_dir():
            raise unwritable(path, f"there is no folder {path.parent}")
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from None


def _save(plan: Plan, path: Path) -> None:
    from batch_update.plan.saving import save_plan
    from batch_update.report.files.folder import write_text

    try:
        write_text(path, save_plan(plan))
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from None


def _show(
    looked: Looked, file: str, settings: Settings, out_file: Path | None, *, is_saved: bool, full: bool
) -> None:
    from batch_update.plan.saving import digest
    from batch_update.report.guards import guard_json
    from batch_update.report.screen.preview import plan_json
    from batch_update.report.screen.problems import problem_json

    made, mark = looked.plan, digest(looked.plan)
    tripped = tripped_by(looked, settings, settings.allow)
    following = _next(made, file, settings, out_file, tripped, "" if out_file or is_saved else mark)
    if settings.json_:
        document = plan_json(made, requests=looked.pages)
        document |= {"guards": [guard_json(one) for one in tripped], "next": following, "digest": mark}
        out_json_with(document, "problems", (problem_json(made.sheet, p) for p in made.problems))
    elif not settings.quiet:
        _show_screen(looked, settings, tripped, full=full)
        out(f"Digest {mark}")
        for label, (words, command) in zip(
            chain(["Next: "], repeat("  or: ")), following.items(), strict=False
        ):
            out(label + (f"{words}: " if words != "apply" else "") + command)


def _show_screen(looked: Looked, settings: Settings, tripped: Sequence[Tripped], *, full: bool) -> None:
    from batch_update.report.guards import guard_lines
    from batch_update.report.screen.preview import plan_screen, plan_totals
    from batch_update.report.screen.problems import render_problems

    made = looked.plan
    if made.problems and settings.skip_invalid:
        out(render_problems(made.sheet, made.problems, briefly=True))
    elif made.problems:
        out(paint_problems(render_problems(made.sheet, made.problems)))
    out(plan_screen(made, requests=looked.pages, showing=showing_on(sys.stdout, full=full)))
    if tripped:
        heading = f"{paint('Has to be allowed', 'warning')} before it is sent:"
        out("\n".join([heading, *guard_lines(tripped), ""]))
    out(plan_totals(made, duration=duration_of(len(made.changes), settings)))


def _next(
    made: Plan,
    file: str,
    settings: Settings,
    out_file: Path | None,
    tripped: Sequence[Tripped],
    mark: str,
) -> dict[str, str]:
    """The commands that make sense now, by what they are for; none where there is nothing to do."""
    from batch_update.report.guards import hazards_of, lifted

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
    from batch_update.run.applying import blocking_problems

    if blocking_problems(plan, skip_invalid=settings.skip_invalid):
        return Exit.SHEET_INVALID
    return Exit.CHANGES_PENDING if exit_code and plan.changes else Exit.OK
