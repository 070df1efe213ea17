"""`apply`: check, look at what is there, show what will happen, ask, send, read back, report."""

from __future__ import annotations

from functools import partial
from typing import Any

import typer

from batch_update.cli.commands.changing.sending import see_through
from batch_update.cli.documents import telling_errors
from batch_update.cli.options import FILE, settings_of, takes
from batch_update.cli.printed_commands import Errand
from batch_update.model.reports import Exit
from batch_update.settings.tunables import Settings


@takes("apply")
def apply(file: FILE, given: dict[str, Any]) -> None:
    """Apply a sheet, or a plan that was saved: check, show what will happen, ask, send, read back, report.

    Without a terminal it needs --yes. Invalid rows stop it before anything is sent, unless --skip-invalid.

    Exit status: 0 all as wanted, 1 some rows not, 2 usage, 3 sheet invalid and nothing sent, 4 key missing or
    refused, 5 stopped, 130 or 143 interrupted.
    """
    raise typer.Exit(int(run_sheet(file, settings_of(given))))


def run_sheet(file: str, settings: Settings) -> Exit:
    """Apply one sheet, with everything that people see of it."""
    with telling_errors(as_json=settings.json_):
        from batch_update.run.applying import begin_apply

        return see_through(Errand("apply", file, settings), partial(begin_apply, file, settings))
