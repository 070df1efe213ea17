"""The folders of runs: finding the one that somebody means."""

from __future__ import annotations

from pathlib import Path

from batch_update.errors import UsageError
from batch_update.text import listed, printable

JOURNAL = "journal.db"
"""What makes a folder the folder of a run."""


def all_runs(runs_dir: Path) -> list[Path]:
    """The folders of all runs, the one that was last worked on first. Raises UsageError where they cannot be listed."""
    try:
        found = [(path.stat().st_mtime_ns, path.parent) for path in runs_dir.glob(f"*/{JOURNAL}")]
    except OSError as error:
        raise UsageError(f"{runs_dir} cannot be listed: {error.strerror}", code="U111") from error
    return [folder for _, folder in sorted(found, reverse=True)]


def find_run(text: str, runs_dir: Path) -> Path:
    """The folder of a run: a path, a name, a unique beginning of one, or `last`. Raises UsageError U111."""
    if not text.strip():
        raise UsageError("no run is named", code="U111", remedy="name one, or say last")
    path = Path(text)
    try:
        if (path / JOURNAL).is_file():
            return path
    except OSError as error:  # somebody else's run, or no name that a folder can have
        raise UsageError(
            f"{printable(text)} cannot be looked into: {error.strerror}",
            code="U111",
            remedy="a run's folder is open to its maker alone; runs list shows yours",
        ) from None
    runs = all_runs(runs_dir)
    if text == "last" and runs:
        return runs[0]
    named = [run for run in runs if run.name == text] or [run for run in runs if run.name.startswith(text)]
    if len(named) == 1:
        return named[0]
    if not named and path.is_dir():
        raise UsageError(
            f"{printable(text)} holds no journal: nothing was sent from it, or its journal was removed",
            code="J103",
            remedy="mend the sheet and apply it; where there is an undo.csv, applying that takes the run back",
        )
    there = listed([run.name for run in named or runs], 5) or "none"
    what = (
        f"{len(named)} runs begin with {printable(text)!r}"
        if named
        else f"there is no run {printable(text)!r}"
    )
    raise UsageError(
        f"{what} in {runs_dir}",
        code="U111",
        remedy=f"name one by its folder or the beginning of its name, or say last; there are: {there}; "
        "--runs-dir names another folder",
    )
