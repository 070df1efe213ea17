"""Why a run is done, by whom and by which job, as its journal and its reports tell it."""

from __future__ import annotations

import getpass
import os

from batch_update.journal.recorded import Occasion
from batch_update.run.steps.means import Means
from batch_update.settings.tunables import Settings
from batch_update.text import excerpt

LONGEST_USER = 100
"""Characters of what the system calls a user."""


def occasion_of(settings: Settings, means: Means) -> Occasion:
    """Return the note, the author and the job of what begins now."""
    return Occasion(settings.note, settings.author or user_of_system(), means.job)


def user_of_system() -> str:
    """Return who uses this machine, as it says; in a container that knows no users, the number of the one."""
    try:
        return excerpt(getpass.getuser(), LONGEST_USER)
    except (OSError, KeyError, ImportError):  # Python 3.13 raises the first, others one of the two after it
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else ""
