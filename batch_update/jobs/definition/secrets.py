"""Secrets that a job file refers to: read where they lie, and named by that place alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from batch_update.api.keys import ApiKey, path_words
from batch_update.api.secret_file import CREDENTIALS, MOST_BYTES, read_secret_file, stripped, why_unread
from batch_update.errors import KeyMissing, UsageError
from batch_update.jobs.definition.job_tables import Secret
from batch_update.settings.tunables import Settings
from batch_update.text import excerpt


def _nobody(text: str) -> None:
    """Hear a warning that nobody wants to be told of."""


def read_secret(
    secret: Secret,
    environ: Mapping[str, str],
    warn: Callable[[str], None] = _nobody,
    *,
    what: str = "the secret",
) -> str:
    """Return the secret, without white space around it; never empty, on one line.

    `warn` is told where others may read the file that holds it. Raises UsageError (U117), which names the place and
    shows nothing of what lies there.
    """
    text = (
        stripped(environ.get(secret.env, ""))
        if secret.env is not None
        else _from_file(secret, environ, warn, what)
    )
    place = where_it_lies(secret)
    if not text:
        state = "is not set" if secret.env is not None and secret.env not in environ else "is empty"
        raise _missing_secret(f"{place}, where {what} should lie, {state}", secret)
    if "\n" in text or "\r" in text or len(text) >= MOST_BYTES:
        raise _missing_secret(f"{place} holds more than {what}: one line is wanted", secret)
    return text


def where_it_lies(secret: Secret) -> str:
    """`the variable NAME`, `the file PATH` or `the credential NAME`: where it lies."""
    if secret.env is not None:
        return f"the variable {excerpt(secret.env)}"
    if secret.file is not None:
        return f"the file {path_words(secret.file)}"
    return f"the credential {excerpt(secret.credential or '')}"


def key_of_job(
    secret: Secret | None,
    settings: Settings,
    environ: Mapping[str, str],
    warn: Callable[[str], None] = _nobody,
) -> ApiKey | None:
    """Return the key that a job refers to; None where settings or environment say where it lies, as for all runs.

    `secret`: the key `key` of the job file; `settings`: as they count, flags included. A file is the setting key_file
    already. Raises KeyMissing and KeyMalformed.
    """
    if secret is None or settings.sandbox or settings.key_file is not None:
        return None
    return referred_key(secret, environ, warn)


def referred_key(secret: Secret, environ: Mapping[str, str], warn: Callable[[str], None] = _nobody) -> ApiKey:
    """Return the API key that lies there. Raises KeyMissing (U104), and KeyMalformed (U105) for what is no key."""
    try:
        text = read_secret(secret, environ, warn, what="the API key")
    except UsageError as error:
        raise KeyMissing(f"no API key: {error.message}", code="U104", remedy=error.remedy) from None
    return ApiKey(text, source=f"what {where_it_lies(secret)} holds")


def _from_file(secret: Secret, environ: Mapping[str, str], warn: Callable[[str], None], what: str) -> str:
    path = secret.file
    if path is None:
        folder = environ.get(CREDENTIALS, "")
        if not folder:
            raise _missing_secret(f"{where_it_lies(secret)}: {CREDENTIALS} is not set", secret)
        path = Path(folder) / (secret.credential or "")
    try:
        return read_secret_file(path, warn, what=what)
    except (OSError, ValueError) as error:
        raise _missing_secret(
            f"{where_it_lies(secret)} cannot be read: {why_unread(error)}", secret
        ) from None


def _missing_secret(message: str, secret: Secret) -> UsageError:
    return UsageError(message, code="U117", remedy=_remedy(secret))


def _remedy(secret: Secret) -> str:
    if secret.env is not None:
        return (
            "set the variable where the job is begun: cron and systemd hand over no others than they are told"
        )
    if secret.file is not None:
        return "check the path and who may read it"
    return f"have systemd load the credential, or set {CREDENTIALS} to the folder that holds it"
