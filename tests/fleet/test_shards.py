"""One account of a fleet in the hands of a worker: all of it done once, whoever stops, dies or comes again."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from batch_update.journal.reading import read_run
from batch_update.model.plans import Status
from batch_update.model.reports import Exit
from tests.api import virtual
from tests.fleet.one_account import NAME, one_account


def test_an_account_comes_to_its_end_with_its_journal_and_reports_at_home(tmp_path: Path) -> None:
    account = one_account(tmp_path)
    end = virtual.run(partial(account.worked_on, tmp_path), "asyncio")
    assert (end.exit, end.epoch, end.counts, end.code) == (Exit.OK, 1, {Status.UPDATED: 4}, ""), end
    home = account.folder.run_of(NAME, 1)
    assert read_run(home).complete
    assert {place.name for place in home.iterdir()} >= {"journal.db", "results.csv", "run.json", "end.json"}
    again = virtual.run(partial(account.worked_on, tmp_path, "second"), "asyncio")
    assert (again, len(account.sent)) == (end, 4), "whoever is asked again does nothing"
