"""Jobs where nothing of this machine is: their files as they lie in a container or in a checked-out repository."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from batch_update.jobs.units.task import UnitForm, UnitTask, unfit


def place_elsewhere(task: UnitTask, form: UnitForm) -> str:
    """Return the name or path of the job for a copy of the working folder. Raises UsageError U141.

    The job file has to lie in that folder, or it would not be there.
    """
    path = task.path
    if path is None or not path.is_relative_to(task.folder):
        raise unfit(form, f"{path or task.jobs_dir} is not below the folder that it works in, {task.folder}")
    if far := [file for file in task.files() if not file.is_relative_to(task.folder)]:
        raise unfit(form, f'the secret in {far[0]} is not there; write {{ credential = "NAME" }} for it')
    inside = path.relative_to(task.folder)
    usual = inside.parent == Path("jobs") and not task.job.startswith("-")
    return task.job if usual else f"./{PurePosixPath(*inside.parts)}"
