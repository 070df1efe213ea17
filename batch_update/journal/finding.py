"""The run that somebody means: by its folder, its name, the beginning of one, or as the last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from batch_update.codes import Trait, has_trait
from batch_update.errors import JournalError, UsageError
from batch_update.journal.across.in_fleets import fleets_in, run_in_fleet
from batch_update.journal.folders import all_runs
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import RecordedRun
from batch_update.journal.storing.database import JOURNAL
from batch_update.outcomes import was_sent
from batch_update.text import counted, listed, printable, quoted

LAST = "last"
When = Callable[[RecordedRun], datetime | None]
"""When a run did what counts; None where it did not."""


def _sent_at(recorded: RecordedRun) -> datetime | None:
    """Return when a run last began to send something."""
    sent = [outcome.started for outcome in recorded.outcomes.values()]
    doubtful = [intention.started or recorded.created for intention in recorded.in_flight.values()]
    return max((at for at in (*sent, *doubtful) if at is not None), default=None)


def changed_at(recorded: RecordedRun) -> datetime | None:
    """Return when a run last began to send something, if it changed something, or may have."""
    is_changed = bool(recorded.in_flight) or any(map(was_sent, recorded.outcomes.values()))
    return _sent_at(recorded) if is_changed else None


def open_at(recorded: RecordedRun) -> datetime | None:
    """Return when a run sent something, or at least began where it is still to be gone on with."""
    return _sent_at(recorded) or (None if recorded.complete else _begun_at(recorded))


def _begun_at(recorded: RecordedRun) -> datetime:
    """Return when a run was last begun or gone on with."""
    return recorded.sessions[-1].started if recorded.sessions else recorded.created


def find_run(text: str, runs_dir: Path, *, last: When = _sent_at) -> Path:
    """Return the folder of a run: a path, a name, a unique beginning of one, or `last`. Raises UsageError U111, J103.

    That of an account in a fleet is called `FLEET/ACCOUNT`, as the history calls it.
    `last` says when a run did what the last one did last, by its journal.
    """
    if not text.strip():
        raise UsageError("no run is named", code="U111")
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
    if (run := run_in_fleet(text, runs_dir)) is not None:
        return run
    runs = all_runs(runs_dir)
    if text == LAST and runs:
        if (found := _last(runs, last)) is None:
            raise _none_sent(runs_dir)
        return found
    if fleet := next((one.name for one in fleets_in(runs_dir) if text in (one.name, str(one))), None):
        raise UsageError(
            f"{printable(fleet)} is a fleet, a run for each of its accounts",
            code="U111",
            remedy=f"see batch-update fleet status {quoted(fleet)}; the run of one is called "
            f"{printable(fleet)}/ACCOUNT",
        )
    named = [run for run in runs if run.name == text] or [run for run in runs if run.name.startswith(text)]
    if len(named) == 1 and (named[0] / JOURNAL).exists():
        return named[0]
    if len(named) == 1 or (not named and path.is_dir()):
        raise UsageError(
            f"{printable(text)} holds no journal: nothing was sent from it, or its journal was removed",
            code="J103",
            remedy="mend the sheet and apply it; where there is an undo.csv, applying that takes the run back",
        )
    raise _no_such_run(text, runs_dir, named, runs)


def last_of_all(runs_dir: Path) -> Path:
    """Return the run folder that was last worked on, whether it sent something or not. Raises UsageError U111."""
    runs = all_runs(runs_dir)
    if not runs:
        raise _no_such_run(LAST, runs_dir, (), runs)
    return runs[0]


def _none_sent(runs_dir: Path) -> UsageError:
    return UsageError(
        f"no run in {printable(str(runs_dir))} sent anything",
        code="U111",
        remedy="with the option any, last is the last run of all; batch-update runs list shows what each did",
    )


def _last(runs: Sequence[Path], order: When) -> Path | None:
    """The run that comes last by this order; None where none has a place in it.

    Raises UsageError U111 where one that cannot be read was written to later: it may be the one.
    """
    known, unread = _read_runs(runs)
    found = [(at, run.folder) for run in known if (at := order(run)) is not None]
    if not found:
        return next(iter(unread), None)
    at, folder = max(found)
    if doubtful := next((run for run in unread if _written(run) > at), None):
        raise UsageError(
            f"which run was the last cannot be told: the journal in {doubtful} cannot be read",
            code="U111",
            remedy="name the run; batch-update runs list shows what each did",
        )
    return folder


def _read_runs(runs: Sequence[Path]) -> tuple[list[RecordedRun], list[Path]]:
    """Return the runs that have a journal, and those of which it cannot be read."""
    known, unread = [], []
    for folder in runs:
        try:
            known.append(read_run(folder))
        except JournalError as error:
            if not has_trait(error.code, Trait.NOTHING_SENT):
                unread.append(folder)
    return known, unread


def _written(folder: Path) -> datetime:
    return datetime.fromtimestamp((folder / JOURNAL).stat().st_mtime, UTC)


def _no_such_run(text: str, runs_dir: Path, named: Sequence[Path], runs: Sequence[Path]) -> UsageError:
    there = listed([run.name for run in named or runs], 5) or "none"
    what = (
        f"{len(named)} runs begin with {printable(text)!r}"
        if named
        else f"there is no run {printable(text)!r}"
    )
    return UsageError(
        f"{what} in {runs_dir}",
        code="U111",
        remedy=f"name one by its folder or the beginning of its name, or say last; there are: {there}"
        + _fleets_beside(runs_dir),
    )


def _fleets_beside(runs_dir: Path) -> str:
    """Return where the runs of fleets are told of, whose name `last` never means; "" where there are none."""
    if not (fleets := len(fleets_in(runs_dir))):
        return ""
    return f"; {counted(fleets, 'fleet')} beside them: batch-update fleet list"
