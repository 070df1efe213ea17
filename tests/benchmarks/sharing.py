"""`python -m tests.benchmarks.sharing URL LEDGER FIRST ROWS WINDOW ...`: a process that sends rows once it is told to.

Prints `ready`, waits for a line, sends, and prints how often it was refused.
"""

from __future__ import annotations

import sys
from pathlib import Path

import anyio

from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.api.pace.ledger import Ledger
from batch_update.model.plans import Status
from batch_update.model.reports import Pace
from batch_update.settings.parsing import read_window

WORKERS = 8
KEY = "benchmark-key-0123456789"


async def main(url: str, ledger: str, first: int, rows: int, windows: list[str]) -> None:
    queue = iter(range(first, first + rows))
    rates = tuple(map(read_window, windows))
    async with Client(
        ApiKey(KEY), base_url=url, pace=Pace(rates, concurrency=WORKERS), ledger=Ledger(Path(ledger))
    ) as client:

        async def work() -> None:
            for row in queue:
                reply = await client.update(row, {"name": f"row {row}"})
                assert reply.status is Status.UPDATED, reply

        print("ready", flush=True)
        sys.stdin.readline()
        async with anyio.create_task_group() as tasks:
            for _ in range(WORKERS):
                tasks.start_soon(work)
        print(client.stats.gates, flush=True)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
