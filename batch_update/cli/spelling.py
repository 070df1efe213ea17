"""Settings as people type them: below the command line messages name settings, and here alone they are spelled.

They are flags, but in what a job says keys of its file: nobody types its command line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from batch_update.settings.heeding import job_settings
from batch_update.settings.layers import OPTIONS
from batch_update.settings.refusals import job_key
from batch_update.settings.tunables import Settings

_of_job = ContextVar("of_job", default=False)


@contextmanager
def spelled_as_keys() -> Iterator[None]:
    """Spell settings inside as a job file has them."""
    before = _of_job.set(True)
    try:
        yield
    finally:
        _of_job.reset(before)


def flag_of(name: str) -> str:
    """`max_attempts` -> `--max-attempts`."""
    return "--" + job_key(name)


def as_flags(text: str) -> str:
    """Return the text with `--rate` for `the setting rate`, `--allow mode` for `the setting allow=mode`, and so on.

    In what a job says that is `the key rate`, `allow = ["mode"]`, and `yes = true` for `the setting yes`.
    """
    if "he setting " not in text and "he option " not in text:
        return text
    return _named().sub(_flag_or_key, text)


def _flag_or_key(found: re.Match[str]) -> str:
    the, setting, option, equals, value = found.groups("")
    field = setting if setting in Settings.model_fields else f"{setting}_"
    if not (_of_job.get() and setting and field in job_settings()):
        return flag_of(setting or option) + (" " if equals else "") + value
    default = Settings.model_fields[field].default
    if value:
        return f"{job_key(setting)} = {_as_in_file(value, default)}"
    return f"{job_key(setting)} = true" if default is False else f"{the} key {job_key(setting)}{equals}"


def _as_in_file(text: str, default: object) -> str:
    """Return a value that is typed on the command line as a job file has it, for a setting with this default."""
    from batch_update.toml.toml_writing import as_toml

    text = text.strip("'")
    if isinstance(default, tuple):
        return as_toml(text.split(","))
    if isinstance(default, dict):
        return as_toml(dict([text.split("=", 1)]) if "=" in text else {})
    return text if re.fullmatch(r"[A-Z]+|\d+(\.\d+)?", text) else as_toml(text)


@cache
def _named() -> re.Pattern[str]:
    settings = "|".join(name.rstrip("_") for name in Settings.model_fields)
    value = r"(=)('[^'\n]*'|[\w%,:/-]+(?:\.\w+)*)?(?!['\"\\])"
    return re.compile(rf"\b([Tt]he) (?:setting ({settings})|option ({'|'.join(OPTIONS)}))\b(?:{value})?")
