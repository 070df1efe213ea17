"""The journal's file as SQLite has it: made whole under another name, opened to write, opened to read.

It is made for SQLite's log beside the file (WAL) and stays so: were that changed whenever it is closed, a kill at that
moment would leave a file that cannot be read. Where a file system has no such log, it has a rollback journal.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from batch_update.disk import CAREFULLY, draft_beside, sync
from batch_update.journal.storing import schema

T = TypeVar("T")

LOG, ROLLBACK = "-wal", "-journal"
"""What SQLite keeps beside a file while that alone does not tell all: what is new, or what was before."""
NO_LOG = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL}
"""What SQLite says where a log beside the file cannot be shared with other processes, each in many ways."""


USUAL_STATEMENTS, FEW_STATEMENTS = 128, 4
"""statements that a connection keeps at hand, with what was put into them last; few do where it is one of many"""
FEW_PAGES = 4
"""pages that a connection that is one of many keeps in memory: about as many as a commit touches"""


class _OneCursor(sqlite3.Connection):
    """A connection that writes lines with one cursor: any other remembers the last 200 that it used, in 20 KB."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._writing = self.cursor()

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        return self._writing.execute(statement, *values) if values else super().execute(statement)

    def executemany(self, *given: Any) -> sqlite3.Cursor:
        return self._writing.executemany(*given)


def _open_connection(
    path: Path, mode: str = "mode=rw", *, is_one_of_many: bool = False
) -> sqlite3.Connection:
    """Return a connection that begins and ends no transaction by itself. One thread at a time may use it."""
    place = f"{path.resolve().as_uri()}?{mode}"
    statements = FEW_STATEMENTS if is_one_of_many else USUAL_STATEMENTS
    return sqlite3.connect(
        place,
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=statements,
        factory=_OneCursor if is_one_of_many else sqlite3.Connection,
    )


