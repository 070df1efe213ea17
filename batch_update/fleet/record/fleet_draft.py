"""The folder of a fleet while it is made: under another name, so that half a fleet is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from shutil import rmtree

from batch_update.disk import make_folder, sync_folder
from batch_update.errors import UsageError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.text import printable

_ENDING = ".part"


@dataclass(frozen=True, slots=True)
class FleetDraft:
    """A fleet's folder that is not kept yet."""

    folder: FleetFolder
    """where it is made"""
    final: FleetFolder
    """where it will lie"""

    def keep(self) -> FleetFolder:
        """Return the folder under its own name: from now on there is that fleet. Raises UsageError U154."""
        try:
            self.folder.path.rename(self.final.path)
            with suppress(OSError):
                sync_folder(self.final.path.parent)
        except OSError as error:
            raise _unmade(self.final.path, error) from error
        return self.final


@contextmanager
def new_fleet(runs_dir: Path, stem: str, now: datetime) -> Iterator[FleetDraft]:
    """Yield the folder of a new fleet, `runs/2026-11-28T2130-fleet-STEM`; it is gone afterwards, unless it was kept.

    It is open to its owner alone, as those of runs are. `now` is local time, as people read it. Raises UsageError U154.
    """
    try:
        make_folder(runs_dir)
        draft = _claimed(runs_dir, f"{now:%Y-%m-%dT%H%M}-fleet-{stem}")
    except OSError as error:
        raise _unmade(runs_dir, error) from error
    try:
        yield draft
    finally:
        rmtree(draft.folder.path, ignore_errors=True)


def _claimed(runs_dir: Path, name: str) -> FleetDraft:
    """Make the folder of a draft whose name, and that of the fleet, nobody else has."""
    for number in count(1):
        final = runs_dir / (name if number == 1 else f"{name}-{number}")
        draft = runs_dir / f".{final.name}{_ENDING}"
        if os.path.lexists(final):
            continue
        with suppress(FileExistsError):
            draft.mkdir(mode=0o700)
            (draft / "plans").mkdir(mode=0o700)
            return FleetDraft(FleetFolder(draft), FleetFolder(final))
    raise AssertionError("count() has no end")


def _unmade(folder: Path, error: OSError) -> UsageError:
    reason = error.strerror or str(error)
    return UsageError(
        f"the folder of the fleet cannot be made in {printable(str(folder))}: {reason}", code="U154"
    )
