"""Settings as flags: below the command line messages name settings, and here alone they are spelled as people type."""

from __future__ import annotations

import re
from functools import cache

from batch_update.settings.layers import OPTIONS
from batch_update.settings.refusals import job_key
from batch_update.settings.tunables import Settings


def flag_of(name: str) -> str:
    """`max_attempts` -> `--max-attempts`."""
    return "--" + job_key(name)


def as_flags(text: str) -> str:
    """Return the text with `--rate` for `the setting rate`, `--allow mode` for `the setting allow=mode`, and so on."""
    if "he setting " not in text and "he option " not in text:
        return text
    return _named().sub(lambda found: flag_of(found[1] or found[2]) + (" " if found[3] else ""), text)


@cache
def _named() -> re.Pattern[str]:
    settings = "|".join(name.rstrip("_") for name in Settings.model_fields)
    return re.compile(rf"\b[Tt]he (?:setting ({settings})|option ({'|'.join(OPTIONS)}))\b(=)?")
