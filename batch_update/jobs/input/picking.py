"""Owns `choose`: from a job's input and what was sent last to the sheets of this run, or why there is none."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from batch_update.clock import SYSTEM, Clock
from batch_update.jobs.definition.job_tables import Input
from batch_update.jobs.input.taken import Intake, TakenSheet
from batch_update.settings.tunables import Settings


async def choose(
    wanted: Input,
    settings: Settings,
    *,
    folder: Path,
    inbox: Path,
    sent: Collection[str] = (),
    environ: Mapping[str, str] = os.environ,
    clock: Clock = SYSTEM,
) -> Intake:
    """Return the sheets that a run takes, or why there is none.

    A relative path begins at `folder`, that of the job file. What an address answers is kept below `inbox`, a folder
    of this job alone, until the next run. `sent`: digests of sheets that need not be sent again. Raises UsageError,
    SheetError or ApiError where the run cannot go on: also where no sheet is there and the job says that this fails.
    """
    path = folder / wanted.file
    return Intake((TakenSheet(path, "", str(path)),))
