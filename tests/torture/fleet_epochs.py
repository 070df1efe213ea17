"""Which epoch of an account sent a request: the sandbox's log against the journals of the epochs, one by one."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from batch_update.errors import JournalError
from batch_update.journal.reading import read_journal
from batch_update.journal.storing import schema

Attempt = tuple[float, int]
"""When a request was written down that was about to go out, in seconds since 1970, and the index of its row."""
Put = tuple[float, int]
"""When a request came, by the same clock, and the index of its row."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request of an account, and the epoch that sent it; 0 where no journal knows of it."""

    came: float
    epoch: int
    noted: float = 0.0


def attempts_of(runs: Iterable[tuple[int, Path]]) -> dict[int, list[Attempt]]:
    """Return what each epoch wrote down itself. A journal begins with what the epochs before it had written."""
    found: dict[int, list[Attempt]] = {}
    last = 0
    for epoch, run in runs:
        with suppress(JournalError):  # one that never became one
            entries = read_journal(run, _log)
            own = [entry for entry in entries if entry[0] > last]
            last = max((entry[0] for entry in entries), default=last)
            found[epoch] = [
                (int(what[1]) / 1e6, row)
                for _, kind, row, what in own
                if kind == schema.ATTEMPT and isinstance(what, list | tuple) and isinstance(what[1], int)
            ]
    return found


def _log(db: sqlite3.Connection, *_: object) -> list[schema.LogEntry]:
    return list(schema.entries_of_lines("log", db.execute(schema.selection("log"))))


def sent_by(attempts: dict[int, list[Attempt]], puts: Iterable[Put]) -> list[Sent]:
    """Return each request with its epoch: that of the last attempt of its row before it came, each taken once."""
    noted: dict[int, list[tuple[float, int]]] = {}
    for epoch, own in attempts.items():
        for at, row in own:
            noted.setdefault(row, []).append((at, epoch))
    for each in noted.values():
        each.sort()
    found = []
    for came, row in sorted(puts):
        left = noted.get(row, [])
        place = bisect_right(left, (came, max(attempts, default=0)))
        at, epoch = left.pop(place - 1) if place else (0.0, 0)
        found.append(Sent(came, epoch, at))
    return found


def late(sent: Iterable[Sent]) -> tuple[int, int]:
    """Return how many requests of an older epoch came after the first of a newer one: in flight then, and begun later.

    In flight was what had been written down before the newer one's first came.
    """
    in_flight = begun_later = newest = 0
    first = 0.0
    for one in sent:
        if one.epoch > newest:
            newest, first = one.epoch, one.came
        elif 0 < one.epoch < newest:
            in_flight += one.noted < first
            begun_later += one.noted >= first
    return in_flight, begun_later


def wrong_order(account: str, sent: list[Sent], at_once: int) -> Iterator[str]:
    """Yield what must not be among the requests of one account."""
    if unknown := sum(not one.epoch for one in sent):
        yield f"{account}: {unknown} requests that no journal knows of"
    in_flight, begun_later = late(sent)
    if begun_later:
        yield f"{account}: {begun_later} rows sent by an older epoch after a newer one's first"
    if in_flight > at_once:
        yield f"{account}: {in_flight} rows of an older epoch after a newer one's first, of {at_once} in flight"
