"""`history`: what the runs of a folder changed, by whom and what for, and who set what an assistant holds now."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.options import FORCE, STDOUT, TO_FILE, is_silent, or_environment, settings_of, takes
from batch_update.cli.printed_commands import SAME_SERVER, Following, command_of, next_lines
from batch_update.cli.screens.screen import out, paint, say, showing_on, writing_out
from batch_update.cli.screens.terminal import bytes_of_stdout
from batch_update.cli.watcher import Reader
from batch_update.errors import UsageError
from batch_update.settings.tunables import Settings
from batch_update.text import counted, excerpt, listed, printable

if TYPE_CHECKING:
    from batch_update.report.history.past import PastChange
    from batch_update.run.recalling import Blame, History, Question, Unread

ASSISTANT = Annotated[
    str | None,
    typer.Argument(
        metavar="ASSISTANT",
        help="Its id, or a name that it has or had, where that is unique. Without it: all.",
        show_default=False,
    ),
]
FIELD = Annotated[
    list[str] | None,
    typer.Option("--field", metavar="FIELD", help="Only this field; several by comma. Repeatable."),
]
SINCE = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="DATE", help="Only what was changed since: 2026-10-01, 2026-10-01T09:30."
    ),
]
UNTIL = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", help="Only what was changed until then; that day too."),
]
BLAME = Annotated[
    bool,
    typer.Option("--blame", help="Who set what it holds now, field by field, and what was changed outside."),
]
FULL = Annotated[bool, typer.Option("--full", help="Show all changes, and long texts whole.")]
OUTPUT = Annotated[str | None, TO_FILE]
MOST_SHOWN = 100
"""Changes that are shown of all assistants; the option full, a file and the setting json have all."""


@takes("history")
def history(
    given: dict[str, Any],
    assistant: ASSISTANT = None,
    fields: FIELD = None,
    since: SINCE = None,
    until: UNTIL = None,
    blame: BLAME = False,
    full: FULL = False,
    output: OUTPUT = None,
    force: FORCE = False,
) -> None:
    """Tell what runs changed: when, by whom and what for, from what to what, and whether it was undone.

    With --account, --base-url or --sandbox only what runs changed there. It reads the journals of the runs folder and
    needs no key. --blame also looks what is there now; without a key, or with --no-fetch, it tells from the journals
    alone.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.run.recalling import question_of, recall

        asked = question_of(assistant, fields=or_environment(fields, "field"), since=since, until=until)
        if blame:
            _refuse_with_blame(output=output, since=since, until=until)
            _tell_blame(asked, settings)
        elif output is not None:
            _write_file(asked, recall(asked, settings), Path(output), settings, force=force)
        elif settings.json_:
            found = recall(asked, settings)
            out_document(_history_document(asked, found), following=_blame_command(found, settings))
        else:
            _show(recall(asked, settings), settings, full=full)


def _refuse_with_blame(**others: str | None) -> None:
    """Raise UsageError (U101) for options that mean nothing to what is there now."""
    if odd := [name for name, value in others.items() if value is not None]:
        raise UsageError(
            f"--blame tells of what is there now: it does not heed --{odd[0]}",
            code="U101",
            remedy="leave one of them out",
        )


# ---------------------------------------------------------------- what runs changed


def _history_document(asked: Question, found: History, file: Path | None = None) -> Any:
    from batch_update.report.documents.of_history import ToldHistory, told_past

    return ToldHistory(
        id=found.assistant_id,
        fields=tuple(sorted(asked.selection.fields)),
        since=asked.selection.since,
        before=asked.selection.before,
        file=None if file is None else str(file),
        changes=map(told_past, found.changes),
        unread=_told_unread(found.unread),
        untold=found.untold,
    )


def _told_unread(unread: Iterable[Unread]) -> Iterator[Any]:
    from batch_update.journal.across.in_fleets import name_of_run
    from batch_update.report.documents.of_history import UnreadRun

    for one in unread:
        yield UnreadRun(name_of_run(one.folder), str(one.folder), one.error.code, one.error.message)


