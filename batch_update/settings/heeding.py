"""The settings that each command heeds, once: help lists no others, and no other door lets others through."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from batch_update.errors import UsageError
from batch_update.settings.tunables import Settings
from batch_update.text import listed

SCREEN = ("json_", "quiet")
"""Settings that say how a result is shown on a screen: they are for the command line alone."""
_READING = ("Connection", "Sandbox", "rate", "pace", "max_attempts", "max_outage", *SCREEN)
_SENDING = ("Connection", "Sandbox", "Pace", "Waves", "only", "limit", "yes", "no_verify", "expect")
_PLANNING = ("only", "limit", "skip_invalid", "on_conflict", "no_fetch")
_FLEET_SENDING = (
    *("Pace", "proxy", "locks_dir", "timeout", "max_failures", "reread_after", "no_verify"),
    *("yes", "runs_dir", *SCREEN),
)
_LIMITS = ("max_changes", "max_change_percent")
_OF_FLEETS = (
    *("skip_invalid", "on_conflict", "Look-ups", "Guards", "accounts_file", "proxy", "locks_dir", "timeout"),
    *("rate", "pace", "max_attempts", "max_outage", "runs_dir"),
)
_OF_SHEETS = ("Sheet", "on_conflict", "Look-ups")
_RUNS = ("runs_dir", "locks_dir", "sandbox_state")
HEEDED: dict[str, tuple[str, ...]] = {
    "plan": ("Sheet", "Limits", *_PLANNING, "Look-ups", "Guards", *_READING),
    "check": ("Sheet", "Limits", "only", "choices_max_age", "refresh", *_READING),
    "apply": ("Sheet", "Limits", "Rows", "Look-ups", "Guards", *_SENDING, "Output"),
    "job run": ("Sheet", "Limits", "Rows", "Look-ups", "Guards", *_SENDING, "Output"),
    "resume": ("no_fetch", "Guards", *_SENDING, "note", "author", "runs_dir", *SCREEN),
    "export": ("only", "delimiter", "choices_max_age", "refresh", *_READING),
    "choices": ("delimiter", "choices_max_age", "refresh", *_READING),
    "template": ("only", "delimiter", "choices_max_age", "refresh", *_READING),
    "undo": (*_LIMITS, *_SENDING, "Output"),
    "runs list": (*_RUNS, "json_"),
    "runs show": (*_RUNS, "json_"),
    "runs prune": (*_RUNS, "yes", "json_"),
    "accounts list": ("accounts_file", "json_"),
    "accounts check": (
        "accounts_file",
        "proxy",
        "locks_dir",
        "timeout",
        "rate",
        "max_attempts",
        "max_outage",
        *SCREEN,
    ),
    "accounts add": ("accounts_file", "base_url", "proxy", "timeout", *SCREEN),
    "fleet plan": ("Sheet", "Limits", *_OF_FLEETS, *SCREEN),
    "fleet promote": ("only", "delimiter", *_OF_FLEETS, *SCREEN),
    "fleet list": ("runs_dir", "json_"),
    "fleet apply": ("Sheet", "Limits", *_OF_FLEETS, "note", "author", *_FLEET_SENDING),
    "fleet undo": (*_LIMITS, "expect", "note", "author", *_FLEET_SENDING),
    "fleet resume": ("allow", *_LIMITS, "expect", "accounts_file", *_FLEET_SENDING),
    "fleet status": ("runs_dir", "json_"),
    "fleet shard": ("accounts_file", "locks_dir", "timeout", "proxy", "wait", "expect", "runs_dir", *SCREEN),
    "fleet report": ("account", "runs_dir", "json_"),
    "report": ("only", "runs_dir", "json_"),
    "history": ("delimiter", "no_fetch", "runs_dir", *_READING),
    "sandbox": ("sandbox_limits", "sandbox_state", "sandbox_faults", "json_"),
}
"""Command -> the settings that it heeds, by their groups or names: through every door these, and no others."""
HEEDLESS = (
    "job init",
    "job list",
    "job check",
    "job show",
    "job next",
    "job log",
    "job notify-test",
    "job schedule",
    "job serve",
    "fields",
    "explain",
    "demo",
)
"""The other commands. They read no settings, so that one that is wrong can be explained, too."""


def heeded(command: str, groups: Collection[str] = ()) -> list[str]:
    """The settings that a command heeds, in their order; of these groups or names alone, where some are given."""
    return [
        name
        for name in Settings.model_fields
        if _is_of(name, HEEDED[command]) and (not groups or _is_of(name, groups))
    ]


def commands_that_heed(name: str) -> list[str]:
    """Return the commands that a setting is for."""
    return [command for command in HEEDED if name in heeded(command)]


def group_of(name: str) -> str:
    """Return the heading beneath which help shows a setting."""
    return str(extra_of(name)["group"])


def extra_of(name: str) -> dict[str, Any]:
    """Return what a setting says of itself beside its type, default and help: group, metavar, job."""
    extra: Any = Settings.model_fields[name].json_schema_extra
    return dict(extra)


@cache
def job_settings() -> frozenset[str]:
    """Return the settings that a job file may set."""
    return frozenset(name for name in heeded("job run") if extra_of(name)["job"])


def refuse_unheeded(given: Iterable[str], command: str, *, but: Collection[str] = ()) -> None:
    """Raises UsageError (U101) with a line for each of these settings that means nothing to a call from Python.

    `but`: groups or names that it would heed of another kind of thing, such as those of sheets for a plan.
    """
    known = [name for name in heeded(command) if not _is_of(name, {*SCREEN, *but})]
    odd = [name for name in Settings.model_fields if name in set(given) and name not in known]
    if odd:
        raise UsageError(
            code="U101",
            remedy="leave out what is not heeded",
            details=(_not_for(name, command) for name in odd),
        )


def of_sheets() -> list[str]:
    """Return the settings that decide how a sheet is read and planned, and mean nothing to what was planned."""
    return [name for name in Settings.model_fields if _is_of(name, _OF_SHEETS)]


def refuse_for_planned(given: Iterable[str], what: str, *, groups: Collection[str] = ()) -> None:
    """Raises UsageError (U101) for settings that decide how a sheet is read, where `what` was planned already.

    `groups`: other groups or names that would mean nothing to it.
    """
    named = set(given)
    odd = [name for name in Settings.model_fields if name in named and _is_of(name, {*_OF_SHEETS, *groups})]
    if odd:
        settings = listed([f"the setting {name.rstrip('_')}" for name in odd], len(odd))
        raise UsageError(
            f"{what} was planned already: its sheet is not read again, so that {settings} would change nothing",
            code="U101",
            remedy="plan the sheet anew with what is wanted, or leave it out here",
        )


def _not_for(name: str, command: str) -> str:
    """`the setting waves means nothing to plan; it is for apply, job run, resume and undo`."""
    if name in SCREEN:
        return f"the setting {name.rstrip('_')} is for the command line"
    others = [other for other in commands_that_heed(name) if other != command]
    return f"the setting {name} means nothing to {command} here; it is for {listed(others)}"


def _is_of(name: str, groups: Collection[str]) -> bool:
    return not {name, group_of(name)}.isdisjoint(groups)
