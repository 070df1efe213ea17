"""`job init`: a job file to begin with."""

from __future__ import annotations

from typing import Annotated

import typer

from batch_update.cli.commands.jobs.group import DEFAULT_DIR, JOBS_DIR, app
from batch_update.cli.documents import out_document
from batch_update.cli.help import Command
from batch_update.cli.options import AS_JSON, FORCE
from batch_update.cli.printed_commands import Following, program
from batch_update.cli.screens.screen import out
from batch_update.text import printable, quoted_path


@app.command("init", cls=Command)
def init_job(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the job will be called.")],
    sheet: Annotated[
        str,
        typer.Argument(metavar="SHEET", help="Its sheet, a pattern or an https address.", show_default=False),
    ] = "",
    force: FORCE = False,
    jobs_dir: JOBS_DIR = DEFAULT_DIR,
    as_json: AS_JSON = False,
) -> None:
    """Write a job file to begin with: what it may hold stands in it as comments. Beside it lies a schema for editors.

    It sends to the built-in sandbox until a line is taken out. Nothing is asked, and nothing written over.
    """
    from batch_update.jobs.definition.new_job import SCHEMA, new_job
    from batch_update.report.documents.of_jobs import NewJob

    path = new_job(name, jobs_dir, sheet, force=force)
    following: Following = {"check": f"{program()} job check {quoted_path(path)}"}
    if as_json:
        made = NewJob(path.stem, str(path), str(path.parent / SCHEMA))
        out_document(made, following=following)
        return
    out(
        f"{printable(str(path))} is written. It runs at the built-in sandbox until its line sandbox is taken out."
    )
    out(f"Next: {following['check']}")
