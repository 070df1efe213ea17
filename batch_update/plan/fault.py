"""A fault: what is wrong with the text of a cell, in words that are safe to show. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from batch_update.fields.tools import SECRET_SETTINGS
from batch_update.model import Severity
from batch_update.text import excerpt


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a text of a column, wherever in the column it stands."""

    code: str
    message: str
    """one sentence without row and cell"""
    given: str = ""
    wanted: str = ""
    remedy: str = ""
    severity: Severity = Severity.ERROR


def holds_secret(text: str) -> bool:
    """Whether a text names a secret setting, so that none of it may be shown."""
    return any(name in text for name in SECRET_SETTINGS)


def shown(text: str) -> str:
    """A short, printable beginning of a cell; "" where it holds a secret."""
    return "" if holds_secret(text) else excerpt(text, 60)


def did_you_mean(given: str, names: Iterable[str]) -> str:
    """`did you mean office?`, without regard to case and spaces; "" where no name is near."""
    folded = {name.casefold(): name for name in names}
    wanted = re.sub(r"[\s-]+", "_", given.strip().casefold())
    found = get_close_matches(wanted, folded, n=1, cutoff=0.6)
    return f"did you mean {folded[found[0]]}?" if found else ""
