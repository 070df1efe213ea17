"""`check`: every problem of a sheet at once, and nothing is sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.options import FILE, is_silent, settings_of, takes
from batch_update.cli.printed_commands import (
    SAME_SERVER,
    Following,
    command_of,
    leaves_out,
    next_lines,
    told_here,
)
from batch_update.cli.screens.screen import out, paint, painted, say, writing_out
from batch_update.cli.screens.terminal import bytes_of_stdout
from batch_update.cli.spelling import as_flags
from batch_update.errors import UsageError
from batch_update.model.reports import Exit
from batch_update.model.sheets import Severity, Sheet
from batch_update.settings.tunables import Settings
from batch_update.text import counted, printable, quoted_path

if TYPE_CHECKING:
    from batch_update.check.checking import Checked
    from batch_update.report.documents.of_sheets import CheckedSheet
    from batch_update.run.mending import WantedFiles


MANY = 5
"""Problems from which on they are easier to see in a workbook."""
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


ONLINE = Annotated[
    bool,
    typer.Option(
        "--online",
        help="Hold names and ids against the account, which takes a key; without, names are counted.",
        show_envvar=False,
        show_default=False,
    ),
]


FIX = Annotated[
    Path | None,
    typer.Option(
        "--fix",
        metavar="OUT",
        help="Write the sheet again with the repairs that are safe, and list them: .csv .tsv .xlsx or .jsonl.",
        show_envvar=False,
    ),
]
ANNOTATE = Annotated[
    Path | None,
    typer.Option(
        "--annotate",
        metavar="OUT.xlsx",
        help="Write the sheet as it was, cells with problems colored and commented, beside a list with links.",
        show_envvar=False,
    ),
]
FORCE = Annotated[
    bool,
    typer.Option("--force", help="Overwrite OUT.", show_envvar=False, show_default=False),
]


@takes("check")
def check(
    file: FILE,
    given: dict[str, Any],
    format: FORMAT = "full",
    fix: FIX = None,
    annotate: ANNOTATE = None,
    force: FORCE = False,
    online: ONLINE = False,
) -> None:
    """Check a sheet: every problem at its row and cell. Nothing is sent, and no key is needed without --online.

    With --fix it is about the sheet that was written: what is left to do by hand.

    Exit status: 0 no errors, 3 errors.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_ or format == "json"):
        form = _form_of(format, settings)
        settings = settings.model_copy(update={"json_": form == "json"})
        wanted = None
        if fix is not None or annotate is not None:
            from batch_update.run.mending import (
                WantedFiles,
            )  # loads what plans and sends, half of all there is

            wanted = WantedFiles(fix, annotate, force=force)
        raise typer.Exit(int(check_sheet_file(file, settings, form, wanted, online=online)))


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


def check_sheet_file(
    file: str,
    settings: Settings,
    form: str = "full",
    wanted: WantedFiles | None = None,
    *,
    online: bool = False,
) -> Exit:
    """Show every problem of a sheet; SHEET_INVALID where one is an error."""
    if wanted is not None:
        wanted.require_alone(online=online)
    sheet, checked = read_and_check(file, settings, online=online)
    first = sheet
    if wanted is not None and (wanted.fix or wanted.annotate):
        from batch_update.run.mending import write_wanted

        source = None if file == "-" else Path(file)
        found = write_wanted(first, checked, settings, wanted, source=source, spelled=as_flags)
        sheet, checked, settings = found.sheet, found.checked, found.settings
        file = file if wanted.fix is None else str(wanted.fix)
    is_wrong = any(problem.severity is Severity.ERROR for problem in checked.problems)
    status = Exit.SHEET_INVALID if is_wrong else Exit.OK
    following = _commands_after(sheet, checked, file, settings, wanted, is_wrong=is_wrong, online=online)
    if settings.json_:
        body = _told_check(sheet, checked, first, wanted)
        out_document(body, exit=status, following=following)
    elif form not in ("full", "json"):
        _print_for_tools(sheet, checked, file, form, quiet=settings.quiet)
    elif is_wrong or not settings.quiet:
        _show_wrote(first, checked, wanted)
        _show_checked(sheet, checked, settings, is_wrong=is_wrong)
        out(next_lines(following))
    return status


def _told_check(sheet: Sheet, checked: Checked, first: Sheet, wanted: WantedFiles | None) -> CheckedSheet:
    """Return what a check tells programs. `first`: the sheet that was read, in which the repairs have their places."""
    from batch_update.report.documents.nouns import told_repair
    from batch_update.report.documents.of_sheets import checked_sheet

    fixed, annotated = (None, None) if wanted is None else (wanted.fix, wanted.annotate)
    return checked_sheet(
        sheet,
        checked,
        fixed=None if fixed is None else str(fixed),
        repairs=[told_repair(first, repair) for repair in checked.repairs],
        annotated=None if annotated is None else str(annotated),
    )


def _show_wrote(first: Sheet, checked: Checked, wanted: WantedFiles | None) -> None:
    """Show the repairs, and tell which files were written."""
    if wanted is not None and wanted.fix is not None:
        from batch_update.report.screen.repairs import render_repairs

        if checked.repairs:
            out(painted(render_repairs(first, checked.repairs)))
        out(_wrote(wanted.fix, counted(len(checked.repairs), "repair")))
    if wanted is not None and wanted.annotate is not None:
        out(_wrote(wanted.annotate, f"{counted(len(checked.problems), 'problem')} marked"))


