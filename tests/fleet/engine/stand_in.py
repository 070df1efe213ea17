"""A shard that touches no network: what it does, its account's name says. Workers import it by its name."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

from batch_update.fleet.shards.shard_task import ShardTask
from batch_update.model.fleets import ShardEnd
from batch_update.model.reports import Exit

SECRET = "fam-key-nobody-may-see"


def shard(task: ShardTask) -> ShardEnd:
    """`waits` until the file `go` is there, `breaks` with a secret in its error, others end at once."""
    (task.folder / f"{task.account}.pid").write_text(str(os.getpid()))
    (task.folder / f"{task.account}.files").write_text(str(resource.getrlimit(resource.RLIMIT_NOFILE)[0]))
    (task.folder / f"{task.account}.safe").write_text(os.environ.get("PYTHONSAFEPATH", ""))
    if task.account == "breaks":
        raise ValueError(SECRET)
    if task.account == "leaves":
        raise SystemExit(3)
    deadline = time.monotonic() + 30
    while task.account.startswith("waits") and not (task.folder / "go").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return ShardEnd(task.account, 1, Exit.OK, requests=os.getpid())


def pid_of(folder: Path, account: str) -> int | None:
    """Return the process that works on an account; None where it was not begun."""
    found = folder / f"{account}.pid"
    return int(found.read_text()) if found.exists() and found.read_text() else None
