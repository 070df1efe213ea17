"""The keys of a job file and of those that it extends put together, each with the file that it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from batch_update.jobs.definition.job_source import JobSource
from batch_update.jobs.definition.job_tables import secrets_in_tables
from batch_update.toml.toml_lines import KeyPath

_ONE_OF = {"key": "key-file", "key-file": "key"}
"""Two ways to say one thing: the nearer file's word counts."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A job as its files say it: a key of the nearest file that has it counts."""

    sources: Sequence[JobSource]
    """the job file, then the file that it extends, and so on"""
    document: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[KeyPath, JobSource] = field(default_factory=dict)
    """key, or table and key in it -> the file whose word counts"""

    def source(self, path: KeyPath) -> JobSource:
        """Return the file that a key comes from; the job file where none has it."""
        for length in (2, 1):
            if path[:length] in self.origins:
                return self.origins[path[:length]]
        inside = (source for origin, source in self.origins.items() if origin[:1] == path[:1])
        return next(inside, self.sources[0])


def put_together(sources: Sequence[JobSource]) -> Merged:
    """Return what they say together: tables key by key, references to secrets and all else as a whole."""
    whole = {key[0] for key in secrets_in_tables() if len(key) == 1}
    document: dict[str, Any] = {}
    origins: dict[KeyPath, JobSource] = {}
    for source in sources:
        said_nearer = frozenset(document)
        for key, value in source.document.items():
            if key == "extends" or _ONE_OF.get(key) in said_nearer:
                continue
            if isinstance(value, dict) and isinstance(document.get(key, {}), dict) and key not in whole:
                document[key] = {**value, **document.get(key, {})}
                for name in value:
                    origins.setdefault((key, name), source)
            elif key not in document:
                document[key] = value
                origins[key,] = source
    return Merged(tuple(sources), document, origins)


def leaves(value: Any, above: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Yield every value of a document that is no table and no list, with its keys."""
    items = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else None
    )
    if items is None:
        yield above, value
    else:
        for key, inner in items:
            yield from leaves(inner, (*above, key))
