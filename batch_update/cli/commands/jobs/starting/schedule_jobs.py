"""`job schedule`: the unit with which cron, systemd and others start a job."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Annotated

import typer

from batch_update.cli.commands.jobs.group import DEFAULT_DIR, JOBS_DIR, app
from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import AS_JSON, FORCE
from batch_update.cli.screens.screen import out, out_raw
from batch_update.errors import UsageError
from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.definition.job_finding import find_job, find_jobs
from batch_update.text import either, printable

if TYPE_CHECKING:
    from batch_update.jobs.units.making import Workplace
    from batch_update.jobs.units.task import Unit, UnitForm

NAME = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="The job; without it all jobs of the folder, each when it is due (--cron and --systemd).",
        show_default=False,
    ),
]
CRON = Annotated[bool, typer.Option("--cron", help="A line for crontab.", show_envvar=False)]
SYSTEMD = Annotated[bool, typer.Option("--systemd", help="A service and a timer.", show_envvar=False)]
KUBERNETES = Annotated[bool, typer.Option("--kubernetes", help="A CronJob.", show_envvar=False)]
GITHUB = Annotated[bool, typer.Option("--github-actions", help="A workflow.", show_envvar=False)]
AIRFLOW = Annotated[bool, typer.Option("--airflow", help="A DAG.", show_envvar=False)]
WINDOWS = Annotated[
    bool, typer.Option("--windows-task", help="XML for schtasks, on Windows itself.", show_envvar=False)
]
USER = Annotated[
    str | None,
    typer.Option("--user", metavar="NAME", help="As whom it runs. Default: you.", show_envvar=False),
]
INTO = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="DIR", help="Write the files into this folder.", show_envvar=False
    ),
]


@app.command("schedule", cls=Command)
def schedule(
    name: NAME = "",
    cron: CRON = False,
    systemd: SYSTEMD = False,
    kubernetes: KUBERNETES = False,
    github_actions: GITHUB = False,
    airflow: AIRFLOW = False,
    windows_task: WINDOWS = False,
    user: USER = None,
    into: INTO = None,
    force: FORCE = False,
    jobs_dir: JOBS_DIR = DEFAULT_DIR,
    as_json: AS_JSON = False,
) -> None:
    """Print what starts a job at its times: for cron, systemd, Kubernetes, GitHub Actions, Airflow or Windows.

    It works in the folder where this is said. No secret is printed: the text says where each has to lie.
    """
    asked = {
        "cron": cron,
        "systemd": systemd,
        "kubernetes": kubernetes,
        "github-actions": github_actions,
        "airflow": airflow,
        "windows-task": windows_task,
    }
    with telling_errors(as_json=as_json):
        from batch_update.jobs.units.making import task_of, task_of_all, unit_for

        form = _form(asked)
        place = _workplace(user, jobs_dir)
        if name:
            task = task_of(load_job(find_job(name, jobs_dir)), place)
        else:
            task = task_of_all([load_job(path) for path in find_jobs(jobs_dir)], place)
        _tell_unit(unit_for(form, task), task.job, into, force=force, as_json=as_json)


def _form(asked: dict[str, bool]) -> UnitForm:
    """Return the one form that is asked for. Raises UsageError U101."""
    from batch_update.jobs.units.task import UnitForm

    named = [name for name, is_asked in asked.items() if is_asked]
    if len(named) != 1:
        flags = [f"--{name}" for name in asked]
        given = f"{' and '.join(f'--{name}' for name in named)} are given" if named else "none is given"
        raise UsageError(f"wanted one of {either(flags)}; {given}", code="U101", remedy="name one form")
    return UnitForm(named[0])


def _workplace(user: str | None, jobs_dir: Path) -> Workplace:
    from batch_update.jobs.units.making import Workplace, machine_zone
    from batch_update.jobs.units.task import UnitFlags
    from batch_update.run.steps.signature import user_of_system

    return Workplace(
        program=_program_words(),
        flags=UnitFlags(due="--due", quiet="--quiet", jobs_dir="--jobs-dir"),
        folder=Path.cwd(),
        jobs_dir=jobs_dir,
        user=user or user_of_system(),
        machine_zone=machine_zone(os.environ),
        today=datetime.now(UTC).date(),
    )


def _program_words() -> tuple[str, ...]:
    """Return the words that start this program from anywhere."""
    typed = Path(sys.argv[0])
    if typed.stem == "batch-update" and typed.is_file():
        return (str(typed.absolute()),)
    found = which("batch-update")
    return (str(Path(found).absolute()),) if found else (sys.executable, "-m", "batch_update")


def _tell_unit(unit: Unit, job: str, into: Path | None, *, force: bool, as_json: bool) -> None:
    from batch_update.jobs.units.unit_files import save

    paths = save(unit, into, force=force) if into is not None else []
    if as_json:
        from batch_update.report.documents.of_units import ShownUnit, ShownUnitFile

        places = map(str, paths) if paths else [None] * len(unit.files)
        files = (
            ShownUnitFile(file.name, file.text, path) for file, path in zip(unit.files, places, strict=True)
        )
        out_document(ShownUnit(unit.form.value, job, tuple(files)))
    elif paths:
        for path in paths:
            out(f"written: {printable(str(path))}")
    else:
        out_raw(_unit_text(unit), end="")


def _unit_text(unit: Unit) -> str:
    """Return the text of a unit; of several files each below the path where it belongs."""
    if len(unit.files) == 1:
        return unit.files[0].text
    return "\n".join(f"# /etc/systemd/system/{file.name}\n{file.text}" for file in unit.files)
