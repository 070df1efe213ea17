"""A table of a TOML file that people write: its keys as settings are spelled there, unknown ones refused."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from batch_update.settings.refusals import job_key


class FileTable(BaseModel):
    """A table of a file: frozen, its keys with hyphens, unknown ones refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=job_key, validate_by_name=True, defer_build=True
    )
