"""Settings as command line options: a command names the groups it takes, and gets their values as `settings`."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import typer

from batch_update.cli.spelling import flag_of
from batch_update.settings.heeding import extra_of, group_of, heeded
from batch_update.settings.layers import read_settings, variable_of
from batch_update.settings.tunables import Settings


def takes(command_name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of the settings that HEEDED names for it.

    The command's keyword `given` receives what was really given, name -> value, so that the environment and job
    files can stand behind it.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        return with_options(command, "given", [_option(name) for name in heeded(command_name)], _really_given)

    return decorate


def with_options(
    command: Callable[..., None],
    receiver: str,
    options: list[inspect.Parameter],
    received: Callable[[dict[str, Any]], Any],
) -> Callable[..., None]:
    """Return a command with these options, too; its keyword `receiver` gets what `received` makes of their values."""
    signature = inspect.signature(command)
    hints = get_type_hints(command, include_extras=True)
    own = [p.replace(annotation=hints[p.name]) for p in signature.parameters.values() if p.name != receiver]

    def run(**values: Any) -> None:
        found = {p.name: values.pop(p.name) for p in options}
        command(**values, **{receiver: received(found)})

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__signature__ = signature.replace(parameters=own + options)  # type: ignore[attr-defined]  # typer reads it
    run.__annotations__ = {p.name: p.annotation for p in own + options}
    return run


def _really_given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, [])}


def settings_of(given: dict[str, Any], *, beneath: dict[str, Any] | None = None) -> Settings:
    """The settings of a command: what was given, over a job file's, over the environment's, over the defaults."""
    return read_settings(beneath or {}, given, environ=os.environ)


def or_environment(values: list[str] | None, name: str) -> list[str]:
    """Return the values of a flag that is repeatable and no setting: those given, or else the lines of its variable."""
    return values or os.environ.get(variable_of(name), "").splitlines()


def is_silent(settings: Settings) -> bool:
    """Whether nothing but the result is to be said."""
    return settings.json_ or settings.quiet


def _option(name: str) -> inspect.Parameter:
    info = Settings.model_fields[name]
    kind, choices, many = _kind(info.annotation)
    default = shown_default(info.default)
    option = typer.Option(
        flag_of(name),
        help=(info.description or "") + (f" Default: {default}." if default else ""),
        metavar=None if kind is bool else (extra_of(name)["metavar"] or "|".join(choices) or name.upper()),
        autocompletion=(lambda: list(choices)) if choices else None,
        rich_help_panel=group_of(name),
        show_default=False,
    )
    annotation: Any = Annotated[list[str] | None if many else kind | None, option]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _kind(annotation: Any) -> tuple[type, tuple[str, ...], bool]:
    """Return the type that typer shall read (bounds are checked by Settings alone), the choices, whether repeatable."""
    options = [option for option in (get_args(annotation) or (annotation,)) if option is not type(None)]
    if get_origin(annotation) is Literal:
        return str, tuple(options), False
    if annotation in (bool, Path) or Path in options:
        return (bool if annotation is bool else Path), (), False
    if get_origin(options[0]) is Literal:
        return str, tuple(get_args(options[0])), False
    many = get_origin(annotation) in (tuple, dict)
    return str, (), many


def shown_default(default: Any) -> str:
    """Return a default as one would type it; "" where saying it helps nobody."""
    if default in (None, False, "", (), {}):
        return ""
    if isinstance(default, tuple):
        return " and ".join(str(item) for item in default)
    return f"{default:g}" if isinstance(default, float) else str(default)


AS_JSON = Annotated[bool, typer.Option("--json", help="Print one JSON document to stdout.")]
"""For commands that read no settings."""
TO_FILE = typer.Option(
    "--output",
    "-o",
    metavar="FILE",
    help="What to write: .csv .tsv .xlsx .jsonl, or - for a CSV to stdout.",
    show_envvar=False,
)
"""For commands that write a sheet."""
STDOUT = "-"
"""Stands for stdout in place of a file."""
FORCE = Annotated[
    bool,
    typer.Option("--force", help="Overwrite FILE.", show_envvar=False, show_default=False),
]
FILE = Annotated[
    str, typer.Argument(metavar="FILE", help="A sheet: .csv .tsv .xlsx .xls .ods .jsonl, or - for stdin.")
]
RUN = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run's folder, its name, a unique beginning of one, or last: the one that last sent something.",
    ),
]
LAST_RUN = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run's folder, its name, a unique beginning of one, or last, which it is where none is named.",
        show_default=False,
    ),
]
ANY = Annotated[
    bool,
    typer.Option("--any", help="Let last be the last run of all, not the last that sent something."),
]


def run_meant(run: str, settings: Settings, *, any_run: bool) -> str:
    """Return the run that was named; the last of all by its folder. Raises UsageError where there is none."""
    from batch_update.journal.finding import LAST, last_of_all

    return str(last_of_all(settings.runs_dir)) if any_run and run == LAST else run
