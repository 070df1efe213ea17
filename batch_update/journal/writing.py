"""The journal of a run, `journal.db`, on its way to the disk: the plan, what is about to be sent, what came of it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from batch_update.clock import SYSTEM, Clock
from batch_update.disk import make_folder, sync_folder
from batch_update.errors import RunStopped, UsageError
from batch_update.journal.entries import (
    attempt_entry,
    ending_entry,
    event_entry,
    loss_entry,
    outcome_entry,
    plan_entries,
    session_entry,
)
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import SessionFacts
from batch_update.journal.storing import schema
from batch_update.journal.storing.commits import Transactions
from batch_update.journal.storing.database import (
    JOURNAL,
    beside,
    close_whole,
    errorcode,
    lasting,
    made_whole,
    open_to_write,
    transaction,
)
from batch_update.journal.storing.disk_log import DiskLog
from batch_update.journal.storing.mark import Mark, Promise
from batch_update.journal.storing.reserve import give_back, take_reserve
from batch_update.journal.storing.schema import LogEntry
from batch_update.journal.storing.shared_disk import SharedDisk
from batch_update.model.as_json import dump
from batch_update.model.plans import Change, Outcome, Plan, Verified
from batch_update.model.reports import Event, Report, Stats
from batch_update.version import __version__

LOG_ROOM = 1024 * 1024
"""Bytes that SQLite's log gets beforehand. With four times as much, a run begins later."""
ONE_OF_MANY = 8
"""Where many journals share the waits for the disk, each gets so much less of both."""

NO_JSON = (ValueError, TypeError, RecursionError)
"""The errors that Python raises for a value that cannot be written as JSON."""


