"""How an exception ends the program: as a message or the one document of --json, and with an exit status."""

from __future__ import annotations

import errno
import os
import signal
import sys
import traceback
from typing import Any, NoReturn

import typer

from batch_update.cli.documents import out_failure, wants_json
from batch_update.cli.screens.screen import show_error
from batch_update.cli.suggestions import usage_error_of
from batch_update.errors import BatchUpdateError, Interrupted, RunStopped
from batch_update.model.reports import Exit


def leave_after(error: BaseException) -> NoReturn:
    """End with the help, with our sentence for a wrong command line, or with a bug of ours and its own exit status."""
    if isinstance(error, BatchUpdateError):
        _leave_telling(error)
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        _leave_interrupted()
    # Of the class that click calls ClickException, which typer keeps to itself.
    refused: Any = error if hasattr(error, "format_message") else None
    if type(error).__name__ == "NoArgsIsHelpError" and not wants_json():
        refused.show()
        sys.exit(refused.exit_code)
    if refused is not None:
        _leave_telling(usage_error_of(refused, sys.argv[1:]))
    if limit := _limit_met(error):
        _leave_telling(limit)
    tell_bug(error)
    if wants_json():
        out_failure(error, Exit.BUG)
    _leave(Exit.BUG)


def tell_bug(error: BaseException) -> None:
    """Show where it happened, in a form that can be sent to us: its words may quote a request, or a cell."""
    from batch_update.api.keys import VARIABLE
    from batch_update.report.messages import without_any_secret

    trace = "".join(traceback.format_exception(error))
    told = without_any_secret(f"{trace}batch-update: this is a bug, please report it: {error!r}")
    key = os.environ.get(VARIABLE, "").strip()
    print(told.replace(key, "***") if key else told, file=sys.stderr)


def _leave_interrupted() -> NoReturn:
    if wants_json():
        interrupted = Interrupted("interrupted by SIGINT", signal=int(signal.SIGINT))
        out_failure(interrupted, interrupted.exit)
    _leave(Exit.INTERRUPTED)


def _limit_met(error: BaseException) -> BatchUpdateError | None:
    """Return the error that names what this machine has no more of; None where the program ends for another reason."""
    from batch_update.api.wire.local import REMEDIES

    number = errno.ENOMEM if isinstance(error, MemoryError) else getattr(error, "errno", None)
    if number not in (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC):
        return None
    return RunStopped(
        f"this machine is at a limit: {os.strerror(number)}", code="R110", remedy=REMEDIES[number]
    )


def _leave_telling(error: BatchUpdateError) -> NoReturn:
    if wants_json():
        out_failure(error, error.exit)
    else:
        show_error(error)
    _leave(error.exit)


def _leave(status: int) -> NoReturn:
    sys.exit(int(status))
