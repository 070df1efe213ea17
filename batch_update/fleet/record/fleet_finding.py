"""The fleet that somebody means: by its folder, its name, the beginning of one, or as the last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from batch_update.errors import UsageError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.settings.tunables import Settings
from batch_update.text import listed, printable

LAST = "last"


def any_fleet(_: FleetFolder) -> bool:
    """Let `last` be the last of all fleets."""
    return True


def all_fleets(runs_dir: Path) -> list[FleetFolder]:
    """Return the fleets in a folder of runs, the one that was last worked on first. Raises UsageError U150."""
    try:
        found = [
            (_worked_on(folder), folder)
            for folder in map(FleetFolder, runs_dir.glob("*/"))
            if _is_one(folder)
        ]
    except OSError as error:
        raise UsageError(
            f"{printable(str(runs_dir))} cannot be listed: {error.strerror}",
            code="U150",
            remedy="name another folder with the setting runs_dir, or see to the rights of this one",
        ) from error
    return [folder for _, folder in sorted(found, key=lambda one: (one[0], one[1].id), reverse=True)]


def find_fleet(
    text: str, settings: Settings, *, may_be_last: Callable[[FleetFolder], bool] = any_fleet
) -> FleetFolder:
    """Return the fleet that is meant: a path, a name, a unique beginning of one, or `last`. Raises UsageError U150.

    `may_be_last`: which fleets `last` may stand for, such as those that sent something.
    """
    if not text.strip():
        raise UsageError("no fleet is named", code="U150")
    with suppress(OSError):  # no name that a folder can have
        if _is_one(FleetFolder(Path(text))):
            return FleetFolder(Path(text))
    fleets = all_fleets(settings.runs_dir)
    if text == LAST:
        meant = next((one for one in fleets if may_be_last(one)), None)
        if meant is None:
            raise _no_such(text, settings.runs_dir, (), fleets)
        return meant
    named = [one for one in fleets if one.id == text] or [one for one in fleets if one.id.startswith(text)]
    if len(named) != 1:
        raise _no_such(text, settings.runs_dir, named, fleets)
    return named[0]


def _is_one(folder: FleetFolder) -> bool:
    """Whether a fleet lies there. A draft of one, which begins with a dot, is none yet."""
    return not folder.id.startswith(".") and folder.plan.is_file()


def _worked_on(folder: FleetFolder) -> int:
    """Return when a fleet was last worked on, in nanoseconds since 1970."""
    written = folder.journal if folder.journal.is_file() else folder.plan
    return written.stat().st_mtime_ns


def _no_such(
    text: str, runs_dir: Path, named: Sequence[FleetFolder], fleets: Sequence[FleetFolder]
) -> UsageError:
    there = listed([one.id for one in named or fleets], 5) or "none"
    what = (
        f"{len(named)} fleets begin with {printable(text)!r}"
        if named
        else f"there is no fleet {printable(text)!r}"
    )
    if text == LAST and fleets:
        what = "no fleet that this can be done with"
    return UsageError(
        f"{what} in {printable(str(runs_dir))}",
        code="U150",
        remedy=f"name one by its folder or the beginning of its name, or say last; there are: {printable(there)}",
    )
