"""A workflow for GitHub Actions."""

from __future__ import annotations

import re
from math import ceil

from batch_update.jobs.units.forms.containers import place_elsewhere
from batch_update.jobs.units.task import (
    SAFE_ENDS,
    Unit,
    UnitFile,
    UnitForm,
    UnitTask,
    fields_of,
    times_of,
    unfit,
)
from batch_update.jobs.units.times.cron_times import CronTimes
from batch_update.jobs.units.unit_texts import render

_SHORTEST = 5
"""Minutes between two runs."""
_LONGEST = 360
"""Minutes that a run may take there."""


def github_actions(task: UnitTask) -> Unit:
    """Return the workflow. Raises UsageError U141 where its times cannot be said, or a secret would lie in files."""
    times = times_of(task, UnitForm.GITHUB_ACTIONS)
    place = place_elsewhere(task, UnitForm.GITHUB_ACTIONS)
    if task.files():
        remedy = 'write { env = "NAME" } or { credential = "NAME" } for it'
        raise unfit(
            UnitForm.GITHUB_ACTIONS, f"the secret in {task.files()[0]} must not lie in a repository; {remedy}"
        )
    text = render(
        "workflow.yml",
        task=task,
        fields=_fields_for_github(times),
        place=place,
        safe_ends=SAFE_ENDS,
        minutes=_LONGEST
        if task.longest_with_jitter is None
        else min(ceil(task.longest_with_jitter / 60), _LONGEST),
        credentials={name: _secret_name(name) for name in task.credentials()},
        variables={name: _secret_name(name) for name in task.variables()},
    )
    return Unit(UnitForm.GITHUB_ACTIONS, (UnitFile(f".github/workflows/{task.slug}.yml", text),))


def _fields_for_github(times: CronTimes) -> str:
    between = [after - before for before, after in zip(times.minutes, times.minutes[1:], strict=False)]
    around = 60 + times.minutes[0] - times.minutes[-1]
    if min([*between, around]) < _SHORTEST:
        raise unfit(UnitForm.GITHUB_ACTIONS, f"it starts nothing more often than every {_SHORTEST} minutes")
    return fields_of(times, UnitForm.GITHUB_ACTIONS)


def _secret_name(name: str) -> str:
    """Return the name of a secret there: capital letters, digits and `_`."""
    return re.sub(r"[^A-Z0-9_]", "_", name.upper())
