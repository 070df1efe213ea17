"""`check`: every problem of a sheet at once, and nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

from batch_update.cli.options import FILE, is_silent, settings_of, takes
from batch_update.cli.printed_commands import command_of
from batch_update.cli.screen import out, out_json_with, paint, painted, say, telling_errors
from batch_update.errors import UsageError
from batch_update.model.reports import Exit
from batch_update.model.sheets import Severity
from batch_update.report.screen.sheet import describe, sheet_json
from batch_update.settings.tunables import Settings
from batch_update.text import counted, printable

if TYPE_CHECKING:
    from batch_update.check.checking import Checked


@takes("check")
def check(file: FILE, given: dict[str, Any]) -> None:
    """Check a sheet: every problem at its row and cell. Nothing is sent, no key is needed.

    Exit status: 0 no errors, 3 errors.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        raise typer.Exit(int(check_sheet_file(file, settings)))


def check_sheet_file(file: str, settings: Settings) -> Exit:
    """Show every problem of a sheet; SHEET_INVALID where one is an error."""
    show = not is_silent(settings)
    if show:
        say(f"Reading {printable(file)} ...")
    if file.endswith(".json"):
        _refuse_plan(file, settings)
    from batch_update.check.checking import check_sheet
    from batch_update.report.screen.problems import count_words, problem_json, render_problems
    from batch_update.sheet.reading import read_sheet

    sheet = read_sheet(file, settings)
    if show:
        say(describe(sheet))
    checked = check_sheet(sheet, on_duplicate=settings.on_duplicate, only=settings.only)
    is_wrong = any(problem.severity is Severity.ERROR for problem in checked.problems)
    if settings.json_:
        counts = {
            "to_change": checked.to_change,
            "unchanged": checked.unchanged,
            "invalid": checked.invalid_rows,
        }
        problems = (problem_json(sheet, problem) for problem in checked.problems)
        out_json_with({"sheet": sheet_json(sheet), **counts}, "problems", problems)
    elif is_wrong or not settings.quiet:
        if checked.problems:
            out(painted(render_problems(sheet, checked.problems)))
        found = f"Found {count_words(checked.problems)}." if checked.problems else "No problems."
        out(f"{paint(found, 'error' if is_wrong else 'good')} {_rest(checked, is_wrong=is_wrong)}")
        for line in _next(checked, file, settings, is_wrong=is_wrong):
            out(line)
    return Exit.SHEET_INVALID if is_wrong else Exit.OK


def _refuse_plan(file: str, settings: Settings) -> None:
    """Raises UsageError for a saved plan, whose lines make no sheet."""
    from batch_update.plan.saving import is_saved_plan
    from batch_update.sheet.opening import opened
    from batch_update.sheet.reading import reading_of

    with opened(file, None, reading_of(settings).limits) as source:
        if is_saved_plan(source):
            raise UsageError(
                f"{file} is a saved plan, no sheet",
                code="U101",
                remedy=f"to see what it would change now: {command_of('plan', settings, file, groups=('Rows',))}",
            )


def _next(checked: Checked, file: str, settings: Settings, *, is_wrong: bool) -> Iterator[str]:
    """The commands that make sense now, with the settings that were given here: without them, another sheet is read."""

    def command(verb: str, **changed: Any) -> str:
        changed_settings = settings.model_copy(update=changed)
        return command_of(verb, changed_settings, file, groups=("Sheet", "Rows", "Limits"))

    if not is_wrong:
        yield f"Next: {command('plan')}"
        return
    yield f"Next: mend the sheet, then: {command('check')}"
    concerns_all = any(p.index is None and p.severity is Severity.ERROR for p in checked.problems)
    if checked.to_change and not concerns_all:
        yield f"  or: send the good rows: {command('apply', skip_invalid=True)}"


def _rest(checked: Checked, *, is_wrong: bool) -> str:
    if is_wrong:
        return "Nothing was sent."
    unchanged = f", {counted(checked.unchanged, 'row')} with nothing to change" if checked.unchanged else ""
    return f"{counted(checked.to_change, 'assistant')} to change{unchanged}."
