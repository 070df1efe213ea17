"""How many processes of this machine work on a fleet: one paces so many accounts, and more do where there are cores."""

from __future__ import annotations

import os
from dataclasses import replace

from batch_update.fleet.processes.open_files import Capacity, capacity_for

MOST_PACED = 400
"""accounts that one process paces: at 100 requests a minute they are all that an event loop does"""
BURSTS = 11.0
"""seconds after which an account sends its burst again: the beginnings of a process's accounts are spread over them"""


def processes_for(accounts: int, wanted: int | None = None) -> int:
    """Return how many processes work on so many accounts at once, this one included. `wanted`: None for as many as fit.

    A core paces no more accounts with two processes than with one.
    """
    most = min(cores(), -(-accounts // MOST_PACED)) if wanted is None else min(wanted, accounts)
    return max(1, most)


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def capacity_of(accounts: int, processes: int) -> Capacity:
    """Return how many accounts so many processes work on at once; each may open as many files as this one.

    The limit of this process is raised as far as the share of each needs it, and further ones inherit it.
    """
    of_each = capacity_for(-(-accounts // processes))
    return replace(of_each, most=of_each.most * processes)


def starts_of_each(starts: float, processes: int) -> float:
    """Return how many accounts begin in a second in each process, where so many may in one that is alone.

    Several share them, but for what spreads the beginnings of all that a process paces over the time of a burst.
    """
    return max(starts / processes, MOST_PACED / BURSTS)
