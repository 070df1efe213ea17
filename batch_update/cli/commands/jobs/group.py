"""The group of commands about job files, and what several of them take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from batch_update.cli.help import command_group
from batch_update.cli.printed_commands import program

app = command_group("Runs that are written down in job files: jobs/NAME.toml.")
NAME = Annotated[
    str, typer.Argument(metavar="NAME", help="A name in the jobs folder, or the path of a job file.")
]
JOBS_DIR = Annotated[
    Path,
    typer.Option(
        "--jobs-dir", metavar="DIR", help="Where the job files lie. Default: jobs.", show_default=False
    ),
]
DEFAULT_DIR = Path("jobs")


def beginning() -> str:
    """Return the command that writes a first job file."""
    return f"{program()} job init nightly changes.csv"
