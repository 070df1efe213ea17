"""The API key of a job, where its file says where that lies."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from batch_update.api.keys import ApiKey
from batch_update.secrets.reading_secrets import nobody, referred_key
from batch_update.secrets.secret import Secret
from batch_update.settings.tunables import Settings


def key_of_job(
    secret: Secret | None,
    settings: Settings,
    environ: Mapping[str, str],
    warn: Callable[[str], None] = nobody,
) -> ApiKey | None:
    """Return the key that a job refers to; None where settings or environment say where it lies, as for all runs.

    `secret`: the key `key` of the job file; `settings`: as they count, flags included. A file is the setting key_file
    already. Raises KeyMissing and KeyMalformed.
    """
    if secret is None or settings.sandbox or settings.account or settings.key_file is not None:
        return None
    return referred_key(secret, environ, warn)
