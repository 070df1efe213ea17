"""`python -m tests.run.dying FOLDER NUMBER`: a run whose process is gone when its n-th update is about to leave."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio

from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.journal.writing import Journal
from batch_update.model.plans import Plan
from batch_update.model.reports import Pace
from batch_update.send.accounting import apply_plan
from tests.torture.child import plan_for

ROWS = 12


def before(assistant_id: int) -> dict[str, Any]:
    """What an assistant held."""
    return {"name": f"Before {assistant_id}", "speech_speed": 1.0}


def plan() -> Plan:
    made = plan_for(ROWS)
    return replace(made, changes=tuple(replace(c, before=before(c.assistant_id)) for c in made.changes))


async def main(folder: Path, number: int) -> None:
    seen = 0

    async def app(scope: Any, receive: Any, send: Any) -> None:
        """The other end of the connection: asked before the first byte of the request is handed over."""
        nonlocal seen
        seen += 1
        if seen == number:
            os._exit(9)
        assistant = scope["path"].rpartition("/")[2].encode()
        answer = b'{"message": "ok", "data": {"id": %s}}' % assistant
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"application/json")],
            }
        )
        await send({"type": "http.response.body", "body": answer})

    key = ApiKey("a-key-of-no-account")
    async with Client(key, base_url="http://localhost/api", pace=Pace((), concurrency=3), app=app) as client:
        with Journal.create(folder, plan()) as journal:
            await apply_plan(journal=journal, plan=plan(), client=client, pace=Pace((), concurrency=3))


if __name__ == "__main__":
    anyio.run(main, Path(sys.argv[1]), int(sys.argv[2]))
