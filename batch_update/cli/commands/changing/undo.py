"""`undo`: brings back what a run changed, as far as it is known, and only where nobody changed it since."""

from __future__ import annotations

from functools import partial
from typing import Any

import typer

from batch_update.cli.commands.changing.sending import see_through
from batch_update.cli.documents import telling_errors
from batch_update.cli.options import ANY, RUN, run_meant, settings_of, takes
from batch_update.cli.printed_commands import Errand


@takes("undo")
def undo(run: RUN, given: dict[str, Any], any_run: ANY = False) -> None:
    """Take back a run: every field that still holds what it wrote gets back what it held before.

    Fields that somebody changed since are left alone and reported as conflicts. An undo is a run with a report of its
    own, and can be undone. It may do what --allow is for.

    Exit status: as apply; 1 where there are conflicts.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.run.undoing import begin_undo, run_to_undo

        folder = run_to_undo(run_meant(run, settings, any_run=any_run), settings)
        errand = Errand("undo", str(folder), settings)
        raise typer.Exit(int(see_through(errand, partial(begin_undo, folder, settings))))
