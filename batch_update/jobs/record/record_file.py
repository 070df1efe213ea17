"""The file of a job's record: JSON Lines that are only added to, each on the disk before anything follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from batch_update.disk import refuse_odd, replace_private
from batch_update.errors import UsageError
from batch_update.jobs.record.job_run import JobRun
from batch_update.jobs.record.job_state import BegunRun, ScheduleSeen
from batch_update.line_file import Kinds, add_lines, entry_told, line_telling, read_lines, sync_names
from batch_update.text import printable, quoted_path

Entry: TypeAlias = BegunRun | JobRun | ScheduleSeen
"""What a line tells: a run was begun, that run has ended, or a schedule was seen for the first time."""
FOLDER = ".jobs"
"""below the folder of runs"""
LONGEST_NAME = 230
"""bytes of a job's name: file systems bear 255, and drafts beside the record have longer names than it"""
LARGEST = 64 * 1024 * 1024
"""bytes; far more than a record comes to"""
_KINDS: Kinds = {"begun": BegunRun, "ended": JobRun, "schedule": ScheduleSeen}


def record_path(runs_dir: Path, job: str) -> Path:
    """Return where the record of a job lies."""
    return runs_dir / FOLDER / f"{job}.jsonl"


def read_entries(path: Path) -> list[Entry]:
    """Return what the lines tell; [] where there is no file. A last line without an end was never there.

    Raises UsageError: U130 where it cannot be read, U131 at a line that is damaged.
    """
    try:
        lines = read_lines(path, LARGEST)
    except OSError as error:
        raise _unusable(path, "read", error) from error
    return [_entry_of(path, number, line) for number, line in enumerate(lines, start=1)]


def add_entry(path: Path, entry: Entry) -> None:
    """Add a line, and return once it is on the disk; what is left of a torn one goes. Raises UsageError U130."""
    with _writing(path):
        add_lines(path, line_of_entry(entry))


def replace_entries(path: Path, entries: Iterable[Entry]) -> None:
    """Write the record anew, beside its name and then under it. Raises UsageError U130."""
    with _writing(path):
        refuse_odd(path)
        replace_private(path, b"".join(map(line_of_entry, entries)))
        sync_names(path.parent)


def line_of_entry(entry: Entry) -> bytes:
    """Return the line that tells it, in ASCII."""
    return line_telling(_KINDS, entry, but=("ended",) if isinstance(entry, BegunRun) else ())


def _entry_of(path: Path, number: int, line: bytes) -> Entry:
    try:
        entry: Entry = entry_told(_KINDS, line)
    except ValueError:
        raise _damaged(path, number) from None
    return entry


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turns what the file system raises into an error of ours."""
    try:
        yield
    except OSError as error:
        raise _unusable(path, "written", error) from error


def _unusable(path: Path, verb: str, error: OSError) -> UsageError:
    reason = error.strerror or str(error)
    return UsageError(
        f"the record of the job cannot be {verb}: {reason} ({printable(str(path))})", code="U130"
    )


def _damaged(path: Path, number: int) -> UsageError:
    aside = path.with_name(f"{path.name}.damaged")
    return UsageError(
        f"{printable(str(path))}: line {number} of the job's record is damaged: it is not as it was written",
        code="U131",
        remedy=f"move it away: mv {quoted_path(path)} {quoted_path(aside)}. The job is due again from its next time "
        "on, and nothing that was due before is run by itself; batch-update job run runs it now",
    )
