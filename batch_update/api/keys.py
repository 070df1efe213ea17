"""The API key: where it is found, what form it has, how people get that wrong, and that it never shows."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from batch_update.api.secret_file import CREDENTIALS, read_secret_file, stripped, why_unread
from batch_update.errors import KeyMalformed, KeyMissing, UsageError
from batch_update.text import counted, printable

VARIABLE = "FAMULOR_API_KEY"
CREDENTIAL = "famulor_api_key"
"""name of the file in systemd's credentials folder"""

OTHER_PLATFORM = "fam_"
"""how keys of the vendor's other platform begin"""
_FORM = re.compile(r"[\x21-\x7e]{8,512}")
_QUOTES = "\"'`\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"
_ASSIGNED = re.compile(
    r"""(?ix) (?: export \s+ | setx? \s+ | \$env: | [-*] \s )? ["']? [a-z_][a-z0-9_.-]* (?: key | token ) ["']?
    \s* [=:] \s* (?! =* $ ) .* | (?: export | setx? ) \s .* | \$env: .* | famulor_api_key \b .*""",
    re.DOTALL,
)
"""`FAMULOR_API_KEY=...` and as shells, YAML and JSON write it; a key may end in equals signs itself"""
_FAULTS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r""), "it is empty", "put the key there"),
    (
        re.compile(r"(?s).*\S\s*[\r\n]\s*\S.*"),
        "it has several lines",
        "leave the one line that holds the key, and on it nothing but the key",
    ),
    (
        _ASSIGNED,
        "it is a whole assignment, with a name before the key",
        "leave nothing but the key itself: without the name, the equals sign or colon, and quotes",
    ),
    (
        re.compile(r"(?is)[\"']?authorization\s*[=:].*"),
        "it is a whole header",
        "leave nothing but what stands after the word Bearer",
    ),
    (
        re.compile(rf"(?s)[{_QUOTES}].*|.*[{_QUOTES}]"),
        "there are quotes around it",
        "leave the quotes out",
    ),
    (
        re.compile(r"(?is)bearer(?:[\s:].*)?"),
        "it begins with the word Bearer",
        "leave nothing but what stands after that word, which this tool sends by itself",
    ),
    (
        re.compile(r"(?s)\$\{?\w+\}?|%\w+%"),
        "it is the name of a variable, which nothing has replaced",
        "put the key itself there",
    ),
    (
        re.compile(r"<.*>|\.\.\.|(?i:your)[-_ ].*"),
        "it is a placeholder, not a key",
        "put the key itself there",
    ),
    (
        re.compile(rf"(?s){OTHER_PLATFORM}.*"),
        f"keys that begin with {OTHER_PLATFORM} are for the vendor's other platform, whose API is another one",
        "use a key of the platform whose API lives under https://HOST/api",
    ),
)
"""How people get a key wrong: what it looks like, how that is said without showing any of it, what mends it."""


class ApiKey:
    """A key that can be sent and not shown: neither repr nor str nor a pickle holds it.

    Raises KeyMalformed (U105) where the text is no key, or one of the vendor's other platform.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str, *, source: str = "what was given") -> None:
        if fault := _fault(text):
            what, remedy = fault
            raise KeyMalformed(f"{source} is not an API key: {what}", code="U105", remedy=remedy)
        self._text = text

    def reveal(self) -> str:
        """Return the key itself, for the one header that carries it."""
        return self._text

    def redact(self, text: str) -> str:
        """Return the text with every occurrence of the key replaced, also where only one half of it or more is left."""
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


def _fault(text: str) -> tuple[str, str] | None:
    """Return what is wrong with a key and what mends that, without showing any of it; None for a key."""
    for pattern, what, remedy in _FAULTS:
        if pattern.fullmatch(text):
            return what, remedy
    if _FORM.fullmatch(text):
        return None
    again = "copy the key again: 8 to 512 printable characters without spaces"
    if re.search(r"\s", text):
        return "there is white space in it", again
    if not 8 <= len(text) <= 512:
        return f"it has {counted(len(text), 'character')}", again
    return "there are characters in it that no key has", again


def find_key(
    key_file: Path | None, environ: Mapping[str, str], warn: Callable[[str], None] = lambda text: None
) -> ApiKey:
    """Return the key from the setting key_file, FAMULOR_API_KEY or systemd's credentials folder, in this order.

    `warn` is told where a file that holds it is open to others. Raises KeyMissing (U104) where there is none,
    KeyMalformed (U105) where what is there is no key, UsageError (U101) where a file cannot be read.
    """
    if key_file is not None:
        return ApiKey(_read_key_file(key_file, warn), source=f"what {path_words(key_file)} holds")
    if text := stripped(environ.get(VARIABLE, "")):
        return ApiKey(text, source=f"what {VARIABLE} holds")
    folder = environ.get(CREDENTIALS, "")
    if folder and os.path.lexists(credential := Path(folder) / CREDENTIAL):
        return ApiKey(_read_key_file(credential, warn), source=f"what the credential {CREDENTIAL} holds")
    raise KeyMissing(
        f"no API key: {VARIABLE} is not set, the setting key_file is not given and systemd hands over no credential",
        code="U104",
        remedy=f"set {VARIABLE}, name a file with the setting key_file, or have systemd load "
        f"the credential {CREDENTIAL}; to try without a key: the setting sandbox",
    )


def _read_key_file(path: Path, warn: Callable[[str], None]) -> str:
    try:
        return read_secret_file(path, warn, what="the key")
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the setting key_file: {path_words(path)} cannot be read: {why_unread(error)}",
            code="U101",
            remedy="check the path and who may read it",
        ) from None


def path_words(path: Path) -> str:
    """Return the path, unless it is a key that somebody took for one."""
    text = str(path)
    is_key = _FORM.fullmatch(text) and len(text) >= 16 and not re.search(r"[./\\]", text)
    return "a file whose name seems to be the key itself" if is_key and not path.exists() else printable(text)
