"""A name in place of an id: the value that a cell is until the lists of an account tell which id it means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from batch_update.model.choices import Catalog
from batch_update.model.sheets import Json


@dataclass(frozen=True, slots=True)
class NamedChoice:
    """A name as it was typed, with an id beside it or not: `Susi`, `Susi (de)`, `412 – Clara`, `+49 30 1234567`."""

    text: str
    catalogs: tuple[Catalog, ...]
    """the lists that it may stand in"""


def names_in(value: Json) -> Iterator[NamedChoice]:
    """Yield the names in the value of a cell, which may be a name, or a list with some."""
    if isinstance(value, NamedChoice):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, NamedChoice))
