"""`run.json`: a run in figures, for programs. No cell of the sheet, no address beyond the host, no secret."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from batch_update.codes import CODES
from batch_update.errors import BatchUpdateError, GuardStopped
from batch_update.journal.recorded import RunFacts
from batch_update.model.plans import Status
from batch_update.model.reports import Event, Report
from batch_update.model.sheets import Json
from batch_update.outcomes import exit_status
from batch_update.report.files.results import utc_text
from batch_update.report.guards import guard_json
from batch_update.settings.tunables import SETTINGS, Settings
from batch_update.version import __version__

if TYPE_CHECKING:
    from batch_update.model.reports import Stats

SCHEMA = 1
"""Raised when a key of run.json changes its meaning or goes away. New keys do not count."""
FIRST_ROWS = 10
"""Rows that are named for each code."""


def run_document(report: Report, facts: RunFacts) -> dict[str, Json]:
    """The run as JSON values, `files` left to be added by who writes them."""
    sheet = report.plan.sheet
    return {
        "schema": SCHEMA,
        "tool": f"batch-update {__version__}",
        **_times(report),
        "sheet": {
            "name": sheet.name,
            "sha256": sheet.sha256 or None,
            "rows": len(sheet),
            "blank_rows": sheet.blank_rows,
        },
        "server": urlsplit(facts.settings.base_url).netloc.rpartition("@")[2] if facts.settings else None,
        "counts": {str(status): report.counts().get(status, 0) for status in Status},
        "codes": _codes(report),
        "stats": _stats(facts.stats),
        "settings": _settings(facts.settings),
        "events": [_event(event) for event in report.events],
        "stopped": _stop(report.stopped),
        "exit": int(exit_status(report)),
    }


def _times(report: Report) -> dict[str, Json]:
    if report.started is None:
        return {"started": None, "finished": None, "seconds": round(report.seconds, 3)}
    finished = report.started + timedelta(seconds=report.seconds)
    return {
        "started": utc_text(report.started),
        "finished": utc_text(finished),
        "seconds": round(report.seconds, 3),
    }


def _codes(report: Report) -> dict[str, Json]:
    """Code -> how many rows, and the first of them."""
    found: dict[str, Json] = {}
    for number, outcome in zip(report.plan.sheet.numbers, report.outcomes, strict=True):
        if outcome.code:
            title = CODES[outcome.code].title if outcome.code in CODES else ""
            entry = found.setdefault(outcome.code, {"title": title, "rows": 0, "first_rows": []})
            entry["rows"] += 1
            if len(entry["first_rows"]) < FIRST_ROWS:
                entry["first_rows"].append(int(number))
    return found


def _event(event: Event) -> Json:
    seconds = None if event.seconds is None else round(event.seconds, 3)
    return {"kind": event.kind, "message": event.message, "seconds": seconds}


def _stats(stats: Stats | None) -> Json:
    if stats is None:
        return None
    names = ("requests", "retries", "gates", "slowdowns")
    return {name: getattr(stats, name) for name in names}


def _settings(settings: Settings | None) -> Json:
    if settings is None:
        return None
    values = settings.model_dump(mode="json", include=set(SETTINGS))
    return values | {"rate": [str(window) for window in settings.rate]}


def _stop(stopped: Exception | None) -> Json:
    """Why the run ended early. Of a bug only its kind: its text could hold anything, a key too."""
    if stopped is None:
        return None
    if isinstance(stopped, BatchUpdateError):
        guards = [guard_json(one) for one in stopped.tripped] if isinstance(stopped, GuardStopped) else []
        return {
            "kind": type(stopped).__name__,
            "code": stopped.code,
            "message": stopped.message,
            "remedy": stopped.remedy,
            **({"guards": guards} if guards else {}),
        }
    return {"kind": type(stopped).__name__, "code": "", "message": "a bug in batch-update", "remedy": ""}
