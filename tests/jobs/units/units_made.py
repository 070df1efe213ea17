"""Units of jobs that are written for a test: in a folder whose name has all that has to be escaped."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.units.making import Workplace, task_of, unit_for
from batch_update.jobs.units.task import UnitFlags, UnitForm, UnitTask

ODD_FOLDER = "Büro 5% 'a' \"b\" $HOME"
ODD_JOB = "nächtlich 100% 'x' $Y"
FLAGS = UnitFlags(due="--due", quiet="--quiet", jobs_dir="--jobs-dir")
FORMS = list(UnitForm)


def place_in(folder: Path, **changed: Any) -> Workplace:
    program = (str(folder / "bin" / "batch-update"),)
    made = Workplace(program, FLAGS, folder, folder / "jobs", "anna", "Europe/Berlin", date(2026, 11, 28))
    return replace(made, **changed)


def task_in(
    folder: Path, name: str = "nightly", *, cron: str = "0 3 * * 1-5", text: str = "", **times: Any
) -> UnitTask:
    """The task of a job file there; `text` before its schedule, `times` beside its cron expression."""
    (folder / "jobs").mkdir(parents=True, exist_ok=True)
    path = folder / "jobs" / f"{name}.toml"
    keys = {"cron": cron, **{key.replace("_", "-"): value for key, value in times.items()}}
    table = "\n".join(
        f"{key} = {value if isinstance(value, int | float) else repr(value)}" for key, value in keys.items()
    )
    path.write_text(f'file = "a.csv"\n{text}\n[schedule]\n{table}\n', "utf-8")
    return task_of(load_job(path), place_in(folder))


def text_of(form: UnitForm, task: UnitTask) -> str:
    """The text of the unit; of systemd's that of the service."""
    return unit_for(form, task).files[0].text
