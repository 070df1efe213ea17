"""Rows that are not as wanted, by their codes: the gravest and most frequent first, as many as there is room for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from math import ceil

from batch_update.codes import CODES, Trait, has_trait
from batch_update.model.plans import Status
from batch_update.model.reports import Report
from batch_update.outcomes import as_wanted
from batch_update.report.messages import without_secrets, words_of
from batch_update.report.places import row_list
from batch_update.text import counted, excerpt

MOST_MESSAGES = 3
"""Different messages shown for one code."""
MOST_PLACES = 4
"""Runs of rows that a line names."""
MOST_WORDS = 100
"""Characters of a message."""
MOST_VALUES = 300
"""Characters of a message that tells of two or three values where they differ."""


@dataclass(frozen=True, slots=True)
class Room:
    """The screen that a summary is to fit on."""

    lines: int = 23
    rows: Callable[[str], int] = lambda line: ceil(len(line) / 80)
    """how many lines of the screen a line of text takes"""

    def of(self, lines: Iterable[str]) -> int:
        """Return how many lines of the screen these lines take."""
        return sum(map(self.rows, lines))


Messages = dict[str, list[int]]
"""A message -> the indexes of the rows that it is told of."""


def wrong_lines(report: Report, room: Room) -> Iterator[str]:
    """Yield a line for each code, the gravest and most frequent first, with its messages where they differ.

    Where the room is too small, messages go first, and then the codes of the fewest rows.
    """
    kinds: dict[str, Messages] = {}
    for index, outcome in enumerate(report.outcomes):
        if not as_wanted(outcome):
            kinds.setdefault(outcome.code, {}).setdefault(words_of(outcome), []).append(index)
    ranked = sorted(kinds.items(), key=lambda kind: _rank(report, kind[1]))
    for most in (MOST_MESSAGES, 1, 0):
        blocks = [list(_code(report, code, messages, most)) for code, messages in ranked]
        if room.of(chain.from_iterable(blocks)) <= room.lines:
            yield from chain.from_iterable(blocks)
            return
    ends = list(accumulate(map(room.of, blocks)))
    fit = max(1, bisect_right(ends, room.lines - 1))
    yield from chain.from_iterable(blocks[:fit])
    if fit < len(blocks):
        yield _other_kinds(ranked[fit:])


def _rank(report: Report, messages: Messages) -> tuple[bool, int, int]:
    """Return where a code stands among others: rows that were only not sent last, then by how many there are."""
    indexes = _all_of(messages)
    is_sequel = all(report.outcomes[index].status is Status.NOT_SENT for index in indexes)
    return is_sequel, -len(indexes), indexes[0]


def _all_of(messages: Messages) -> list[int]:
    return sorted(index for group in messages.values() for index in group)


def _other_kinds(kinds: Sequence[tuple[str, Messages]]) -> str:
    rows = counted(sum(len(_all_of(messages)) for _, messages in kinds), "row")
    return f"  and {len(kinds)} more kinds, {rows}: see _code in the results"


def _code(report: Report, code: str, messages: Messages, most: int) -> Iterator[str]:
    """Yield the line of a code, and below it so many of its messages where it has several."""
    indexes = _all_of(messages)
    head = f"  {len(indexes):,}x {code}"
    if len(messages) == 1:
        yield f"{head} {_message(report, indexes)}   {_row_numbers(report, indexes)}"
        return
    title = CODES[code].title if code in CODES else "different reasons"
    yield f"{head} {title}   {_row_numbers(report, indexes)}"
    ranked = sorted(messages.values(), key=lambda group: -len(group))
    for group in ranked[:most]:
        yield f"       {_message(report, group)}   {_row_numbers(report, group)}"
    if most and len(messages) > most:
        yield f"       and {counted(len(messages) - most, 'more message')}"


def _message(report: Report, indexes: Sequence[int]) -> str:
    first = indexes[0]
    outcome = report.outcomes[first]
    most = MOST_VALUES if has_trait(outcome.code, Trait.COMPARING) else MOST_WORDS
    return excerpt(without_secrets(words_of(outcome), report.plan.sheet, first), most)


def _row_numbers(report: Report, indexes: Sequence[int]) -> str:
    return row_list((report.plan.sheet.numbers[index] for index in indexes), MOST_PLACES)
