"""A run in a screenful: counts in words, failures by their codes, pauses, files, the next command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from batch_update.codes import Trait, has_trait
from batch_update.errors import BatchUpdateError, GuardStopped, SheetError
from batch_update.model.plans import Outcome, Status, Verified
from batch_update.model.reports import Event, Exit, Files, Report
from batch_update.outcomes import as_wanted, exit_status, is_open, is_unread
from batch_update.report.guards import guard_lines
from batch_update.report.screen.gone_wrong import Room, wrong_lines
from batch_update.report.tones import Piece, Tone
from batch_update.text import counted, excerpt, how_long, printable, quoted_path

if TYPE_CHECKING:
    from batch_update.model.reports import Stats

FEWEST_LINES = 3
"""Lines about what went wrong, also where the screen has no room for them."""
GO_ON = "go on with batch-update resume"
"""A remedy that needs no line of its own where the command for it is named."""
MOST_EVENTS = 3
MOST_WORDS = 100
"""Characters of an event."""

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
    room: Room | None = None,
    heading: str = "",
) -> list[Piece]:
    """Return a run as text that ends in no line break, its first line in a tone of its own.

    What matters most comes first, the next commands last, and it fits into `room` as far as these two leave some.
    Nothing from sheet or server can steer a terminal. `files`: what the run wrote; without them it is not as wanted.
    `heading`: what the first line begins with.
    """
    commands = commands or Commands()
    if isinstance(report.stopped, GuardStopped) and report.stopped.tripped:
        first, *lines = guarded(report.stopped, commands.look, commands.allow)
    else:
        first = counts_line(report, stats)
        lines = list(_below(report, files, commands, room or Room(), counts_line(report, stats)))
    is_good = exit_status(report) is Exit.OK and files is not None
    tone = Tone.GOOD if is_good else Tone.ERROR
    return [Piece(heading + first, tone), *(Piece(f"\n{line}") for line in lines)]


def _below(report: Report, files: Files | None, commands: Commands, room: Room, first: str) -> Iterator[str]:
    """Yield all below the first line: of what went wrong as much as the screen has room for."""
    read, stop = list(_read_back(report)), list(_stop(report, commands))
    events = list(_events(report.events))
    end = [*_file_lines(files), *_next_lines(report, files, commands)] if files is not None else []
    free = room.lines - room.of((first, *read, *events, *stop, *end))
    yield from read
    yield from wrong_lines(report, Room(max(free, FEWEST_LINES), room.rows))
    yield from events
    yield from stop
    yield from end


def counts_line(report: Report, stats: Stats | None) -> str:
    """`117 updated, 1 failed, 3 left out in 61 s (3 retries, 1 pause)`."""
    text = f"{counted_outcomes(report.outcomes)} in {how_long(report.seconds)}"
    traffic = _traffic(stats) if stats is not None else ""
    return f"{text} ({traffic})" if traffic else text


def counted_outcomes(outcomes: Iterable[Outcome]) -> str:
    """`117 updated, 1 failed, 3 left out`."""
    counts = Counter(map(_told_as, outcomes))
    parts = [
        f"{counts[words]:,} {words}" for words in (*WORDS.values(), *AS_WANTED.values()) if counts[words]
    ]
    return ", ".join(parts or ["No rows"])


def _told_as(outcome: Outcome) -> str:
    """Return how rows that ended so are counted."""
    if outcome.status in AS_WANTED and as_wanted(outcome):
        return AS_WANTED[outcome.status]
    return WORDS[outcome.status]


def _traffic(stats: Stats) -> str:
    """`3 retries, 1 pause`; "" where all went straight through."""
    kinds = {"retry": stats.retries, "pause": stats.gates, "slow-down": stats.slowdowns}
    return ", ".join(counted(number, noun) for noun, number in kinds.items() if number)


def _read_back(report: Report) -> Iterator[str]:
    """`  read back: 33 verified, 1 mismatch, 1 unverifiable`."""
    kinds = Counter(outcome.verified for outcome in report.outcomes)
    parts = [f"{kinds[kind]:,} {kind}" for kind in Verified if kind is not Verified.NOT_READ and kinds[kind]]
    if parts:
        yield f"  read back: {', '.join(parts)}"


def _events(events: Sequence[Event]) -> Iterator[str]:
    """Yield a line for each pause or slow-down. Ends of pauses go without saying; a stop has a line of its own."""
    told = [event for event in events if event.kind not in {"resume", "stop"}]
    for event in told[:MOST_EVENTS]:
        yield f"  {excerpt(event.message, MOST_WORDS)}"
    if len(told) > MOST_EVENTS:
        yield f"  and {counted(len(told) - MOST_EVENTS, 'more event')}: see run.json"


# ---------------------------------------------------------------- how to go on


def _stop(report: Report, commands: Commands) -> Iterator[str]:
    stopped = report.stopped
    if isinstance(stopped, BatchUpdateError):
        code = f" [{stopped.code}]" if stopped.code else ""
        yield f"Stopped {printable(stopped.message)}{code}"
        if stopped.remedy and not (stopped.remedy == GO_ON and going_on(report, commands)):
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


def _file_lines(files: Files) -> Iterator[str]:
    """Yield where to look."""
    yield f"Report  {printable(str(files.page or files.workbook or files.results))}"
    if files.page and files.workbook:
        yield f"        {printable(str(files.workbook))}"
    yield from (f"        {printable(told)}" for told in files.told)


def _next_lines(report: Report, files: Files, commands: Commands) -> Iterator[str]:
    more = going_on(report, commands)
    if more:
        yield f"Go on   {more}"
    if files.failed is not None:
        yield from _again(report, files.failed, commands, is_first=not more)
    if files.undo is not None:
        yield f"Undo    {commands.undo or f'{commands.apply} {quoted_path(files.undo)}'}"


def _again(report: Report, failed: Path, commands: Commands, *, is_first: bool) -> Iterator[str]:
    """Yield how to come to the rows that are left. `is_first`: no other way to go on was told."""
    again = f"{commands.apply} {quoted_path(failed)}"
    left = [outcome for outcome in report.outcomes if not as_wanted(outcome)]
    if isinstance(report.stopped, SheetError):
        yield f"Fix     edit the sheet, or the rows in {printable(failed.name)} there, then: {again}"
    elif any(
        outcome.status is Status.INVALID or has_trait(outcome.code, Trait.MENDABLE)
        for outcome in report.outcomes
    ):
        yield f"Fix     edit {printable(failed.name)} there, then: {again}"
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
