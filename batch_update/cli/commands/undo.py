"""`undo`: brings back what a run changed, as far as it is known, and only where nobody changed it since."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import typer

from batch_update.account.account import account_of, only_here
from batch_update.cli.commands.apply import look_at_made, send
from batch_update.cli.options import RUN, settings_of, takes
from batch_update.cli.printed_commands import Errand
from batch_update.cli.screen import telling_errors
from batch_update.cli.targets import account_lock, at_home, say_way, warner
from batch_update.errors import UsageError
from batch_update.model.reports import Exit
from batch_update.settings.tunables import Settings
from batch_update.text import printable


@takes("undo")
def undo(run: RUN, given: dict[str, Any]) -> None:
    """Take back a run: every field that still holds what it wrote gets back what it held before.

    Fields that somebody changed since are left alone and reported as conflicts. An undo is a run with a report of its
    own, and can be undone. It may do what --allow is for.

    Exit status: as apply; 1 where there are conflicts.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.journal.finding import changed_at, find_run

        folder = find_run(run, settings.runs_dir, last=changed_at)
        raise typer.Exit(int(undo_folder(folder, settings)))


def undo_folder(folder: Path, settings: Settings) -> Exit:
    """Take back the run in this folder, with everything that people see of it."""
    from batch_update.journal.reading import read_run
    from batch_update.journal.recorded import report_of
    from batch_update.plan.from_run import undo_plan

    recorded = read_run(folder)
    settings = at_home(settings, recorded.plan.server, recorded.facts.settings)
    look = partial(look_at_made, settings=settings, by_field=True)
    say_way(settings)
    account = account_of(settings, warner(settings))
    with account_lock(account, settings, "undo") as lock:
        only_here(folder, account, settings)
        # Read now and not sooner: until the lock was free, the run may have been going on.
        plan = undo_plan(report_of(read_run(folder)), f"undo of {folder.name}")
        if not len(plan.sheet):
            # Were this a run of its own, it would be the last one, and hide the one that somebody wants to take back.
            raise UsageError(
                f"{printable(folder.name)} changed nothing: there is nothing to take back",
                code="U113",
                remedy="batch-update runs list shows what the other runs did; name the one to take back",
            )
        errand = Errand("undo", str(folder), settings)
        return send(plan, look, errand, account, lock, parent=folder.name)
