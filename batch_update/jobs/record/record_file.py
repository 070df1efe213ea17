"""The file of a job's record: JSON Lines that are only added to, each on the disk before anything follows from it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from batch_update.disk import CAREFULLY, read_plain, refuse_odd, replace_private, sync_folder
from batch_update.errors import UsageError
from batch_update.jobs.record.job_run import JobRun
from batch_update.jobs.record.job_state import BegunRun, ScheduleSeen
from batch_update.model.as_json import made_from
from batch_update.strict_json import read_own_json
from batch_update.text import printable, quoted_path

Entry: TypeAlias = BegunRun | JobRun | ScheduleSeen
"""What a line tells: a run was begun, that run has ended, or a schedule was seen for the first time."""
FOLDER = ".jobs"
"""below the folder of runs"""
LONGEST_NAME = 230
"""bytes of a job's name: file systems bear 255, and drafts beside the record have longer names than it"""
LARGEST = 64 * 1024 * 1024
"""bytes; far more than a record comes to"""
_KINDS: dict[str, type[Any]] = {"begun": BegunRun, "ended": JobRun, "schedule": ScheduleSeen}


def record_path(runs_dir: Path, job: str) -> Path:
    """Return where the record of a job lies."""
    return runs_dir / FOLDER / f"{job}.jsonl"


def read_entries(path: Path) -> list[Entry]:
    """Return what the lines tell; [] where there is no file. A last line without an end was never there.

    Raises UsageError: U130 where it cannot be read, U131 at a line that is damaged.
    """
    try:
        content = read_plain(path, LARGEST + 1)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unusable(path, "read", error) from error
    *lines, _torn = content.split(b"\n")
    if len(content) > LARGEST:
        raise _damaged(path, len(lines), "it is larger than any that this program writes")
    return [_entry_of(path, number, line) for number, line in enumerate(lines, start=1)]


def add_entry(path: Path, entry: Entry) -> None:
    """Add a line, and return once it is on the disk; what is left of a torn one goes. Raises UsageError U130."""
    line = line_of_entry(entry)
    with _writing(path):
        refuse_odd(path)
        is_new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | CAREFULLY, 0o600)
        with os.fdopen(descriptor, "rb+", buffering=0) as file:
            end = _end_of_lines(file)
            try:
                file.truncate(end)
                file.seek(end)
                if file.write(line) != len(line):
                    raise OSError(28, os.strerror(28))
                os.fsync(descriptor)
            except OSError:
                with suppress(OSError):
                    file.truncate(end)
                raise
        if is_new:
            _sync_folder(path.parent)


def replace_entries(path: Path, entries: Iterable[Entry]) -> None:
    """Write the record anew, beside its name and then under it. Raises UsageError U130."""
    with _writing(path):
        refuse_odd(path)
        replace_private(path, b"".join(map(line_of_entry, entries)))
        _sync_folder(path.parent)


def _end_of_lines(file: Any) -> int:
    """Return where the last whole line ends."""
    position: int = file.seek(0, os.SEEK_END)
    while position:
        step = min(position, 65_536)
        file.seek(position - step)
        found: int = file.read(step).rfind(b"\n")
        if found >= 0:
            return position - step + found + 1
        position -= step
    return 0


def _sync_folder(folder: Path) -> None:
    """See to it that a new name is on the disk, too, where that can be: what it names is there in any case."""
    with suppress(OSError):
        sync_folder(folder)


def line_of_entry(entry: Entry) -> bytes:
    """Return the line that tells it, in ASCII."""
    word = next(word for word, kind in _KINDS.items() if isinstance(entry, kind))
    told = asdict(entry)
    if word == "begun":
        del told["ended"]
    return json.dumps({word: told}, default=_as_text, separators=(",", ":")).encode("ascii") + b"\n"


def _as_text(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def _entry_of(path: Path, number: int, line: bytes) -> Entry:
    try:
        ((word, told),) = read_own_json(line.decode("ascii")).items()
        entry: Entry = made_from(_KINDS[word], told)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise _damaged(path, number, "it is not as it was written") from None
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


def _damaged(path: Path, number: int, reason: str) -> UsageError:
    aside = path.with_name(f"{path.name}.damaged")
    return UsageError(
        f"{printable(str(path))}: line {number} of the job's record is damaged: {reason}",
        code="U131",
        remedy=f"move it away: mv {quoted_path(path)} {quoted_path(aside)}. The job is due again from its next time "
        "on, and nothing that was due before is run by itself; batch-update job run runs it now",
    )
