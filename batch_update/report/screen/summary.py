"""A run in a screenful: counts in words, failures by their codes, pauses, files, the next command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from batch_update.codes import CODES, Trait, has_trait
from batch_update.errors import BatchUpdateError, GuardStopped, SheetError
from batch_update.model.plans import Outcome, Status, Verified
from batch_update.model.reports import Event, Exit, Files, Report
from batch_update.outcomes import as_wanted, exit_status, is_open, is_unread
from batch_update.report.guards import guard_lines
from batch_update.report.messages import without_secrets, words_of
from batch_update.report.places import row_list
from batch_update.report.tones import Piece, Tone
from batch_update.text import counted, excerpt, how_long, printable, quoted_path

if TYPE_CHECKING:
    from batch_update.model.reports import Stats

MOST_CODES = 12
MOST_MESSAGES = 3
"""Different messages shown for one code."""
MOST_EVENTS = 5
MOST_WORDS = 100
"""Characters of a message."""
MOST_VALUES = 300
"""Characters of a message that tells of two or three values where they differ."""

WORDS = {
    Status.UPDATED: "updated",
    Status.UNCHANGED: "with nothing to change",
    Status.INVALID: "invalid",
    Status.FAILED: "failed",
    Status.UNKNOWN: "unknown (perhaps applied)",
    Status.NOT_SENT: "not sent",
    Status.CONFLICT: "in conflict (held back, all or in part)",
}
AS_WANTED = {Status.UNKNOWN: "as wanted, by whom cannot be told", Status.NOT_SENT: "left out"}
"""Of these statuses, how rows are told apart that nothing is left to do for."""


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands that a summary may name, as they can be pasted."""

    apply: str = "batch-update apply"
    """applies a sheet with the same settings, once its path is added"""
    ours: str = ""
    """the same, and what others changed since the export is overwritten; empty where the sheet remembers none"""
    undo: str = ""
    """takes this run back; empty where it has no journal"""
    resume: str = ""
    """goes on with it; empty where it has no journal"""
    retry: str = ""
    """goes on with it and sends the failed rows as well"""
    look: str = ""
    """shows what a guard stopped"""
    allow: str = ""
    """lets through what a guard stopped"""


def summary(
    report: Report,
    files: Files | None = None,
    *,
    stats: Stats | None = None,
    commands: Commands | None = None,
) -> list[Piece]:
    """Return a run as text that ends in no line break, its first line in a tone of its own.

    Nothing from sheet or server can steer a terminal. `files`: what the run wrote; without them it is not as wanted.
    """
    commands = commands or Commands()
    if isinstance(report.stopped, GuardStopped) and report.stopped.tripped:
        first, *lines = guarded(report.stopped, commands.look, commands.allow)
    else:
        first = _counts_line(report, stats)
        lines = [*_read_back(report), *_codes(report), *_events(report.events), *_stop(report)]
        if files is not None:
            lines += [f"Report  {printable(str(files.results))}", *_next_lines(report, files, commands)]
    is_good = exit_status(report) is Exit.OK and files is not None
    return [Piece(first, Tone.GOOD if is_good else Tone.ERROR), *(Piece(f"\n{line}") for line in lines)]


def _counts_line(report: Report, stats: Stats | None) -> str:
    """`117 updated, 1 failed, 3 left out in 61 s (3 retries, 1 pause, 0 slow-downs)`."""
    counts = Counter(map(_told_as, report.outcomes))
    parts = [
        f"{counts[words]:,} {words}" for words in (*WORDS.values(), *AS_WANTED.values()) if counts[words]
    ]
    text = f"{', '.join(parts or ['No rows'])} in {how_long(report.seconds)}"
    return f"{text} ({_traffic(stats)})" if stats is not None else text


def _told_as(outcome: Outcome) -> str:
    """Return how rows that ended so are counted."""
    if outcome.status in AS_WANTED and as_wanted(outcome):
        return AS_WANTED[outcome.status]
    return WORDS[outcome.status]


def _traffic(stats: Stats) -> str:
    kinds = {"retry": stats.retries, "pause": stats.gates, "slow-down": stats.slowdowns}
    return ", ".join(counted(number, noun) for noun, number in kinds.items())


def _read_back(report: Report) -> Iterator[str]:
    """`  read back: 33 verified, 1 mismatch, 1 unverifiable`."""
    kinds = Counter(outcome.verified for outcome in report.outcomes)
    parts = [f"{kinds[kind]:,} {kind}" for kind in Verified if kind is not Verified.NOT_READ and kinds[kind]]
    if parts:
        yield f"  read back: {', '.join(parts)}"


# ---------------------------------------------------------------- what went wrong


Messages = dict[str, list[int]]
"""A message -> the indexes of the rows that it is told of."""


def _codes(report: Report) -> Iterator[str]:
    """Yield a line for each code, in the order of the rows, with its messages where they differ."""
    kinds: dict[str, Messages] = {}
    for index, outcome in enumerate(report.outcomes):
        if not as_wanted(outcome):
            kinds.setdefault(outcome.code, {}).setdefault(words_of(outcome), []).append(index)
    for code, messages in islice(kinds.items(), MOST_CODES):
        yield from _code(report, code, messages)
    if len(kinds) > MOST_CODES:
        yield f"  and {len(kinds) - MOST_CODES} more kinds: see _code in the results"


