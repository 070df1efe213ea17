"""The commands in the order of help, each with what it does. None is loaded before it is asked for.

So `--help`, which names them all, loads none, and a command loads no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import typer
from typer.main import get_command

from batch_update.cli.help import Command
from batch_update.own_process import leaving_at_once

Loading = Callable[[], Any]
"""Imports a command: its function, or a typer program of its own where it has commands beneath it."""


class InHelp(NamedTuple):
    """A command as help lists it."""

    does: str
    """the first sentence of its own help, word for word: a test compares them"""
    load: Loading


COMMANDS: dict[str, InHelp] = {}
"""Every command at the top by its name."""


class LoadedLate(Mapping[str, Any]):
    """The commands as typer runs them, by their names: each is loaded when it is looked up, and once."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            with leaving_at_once():
                self._loaded[name] = _built(name, COMMANDS[name].load())
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in COMMANDS

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def _listed(name: str, does: str) -> Callable[[Loading], Loading]:
    def take(load: Loading) -> Loading:
        COMMANDS[name] = InHelp(does, load)
        return load

    return take


def _built(name: str, found: Any) -> Any:
    """Return a function, or a typer program, as a command."""
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(name, cls=Command)(found)
        found = alone
    command = get_command(found)
    command.name = name
    for option in options_of(command):
        _name_variable(option)
    return command


def options_of(command: Any) -> Iterator[Any]:
    """Yield the options of a command, or of all commands beneath it."""
    if hasattr(command, "commands"):
        for sub in command.commands.values():
            yield from options_of(sub)
    else:
        yield from (param for param in command.params if param.param_type_name == "option")


def _name_variable(option: Any) -> None:
    """Give an option its environment variable."""
    from batch_update.settings.layers import variable_of
    from batch_update.settings.tunables import Settings

    # Settings read theirs on their own, beneath job files; lists are lines, which typer would take for words.
    if not (option.envvar or option.multiple or option.name in Settings.model_fields):
        option.envvar = variable_of(max(option.opts, key=len))
    option.show_envvar = False  # help says once that every flag has one


# ---------------------------------------------------------------- the commands


@_listed("demo", "See the main job at work on a sample sheet: no account, no network, half a minute.")
def _load_demo() -> Any:
    from batch_update.cli.commands.sandbox import demo

    return demo


@_listed("export", "Write what the assistants hold into a sheet: edit it, then plan and apply it.")
def _load_export() -> Any:
    from batch_update.cli.commands.export import export

    return export


@_listed(
    "template", "Write a workbook to be filled in: drop-downs of what the account has, bounds, and a help."
)
def _load_template() -> Any:
    from batch_update.cli.commands.template import template

    return template


@_listed("check", "Check a sheet: every problem at its row and cell.")
def _load_check() -> Any:
    from batch_update.cli.commands.check import check

    return check


@_listed("plan", "Show what a sheet would change: what is there, what is wanted, field by field.")
def _load_plan() -> Any:
    from batch_update.cli.commands.plan import plan

    return plan


@_listed(
    "apply",
    "Apply a sheet, or a plan that was saved: check, show what will happen, ask, send, read back, report.",
)
def _load_apply() -> Any:
    from batch_update.cli.commands.changing.apply import apply

    return apply


@_listed("resume", "Go on with a run after a crash, a signal, a guard or a full disk.")
def _load_resume() -> Any:
    from batch_update.cli.commands.changing.resume import resume

    return resume


@_listed("undo", "Take back a run: every field that still holds what it wrote gets back what it held before.")
def _load_undo() -> Any:
    from batch_update.cli.commands.changing.undo import undo

    return undo


@_listed(
    "report",
    "Make the files of a run again from its journal: its CSV files and run.json, or its results in another format.",
)
def _load_report() -> Any:
    from batch_update.cli.commands.report import report

    return report


@_listed(
    "history",
    "Tell what runs changed: when, by whom and what for, from what to what, and whether it was undone.",
)
def _load_history() -> Any:
    from batch_update.cli.commands.history import history

    return history


@_listed(
    "choices",
    "List what may be chosen: voices, models, numbers, tools and all else that a sheet names by an id.",
)
def _load_choices() -> Any:
    from batch_update.cli.commands.choices import choices

    return choices


@_listed("fields", "Show what a column may hold: every field, or all about one.")
def _load_fields() -> Any:
    from batch_update.cli.commands.reference import fields

    return fields


@_listed("explain", "Explain a code of a problem, an outcome or a stop: what it means and what to do.")
def _load_explain() -> Any:
    from batch_update.cli.commands.reference import explain

    return explain


@_listed("sandbox", "Serve an imitation of the API on this machine, to try things without an account.")
def _load_sandbox() -> Any:
    from batch_update.cli.commands.sandbox import app

    return app


@_listed("runs", "The runs of a folder: what became of them, and removing old ones.")
def _load_runs() -> Any:
    from batch_update.cli.commands.runs import app

    return app


@_listed("job", "Runs that are written down in job files: jobs/NAME.toml.")
def _load_job() -> Any:
    from batch_update.cli.commands.jobs.all_commands import app

    return app


@_listed("accounts", "The list of accounts: what it holds, whether each key can be used, and a new one.")
def _load_accounts() -> Any:
    from batch_update.cli.commands.accounts.all_commands import app

    return app


@_listed(
    "fleet", "Many accounts as one piece of work: one plan to approve, one report, one command to undo it."
)
def _load_fleet() -> Any:
    from batch_update.cli.commands.fleets.all_commands import app

    return app
