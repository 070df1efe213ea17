"""A table of a TOML file that people write: its keys as settings are spelled there, unknown ones refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from batch_update.settings.refusals import job_key


class FileTable(BaseModel):
    """A table of a file: frozen, its keys with hyphens, unknown ones refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=job_key, validate_by_name=True, defer_build=True
    )


def first_errors(validate: Callable[[], object]) -> Iterator[tuple[tuple[str | int, ...], ErrorDetails]]:
    """Yield the first thing that is wrong at each key of a table, as it is validated."""
    try:
        validate()
    except ValidationError as error:
        seen: set[tuple[str | int, ...]] = set()
        for each in error.errors(include_url=False):
            path = tuple(each["loc"])
            if path not in seen:
                seen.add(path)
                yield path, each
