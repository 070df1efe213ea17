"""The API key: where it is found, what form it has, that it never shows, and which addresses it may travel to."""

from __future__ import annotations

import ipaddress
import os
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import httpx

from batch_update.errors import KeyMissing, UsageError
from batch_update.text import printable

VARIABLE = "FAMULOR_API_KEY"
CREDENTIAL = "famulor_api_key"
"""name of the file in systemd's credentials folder"""

_FORM = re.compile(r"[\x21-\x7e]{8,512}")
_MOST_BYTES = 4096


class ApiKey:
    """A key that can be sent and not shown: neither repr nor str nor a pickle holds it.

    Raises UsageError (U105) where the text does not have the form of a key.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str, *, source: str = "the API key") -> None:
        if not _FORM.fullmatch(text):
            raise UsageError(
                f"{source} does not have the form of an API key: {_fault(text)}",
                code="U105",
                remedy="copy the key again: 8 to 512 printable characters, no spaces, without the word Bearer",
            )
        self._text = text

    def reveal(self) -> str:
        """The key itself, for the one header that carries it."""
        return self._text

    def redact(self, text: str) -> str:
        """The same text with every occurrence of the key replaced, also where only one half of it or more is left."""
        key = self._text
        half = max(8, (len(key) + 1) // 2)
        if key[:half] in text or key[-half:] in text:
            for length in range(len(key), half - 1, -1):
                text = text.replace(key[:length], "[key]").replace(key[-length:], "[key]")
        return text

    def __repr__(self) -> str:
        return "ApiKey(hidden)"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not pickled")


def _fault(text: str) -> str:
    """What is wrong with it, without showing any of it."""
    if re.search(r"\s", text):
        return "there is white space in it"
    if not 8 <= len(text) <= 512:
        return f"it has {len(text)} characters"
    return "there are characters in it that no key has"


def find_key(key_file: Path | None, environ: Mapping[str, str]) -> ApiKey:
    """The key from --key-file, FAMULOR_API_KEY or systemd's credentials folder, in this order.

    Raises KeyMissing (U104) where there is none, UsageError where a file cannot be read (U101) or what it holds
    is no key (U105).
    """
    if key_file is not None:
        return ApiKey(_read(key_file), source=f"what {printable(str(key_file))} holds")
    if text := environ.get(VARIABLE, "").strip():
        return ApiKey(text, source=VARIABLE)
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    if folder and os.path.lexists(credential := Path(folder) / CREDENTIAL):
        return ApiKey(_read(credential), source=f"the credential {CREDENTIAL}")
    raise KeyMissing(
        f"no API key: {VARIABLE} is not set, --key-file is not given and systemd hands over no credential",
        code="U104",
        remedy=f"set {VARIABLE}, name a file with --key-file, or have systemd load the credential {CREDENTIAL}; "
        "to try without a key: --sandbox",
    )


def _read(path: Path) -> str:
    """The first bytes of the file, without white space around them. A pipe is fine: `<(pass show famulor)`."""
    try:
        with path.open("rb") as file:
            found = file.read(_MOST_BYTES)
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "not a path"
        raise UsageError(
            f"the key file {printable(str(path))} cannot be read: {reason}",
            code="U101",
            remedy="check the path and who may read it",
        ) from None
    if found.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):  # as PowerShell writes files
        return found.decode("utf-16", "replace").strip()
    return found.removeprefix(BOM_UTF8).decode("ascii", "replace").strip()


def check_base_url(text: str) -> str:
    """The base URL, without a slash at its end. Raises UsageError (U103) where a key must not travel to it."""
    try:
        url = httpx.URL(text)
        fault = _address_fault(text, url)
    except (httpx.InvalidURL, UnicodeError):
        fault = "it is no web address"
    if fault:
        raise UsageError(
            f"the base URL is not safe to send a key to: {fault}",
            code="U103",
            remedy="write https://HOST/PATH; http only for this machine (localhost, 127.0.0.1, [::1])",
        )
    return str(url).rstrip("/")


def _address_fault(text: str, url: httpx.URL) -> str:
    """Why a key must not travel there, "" where it may. The address is not repeated: it may hold a password."""
    if url.userinfo:
        return "it holds a user name or password"
    if url.scheme not in ("https", "http") or not re.fullmatch(rb"[a-z0-9._:-]+", url.raw_host):
        return "it does not begin with https:// and a host"
    if url.scheme == "http" and not _is_loopback(url.host):
        return "over http the key would travel unencrypted"
    if "?" in text or "#" in text:
        return "it holds a query or a fragment"
    if url.port is not None and not 0 < url.port < 65536:
        return "it has no such port"
    if not re.fullmatch(r"[A-Za-z0-9._~/-]*", url.path) or "//" in url.path or "/.." in text or "%" in text:
        return "its path holds more than letters, digits and single slashes"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".") == "localhost"
