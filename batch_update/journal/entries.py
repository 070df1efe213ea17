"""A run as the entries of its journal's tables, and the run that these entries tell of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from batch_update.journal.recorded import SessionFacts
from batch_update.journal.session_values import (
    settings_value,
    stats_value,
    stop_value,
)
from batch_update.journal.storing.schema import ATTEMPT, ENDING, EVENT, LOSS, OUTCOME, SESSION, LogEntry
from batch_update.model.as_json import (
    called_value,
    change_value,
    event_value,
    outcome_value,
    problem_value,
    row_values,
    sheet_value,
    time_value,
    without_defaults,
)
from batch_update.model.plans import Outcome, Plan
from batch_update.model.reports import Event, Stats
from batch_update.model.sheets import Json
from batch_update.plan.sound import refuse_unmerged

# ---------------------------------------------------------------- to entries


def plan_entries(
    plan: Plan, facts: SessionFacts, created: datetime, tool: str
) -> Iterator[tuple[str, Iterable[Json]]]:
    """Yield every table that a plan fills, with its entries. ValueError where parts of a change are not merged yet."""
    refuse_unmerged(plan)
    problems = (*plan.sheet.problems, *plan.problems)
    run = {
        "created": time_value(created),
        "tool": tool,
        "facts": _facts_value(facts) | {"parent": facts.parent},
        "account": plan.account,
        "server": plan.server,
        "unseen": plan.unseen,
        "called": called_value(plan.called),
        "sheet": sheet_value(plan.sheet),
        "sheet_problems": len(plan.sheet.problems),
        "entries": [len(plan.sheet), len(problems), len(plan.changes), len(plan.settled)],
    }
    yield "run", [run]
    yield "sheet_row", row_values(plan.sheet)
    yield "problem", map(problem_value, problems)
    yield "change", map(change_value, plan.changes)
    yield "log", (outcome_entry(0, index, outcome) for index, outcome in plan.settled.items())


def outcome_entry(session: int, row: int, outcome: Outcome) -> LogEntry:
    return session, OUTCOME, row, outcome_value(outcome)


def attempt_entry(session: int, row: int, attempt: int, at: datetime) -> LogEntry:
    return session, ATTEMPT, row, (attempt, time_value(at))


def event_entry(session: int, event: Event, at: datetime) -> LogEntry:
    """Return the entry of an event, with its own time, or with this one where it has none."""
    return session, EVENT, -1, (time_value(event.at or at), event_value(event))


def session_entry(session: int, facts: SessionFacts, started: datetime) -> LogEntry:
    """Return the entry of a process that began to send."""
    return session, SESSION, -1, _facts_value(facts) | {"started": time_value(started)}


def ending_entry(session: int, seconds: float, stopped: Exception | None, stats: Stats | None) -> LogEntry:
    """It ended."""
    value = {"seconds": seconds, "stopped": stop_value(stopped), "stats": stats_value(stats)}
    return session, ENDING, -1, value


def loss_entry(session: int) -> LogEntry:
    """Return the entry that says that what this session wrote last is gone."""
    return session, LOSS, -1, None


def _facts_value(facts: SessionFacts) -> dict[str, Json]:
    told = {"command": facts.command, "settings": settings_value(facts.settings), "key": facts.key}
    return told | without_defaults(facts.occasion)


# ---------------------------------------------------------------- from entries
