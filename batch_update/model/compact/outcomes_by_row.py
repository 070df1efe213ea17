"""The outcomes of the rows of a sheet in twenty bytes each: a fleet holds hundreds of thousands, most of them alike."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Self

from batch_update.model.as_json import read_time, time_value
from batch_update.model.compact.made_anew import MadeAnew
from batch_update.model.plans import Outcome, Status, Verified

_NEVER = -1
"""stands for a time, or a length of time, that there is none of"""


class OutcomesByRow(Mapping[int, Outcome]):
    """Row index -> outcome, for those rows of a sheet that have one.

    What rows have alike stands once in memory; only when each was sent, how long it took and the server's name for the
    request are kept row by row. An outcome is made anew each time that it is asked for.
    """

    __slots__ = ("_ids", "_kinds", "_ms", "_started")

    def __init__(self, rows: int) -> None:
        """`rows`: of the sheet."""
        self._kinds: list[Outcome | None] = [None] * rows
        self._started = array("q", [_NEVER]) * rows
        """as `time_value` has it"""
        self._ms = array("i", [_NEVER]) * rows
        self._ids: dict[int, str] = {}

    def __setitem__(self, index: int, outcome: Outcome) -> None:
        started, ms = outcome.started, outcome.ms
        self._ids.pop(index, None)
        try:
            self._started[index] = _NEVER if started is None else _from_zero(time_value(started))
            self._ms[index] = _NEVER if ms is None else _from_zero(ms)
        except (TypeError, OverflowError):  # no moment or number that has a place here: it is kept whole
            self._started[index] = self._ms[index] = _NEVER
            self._kinds[index] = outcome
            return
        self._kinds[index] = kind_of(outcome)
        if outcome.request_id:
            self._ids[index] = outcome.request_id

    def __ior__(self, others: Mapping[int, Outcome]) -> Self:
        for index, outcome in others.items():
            self[index] = outcome
        return self

    def __getitem__(self, index: int) -> Outcome:
        kind = self._kinds[index]
        if kind is None:
            raise KeyError(index)
        started, ms, request_id = self._started[index], self._ms[index], self._ids.get(index, "")
        if started == ms == _NEVER and not request_id:
            return kind
        return Outcome(
            kind.status,
            kind.code,
            kind.message,
            kind.http,
            kind.attempts,
            kind.changed,
            request_id,
            None if started == _NEVER else read_time(started),
            None if ms == _NEVER else ms,
            kind.field_errors,
            kind.verified,
            kind.conflicts,
            kind.after_reset,
            kind.wave,
        )

    def __contains__(self, index: object) -> bool:
        return isinstance(index, int) and self._kinds[index] is not None

    def __iter__(self) -> Iterator[int]:
        return (index for index, kind in enumerate(self._kinds) if kind is not None)

    def __len__(self) -> int:
        return len(self._kinds) - self._kinds.count(None)

    def in_order(self) -> Sequence[Outcome]:
        """Return the outcomes of all rows, in the order of the sheet. Raises ValueError where one has none."""
        if None in self._kinds:
            raise ValueError(f"the row with the index {self._kinds.index(None)} has no outcome")
        return _InOrder(self)


class _InOrder(MadeAnew[Outcome]):
    """Outcomes of all rows of a sheet, in its order."""

    __slots__ = ("_by_row", "_rows")

    def __init__(self, by_row: OutcomesByRow) -> None:
        self._by_row = by_row
        self._rows = len(by_row)

    def __len__(self) -> int:
        return self._rows

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self._by_row.values())

    def made(self, index: int) -> Outcome:
        return self._by_row[index]


def kind_of(outcome: Outcome) -> Outcome:
    """Return the outcome without what is of its row alone: when it was sent, for how long, and its request's name.

    Rows that ended alike have one and the same.
    """
    o = outcome
    if o.field_errors or o.conflicts or o.after_reset:
        return replace(o, started=None, ms=None, request_id="")
    return _shared_kind(o.status, o.code, o.message, o.http, o.attempts, o.changed, o.verified, o.wave)


@lru_cache(maxsize=256)
def _shared_kind(
    status: Status,
    code: str,
    message: str,
    http: int | None,
    attempts: int,
    changed: tuple[str, ...],
    verified: Verified,
    wave: int,
) -> Outcome:
    return Outcome(status, code, message, http, attempts, changed, verified=verified, wave=wave)


def _from_zero(number: int) -> int:
    """Return the number. Raises OverflowError for one below zero, which could be `_NEVER`."""
    if number < 0:
        raise OverflowError(number)
    return number
