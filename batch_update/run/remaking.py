"""The files of a run that has ended, made from its journal: by another process than the one that sends, or later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from batch_update.journal.reading import read_run
from batch_update.journal.recorded import facts_of, report_of
from batch_update.report.files.folder import write_run


def remake_files(folder: str) -> None:
    """Write what a run writes at its end into its folder. Raises JournalError and OSError.

    It is what `batch-update report` does without any options, but for the commands that a page shows.
    """
    recorded = read_run(Path(folder))
    write_run(replace(report_of(recorded), folder=recorded.folder), recorded.folder, facts_of(recorded))
