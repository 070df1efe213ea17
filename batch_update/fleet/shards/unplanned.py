"""The end of an account that could not be planned: whoever carries it, it is the one that a run of its own has."""

from __future__ import annotations

from batch_update.codes import Trait, has_trait
from batch_update.model.reports import Exit

_BY_FAMILY = {"S": Exit.SHEET_INVALID, "V": Exit.SHEET_INVALID, "U": Exit.USAGE}
"""First letter of the code by which an account could not be planned -> the exit status that a run has by it."""


def exit_by(code: str) -> Exit:
    """Return the exit status of an account that this code kept from being planned."""
    return Exit.KEY_REFUSED if has_trait(code, Trait.OF_THE_KEY) else _BY_FAMILY.get(code[:1], Exit.STOPPED)
