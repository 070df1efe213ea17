"""The exit status of an account that could not be planned: that of a run on this account alone, whoever carries it."""

from __future__ import annotations

from batch_update.codes import Trait, has_trait
from batch_update.model.reports import Exit

_BY_FAMILY = {
    **dict.fromkeys(("C", "H", "S", "V", "X2"), Exit.SHEET_INVALID),
    "U": Exit.USAGE,
}
"""How the codes begin by which an account could not be planned -> the exit status that a run has by them."""


def exit_by(code: str) -> Exit:
    """Return the exit status of an account that this code kept from being planned."""
    if has_trait(code, Trait.OF_THE_KEY):
        return Exit.KEY_REFUSED
    return next((found for family, found in _BY_FAMILY.items() if code.startswith(family)), Exit.STOPPED)
