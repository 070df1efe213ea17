"""A run put together from the entries of its journal: what was planned, what was sent, what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from batch_update.codes import CODES
from batch_update.journal.recorded import (
    Intention,
    Occasion,
    RecordedRun,
    RecordedSession,
    SessionFacts,
    in_doubt,
)
from batch_update.journal.session_values import read_stats, read_stop, recorded_settings
from batch_update.journal.storing.mark import Promise
from batch_update.journal.storing.schema import ATTEMPT, ENDING, EVENT, LOSS, OUTCOME, SESSION, Damaged
from batch_update.model.alike import Alike
from batch_update.model.as_json import (
    read_called,
    read_change,
    read_event,
    read_outcome,
    read_problem,
    read_seconds,
    read_time,
    sheet_of_value,
    text_of_value,
)
from batch_update.model.plans import Change, Outcome, Plan, Status
from batch_update.model.reports import Event
from batch_update.model.sheets import Json, Problem
from batch_update.outcomes import DONE, is_open, was_sent
from batch_update.plan.sound import accounts_for_each_row

Read = Callable[[str], Iterator[Any]]
"""Table -> its entries, in the order in which they were written."""


def replay(folder: Path, read: Read, *, lines: int, promise: Promise | None) -> RecordedRun:
    """Return the run that these entries tell of, of which the log has so many lines.

    `promise` is what the mark says; None: it cannot be read. Where they make no sense, raises what `reading` takes for
    damage: Damaged, ValueError, TypeError, LookupError, AttributeError, ArithmeticError.
    """
    runs = list(read("run"))
    if len(runs) != 1:
        raise Damaged(f"it tells of {len(runs)} runs")
    run = runs[0]
    course = _Course()
    for entry in read("log"):
        course.add(entry)
    lost = course.missing(lines, promise)
    if lost:
        course.lose(lost)
    plan = _plan(run, read, course.planned)
    course.check(plan)
    rows = {change.indexes[0] for change in plan.changes}
    sessions = tuple(course.sessions(plan.errors))
    outcomes = course.outcomes()
    in_flight = {row: found for row in rows if (found := course.in_flight(row))}
    open_rows = any(row not in outcomes or is_open(outcomes[row]) for row in rows)
    return RecordedRun(
        folder=folder,
        created=read_time(run["created"]),
        tool=text_of_value(run["tool"]),
        facts=_facts(run["facts"]),
        plan=plan,
        outcomes=outcomes,
        in_flight=in_flight,
        sessions=sessions,
        events=tuple(course.events),
        complete=bool(sessions) and sessions[-1].ended and not in_flight and not open_rows,
        lines=lines,
        lost=lost,
    )


@dataclass(frozen=True, slots=True)
class SentChange:
    """A change that was sent, or may have been, and what became of it."""

    change: Change
    outcome: Outcome
    occasion: Occasion
    """of the session that sent it, with the note and job of the run where it has none"""


def sent_of(
    changes: Iterable[Change],
    entries: Iterable[Json],
    began: Occasion,
    *,
    lines: int,
    promise: Promise | None,
) -> Iterator[SentChange]:
    """Yield those of the changes that were sent, or may have been.

    `entries` are those of the log that tell of the rows of these changes or of the run as a whole, in their order;
    `began` is the occasion of the run. Raises as `replay` does.
    """
    course = _Course()
    for entry in entries:
        course.add(entry)
    if lost := course.missing(lines, promise):
        course.lose(lost)
    outcomes = course.outcomes()
    for change in changes:
        row = change.indexes[0]
        intention = course.in_flight(row)
        outcome = in_doubt(intention) if intention else outcomes.get(row)
        if outcome is not None and was_sent(outcome):
            yield SentChange(change, outcome, course.occasion(row, began))


def _facts(found: Json) -> SessionFacts:
    settings = recorded_settings(found["settings"])
    parent, key = text_of_value(found.get("parent", "")), text_of_value(found["key"])
    return SessionFacts(text_of_value(found["command"]), settings, parent, key, _occasion(found))


def _occasion(found: Json) -> Occasion:
    return Occasion(*(text_of_value(found.get(name, "")) for name in ("note", "author", "job")))


def _plan(run: Json, read: Read, settled: dict[int, Outcome]) -> Plan:
    problems = tuple(map(read_problem, read("problem")))
    of_sheet, of_plan = problems[: run["sheet_problems"]], problems[run["sheet_problems"] :]
    alike = Alike()
    sheet = sheet_of_value(run["sheet"], read("sheet_row"), of_sheet, alike)
    changes = tuple(alike.change(read_change(found)) for found in read("change"))
    if run["entries"] != [len(sheet), len(problems), len(changes), len(settled)]:
        raise Damaged("entries of the plan are missing")
    account, server = text_of_value(run["account"]), text_of_value(run["server"])
    called = read_called(run.get("called", {}))  # runs of earlier versions have none
    plan = Plan(
        sheet, changes, settled, of_plan, account, server, unseen=run["unseen"] is True, called=called
    )
    if not accounts_for_each_row(plan):
        raise Damaged("its plan does not account for each row once")
    return plan


@dataclass(slots=True)
class _Course:
    """The course of a run as its log tells it, entry by entry; what was written later counts."""

    planned: dict[int, Outcome] = field(default_factory=dict)
    """what the plan itself settles"""
    begun: list[Json] = field(default_factory=list)
    endings: dict[int, Json] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    attempts: dict[int, list[tuple[int, int, datetime]]] = field(default_factory=dict)
    """row -> session, attempt and when, of all its attempts"""
    settled: dict[int, tuple[int, Outcome]] = field(default_factory=dict)
    """row -> session and outcome of what was sent, or settled without sending"""
    withdrawn: dict[int, tuple[int, Outcome]] = field(default_factory=dict)
    """row -> session and outcome of what was not sent after all. It takes nothing back that an earlier session did."""
    idle: set[tuple[int, int]] = field(default_factory=set)
    """row and session of all that was not sent after all, though it may have been about to be"""
    certain: set[int] | None = None
    """where something was lost: the rows of which the last word is known all the same"""
    latest: dict[int, datetime] = field(default_factory=dict)
    """session -> when it last wrote down a time"""
    waves: dict[int, int] = field(default_factory=dict)
    """session -> the number of the wave that it was in last, for sessions with waves; 0 where nothing tells"""

    def add(self, entry: Json) -> None:
        """Take the next entry. Raises as `replay` does."""
        session, kind, row, data = entry
        if type(session) is not int or type(row) is not int:
            raise Damaged("an entry of its log is about no session or row")
        self._refuse_misplaced(session, kind, row)
        if kind == ATTEMPT:
            self._attempt(session, row, data)
        elif kind == OUTCOME:
            self._settle(session, row, read_outcome(data))
        elif kind == EVENT:
            self._happen(session, data)
        elif kind == SESSION and session == len(self.begun) + 1:
            self.begun.append(data)
            self._expect_wave(session, data["settings"])
        elif kind == LOSS:
            self.lose(session)
        elif kind == ENDING:
            self._end(session, data)
        else:
            raise Damaged(f"an entry of the kind {kind!r} is not known, or not there")

    def check(self, plan: Plan) -> None:
        """Raises Damaged where it tells of rows that the plan does not send, or of a part of a change's rows."""
        homes = {row for change in plan.changes for row in change.indexes}
        known = self.settled.keys() | self.withdrawn.keys()
        if not (self.attempts.keys() <= {change.indexes[0] for change in plan.changes} and known <= homes):
            raise Damaged("its log tells of rows that were not to be sent")
        found = {row: outcome.status for row, outcome in self.outcomes().items()}
        if any(len({found.get(row) for row in change.indexes}) > 1 for change in plan.changes):
            raise Damaged("its log tells of some rows of a change, and not the same of the others")

    def _refuse_misplaced(self, session: int, kind: str, row: int) -> None:
        """Raise Damaged for an entry that cannot stand here, or that is about a row where none can be."""
        begun = len(self.begun)
        if session == 0 and kind == OUTCOME:
            is_due = begun == 0  # what the plan itself settles comes before all sessions
        else:
            # What a resumed run settles before it begins to send belongs to the session that begins then.
            is_due = session in (begun, begun + 1) or (kind == LOSS and session > begun)
        if not is_due:
            raise Damaged("an entry of its log stands in the wrong session")
        least, most = (0, row) if kind in (ATTEMPT, OUTCOME) else (-1, -1)
        if not least <= row <= most:
            raise Damaged("an entry of its log is about no such row")

    def _attempt(self, session: int, row: int, data: Json) -> None:
        attempt, when = data
        if type(attempt) is not int or attempt < 1:
            raise Damaged("an attempt has no number")
        self.latest[session] = at = read_time(when)
        self.attempts.setdefault(row, []).append((session, attempt, at))
        # Cut off before it began, the last session had the same number, and may have left the row out.
        self.idle.discard((row, session))

    def _happen(self, session: int, data: Json) -> None:
        when, event = data
        self.latest[session] = at = read_time(when)
        happened = read_event(event, at)
        self.events.append(happened)
        if happened.kind == "wave":
            self.waves[session] = happened.wave and happened.wave + 1

    def _expect_wave(self, session: int, settings: Json) -> None:
        """A session begins. Its first wave follows those of the sessions before it."""
        if settings is not None and settings.get("waves"):
            self.waves[session] = 1 + max((outcome.wave for _, outcome in self.settled.values()), default=0)

    def _end(self, session: int, data: Json) -> None:
        """Keep the end of a session; on a full disk it may have been written, and its beginning not."""
        if session == len(self.begun):
            self.endings[session] = {name: data[name] for name in ("seconds", "stopped", "stats")}

    def _settle(self, session: int, row: int, outcome: Outcome) -> None:
        if self.certain is not None and outcome.status is not Status.NOT_SENT:
            self.certain.add(row)
        if session == 0:
            if row in self.planned:
                raise Damaged("its plan settles a row twice")
            self.planned[row] = outcome
        elif outcome.status is Status.NOT_SENT:
            self.withdrawn[row] = (session, outcome)
            self.idle.add((row, session))
        else:
            self.settled[row] = (session, outcome)

    def missing(self, lines: int, promise: Promise | None) -> int:
        """Return the session of which the end is missing in so many lines; 0 where nothing is.

        A mark goes away once its run came to an end: one that is gone sooner, or damaged, cannot tell.
        """
        begun = len(self.begun)
        if promise is None:
            return 0 if begun in self.endings else max(begun, 1)
        return max(promise.session, begun, 1) if promise.lines > lines else 0

    def lose(self, session: int) -> None:
        """Take note that what this session wrote last is gone, and all of the sessions between.

        What is done stays done. Another end, of a session before it, may not be the last word on its row.
        """
        known = {row for row, (by, o) in self.settled.items() if by >= session or o.status in DONE}
        self.certain = known if self.certain is None else known & self.certain
        self.events.append(Event("loss", CODES["J109"].meaning))

    def in_flight(self, row: int) -> Intention | None:
        """Return the attempts of this change that nothing more is known of."""
        since = self.settled[row][0] if row in self.settled else 0
        left = [
            one for one in self.attempts.get(row, ()) if one[0] > since and (row, one[0]) not in self.idle
        ]
        if not left and self.certain is not None and row not in self.certain:
            return Intention(0, None)
        if not left:
            return None
        session, attempt, _ = left[-1]
        return Intention(attempt, left[0][2], self.waves.get(session, 0))

    def occasion(self, row: int, began: Occasion) -> Occasion:
        """Return on which occasion this row was sent last; `began` is the one of the run."""
        session = self.settled[row][0] if row in self.settled else 0
        session = max([session, *(one[0] for one in self.attempts.get(row, ()))])
        if not 0 < session <= len(self.begun):
            return began
        found = _occasion(self.begun[session - 1])
        return Occasion(found.note or began.note, found.author or began.author, found.job or began.job)

    def outcomes(self) -> dict[int, Outcome]:
        """Return the last word on each row that there is one of."""
        last = len(self.begun)
        found = {row: outcome for row, (session, outcome) in self.withdrawn.items() if session == last}
        return found | {row: outcome for row, (_, outcome) in self.settled.items()}

    def sessions(self, problems: tuple[Problem, ...]) -> Iterator[RecordedSession]:
        """All of them. One without an ending was killed, or goes on; its clock may have been set back meanwhile."""
        for number, begun in enumerate(self.begun, 1):
            started = read_time(begun["started"])
            if (end := self.endings.get(number)) is None:
                seconds = max(0.0, (self.latest.get(number, started) - started).total_seconds())
                yield RecordedSession(_facts(begun), started, seconds, ended=False)
            else:
                stop, stats = read_stop(end["stopped"], problems), read_stats(end["stats"])
                yield RecordedSession(_facts(begun), started, read_seconds(end["seconds"]), True, stop, stats)
