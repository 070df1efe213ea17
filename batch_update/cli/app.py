"""The program: its commands, its help, and how an exception becomes a message and an exit status."""

from __future__ import annotations

import errno
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from typing import Annotated, Any, NoReturn

import typer
from typer.main import get_command

from batch_update.cli.commands import check as checking
from batch_update.cli.commands import choices as choosing
from batch_update.cli.commands import export as exporting
from batch_update.cli.commands import jobs, reference, runs, sandbox
from batch_update.cli.commands import plan as planning
from batch_update.cli.commands import template as templating
from batch_update.cli.commands.changing import apply as applying
from batch_update.cli.commands.changing import resume as resuming
from batch_update.cli.commands.changing import undo as undoing
from batch_update.cli.documents import out_failure, wants_json
from batch_update.cli.help import CONTEXT, Command, CommandGroup
from batch_update.cli.screens.screen import ready_streams, show_error
from batch_update.cli.suggestions import usage_error_of
from batch_update.errors import BatchUpdateError, Interrupted, RunStopped
from batch_update.model.reports import Exit
from batch_update.settings.layers import refuse_unknown, variable_of
from batch_update.settings.tunables import Settings
from batch_update.version import __version__

EXAMPLES = """Change many Famulor AI phone assistants from one sheet: checked, paced, accounted for.

\b
Examples:
  batch-update demo                          see it at work: no account needed
  batch-update export -o account.xlsx        what is there, as a sheet
  batch-update template form.xlsx            drop-downs to fill in
  batch-update check changes.xlsx            all that is wrong with a sheet
  batch-update plan changes.xlsx             what it would change, old -> new
  batch-update apply changes.xlsx --limit 5  try it on the first five
  batch-update apply changes.xlsx            look, ask, send, report
  batch-update resume last                   go on after a crash or a stop
  batch-update undo last                     take the last run back
  batch-update fields speech_speed           what a column may hold
  batch-update choices voices                which ids the account has for it
  batch-update explain V104                  what a code means, what to do

check and plan send nothing. The key comes from FAMULOR_API_KEY or --key-file. Every flag has an environment
variable: --max-attempts is BATCH_UPDATE_MAX_ATTEMPTS.
"""

PROGRAM = "batch-update"

app = typer.Typer(
    name=PROGRAM,
    cls=CommandGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=CONTEXT,
)
app.command("demo", cls=Command)(sandbox.demo)
app.command("export", cls=Command)(exporting.export)
app.command("template", cls=Command)(templating.template)
app.command("check", cls=Command)(checking.check)
app.command("plan", cls=Command)(planning.plan)
app.command("apply", cls=Command)(applying.apply)
app.command("resume", cls=Command)(resuming.resume)
app.command("undo", cls=Command)(undoing.undo)
app.command("report", cls=Command)(runs.report)
app.command("choices", cls=Command)(choosing.choices)
app.command("fields", cls=Command)(reference.fields)
app.command("explain", cls=Command)(reference.explain)
app.command("sandbox", cls=Command, epilog=sandbox.SERVED)(sandbox.sandbox)
app.add_typer(runs.app, name="runs")
app.add_typer(jobs.app, name="job")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"batch-update {__version__}")
        raise typer.Exit


@app.callback(help=EXAMPLES)
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    refuse_unknown(os.environ)


def main() -> None:
    """Run the program and exit with one of `model.Exit`."""
    ready_streams()
    try:
        status = command_line()(standalone_mode=False, prog_name=PROGRAM)
    except BatchUpdateError as error:
        _leave_telling(error)
    except (KeyboardInterrupt, typer.Abort):
        if wants_json():
            interrupted = Interrupted("interrupted by SIGINT", signal=int(signal.SIGINT))
            out_failure(interrupted, interrupted.exit)
        _leave(Exit.INTERRUPTED)
    except Exception as error:  # noqa: BLE001  what typer has to say, or a bug of ours
        _leave_after(error)
    _leave(status or Exit.OK)


def command_line() -> Any:
    """Return the program as typer runs it, with an environment variable for every flag."""
    command = get_command(app)
    for option in options_of(command):
        # Settings read theirs on their own, beneath job files; lists are lines, which typer would take for words.
        if not (option.envvar or option.multiple or option.name in Settings.model_fields):
            option.envvar = variable_of(max(option.opts, key=len))
        option.show_envvar = False  # help says once that every flag has one
    return command


def options_of(command: Any) -> Iterator[Any]:
    """Yield the options of all commands beneath a group."""
    for sub in command.commands.values():
        if hasattr(sub, "commands"):
            yield from options_of(sub)
        else:
            yield from (param for param in sub.params if param.param_type_name == "option")


def _leave_after(error: Any) -> NoReturn:
    """End with the help, with our sentence for a wrong command line, or with a bug of ours and its own exit status."""
    # Of the class that click calls ClickException, which typer keeps to itself.
    if type(error).__name__ == "NoArgsIsHelpError" and not wants_json():
        error.show()
        sys.exit(error.exit_code)
    if hasattr(error, "format_message"):
        _leave_telling(usage_error_of(error, sys.argv[1:]))
    if limit := _limit_met(error):
        _leave_telling(limit)
    traceback.print_exc()
    print(f"batch-update: this is a bug, please report it: {error!r}", file=sys.stderr)
    if wants_json():
        out_failure(error, Exit.BUG)
    _leave(Exit.BUG)


def _limit_met(error: Exception) -> BatchUpdateError | None:
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
