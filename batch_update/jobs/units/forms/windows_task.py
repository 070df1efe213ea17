"""A task for the task scheduler of Windows."""

from __future__ import annotations

from batch_update.jobs.units.escaping import windows_line
from batch_update.jobs.units.task import SAFE_ENDS, Unit, UnitFile, UnitForm, UnitTask, times_of, unfit
from batch_update.jobs.units.times.windows_triggers import triggers_of
from batch_update.jobs.units.unit_texts import render


def windows_task(task: UnitTask) -> Unit:
    """Return the XML that `schtasks /create /xml` takes. Raises UsageError U141 where its times cannot be said."""
    times = times_of(task, UnitForm.WINDOWS_TASK)
    if task.zone is not None and task.zone.key != task.machine_zone:
        raise unfit(
            UnitForm.WINDOWS_TASK,
            f"its times are those of the machine, {task.machine_zone or 'whose zone is not known'}, "
            f"and not those of {task.zone.key}",
        )
    program, *arguments = task.words
    text = render(
        "task.xml",
        task=task,
        triggers=triggers_of(times, task.since),
        program=program,
        arguments=windows_line(arguments),
        safe_ends=SAFE_ENDS,
        limit=f"PT{task.longest}S" if task.longest else "PT0S",
    )
    return Unit(UnitForm.WINDOWS_TASK, (UnitFile(f"{task.slug}.xml", text),))
