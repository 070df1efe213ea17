"""A run read from its journal: at any time, also while another process writes it. Changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from batch_update.errors import JournalError
from batch_update.journal.recorded import RecordedRun
from batch_update.journal.replaying import replay
from batch_update.journal.storing import schema
from batch_update.journal.storing.database import JOURNAL, beside, errorcode, opened_to_read
from batch_update.journal.storing.mark import Promise, read_mark

T = TypeVar("T")
Take = Callable[[sqlite3.Connection, int, Promise | None], T]
"""Makes something of an open journal, of the number of lines in its log and of the promise of its mark."""
TRIES = 5
"""Times that a journal is read at most, where it changes meanwhile."""


def read_run(folder: Path) -> RecordedRun:
    """Return the run as its journal tells it, now: also while it is going on, and after it was killed.

    Where its log ends sooner than its mark says, or the mark of a run that did not end is gone, `lost` tells that.

    Raises JournalError: J103 there is no journal, J104 it is damaged, J105 it is something else, J106 another
    version wrote it, J107 it was left before it held a plan, J108 it may not be read.
    """

    def whole(db: sqlite3.Connection, lines: int, promise: Promise | None) -> RecordedRun:
        def read(table: str) -> Iterator[object]:
            return schema.entries_of_lines(table, db.execute(schema.selection(table)))

        return replay(folder, read, lines=lines, promise=promise)

    return read_journal(folder, whole)


def read_journal(folder: Path, take: Take[T], *, thorough: bool = True) -> T:
    """Return what `take` makes of one moment of a journal. Raises JournalError, as `read_run` does.

    `take` gets a connection that can only read, how many lines the log has, and what its mark promises. It may be
    asked again, where the journal changes meanwhile. `thorough`: let SQLite look through all of the file first.
    """
    for left in reversed(range(TRIES)):
        before = _traces(folder / JOURNAL)
        try:
            taken, is_steady = _read_once(folder, take, thorough=thorough)
        except JournalError:
            if not left or _traces(folder / JOURNAL) == before:
                raise
        else:
            if is_steady or not left or _traces(folder / JOURNAL) == before:
                return taken
    raise AssertionError("the last try returns or raises")


def _traces(path: Path) -> dict[Path, tuple[int, ...]]:
    """Return what tells that somebody wrote to the journal meanwhile."""
    with suppress(OSError):
        found = {path: path.stat(), **beside(path)}
        return {place: (s.st_ino, s.st_size, s.st_mtime_ns) for place, s in found.items()}
    return {}


def _read_once(folder: Path, take: Take[T], *, thorough: bool) -> tuple[T, bool]:
    """Return what was taken, and whether it certainly is of one moment."""
    path = folder / JOURNAL
    with _reading(path):
        if not path.is_file():
            raise JournalError(
                f"{folder} holds no journal of a run ({JOURNAL})",
                code="J103",
            )
        promise = read_mark(folder)  # before the log: it shall promise nothing that is written meanwhile
        with opened_to_read(path) as (db, is_steady):
            _require_ours(db, path, was_begun=promise is not None and promise.session > 0)
            if thorough and (verdict := _pragma(db, "quick_check(1)")) != "ok":
                raise schema.Damaged(str(verdict))
            (lines,) = db.execute("SELECT count(*) FROM log").fetchone()
            return take(db, lines, promise), is_steady


def _require_ours(db: sqlite3.Connection, path: Path, *, was_begun: bool) -> None:
    """Make sure that this is a journal, and one that this version understands.

    `was_begun`: the mark beside it tells of a session. Without one, the run can have been killed before the file that
    holds its plan got its name.
    """
    application, version = _pragma(db, "application_id"), _pragma(db, "user_version")
    if not application and not _pragma(db, "schema_version"):
        if was_begun:
            raise schema.Damaged("it is empty")
        raise JournalError(
            f"{path} holds no plan: the run ended before anything was sent",
            code="J107",
        )
    if application != schema.APPLICATION:
        raise _foreign(path)
    if version != schema.VERSION:
        raise JournalError(
            f"{path} was written by another version of batch-update (its form is {version}, known is {schema.VERSION})",
            code="J106",
        )


def _pragma(db: sqlite3.Connection, name: str) -> object:
    return db.execute(f"PRAGMA {name}").fetchone()[0]


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turns what SQLite, the file system and our own reading raise into an error of ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if errorcode(error) == sqlite3.SQLITE_NOTADB:
            raise _foreign(path) from error
        if errorcode(error) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise _closed(path, str(error)) from error
        raise _damaged(path, str(error)) from error
    except OSError as error:
        raise _closed(path, error.strerror or str(error)) from error
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        # Damaged is one of these. The others: what stands there, though whole, is not what is written there.
        raise _damaged(path, str(error)) from error


def _foreign(path: Path) -> JournalError:
    return JournalError(
        f"{path} is no journal of this program, or its first bytes are damaged",
        code="J105",
    )


def _closed(path: Path, reason: str) -> JournalError:
    return JournalError(
        f"the journal {path} cannot be read: {reason}",
        code="J108",
    )


def _damaged(path: Path, reason: str) -> JournalError:
    return JournalError(
        f"the journal {path} is damaged: {reason}",
        code="J104",
    )
