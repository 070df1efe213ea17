"""A line for crontab."""

from __future__ import annotations

import re

from batch_update.jobs.units.escaping import in_crontab, shell_line
from batch_update.jobs.units.secret_places import ENV_FILE, SECRETS
from batch_update.jobs.units.task import Unit, UnitFile, UnitForm, UnitTask, fields_of, unfit
from batch_update.jobs.units.times.cron_times import CronTimes
from batch_update.jobs.units.unit_texts import render

_LONGEST = 990
"""Characters of a command that Debian's cron takes."""


def crontab(task: UnitTask) -> Unit:
    """Return the line for crontab, with the variables that it needs before it. Raises UsageError U141."""
    line = " && ".join(
        [
            shell_line(["cd", str(task.folder)]),
            *([f"set -a && . {ENV_FILE} && set +a"] if task.variables() else []),
            shell_line(task.words),
        ]
    )
    command = in_crontab(line)
    if len(command) > _LONGEST:
        raise unfit(UnitForm.CRON, f"its line is longer than {_LONGEST} characters, which cron does not read")
    text = render(
        "crontab",
        task=task,
        times="* * * * *" if task.times is None else _fields_for_cron(task.times),
        command=command,
        zone=task.zone.key if task.zone is not None and task.zone.key != task.machine_zone else "",
        secrets=SECRETS,
        env_file=ENV_FILE,
    )
    return Unit(UnitForm.CRON, (UnitFile(f"{task.slug}.crontab", text),))


def _fields_for_cron(times: CronTimes) -> str:
    """Return the five fields. Where both day fields count at once, only a star at the beginning says so."""
    if times.both and times.plain and re.fullmatch(r"[\d*/,\-\sA-Za-z]+", times.expression):
        return " ".join(times.expression.split())
    return fields_of(times, UnitForm.CRON)
