"""Runs with a journal: sent by a fake client, killed at a moment of one's choice, looked at from outside."""

from __future__ import annotations

import csv
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any

from batch_update.journal.reading import read_run
from batch_update.journal.recorded import RecordedRun, SessionFacts, facts_of, report_of
from batch_update.journal.storing.database import JOURNAL
from batch_update.journal.storing.reserve import RESERVE
from batch_update.journal.storing.shared_disk import SharedDisk
from batch_update.journal.writing import Journal
from batch_update.model.plans import Plan
from batch_update.model.reports import Files, Reply, Report
from batch_update.model.sheets import Body
from batch_update.report.files.folder import write_run
from batch_update.run.resuming import send_rest
from batch_update.run.steps.leftover import is_finished, look_at_rest
from batch_update.send.accounting import apply_plan
from batch_update.send.progress import EventLog
from tests.clocks import virtual_clock
from tests.run.fakes import Act, FakeClient, Stream, run_virtually


def journalled(
    plan: Plan, folder: Path, client: FakeClient | None = None, facts: SessionFacts | None = None, **more: Any
) -> Report:
    """The plan applied in virtual time, with a journal in the folder."""

    async def main() -> Report:
        signals = more.pop("signals", ())
        with Journal.create(folder, plan, facts) as journal:
            return await apply_plan(
                plan,
                client or FakeClient(),
                journal=journal,
                interrupted=Stream(*signals) if signals else None,
                clock=virtual_clock(),
                **more,
            )

    return run_virtually(main)


async def go_on(
    folder: Path,
    client: Any,
    *,
    retry_failed: bool = False,
    only: Collection[int] = (),
    limit: int | None = None,
    fetch: bool = True,
    events: EventLog | None = None,
    disk: SharedDisk | None = None,
    **sending: Any,
) -> Report:
    """A run resumed as the command does it, but for lock, question and reading back; `sending` as for `apply_plan`."""
    recorded = read_run(folder)
    if is_finished(recorded, retry_failed=retry_failed):
        return report_of(recorded)
    rest = await look_at_rest(
        recorded, client, retry_failed=retry_failed, only=only, limit=limit, fetch=fetch
    )
    with Journal.open(folder, disk=disk) as journal:
        events = events or EventLog()
        send = partial(apply_plan, client=client, events=events, journal=journal, **sending)
        return await send_rest(recorded, rest, journal, events, send)


def copy_of(folder: Path, to: Path) -> Path:
    """The journal as it is on the disk now: what a process that is killed now would leave."""
    to.mkdir()
    for path in folder.glob(f"{JOURNAL}*"):
        if not path.name.endswith("-shm"):  # made anew from the log by whoever opens it
            shutil.copy(path, to / path.name)
    return to


class Witness(FakeClient):
    """A fake client that has a look when the n-th request is about to leave, and when its answer is there."""

    def __init__(
        self,
        look: Callable[[str], None],
        at: int,
        acts: dict[int, Act] | None = None,
        *,
        answered: bool = False,
    ) -> None:
        super().__init__(acts)
        self._look = look
        self._left = at
        self._answered = answered

    async def update(
        self, assistant_id: int, body: Body, *, before_send: Callable[[int], Awaitable[None]] | None = None
    ) -> Reply:
        async def begun(attempt: int) -> None:
            assert before_send is not None
            await before_send(attempt)
            self._left -= 1
            if self._left == 0 and not self._answered:
                self._look(str(assistant_id))

        reply = await super().update(assistant_id, body, before_send=begun)
        if self._answered and self._left <= 0:
            self._answered = False
            self._look(str(assistant_id))
        return reply


def files_of(folder: Path) -> dict[str, bytes]:
    """Name -> content of the files that people open."""
    ours = (JOURNAL, RESERVE)
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(ours)}


def written_from(recorded: RecordedRun, folder: Path) -> Files:
    return write_run(report_of(recorded), folder, facts_of(recorded))


def lines_of(folder: Path) -> int:
    with (folder / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file))


class FullDisk:
    """A connection to a disk without room: nothing can be added, until the reserve beside the journal is gone."""

    def __init__(self, journal: Journal, *, for_good: bool = False) -> None:
        self._db: sqlite3.Connection = journal._db
        self._reserve = journal.folder / RESERVE
        self._for_good = for_good
        journal._db = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    def execute(self, statement: str, *values: Any) -> Any:
        if statement.startswith(("INSERT", "COMMIT")) and (self._for_good or self._reserve.exists()):
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return self._db.execute(statement, *values)


def rows_told(journal: sqlite3.Connection, kind: str) -> list[int]:
    """The rows that the log tells of in entries of this kind, as anybody can ask for them."""
    question = """
        SELECT json_extract(entry.value, '$[2]') FROM log, json_each(log.data) AS entry
        WHERE json_extract(entry.value, '$[1]') = ? ORDER BY log.n, entry.id
    """
    return [row for (row,) in journal.execute(question, (kind,))]
