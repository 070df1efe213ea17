"""One journal, asked about some assistants: the lines alone that tell of them are read, and their seals checked."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from batch_update.journal.across.in_fleets import account_in_fleet
from batch_update.journal.reading import read_journal
from batch_update.journal.recorded import Occasion
from batch_update.journal.replaying import SentChange, sent_of
from batch_update.journal.storing import schema
from batch_update.journal.storing.mark import Promise
from batch_update.model.as_json import dump, read_change, read_time, text_of_value
from batch_update.model.sheets import Json
from batch_update.strict_json import read_json_at

MOST_ASKED = 20
"""Rows that are looked for one by one in a log; for more of them all of it is read."""


@dataclass(frozen=True, slots=True)
class RunHead:
    """The facts of a run that stand at the head of its journal: when, where and what for it was made."""

    folder: Path
    created: datetime
    """UTC"""
    command: str
    parent: str
    """the run that it takes back: the name of its folder"""
    occasion: Occasion
    server: str
    account: str
    key: str
    """stands for the key and where it was used; it cannot be read from it"""
    sandbox_state: str
    """where the assistants of its sandbox are kept; "" for another server"""
    called: str
    """what the list of accounts called its account; "" where none was named, and of runs before that was kept"""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The changes of some assistants that a run sent, or may have sent, as its journal tells them."""

    head: RunHead
    sent: tuple[SentChange, ...]
    numbers: Mapping[int, int]
    """index of a row -> its number in the sheet"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which assistants are meant: by id, by name in whatever case, or all where neither is given."""

    assistant_id: int | None = None
    name: str = ""

    def means(self, entry: Mapping[str, Json]) -> bool:
        """Whether a change, as it stands in a journal, is one of theirs by the name."""
        names = (entry.get("name", ""), entry["body"].get("name", ""))
        return not self.name or self.name.casefold() in (str(name).casefold() for name in names)


def glance_at(folder: Path, wanted: Wanted) -> Glimpse:
    """Return what a journal tells of these assistants, now. Raises JournalError as `read_run` does.

    It is not looked through as a whole: of damage elsewhere in it nothing is said.
    """
    return read_journal(folder, partial(_glimpse, folder, wanted), thorough=False)


def head_of(folder: Path) -> RunHead:
    """Return what a journal says of its run before anything else. Raises JournalError as `read_run` does."""
    return read_journal(folder, lambda db, lines, promise: _run_head(folder, db), thorough=False)


def _run_head(folder: Path, db: sqlite3.Connection) -> RunHead:
    (run,) = schema.entries_of_lines("run", db.execute(schema.selection("run")))
    facts = run["facts"]
    settings = facts["settings"] or {}
    return RunHead(
        folder,
        read_time(run["created"]),
        text_of_value(facts["command"]),
        text_of_value(facts.get("parent", "")),
        Occasion(*(text_of_value(facts.get(name, "")) for name in ("note", "author", "job"))),
        text_of_value(run["server"]),
        text_of_value(run["account"]),
        text_of_value(facts["key"]),
        str(settings.get("sandbox_state") or ""),
        str(settings.get("account") or "") or account_in_fleet(folder),
    )


def _glimpse(
    folder: Path, wanted: Wanted, db: sqlite3.Connection, lines: int, promise: Promise | None
) -> Glimpse:
    head = _run_head(folder, db)
    changes = list(map(read_change, _changes_found(db, wanted)))
    if not changes:
        return Glimpse(head, (), {})
    rows = {change.indexes[0] for change in changes}
    _refuse_gap(db, lines)
    sent = tuple(sent_of(changes, _log(db, rows), head.occasion, lines=lines, promise=promise))
    return Glimpse(head, sent, _numbers_of_rows(db, {one.change.indexes[0] for one in sent}))


def _changes_found(db: sqlite3.Connection, wanted: Wanted) -> Iterator[dict[str, Json]]:
    """Yield the changes of these assistants as they stand in the journal."""
    if wanted.assistant_id is not None:
        # Within a text its quotes would have a backslash before them; what is nested in a value has no rows.
        mark = re.compile(rf'\{{"assistant_id":{wanted.assistant_id},')
        asked = db.execute(_LIKE.format("change", "data"), (mark.pattern[1:],))
        yield from (entry for entry in _cut_out("change", asked, mark) if "indexes" in entry)
    else:
        needle = f'"name":{dump(wanted.name)}'.lower() if wanted.name else ""
        asked = db.execute(_LIKE.format("change", "lower(data)"), (needle,))
        yield from filter(wanted.means, schema.entries_of_some("change", asked))


_LIKE = "SELECT n, data, seal FROM {} WHERE instr({}, ?) ORDER BY n"


def _cut_out(table: str, lines: Iterable[schema.Stored], mark: re.Pattern[str]) -> Iterator[Any]:
    """Yield the entries that begin with the mark, without reading those around them."""
    for data in schema.data_of_some(table, lines):
        for found in mark.finditer(data):
            yield read_json_at(data, found.start())


def _refuse_gap(db: sqlite3.Connection, lines: int) -> None:
    """Raise Damaged where a line of the log is missing before its last one."""
    (last,) = db.execute("SELECT max(n) FROM log").fetchone()
    if last is not None and last != lines:
        raise schema.Damaged("lines of the table log are missing")


def _log(db: sqlite3.Connection, rows: set[int]) -> Iterator[Json]:
    """Yield the entries of the log about these rows, but for what the plan itself settled, and those about the run."""
    if len(rows) > MOST_ASKED:
        for entry in schema.entries_of_lines("log", db.execute(schema.selection("log"))):
            if entry[0] != 0 and (entry[2] in rows or entry[2] == -1):
                yield entry
        return
    # An entry begins with its session, its kind and its row: [1,"outcome",17,
    marks = [f'",{row},' for row in (-1, *rows)]
    stored = db.execute(schema.selection("log"))
    lines = (line for line in stored if any(mark in line[1] for mark in marks))  # SQLite takes twice as long
    yield from _cut_out(
        "log", lines, re.compile(rf'\[[1-9]\d*,"[a-z]+",(?:{"|".join(map(str, (-1, *rows)))}),')
    )


def _numbers_of_rows(db: sqlite3.Connection, rows: Iterable[int]) -> dict[int, int]:
    """Return the number that each of these rows has in its sheet."""
    found: dict[int, int] = {}
    by_line: dict[int, list[int]] = {}
    for row in rows:
        by_line.setdefault(row // schema.MOST_IN_LINE + 1, []).append(row)
    for n, members in by_line.items():
        line = db.execute("SELECT n, data, seal FROM sheet_row WHERE n = ?", (n,))
        entries = list(schema.entries_of_some("sheet_row", line))
        found |= {row: int(entries[row % schema.MOST_IN_LINE][0]) for row in members}
    return found
