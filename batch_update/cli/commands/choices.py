"""`choices`: what may be chosen on the account, with the ids that a sheet names it by."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.options import FORCE, STDOUT, TO_FILE, is_silent, settings_of, takes
from batch_update.cli.printed_commands import SAME_SERVER, command_of
from batch_update.cli.screens.screen import out, out_raw, paint, say, writing_out
from batch_update.cli.screens.terminal import bytes_of_stdout
from batch_update.cli.screens.wrapping import width
from batch_update.cli.watcher import Reader
from batch_update.errors import UsageError
from batch_update.settings.tunables import Settings
from batch_update.text import counted, listed, printable

if TYPE_CHECKING:
    from batch_update.model.choices import Catalog
    from batch_update.run.choosing import Chosen

LIST = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LIST",
        help="voices, languages, models (or llm-models, multimodal-models, dualplex-models), phone-numbers, "
        "synthesizers, transcribers, knowledgebases, tools, folders, labels or assistants. Several are allowed.",
        show_default=False,
    ),
]
MODE = Annotated[
    str | None,
    typer.Option("--mode", metavar="MODE", help="Only what fits pipeline, multimodal or dualplex."),
]
LANGUAGE = Annotated[
    str | None,
    typer.Option(
        "--language", metavar="LANGUAGE", help="Only what is for it: de, German, Deutsch, or its id."
    ),
]
SEARCH = Annotated[
    str | None,
    typer.Option(
        "--search", metavar="WORDS", help="Only what holds these words, whatever their case and umlauts."
    ),
]
OUTPUT = Annotated[str | None, TO_FILE]


@takes("choices")
def choices(
    given: dict[str, Any],
    lists: LIST = None,
    mode: MODE = None,
    language: LANGUAGE = None,
    search: SEARCH = None,
    output: OUTPUT = None,
    force: FORCE = False,
) -> None:
    """List what may be chosen: voices, models, numbers, tools and all else that a sheet names by an id.

    Without LIST: how many there are of each. Lists are kept for an hour; --refresh looks them up anew.

    Exit status: 0, 2 usage, 4 key missing or refused, 5 a list cannot be had.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.run.choosing import begin_choices, wish_of
        from batch_update.run.steps.means import Means

        wish = wish_of(lists or (), mode=mode, language=language, search=search)
        means = Means(Reader(settings, looking="Looking up what there is at {} ..."))
        if output == STDOUT and settings.json_:
            raise UsageError("--json and a list cannot both go to stdout", code="U101", remedy="name a file")
        to = None if output is None or output == STDOUT else Path(output)
        found = anyio.run(begin_choices(wish, settings, means, to=to, force=force))
        if output == STDOUT:
            _write_out(found, settings)
        elif settings.json_:
            _tell_programs(found)
        else:
            _tell_people(found, settings)


def _write_out(found: Chosen, settings: Settings) -> None:
    """Write the entries to stdout, as a CSV."""
    from batch_update.report.listings import choices_table
    from batch_update.settings.locales import signs_wanted
    from batch_update.sheet.writing.formats import write_stream

    signs = signs_wanted(settings.delimiter, {})
    with writing_out():
        write_stream(bytes_of_stdout(), *choices_table(found.choices, found.languages), signs)


def _tell_programs(found: Chosen) -> None:
    from batch_update.report.documents.of_choices import listed_choices

    out_document(listed_choices(found.choices, found.sizes, None if found.path is None else str(found.path)))


# ---------------------------------------------------------------- for people


def _tell_people(found: Chosen, settings: Settings) -> None:
    if not found.wish.catalogs and not found.wish.search and found.path is None:
        _show_overview(found, settings)
    elif found.path is None:
        for catalog in found.choices.lists:
            _show_list(found, catalog)
    for catalog, why in found.choices.unknown.items():
        say(f"{catalog}: {paint('not known', 'warning', sys.stderr)}: {why}")
    if is_silent(settings):
        return
    if found.path is not None:
        entries = sum(map(len, found.choices.lists.values()))
        out(paint(f"{printable(str(found.path))}: {counted(entries, 'entry')}", "good"))
    _say_from_where(found)


def _show_overview(found: Chosen, settings: Settings) -> None:
    from batch_update.report.listings import id_header

    for catalog, entries in found.choices.lists.items():
        out_raw(f"  {catalog.value:<18} {len(entries):>6,}   {id_header(catalog)}")
    if not settings.quiet:
        out(f"Next: {command_of('choices', settings, 'voices', groups=SAME_SERVER)}")


def _show_list(found: Chosen, catalog: Catalog) -> None:
    from batch_update.report.screen.tables import listing_lines

    entries, size = found.choices[catalog], found.sizes[catalog]
    how_many = f"{len(entries):,}" if len(entries) == size else f"{len(entries):,} of {size:,}"
    if not entries and not found.wish.catalogs:
        return
    out(f"{catalog}: {how_many}")
    if entries:
        lines = listing_lines(catalog, entries, found.languages, width=width(sys.stdout))
        out_raw("\n".join(lines) + "\n")


def _say_from_where(found: Chosen) -> None:
    kept = [catalog.value for catalog in found.choices.lists if catalog in found.choices.stored]
    if kept:
        names = "" if len(kept) == len(found.choices.lists) else f": {listed(kept, len(kept))}"
        say(f"Kept from an earlier look-up{names}; the setting refresh looks anew.")
    elif found.choices.requests:
        say(f"Looked up in {counted(found.choices.requests, 'request')}.")
