"""The documents of a run: `run.json`, and what the commands that send, or show a run, print of it.

`run.json` holds no cell of the sheet, no address beyond the host and no secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import ClassVar

from batch_update.journal.folders import RunState, host_of
from batch_update.journal.recorded import RunFacts
from batch_update.model.plans import Status
from batch_update.model.reports import Files, Report, Stats
from batch_update.model.sheets import Json
from batch_update.outcomes import exit_status
from batch_update.report.documents.envelope import ToldError, enveloped, told_error
from batch_update.report.documents.nouns import ToldProblem, told_problems
from batch_update.report.figures.by_code import by_code
from batch_update.settings.tunables import SANDBOX_URL, SETTINGS, Settings

FIRST_ROWS = 10
"""Rows that are named for each code."""


@dataclass(frozen=True, slots=True)
class SentSheet:
    """The sheet of a run."""

    name: str
    """of the file; - for stdin"""
    sha256: str | None
    """of the file's bytes; null where it was read from no file"""
    rows: int
    """how many, without those that are blank"""
    blank_rows: int
    """which were skipped"""


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How often a code stands in the results."""

    title: str
    """what the code means, in a few words"""
    rows: int
    """how many"""
    first_rows: tuple[int, ...]
    """the numbers of the first ten"""


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests that the program made, in all sessions of the run."""

    requests: int
    """begun, retries and look-ups included"""
    retries: int
    """requests that were begun again"""
    gates: int
    """times that the server had everybody wait"""
    slowdowns: int
    """times that a limit was lowered"""


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """Something that happened to the run as a whole."""

    kind: str
    """gate, slow, pause, resume, limit, shared, ledger, list, wave, resumed, stored, verify, stop, loss or display"""
    message: str
    """what happened"""
    seconds: float | None
    """how long it lasted, where that is known"""
    at: datetime | None
    """when it was told; null where that is not known"""
    wave: int | None
    """the number of the wave that ended; null for all else"""


@dataclass(frozen=True, slots=True)
class FilePaths:
    """The files of a run; null for one that there is not. In `run.json` their names, else their paths."""

    results: str | None
    """every row of the sheet, in its order"""
    failed: str | None
    """the rows that are still to be done"""
    undo: str | None
    """a sheet that brings back what was changed"""
    run: str | None
    """the run in figures: `run.json`"""
    workbook: str | None
    """the results with all that belongs to them as a workbook, where the sheet was one"""
    page: str | None
    """the run as a page to look at: `report.html`"""


@dataclass(frozen=True, slots=True)
class RunFigures:
    """A run in figures."""

    KIND: ClassVar[str] = "run-file"

    started: datetime | None
    """when sending began"""
    finished: datetime | None
    """when the last session ended"""
    seconds: float
    """of sending, in all sessions"""
    sheet: SentSheet
    """what was applied"""
    server: str | None
    """its host and port"""
    note: str
    """what it was for; empty where nobody said"""
    author: str
    """who began it; empty where that is not known"""
    job: str
    """the name of the job file that began it; empty for none"""
    counts: Mapping[Status, int]
    """how many rows ended how"""
    codes: Mapping[str, CodeCount]
    """code -> how often it stands in the results"""
    stats: Requests | None
    """null where nobody was asked anything"""
    settings: Mapping[str, Json] | None
    """the settings that decided what was sent, and how fast"""
    events: tuple[ToldEvent, ...]
    """in their order"""
    stopped: ToldError | None
    """why the run ended early; null where it came to its end"""
    files: FilePaths
    """of its folder"""


@dataclass(frozen=True, slots=True)
class SentRun(RunFigures):
    """A run that came to an end, in order or not."""

    KIND: ClassVar[str] = "run"

    folder: str | None
    """with its journal and files; null where it has none"""
    problems: Iterable[ToldProblem]
    """of the sheet, in its order"""


