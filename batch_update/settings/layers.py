"""Settings put together from layers: what was given, then the environment, then the defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pydantic import ValidationError

from batch_update.errors import UsageError
from batch_update.settings.refusals import refusals_of
from batch_update.settings.tunables import Settings
from batch_update.text import no_such

ENV_PREFIX = "BATCH_UPDATE_"
OPTIONS = (
    "accounts",
    "accounts_out",
    "airflow",
    "all",
    "all_accounts",
    "annotate",
    "any",
    "assistant",
    "assistants",
    "blame",
    "canary",
    "cron",
    "csv",
    "due",
    "engine",
    "exit_code",
    "field",
    "fields",
    "fix",
    "fleet",
    "force",
    "format",
    "from",
    "full",
    "github_actions",
    "health",
    "host",
    "html",
    "index",
    "jobs_dir",
    "keep",
    "key_from",
    "kubernetes",
    "lang",
    "language",
    "local",
    "max_accounts",
    "max_failed_accounts",
    "mode",
    "older_than",
    "names",
    "number",
    "offline",
    "online",
    "out",
    "output",
    "owner",
    "port",
    "prefill",
    "redact",
    "reset",
    "retry_failed",
    "scheduler",
    "scheduler_ca",
    "scheduler_cert",
    "scheduler_key",
    "scheduler_plain",
    "search",
    "secrets",
    "shards",
    "since",
    "systemd",
    "tag",
    "until",
    "user",
    "waves_inside",
    "where",
    "windows_task",
    "workers",
    "xlsx",
)
"""Options of single commands that are no settings: messages name them `the option full`, and their variables are known
as well."""
_INSTEAD = {"account": ("key_file", "base_url"), "key_file": ("account",)}
"""A setting -> those of earlier layers that count no more where it is given."""
VARIABLES_ALONE = ("account_pause", "account_waves", "prune_force", "sandbox_accounts", "to")
"""Variables of options that have the name of another: `force` of one command removes, of others it writes over,
`accounts` of a sandbox is a number, and waves and pauses between accounts are others than those inside of one.
`to` is a word of sentences, too."""


def variable_of(name: str) -> str:
    """`max_attempts` -> `BATCH_UPDATE_MAX_ATTEMPTS`."""
    return ENV_PREFIX + name.strip("-_").replace("-", "_").upper()


def given_beside(settings: Settings, environ: Mapping[str, str]) -> set[str]:
    """Return the settings that were given, but for those of the environment, which stands for all commands."""
    return {name for name in settings.model_fields_set if variable_of(name) not in environ}


def _named_as_setting(name: str) -> str:
    """`max-attempts` -> `the setting max_attempts`: as messages name it, unless they are about a file of keys."""
    return f"the setting {name.rstrip('_').replace('-', '_')}"


def refuse_unknown(environ: Mapping[str, str]) -> None:
    """Raises UsageError for each variable of ours that nothing reads: with a letter wrong, no limit would be set."""
    known = set(map(variable_of, (*Settings.model_fields, *OPTIONS, *VARIABLES_ALONE)))
    wrong = [name for name in environ if name.startswith(ENV_PREFIX) and name not in known]
    if wrong:
        raise UsageError(code="U101", details=(no_such("variable", name, known) for name in wrong))


def read_settings(
    *layers: Mapping[str, object],
    environ: Mapping[str, str] = MappingProxyType({}),
    spelled: Callable[[str], str] = _named_as_setting,
) -> Settings:
    """Settings from what was given: later layers win, then the environment is asked, then the defaults.

    An account brings its key and its server: a layer that names one wins over where those before say these are, and
    one that says where the key lies over an account that those before name.
    Names may be written as flags are (`max-attempts`) or as Python does (`max_attempts`). Raises UsageError with
    every value that is not allowed and every name that is not known, named as `spelled` does.
    """
    given: dict[str, object] = {}
    for name in Settings.model_fields:
        text = environ.get(variable_of(name), "")
        if text:
            given[name] = text.splitlines() if "\n" in text else text
    places = {name: f"{spelled(name)} (from {variable_of(name)})" for name in given}
    for layer in layers:
        names = {python_name(name): name for name in layer}
        for loser in (loser for winner, losers in _INSTEAD.items() if winner in names for loser in losers):
            given.pop(loser, None)
        for python, name in names.items():
            given[python] = layer[name]
            places[python] = spelled(name)
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        details = refusals_of(error.errors(), places, Settings.model_fields)
        raise UsageError(code="U101", details=details) from None


def python_name(name: str) -> str:
    """`max-attempts` -> `max_attempts`, and `json` -> `json_`: the name by which Settings know it."""
    python = name.replace("-", "_")
    return python + "_" if python + "_" in Settings.model_fields else python
