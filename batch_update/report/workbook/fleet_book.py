"""The workbook of a fleet: what matters, a row for each account, the first rows that are still to be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from batch_update.model.plans import Status
from batch_update.report.fleet.account_states import (
    AccountStanding,
    AccountState,
    FleetStanding,
    counts_told,
)
from batch_update.report.fleet.fleet_headline import TONES_OF_STATES, headline_of_fleet
from batch_update.report.headline.both_languages import Phrase, how_long_in_both
from batch_update.report.headline.ends import ROW_ENDS
from batch_update.report.page.fleet_words import ACCOUNT_STATES, FLEET_WORDS
from batch_update.report.page.page_parts import RowToDo
from batch_update.report.workbook.result_rows import STATUSES
from batch_update.report.workbook.run_pages import MOST_BARS, told_code
from batch_update.report.workbook.shared_pages import TONES, in_cell, verdict_in
from batch_update.report.workbook.vocabulary import VOCABULARIES, Vocabulary
from batch_update.settings.locales import Language
from batch_update.sheet.writing.binding import write_book
from batch_update.sheet.writing.leaves import (
    Block,
    Cell,
    Chart,
    CoverPage,
    Head,
    Paint,
    Painted,
    TablePage,
)
from batch_update.sheet.writing.records import write_whole

STATES: Mapping[AccountState, Paint] = {state: TONES[tone] for state, tone in TONES_OF_STATES.items()}
"""The colors of how far accounts are."""
_ACCOUNT = Phrase("Account", "Konto")
_STATE = Phrase("State", "Stand")
_LEFT = Phrase("Rows to do", "Offene Zeilen")


def write_fleet_book(
    path: Path, standing: FleetStanding, left: Sequence[RowToDo], language: Language, *, failed: str
) -> Path:
    """Write the workbook beside its place and rename it; returns where it lies.

    `left`: the first rows that are still to be done, `failed`: the name of the file that holds them all; "" for none.
    Raises OSError.
    """
    words = VOCABULARIES[language]
    tables = [_accounts_page(standing, words)]
    if left:
        tables.append(_left_page(left, words))
    cover = _fleet_cover(standing, words, failed)
    return write_whole(path, partial(write_book, cover=cover, tables=tables, continued=words.continued))


def _fleet_cover(standing: FleetStanding, words: Vocabulary, failed: str) -> CoverPage:
    lines: list[tuple[str, Cell]] = [(words["Sheet"], in_cell(standing.end.plan.sheet))]
    if standing.began:
        lines.append((words["Began"], standing.began))
    lines.append((words["Took"], words.phrase(how_long_in_both(standing.seconds))))
    if failed:
        told = words["the rows that are still to be done are in {}"].format(failed)
        lines.append((words["To mend"], Painted(told, Paint.WARNING)))
    verdict = verdict_in(headline_of_fleet(standing), words)
    blocks = list(_blocks_of_fleet(standing, words))
    return CoverPage(words.titles[0], words.phrase(FLEET_WORDS["fleet"]), verdict, lines, blocks)


def _blocks_of_fleet(standing: FleetStanding, words: Vocabulary) -> Iterator[Block]:
    """Yield how many accounts are how far, how many rows ended how, and the codes of what is left."""
    accounts, states = words.phrase(FLEET_WORDS["accounts"]), standing.states
    rows: list[list[Cell]] = [[words.phrase(ACCOUNT_STATES[state]), count] for state, count in states.items()]
    paints = [STATES[state] for state in states]
    yield Block(accounts, (words.phrase(_STATE), accounts), rows, Chart.RING, paints=paints)
    counts = standing.counts
    rows = [[words.phrase(ROW_ENDS[status]), count, str(status)] for status, count in counts.items()]
    header = (words["meaning"], words["rows"], "_status")
    title = words["What became of the rows"]
    yield Block(title, header, rows, Chart.RING, paints=[STATUSES[status] for status in counts])
    codes: dict[str, int] = {}
    for one in standing.accounts:
        for code, count in one.codes.items():
            codes[code] = codes.get(code, 0) + count
    if codes:
        most = sorted(codes.items(), key=lambda pair: -pair[1])[:MOST_BARS]
        rows = [[told_code(code, words), count] for code, count in most]
        title = words["What is left, by code"]
        yield Block(title, (words["code"], words["rows"]), rows, Chart.BARS, words["rows"], (Paint.ERROR,))


def _accounts_page(standing: FleetStanding, words: Vocabulary) -> TablePage:
    """Return the worksheet with a row for each account, the worst first."""
    said = words.phrase
    heads = [
        *(Head(said(_ACCOUNT), 28), Head(said(_STATE), 20), Head(words["code"], 9)),
        *(Head(said(FLEET_WORDS["why"]), 60, is_prose=True), Head(words["rows"], 9)),
        *(Head(said(ROW_ENDS[status]), 14) for status in Status),
        *(Head(said(FLEET_WORDS["left"]), 13), Head(words["requests"], 11), Head(words["seconds"], 11)),
        *(Head(words["began"], 24), Head(words["ended"], 24)),
    ]
    rows = (_account_row(one, words) for one in standing.accounts)
    return TablePage(said(FLEET_WORDS["accounts"]), heads, rows, len(standing.accounts), frozen=1)


def _account_row(one: AccountStanding, words: Vocabulary) -> list[Cell]:
    plan, end, counts = one.plan, one.end, counts_told(one.plan, one.end)
    why = one.why or ", ".join(f"{count} x {told_code(code, words)}" for code, count in one.codes.items())
    return [
        *(
            one.account if one.is_one else None,
            Painted(words.phrase(ACCOUNT_STATES[one.state]), STATES[one.state]),
            one.code,
        ),
        *(in_cell(why), plan.rows),
        *(counts.get(status, 0) or None for status in Status),
        *(one.left or None, end.requests, round(end.seconds, 1), end.began, end.ended),
    ]


def _left_page(left: Sequence[RowToDo], words: Vocabulary) -> TablePage:
    """Return the worksheet with the first rows that are still to be done."""
    heads = [
        *(Head(words.phrase(_ACCOUNT), 28), Head(words["row"], 8), Head(words["name"], 30), Head("id", 12)),
        *(Head(words["result"], 20), Head(words["code"], 9), Head(words["what is wrong"], 70, is_prose=True)),
    ]
    rows: list[list[Cell]] = [
        [
            *(one.account, one.number, in_cell(one.name), in_cell(one.assistant)),
            *(Painted(words.phrase(one.end), TONES[one.tone]), one.code, in_cell(one.message)),
        ]
        for one in left
    ]
    return TablePage(words.phrase(_LEFT), heads, rows, len(rows), frozen=1)
