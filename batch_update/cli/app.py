"""The program: its commands, its help, and how an exception becomes a message and an exit status."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from typing import Annotated, Any, NoReturn

import typer
from typer.main import get_command

from batch_update import __version__
from batch_update.cli import (
    applying,
    checking,
    exporting,
    jobs,
    planning,
    reference,
    resuming,
    runs,
    sandbox,
    undoing,
)
from batch_update.cli.screen import error_json, out_json, ready_streams, show_error
from batch_update.errors import BatchUpdateError, UsageError
from batch_update.model import Exit
from batch_update.refusals import no_such
from batch_update.settings import ENV_PREFIX, Settings, variable_of

EXAMPLES = """Change many Famulor AI phone assistants from one sheet: checked, paced, accounted for.

\b
Examples:
  batch-update demo                             see it at work: no account, no network
  batch-update check changes.csv                every problem of a sheet, nothing is sent
  batch-update plan changes.csv                 what it would change, old -> new
  batch-update apply changes.xlsx               look, ask, send what differs, read back, report
  batch-update apply changes.csv --limit 5      try it on the first five
  batch-update resume last                      go on after a crash or a stop
  batch-update undo last                        take a run back
  batch-update fields speech_speed              what a column may hold
  batch-update explain V104                     what a code means and what to do

Every flag of a command has an environment variable: --max-attempts is BATCH_UPDATE_MAX_ATTEMPTS.
"""

app = typer.Typer(
    name="batch-update",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("check")(checking.check)
app.command("plan")(planning.plan)
app.command("apply")(applying.apply)
app.command("export")(exporting.export)
app.command("resume")(resuming.resume)
app.command("undo")(undoing.undo)
app.command("fields")(reference.fields)
app.command("explain")(reference.explain)
app.add_typer(runs.app, name="runs")
app.command("report")(runs.report)
app.add_typer(jobs.app, name="job")
app.command("sandbox", epilog=sandbox.SERVED)(sandbox.sandbox)
app.command("demo")(sandbox.demo)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"batch-update {__version__}")
        raise typer.Exit


@app.callback(help=EXAMPLES)
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    known = {variable_of(max(option.opts, key=len)) for option in options_of(context.command)}
    known |= set(map(variable_of, Settings.model_fields))
    known |= {option.envvar for option in options_of(context.command) if isinstance(option.envvar, str)}
    wrong = [name for name in os.environ if name.startswith(ENV_PREFIX) and name not in known]
    if wrong:
        raise UsageError("\n".join(no_such("variable", name, known) for name in wrong), code="U101")


def main() -> None:
    """Run the program and exit with one of `model.Exit`."""
    ready_streams()
    try:
        status = command_line()(standalone_mode=False)
    except BatchUpdateError as error:
        _leave_telling(error)
    except (KeyboardInterrupt, typer.Abort):
        _leave(Exit.INTERRUPTED)
    except Exception as error:  # noqa: BLE001  what typer has to say, or a bug of ours
        _leave_after(error)
    _leave(status or Exit.OK)


def command_line() -> Any:
    """The program as typer runs it, with an environment variable for every flag."""
    command = get_command(app)
    for option in options_of(command):
        # Settings read theirs on their own, beneath job files; lists are lines, which typer would take for words.
        if not (option.envvar or option.multiple or option.name in Settings.model_fields):
            option.envvar = variable_of(max(option.opts, key=len))
    return command


def options_of(command: Any) -> Iterator[Any]:
    """The options of all commands beneath a group."""
    for sub in command.commands.values():
        if hasattr(sub, "commands"):
            yield from options_of(sub)
        else:
            yield from (param for param in sub.params if param.param_type_name == "option")


def _leave_after(error: Any) -> NoReturn:
    """With what typer says of wrong words; else it is a bug of ours: say so, with its own exit status."""
    # Of the class that click calls ClickException, which typer keeps to itself.
    if hasattr(error, "format_message"):
        if not _wants_json():
            error.show()
            sys.exit(error.exit_code)
        _leave_telling(UsageError(error.format_message(), code="U101", remedy="see batch-update --help"))
    traceback.print_exc()
    print(f"batch-update: this is a bug, please report it: {error!r}", file=sys.stderr)
    if _wants_json():
        out_json(error_json(BatchUpdateError("a bug in batch-update", remedy="please report it")))
    _leave(Exit.BUG)


def _leave_telling(error: BatchUpdateError) -> NoReturn:
    if _wants_json():
        out_json(error_json(error))
    else:
        show_error(error)
    _leave(error.exit)


def _wants_json() -> bool:
    """Asked where the settings could not be read: with --json, stdout is a document even then."""
    words = sys.argv[1 : sys.argv.index("--")] if "--" in sys.argv else sys.argv[1:]
    said = os.environ.get(variable_of("json"), "").casefold()
    return "--json" in words or said in {"1", "true", "yes", "on", "t", "y"}


def _leave(status: int) -> NoReturn:
    sys.exit(int(status))
