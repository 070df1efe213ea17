"""Files in folders that others may write to: nothing planted there is followed, and nobody gains or loses rights."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from errno import EINVAL, ELOOP, ENOSPC, ENOTDIR, ENXIO
from hashlib import file_digest
from io import BufferedReader, BufferedWriter, FileIO
from pathlib import Path
from typing import BinaryIO, cast

_KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
CAREFULLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Flags with which a file is opened where somebody may have put a link or a pipe in its place."""


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, all for their owner alone. Raises OSError.

    `mkdir(parents=True)` would make those above as the umask has it, which may be open to everybody.
    """
    if folder.is_dir():  # raises where the whole is no path, before a part of it is made
        return
    for missing in [*reversed(folder.parents), folder]:
        if not missing.is_dir():
            try:
                missing.mkdir(mode=0o700, exist_ok=True)
            except FileExistsError:
                raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), str(missing)) from None


def shared_mode(folder: Path) -> int:
    """Return the rights of a file that all who may write into this folder use together. Raises OSError."""
    rights, mode = folder.stat().st_mode, 0o600
    for write, both in ((stat.S_IWGRP, 0o060), (stat.S_IWOTH, 0o006)):
        mode |= both if rights & write else 0
    return mode


def refuse_no_file(path: Path) -> None:
    """Raises OSError where something lies there that is no plain file.

    A device or a link would not be written into, but exchanged for a file, and to look into a pipe takes for ever.
    """
    _plain_file_at(path)


def refuse_odd(path: Path) -> None:
    """Raises OSError where something lies there that is no plain file of one name."""
    found = _plain_file_at(path)
    if found is not None and found.st_nlink > 1:
        raise OSError(EINVAL, "the file has a second name elsewhere", str(path))


def _plain_file_at(path: Path) -> os.stat_result | None:
    """Return what is known of the plain file there; None where there is nothing. Raises OSError."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise OSError(EINVAL, f"it is {_kind_of(found.st_mode)} and no plain file", str(path))
    return found


def _kind_of(mode: int) -> str:
    return next((name for is_it, name in _KINDS if is_it(mode)), "no plain file")


def read_plain(path: Path, most: int) -> bytes:
    """At most so many bytes of a plain file. Raises OSError: FileNotFoundError, or where it is anything else."""
    descriptor = _open(path, os.O_RDONLY)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        return file.read(most)


def read_followed(path: Path, most: int) -> bytes:
    """At most so many bytes of a plain file, or of the one that a link leads to. Raises OSError where it is none.

    A pipe without a writer would be waited for for ever.
    """
    with FileIO(path, opener=_without_waiting) as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(EINVAL, f"it is {_kind_of(mode)} and no plain file", str(path))
        return file.read(most)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def sha256_of(file: BinaryIO) -> str:
    """Return the SHA-256 of all that an open file holds, in hexadecimal digits."""
    file.seek(0)
    return file_digest(cast(BufferedReader, file), "sha256").hexdigest()


def write_plain(path: Path, content: bytes) -> None:
    """Write a plain file in place, or a new one with its folder's `shared_mode`. Raises OSError."""
    try:
        descriptor = _open(path, os.O_WRONLY)
    except FileNotFoundError:
        descriptor = _open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        _give_rights(descriptor, shared_mode(path.parent))
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        if file.write(content) < len(content):  # a disk that is nearly full takes a part without a word
            raise OSError(ENOSPC, os.strerror(ENOSPC), str(path))
        file.truncate(len(content))


def replace_plain(path: Path, content: bytes) -> None:
    """Write a file beside its name and then rename it, so that readers see all of it or what was before.

    It gets its folder's `shared_mode`. Waits for no disk. Raises OSError.
    """
    with _opened_draft(path, shared_mode(path.parent)) as (file, draft):
        file.write(content)
        file.close()
        draft.replace(path)


def replace_kept(path: Path, content: bytes) -> None:
    """Write a file beside its name and then rename it, with the rights of the one that it takes the place of.

    Where there was none it gets its folder's `shared_mode`. Raises OSError.
    """
    before = _plain_file_at(path)
    mode = shared_mode(path.parent) if before is None else stat.S_IMODE(before.st_mode)
    with _opened_draft(path, mode) as (file, draft):
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        file.close()
        draft.replace(path)


def replace_public(path: Path, content: bytes) -> None:
    """Write a file that everybody may read beside its name, and rename it once it is whole. Raises OSError."""
    with _opened_draft(path, 0o644) as (file, draft):
        file.write(content)
        file.close()
        draft.replace(path)


def sync_folder(folder: Path) -> None:
    """Return once the names in a folder are on the disk; Windows cannot be asked for that. Raises OSError."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_private(path: Path, content: bytes) -> None:
    """Write a file for its owner alone beside its name, and rename it once it is on the disk. Raises OSError."""
    with _opened_draft(path, 0o600) as (file, draft):
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        file.close()
        draft.replace(path)


@contextmanager
def draft_beside(path: Path, *, companions: Sequence[str] = ()) -> Iterator[Path]:
    """Yield a new file of ours alone beside this path, to be renamed to it once it is whole; gone afterwards if not.

    So are its companions: files that others make beside it, with these endings. Raises OSError.
    """
    with _opened_draft(path, 0o600, companions) as (file, draft):
        file.close()
        yield draft


@contextmanager
def _opened_draft(
    path: Path, mode: int, companions: Sequence[str] = ()
) -> Iterator[tuple[BufferedWriter, Path]]:
    """Yield a draft and the file in it: what is written there lands nowhere else, whatever takes the draft's place."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _give_rights(descriptor, mode)
            yield file, Path(name)
    finally:
        for ending in ("", *companions):
            with suppress(OSError):
                Path(name + ending).unlink()


def sync(path: Path) -> None:
    """Return once all of a file is on the disk. Raises OSError."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_content(descriptor: int) -> None:
    """Return once the content of an open file is on the disk; its times need not be. Raises OSError."""
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # fsync alone does not reach the disk there
    elif hasattr(os, "fdatasync"):
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)


def _open(path: Path, flags: int) -> int:
    refuse_odd(path)
    try:
        return os.open(path, flags | CAREFULLY, 0o600)
    except OSError as error:
        if error.errno in (ELOOP, ENXIO):  # exchanged since it was looked at
            raise OSError(EINVAL, "it is no plain file", str(path)) from None
        raise


def _give_rights(descriptor: int, mode: int) -> None:
    """Give a file exactly these rights, those too that the umask took away."""
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, mode)
