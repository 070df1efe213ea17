"""The last words of a job that only looks: what differs, in a line, and on a terminal the whole plan."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from batch_update.cli.commands.plan import document_of, show_screen
from batch_update.cli.documents import out_document
from batch_update.cli.printed_commands import Errand
from batch_update.cli.screens.log_lines import dated, log_tail, out_dated
from batch_update.cli.screens.screen import out
from batch_update.model.reports import Exit
from batch_update.text import printable

if TYPE_CHECKING:
    from batch_update.jobs.running.hands import Came
    from batch_update.run.planning import Planned


def tell_drift(came: Came, found: Planned, errand: Errand) -> None:
    """Show what differs from what the sheet wants."""
    from batch_update.jobs.running.came import line_of_plan
    from batch_update.run.steps.plan_files import PAGE, exit_of_plan

    status = exit_of_plan(found)
    if errand.settings.json_:
        out_document(document_of(found), exit=status)
        return
    if errand.settings.quiet and status is Exit.OK:
        return
    if sys.stdout.isatty():
        show_screen(found, full=False)
    line = f"{dated(errand.job)}{line_of_plan(found)}{log_tail(errand.job, status, came.folder)}"
    out_dated(line, errand.job)
    if came.folder is not None and status is not Exit.OK:
        out(f"Page   {printable(str(came.folder / PAGE))}")
