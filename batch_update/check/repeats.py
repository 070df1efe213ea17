"""Rows that name one assistant several times: merged where they agree, a problem where they do not."""

from __future__ import annotations

import json
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from batch_update.check.fault import Fault
from batch_update.check.judging.columns import FieldColumn
from batch_update.check.rows import ReadRows
from batch_update.fields.tools import shown
from batch_update.model.plans import Outcome, Status
from batch_update.model.sheets import Problem, Severity
from batch_update.text import named


@dataclass(slots=True)
class _Repeated:
    """The fate of rows whose assistant has several."""

    problems: list[Problem] = field(default_factory=list)
    merged: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """row that is sent -> rows with the same change, which it settles too"""
    settled: dict[int, Outcome] = field(default_factory=dict)
    """rows that are not sent because of another"""


def settle_repeated(rows: ReadRows, invalid: Container[int], on_duplicate: str) -> _Repeated:
    """Return what becomes of rows of one assistant: equal ones are one; others go only where `on_duplicate` chooses.

    The choice goes by the order of the rows alone. Where it falls on an invalid row, nothing is sent: the others
    were not meant. Without a choice, an invalid row holds back the others too, since it may be the one that counts.
    """
    fates = _Repeated()
    for group in rows.repeated():
        busy = [row for row in group if row not in rows.idle]
        if len(busy) > 1 and on_duplicate == "error":
            _all_must_agree(rows, busy, invalid, fates)
        elif len(busy) > 1:
            _one_counts(rows, busy, busy[0 if on_duplicate == "first" else -1], invalid, fates)
    return fates


def _all_must_agree(rows: ReadRows, group: Sequence[int], invalid: Container[int], fates: _Repeated) -> None:
    good = [row for row in group if row not in invalid]
    if not good:
        return
    first, *later = good
    same, others = _same_and_others(rows, first, later)
    if others:
        fates.problems += [_differing_repeat(rows, first, row) for row in others]
        where = _row_list(rows, others)
        message = f"assistant {rows.assistant(first)} appears again with different values in {where}"
        fates.settled |= dict.fromkeys((first, *same), Outcome(Status.INVALID, "X201", message))
        return
    fates.problems += [_repetition(rows, first, row) for row in same]
    if len(good) < len(group):
        where = _row_list(rows, [row for row in group if row in invalid])
        message = f"not sent, since {where} of the same assistant cannot be: it is not clear which one counts"
        fates.settled |= dict.fromkeys(good, Outcome(Status.NOT_SENT, "X206", message))
    elif same:
        fates.merged[first] = same


def _one_counts(
    rows: ReadRows, group: Sequence[int], winner: int, invalid: Container[int], fates: _Repeated
) -> None:
    losers = [row for row in group if row not in invalid and row != winner]
    message = f"{_row_list(rows, [winner])} was taken for this assistant"
    if winner in invalid:
        message += ", and it is invalid"
    else:
        same, losers = _same_and_others(rows, winner, losers)
        fates.problems += [_repetition(rows, winner, row) for row in same]
        fates.merged |= {winner: same} if same else {}
    fates.settled |= dict.fromkeys(losers, Outcome(Status.UNCHANGED, "X203", message))


def _same_and_others(rows: ReadRows, first: int, later: Sequence[int]) -> tuple[tuple[int, ...], list[int]]:
    """Return the later rows that would send what the first would, and those that would not."""
    wanted = _change(rows, first)
    same = tuple(row for row in later if _change(rows, row) == wanted)
    return same, sorted(set(later).difference(same))


def _change(rows: ReadRows, row: int) -> str:
    """Return a text of what the row would send: true and 1 differ in it, and the order of columns does not count."""
    return json.dumps(rows.wanted(row), sort_keys=True)


def _differing_repeat(rows: ReadRows, first: int, row: int) -> Problem:
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
    )
    return rows.problem(row, rows.id_index, fault, (first,))


def _both(rows: ReadRows, column: FieldColumn, first: int, row: int) -> str:
    """`voice_id 533 here, 412 in row 17`."""
    here, there = (shown(column.texts[index].strip()) or "not shown" for index in (row, first))
    return f"{column.name} {here} here, {there} in {_row_list(rows, [first])}"


def _repetition(rows: ReadRows, sent: int, row: int) -> Problem:
    message = f"assistant {rows.assistant(row)} appears twice with the same values; it is sent once"
    fault = Fault("X202", message, severity=Severity.WARNING)
    return rows.problem(row, rows.id_index, fault, (sent,))


def _row_list(rows: ReadRows, indexes: Sequence[int]) -> str:
    """`row 17`, `rows 17, 52`."""
    return named("row", [rows.sheet.numbers[index] for index in indexes])
