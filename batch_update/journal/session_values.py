"""How a session of a run stands in its journal: its settings, its figures, and why it ended, as JSON and back."""

from __future__ import annotations

from dataclasses import asdict

from batch_update import errors
from batch_update.errors import BatchUpdateError, GuardStopped, Interrupted, SheetError
from batch_update.model.as_json import made_from, text_of_value, without_defaults
from batch_update.model.plans import Tripped
from batch_update.model.reports import Stats
from batch_update.model.sheets import Json, Problem
from batch_update.settings.tunables import SETTINGS, Settings


def stop_value(stopped: Exception | None) -> Json:
    """Return why a run ended early. Of a bug only its kind: its text could hold anything, a key too."""
    if stopped is None:
        return None
    if not isinstance(stopped, BatchUpdateError):
        return {"bug": type(stopped).__name__}
    found: dict[str, Json] = {"kind": type(stopped).__name__, "message": stopped.message}
    if isinstance(stopped, Interrupted):
        found |= {"signal": int(stopped.signal)}
    found |= {"code": stopped.code, "remedy": stopped.remedy}
    if isinstance(stopped, GuardStopped):
        found["tripped"] = [without_defaults(one) for one in stopped.tripped]
    return found


def read_stop(found: Json, problems: tuple[Problem, ...]) -> Exception | None:
    """An exception of the same kind that says the same; a bug has lost its text. `problems` are a SheetError's."""
    if found is None:
        return None
    if "bug" in found:
        bug: Exception = type(text_of_value(found["bug"]), (Exception,), {})()
        return bug
    kind = getattr(errors, found.pop("kind"))
    tripped = tuple(made_from(Tripped, one) for one in found.pop("tripped", ()))
    if not (isinstance(kind, type) and issubclass(kind, BatchUpdateError)):
        raise ValueError("the run was stopped by nothing that stops one")
    for name, value in found.items():
        if type(value) is not (int if name == "signal" else str):
            raise ValueError(f"{name} is not what is written there")
    if kind is SheetError:
        found["problems"] = problems
    if kind is GuardStopped:
        found["tripped"] = tripped
    stop: BatchUpdateError = kind(found.pop("message"), **found)
    return stop


def stats_value(stats: Stats | None) -> Json:
    return None if stats is None else asdict(stats)


def read_stats(found: Json) -> Stats | None:
    return None if found is None else made_from(Stats, found)


def settings_value(settings: Settings | None) -> Json:
    """Return the settings that decide what a run does and where, without a user name and password in the address.

    The name of its account, and where the list of it lies, are kept for commands that are printed, and lead nobody who
    reads them to a key.
    """
    if settings is None:
        return None
    kept = settings.model_dump(mode="json", include={*SETTINGS, "base_url", "account", "sandbox_state"})
    if settings.account is not None:
        kept["accounts_file"] = str(settings.accounts_file.absolute())
    scheme, _, rest = settings.base_url.partition("://")
    host, slash, path = rest.partition("/")
    return kept | {"base_url": f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"}


def recorded_settings(found: Json) -> Settings | None:
    """Return the settings, the others at their defaults. A name that this version does not know is left out."""
    if found is None:
        return None
    return Settings.model_validate({k: v for k, v in found.items() if k in Settings.model_fields})
