"""What goes wrong between cells that are good: the fields of one row, and the rows of one assistant."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from batch_update.codes import CODES
from batch_update.fields.cells import LEAVE
from batch_update.fields.parts import part_name
from batch_update.fields.rules import MODE_FACTS, MODE_MODELS, RULES, Broken, Context, broken_rules
from batch_update.fields.tools import shown
from batch_update.model import Outcome, Problem, Severity, Status
from batch_update.plan.columns import FieldColumn, PartColumn
from batch_update.plan.fault import Fault
from batch_update.plan.rows import Rows
from batch_update.text import named

# ---------------------------------------------------------------- the fields of one row


def rule_problems(rows: Rows) -> Iterator[Problem]:
    """Rules that rows break, at the first cell that breaks them."""
    for names in _ruled_together():
        columns = [rows.by_name[name] for name in names if name in rows.by_name]
        if columns:
            yield from _broken_combinations(rows, columns)
    if "tools" in rows.by_name:
        yield from _broken_by_id(rows, rows.by_name["tools"])


def _ruled_together() -> list[tuple[str, ...]]:
    """Fields that rules look at together. Kept apart, so that fewer distinct combinations arise."""
    modes = dict.fromkeys(("mode", *(fact.field for fact in MODE_FACTS), *MODE_MODELS.values()))
    return [tuple(modes), *(rule.fields for rule in RULES if not set(rule.fields) <= set(modes))]


def _broken_combinations(rows: Rows, columns: Sequence[FieldColumn]) -> Iterator[Problem]:
    """Each combination of texts is judged once, and rows are looked at where one of them breaks a rule."""
    broken: dict[tuple[str, ...], list[Broken]] = {}
    for texts in set(zip(*(column.texts for column in columns), strict=True)):
        values = ((column.name, column.value(text)) for column, text in zip(columns, texts, strict=True))
        found = list(broken_rules({name: value for name, value in values if value is not LEAVE}, Context()))
        if found:
            broken[texts] = found
    if broken:
        for row, texts in enumerate(zip(*(column.texts for column in columns), strict=True)):
            for rule in broken.get(texts, ()):
                yield _rule_problem(rows, row, rule)


def _broken_by_id(rows: Rows, tools: FieldColumn) -> Iterator[Problem]:
    """Rules that ask whose row it is: only rows whose tools name their own assistant can break them."""
    named = {text: set(_assistants_named(tools.value(text))) for text in set(tools.texts)}
    for row, text in enumerate(tools.texts if any(named.values()) else ()):
        assistant_id = rows.assistant(row)
        if assistant_id in named[text]:
            for rule in broken_rules({"tools": tools.value(text)}, Context(assistant_id)):
                yield _rule_problem(rows, row, rule)


def _assistants_named(value: Any) -> Iterable[int]:
    tools = value if isinstance(value, list) else ()
    return (tool["assistant_id"] for tool in tools if isinstance(tool.get("assistant_id"), int))


def _rule_problem(rows: Rows, row: int, rule: Broken) -> Problem:
    columns = [rows.by_name[name] for name in rule.fields]
    given = ", ".join(f"{column.name} {shown(column.texts[row].strip())}".strip() for column in columns)
    severity = Severity.ERROR if rule.blocks else Severity.WARNING
    fault = Fault(rule.code, rule.sentence, given, remedy=rule.remedy, severity=severity)
    return rows.problem(row, columns[0].index, fault)


# ---------------------------------------------------------------- parts of values


def part_problems(rows: Rows) -> Iterator[Problem]:
    """Rows that set a part in two ways at once: with the whole value beside it, or added and taken away."""
    for column in rows.part_columns:
        whole = rows.by_name.get(column.whole)
        if whole is not None:
            yield from _with_the_whole(rows, column, whole)
        removed = rows.by_name.get(part_name(column.whole, (), "remove"))
        if column.operation == "add" and removed is not None:
            yield from _added_and_removed(rows, column, removed)


def _with_the_whole(rows: Rows, part: PartColumn, whole: FieldColumn) -> Iterator[Problem]:
    message = f"the row sets {part.name} and all of {whole.name}"
    fault = Fault("X240", message, remedy=CODES["X240"].remedy)
    for row, texts in enumerate(zip(part.texts, whole.texts, strict=True)):
        if texts[0] not in part.blanks and texts[1] not in whole.blanks:
            yield rows.problem(row, part.index, fault)


def _added_and_removed(rows: Rows, added: FieldColumn, removed: FieldColumn) -> Iterator[Problem]:
    for row, texts in enumerate(zip(added.texts, removed.texts, strict=True)):
        plus, minus = added.value(texts[0]), removed.value(texts[1])
        both = set(plus) & set(minus) if isinstance(plus, list) and isinstance(minus, list) else ()
        if both:
            message = f"{added.name} and {removed.name} both name {', '.join(map(str, sorted(both)))}"
            yield rows.problem(row, removed.index, Fault("X245", message, remedy=CODES["X245"].remedy))


def parts_without_present(rows: Rows) -> Iterator[Problem]:
    """Every part, where it is not known what is there around it."""
    for column in rows.part_columns:
        message = (
            f"{column.name} can only be set beside the rest of {column.whole}, and what is there was not read"
        )
        fault = Fault("X243", message, remedy=CODES["X243"].remedy)
        for row, text in enumerate(column.texts):
            if column.value(text) is not LEAVE:
                yield rows.problem(row, column.index, fault)


# ---------------------------------------------------------------- the rows of one assistant


@dataclass(slots=True)
class Repeated:
    """What becomes of rows whose assistant has several."""

    problems: list[Problem] = field(default_factory=list)
    merged: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """row that is sent -> rows with the same change, which it settles too"""
    settled: dict[int, Outcome] = field(default_factory=dict)
    """rows that are not sent because of another"""


def settle_repeated(rows: Rows, invalid: Container[int], on_duplicate: str) -> Repeated:
    """The same change twice is sent once; of different ones none is sent, unless `on_duplicate` chooses.

    The choice goes by the order of the rows alone. Where it falls on an invalid row, nothing is sent: the others
    were not meant. Without a choice, an invalid row holds back the others too, since it may be the one that counts.
    """
    found = Repeated()
    for group in rows.repeated():
        busy = [row for row in group if row not in rows.idle]
        if len(busy) > 1 and on_duplicate == "error":
            _all_must_agree(rows, busy, invalid, found)
        elif len(busy) > 1:
            _one_counts(rows, busy, busy[0 if on_duplicate == "first" else -1], invalid, found)
    return found


def _all_must_agree(rows: Rows, group: Sequence[int], invalid: Container[int], found: Repeated) -> None:
    good = [row for row in group if row not in invalid]
    if not good:
        return
    first, *later = good
    same, others = _same_and_others(rows, first, later)
    if others:
        found.problems += [_conflict(rows, first, row) for row in others]
        where = _row_list(rows, others)
        message = f"assistant {rows.assistant(first)} appears again with different values in {where}"
        found.settled |= dict.fromkeys((first, *same), Outcome(Status.INVALID, "X201", message))
        return
    found.problems += [_repetition(rows, first, row) for row in same]
    if len(good) < len(group):
        where = _row_list(rows, [row for row in group if row in invalid])
        message = f"not sent, since {where} of the same assistant cannot be: it is not clear which one counts"
        found.settled |= dict.fromkeys(good, Outcome(Status.NOT_SENT, "X206", message))
    elif same:
        found.merged[first] = same


def _one_counts(
    rows: Rows, group: Sequence[int], winner: int, invalid: Container[int], found: Repeated
) -> None:
    losers = [row for row in group if row not in invalid and row != winner]
    message = f"{_row_list(rows, [winner])} was taken for this assistant"
    if winner in invalid:
        message += ", and it is invalid"
    else:
        same, losers = _same_and_others(rows, winner, losers)
        found.problems += [_repetition(rows, winner, row) for row in same]
        found.merged |= {winner: same} if same else {}
    found.settled |= dict.fromkeys(losers, Outcome(Status.UNCHANGED, "X203", message))


def _same_and_others(rows: Rows, first: int, later: Sequence[int]) -> tuple[tuple[int, ...], list[int]]:
    """Those of the later rows that would send what the first would, and those that would not."""
    wanted = _change(rows, first)
    same = tuple(row for row in later if _change(rows, row) == wanted)
    return same, sorted(set(later).difference(same))


def _change(rows: Rows, row: int) -> str:
    """Return what the row would send, so that true and 1 differ, and the order of columns does not count."""
    return json.dumps(rows.wanted(row), sort_keys=True)


def _conflict(rows: Rows, first: int, row: int) -> Problem:
    here, there = rows.wanted(row), rows.wanted(first)
    names = [
        column.name
        for column in rows.all_columns
        if json.dumps(here.get(column.name, "")) != json.dumps(there.get(column.name, ""))
    ]
    fault = Fault(
        "X201",
        f"assistant {rows.assistant(row)} appears twice with different values ({', '.join(names)})",
        given=_both(rows, rows.by_name[names[0]], first, row),
        remedy="delete one, or choose with --on-duplicate first or last",
    )
    return rows.problem(row, rows.id_index, fault, (first,))


def _both(rows: Rows, column: FieldColumn, first: int, row: int) -> str:
    """`voice_id 533 here, 412 in row 17`."""
    here, there = (shown(column.texts[index].strip()) or "not shown" for index in (row, first))
    return f"{column.name} {here} here, {there} in {_row_list(rows, [first])}"


def _repetition(rows: Rows, sent: int, row: int) -> Problem:
    message = f"assistant {rows.assistant(row)} appears twice with the same values; it is sent once"
    fault = Fault("X202", message, remedy=CODES["X202"].remedy, severity=Severity.WARNING)
    return rows.problem(row, rows.id_index, fault, (sent,))


def _row_list(rows: Rows, indexes: Sequence[int]) -> str:
    """`row 17`, `rows 17, 52`."""
    return named("row", [rows.sheet.numbers[index] for index in indexes])