class Journal:
    """The one connection that writes a run down, for one session. Use it as a context manager, from one event loop.

    Once something could not be written, `trouble` says why: no further intention is taken, so nothing more is sent,
    and what comes of requests under way is still written where that is possible.
    """

    def __init__(
        self,
        path: Path,
        db: sqlite3.Connection,
        mark: Mark,
        facts: SessionFacts,
        *,
        lines: int,
        events: int,
        session: int,
        clock: Clock = SYSTEM,
        log: DiskLog | None = None,
        disk: SharedDisk | None = None,
    ) -> None:
        self.folder = path.parent
        self.trouble: RunStopped | None = None
        self._path = path
        self._db = db
        self._mark = mark
        self._facts = facts
        self._clock = clock
        self._lines = lines
        """of the log, so far; one that is there already was written by somebody else"""
        self._events = events
        self._session = session
        self._begun = False
        self._ended = False
        """whether all sessions so far came to their end, or said why they did not"""
        self._seconds: float | None = None
        self._log = log
        """None: each commit waits for the disk itself"""
        self._written = Promise(lines, 0)
        """the promise that the mark makes once that is on the disk"""
        self._groups = Transactions(self._commit, self._reach, None if log is None else disk)
        self._files = lasting(path)

    @classmethod
    def create(
        cls,
        folder: Path,
        plan: Plan,
        facts: SessionFacts | None = None,
        *,
        clock: Clock = SYSTEM,
        disk: SharedDisk | None = None,
    ) -> Journal:
        """Begin a run's journal in its folder, with the whole plan in one commit; `clock` tells when.

        With `disk`, threads of that write it, as other journals of this event loop.

        Raises UsageError (U107) where there is one already, RunStopped (J101) where it cannot be written, ValueError
        for a plan whose parts are not merged yet.
        """
        facts = facts or SessionFacts()
        path = folder / JOURNAL
        anew = (
            "nothing was sent; make room, or choose another place with the setting runs_dir, and apply again"
        )
        with ExitStack() as undo, _writing(path, remedy=anew):
            _claim(path)
            take_reserve(folder, 1 if disk is None else ONE_OF_MANY)
            with made_whole(path, lambda db: _fill(db, plan, facts, clock.wall())) as lines:
                mark = Mark(folder, Promise(lines, 0))
                undo.callback(mark.close, remove=False)
            _sync(folder)
            db, log = _opened(path, disk)
            undo.pop_all()
        return cls(path, db, mark, facts, lines=lines, events=0, session=1, clock=clock, log=log, disk=disk)

    @classmethod
    def open(
        cls,
        folder: Path,
        facts: SessionFacts | None = None,
        *,
        clock: Clock = SYSTEM,
        disk: SharedDisk | None = None,
    ) -> Journal:
        """Go on with a run's journal; `facts` are those of the new session, `clock` and `disk` as for `create`.

        Raises JournalError where it cannot be read, RunStopped (J101) where it cannot be written.
        """
        path = folder / JOURNAL
        recorded = read_run(folder)
        session = len(recorded.sessions) + 1
        with ExitStack() as undo, _writing(path):
            take_reserve(folder, 1 if disk is None else ONE_OF_MANY)
            # Where the end was lost, more was promised than is there, until that is written down.
            mark = Mark(folder, Promise(recorded.lines + bool(recorded.lost), recorded.lost or session - 1))
            undo.callback(mark.close, remove=False)
            db, log = _opened(path, disk)
            undo.pop_all()
        facts = facts or SessionFacts("resume", recorded.facts.settings)
        events = len(recorded.events)
        journal = cls(
            path,
            db,
            mark,
            facts,
            lines=recorded.lines,
            events=events,
            session=session,
            clock=clock,
            log=log,
            disk=disk,
        )
        journal._ended = bool(recorded.sessions) and recorded.sessions[-1].ended
        if recorded.lost:
            journal._groups.add(loss_entry(recorded.lost))
        return journal

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file, and leave all in one where the run came to its end. May be called more than once."""
        if self._log is not None:
            self._reach()  # the log stays where it cannot be moved into the file
        close_whole(self._db)
        if self._log is not None:
            self._log.close()
            self._log = None
        is_whole = self.trouble is None and not beside(self._path)
        self._mark.close(remove=is_whole and self._ended)
        if self.trouble is None:
            give_back(self.folder)

    # ------------------------------------------------------------ a session

    def begin(self, started: datetime) -> None:
        """Write down that the session begins, where it has not begun already."""
        if not self._begun:
            self._begun, self._ended = True, False
            self._groups.add(session_entry(self._session, self._facts, started))

    async def intend(self, change: Change, attempt: int, at: datetime) -> None:
        """An attempt is about to be sent: returns once that is on the disk. Raises RunStopped where it is not.

        What was settled before is on the disk then, too.
        """
        if self.trouble is None:
            group = self._groups.add(
                attempt_entry(self._session, change.indexes[0], attempt, at), pressing=True
            )
            if not group.done.is_set():
                await group.done.wait()
            if group.kept:
                return
        raise self._stop()

    def settle(self, outcomes: Mapping[int, Outcome], then: Callable[[], None] | None = None) -> None:
        """Write down what became of these rows. `then` is called once that is done, or `trouble` says why it is not."""
        entries = (outcome_entry(self._session, index, o) for index, o in outcomes.items())
        self._groups.add(*entries, then=then)

    def event(self, event: Event) -> None:
        """Write down something that happened to the run as a whole."""
        self._events += 1
        self._groups.add(event_entry(self._session, event, self._clock.wall()))

    def verified(self, report: Report) -> None:
        """Write down what reading back showed, and those of the report's events that are not written down yet."""
        self.settle({i: o for i, o in enumerate(report.outcomes) if o.verified is not Verified.NOT_READ})
        for event in report.events[self._events :]:
            self.event(event)

    def end(self, seconds: float, stopped: Exception | None, stats: Stats | None = None) -> None:
        """Write down that the session ends. Called again, as after reading back, all but the time counts anew."""
        if self._seconds is None:
            self._seconds = seconds
        self._groups.add(ending_entry(self._session, self._seconds, stopped, stats))
        self._ended = True

    # ------------------------------------------------------------ commits

    async def keep(self) -> None:
        """Commits in groups, until it is cancelled. Without it running, each call commits by itself."""
        await self._groups.keep()

    def _commit(self, entries: list[LogEntry]) -> bool:
        """Write these in one transaction. On failure, what is no intention once more, with the reserve's room."""
        if self.trouble is None:
            try:
                self._write(entries)
                return True
            except NO_JSON as bug:
                again = "this is a bug of batch-update; go on with batch-update resume"
                self.trouble = _cannot_write(self._path, bug, again)
                entries = [entry for entry in entries if _is_json(entry)]  # it takes none of the others along
            except (sqlite3.Error, OSError) as error:
                self.trouble = _cannot_write(self._path, error)
                with suppress(sqlite3.Error):
                    # Else each commit copies the log into the file, which takes the reserve's room.
                    self._db.execute("PRAGMA wal_autocheckpoint = 0")
                give_back(self.folder)
        # It has been said that the journal cannot be written; this is for what can still be saved.
        if results := [entry for entry in entries if entry[1] != schema.ATTEMPT]:
            with suppress(sqlite3.Error, OSError):
                self._write(results)
        return False

    def _write(self, entries: list[LogEntry]) -> None:
        # A file that was removed could be written to for ever, and nobody would ever read it. None ever gets shorter.
        for place, opened in self._files.items():
            found = place.stat()
            if not os.path.samestat(found, opened) or found.st_size < opened.st_size:
                raise FileNotFoundError(f"{self._path} is not the file that was opened")
        first, *more = schema.lines_of(entries, after=self._lines)
        if not more:  # one statement is a transaction by itself
            self._db.execute(schema.insertion("log"), first)
        else:
            with transaction(self._db):
                self._db.executemany(schema.insertion("log"), (first, *more))
        self._lines += 1 + len(more)
        self._written = Promise(self._lines, entries[-1][0])
        if self._log is None:
            self._mark.promise(self._written)

    def _reach(self) -> bool:
        """Wait until all that was written is on the disk; on failure say in `trouble` why it may not be."""
        if self._log is None:  # each commit waited for it
            return True
        try:
            self._log.reach()
        except OSError as error:
            self.trouble = self.trouble or _cannot_write(self._path, error)
            return False
        self._mark.promise(self._written)
        return True

    def _stop(self) -> RunStopped:
        """Return a new one each time: raised by many workers, one would collect all their tracebacks."""
        trouble = self.trouble
        assert trouble is not None, "an intention was not written, and nothing says why"
        return RunStopped(trouble.message, code=trouble.code, remedy=trouble.remedy)


