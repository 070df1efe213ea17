"""Secrets that a file refers to: read where they lie, and named by that place alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from batch_update.api.keys import ApiKey
from batch_update.api.secret_file import CREDENTIALS, MOST_BYTES, read_secret_file, stripped, why_unread
from batch_update.errors import KeyMissing, UsageError
from batch_update.secrets.printed import printed_by
from batch_update.secrets.secret import Secret, where_it_lies


def nobody(text: str) -> None:
    """Hear a warning that nobody wants to be told of."""


def read_secret(
    secret: Secret,
    environ: Mapping[str, str],
    warn: Callable[[str], None] = nobody,
    *,
    what: str = "the secret",
) -> str:
    """Return the secret, without white space around it; never empty, on one line.

    `warn` is told where others may read the file that holds it. Raises UsageError (U117), which names the place and
    shows nothing of what lies there.
    """
    text = _text(secret, environ, warn, what)
    place = where_it_lies(secret)
    if not text:
        raise _missing_secret(f"{place}, where {what} should lie, {_how_empty(secret, environ)}", secret)
    if "\n" in text or "\r" in text or len(text) >= MOST_BYTES:
        raise _missing_secret(f"{place} holds more than {what}: one line is wanted", secret)
    return text


def referred_key(secret: Secret, environ: Mapping[str, str], warn: Callable[[str], None] = nobody) -> ApiKey:
    """Return the API key that lies there. Raises KeyMissing (U104), and KeyMalformed (U105) for what is no key."""
    try:
        text = read_secret(secret, environ, warn, what="the API key")
    except UsageError as error:
        raise KeyMissing(f"no API key: {error.message}", code="U104", remedy=error.remedy) from None
    return ApiKey(text, source=f"what {where_it_lies(secret)} holds")


def _text(secret: Secret, environ: Mapping[str, str], warn: Callable[[str], None], what: str) -> str:
    if secret.env is not None:
        return stripped(environ.get(secret.env, ""))
    if secret.command is None:
        return _from_file(secret, environ, warn, what)
    try:
        return printed_by(secret.command, environ)
    except ValueError as error:
        raise _missing_secret(f"{where_it_lies(secret)}: {error}", secret) from None


def _how_empty(secret: Secret, environ: Mapping[str, str]) -> str:
    if secret.command is not None:
        return "prints nothing"
    return "is not set" if secret.env is not None and secret.env not in environ else "is empty"


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
        return "set the variable where the program is begun: cron and systemd hand over no others than they are told"
    if secret.file is not None:
        return "check the path and who may read it"
    if secret.command is not None:
        return (
            "run the command in a terminal: it has to print the secret alone, and without asking for anything"
        )
    return f"have systemd load the credential, or set {CREDENTIALS} to the folder that holds it"
