"""`job run`: a run that is written down in a job file, carried out."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from batch_update.cli.commands.changing.apply import run_sheet
from batch_update.cli.commands.jobs.group import DEFAULT_DIR, JOBS_DIR, app
from batch_update.cli.help import Command
from batch_update.cli.options import settings_of, takes
from batch_update.jobs.definition.job_file import find_job, load_job


@app.command("run", cls=Command)
@takes("job run")
def run(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A name in the jobs folder, or the path of a job file.")
    ],
    given: dict[str, Any],
    jobs_dir: JOBS_DIR = DEFAULT_DIR,
) -> None:
    """Run a job. Flags given here win over the job file, and that over the environment."""
    job = load_job(find_job(name, jobs_dir))
    status = run_sheet(job.file, settings_of(given, beneath=dict(job.given)), job=job.name)
    raise typer.Exit(int(status))
