"""The runs of a folder, with how far each is, and which of them some process works on now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from batch_update.account.account import lock_folders
from batch_update.account.locking import running
from batch_update.errors import UsageError
from batch_update.journal.across.done_since import done_since
from batch_update.journal.folders import Entry, RunState, all_runs, entry_of
from batch_update.journal.recorded import RecordedRun
from batch_update.settings.tunables import Settings


def known_runs(settings: Settings) -> list[Entry]:
    """Return all runs of the folder that the settings name, the last one worked on first. Raises UsageError."""
    at_work = runs_at_work(settings)
    entries = [entry_of(folder, at_work) for folder in all_runs(settings.runs_dir)]
    cut_off = [entry.folder for entry in entries if entry.state is RunState.OPEN]
    doers = done_since(cut_off, [entry.folder for entry in entries]) if cut_off else {}
    return [_overtaken(entry, doers.get(entry.folder, ())) for entry in entries]


def _overtaken(entry: Entry, doers: tuple[str, ...]) -> Entry:
    return replace(entry, state=RunState.OVERTAKEN, done_by=doers) if doers else entry


def doers_of(recorded: RecordedRun, settings: Settings) -> tuple[str, ...]:
    """Return the names of the later runs that have done all that a run left open; () where something is left."""
    return done_since([recorded.folder], all_runs(settings.runs_dir)).get(recorded.folder, ())


def unsent_run(name: str, settings: Settings) -> Entry | None:
    """Return the one run that is called so, lies there or begins so, if it ended before it sent anything; or None."""
    folders, path = all_runs(settings.runs_dir), Path(name).resolve()
    exact = [folder for folder in folders if folder.name == name or folder.resolve() == path]
    exact = exact or [folder for folder in folders if folder.name.startswith(name)]
    found = entry_of(exact[0], runs_at_work(settings)) if len(exact) == 1 else None
    return found if found and found.state in (RunState.REFUSED, RunState.STILLBORN, RunState.LOOKED) else None


def runs_at_work(settings: Settings) -> set[Path]:
    """Return the folders of runs that some process works on now. Raises UsageError where that cannot be told."""
    try:
        return {run for folder in lock_folders(settings) for run in running(folder)}
    except OSError as error:
        raise UsageError(
            f"it cannot be told which runs are going on: {error.strerror} ({error.filename})",
            code="U112",
            remedy="make the folder readable, or set HOME to one that is",
        ) from error
