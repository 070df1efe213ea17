"""`python -m tests.torture.child begin|resume FOLDER URL ROWS KIND`: one process of a run, for its parent to kill.

A KIND that ends with -shared has the journal wait for the disk as many journals do.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import anyio

from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.journal.storing.shared_disk import shared_disk
from batch_update.journal.writing import Journal
from batch_update.model.plans import Change, Plan
from batch_update.model.reports import Pace
from batch_update.run.planning import look
from batch_update.send.accounting import apply_plan
from batch_update.settings.tunables import SANDBOX_KEY
from tests.journal.journals import go_on
from tests.made import plan_of

FIRST = 10_001
"""the id of the sandbox's first assistant"""
WORKERS = 8


def wanted(row: int) -> dict[str, object]:
    """What the assistant of this row shall hold."""
    return {"name": f"Wanted {row}", "speech_speed": 0.7 + row % 6 / 10}


def plan_for(rows: int) -> Plan:
    return plan_of(Change(FIRST + row, wanted(row), (row,)) for row in range(rows))


async def main(what: str, folder: Path, url: str, rows: int, kind: str) -> None:
    pace = Pace((), concurrency=WORKERS)
    async with (
        shared_disk() if kind.endswith("-shared") else nullcontext() as disk,
        Client(ApiKey(SANDBOX_KEY), base_url=url, pace=pace) as client,
    ):
        if what == "resume":
            await go_on(folder, client, disk=disk, pace=pace)
            return
        plan = plan_for(rows)
        if kind.startswith("looked"):
            plan = (await look(plan, client)).plan
        with Journal.create(folder, plan, disk=disk) as journal:
            await apply_plan(plan, client, pace=pace, journal=journal)


if __name__ == "__main__":
    what, folder, url, rows, kind = sys.argv[1:]
    anyio.run(main, what, Path(folder), url, int(rows), kind)
