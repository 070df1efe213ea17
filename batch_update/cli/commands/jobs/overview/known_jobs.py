"""The jobs that a command is about, and what is known of each: nothing that is wrong with one hides the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from batch_update.cli.commands.jobs.group import beginning
from batch_update.cli.options import settings_of
from batch_update.cli.printed_commands import program
from batch_update.cli.screens.screen import say
from batch_update.errors import BatchUpdateError, UsageError
from batch_update.jobs.definition.job_file import Job, load_job
from batch_update.jobs.definition.job_finding import find_job, find_jobs
from batch_update.settings.tunables import Settings
from batch_update.text import printable, quoted_path

if TYPE_CHECKING:
    from batch_update.cli.commands.jobs.at_work import ScreenHands
    from batch_update.report.documents.of_jobs import LeftOutJob

T = TypeVar("T")
NAMES = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME", help="Names in the jobs folder, or paths of job files; all of the folder by default."
    ),
]


def some_jobs(jobs_dir: Path) -> list[Path]:
    """Return the job files of a folder. Raises UsageError where there are none: another folder is meant."""
    paths = find_jobs(jobs_dir)
    if not paths:
        raise UsageError(
            f"{jobs_dir} holds no job files (*.toml)",
            code="U106",
            remedy=f"name their folder with --jobs-dir, or write one: {beginning()}",
        )
    return paths


def told_of_jobs(
    names: Sequence[str] | None, jobs_dir: Path, ask: Callable[[Job], T], *, as_json: bool
) -> tuple[list[T], tuple[LeftOutJob, ...]]:
    """Return what each job of these names answers, or all of a folder; of these also those that are wrong, with why.

    Without `as_json` that is said, too. Raises UsageError.
    """
    from batch_update.report.documents.of_jobs import LeftOutJob

    told: list[T] = []
    left_out: list[LeftOutJob] = []
    for path in [find_job(name, jobs_dir) for name in names] if names else find_jobs(jobs_dir):
        try:
            told.append(ask(load_job(path)))
        except BatchUpdateError as error:
            if names:
                raise
            left_out.append(LeftOutJob(path.stem, error.message))
            if not as_json:
                say(f"{printable(path.stem)} is left out: {error.details[0]}")
    return told, tuple(left_out)


def loaded(path: Path, given: dict[str, Any]) -> tuple[Job, Settings]:
    """Return a job and its settings, what was given over them. Raises UsageError where they are wrong."""
    job = load_job(path)
    return job, settings_of(given, beneath=dict(job.given))


def tell_wrong(path: Path, error: BatchUpdateError, given: dict[str, Any], hands: ScreenHands) -> None:
    """Tell of a job that cannot run, since its file or its settings are wrong."""
    from batch_update.jobs.running.hands import Came, Turn

    checking = f"{program()} job check {quoted_path(path.absolute())}"
    error.remedy = error.remedy.replace("batch-update job check", checking)
    shown = Settings(json_=bool(given.get("json_")))
    hands.tell(Came(Turn(path.stem, "apply", str(path), shown), error))
