"""`export`: the account's assistants as a sheet that can be edited and applied."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.options import FORCE, STDOUT, TO_FILE, is_silent, or_environment, settings_of, takes
from batch_update.cli.printed_commands import SAME_SERVER, command_of
from batch_update.cli.screens.screen import out, paint, say, writing_out
from batch_update.cli.screens.terminal import bytes_of_stdout
from batch_update.cli.watcher import Reader
from batch_update.errors import UsageError
from batch_update.settings.tunables import Settings
from batch_update.text import counted, printable

if TYPE_CHECKING:
    from batch_update.run.exporting import Export

FILE = Annotated[str, TO_FILE]
FIELDS = Annotated[
    list[str] | None,
    typer.Option("--fields", metavar="FIELDS", help="Only these columns: name,voice_id. Repeatable."),
]
WHERE = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="CONDITION",
        help="Only assistants for which it holds: mode=dualplex, 'speech_speed>1', name~praxis, "
        "phone_number_id=null; there are = != < <= > >= and ~ (contains). Repeatable: all have to hold.",
    ),
]
NAMES = Annotated[
    bool,
    typer.Option(
        "--names",
        help="Write names beside ids, 412 – Sabine (de), so that another account reads the sheet by the names.",
        show_envvar=False,
        show_default=False,
    ),
]
SECRETS = Annotated[
    bool | None,
    typer.Option(
        "--secrets/--no-secrets",
        help="Whether cells that hold a secret (tools with a calcom_api_key) are written or left empty. "
        "Default: written to files, which only you may read, and not to stdout.",
        show_envvar=False,
        show_default=False,
    ),
]


@takes("export")
def export(
    output: FILE,
    given: dict[str, Any],
    fields: FIELDS = None,
    where: WHERE = None,
    secrets: SECRETS = None,
    names: NAMES = False,
    force: FORCE = False,
) -> None:
    """Write what the assistants hold into a sheet: edit it, then plan and apply it.

    As it comes out it changes nothing. Cells are empty, which leaves a field alone, where the API does not report
    the field, and where a value could not be sent as it is (out of bounds, with half a character in it, or not for the
    assistant's mode). Such values stand in a column of their own, _reported, which is ignored when the sheet is read.

    Exit status: 0 written, 2 usage, 4 key missing or refused, 5 stopped.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.run.exporting import begin_export
        from batch_update.run.steps.means import Means

        if output == STDOUT and settings.json_:
            raise UsageError("--json and a sheet cannot both go to stdout", code="U101", remedy="name a file")
        with_secrets = output != STDOUT if secrets is None else secrets
        begun = begin_export(
            settings,
            Means(Reader(settings, looking="Reading the assistants of {} ...")),
            to=None if output == STDOUT else Path(output),
            force=force,
            fields=or_environment(fields, "fields"),
            where=or_environment(where, "where"),
            secrets=with_secrets,
            with_names=names,
        )
        found = anyio.run(begun)
        if output == STDOUT:
            _write_out(found.table, settings)
        _tell(found.table, found.path, settings, with_secrets=with_secrets)


def _write_out(table: Export, settings: Settings) -> None:
    """Write the table to stdout, as a CSV: with commas unless asked otherwise, since a program reads it."""
    from batch_update.settings.locales import signs_wanted
    from batch_update.sheet.writing.formats import write_stream

    signs = signs_wanted(settings.delimiter, {})
    with writing_out():
        write_stream(bytes_of_stdout(), table.header, table.rows, signs, typed=True)


# ---------------------------------------------------------------- what is told


def _tell(found: Export, path: Path | None, settings: Settings, *, with_secrets: bool) -> None:
    if settings.json_ and path is not None:
        _tell_programs(found, path, settings, with_secrets=with_secrets)
    elif not is_silent(settings):
        _tell_people(found, path, settings, with_secrets=with_secrets)


def _tell_people(found: Export, path: Path | None, settings: Settings, *, with_secrets: bool) -> None:
    size = f"{counted(len(found.rows), 'assistant')}, {counted(len(found.header), 'column')}"
    line = f"{'stdout' if path is None else printable(str(path))}: {size}, read in {counted(found.pages, 'request')}"
    show = say if path is None else out
    show(paint(line, "good") if path is not None else line)
    for note in _notes(found, with_secrets=with_secrets, to_file=path is not None):
        say(f"  {note}")
    if path is not None and found.rows:
        out(f"Next: edit it, then: {_plan_command(settings, path)}")


def _plan_command(settings: Settings, path: Path) -> str:
    return command_of("plan", settings, path, groups=SAME_SERVER)


def _notes(found: Export, *, with_secrets: bool, to_file: bool) -> list[str]:
    """Return what somebody who edits the sheet should know of it."""
    notes = []
    secrets = f"{counted(found.secrets, 'cell')} with a calcom_api_key"
    if found.secrets and with_secrets:
        reader = "; only you may read the file" if to_file else ""
        notes.append(f"written: {secrets}{reader} (--no-secrets leaves them empty)")
    elif found.secrets:
        notes.append(f"left empty: {secrets} (--secrets writes them)")
    if found.left_empty:
        fields = ", ".join(f"{name} {count}" for name, count in found.left_empty.items())
        cells = counted(sum(found.left_empty.values()), "cell")
        why = "out of bounds, with half a character in them, or not for the assistant's mode; see _reported"
        notes.append(f"left empty: {cells} that cannot be sent as they are: {why} ({fields})")
    if found.unreported:
        names = ", ".join(found.unreported)
        notes.append(f"empty columns, which the API does not report, or not in a form to send back: {names}")
    return notes


def _tell_programs(found: Export, path: Path, settings: Settings, *, with_secrets: bool) -> None:
    from batch_update.report.documents.of_lists import SecretCells, WrittenExport

    body = WrittenExport(
        str(path),
        found.account,
        len(found.rows),
        found.header,
        found.pages,
        found.left_empty,
        found.unreported,
        SecretCells(found.secrets, with_secrets),
    )
    out_document(body, following={"plan": _plan_command(settings, path)} if found.rows else {})
