"""The certificates that are trusted: those of the usual authorities, or those that SSL_CERT_FILE names."""

from __future__ import annotations

import ssl

import httpx

from batch_update.errors import UsageError


def trusted() -> ssl.SSLContext:
    """Return the certificates to trust. Raises UsageError (U101) where those that were named cannot be read."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise UsageError(
            f"the certificates to trust cannot be read: {error.strerror or error}",
            code="U101",
            remedy="SSL_CERT_FILE names a file of certificates in PEM form; without it the usual ones are trusted",
        ) from None
