"""Values that were read, each once in memory: rows mostly say the same, and a fleet has hundreds of thousands."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from functools import lru_cache

from batch_update.model.plans import Change
from batch_update.model.sheets import Json

MOST_KINDS = 256
"""Values of rows that are remembered: where more differ, hardly any are alike, and looking costs more than it saves."""
LONG = 64
"""letters of a text that is worth being remembered"""
_ATOMS = frozenset({str, int, float, bool, type(None)})


class Alike:
    """Hands out, for what is equal to the last sign, the one that it saw first. It lives as long as a plan is read."""

    def __init__(self) -> None:
        self._values: dict[Hashable, Mapping[str, Json]] = {}
        self._texts: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Return this text, or, where it is long, the one that is known already."""
        return self._texts.setdefault(text, text) if len(text) >= LONG else text

    def change(self, change: Change) -> Change:
        """Return the change with values that are known already, if they are."""
        body, before = self.values(change.body), self.values(change.before)
        return replace(change, body=body, before=before, indexes=_shared_rows(change.indexes))

    def values(self, values: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return these values, or those that are known already, as far as they are texts, numbers and flags."""
        if len(self._values) >= MOST_KINDS or not _ATOMS.issuperset(map(type, values.values())):
            return self._of_texts(values)
        key = tuple([(name, type(value), _sign(value)) for name, value in values.items()])
        known = self._values.get(key)
        if known is None:
            known = self._values[key] = self._of_texts(values)
        return known

    def _of_texts(self, values: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return the values with long texts that are known already."""
        found = {}
        for name, value in values.items():
            if type(value) is str and (known := self.text(value)) is not value:
                found[name] = known
        return {**values, **found} if found else values


@lru_cache(maxsize=1024)
def _shared_rows(indexes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the indexes as they were given first: all plans of a fleet begin with row 0."""
    return indexes


def _sign(value: Hashable) -> Hashable:
    """Return what tells a value from others of its type: 0.0 is -0.0, and is written otherwise."""
    return repr(value) if type(value) is float else value
