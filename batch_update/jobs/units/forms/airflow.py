"""A DAG for Airflow."""

from __future__ import annotations

from batch_update.jobs.units.escaping import in_jinja, shell_line
from batch_update.jobs.units.secret_places import SECRETS
from batch_update.jobs.units.task import SAFE_ENDS, Unit, UnitFile, UnitForm, UnitTask, fields_of, times_of
from batch_update.jobs.units.unit_texts import render


def airflow(task: UnitTask) -> Unit:
    """Return the DAG. Raises UsageError U141 where its times cannot be said."""
    fields = fields_of(times_of(task, UnitForm.AIRFLOW), UnitForm.AIRFLOW)
    drift, another = SAFE_ENDS
    ends = f"status=$?; case $status in {drift}) exit 0 ;; esac; exit $status"
    wait = f"sleep $((RANDOM * {int(task.jitter)} / 32767)); " if task.jitter else ""
    text = render(
        "dag.py.txt",
        task=task,
        fields=fields,
        command=in_jinja(f"{wait}{shell_line(task.words)} || {{ {ends}; }}"),
        folder=in_jinja(str(task.folder)),
        drift=drift,
        another=another,
        secrets=SECRETS,
    )
    return Unit(UnitForm.AIRFLOW, (UnitFile(f"{task.slug.replace('-', '_')}.py", text),))