def _is_json(entry: LogEntry) -> bool:
    try:
        dump([entry])
    except NO_JSON:
        return False
    return True


def _claim(path: Path) -> None:
    """Makes the file, so that no other run takes the folder. It is empty until the whole plan is in it."""
    make_folder(path.parent)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise UsageError(
            f"{path.parent} holds the journal of another run",
            code="U107",
            remedy="choose another folder with the setting run_dir, or leave it out: each run gets a new one",
        ) from None


def _opened(path: Path, disk: SharedDisk | None) -> tuple[sqlite3.Connection, DiskLog | None]:
    """Return the connection that writes, and the log that is waited for apart from commits: of a shared disk."""
    if disk is None:
        return open_to_write(path, room=LOG_ROOM), None
    with ExitStack() as undo:
        db = undo.enter_context(closing(open_to_write(path, room=LOG_ROOM // ONE_OF_MANY, waits=False)))
        (mode,) = db.execute("PRAGMA journal_mode").fetchone()
        log = DiskLog(path, db) if mode == "wal" else None
        undo.pop_all()
    return db, log


def _fill(db: sqlite3.Connection, plan: Plan, facts: SessionFacts, at: datetime) -> int:
    """Writes the plan into an empty file; returns how many lines the log has then."""
    for statement in schema.statements():
        db.execute(statement)
    for table, entries in plan_entries(plan, facts, at, f"batch-update {__version__}"):
        db.executemany(schema.insertion(table), schema.lines_of(entries))
    (lines,) = db.execute("SELECT count(*) FROM log").fetchone()
    return int(lines)


def _sync(folder: Path) -> None:
    """See to it that the folder and the file in it outlive a power cut, too."""
    for place in (folder, folder.parent):
        sync_folder(place)


@contextmanager
def _writing(path: Path, remedy: str = "") -> Iterator[None]:
    """Turns what SQLite and the file system raise into a stop of the run."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise _cannot_write(path, error, remedy) from error


def _cannot_write(path: Path, error: Exception, remedy: str = "") -> RunStopped:
    if isinstance(error, FileNotFoundError):
        return RunStopped(
            f"the journal of the run is gone: {path} was removed, replaced or cut",
            code="J102",
        )
    if isinstance(error, sqlite3.IntegrityError):  # the number of the line is taken
        return RunStopped(
            f"another process writes the journal of the run as well: {path}",
            code="J101",
            remedy="let it come to its end; batch-update report tells what was done",
        )
    full = errorcode(error) == sqlite3.SQLITE_FULL
    reason = "the disk is full" if full else (isinstance(error, OSError) and error.strerror) or str(error)
    return RunStopped(
        f"the journal of the run cannot be written: {reason} ({path})",
        code="J101",
        remedy=remedy or "make room on the disk, then go on with batch-update resume",
    )
