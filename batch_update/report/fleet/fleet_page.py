"""The page of a fleet: how all accounts ended, the worst first, and the first rows that are still to be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from batch_update.journal.folders import host_of
from batch_update.report.documents.envelope import Purpose, compact_text
from batch_update.report.documents.fleets.of_fleets import fleet_file
from batch_update.report.fleet.account_states import AccountState, FleetStanding
from batch_update.report.fleet.accounts_block import accounts_block, codes_of_fleet
from batch_update.report.fleet.fleet_headline import TONES_OF_STATES, headline_of_fleet
from batch_update.report.fleet.fleet_paths import FleetFiles
from batch_update.report.headline.both_languages import Phrase, alike, how_long_in_both, joined, thousands
from batch_update.report.headline.ends import ROW_ENDS
from batch_update.report.headline.headline import TONES_OF_ENDS
from batch_update.report.page.fleet_words import (
    ACCOUNT_HEADS,
    ACCOUNT_STATES,
    FLEET_NEXT,
    FLEET_WORDS,
)
from batch_update.report.page.json_block import json_block
from batch_update.report.page.page_parts import (
    Fact,
    FileLink,
    NextCommand,
    PageParts,
    RowToDo,
    TableToDo,
    Tile,
)
from batch_update.report.page.page_words import WORDS
from batch_update.report.page.rendering import page_text
from batch_update.settings.locales import Language
from batch_update.settings.tunables import SANDBOX_URL
from batch_update.text import local_time
from batch_update.version import __version__

_FILES: Mapping[str, Phrase] = {
    "accounts": Phrase("a row for each account", "eine Zeile für jedes Konto"),
    "results": Phrase(
        "every row of the sheet, in its order, with its account",
        "alle Zeilen der Tabelle, in ihrer Reihenfolge, mit ihrem Konto",
    ),
    "failed": Phrase(
        "the rows that are still to be done, with their accounts",
        "die Zeilen, die noch zu erledigen sind, mit ihren Konten",
    ),
    "workbook": Phrase(
        "accounts, rows to do and figures as a workbook",
        "Konten, offene Zeilen und Zahlen als Arbeitsmappe",
    ),
    "report": Phrase("the fleet in figures, for programs", "alles in Zahlen, für Programme"),
}
_COMMANDS = {
    "apply": Phrase("Applied", "Angewendet"),
    "undo": Phrase("Undone", "Zurückgenommen"),
}
_ROWS = Phrase("rows", "Zeilen")
MOST_SERVERS = 3
"""Servers that are named."""
_LEFT = Phrase("Rows that are still to be done", "Zeilen, die noch zu erledigen sind")


def fleet_page(
    standing: FleetStanding,
    files: FleetFiles,
    language: Language,
    *,
    links: Mapping[str, str],
    left: tuple[RowToDo, ...],
    following: Mapping[Purpose, str],
    delimiter: str = ",",
) -> str:
    """Return the page of a fleet, which opens in this language first.

    `links`: account -> the address of its own report as seen from the page. `left`: the first rows to be done.
    `following`: the commands that make sense now, by what they are for.
    """
    plan, headline = standing.end.plan, headline_of_fleet(standing)
    name = alike(plan.sheet)
    page = PageParts(
        kind="fleet",
        subject=joined(_COMMANDS[plan.command], name, by=": "),
        headline=headline,
        tiles=tuple(_fleet_tiles(standing)),
        statuses=_filters(standing),
        codes=tuple(codes_of_fleet(standing)),
        fields=(),
        waves=(),
        facts=tuple(_fleet_facts(standing)),
        about=tuple(_about_fleet(standing)),
        rows=json_block(accounts_block(standing, links, delimiter)),
        document=json_block(compact_text(fleet_file(standing, files, following))),
        title=joined(headline.mark, name, by=" · "),
        version=__version__,
        heads=ACCOUNT_HEADS,
        commands=tuple(
            NextCommand(FLEET_NEXT[purpose], text)
            for purpose, text in following.items()
            if purpose in FLEET_NEXT
        ),
        notes=files.told,
        files=tuple(_links_to(files)),
        is_sandbox=any(one.server == SANDBOX_URL for one in plan.accounts),
        left=_left_table(standing, left, files) if left else None,
    )
    return page_text(page, language)


def _fleet_tiles(standing: FleetStanding) -> Iterator[Tile]:
    """Yield how many accounts are how far, each a filter of the table, then how many rows of all ended how."""
    done = standing.states.get(AccountState.AS_WANTED, 0)
    whole = thousands(standing.whole)
    of = Phrase(f"of {whole.en} accounts as wanted", f"von {whole.de} Konten wie gewünscht")
    yield Tile(thousands(done), of, "good" if done else "quiet", str(AccountState.AS_WANTED))
    for state, count in standing.states.items():
        if state is not AccountState.AS_WANTED:
            yield Tile(thousands(count), ACCOUNT_STATES[state], TONES_OF_STATES[state], str(state))
    counts = standing.counts
    for status, tone in TONES_OF_ENDS.items():
        if counts.get(status):
            yield Tile(thousands(counts[status]), joined(_ROWS, ROW_ENDS[status]), tone)


def _fleet_facts(standing: FleetStanding) -> Iterator[Fact]:
    """Yield what tells which fleet this is."""
    plan = standing.end.plan
    yield Fact(FLEET_WORDS["taken_back"] if plan.parent else WORDS["sheet"], alike(plan.sheet))
    servers = sorted({host_of(one.server) for one in plan.accounts} - {""})
    if servers:
        more = f" +{len(servers) - MOST_SERVERS}" if len(servers) > MOST_SERVERS else ""
        yield Fact(WORDS["server"], alike(", ".join(servers[:MOST_SERVERS]) + more))
    if standing.began:
        yield Fact(WORDS["began"], alike(local_time(standing.began)))
    yield Fact(WORDS["duration"], how_long_in_both(standing.seconds))
    yield Fact(WORDS["requests"], thousands(standing.requests))


def _about_fleet(standing: FleetStanding) -> Iterator[Fact]:
    """Yield what the page was made from, and by which program."""
    yield Fact(FLEET_WORDS["fleet"], alike(standing.end.plan.id), is_code=True)
    yield Fact(FLEET_WORDS["fleet_digest"], alike(standing.end.plan.digest), is_code=True)
    yield Fact(WORDS["version"], alike(f"batch-update {__version__}"))


def _filters(standing: FleetStanding) -> dict[str, int]:
    """Return the filters of the accounts -> how many they let through."""
    left = sum(one.state is not AccountState.AS_WANTED for one in standing.accounts)
    return ({"todo": left} if left else {}) | {str(state): n for state, n in standing.states.items()}


def _links_to(files: FleetFiles) -> Iterator[FileLink]:
    for name, what in _FILES.items():
        if path := getattr(files, name):
            yield FileLink(path.name, what)


def _left_table(standing: FleetStanding, left: tuple[RowToDo, ...], files: FleetFiles) -> TableToDo:
    """Return the first rows that are still to be done, and where all are."""
    if standing.left <= len(left):
        return TableToDo(_LEFT, left)
    shown, whole = thousands(len(left)), thousands(standing.left)
    where = files.failed.name if files.failed else files.results.name if files.results else ""
    more = Phrase(
        f"The first {shown.en} of {whole.en}, those that failed before those that were only not sent. All: {where}",
        f"Die ersten {shown.de} von {whole.de}, Fehlgeschlagenes vor nur nicht Gesendetem. Alle: {where}",
    )
    return TableToDo(_LEFT, left, more)
