"""Guards that have tripped, a line for each: what would happen, to whom, and by which name it is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from batch_update.model.plans import Tripped
from batch_update.report.places import WIDE, row_list
from batch_update.text import counted

FIRST_ROWS = 3
"""Runs of rows that a line names."""


def guard_lines(tripped: Sequence[Tripped]) -> Iterator[str]:
    """`  G101 mode   the engine mode changes, which resets settings   2 assistants, rows 3-4`, in columns.

    Whom it is about stands below where there is no room beside it.
    """
    names = [one.hazard or next(iter(one.lifts)).replace("_", "-") for one in tripped]
    width = max(map(len, names), default=0)
    broad = max((len(_guard_words(one)) for one in tripped if one.rows), default=0)
    heads = [f"  {one.code} {name:<{width}}  " for one, name in zip(tripped, names, strict=True)]
    told = list(zip(heads, tripped, strict=True))
    is_room = all(len(head) + broad + 3 + len(_who(one)) <= WIDE for head, one in told if one.rows)
    for head, one in told:
        if not one.rows:
            yield head + _guard_words(one)
        elif is_room:
            yield f"{head}{_guard_words(one):<{broad}}   {_who(one)}"
        else:
            yield head + _guard_words(one)
            yield " " * len(head) + _who(one)


def _who(one: Tripped) -> str:
    return f"{counted(one.assistants, 'assistant')}, {row_list(one.rows, FIRST_ROWS)}"


def _guard_words(one: Tripped) -> str:
    return one.words + (" (not compared with what is there)" if one.is_blind else "")


def hazards_of(tripped: Sequence[Tripped]) -> tuple[str, ...]:
    """Return the names that `allow` has to hold."""
    return tuple(one.hazard for one in tripped if one.hazard)


def lifted(tripped: Sequence[Tripped]) -> Mapping[str, Any]:
    """Return the limits that have to be raised, with the values that are just enough."""
    return {name: value for one in tripped for name, value in one.lifts.items()}
