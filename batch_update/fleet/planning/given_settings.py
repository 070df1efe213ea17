"""The settings that a fleet's plan carries, so that whoever sends an account elsewhere heeds them, too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from batch_update.model.sheets import Json
from batch_update.settings.heeding import group_of
from batch_update.settings.tunables import Settings
from batch_update.text import without_password

_NOT_CARRIED = frozenset(
    (
        *("account", "key_file", "base_url", "expect", "yes", "only", "limit", "no_fetch"),
        *("run_dir", "runs_dir", "json_", "quiet", "refresh", "choices_max_age", "no_lookup"),
    )
)
"""Settings of the one who plans, or of one account."""
_OF_THE_SHEET = frozenset({"Sheet", "Limits", "Sandbox"})
"""Groups of settings that are done with once the sheet is read, or that hold texts of it."""
_OF_ITS_ROWS = frozenset({"on_duplicate"})
"""Those of these groups that count again where rows are planned anew, which could not be at first."""


def carried_settings(settings: Settings) -> dict[str, Json]:
    """Return the settings that were given, as a job file has them, without keys, passwords and texts of the sheet.

    Paths begin at the root: whoever reads them may stand in another folder.
    """
    return {
        name: value
        for name, value in given_values(settings).items()
        if name not in _NOT_CARRIED
        and (name in _OF_ITS_ROWS or group_of(name) not in _OF_THE_SHEET)
        and not _is_secret(name, value)
    }


def given_values(settings: Settings) -> dict[str, Json]:
    """Return all settings that were given, as a job file has them."""
    return {name: _as_in_a_file(getattr(settings, name)) for name in sorted(settings.model_fields_set)}


def _is_secret(name: str, value: object) -> bool:
    return name == "proxy" and isinstance(value, str) and without_password(value) != value


def _as_in_a_file(value: Any) -> Json:
    """Return a value as a job file has it."""
    if isinstance(value, Path):
        return str(value.absolute())
    if isinstance(value, tuple):
        return [_as_in_a_file(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _as_in_a_file(item) for key, item in value.items()}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
