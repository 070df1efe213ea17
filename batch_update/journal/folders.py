"""The folders of runs: what there is to say of each, and which of them may go."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from batch_update.codes import Trait, has_trait
from batch_update.disk import read_plain
from batch_update.errors import GuardStopped, JournalError, UsageError
from batch_update.journal.across.in_fleets import fleet_of
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import Occasion, RecordedRun, report_of
from batch_update.journal.storing.database import JOURNAL
from batch_update.model.plans import Status, Verified
from batch_update.model.reports import Exit
from batch_update.model.sheets import Json
from batch_update.outcomes import was_sent
from batch_update.settings.tunables import SANDBOX_URL

FOREIGN = "J105"
"""the file that is called like a journal is not one of ours"""
ANOTHER_FORM = "J106"
"""another version wrote it"""


class RunState(StrEnum):
    """How far a run is."""

    COMPLETE = "complete"
    OPEN = "to be resumed"
    RUNNING = "running"
    GUARDED = "stopped by guard"
    """a guard stopped it before anything was sent"""
    OVERTAKEN = "done since"
    """it was cut off, and later runs have done every row that it left open"""
    DAMAGED = "damaged"
    ANOTHER = "of another form"
    """another version of the program wrote its journal"""
    LOOKED = "only looked"
    """a job told what differs, and had nothing to send"""
    REFUSED = "refused"
    """its sheet was, so that nothing was sent"""
    STILLBORN = "never began"
    """it ended before its plan was written down, so that nothing was sent"""


NOTHING_LEFT = {
    RunState.COMPLETE,
    RunState.GUARDED,
    RunState.OVERTAKEN,
    RunState.LOOKED,
    RunState.REFUSED,
    RunState.STILLBORN,
}
"""States of runs that may go: nothing is left to do, or nothing was ever sent."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One run folder."""

    folder: Path
    state: RunState
    worked_on: datetime
    """UTC, the last time that its journal was written"""
    started: datetime | None = None
    """UTC; None where no journal tells"""
    command: str = ""
    sheet: str = ""
    counts: dict[Status, int] = field(default_factory=dict)
    mismatches: int = 0
    """rows that did not read back as they were sent"""
    error: JournalError | None = None
    """why the journal cannot be read"""
    server: str = ""
    """its host and port; "" where nothing tells"""
    account: str = ""
    """whose assistants they are, and where; "" where that is not known"""
    is_sandbox: bool = False
    """whether it spoke to the built-in imitation of the API"""
    occasion: Occasion = field(default_factory=Occasion)
    done_by: tuple[str, ...] = ()
    """names of the later runs that did what it left open"""


def state_of(recorded: RecordedRun, running: Collection[Path]) -> RunState:
    """Return how far a run is; `running` are the folders of runs that some process works on."""
    if recorded.folder.resolve() in running:
        return RunState.RUNNING
    if isinstance(recorded.stopped, GuardStopped) and not may_have_sent(recorded):
        return RunState.GUARDED
    return RunState.COMPLETE if recorded.complete else RunState.OPEN


def may_have_sent(recorded: RecordedRun) -> bool:
    return bool(recorded.in_flight) or any(map(was_sent, recorded.outcomes.values()))


def entry_of(folder: Path, running: Collection[Path]) -> Entry:
    """Return what there is to say of a run folder, also where its journal cannot be read."""
    worked_on = datetime.fromtimestamp((_worked_on_at(folder) or 0) / 1e9, UTC)
    try:
        recorded = read_run(folder)
    except JournalError as error:
        if folder.resolve() in running:
            return Entry(folder, RunState.RUNNING, worked_on, error=error)
        if has_trait(error.code, Trait.NO_PLAN):
            return _without_a_plan(folder, worked_on, error)
        state = RunState.ANOTHER if error.code == ANOTHER_FORM else RunState.DAMAGED
        return Entry(folder, state, worked_on, error=error)
    report, plan = report_of(recorded), recorded.plan
    return Entry(
        folder,
        state_of(recorded, running),
        worked_on,
        report.started,
        recorded.facts.command,
        plan.sheet.name,
        report.counts(),
        sum(outcome.verified is Verified.MISMATCH for outcome in report.outcomes),
        server=host_of(plan.server),
        account=plan.account,
        is_sandbox=plan.server == SANDBOX_URL,
        occasion=recorded.facts.occasion,
    )


def host_of(server: str) -> str:
    """Return the host and port of a base URL, without who logs in there."""
    return urlsplit(server).netloc.rpartition("@")[2]