def _code(report: Report, code: str, messages: Messages) -> Iterator[str]:
    indexes = [index for group in messages.values() for index in group]
    head = f"  {len(indexes):,}x {code}"
    if len(messages) == 1:
        yield f"{head} {_message(report, indexes)}   {_row_numbers(report, indexes)}"
        return
    title = CODES[code].title if code in CODES else "different reasons"
    yield f"{head} {title}   {_row_numbers(report, indexes)}"
    for group in islice(messages.values(), MOST_MESSAGES):
        yield f"       {_message(report, group)}   {_row_numbers(report, group)}"
    if len(messages) > MOST_MESSAGES:
        yield f"       and {len(messages) - MOST_MESSAGES} more messages"


def _message(report: Report, indexes: Sequence[int]) -> str:
    first = indexes[0]
    outcome = report.outcomes[first]
    most = MOST_VALUES if has_trait(outcome.code, Trait.COMPARING) else MOST_WORDS
    return excerpt(without_secrets(words_of(outcome), report.plan.sheet, first), most)


def _row_numbers(report: Report, indexes: Sequence[int]) -> str:
    return row_list(report.plan.sheet.numbers[index] for index in indexes)


def _events(events: Sequence[Event]) -> Iterator[str]:
    """Yield a line for each pause or slow-down. Ends of pauses go without saying; a stop has a line of its own."""
    told = [event for event in events if event.kind not in {"resume", "stop"}]
    for event in told[:MOST_EVENTS]:
        kind = "" if event.kind in event.message else f"{event.kind}: "
        yield f"  {kind}{excerpt(event.message, MOST_WORDS)}"
    if len(told) > MOST_EVENTS:
        yield f"  and {len(told) - MOST_EVENTS} more events: see run.json"


# ---------------------------------------------------------------- how to go on


def _stop(report: Report) -> Iterator[str]:
    stopped = report.stopped
    if isinstance(stopped, BatchUpdateError):
        code = f" [{stopped.code}]" if stopped.code else ""
        yield f"Stopped {printable(stopped.message)}{code}"
        if stopped.remedy:
            yield f"Help    {printable(stopped.remedy)}"
    elif stopped is not None:
        yield f"Stopped by a bug in batch-update ({type(stopped).__name__}): please report it"


def guarded(stop: GuardStopped, look: str, allow: str) -> Iterator[str]:
    """`Stopped: 2 things need to be allowed by name. Nothing was sent.`, a line for each, and how to go on."""
    things = counted(len(stop.tripped), "thing")
    verb = "needs" if len(stop.tripped) == 1 else "need"
    by_name = " by name" if all(one.hazard for one in stop.tripped) else ""
    yield f"Stopped: {things} {verb} to be allowed{by_name}. Nothing was sent."
    yield from guard_lines(stop.tripped)
    if look:
        yield f"Look    {look}"
    if allow:
        yield f"Go on   {allow}"


def _next_lines(report: Report, files: Files, commands: Commands) -> Iterator[str]:
    more = going_on(report, commands)
    if more:
        yield f"Go on   {more}"
    if files.failed is not None:
        yield from _again(report, files.failed, commands, is_first=not more)
    if files.undo is not None:
        yield f"Undo    {commands.undo or f'{commands.apply} {quoted_path(files.undo)}'}"


def _again(report: Report, failed: Path, commands: Commands, *, is_first: bool) -> Iterator[str]:
    """Yield how to come to the rows in failed.csv. `is_first`: no other way to go on was told."""
    again = f"{commands.apply} {quoted_path(failed)}"
    left = [outcome for outcome in report.outcomes if not as_wanted(outcome)]
    if isinstance(report.stopped, SheetError):
        yield f"Fix     edit the sheet, or the rows in failed.csv there, then: {again}"
    elif any(
        outcome.status is Status.INVALID or has_trait(outcome.code, Trait.MENDABLE)
        for outcome in report.outcomes
    ):
        yield f"Fix     edit failed.csv there, then: {again}"
    elif {outcome.status for outcome in left} == {Status.CONFLICT}:
        anyway = f"{commands.ours or commands.apply} {quoted_path(failed)}"
        yield f"Look    at the values; to change those in conflict anyway: {anyway}"
    elif is_first and {outcome.code for outcome in left} != {"X320"}:
        yield f"Go on   {again}"


def going_on(report: Report, commands: Commands) -> str:
    """Return the command that goes on with the run; "" where that would do nothing, or without a journal."""
    changed = [report.outcomes[change.indexes[0]] for change in report.plan.changes]
    may_pass = any(map(_may_pass, changed))
    is_left = may_pass or any(map(is_open, changed)) or is_unread(report)
    if not is_left:
        return ""
    return commands.retry if may_pass else commands.resume


def _may_pass(outcome: Outcome) -> bool:
    """Whether the row was refused for a reason that passes, and is not tried again by itself."""
    return (
        outcome.status is Status.FAILED
        and not has_trait(outcome.code, Trait.MENDABLE)
        and not is_open(outcome)
    )
