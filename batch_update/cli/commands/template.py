"""`template`: a sheet to be filled in, with what the account has as drop-downs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.options import FORCE, STDOUT, is_silent, or_environment, settings_of, takes
from batch_update.cli.printed_commands import SAME_SERVER, command_of
from batch_update.cli.screens.screen import out, paint, say, writing_out
from batch_update.cli.screens.terminal import bytes_of_stdout
from batch_update.cli.watcher import Reader
from batch_update.errors import UsageError
from batch_update.settings.tunables import Settings
from batch_update.text import counted, listed, printable

if TYPE_CHECKING:
    from batch_update.cli.printed_commands import Following
    from batch_update.report.documents.of_lists import WrittenTemplate
    from batch_update.run.templating import Template

TARGET = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="What to write: an .xlsx, a .csv or .tsv without drop-downs, or - for a CSV to stdout. "
        "Default: template.xlsx, and with --csv template.csv.",
        show_default=False,
    ),
]
FIELDS = Annotated[
    list[str] | None,
    typer.Option(
        "--fields",
        metavar="FIELDS",
        help="Only these columns, under these headers: voice_id,Tempo,variables.company. Repeatable.",
    ),
]
PREFILL = Annotated[
    bool,
    typer.Option(
        "--prefill",
        help="Write what is there into it; a cell is colored once it is edited.",
        show_envvar=False,
    ),
]
WHERE = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="CONDITION",
        help="With --prefill: only assistants for which it holds, as for export. Repeatable.",
    ),
]
CSV = Annotated[
    bool, typer.Option("--csv", help="Only the header, and with --prefill what is there, as a CSV.")
]
LANG = Annotated[
    str | None,
    typer.Option(
        "--lang", metavar="en|de", help="Language of its words. Default: that of your system, or en."
    ),
]


@takes("template")
def template(
    given: dict[str, Any],
    file: TARGET = "",
    fields: FIELDS = None,
    prefill: PREFILL = False,
    where: WHERE = None,
    csv: CSV = False,
    lang: LANG = None,
    force: FORCE = False,
) -> None:
    """Write a workbook to be filled in: drop-downs of what the account has, bounds, and a help.

    Voices, languages, models, phone numbers, tools and all else that has an id are drop-downs of names with ids.
    Nothing is forbidden by it: a name, an id or null may be typed as well. Without a key it has no such lists.
    Secrets are never written into it.

    Exit status: 0 written, 2 usage, 4 key missing (with --prefill) or refused, 5 stopped.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.run.steps.means import Means
        from batch_update.run.templating import begin_template, order_of

        path = _target(file, as_csv=csv, settings=settings)
        order = order_of(
            to=path,
            fields=or_environment(fields, "fields"),
            prefill=prefill,
            where=or_environment(where, "where"),
            language=lang,
            environ=os.environ,
            delimiter=settings.delimiter,
            force=force,
        )
        looking = "Looking up what there is to choose from at {} ..."
        made = anyio.run(begin_template(order, settings, Means(Reader(settings, looking=looking))))
        if path is None:
            _cells_to_stdout(made, settings)
        _tell(made, settings)


def _target(file: str, *, as_csv: bool, settings: Settings) -> Path | None:
    """Return where the template goes; None for stdout. Raises UsageError where that makes no sense."""
    if file == STDOUT and settings.json_:
        raise UsageError("--json and a sheet cannot both go to stdout", code="U101", remedy="name a file")
    if file == STDOUT:
        return None
    path = Path(file or ("template.csv" if as_csv else "template.xlsx"))
    if as_csv and path.suffix.lower() not in (".csv", ".tsv"):
        raise UsageError(
            f"--csv, and {printable(str(path))} is none",
            code="U101",
            remedy="let it end in .csv, or leave out --csv",
        )
    return path


def _cells_to_stdout(made: Template, settings: Settings) -> None:
    from batch_update.settings.locales import signs_wanted
    from batch_update.sheet.writing.formats import write_stream

    with writing_out():
        write_stream(bytes_of_stdout(), made.header, made.rows, signs_wanted(settings.delimiter, {}))


# ---------------------------------------------------------------- what is told


def _tell(made: Template, settings: Settings) -> None:
    following: Following = {}
    if made.path is not None:
        following["plan"] = command_of("plan", settings, made.path, groups=SAME_SERVER)
    if settings.json_:
        out_document(_template_document(made), following=following)
    elif not is_silent(settings):
        _tell_filler(made, following.get("plan", ""))


def _template_document(made: Template) -> WrittenTemplate:
    from batch_update.report.documents.of_lists import WrittenTemplate

    return WrittenTemplate(
        str(made.path),
        made.language,
        len(made.rows),
        made.header,
        {name.value: size for name, size in made.lists.items()},
        {name.value: why for name, why in made.unknown.items()},
        made.keyless,
        (*made.parts, *(made.before.unreported if made.before else ())),
    )


def _tell_filler(made: Template, plan: str) -> None:
    rows = f"{counted(len(made.rows), 'assistant')}, " if made.before is not None else ""
    line = f"{printable(str(made.path or 'stdout'))}: {rows}{counted(len(made.header), 'column')}"
    show = say if made.path is None else out
    show(paint(line, "good") if made.path is not None else line)
    for note in _notes(made):
        say(f"  {note}")
    if plan:
        out(f"Next: fill it in, then: {plan}")


def _notes(made: Template) -> list[str]:
    """Return what somebody who fills it in should know of it."""
    notes = []
    if made.lists:
        sizes = [f"{name.value} {size}" for name, size in made.lists.items()]
        notes.append(f"to choose from: {listed(sizes, len(sizes))}")
    if made.keyless:
        notes.append(
            "without lists of an account (voices, numbers ...), since there is no key: FAMULOR_API_KEY or --key-file"
        )
    notes += [f"without a list of {name.value}: {why}" for name, why in made.unknown.items()]
    if made.parts:
        notes.append(f"empty, since a part of a value is not written beforehand: {listed(made.parts)}")
    before = made.before
    if before is not None and before.secrets:
        notes.append(f"left empty: {counted(before.secrets, 'cell')} with a calcom_api_key")
    if before is not None and before.unreported:
        notes.append(f"empty columns, which the API does not report: {listed(before.unreported, 60)}")
    if before is not None and before.left_empty:
        cells = counted(sum(before.left_empty.values()), "cell")
        notes.append(f"left empty: {cells} that cannot be sent as they are; see the hidden column _reported")
    return notes
