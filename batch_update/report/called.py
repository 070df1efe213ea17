"""Ids with what the account calls them, where a plan shows them: `412 Sabine -> 533 Clara`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from batch_update.fields.references import catalogs_of
from batch_update.fields.values.differences import BRIEFLY, Showing, brief_value, difference, side_by_side
from batch_update.model.choices import Catalog
from batch_update.model.named import NamedChoice
from batch_update.model.plans import UNKNOWN
from batch_update.model.sheets import Json
from batch_update.text import counted, excerpt

Called = Mapping[Catalog, Mapping[int, str]]
"""List of the account -> what it calls its ids, as far as that was looked up."""
NO_NAMES: Called = MappingProxyType({})
MOST_NAME = 40
"""Characters of a name beside its id."""


def named_difference(
    field: str, before: object, after: Json, called: Called, showing: Showing = BRIEFLY
) -> str:
    """Return what changes in a field, its ids with their names where they are known."""
    if not any(catalog in called for catalog in catalogs_of(field)):
        return difference(before, after, showing)
    old, new = (shown_with_names(field, value, called) for value in (before, after))
    return f"stays {new}" if before == after else f"{old} -> {new}"


def named_values(field: str, called: Called, *values: object) -> Iterator[str]:
    """Yield each value for a sentence that compares them, ids with their names where they are known."""
    if not any(catalog in called for catalog in catalogs_of(field)):
        yield from side_by_side(*values)
        return
    for value in values:
        yield "not reported" if value is UNKNOWN else shown_with_names(field, value, called)


def names_words(names: Collection[NamedChoice]) -> str:
    """`5 names (3 voices, 2 assistants)`: how many names stand for ids of which lists."""
    nouns = Counter("model" if len(name.catalogs) > 1 else name.catalogs[0].noun for name in names)
    return (
        f"{counted(len(names), 'name')} ({', '.join(counted(n, noun) for noun, n in sorted(nouns.items()))})"
    )


def shown_with_names(field: str, value: object, called: Called) -> str:
    """Return the value of a field of ids with the names of those that have one: `533 Clara`, `[1 live, 3]`."""
    if value is UNKNOWN:
        return "?"
    if isinstance(value, list):
        return f"[{', '.join(_with_name(field, item, called) for item in value)}]"
    return _with_name(field, value, called)


def _with_name(field: str, value: object, called: Called) -> str:
    if not isinstance(value, int):
        return brief_value(value)
    names = (called.get(catalog, {}).get(value) for catalog in catalogs_of(field))
    name = next(filter(None, names), "")
    return f"{value} {excerpt(name, MOST_NAME)}".rstrip()
