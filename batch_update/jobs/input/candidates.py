"""Which files a path or a pattern fits: those that may be sheets, without what programs leave beside them."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path

from batch_update.errors import SheetError
from batch_update.sheet.endings import READ
from batch_update.text import printable

_TEMPORARY = re.compile(
    r"~\$|\.|~.*\.tmp$|.*(?:\.part|\.partial|\.filepart|\.tmp|\.temp|\.crdownload|\.download|~)$",
    re.IGNORECASE,
)
"""Names of lock files, of downloads and copies under way, and of what is hidden."""
_HIDDEN = getattr(stat, "FILE_ATTRIBUTE_HIDDEN", 0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that a run may take, as it was when it was looked at."""

    path: Path
    changed: int
    """nanoseconds since 1970: when its bytes were changed"""
    arrived: int
    """the same, of whatever was done to it last: copies may keep the time of what they are a copy of"""
    size: int

    @property
    def age(self) -> tuple[int, str]:
        """Where it stands in the order from the oldest to the newest; of two of one time the names decide."""
        return self.changed, str(self.path)


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """The files that fit, the oldest first, and those that are called like no sheet."""

    files: tuple[Candidate, ...]
    strangers: tuple[Path, ...] = ()


def is_pattern(path: Path) -> bool:
    """Whether it stands for several files: it holds `*`, `?` or `[`, and there is no file that is really called so."""
    return has_magic(str(path)) and not os.path.lexists(path)


def source_of(wanted: Path) -> Path:
    """Return the folder that a path lies in, or that a pattern begins in."""
    return _parted(wanted)[0] if is_pattern(wanted) else wanted.parent


def find_sheets(wanted: Path, archive: Path | None) -> FoundFiles:
    """Return the sheets that fit, the oldest first; none of the archive, of hidden folders, or that is temporary.

    Raises SheetError S101 where the folder of a pattern cannot be listed, and where the path is that of a folder.
    """
    if not is_pattern(wanted):
        named = _file_named(wanted)
        return FoundFiles((named,) if named else ())
    base, rest = _parted(wanted)
    _require_folder(base)
    done = archive.resolve() if archive else None
    fitting = [
        candidate
        for path in base.glob(_any_case(rest))
        if _may_be_sheet(path.relative_to(base)) and not (done and path.resolve().is_relative_to(done))
        if (candidate := _looked_at(path))
    ]
    says_ending = not has_magic(Path(rest).suffix) and Path(rest).suffix != ""
    files: list[Candidate] = []
    strangers: list[Path] = []
    for one in fitting:
        if says_ending or one.path.suffix.lower() in READ:
            files.append(one)
        else:
            strangers.append(one.path)
    return FoundFiles(tuple(sorted(files, key=lambda one: one.age)), tuple(sorted(strangers)))


def as_it_is_now(candidate: Candidate) -> Candidate | None:
    """Return the candidate as it is now; None where it is gone."""
    return _looked_at(candidate.path)


def _file_named(path: Path) -> Candidate | None:
    """Return the file that somebody named; None where none is there. Raises SheetError S101 where it is a folder.

    One that may not be looked at is returned, too: reading it tells why.
    """
    if path.is_dir():
        raise SheetError(
            f"{printable(str(path))} is a folder",
            code="S101",
            remedy=f"Write {printable(str(path / '*.xlsx'))} for the workbooks in it.",
        )
    try:
        return _as_it_is(path, path.stat())
    except FileNotFoundError:
        if os.path.lexists(path):  # a link to nothing
            return Candidate(path, 0, 0, 0)
        _require_folder(path.parent)
        return None
    except OSError:
        return Candidate(path, 0, 0, 0)


def _looked_at(path: Path) -> Candidate | None:
    """Return what a pattern fits as a candidate; None where it is no file, hidden, or gone already.

    Links are followed: `latest.xlsx` may be one.
    """
    try:
        found = path.stat()
    except OSError:
        return None
    is_hidden = getattr(found, "st_file_attributes", 0) & _HIDDEN
    return _as_it_is(path, found) if stat.S_ISREG(found.st_mode) and not is_hidden else None


def _as_it_is(path: Path, found: os.stat_result) -> Candidate:
    return Candidate(path, found.st_mtime_ns, max(found.st_mtime_ns, found.st_ctime_ns), found.st_size)


def _may_be_sheet(path: Path) -> bool:
    return not _TEMPORARY.match(path.name) and not any(part.startswith(".") for part in path.parts)


def _parted(pattern: Path) -> tuple[Path, str]:
    """Return the folder that a pattern begins in, and the rest of it. Folders may be called like patterns, too."""
    base = Path(pattern.anchor or ".")
    parts = pattern.parts[1:] if pattern.anchor else pattern.parts
    for number, part in enumerate(parts[:-1]):
        if has_magic(part) and not (base / part).is_dir():
            return base, str(Path(*parts[number:]))
        base /= part
    return base, parts[-1]


def _any_case(pattern: str) -> str:
    """Return the pattern so that PLAN.XLSX fits *.xlsx: people do not see the difference, and Windows makes none."""
    ending = Path(pattern).suffix
    if "[" in ending or not ending.isascii():
        return pattern
    both = "".join(f"[{sign.lower()}{sign.upper()}]" if sign.isalpha() else sign for sign in ending)
    return pattern.removesuffix(ending) + both


def _require_folder(folder: Path) -> None:
    """Raise SheetError S101 where it cannot be listed: a share that is not mounted is no empty inbox."""
    try:
        with os.scandir(folder) as entries:
            next(entries, None)
    except OSError as error:
        raise SheetError(
            f"the folder {printable(str(folder))} cannot be listed: {error.strerror}",
            code="S101",
            remedy="Make it, mount it, or see to its rights; a folder that is there and empty is in order.",
        ) from None
