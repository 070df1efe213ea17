"""A run as its journal tells it, and the report that can be made of it at any time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from batch_update.errors import RunStopped
from batch_update.model.plans import Outcome, Plan
from batch_update.model.reports import Event, Report, Stats
from batch_update.outcomes import cut_off, lost_track, not_begun, spread
from batch_update.settings.tunables import Settings


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why something was done, by whom, and by which job. Each is empty where nobody said, or an older version ran."""

    note: str = ""
    """what it was for, in the words of whoever did it"""
    author: str = ""
    job: str = ""
    """the name of the job file that began it"""


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """The facts that a journal keeps of a run beside its plan and what came of it."""

    command: str = "apply"
    settings: Settings | None = None
    """of them, those that decide what a run does are kept"""
    parent: str = ""
    """the run that this one takes back: the name of its folder"""
    key: str = ""
    """stands for the key and where it was used, of a command; it cannot be read from it"""
    occasion: Occasion = Occasion()


@dataclass(frozen=True, slots=True)
class RecordedSession:
    """One process that worked on the run: `apply` first, then each `resume`."""

    facts: SessionFacts
    started: datetime
    """UTC"""
    seconds: float
    ended: bool
    """False: it is still going on, or was killed"""
    stopped: Exception | None = None
    stats: Stats | None = None
    """the client's at the end"""


@dataclass(frozen=True, slots=True)
class Intention:
    """An attempt that was about to be sent, and that nothing more is known of."""

    attempts: int
    started: datetime | None
    """UTC, the first attempt; None: it may have been sent, and what would tell is lost"""
    wave: int = 0
    """the number of the wave that it was sent in; 0 for none"""


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A run as it stands in its journal. Rows are named by their index in the sheet."""

    folder: Path
    created: datetime
    """UTC"""
    tool: str
    """the program that began it, with its version"""
    facts: SessionFacts
    plan: Plan
    outcomes: Mapping[int, Outcome]
    """the last word on each row that was sent, or settled later; without those that the plan itself settles"""
    in_flight: Mapping[int, Intention]
    """first row of a change -> its intention, where no outcome is known of it"""
    sessions: tuple[RecordedSession, ...]
    events: tuple[Event, ...]
    complete: bool
    """whether the run reached its end and left no row open"""
    lines: int = 0
    """of the log that could be read"""
    lost: int = 0
    """the session of which the end is missing in the log, and nothing says so there yet; 0 where nothing is missing"""

    @property
    def stopped(self) -> Exception | None:
        """Return why the last session did not reach its end."""
        if not self.sessions:
            return _cut_off("no assistant was changed")
        last = self.sessions[-1]
        return last.stopped if last.ended else _cut_off("it is still going on, or was killed")


def _cut_off(words: str) -> RunStopped:
    return RunStopped(
        f"the run did not come to its end: {words}",
        code="R106",
    )


def report_of(recorded: RecordedRun) -> Report:
    """Return the report that the run itself would have made, had it been asked now.

    A row that was about to be sent and has no outcome is `unknown`, one whose turn did not come is `not_sent`.
    """
    sessions = recorded.sessions
    outcomes = dict(recorded.plan.settled) | dict(_sent(recorded))
    return Report(
        recorded.plan,
        tuple(outcomes[index] for index in range(len(recorded.plan.sheet))),
        recorded.events,
        sum(session.seconds for session in sessions),
        recorded.stopped,
        sessions[0].started if sessions else recorded.created,
    )


def _sent(recorded: RecordedRun) -> Iterator[tuple[int, Outcome]]:
    """Row -> outcome for every row of every change."""
    never = not_begun(recorded.stopped)
    numbers = recorded.plan.sheet.numbers
    for change in recorded.plan.changes:
        first = change.indexes[0]
        if (intention := recorded.in_flight.get(first)) is not None:
            yield from spread(change, in_doubt(intention), numbers).items()
        elif first in recorded.outcomes:
            yield from ((index, recorded.outcomes[index]) for index in change.indexes)
        else:
            yield from spread(change, never, numbers).items()


def in_doubt(intention: Intention) -> Outcome:
    """Return the outcome of a change that was about to be sent, and of which nothing more is known."""
    if intention.started is None:
        return lost_track()
    return cut_off(intention.attempts, intention.started, wave=intention.wave)


def waves_begun(recorded: RecordedRun) -> int:
    """Return how many waves the sessions of a run have begun so far."""
    told = (outcome.wave for outcome in recorded.outcomes.values())
    under_way = (intention.wave for intention in recorded.in_flight.values())
    return max((0, *told, *under_way))


def facts_of(recorded: RecordedRun) -> RunFacts:
    """Return what `run.json` tells beside the outcomes: the last session's settings, all sessions' requests."""
    last = recorded.sessions[-1].facts if recorded.sessions else recorded.facts
    began = recorded.facts
    return RunFacts(last.settings or began.settings, _sum(recorded), began.command, began.occasion)


def with_stats(recorded: RecordedRun, facts: SessionFacts, stats: Stats) -> RunFacts:
    """Return what `run.json` tells of a run that was read before its last session: its facts, all requests."""
    began = recorded.facts
    return RunFacts(facts.settings, _sum(recorded, stats), began.command, began.occasion)


def _sum(recorded: RecordedRun, *more: Stats) -> Stats | None:
    """Return the requests of all sessions; None where none of them told."""
    known = [session.stats for session in recorded.sessions if session.stats is not None] + [*more]
    if not known:
        return None
    return Stats(
        requests=sum(s.requests for s in known),
        retries=sum(s.retries for s in known),
        gates=sum(s.gates for s in known),
        slowdowns=sum(s.slowdowns for s in known),
    )


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The facts that `run.json` tells of a run beside its outcomes. All of them may be left out."""

    settings: Settings | None = None
    stats: Stats | None = None
    """the client's, at the end"""
    command: str = "apply"
    """which the run began as: apply or undo"""
    occasion: Occasion = Occasion()
    """when it began"""
