"""The run folders of a job that are kept: the newest, and whatever may still be needed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from batch_update.errors import BatchUpdateError
from batch_update.journal.across.glancing import head_of
from batch_update.journal.finding import changed_at
from batch_update.journal.folders import all_runs, entry_of, reason_to_stay, remove
from batch_update.journal.reading import read_run
from batch_update.journal.storing.database import JOURNAL
from batch_update.report.files.folder import folder_stem
from batch_update.run.steps.overview import runs_at_work
from batch_update.settings.tunables import Settings
from batch_update.text import printable


def prune_job(job: str, settings: Settings, keep: int, *, but: Collection[Path] = ()) -> Iterator[str]:
    """Remove the folders of a job's runs but for the newest `keep`, and yield what could not be removed.

    By the rules of `runs prune`: nothing that is running, damaged, or still to be gone on with. Beside these stays the
    run that last changed something, since it can be undone, and `but`. What was refused or never began counts as any
    other, so that wrong nights do not pile up. Never raises.
    """
    try:
        own = [folder for folder in all_runs(settings.runs_dir) if _is_of(folder, job)]
        old = [folder for folder in own[keep:] if folder not in but]
        at_work = runs_at_work(settings) if old else set()
        undoable = _last_changed(own) if old else None
        for folder in old:
            if folder != undoable and not reason_to_stay(entry_of(folder, at_work), force=False):
                remove(folder)
    except BatchUpdateError as error:
        yield f"old runs were not removed: {error.message}"
    except OSError as error:
        place = printable(str(error.filename or settings.runs_dir))
        yield f"old runs were not all removed: {place}: {error.strerror or error}"


def _is_of(folder: Path, job: str) -> bool:
    """Whether it is a run of this job, by its journal; where it has none that can be read, by its name and document."""
    if (folder / JOURNAL).exists():
        with suppress(BatchUpdateError):
            return head_of(folder).occasion.job == job
        return False
    found = entry_of(folder, ())
    if found.occasion.job:
        return found.occasion.job == job
    ours = rf"\d{{4}}-\d\d-\d\dT\d{{4}}-{re.escape(folder_stem(job))}(?:-\d+)?"
    return re.fullmatch(ours, folder.name) is not None


def _last_changed(folders: Sequence[Path]) -> Path | None:
    """Return the run that last changed something; the folders are those that were worked on last, first."""
    for folder in folders:
        with suppress(BatchUpdateError):
            if changed_at(read_run(folder)) is not None:
                return folder
    return None
