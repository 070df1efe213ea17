"""`check`: every problem of a sheet at once, and nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from batch_update.cli.calling import command_of
from batch_update.cli.options import is_silent, settings_of, takes
from batch_update.cli.screen import out, out_json_with, paint, paint_problems, say, telling_errors
from batch_update.errors import UsageError
from batch_update.model import Dialect, Exit, Role, Severity, Sheet
from batch_update.settings import Settings
from batch_update.text import counted, excerpt, printable

if TYPE_CHECKING:
    from batch_update.plan.checking import Checked

FILE = Annotated[
    str, typer.Argument(metavar="FILE", help="A sheet: .csv .tsv .xlsx .xls .ods .jsonl, or - for stdin.")
]

MOST_HEADER = 40
"""Characters of a header."""
MOST_HEADERS = 20
"""Headers that are shown with what they were read as."""


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
    from batch_update.plan.checking import check_sheet
    from batch_update.report.problems import count_words, problem_json, render_problems
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
        out_json_with({"sheet": _describe_json(sheet), **counts}, "problems", problems)
    elif is_wrong or not settings.quiet:
        if checked.problems:
            out(paint_problems(render_problems(sheet, checked.problems)))
        found = f"Found {count_words(checked.problems)}." if checked.problems else "No problems."
        out(f"{paint(found, 'error' if is_wrong else 'good')} {_rest(checked, is_wrong=is_wrong)}")
        for line in _next(checked, file, settings, is_wrong=is_wrong):
            out(line)
    return Exit.SHEET_INVALID if is_wrong else Exit.OK


def _refuse_plan(file: str, settings: Settings) -> None:
    """Raises UsageError for a saved plan, whose lines make no sheet."""
    from batch_update.run.saving import is_saved_plan
    from batch_update.sheet.sources import opened

    with opened(file, None, settings) as source:
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


def describe(sheet: Sheet) -> str:
    """`cp1252, ";", decimal comma: 214 rows, 6 columns`, and which headers were read as which fields."""
    lines = [
        f"{_dialect_words(sheet.dialect)}{_header_words(sheet)}: "
        f"{counted(len(sheet), 'row')}, {counted(len(sheet.columns), 'column')}" + _blank_words(sheet)
    ]
    mapped = [
        f"{excerpt(column.header, MOST_HEADER)} -> {column.field}"
        for column in sheet.columns
        if column.role is Role.FIELD and column.field and column.header.strip() != column.field
    ]
    left_out = [
        excerpt(column.header, MOST_HEADER)
        for column in sheet.columns
        if column.role is Role.IGNORED and column.header
    ]
    if mapped:
        lines.append("  " + _some(mapped, "   "))
    if left_out:
        lines.append("  left out: " + _some(left_out, ", "))
    return "\n".join(lines)


def _some(words: list[str], between: str) -> str:
    more = f"{between}and {len(words) - MOST_HEADERS} more" if len(words) > MOST_HEADERS else ""
    return between.join(words[:MOST_HEADERS]) + more


def _header_words(sheet: Sheet) -> str:
    """Said where something, or nothing, stands above the header."""
    return f", header in row {sheet.header_row}" if sheet.header_row > 1 else ""


def _blank_words(sheet: Sheet) -> str:
    return f", {counted(sheet.blank_rows, 'blank row')} skipped" if sheet.blank_rows else ""


def _dialect_words(dialect: Dialect) -> str:
    """How a sheet is written down, in a few words."""
    if dialect.format in {"csv", "tsv"}:
        delimiter = {"\t": "tab"}.get(dialect.delimiter, f'"{dialect.delimiter}"')
        decimal = "comma" if dialect.decimal == "," else "point"
        return f"{dialect.encoding}, {delimiter}, decimal {decimal}"
    worksheet = f', worksheet "{printable(dialect.worksheet)}"' if dialect.worksheet else ""
    return f"{dialect.format}{worksheet}"


def _describe_json(sheet: Sheet) -> dict[str, Any]:
    """A sheet as JSON: name, dialect, size, columns."""
    return {
        "name": sheet.name,
        "format": sheet.dialect.format,
        "encoding": sheet.dialect.encoding,
        "delimiter": sheet.dialect.delimiter,
        "decimal": sheet.dialect.decimal,
        "header_row": sheet.header_row or None,
        "rows": len(sheet),
        "blank_rows": sheet.blank_rows,
        "columns": [
            {"header": excerpt(column.header, 200), "role": str(column.role), "field": column.field}
            for column in sheet.columns
        ],
    }
