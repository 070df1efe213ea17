"""A scheduler in the foreground: a round each minute until it is asked to end, and a sign that it is alive."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir

from batch_update.clock import SYSTEM, Clock
from batch_update.disk import read_plain, replace_private
from batch_update.text import how_long, utc_text

MINUTE = 60
LATE = timedelta(minutes=3)
"""Nobody looked what is due for so long: something is wrong with whoever should."""
_LARGEST = 4096
"""bytes"""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the scheduler of a folder is at work, and how that is known."""

    well: bool
    words: str


class Stamp:
    """The sign of life of the scheduler of a folder of jobs: its process, when it looked last, and what it is at."""

    def __init__(self, jobs_dir: Path, folder: Path | None = None) -> None:
        name = sha256(os.fsencode(jobs_dir.resolve())).hexdigest()[:16]
        user = os.getuid() if hasattr(os, "getuid") else 0
        self.path = (folder or Path(gettempdir())) / f"batch-update-serve-{user}-{name}.json"

    def write(self, now: datetime, *, at_work: bool) -> None:
        """Note that the scheduler looks, or that a round has begun. A disk that is full does not end it."""
        told = {"pid": os.getpid(), "looked": utc_text(now), "at_work": at_work}
        with suppress(OSError):
            replace_private(self.path, json.dumps(told).encode())

    def remove(self) -> None:
        """Note that it has ended."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def health(self, now: datetime) -> Health:
        """Whether its process is there, and has looked lately or is at a run."""
        try:
            told = json.loads(read_plain(self.path, _LARGEST))
            looked = datetime.fromisoformat(told["looked"]).astimezone(UTC)
            pid, at_work = int(told["pid"]), bool(told["at_work"])
        except (OSError, ValueError, KeyError, TypeError):
            return Health(False, "no scheduler of this folder is at work here")
        if not _is_there(pid):
            return Health(False, f"the scheduler, process {pid}, is gone")
        since = how_long(max(0.0, (now - looked).total_seconds()))
        if at_work:
            return Health(True, f"at a run for {since}")
        return Health(now - looked <= LATE, f"looked what is due {since} ago")


def serve_rounds(
    one_round: Callable[[], bool], pause: Callable[[float], bool], stamp: Stamp, *, clock: Clock = SYSTEM
) -> None:
    """Hold a round at the beginning of each minute, until one, or the pause after it, returns that this was the last.

    Minutes that pass while a round is held are not made up for one by one: the next round sees all that is due.
    """
    while True:
        with _noted(stamp, clock):
            if not one_round():
                return
        if not pause(MINUTE - clock.wall().timestamp() % MINUTE):
            return


@contextmanager
def _noted(stamp: Stamp, clock: Clock) -> Iterator[None]:
    stamp.write(clock.wall(), at_work=True)
    yield
    stamp.write(clock.wall(), at_work=False)


def _is_there(pid: int) -> bool:
    """Whether there is a process of this number."""
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
