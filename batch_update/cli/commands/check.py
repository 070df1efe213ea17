"""`check`: every problem of a sheet at once, and nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.options import FILE, is_silent, settings_of, takes
from batch_update.cli.printed_commands import Following, command_of, next_lines
from batch_update.cli.screen import out, paint, painted, say, writing_out
from batch_update.cli.spelling import as_flags
from batch_update.cli.terminal import bytes_of_stdout
from batch_update.errors import UsageError
from batch_update.model.reports import Exit
from batch_update.model.sheets import Severity, Sheet
from batch_update.report.screen.sheet import describe
from batch_update.settings.tunables import Settings
from batch_update.text import counted, printable

if TYPE_CHECKING:
    from batch_update.check.checking import Checked


FORMATS = ("full", "concise", "json", "csv", "github")
FORMAT = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="|".join(FORMATS),
        help="How problems are printed: in full, a line each, as --json, as a CSV, or as annotations of a workflow.",
        autocompletion=lambda: list(FORMATS),
        show_envvar=False,
    ),
]


@takes("check")
def check(file: FILE, given: dict[str, Any], format: FORMAT = "full") -> None:
    """Check a sheet: every problem at its row and cell. Nothing is sent, no key is needed.

    Exit status: 0 no errors, 3 errors.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_ or format == "json"):
        form = _form_of(format, settings)
        settings = settings.model_copy(update={"json_": form == "json"})
        raise typer.Exit(int(check_sheet_file(file, settings, form)))


def _form_of(format: str, settings: Settings) -> str:
    """Return the form that the option format and the setting json ask for. Raises UsageError where there is none."""
    if format not in FORMATS:
        raise UsageError(
            f"the option format={format} is none", code="U101", remedy=f"there are {', '.join(FORMATS)}"
        )
    if settings.json_ and format not in ("full", "json"):
        raise UsageError(
            f"the setting json and the option format={format} are two forms of one document",
            code="U101",
            remedy="leave one of them out",
        )
    return "json" if settings.json_ else format


def check_sheet_file(file: str, settings: Settings, form: str = "full") -> Exit:
    """Show every problem of a sheet; SHEET_INVALID where one is an error."""
    sheet, checked = read_and_check(file, settings)
    is_wrong = any(problem.severity is Severity.ERROR for problem in checked.problems)
    status = Exit.SHEET_INVALID if is_wrong else Exit.OK
    following = _next_after_check(checked, file, settings, is_wrong=is_wrong)
    if settings.json_:
        from batch_update.report.documents.of_sheets import checked_sheet

        out_document(checked_sheet(sheet, checked), exit=status, following=following)
    elif form not in ("full", "json"):
        _print_for_tools(sheet, checked, file, form, quiet=settings.quiet)
    elif is_wrong or not settings.quiet:
        _show_checked(sheet, checked, is_wrong=is_wrong)
        out(next_lines(following))
    return status


def read_and_check(file: str, settings: Settings) -> tuple[Sheet, Checked]:
    """Read a sheet, say how it was understood, and find every problem of it."""
    show = not is_silent(settings)
    if show:
        say(f"Reading {printable(file)} ...")
    if file.endswith(".json"):
        _refuse_plan(file, settings)
    from batch_update.check.checking import check_sheet
    from batch_update.sheet.reading import read_sheet

    sheet = read_sheet(file, settings)
    if show:
        say(describe(sheet))
    return sheet, check_sheet(sheet, on_duplicate=settings.on_duplicate, only=settings.only)


def _show_checked(sheet: Sheet, checked: Checked, *, is_wrong: bool) -> None:
    from batch_update.report.screen.problems import count_words, render_problems

    if checked.problems:
        out(painted(render_problems(sheet, checked.problems)))
    found = f"Found {count_words(checked.problems)}." if checked.problems else "No problems."
    out(f"{paint(found, 'error' if is_wrong else 'good')} {_rest(checked, is_wrong=is_wrong)}")


def _print_for_tools(sheet: Sheet, checked: Checked, file: str, form: str, *, quiet: bool) -> None:
    """Print the problems alone, each on a line or in a row of its own; with the setting quiet the errors alone."""
    from batch_update.report.screen.for_tools import (
        PROBLEM_COLUMNS,
        concise_lines,
        problem_rows,
        workflow_commands,
    )
    from batch_update.sheet.writing.formats import write_stream

    told = (p for p in checked.problems if p.severity is Severity.ERROR or not quiet)
    if form == "csv":
        with writing_out():
            rows = [list(map(as_flags, row)) for row in problem_rows(sheet, told, file)]
            write_stream(bytes_of_stdout(), PROBLEM_COLUMNS, rows)
        return
    lines = concise_lines if form == "concise" else workflow_commands
    with writing_out():
        for line in lines(sheet, told, file):
            print(as_flags(line))


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


def _next_after_check(checked: Checked, file: str, settings: Settings, *, is_wrong: bool) -> Following:
    """The commands that make sense now, with the settings that were given here: without them, another sheet is read."""

    def command(verb: str, **changed: Any) -> str:
        changed_settings = settings.model_copy(update=changed)
        return command_of(verb, changed_settings, file, groups=("Sheet", "Rows", "Limits"))

    if not is_wrong:
        return {"plan": command("plan")}
    following: Following = {"check": command("check")}
    concerns_all = any(p.index is None and p.severity is Severity.ERROR for p in checked.problems)
    if checked.to_change and not concerns_all:
        following["apply_good_rows"] = command("apply", skip_invalid=True)
    return following


def _rest(checked: Checked, *, is_wrong: bool) -> str:
    if is_wrong:
        return "Nothing was sent."
    unchanged = f", {counted(checked.unchanged, 'row')} with nothing to change" if checked.unchanged else ""
    return f"{counted(checked.to_change, 'assistant')} to change{unchanged}."
