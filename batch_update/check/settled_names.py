"""The names of a sheet once they were looked up: the id that each stands for, or why it stands for none. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from batch_update.check.fault import Fault
from batch_update.fields.cells import LEAVE, Leave
from batch_update.model.named import NamedChoice, names_in
from batch_update.model.sheets import Json

Names = Mapping[NamedChoice, int | Fault]


def with_ids(value: Json, names: Names) -> tuple[Json | Leave, tuple[Fault, ...]]:
    """Return the value of a cell with the ids that its names stand for; LEAVE, and why, where one stands for none."""
    found = {name: names[name] for name in names_in(value)}
    faults = tuple(one for one in found.values() if isinstance(one, Fault))
    if faults:
        return LEAVE, faults
    if isinstance(value, NamedChoice):
        return found[value], ()
    # A name and its id, or two names of one thing, are one item.
    return list(dict.fromkeys(found[item] if isinstance(item, NamedChoice) else item for item in value)), ()