def _write_file(asked: Question, found: History, path: Path, settings: Settings, *, force: bool) -> None:
    """Write the changes into a file, or as a CSV to stdout."""
    from batch_update.report.files.writable import unwritable
    from batch_update.report.history.as_rows import HEADER, history_rows
    from batch_update.report.workbook.history_book import TITLE, write_history_book
    from batch_update.run.exporting import check_target
    from batch_update.settings.locales import signs_wanted
    from batch_update.sheet.writing.formats import format_to_write, write_listing, write_stream

    if str(path) == STDOUT:
        if settings.json_:
            raise UsageError("--json and a list cannot both go to stdout", code="U101", remedy="name a file")
        signs = signs_wanted(settings.delimiter, {})
        with writing_out():
            write_stream(bytes_of_stdout(), HEADER, list(history_rows(found.changes, signs.decimal)), signs)
        _say_left_out(found, settings)
        return
    check_target(path, force=force)
    changes = list(found.changes)
    try:
        format = format_to_write(path.name)
        if format == "xlsx":
            write_history_book(path, changes)
        else:
            signs = signs_wanted(settings.delimiter, os.environ)
            decimal = signs.decimal if format in ("csv", "tsv") else "."
            rows = list(history_rows(changes, decimal))
            write_listing(path, HEADER, rows, title=TITLE, signs=signs)
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from None
    if settings.json_:
        out_document(_history_document(asked, found, path))
        return
    _say_left_out(found, settings)
    if not settings.quiet:
        out(paint(f"{printable(str(path))}: {counted(len(changes), 'change')}", "good"))


def _show(found: History, settings: Settings, *, full: bool) -> None:
    from batch_update.report.history.told import history_lines

    is_one = found.assistant_id is not None
    changes = found.changes if full or is_one else islice(found.changes, MOST_SHOWN)
    if is_one:
        members = list(changes)
        changes = iter(members)
        if members:
            out(_history_title(members) + "\n")
    first = next(changes, None)
    if first is not None:
        lines = history_lines(
            chain([first], changes), showing=showing_on(sys.stdout, full=full), names_each=not is_one
        )
        for line in lines:
            out(line)
    _say_the_rest(found, settings, first)


def _say_the_rest(found: History, settings: Settings, first: PastChange | None) -> None:
    """Say what is not shown, and what comes next."""
    is_cut = first is not None and next(found.changes, None) is not None
    if first is None:
        whom = "anything" if found.assistant_id is None else str(found.assistant_id)
        say(f"No run in {printable(str(settings.runs_dir))} changed {whom}, as far as was asked.")
    if is_cut:
        say(
            f"These are the last {MOST_SHOWN} changes: the option full shows all, the option since those of a time."
        )
    _say_left_out(found, settings)
    if first is not None and not settings.quiet and (following := _blame_command(found, settings)):
        out(next_lines(following))


def _history_title(members: list[PastChange]) -> str:
    """`10437 Praxis Dr. Weiß: 3 changes in 2 runs`."""
    name = next((one.what.name for one in members if one.what.name), "")
    runs = len({one.head.folder for one in members})
    called = f"{members[0].what.assistant_id} {excerpt(name, 60)}".rstrip()
    return f"{called}: {counted(len(members), 'change')} in {counted(runs, 'run')}"


def _blame_command(found: History, settings: Settings) -> Following:
    if found.assistant_id is None:
        return {}
    command = command_of("history", settings, groups=(*SAME_SERVER, "runs_dir"))
    return {"blame": f"{command} --blame {found.assistant_id}"}


def _say_left_out(found: History | Blame, settings: Settings) -> None:
    """Say which runs cannot be read, and how many do not tell whose account they changed."""
    if is_silent(settings):
        return
    for one in found.unread:
        say(f"{paint('warning', 'warning', sys.stderr)}: not told: {printable(one.error.message)}")
    if found.untold:
        say(
            f"{paint('warning', 'warning', sys.stderr)}: left out: {counted(found.untold, 'run')} of which no journal "
            "tells whose account it changed; without the setting account all are told"
        )


# ---------------------------------------------------------------- who set what is there


def _tell_blame(asked: Question, settings: Settings) -> None:
    from batch_update.report.history.told import blame_lines
    from batch_update.run.recalling import begin_blame
    from batch_update.run.steps.means import Means

    found = anyio.run(begin_blame(asked, settings, Means(Reader(settings))))
    if settings.json_:
        out_document(_blame_document(found))
        return
    if found.why_not:
        say(f"What is there now was not read: {printable(found.why_not)}. The journals alone tell.")
    where = f", {excerpt(found.account, 60)}" if found.account else ""
    out(f"{found.assistant_id} {excerpt(found.name, 60)}".rstrip() + where)
    for line in blame_lines(found.fields):
        out(line)
    if found.elsewhere:
        places = listed([excerpt(place, 60) for place in found.elsewhere], 3)
        say(
            f"Runs changed an assistant of this id elsewhere, too: {places}; the setting base_url names a server."
        )
    _say_left_out(found, settings)


def _blame_document(found: Blame) -> Any:
    from batch_update.report.documents.of_history import ToldBlame, blamed_field

    return ToldBlame(
        id=found.assistant_id,
        name=found.name,
        account=found.account,
        looked=not found.why_not,
        why_not=found.why_not,
        fields=tuple(map(blamed_field, found.fields)),
        elsewhere=found.elsewhere,
        unread=tuple(_told_unread(found.unread)),
        untold=found.untold,
    )
