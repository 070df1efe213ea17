"""The workbook of a plan, for somebody else to approve: what would change, whole, and the digest that stands for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from batch_update.model.plans import Outcome, Plan, Status, Tripped
from batch_update.report.changed import Became
from batch_update.report.figures.figures import PlanFigures, figures_of_plan
from batch_update.report.headline.both_languages import about
from batch_update.report.headline.ends import LEFT_OUT, ROW_ENDS, TO_CHANGE, end_and_effect
from batch_update.report.headline.guard_words import guard_words
from batch_update.report.headline.headline import headline_of_plan
from batch_update.report.messages import words_of
from batch_update.report.row_owners import assistants_of
from batch_update.report.workbook.result_rows import STATUSES
from batch_update.report.workbook.run_pages import MOST_BARS, fields_block, of_settings, of_sheet, told_code
from batch_update.report.workbook.shared_pages import ENDS, changes_page, in_cell, problems_page, verdict_in
from batch_update.report.workbook.vocabulary import VOCABULARIES, Vocabulary
from batch_update.settings.locales import Language
from batch_update.settings.tunables import Settings
from batch_update.sheet.writing.binding import write_book
from batch_update.sheet.writing.leaves import Block, Cell, Chart, CoverPage, Head, Paint, Painted, TablePage
from batch_update.sheet.writing.records import write_whole
from batch_update.version import __version__


@dataclass(frozen=True, slots=True)
class Approval:
    """The facts that somebody who approves a plan needs beside it: its digest, the command that sends it, guards."""

    digest: str
    """stands for its changes; the setting expect holds an apply to it"""
    command: str
    """sends exactly these; "" where nothing can be sent"""
    tripped: Sequence[Tripped]
    """what has to be allowed first"""
    is_blocked: bool
    """whether errors forbid to send the rest"""
    seconds: float
    """which sending takes, about"""
    settings: Settings


def write_plan_book(plan: Plan, approval: Approval, path: Path, language: Language) -> Path:
    """Write the workbook beside its place and rename it; returns where it lies. Raises OSError."""
    words, figures = VOCABULARIES[language], figures_of_plan(plan)
    tables = (
        changes_page(figures.changed, plan, words),
        _rows_page(plan, words),
        problems_page(plan, (), words),
        _facts_page(plan, approval, words),
    )
    cover = _cover(plan, approval, figures, words)
    return write_whole(path, partial(write_book, cover=cover, tables=tables, continued=words.continued))


# ---------------------------------------------------------------- the first page


def _cover(plan: Plan, approval: Approval, figures: PlanFigures, words: Vocabulary) -> CoverPage:
    lines: list[tuple[str, Cell]] = [(words["Sheet"], in_cell(plan.sheet.name))]
    if plan.account:
        lines.append((words["Account"], in_cell(plan.account)))
    if not plan.compared and plan.changes:
        lines.append((words["Account"], Painted(words["not compared with what is there"], Paint.WARNING)))
    lines.append((words["Will take"], words.phrase(about(approval.seconds))))
    lines.append((words["Digest of this plan"], approval.digest))
    if approval.command:
        lines.append((words["To send exactly this"], in_cell(approval.command)))
    lines += [(words["Approved by"], ""), (words["Date"], "")]
    blocks = [_totals(figures, words)]
    if figures.fields:
        blocks.append(fields_block(figures.fields, plan, words))
    if approval.tripped:
        blocks.append(_guards(approval.tripped, words))
    if figures.problems:
        blocks.append(_problems(figures, words))
    title = words["Plan, nothing is sent yet"]
    headline = headline_of_plan(plan, approval.tripped, is_blocked=approval.is_blocked)
    return CoverPage(words.titles[0], title, verdict_in(headline, words), lines, blocks)


def _totals(figures: PlanFigures, words: Vocabulary) -> Block:
    totals = figures.totals
    kinds = (
        (TO_CHANGE, totals.change, Paint.NONE),
        (ROW_ENDS[Status.UNCHANGED], totals.already_so, Paint.QUIET),
        (ROW_ENDS[Status.CONFLICT], totals.conflict, Paint.WARNING),
        (ROW_ENDS[Status.INVALID], totals.invalid, Paint.ERROR),
        (LEFT_OUT, totals.left_out, Paint.QUIET),
    )
    found = [(said, count, paint) for said, count, paint in kinds if count]
    rows: list[list[Cell]] = [[words.phrase(said), count] for said, count, _ in found]
    header = (words["meaning"], words["rows"])
    title = words["What the rows come to"]
    return Block(title, header, rows, Chart.RING, paints=[paint for _, _, paint in found])


def _guards(tripped: Sequence[Tripped], words: Vocabulary) -> Block:
    rows: list[list[Cell]] = [
        [f"{one.code} {one.hazard}".strip(), one.assistants, in_cell(words.phrase(guard_words(one)))]
        for one in tripped
    ]
    title = words["Something has to be allowed before it is sent."]
    return Block(title, (words["code"], words["assistants"], words["meaning"]), rows)


def _problems(figures: PlanFigures, words: Vocabulary) -> Block:
    rows: list[list[Cell]] = [
        [told_code(code, words), count] for code, count in list(figures.problems.items())[:MOST_BARS]
    ]
    title, header = words["Problems, by code"], (words["code"], words["rows"])
    return Block(title, header, rows, Chart.BARS, words["rows"], (Paint.ERROR,))


# ---------------------------------------------------------------- the other pages


def _rows_page(plan: Plan, words: Vocabulary) -> TablePage:
    """Return the worksheet that accounts for every row: to be changed, or why not."""
    heads = (("row", 8), ("id", 12), ("name", 30), ("result", 26), ("code", 8), ("what is wrong", 80))
    headings = [Head(words[name], width, is_prose=width == 80) for name, width in heads]
    return TablePage(words["Rows"], headings, _told_rows(plan, words), len(plan.sheet))


def _told_rows(plan: Plan, words: Vocabulary) -> Iterator[list[Cell]]:
    whose = assistants_of(plan)
    names = {index: change.name for change in plan.changes for index in change.indexes}
    to_change = Painted(words.phrase(TO_CHANGE), ENDS[Became.PLANNED])
    for index, number in enumerate(plan.sheet.numbers):
        outcome = plan.settled.get(index)
        end = to_change if outcome is None else _end(outcome, words)
        code, why = ("", "") if outcome is None else (outcome.code, in_cell(words_of(outcome)))
        yield [int(number), whose[index], in_cell(names.get(index, "")), end, code, why]


def _end(outcome: Outcome, words: Vocabulary) -> Painted:
    is_left_out = outcome.status is Status.NOT_SENT
    said = LEFT_OUT if is_left_out else end_and_effect(outcome.status)
    return Painted(words.phrase(said), Paint.QUIET if is_left_out else STATUSES[outcome.status])


def _facts_page(plan: Plan, approval: Approval, words: Vocabulary) -> TablePage:
    topic = words["run"]
    rows: list[list[Cell]] = [
        *of_sheet(plan, words),
        [topic, words["program"], f"batch-update {__version__}"],
        [topic, words["Account"], in_cell(plan.account) or words["not known"]],
        [topic, words["Server"], in_cell(plan.server) or words["not known"]],
        [topic, words["API key"], words["*** (never written down)"]],
        [topic, words["Digest of this plan"], approval.digest],
        *of_settings(approval.settings, words),
    ]
    headings = [
        Head(words[name], width, is_prose=name == "value")
        for name, width in (("topic", 16), ("what", 40), ("value", 80))
    ]
    return TablePage(words.titles[4], headings, rows, len(rows))