def _wrote(path: Path, words: str) -> str:
    return paint(f"Wrote {printable(str(path))}: {words}.", "good") + "\n"


def read_and_check(file: str, settings: Settings, *, online: bool = False) -> tuple[Sheet, Checked]:
    """Read a sheet, say how it was understood, and find every problem of it."""
    show = not is_silent(settings)
    if show:
        say(f"Reading {printable(file)} ...")
    if file.endswith(".json"):
        _refuse_plan(file, settings)
    from batch_update.check.checking import check_sheet
    from batch_update.report.screen.sheet import describe
    from batch_update.sheet.reading import read_sheet

    sheet = read_sheet(file, settings)
    if show:
        say(describe(sheet))
    checked = check_sheet(sheet, on_duplicate=settings.on_duplicate, only=settings.only)
    return sheet, _inquired(sheet, checked, settings) if online else checked


def _inquired(sheet: Sheet, checked: Checked, settings: Settings) -> Checked:
    """Return what is wrong with a sheet once it was held against the account."""
    import anyio

    from batch_update.cli.watcher import Reader
    from batch_update.run.inquiring import begin_inquiry
    from batch_update.run.steps.means import Means

    return anyio.run(begin_inquiry(sheet, checked, settings, Means(Reader(settings))))


def _show_checked(sheet: Sheet, checked: Checked, settings: Settings, *, is_wrong: bool) -> None:
    from batch_update.report.called import names_words
    from batch_update.report.screen.problems import count_words, render_problems

    if checked.problems:
        out(painted(render_problems(sheet, told_here(checked.problems, settings))))
    found = f"Found {count_words(checked.problems)}." if checked.problems else "No problems."
    out(f"{paint(found, 'error' if is_wrong else 'good')} {_rest(checked, is_wrong=is_wrong)}")
    if checked.names:
        out(f"To be looked up on the account: {names_words(checked.names)}; --online does it now.")


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


def _commands_after(
    sheet: Sheet,
    checked: Checked,
    file: str,
    settings: Settings,
    wanted: WantedFiles | None,
    *,
    is_wrong: bool,
    online: bool,
) -> Following:
    """Return the commands that make sense now: where problems were marked in a workbook, about that one."""
    marked = None if wanted is None else wanted.annotate
    if is_wrong and marked is not None:
        from batch_update.run.mending import reading_again

        again = reading_again(settings, sheet, marked)
        return _next_after_check(checked, str(marked), again, is_wrong=True, online=online)
    to_fix = _place_to_fix(sheet, checked, file) if is_wrong and wanted is None else None
    target = Path(file).with_name(f"{Path(file).stem}-problems.xlsx")
    was_marked = any(column.header == "_problems" for column in sheet.columns)
    helps = len(checked.problems) >= MANY and file != "-" and not was_marked and not target.exists()
    return _next_after_check(
        checked,
        file,
        settings,
        is_wrong=is_wrong,
        online=online,
        to_fix=to_fix,
        to_mark=target if helps else None,
    )


def _place_to_fix(sheet: Sheet, checked: Checked, file: str) -> Path | None:
    """Return where a sheet would lie once it is repaired; None where that mends no problem, or something is there."""
    from batch_update.check.advice.safe_repairs import repairs_of
    from batch_update.sheet.endings import WRITTEN

    if file == "-":
        return None
    suffix = Path(file).suffix
    target = Path(file).with_name(
        f"{Path(file).stem}-mended{suffix if suffix.lower() in WRITTEN else '.xlsx'}"
    )
    wrong = {(problem.index, problem.column) for problem in checked.problems}
    helps = any((repair.index, repair.column) in wrong for repair in repairs_of(sheet))
    return target if helps and not target.exists() else None


def _next_after_check(
    checked: Checked,
    file: str,
    settings: Settings,
    *,
    is_wrong: bool,
    online: bool,
    to_fix: Path | None = None,
    to_mark: Path | None = None,
) -> Following:
    """The commands that make sense now, with the settings that were given here: without them, another sheet is read.

    `to_fix`: the file that could hold the sheet with its repairs. `to_mark`: the workbook that could show the problems.
    """

    asked = online or settings.sandbox  # where nothing is asked, no server matters
    server = ("Look-ups", *SAME_SERVER) if asked else ("base_url", "key_file")
    groups = ("Sheet", "Rows", "Limits", *server)

    def command(verb: str, **changed: Any) -> str:
        changed_settings = settings.model_copy(update=changed)
        return command_of(verb, changed_settings, file, groups=groups)

    if not is_wrong:
        return {"plan": command("plan")}
    following: Following = {"check": command("check") + (" --online" if online else "")}
    concerns_all = any(p.index is None and p.severity is Severity.ERROR for p in checked.problems)
    if leaves_out(checked.problems, settings):
        following["leave_out"] = command("check", ignore_unknown=True)
    if to_fix is not None:
        following["fix"] = f"{command('check')} --fix {quoted_path(to_fix)}"
    if to_mark is not None:
        following["annotate"] = f"{following['check']} --annotate {quoted_path(to_mark)}"
    if checked.to_change and not concerns_all:
        following["apply_good_rows"] = command("apply", skip_invalid=True)
    return following


def _rest(checked: Checked, *, is_wrong: bool) -> str:
    if is_wrong:
        return "Nothing was sent."
    unchanged = f", {counted(checked.unchanged, 'row')} with nothing to change" if checked.unchanged else ""
    return f"{counted(checked.to_change, 'assistant')} to change{unchanged}."
