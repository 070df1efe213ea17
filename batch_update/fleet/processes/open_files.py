"""How many accounts one process can work on at once: each takes open files, of which the system allows so many."""

from __future__ import annotations

from dataclasses import dataclass

from batch_update.own_process import allowed_files
from batch_update.text import counted

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
    needed = FOR_ITSELF + FOR_EACH * accounts
    allowed = allowed_files(needed)
    if allowed >= needed:
        return Capacity(max(1, accounts))
    most = max(1, (int(allowed) - FOR_ITSELF) // FOR_EACH)
    return Capacity(
        most,
        f"A process may have {allowed:,.0f} open files here, which is room for {counted(most, 'account')} at once; the "
        f"others wait for their turn. For all at once: ulimit -n {needed}, if that is allowed (its bound is set in "
        "/etc/security/limits.conf, or as LimitNOFILE of a systemd unit).",
    )
