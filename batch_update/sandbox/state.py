"""The sandbox's memory: its assistants and a log of every request, in SQLite, safe for several processes."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batch_update.disk import make_folder
from batch_update.errors import UsageError
from batch_update.sandbox.seeds import FIRST_ID, Assistant, seed_assistants

_APPLICATION = 0x42555342
_VERSION = 1
_KEPT_REQUESTS = 50_000
_KEPT_BYTES = 64 * 1024 * 1024
"""of bodies of requests in the log; where it would be more, those so far are forgotten, and their requests kept"""
_KEPT_CONVERSATIONS = 200
_SMALL = 16_384
"""bytes of an assistant that may always be kept"""
_MOST_LARGE = 16 * 1024 * 1024
"""bytes of all assistants together beyond which only small ones are taken"""
_PATIENCE = 10.0
"""Seconds to wait for another process that holds the file."""

_TABLES = (
    "CREATE TABLE assistant (id INTEGER PRIMARY KEY, settings TEXT NOT NULL)",
    """CREATE TABLE request (n INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, method TEXT NOT NULL,
       path TEXT NOT NULL, body TEXT NOT NULL, status INTEGER, applied INTEGER NOT NULL, fault TEXT NOT NULL,
       counted TEXT)""",
    "CREATE INDEX counted ON request (counted, at) WHERE counted IS NOT NULL",
    """CREATE INDEX inbound ON assistant (json_extract(settings, '$.phone_number_id'))
       WHERE json_extract(settings, '$.type') = 'inbound'""",
)
_LATER = (
    """CREATE TABLE IF NOT EXISTS conversation
       (uuid TEXT PRIMARY KEY, assistant INTEGER NOT NULL, history TEXT NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS tally (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
    "CREATE INDEX IF NOT EXISTS by_uuid ON assistant (json_extract(settings, '$.uuid'))",
)
"""What states of an earlier day do not have yet."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that reached the sandbox, and what came of it."""

    n: int
    at: float
    """when it came, by the sandbox's clock"""
    method: str
    path: str
    """with its query"""
    body: str
    """as it came; "" for none"""
    status: int | None
    """None: the connection was cut instead of an answer"""
    applied: bool
    """an assistant was changed by it"""
    fault: str
    """the fault that struck it, "" for none"""
    counted: str | None
    """whose rate windows it was counted in; None where it was refused before that"""
    account: str = ""
    """to whom it went, where a sandbox has several accounts; "" for one whose key none of them has"""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation between somebody and an assistant."""

    uuid: str
    assistant: int
    history: tuple[dict[str, Any], ...]


class Desk:
    """The memory inside one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def assistant(self, number: int) -> Assistant | None:
        row = self._db.execute("SELECT settings FROM assistant WHERE id = ?", (number,)).fetchone()
        return None if row is None else json.loads(row[0])

    def by_uuid(self, identity: str) -> Assistant | None:
        asked = (_plain(identity),)
        row = self._db.execute(
            "SELECT settings FROM assistant WHERE json_extract(settings, '$.uuid') = ?", asked
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def save(self, assistant: Assistant, *, most: int | None = None) -> bool:
        """Remembers an assistant, unless it is larger than `most` bytes or there is no room for large ones."""
        text = json.dumps(assistant)
        if most is not None and len(text) > _SMALL:
            (held,) = self._db.execute("SELECT sum(length(settings)) FROM assistant").fetchone()
            if len(text) > most or (held or 0) + len(text) > _MOST_LARGE:
                return False
        self._db.execute("INSERT OR REPLACE INTO assistant VALUES (?, ?)", (assistant["id"], text))
        return True

    def remove(self, number: int) -> None:
        """Forgets an assistant and its conversations."""
        self._db.execute("DELETE FROM assistant WHERE id = ?", (number,))
        self._db.execute("DELETE FROM conversation WHERE assistant = ?", (number,))

    def next_id(self) -> int:
        """Return an id that no assistant has, nor one that was removed had."""
        (highest,) = self._db.execute("SELECT max(id) FROM assistant").fetchone()
        found = max(FIRST_ID - 1, highest or 0, self._tally("highest id")) + 1
        self._set_tally("highest id", found)
        return found

    def page(self, first: int, most: int) -> Iterator[Assistant]:
        """At most `most` assistants by id, leaving out the first `first`."""
        rows = self._db.execute("SELECT settings FROM assistant ORDER BY id LIMIT ? OFFSET ?", (most, first))
        return (json.loads(row[0]) for row in rows)

    def outbound(self) -> Iterator[Assistant]:
        """Return the assistants that make calls, by id."""
        rows = self._db.execute(
            "SELECT settings FROM assistant WHERE json_extract(settings, '$.type') = 'outbound' ORDER BY id"
        )
        return (json.loads(row[0]) for row in rows)

    def total(self) -> int:
        """Return how many assistants there are."""
        return int(self._db.execute("SELECT count(*) FROM assistant").fetchone()[0])

    def inbound_with_number(self, number: int) -> list[int]:
        """Return the inbound assistants that this phone number is assigned to."""
        rows = self._db.execute(
            """SELECT id FROM assistant WHERE json_extract(settings, '$.type') = 'inbound'
               AND json_extract(settings, '$.phone_number_id') = ?""",
            (number,),
        )
        return [row[0] for row in rows]

    def sizes_by(self, field: str) -> dict[int, int]:
        """Value of a field that holds one id -> how many assistants hold it; those that nobody holds are left out."""
        rows = self._db.execute(
            "SELECT json_extract(settings, ?) AS held, count(*) FROM assistant GROUP BY held", (f"$.{field}",)
        )
        return {held: count for held, count in rows if held is not None}

    def label_sizes(self) -> dict[int, int]:
        """Label id -> how many assistants carry it; unused ones are left out."""
        rows = self._db.execute(
            "SELECT value, count(*) FROM assistant, json_each(settings, '$.label_ids') GROUP BY value"
        )
        return dict(rows)

    def conversation(self, identity: str) -> Conversation | None:
        row = self._db.execute(
            "SELECT assistant, history FROM conversation WHERE uuid = ?", (_plain(identity),)
        ).fetchone()
        return None if row is None else Conversation(identity, row[0], tuple(json.loads(row[1])))

    def keep_conversation(self, kept: Conversation) -> None:
        """Remembers a conversation as the latest one; where there are too many, the oldest is forgotten."""
        history = json.dumps(kept.history)
        self._db.execute(
            "INSERT OR REPLACE INTO conversation VALUES (?, ?, ?)", (kept.uuid, kept.assistant, history)
        )
        self._db.execute(
            """DELETE FROM conversation WHERE rowid <=
               (SELECT rowid FROM conversation ORDER BY rowid DESC LIMIT 1 OFFSET ?)""",
            (_KEPT_CONVERSATIONS,),
        )

    def counted(self, role: str, after: float, until: float) -> tuple[int, float | None]:
        """Return how many requests counted after one time and up to another, and when the first of them came."""
        found: tuple[int, float | None] = self._db.execute(
            "SELECT count(*), min(at) FROM request WHERE counted = ? AND at > ? AND at <= ?",
            (role, after, until),
        ).fetchone()
        return found

    def nth_latest(self, role: str, until: float, n: int) -> float:
        """Return when the n-th latest counted request came, from 1. There must be that many."""
        row = self._db.execute(
            "SELECT at FROM request WHERE counted = ? AND at <= ? ORDER BY at DESC LIMIT 1 OFFSET ?",
            (role, until, n - 1),
        ).fetchone()
        return float(row[0])

    def log(self, seen: Seen) -> None:
        """Remembers a request; its number is given here."""
        values = (
            seen.at, seen.method, _plain(seen.path), _plain(seen.body), seen.status, int(seen.applied), seen.fault,
            seen.counted,
        )  # fmt: skip
        if seen.body:
            self._make_room(len(values[3]))
        columns = "at, method, path, body, status, applied, fault, counted"
        logged = self._db.execute(f"INSERT INTO request ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        if (logged.lastrowid or 0) % 1000 == 0:
            self.shorten_log()

    def _make_room(self, size: int) -> None:
        """Counts the bytes of bodies in the log, and forgets those bodies where they have become too many."""
        kept = self._tally("bytes of bodies") + size
        if kept > _KEPT_BYTES:
            self._db.execute("UPDATE request SET body = ''")
            kept = size
        self._set_tally("bytes of bodies", kept)

    def _tally(self, name: str) -> int:
        row = self._db.execute("SELECT value FROM tally WHERE name = ?", (name,)).fetchone()
        return 0 if row is None else int(row[0])

    def _set_tally(self, name: str, value: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO tally VALUES (?, ?)", (name, value))

    def shorten_log(self) -> None:
        """Forgets all but the latest requests."""
        self._db.execute("DELETE FROM request WHERE n <= (SELECT max(n) FROM request) - ?", (_KEPT_REQUESTS,))

    def seen(self) -> list[Seen]:
        rows = self._db.execute(
            "SELECT n, at, method, path, body, status, applied, fault, counted FROM request ORDER BY n"
        )
        return [_seen(row) for row in rows]

    def replace_all(self, assistants: Iterable[Assistant]) -> None:
        """Forgets every assistant and request, and begins with these assistants."""
        for table in ("assistant", "request", "conversation", "tally"):
            self._db.execute(f"DELETE FROM {table}")
        rows = ((assistant["id"], json.dumps(assistant)) for assistant in assistants)
        self._db.executemany("INSERT INTO assistant VALUES (?, ?)", rows)


class State:
    """The memory behind one sandbox: a file, made and filled on first use, or memory alone where `path` is None.

    `assistants`: how many a fresh state begins with, as `seeds` makes them; one that exists keeps those it has. Raises
    UsageError where the file cannot be opened, is damaged, or belongs to something else.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        assistants: int,
        seeds: Callable[[int], Iterable[Assistant]] = seed_assistants,
    ) -> None:
        self._path = path
        self._assistants = assistants
        self._seeds = seeds
        self._lock = threading.Lock()
        with self._trouble():
            self._db = _connect(path)
        # Closes the file at the latest when nobody can use this state any more.
        self._close = weakref.finalize(self, self._db.close)
        try:
            with self._trouble():
                self._prepare()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Closes the file. May be called more than once."""
        self._close()

    @contextmanager
    def transaction(self) -> Iterator[Desk]:
        """Everything that is done with this desk, or nothing. One transaction at a time, over all processes."""
        with self._lock, self._trouble():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield Desk(self._db)
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def requests_seen(self) -> list[Seen]:
        """Return the log: every request since the beginning or the last reset, the latest 50,000 at least."""
        with self.transaction() as desk:
            return desk.seen()

    def reset(self) -> None:
        """Begins anew: fresh assistants, empty log."""
        with self.transaction() as desk:
            desk.replace_all(self._seeds(self._assistants))

    def _prepare(self) -> None:
        if self._pragma("application_id") not in (0, _APPLICATION):
            raise _unusable(self._path, "it belongs to another program")
        _use_wal(self._db)
        with self.transaction() as desk:
            if self._pragma("application_id") == 0:
                if self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    raise _unusable(self._path, "it belongs to another program")
                self._create(desk)
            elif self._pragma("user_version") != _VERSION:
                raise _unusable(self._path, "another version of this program made it")
            elif self._pragma("quick_check(1)") != "ok":
                raise _unusable(self._path, "it is damaged")
            for statement in _LATER:
                self._db.execute(statement)
            desk.shorten_log()

    def _create(self, desk: Desk) -> None:
        for statement in (*_TABLES, *_LATER):
            self._db.execute(statement)
        desk.replace_all(self._seeds(self._assistants))
        self._db.execute(f"PRAGMA application_id = {_APPLICATION}")
        self._db.execute(f"PRAGMA user_version = {_VERSION}")

    def _pragma(self, name: str) -> object:
        return self._db.execute(f"PRAGMA {name}").fetchone()[0]

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        """Turns what SQLite and the file system raise into an error of ours."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise _unusable(self._path, str(error)) from error


def _seen(row: tuple[Any, ...]) -> Seen:
    n, at, method, path, body, status, applied, fault, counted = row
    return Seen(n, at, method, path, body, status, bool(applied), fault, counted)


def _connect(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        make_folder(path.parent)
        with suppress(FileExistsError):  # not where a link leads that leads nowhere
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    place = path.absolute() if path else ":memory:"  # a name such as file:x would be read as an address
    db = sqlite3.connect(place, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    # A power cut may cost the last updates of a sandbox; waiting for the disk at each one would cost more.
    db.execute("PRAGMA synchronous = NORMAL")
    return db


def _use_wal(db: sqlite3.Connection) -> None:
    """Readers and a writer at once. SQLite does not wait for others by itself where it changes this."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _unusable(path: Path | None, reason: str) -> UsageError:
    return UsageError(
        f"The sandbox's state {path or 'in memory'} cannot be used: {reason}.",
        code="U108",
    )


def _plain(text: str) -> str:
    """Text that SQLite can hold: lone surrogates are escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
