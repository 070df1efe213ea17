"""A journal copied as it is at one moment, also while it is being written: to where no database may be worked on."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from batch_update.disk import draft_beside, make_folder, replace_private, sync, sync_folder
from batch_update.errors import JournalError
from batch_update.journal.reading import read_run
from batch_update.journal.storing.database import JOURNAL, beside, opened_to_read
from batch_update.journal.storing.mark import MARK, Promise, mark_content, read_mark

COPIED = Promise(0, 0)
"""The mark of a copy whose journal went on: it promises nothing, as no mark of a journal itself does."""


def copy_journal(folder: Path, to: Path) -> None:
    """Copy the journal of a run into another folder, whole or not at all, over an earlier copy of it.

    Where the run came to its end, and its mark is gone, the copy has none either. Raises OSError, sqlite3.Error as
    OSError.
    """
    if _copied(folder, to):
        (to / MARK).unlink(missing_ok=True)


def _copied(folder: Path, to: Path) -> bool:
    """Copy a journal; its mark is `COPIED` until whoever asked knows better. Returns whether its run is over."""
    make_folder(to)
    is_over = not os.path.lexists(folder / MARK)
    with _moment_of(folder / JOURNAL) as copy, draft_beside(to / JOURNAL) as draft:
        shutil.copyfile(copy, draft)
        sync(draft)
        if not os.path.lexists(to / MARK):  # sooner than the copy, whose end would be missing without one
            replace_private(to / MARK, mark_content(COPIED))
        draft.replace(to / JOURNAL)
    with suppress(OSError):  # not each file system can be asked for that
        sync_folder(to)
    return is_over


@contextmanager
def _moment_of(path: Path) -> Iterator[Path]:
    """Yield a file of one moment of a database, which is gone afterwards. Raises OSError."""
    with tempfile.TemporaryDirectory(prefix="batch-update-") as place:
        copy = Path(place) / path.name
        try:
            with opened_to_read(path) as (db, _), closing(sqlite3.connect(copy)) as to:
                db.backup(to)
        except sqlite3.Error as error:
            raise OSError(f"{path} cannot be copied: {error}") from error
        yield copy


def take_along(before: Path, folder: Path, *, doubt: bool = False) -> None:
    """Begin a folder with the journal of a run that somebody else worked on, so that it can be resumed there.

    Where it is a copy of one that went on, or with `doubt`, the end is taken for lost: whatever it does not call done
    may have been sent. A kill at any moment leaves no copy that is doubted less. Raises OSError and JournalError.
    """
    is_lost, promise = bool(read_run(before).lost), read_mark(before)
    is_over = _copied(before, folder)
    if (doubt or promise == COPIED) and not is_lost:
        doubt_all(folder)  # as it was copied: more may have come since it was read
    elif promise is not None and promise != COPIED:  # it may be all that tells that the end is lost
        replace_private(folder / MARK, mark_content(promise))
    elif is_over:
        (folder / MARK).unlink(missing_ok=True)


def doubt_all(folder: Path) -> None:
    """Take the end of a journal for lost: whatever it does not call done may have been sent.

    Raises OSError and JournalError.
    """
    found = read_run(folder)
    if not found.lost:
        promise = Promise(found.lines + 1, max(len(found.sessions), 1))
        replace_private(folder / MARK, mark_content(promise))


def holds_journal(folder: Path) -> bool:
    """Whether a journal with a plan in it lies there. Raises JournalError where that cannot be told."""
    if not (folder / JOURNAL).is_file():
        return False
    try:
        read_run(folder)
    except JournalError as error:
        if error.code == "J107":  # it was left before its plan was in it
            return False
        raise
    return True


def was_only_claimed(folder: Path) -> bool:
    """Whether a run took its place there and was gone before its plan was written down, so that it sent nothing.

    Its file is empty then, and neither a log nor a mark tells of more; a copy never is empty. Raises OSError.
    """
    path = folder / JOURNAL
    if not path.is_file() or path.stat().st_size or beside(path):
        return False
    promise = read_mark(folder)
    return not os.path.lexists(folder / MARK) if promise is None else not promise.session
