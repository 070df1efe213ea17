"""How many accounts one process can work on at once: each takes open files, of which the system allows so many."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from batch_update.text import counted

if sys.platform != "win32":
    import resource

FOR_ITSELF = 100
"""open files of the process beside those of accounts"""
FOR_EACH = 20
"""open files of an account at work: connections, its journal, its locks and the record of its requests"""


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many accounts fit into a process."""

    most: int
    told: str = ""
    """why it is fewer than wanted, as a sentence; "" where it is not"""


def capacity_for(accounts: int) -> Capacity:
    """Return how many accounts fit, with the limit of open files raised as far as it is needed and allowed."""
    if sys.platform == "win32":  # sockets are no files there, and nothing is counted
        return Capacity(max(1, accounts))
    needed = FOR_ITSELF + FOR_EACH * accounts
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if not _is_enough(soft, needed):
        wanted = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
        except (OSError, ValueError):  # macOS has a bound of its own beneath what it tells
            pass
    if _is_enough(soft, needed):
        return Capacity(max(1, accounts))
    most = max(1, (soft - FOR_ITSELF) // FOR_EACH)
    return Capacity(
        most,
        f"A process may have {soft:,} open files here, which is room for {counted(most, 'account')} at once; the "
        f"others wait for their turn. For all at once: ulimit -n {needed}, if that is allowed (its bound is set in "
        "/etc/security/limits.conf, or as LimitNOFILE of a systemd unit).",
    )


def _is_enough(soft: int, needed: int) -> bool:
    return soft == resource.RLIM_INFINITY or soft >= needed
