"""A CronJob for Kubernetes."""

from __future__ import annotations

from batch_update.jobs.units.forms.containers import place_elsewhere
from batch_update.jobs.units.secret_places import CONTAINER_USER, IN_CONTAINER
from batch_update.jobs.units.task import SAFE_ENDS, Unit, UnitFile, UnitForm, UnitTask, fields_of, times_of
from batch_update.jobs.units.unit_texts import render

_CREDENTIALS = "/run/credentials"
_SHORT_NAME = 50
"""Characters: Kubernetes adds eleven to the name of a CronJob, and takes 63."""


def kubernetes(task: UnitTask) -> Unit:
    """Return the manifest. Raises UsageError U141 where its times cannot be said, or its files are not there."""
    times = times_of(task, UnitForm.KUBERNETES)
    text = render(
        "cronjob.yaml",
        task=task,
        name=task.slug[:_SHORT_NAME].rstrip("-"),
        fields=fields_of(times, UnitForm.KUBERNETES),
        place=place_elsewhere(task, UnitForm.KUBERNETES),
        safe_ends=SAFE_ENDS,
        work=IN_CONTAINER,
        uid=CONTAINER_USER,
        credentials=_CREDENTIALS,
        name_of_secret=task.slug,
        gap=times.fixed and any(hour in (1, 2, 3) for hour in times.hours),
    )
    return Unit(UnitForm.KUBERNETES, (UnitFile(f"{task.slug}.yaml", text),))