@dataclass(frozen=True, slots=True)
class ShownRun(SentRun):
    """A run as its journal tells it now."""

    KIND: ClassVar[str] = "shown-run"

    state: RunState
    """how far it is"""
    sandbox: bool
    """whether it spoke to the built-in imitation of the API"""
    account: str
    """whose assistants they are, and where; empty where that is not known"""
    done_by: tuple[str, ...]
    """names of the later runs that did all that it left open"""
    run_exit: int
    """the exit status that the run itself ends with"""


def run_file(report: Report, facts: RunFacts, files: FilePaths) -> dict[str, Json]:
    """Return `run.json` as a document. Made again from the journal, it is the same."""
    figures = RunFigures(**_figures(report, facts), files=files)
    return enveloped(
        figures,
        command=facts.command,
        at=figures.finished or datetime.now(UTC),
        exit=exit_status(report),
        error=report.stopped,
    )


def sent_run(report: Report, facts: RunFacts) -> SentRun:
    """Return a run that came to an end, with the paths of its files."""
    return SentRun(
        **_figures(report, facts),
        files=file_paths(report.files),
        folder=None if report.folder is None else str(report.folder),
        problems=told_problems(report.plan),
    )


def shown_run(report: Report, facts: RunFacts, state: RunState, *, done_by: tuple[str, ...] = ()) -> ShownRun:
    """Return a run as its journal tells it, and how far it is; `done_by` later runs, where they did its rest."""
    sent = sent_run(report, facts)
    return ShownRun(
        **{part.name: getattr(sent, part.name) for part in fields(SentRun)},
        state=state,
        sandbox=report.plan.server == SANDBOX_URL,
        account=report.plan.account,
        done_by=done_by,
        run_exit=int(exit_status(report)),
    )


def file_paths(files: Files | None, *, names_only: bool = False) -> FilePaths:
    """Return the paths of a run's files, or their names; of none where they could be written nowhere."""
    if files is None:
        return FilePaths(None, None, None, None, None, None)
    paths = (files.results, files.failed, files.undo, files.run, files.workbook, files.page)
    said: Callable[[Path], str] = attrgetter("name") if names_only else str
    return FilePaths(*(None if path is None else said(path) for path in paths))


def _figures(report: Report, facts: RunFacts) -> dict[str, Json]:
    """Return the keys of RunFigures, but for its files."""
    sheet, settings = report.plan.sheet, facts.settings
    finished = report.started and report.started + timedelta(seconds=report.seconds)
    return {
        "started": report.started,
        "finished": finished,
        "seconds": round(report.seconds, 3),
        "sheet": SentSheet(sheet.name, sheet.sha256 or None, len(sheet), sheet.blank_rows),
        "server": settings and host_of(settings.base_url),
        "note": facts.occasion.note,
        "author": facts.occasion.author,
        "job": facts.occasion.job,
        "counts": dict.fromkeys(Status, 0) | report.counts(),
        "codes": _codes(report),
        "stats": _requests(facts.stats),
        "settings": _settings_told(settings),
        "events": tuple(
            ToldEvent(
                event.kind,
                event.message,
                event.seconds and round(event.seconds, 3),
                event.at,
                event.wave or None,
            )
            for event in report.events
        ),
        "stopped": report.stopped and told_error(report.stopped),
    }


def _codes(report: Report) -> dict[str, CodeCount]:
    numbers = report.plan.sheet.numbers
    return {
        one.code: CodeCount(one.title, one.rows, tuple(int(numbers[i]) for i in one.indexes[:FIRST_ROWS]))
        for one in by_code(report, lambda outcome: bool(outcome.code))
    }


def _requests(stats: Stats | None) -> Requests | None:
    return None if stats is None else Requests(stats.requests, stats.retries, stats.gates, stats.slowdowns)


def _settings_told(settings: Settings | None) -> dict[str, Json] | None:
    if settings is None:
        return None
    values = settings.model_dump(mode="json", include=set(SETTINGS))
    return values | {"rate": [str(window) for window in settings.rate]}
