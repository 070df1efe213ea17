"""Settings as command line options: a command names the groups it takes, and gets their values as `settings`."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import typer

from batch_update.settings import Settings, flag_of, read_settings, variable_of
from batch_update.text import quoted


def takes(*groups: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of these groups of settings, or of single ones by their names.

    The command's keyword `given` receives what was really given, name -> value, so that the environment and job
    files can stand behind it.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command)
        hints = get_type_hints(command, include_extras=True)
        own = [
            p.replace(annotation=hints[p.name]) for p in signature.parameters.values() if p.name != "given"
        ]
        options = [_option(name) for group in groups for name in _names_of(group)]

        def run(**values: Any) -> None:
            given = {p.name: values.pop(p.name) for p in options}
            command(**values, given={name: value for name, value in given.items() if value not in (None, [])})

        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__signature__ = signature.replace(parameters=own + options)  # type: ignore[attr-defined]  # typer reads it
        run.__annotations__ = {p.name: p.annotation for p in own + options}
        return run

    return decorate


def settings_of(given: dict[str, Any], *, beneath: dict[str, Any] | None = None) -> Settings:
    """The settings of a command: what was given, over a job file's, over the environment's, over the defaults."""
    return read_settings(beneath or {}, given, environ=os.environ)


def or_environment(values: list[str] | None, name: str) -> list[str]:
    """The values of a flag that is repeatable and no setting: those given, or else the lines of its variable."""
    return values or os.environ.get(variable_of(name), "").splitlines()


def is_silent(settings: Settings) -> bool:
    """Whether nothing but the result is to be said."""
    return settings.json_ or settings.quiet


def _names_of(group: str) -> list[str]:
    fields = Settings.model_fields.items()
    return [name for name, info in fields if group in (_extra(info)["group"], name)]


def _extra(info: Any) -> dict[str, Any]:
    extra: dict[str, Any] = info.json_schema_extra
    return extra


def _option(name: str) -> inspect.Parameter:
    info = Settings.model_fields[name]
    kind, choices, many = _kind(info.annotation)
    shown = _shown(info.default)
    option = typer.Option(
        flag_of(name),
        help=(info.description or "") + (f" Default: {shown}." if shown else ""),
        metavar=None if kind is bool else (_extra(info)["metavar"] or "|".join(choices) or name.upper()),
        autocompletion=(lambda: list(choices)) if choices else None,
        rich_help_panel=_extra(info)["group"],
        show_default=False,
    )
    annotation: Any = Annotated[list[str] | None if many else kind | None, option]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _kind(annotation: Any) -> tuple[type, tuple[str, ...], bool]:
    """The type that typer shall read (bounds are checked by Settings alone), the choices, whether repeatable."""
    options = [option for option in (get_args(annotation) or (annotation,)) if option is not type(None)]
    if get_origin(annotation) is Literal:
        return str, tuple(options), False
    if annotation in (bool, Path) or Path in options:
        return (bool if annotation is bool else Path), (), False
    if get_origin(options[0]) is Literal:
        return str, tuple(get_args(options[0])), False
    many = get_origin(annotation) in (tuple, dict)
    return str, (), many


def _shown(default: Any) -> str:
    """A default as one would type it; "" where saying it helps nobody."""
    if default in (None, False, "", (), {}):
        return ""
    if isinstance(default, tuple):
        return " and ".join(str(item) for item in default)
    return f"{default:g}" if isinstance(default, float) else str(default)


def command_of(command: str, settings: Settings, groups: tuple[str, ...]) -> str:
    """The command with the flags that these settings need, for a next command that can be pasted."""
    words = [command]
    for name in (name for group in groups for name in _names_of(group)):
        value, default = getattr(settings, name), Settings.model_fields[name].default
        if value == default:
            continue
        for text in _as_typed(value):
            words.append(flag_of(name) + (f" {quoted(text)}" if text else ""))
    return " ".join(words)


def _as_typed(value: Any) -> list[str]:
    """A setting's value as one would type it after its flag, once for each time the flag stands."""
    if value is True:
        return [""]
    if isinstance(value, dict):
        return [f"{header}={field}" for header, field in value.items()]
    if isinstance(value, tuple):
        return [str(item) for item in value] or ["off"]
    return [_shown(value)]
