"""`job list`: the jobs of a folder, each with what it is for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from batch_update.cli.commands.jobs.group import DEFAULT_DIR, JOBS_DIR, app
from batch_update.cli.documents import out_document
from batch_update.cli.help import Command
from batch_update.cli.options import AS_JSON
from batch_update.cli.printed_commands import Following, command_of, next_lines
from batch_update.cli.screens.screen import out, paint, say
from batch_update.errors import UsageError
from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.definition.job_finding import find_job, find_jobs
from batch_update.settings.tunables import Settings
from batch_update.text import padded, printable

if TYPE_CHECKING:
    from batch_update.report.documents.of_lists import ListedJob


@app.command("list", cls=Command)
def list_jobs(jobs_dir: JOBS_DIR = DEFAULT_DIR, as_json: AS_JSON = False) -> None:
    """List the jobs of a folder: name, what it is for, its sheet."""
    from batch_update.report.documents.of_lists import ListedJobs

    jobs = tuple(map(_listed, find_jobs(jobs_dir)))
    following: Following = {}
    if jobs:
        following["run_job"] = command_of("job run", Settings(), find_job(jobs[0].name, jobs_dir))
    if as_json:
        out_document(ListedJobs(jobs), following=following)
        return
    for job in jobs:
        told = ", ".join(map(printable, filter(None, (job.description, job.file))))
        out(
            f"{padded(printable(job.name), 24)} {paint('wrong, see job check', 'error') if job.error else told}"
        )
    if following:
        out("\n" + next_lines(following))
    else:
        say(f"{jobs_dir} holds no job files (*.toml).")


def _listed(path: Path) -> ListedJob:
    from batch_update.report.documents.of_lists import ListedJob

    try:
        job = load_job(path)
        return ListedJob(job.name, job.description, job.shown_file, "")
    except UsageError as error:
        return ListedJob(path.stem, "", "", error.message)
