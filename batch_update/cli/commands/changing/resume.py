"""`resume`: goes on with a run that did not come to its end, in its own folder."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import typer

from batch_update.cli.commands.changing.sending import see_through
from batch_update.cli.documents import telling_errors
from batch_update.cli.options import ANY, LAST_RUN, run_meant, settings_of, takes
from batch_update.cli.printed_commands import Errand

RETRY_FAILED = Annotated[
    bool,
    typer.Option("--retry-failed", help="Send the failed rows as well."),
]


@takes("resume")
def resume(
    given: dict[str, Any],
    run: LAST_RUN = "last",
    retry_failed: RETRY_FAILED = False,
    any_run: ANY = False,
) -> None:
    """Go on with a run after a crash, a signal, a guard or a full disk. What is done costs no request.

    Rows that may have been sent are compared with what is there first. The plan is in the run's journal: an edited
    sheet is no obstacle. The folder stays the same, and its report covers all rows. What --only and --limit leave out
    is left for another time.

    Exit status: as apply; that of the run where nothing is left to do.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.run.resuming import begin_resume, run_to_resume

        folder = run_to_resume(run_meant(run, settings, any_run=any_run), settings)
        errand = Errand("resume", str(folder), settings)
        begin = partial(begin_resume, folder, settings, retry_failed=retry_failed)
        raise typer.Exit(int(see_through(errand, begin)))