def errorcode(error: Exception) -> int:
    """SQLite's own, without what it adds to tell the ways apart; 0 for errors that Python's module finds by itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def beside(path: Path) -> dict[Path, os.stat_result]:
    """Return the files that tell a part of what the journal tells, without those that hold nothing."""
    return _with_content(path.with_name(path.name + suffix) for suffix in (LOG, ROLLBACK))


def lasting(path: Path) -> dict[Path, os.stat_result]:
    """Return the files that are there as long as somebody writes the journal. Raises OSError."""
    return {path: path.stat(), **_with_content([path.with_name(path.name + LOG)])}


def _with_content(places: Iterable[Path]) -> dict[Path, os.stat_result]:
    found = {}
    for place in places:
        with suppress(FileNotFoundError):
            found[place] = place.lstat()
    return {place: status for place, status in found.items() if status.st_size}


# ---------------------------------------------------------------- to write


@contextmanager
def made_whole(path: Path, fill: Callable[[sqlite3.Connection], T]) -> Iterator[T]:
    """Make a database beside this path; at the end it takes the path's place at once, so that there never is a part.

    What `fill` returns is the context. What is raised leaves nothing behind.
    """
    with draft_beside(path, companions=("-shm", LOG, ROLLBACK)) as draft:
        try:
            made = _fill(draft, fill, "WAL")
        except sqlite3.Error as error:
            if errorcode(error) not in NO_LOG:
                raise
            with draft.open("wb"):
                pass  # emptied: it may hold a half of what it was to be
            made = _fill(draft, fill, "DELETE")
        sync(draft)
        yield made
        draft.replace(path)


def _fill(draft: Path, fill: Callable[[sqlite3.Connection], T], mode: str) -> T:
    with closing(_open_connection(draft)) as db:
        db.execute("PRAGMA synchronous = OFF")  # one wait for the disk at the end does for all
        db.execute(f"PRAGMA journal_mode = {mode}")
        with transaction(db):
            return fill(db)


def open_to_write(path: Path, *, room: int, waits: bool = True) -> sqlite3.Connection:
    """Return the connection that writes a journal, with so many bytes of room in its log. Raises sqlite3.Error.

    Without `waits`, a commit into a log waits for no disk, and nothing is moved out of the log: both is left to a
    `DiskLog`. Where there is no log, each commit waits all the same. Such a connection is one of many, and takes a
    third of the memory that others take.
    """
    db = _open_connection(path, is_one_of_many=not waits)
    try:
        _try_to_write(db)
    except sqlite3.Error as error:
        db.close()
        if errorcode(error) not in NO_LOG:
            raise
        _leave_log(path, error)
        db = _open_connection(path)
    try:
        (mode,) = db.execute("PRAGMA journal_mode").fetchone()
        # Without a log, the removal of the rollback journal is what commits: it has to outlive a power cut as well.
        db.execute(f"PRAGMA synchronous = {('FULL' if waits else 'NORMAL') if mode == 'wal' else 'EXTRA'}")
        db.execute("PRAGMA fullfsync = ON")  # on macOS fsync alone does not reach the disk
        if mode == "wal":
            _make_room(db, room)
            if not waits:
                db.execute("PRAGMA wal_autocheckpoint = 0")
                db.execute(f"PRAGMA cache_size = {FEW_PAGES}")
                db.execute("PRAGMA shrink_memory")
    except BaseException:
        db.close()
        raise
    return db


def _try_to_write(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    db.execute("ROLLBACK")


def _leave_log(path: Path, error: sqlite3.Error) -> None:
    """The file was made, or was written to last, where there can be a log beside it; here there can be none.

    Who has the file alone needs no memory that is shared. Raises the error where that does not help either.
    """
    try:
        with closing(_open_connection(path)) as db:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error:
        raise error from None


def _make_room(db: sqlite3.Connection, room: int) -> None:
    """Makes the log beside the file as long as it will get: writing over what is there takes half as long as appending.

    A transaction that does not fit into the cache is written out as it grows; rolled back, its room stays.
    """
    db.execute("PRAGMA cache_size = 10")
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute(schema.insertion("log"), (0, "0" * room, 0))
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
    db.execute("PRAGMA cache_size = -2000")
    db.execute(f"PRAGMA wal_autocheckpoint = {room // 4096}")  # then it begins again from its start
    # The first commit pays for the room: this one.
    db.execute(f"PRAGMA application_id = {schema.APPLICATION}")


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def close_whole(db: sqlite3.Connection) -> None:
    """Close the connection that wrote, and have all in the one file.

    Not while somebody reads it, and not on a full disk; SQLite then does it at a later time.
    """
    with suppress(sqlite3.Error):
        db.execute("PRAGMA busy_timeout = 0")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


# ---------------------------------------------------------------- to read


@contextmanager
def opened_to_read(path: Path) -> Iterator[tuple[sqlite3.Connection, bool]]:
    """One moment of the journal, and whether it stays that moment whatever others write meanwhile.

    No right to write is needed: what a kill left, and SQLite would first clear up, is read in a copy. Raises
    sqlite3.Error and OSError.
    """
    if not beside(path):
        with closing(_open_connection(path, "mode=ro&immutable=1")) as db:
            _begin(db)
            yield db, False
        return
    with closing(_open_connection(path, "mode=ro")) as db:
        try:
            _begin(db)
        except sqlite3.Error as error:
            if errorcode(error) not in NO_LOG:
                raise
        else:
            yield db, True
            return
    with tempfile.TemporaryDirectory(prefix="batch-update-") as place:
        copy = Path(place) / path.name
        for source in (path, *beside(path)):
            _copy(source, copy.with_name(source.name))
        with closing(_open_connection(copy)) as db:
            _begin(db)
            yield db, False


def _begin(db: sqlite3.Connection) -> None:
    """From here on it is one moment: SQLite looks at the file when it is first asked."""
    db.execute("BEGIN")
    db.execute("PRAGMA schema_version").fetchone()


def _copy(source: Path, to: Path) -> None:
    with os.fdopen(os.open(source, os.O_RDONLY | CAREFULLY), "rb") as old, to.open("xb") as new:
        shutil.copyfileobj(old, new)


JOURNAL = "journal.db"
"""The files that make a folder the folder of a run."""
