"""`report`: the files of a run made again, or one file of it to be shared."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from batch_update.cli.after_run import following_on_page, spelled_for_files
from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.options import (
    ANY,
    FORCE,
    LAST_RUN,
    STDOUT,
    or_environment,
    run_meant,
    settings_of,
    takes,
)
from batch_update.cli.screens.screen import out_raw, say
from batch_update.errors import UsageError
from batch_update.text import printable

if TYPE_CHECKING:
    from batch_update.journal.recorded import RecordedRun
    from batch_update.settings.tunables import Settings

FORMAT = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="csv: all files of the run. html: the page. json: run.json. xlsx, jsonl, junit or parquet: the results. "
        "Several by comma, repeatable. Default: csv, or what FILE ends in.",
    ),
]
OUTPUT = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write one report into this file, not into the run's folder: .html .csv .xlsx .json .jsonl .xml .parquet",
        show_envvar=False,
    ),
]
REDACT = Annotated[
    list[str] | None,
    typer.Option(
        "--redact",
        metavar="NAMES",
        help="Leave out values from FILE: prompts (all that callers hear or that instructs), secrets, a field or a "
        "column of the sheet. By comma, repeatable. Secrets go with each.",
    ),
]


@takes("report")
def report(
    given: dict[str, Any],
    run: LAST_RUN = "last",
    formats: FORMAT = None,
    output: OUTPUT = None,
    redact: REDACT = None,
    force: FORCE = False,
    any_run: ANY = False,
) -> None:
    """Make the files of a run again from its journal: its CSV files and run.json, or its results in another format.

    With -o FILE one report in a file of its own, to be shared: --redact leaves out values, --only other assistants. An
    earlier report is written over, a table only with --force. Every cell of a workbook is text, never a formula.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.journal.finding import find_run
        from batch_update.journal.reading import read_run
        from batch_update.report.documents.of_lists import WrittenReport

        wanted = _formats_of(or_environment(formats, "format"))
        withheld = or_environment(redact, "redact")
        recorded = read_run(find_run(run_meant(run, settings, any_run=any_run), settings.runs_dir))
        paths = []
        for path in _made(recorded, wanted, output, withheld, settings, force=force):
            paths.append(str(path))
            if not settings.json_:
                out_raw(printable(str(path)))
        if settings.json_:
            out_document(WrittenReport(str(recorded.folder), tuple(paths)))


def _made(
    recorded: RecordedRun,
    formats: Sequence[str],
    output: str | None,
    withheld: Sequence[str],
    settings: Settings,
    *,
    force: bool,
) -> Iterator[Path]:
    """Write what is wanted, and yield each file that is written. Raises UsageError."""
    if output is None:
        _refuse_in_folder(withheld, settings)
        return _written_again(recorded, formats or ("csv",))
    if output == STDOUT or len(formats) > 1:
        raise UsageError(
            "a report is one file of one format: name both"
            if output == STDOUT
            else "--output takes one format",
            code="U101",
            remedy="name a file" if output == STDOUT else "give --output once for each, or leave it out",
        )
    return iter([_shared(recorded, formats, Path(output), withheld, settings, force=force)])


def _refuse_in_folder(withheld: Sequence[str], settings: Settings) -> None:
    """Raises UsageError where the files of the run itself would be written without some of what they hold."""
    if withheld or settings.only:
        raise UsageError(
            f"{'--redact' if withheld else '--only'} is for a file of its own: in the run's folder lies all of it",
            code="U101",
            remedy="name one with --output FILE, such as report.html",
        )


def _shared(
    recorded: RecordedRun,
    formats: Sequence[str],
    path: Path,
    withheld: Sequence[str],
    settings: Settings,
    *,
    force: bool,
) -> Path:
    from batch_update.journal.recorded import facts_of, report_of
    from batch_update.report.files.one_file import form_of, write_form
    from batch_update.report.sharing.shared import shared

    form = form_of(path, next(iter(formats), None))
    facts = facts_of(recorded)
    report = spelled_for_files(report_of(recorded), facts)
    report, facts = shared(report, facts, redact=withheld, only=settings.only)
    return write_form(report, facts, path, form, force=force)


def _written_again(recorded: RecordedRun, formats: Collection[str]) -> Iterator[Path]:
    """Write a run's files in these formats, and yield each that is written. Raises UsageError (U110)."""
    from batch_update.journal.recorded import facts_of, report_of
    from batch_update.report.files.folder import write_again

    facts = facts_of(recorded)
    told = replace(spelled_for_files(report_of(recorded), facts), folder=recorded.folder)
    try:
        yield from write_again(told, recorded.folder, formats, facts, following_on_page, tell=say)
    except OSError as error:
        raise UsageError(
            f"{recorded.folder} cannot be written: {error.strerror}",
            code="U110",
            remedy="make room, or the folder writable",
        ) from error


def _formats_of(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the formats that are named, each once, in their order. Raises UsageError for what is none."""
    from batch_update.report.files.folder import FORMATS

    wanted = dict.fromkeys(part.strip().lower() for text in texts for part in text.split(","))
    if unknown := next((name for name in wanted if name not in FORMATS), None):
        raise UsageError(
            f"--format: {unknown!r} is no format", code="U101", remedy=f"there are {', '.join(FORMATS)}"
        )
    return tuple(wanted)