def _without_a_plan(folder: Path, worked_on: datetime, error: JournalError) -> Entry:
    """Return what `run.json` tells of a run whose sheet was refused; of one that was killed before, nothing tells.

    One that tells of more was another's, whose journal was removed.
    """
    told = _run_document(folder)
    if not told:
        return Entry(folder, RunState.STILLBORN, worked_on)
    state = RunState.LOOKED if told.get("command") == "plan" else RunState.REFUSED
    if told.get("exit") != Exit.SHEET_INVALID and state is not RunState.LOOKED:
        return Entry(folder, RunState.DAMAGED, worked_on, error=error)
    try:
        counts = {status: int(told["counts"][status]) for status in Status if told["counts"][status]}
        return Entry(
            folder,
            state,
            worked_on,
            command=str(told["command"]),
            sheet=str(told["sheet"]["name"]),
            counts=counts,
            server=str(told["server"] or ""),
            is_sandbox=told["server"] == host_of(SANDBOX_URL),
            occasion=Occasion(*(str(told.get(name, "")) for name in ("note", "author", "job"))),
        )
    except (ValueError, LookupError, TypeError):
        return Entry(folder, state, worked_on)


def outdated(
    entries: Iterable[Entry], *, keep: int | None, older_than: timedelta | None, now: datetime
) -> list[Entry]:
    """Return the runs that neither are among the `keep` newest nor were worked on since; an unset limit keeps none."""
    newest_first = sorted(entries, key=lambda entry: entry.worked_on, reverse=True)
    rest = newest_first[keep or 0 :]
    return [entry for entry in rest if older_than is None or now - entry.worked_on > older_than]


def reason_to_stay(entry: Entry, *, force: bool) -> str:
    """Return why a run folder must not be removed; "" where it may. `force`: also what is not complete.

    A part of a fleet never goes by itself: what is left could neither be gone on with nor be taken back.
    """
    if entry.folder.is_symlink():
        return "is a link to another folder"
    if (fleet := fleet_of(entry.folder)) is not None:
        return f"is part of the fleet {fleet.name}"
    if entry.state is RunState.RUNNING:
        return "is running"
    if entry.error is not None and entry.error.code == FOREIGN:
        return "holds no journal of this program"
    if entry.state not in NOTHING_LEFT and not force:
        return f"is {entry.state}: the option force removes it"
    return ""


def remove(folder: Path) -> None:
    """Delete a run folder with all that is in it; its journal last, so that a half removed one is still a run.

    Raises OSError.
    """
    from shutil import rmtree

    for path in sorted(folder.iterdir(), key=lambda path: path.name == JOURNAL):
        if path.is_dir() and not path.is_symlink():
            rmtree(path)
        else:
            path.unlink()
    folder.rmdir()


DOCUMENT = "run.json"
"""What there is, too, where a sheet was refused: nothing was sent, and there is no journal."""
MOST_BYTES = 16 * 1024 * 1024
"""of a run's document"""
_OUR_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{4}-.+")
"""The names that we give"""


def all_runs(runs_dir: Path) -> list[Path]:
    """The folders of all runs, the one that was last worked on first. Raises UsageError where they cannot be listed."""
    try:
        found = [
            (worked_on, path)
            for path in runs_dir.glob("*/")
            if (worked_on := _worked_on_at(path)) is not None
        ]
    except OSError as error:
        raise UsageError(
            f"{runs_dir} cannot be listed: {error.strerror}",
            code="U111",
            remedy="name another folder with the setting runs_dir, or see to the rights of this one",
        ) from error
    return [folder for _, folder in sorted(found, reverse=True)]


def _worked_on_at(folder: Path) -> int | None:
    """Return when the run in this folder was last worked on, in nanoseconds since 1970; None where it is no run's.

    A folder with a name of ours and nothing in it, but for parts of a file, is what is left of one that was killed.
    """
    if (journal := folder / JOURNAL).is_file():
        return journal.stat().st_mtime_ns
    if _run_document(folder):
        return (folder / DOCUMENT).stat().st_mtime_ns
    is_ours = _OUR_NAME.fullmatch(folder.name) and all(
        path.name.endswith(".part") for path in folder.iterdir()
    )
    return folder.stat().st_mtime_ns if is_ours else None


def _run_document(folder: Path) -> dict[str, Json]:
    """Return what `run.json` tells of a run; {} where there is none of this program."""
    try:
        told = json.loads(read_plain(folder / DOCUMENT, MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    is_ours = isinstance(told, dict) and str(told.get("tool")).startswith("batch-update ")
    return told if is_ours else {}
