"""The language of who sits at this machine, as the environment and the system tell it."""

from __future__ import annotations

import locale
from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "de"]
"""In which templates and reports are written."""


def language_here(environ: Mapping[str, str]) -> Language:
    """Return the language of the user's programs: German, or else English."""
    variables = (environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    said = next(filter(None, variables), "") or locale.getlocale()[0] or ""
    return "de" if said.lower().startswith(("de", "german")) else "en"
