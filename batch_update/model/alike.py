"""Values that were read, each once in memory: rows mostly say the same, and a fleet has hundreds of thousands."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

from batch_update.model.plans import Change
from batch_update.model.sheets import Json

_ATOMS = frozenset({str, int, float, bool, type(None)})


class Alike:
    """Hands out, for what is equal to the last sign, the one that it saw first. It lives as long as a plan is read."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}

    def text(self, text: str) -> str:
        """Return this text as it is known already, if it is."""
        known: str = self._known.setdefault(text, text)
        return known

    def change(self, change: Change) -> Change:
        """Return the change with values that are known already, if they are."""
        body, before = self.values(change.body), self.values(change.before)
        is_new = body is change.body and before is change.before
        return change if is_new else replace(change, body=body, before=before)

    def values(self, values: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return these values, or those that are known already, as far as they are texts, numbers and flags."""
        if not _ATOMS.issuperset(map(type, values.values())):
            return self._of_texts(values)
        key = tuple([(name, type(value), _sign(value)) for name, value in values.items()])
        known: Mapping[str, Json] | None = self._known.get(key)
        if known is None:
            known = self._known[key] = self._of_texts(values)
        return known

    def _of_texts(self, values: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return the values with texts that are known already."""
        found = {name: self.text(value) if type(value) is str else value for name, value in values.items()}
        return values if all(found[name] is value for name, value in values.items()) else found


def _sign(value: Hashable) -> Hashable:
    """Return what tells a value from others of its type: 0.0 is -0.0, and is written otherwise."""
    return repr(value) if type(value) is float else value
