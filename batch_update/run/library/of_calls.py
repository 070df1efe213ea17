"""The settings and the means of a call from Python: the words of its caller, refused where they mean nothing."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from threading import current_thread, main_thread
from types import MappingProxyType
from typing import Any

from batch_update.api.keys import ApiKey
from batch_update.errors import UsageError
from batch_update.model.plans import Plan
from batch_update.model.sheets import Sheet
from batch_update.run.planning import What
from batch_update.run.steps.means import Means
from batch_update.run.watching import Watcher
from batch_update.send.signals import no_interrupts, open_interrupts
from batch_update.settings.heeding import refuse_unheeded
from batch_update.settings.layers import python_name, read_settings, refuse_unknown
from batch_update.settings.tunables import Settings
from batch_update.text import shortly

OF_FILES = ("sheet", "delimiter", "encoding", "max_csv_mb", "max_excel_mb", "max_unpacked_mb")
"""Settings that decide how a file is read: they mean nothing to a DataFrame."""
OF_CELLS = ("map", "ignore", "decimal", "set")
"""Those that decide what its cells are: they mean nothing to a sheet that was read already."""
OF_ROWS = ("only", "on_duplicate")
"""Those that choose among its rows: they mean nothing to whoever only reads it."""

ONLINE = (
    *("no_fetch", "base_url", "key_file", "proxy", "locks_dir", "timeout"),
    *("Sandbox", "rate", "pace", "max_attempts", "max_outage"),
)
"""Those that decide how a server is spoken to: they mean nothing to whoever only reads journals."""


def settings_of_call(
    command: str,
    settings: Settings | None,
    given: Mapping[str, Any],
    environ: Mapping[str, str] | None,
    *,
    but: Collection[str] = (),
) -> Settings:
    """Return a call's settings: those by name win over those of `settings`, and these over the environment's.

    Raises UsageError for a value that is not allowed, and for a setting that means nothing here (see `heeding`).
    """
    read = layered_settings(settings, given, environ)
    explicit = {*(settings.model_fields_set if settings else ()), *map(python_name, given)}
    refuse_unheeded(explicit, command, but=but)
    # Whoever calls a function that sends wants it sent: only who says no here is asked.
    return read if "yes" in explicit else read.model_copy(update={"yes": True})


def _require_settings(given: object) -> None:
    """Raise UsageError where something else stands in place of settings, such as the path of a sheet."""
    if given is not None and not isinstance(given, Settings):
        raise UsageError(
            f"{shortly(given)} stands where settings do, and is no Settings",
            code="U101",
            remedy="name what it is: to=... is a file to write, settings=Settings(...) are settings, and each of them "
            "can be given by its own name",
        )


def layered_settings(
    settings: Settings | None,
    given: Mapping[str, Any],
    environ: Mapping[str, str] | None,
    *,
    beneath: Mapping[str, Any] = MappingProxyType({}),
) -> Settings:
    """Return a call's settings; where it names none, those `beneath` win over the environment's. Raises UsageError."""
    _require_settings(settings)
    environ = os.environ if environ is None else environ
    refuse_unknown(environ)
    told = {name: getattr(settings, name) for name in settings.model_fields_set} if settings else {}
    return read_settings(beneath, told, given, environ=environ)


def means_of_call(
    key: ApiKey | str | None,
    app: Any,
    watcher: Watcher | None,
    environ: Mapping[str, str] | None,
    *,
    share: bool,
    signals: bool = False,
    journal: bool = True,
) -> Means:
    if signals and current_thread() is not main_thread():
        raise UsageError(
            "signals=True: only the main thread gets signals, and this is another",
            code="U101",
            remedy="leave it out, and cancel what is awaited to end it, or call this in the main thread",
        )
    return Means(
        watcher or Watcher(),
        key=ApiKey(key) if isinstance(key, str) else key,
        app=app,
        environ=os.environ if environ is None else environ,
        interrupts=open_interrupts if signals else no_interrupts,
        journal=journal,
        share=share,
    )


def unread(what: What) -> tuple[str, ...]:
    """Return the settings that mean nothing, since no file, or no sheet any more, is read."""
    if isinstance(what, Plan):
        return ("Sheet", "Limits", "on_conflict")
    if isinstance(what, Sheet):
        return (*OF_CELLS, *OF_FILES, "max_rows", "max_columns")
    return () if isinstance(what, (str, os.PathLike)) else OF_FILES


def several(texts: str | Iterable[str]) -> Iterable[str]:
    """Return the texts of an argument; one by itself is one, and not its letters."""
    return (texts,) if isinstance(texts, str) else texts
