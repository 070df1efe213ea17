"""Owns `archive`: a sheet whose run went well is moved to the archive folder; nothing is written over or lost."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from errno import EEXIST
from itertools import count
from pathlib import Path

from batch_update.disk import CAREFULLY, draft_beside, make_folder, sha256_of, sync_folder
from batch_update.errors import UsageError
from batch_update.jobs.input.taken import Archived, TakenSheet
from batch_update.text import printable

_LONGEST = 255
"""bytes of a file's name, on most disks"""
_EXACT = 2.0
"""seconds to which any disk keeps the time of a file"""


def require_archive(folder: Path, source: Path, *, only_look: bool = False) -> None:
    """Raise UsageError U121 where no sheet can be moved there: before anything is sent, so that nothing is sent twice.

    `source`: the folder that sheets are taken from, which must neither be the archive nor lie in it. `only_look`: that
    alone is asked, and nothing is made or tried.
    """
    if not source.is_dir():
        return  # a share that is not mounted, which finding its sheets tells: nothing is made in its place
    try:
        if not only_look:
            make_folder(folder)
        if source.resolve().is_relative_to(folder.resolve()):
            raise UsageError(
                f"the archive {printable(str(folder))} is the folder that sheets are taken from, or one above it",
                code="U121",
                remedy="Name another folder, such as one inside it: the key archive of the table input.",
            )
        if not only_look:
            with tempfile.TemporaryFile(dir=folder):
                pass
    except OSError as error:
        raise UsageError(_failed(folder, error), code="U121") from None


def archive(sheet: TakenSheet, folder: Path, *, digest: str, now: datetime) -> Archived:
    """Move a sheet to the archive, if it still holds what the run has read, whose SHA-256 `digest` is.

    `now` is local time; it goes into the name where that is taken already. To be called where the run of this sheet
    ended with 0, and for sheets that were skipped as unchanged. Never raises for what the disk does.
    """
    path = sheet.path
    try:
        make_folder(folder)
        try:
            before = path.stat()
        except FileNotFoundError:
            return Archived(
                None, message=f"{printable(path.name)} is gone: somebody moved or removed it meanwhile"
            )
        place = _second_copy(path, folder, now)
        if _digest_of(place) != digest or not os.path.samestat(path.stat(), before):
            place.unlink()
            return Archived(
                None, message=f"{printable(path.name)} was replaced meanwhile: it is taken next time"
            )
        sync_folder(folder)
        _remove(path, place)
    except OSError as error:
        return Archived(None, "U121", f"{printable(path.name)} stays where it is: {_failed(folder, error)}")
    return Archived(place)


def _remove(path: Path, place: Path) -> None:
    """Remove the sheet, now that its second copy is safe; that is removed again where the sheet has to stay."""
    try:
        path.unlink()
    except OSError:
        place.unlink()
        raise


def _second_copy(path: Path, folder: Path, now: datetime) -> Path:
    """Return a place in the archive that holds what the file holds: as a second name of it, or else as a copy."""
    for place in _places(path.name, folder, now):
        if _is_done(path, place):
            return place
        try:
            if path.is_symlink():  # a name of a link would lead nowhere from there
                return _copied(path, place)
            os.link(path, place)
            return place
        except FileExistsError:
            continue
        except OSError:  # another disk, or one without second names
            with suppress(FileExistsError):
                return _copied(path, place)
    raise AssertionError("there are as many places as numbers")


def _is_done(path: Path, place: Path) -> bool:
    """Whether a run that was killed before it removed the sheet has put it there: its second name, or a copy of it."""
    try:
        sheet, there = path.stat(), place.lstat()
    except FileNotFoundError:
        return False
    if os.path.samestat(sheet, there) and not path.is_symlink():
        return True
    is_like = sheet.st_size == there.st_size and abs(sheet.st_mtime - there.st_mtime) <= _EXACT
    return is_like and place.is_file() and not place.is_symlink() and _digest_of(place) == _digest_of(path)


def _copied(path: Path, place: Path) -> Path:
    """Write a copy that is on the disk when this returns. Raises OSError, FileExistsError where the place is taken.

    It gets its name once it is whole: of a process that is killed meanwhile no half sheet stays that looks like one.
    """
    if os.path.lexists(place):
        raise FileExistsError(EEXIST, os.strerror(EEXIST), str(place))
    with draft_beside(place) as draft:
        with path.open("rb") as source, draft.open("wb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        shutil.copystat(path, draft)
        try:
            os.link(draft, place)
        except FileExistsError:
            raise
        except (
            OSError
        ):  # a disk without second names: the name is taken first, so that nothing is written over
            os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | CAREFULLY, 0o600))
            draft.replace(place)
    return place


def _places(name: str, folder: Path, now: datetime) -> Iterator[Path]:
    """Yield the name in the archive; then, for where that is taken, with the time, and then with numbers as well."""
    stem, ending = Path(name).stem, Path(name).suffix
    yield folder / name
    for number in count(1):
        more = f"-{now:%Y-%m-%dT%H%M%S}" + (f"-{number}" if number > 1 else "")
        yield folder / f"{_cut_to(_LONGEST - len(os.fsencode(more + ending)), stem)}{more}{ending}"


def _cut_to(room: int, stem: str) -> str:
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return sha256_of(file)


def _failed(folder: Path, error: OSError) -> str:
    return f"the archive {printable(str(folder))} cannot be written: {error.strerror or error}"
