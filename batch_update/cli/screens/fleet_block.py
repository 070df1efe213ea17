"""How far a fleet is, in two lines that fit 80 columns with three accounts and with a thousand."""

from __future__ import annotations

from collections.abc import Iterator

from batch_update.cli.screens.progress_line import BarSigns, progress_line
from batch_update.fleet.outlook.fleet_meter import FleetProgress
from batch_update.send.progress import Progress
from batch_update.text import cells, counted, how_long

LABEL = "Accounts  "
CHANGES = "Changes "


def block_lines(seen: FleetProgress, *, room: int, signs: BarSigns | None) -> list[str]:
    """Return how far a fleet is: a line about its accounts, and one about the changes of all of them."""
    first = _fitting(LABEL, list(_account_words(seen)), room)
    return [first, progress_line(_as_one(seen), label=CHANGES, room=room, signs=signs)]


def fleet_log_line(seen: FleetProgress) -> str:
    """Return how far a fleet is as one line of a log."""
    words = ", ".join([*_account_words(seen), f"{seen.done:,} of {counted(seen.total, 'change')}"])
    rate = f", {seen.rate:,.1f}/s" if seen.rate else ""
    left = f", about {how_long(seen.eta)} left" if seen.eta else ""
    return f"accounts {words}{rate}{left}"


def _account_words(seen: FleetProgress) -> Iterator[str]:
    """Yield what is said of the accounts, what matters most first."""
    yield f"{seen.over:,}/{seen.accounts:,} over"
    if seen.failed:
        yield f"{seen.failed:,} failed"
    yield f"{seen.at_work:,} at work"
    if seen.waiting:
        yield f"{seen.waiting:,} waiting"
    if seen.wave:
        yield seen.wave
    if seen.unplanned:
        yield f"{seen.unplanned:,} not planned"


def _fitting(label: str, words: list[str], room: int) -> str:
    while len(words) > 1 and cells(label + "  ".join(words)) > room:
        words.pop()
    return label + "  ".join(words)


def _as_one(seen: FleetProgress) -> Progress:
    """Return the changes of all accounts as if they were those of one run."""
    return Progress(seen.done, seen.total, seen.counts, seen.rate, seen.eta)
