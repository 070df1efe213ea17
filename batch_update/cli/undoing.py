"""`undo`: brings back what a run changed, as far as it is known, and only where nobody changed it since."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import typer

from batch_update.cli.applying import carry_out, look_at_made
from batch_update.cli.options import settings_of, takes
from batch_update.cli.screen import telling_errors

RUN = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's folder, its name, a unique beginning of one, or last.")
]


@takes(
    "Rows", "Plan", "max_changes", "max_change_percent", "Waves", "Connection", "Sandbox", "Pace", "Output"
)
def undo(run: RUN, given: dict[str, Any]) -> None:
    """Take back a run: every field that still holds what it wrote gets back what it held before.

    Fields that somebody changed since are left alone and reported as conflicts. An undo is a run with a report of its
    own, and can be undone.

    Exit status: as apply; 1 where there are conflicts.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.run.journal import read_run
        from batch_update.run.recorded import report_of
        from batch_update.run.runs import find_run
        from batch_update.run.undoing import undo_plan

        folder = find_run(run, settings.runs_dir)
        plan = undo_plan(report_of(read_run(folder)), f"undo of {folder.name}")
        status = carry_out(
            plan,
            partial(look_at_made, settings=settings, by_field=True),
            settings,
            shown_by="",
            command="undo",
            parent=folder.name,
        )
    raise typer.Exit(int(status))
