"""The run of a job that did not come to its end, and that the job itself began: what is to be gone on with."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

from batch_update.errors import BatchUpdateError
from batch_update.jobs.record.job_state import JobState
from batch_update.journal.folders import RunState, state_of
from batch_update.journal.reading import read_run
from batch_update.model.reports import Exit
from batch_update.run.steps.overview import doers_of, runs_at_work
from batch_update.settings.tunables import Settings

MOST_TRIES = 3
"""runs that go on with one, each in vain"""
CLOSED = frozenset({Exit.OK, Exit.SHEET_INVALID, Exit.CHANGES_PENDING})
"""Ends of runs that leave nothing to go on with."""


def left_open(state: JobState, settings: Settings) -> list[Path]:
    """Return the folders of the job's last run that are still to be gone on with, by its record and their journals.

    Only the last run counts that has folders: one that was begun since has looked at the whole sheet. A run whose
    rows later ones have done is none, nor is one that some process works on. Raises UsageError.
    """
    folders = state.cut_short.folders if state.cut_short else ()
    last = next((run for run in reversed(state.runs) if run.folders), None)
    if not folders and last is not None and last.exit not in CLOSED:
        folders = last.folders
    at_work = runs_at_work(settings) if folders else set()
    return [folder for folder in folders if _is_open(folder, at_work, settings)]


def is_hopeless(folder: Path, state: JobState) -> bool:
    """Whether so many runs in a row went on with it in vain, or were killed by it, that a new one is begun instead."""
    latest = [run.folders for run in reversed(state.runs) if run.folders]
    if state.cut_short:
        latest.insert(0, state.cut_short.folders)
    return sum(1 for _ in takewhile(lambda folders: folder in folders, latest)) > MOST_TRIES


def _is_open(folder: Path, at_work: set[Path], settings: Settings) -> bool:
    try:
        recorded = read_run(folder)
    except BatchUpdateError:  # gone, refused, or damaged, which runs list tells
        return False
    return state_of(recorded, at_work) is RunState.OPEN and not doers_of(recorded, settings)
