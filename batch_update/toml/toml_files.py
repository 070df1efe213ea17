"""A TOML file that people write, read within bounds; each reason why it is none is told with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batch_update.disk import read_followed
from batch_update.errors import UsageError
from batch_update.text import excerpt, printable
from batch_update.toml.toml_lines import longest_key
from batch_update.toml.toml_writing import encoding_of, how_toml_has

_DEEPEST = 20
_IN_EACH_OTHER = "tables or lists in each other"
_LONGEST_KEY = 100
"""parts with dots between them"""


@dataclass(frozen=True, slots=True)
class TomlKind:
    """A kind of file, such as a job file: how it is called, the code of what is wrong with one, and its bounds."""

    noun: str
    """with its article"""
    code: str
    most_bytes: int
    most_keys: int


def why_unreadable(error: OSError | ValueError) -> str:
    """Return why a file or a folder cannot be read, without its name."""
    return str(error.strerror) if isinstance(error, OSError) else "not a path"


def toml_text(
    path: Path, kind: TomlKind, *, place: str = "", remedy: str = "check the path and who may read it"
) -> str:
    """Return what the file holds, with line ends as they are. Raises UsageError with the code of the kind.

    `place` stands before what is said of a file that cannot be read, and `remedy` behind it.
    """
    try:
        content = read_followed(path, kind.most_bytes + 1)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{place}{printable(str(path))}: cannot be read: {why_unreadable(error)}",
            code=kind.code,
            remedy=remedy,
        ) from None
    if len(content) > kind.most_bytes:
        raise UsageError(f"{printable(str(path))}: is too large for {kind.noun}", code=kind.code)
    return decoded_toml(path, content, kind)


def decoded_toml(path: Path, content: bytes, kind: TomlKind) -> str:
    """Return the bytes of such a file as text. Raises UsageError with the code of the kind."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{printable(str(path))}: line {line}: is no UTF-8 text, but {encoding_of(content)}, it seems",
            code=kind.code,
            remedy="save it as UTF-8: the editor of Windows has that beneath Save as, Encoding",
        ) from None


def toml_document(path: Path, text: str, kind: TomlKind) -> dict[str, Any]:
    """Return the keys and values of a file. Raises UsageError with the code of the kind."""
    if longest_key(text) > _LONGEST_KEY:
        raise _too_many(path, _IN_EACH_OTHER, kind)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{printable(str(path))}: {_no_toml(text, error)}", code=kind.code) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, lists in lists in lists
        raise UsageError(
            f"{printable(str(path))}: is no TOML: a value is too long or too deep", code=kind.code
        ) from None
    _require_bounds(path, document, kind)
    return document


def _no_toml(text: str, error: tomllib.TOMLDecodeError) -> str:
    """`line 3, column 8: is no TOML: Invalid value; a text stands in straight quotes`."""
    fault = excerpt(str(error), 200)
    place = re.search(r" \(at line (\d+), column (\d+)\)$", fault)
    if place is None:
        return f"is no TOML: {fault}"
    hint = how_toml_has(text.split("\n")[int(place[1]) - 1], fault)
    told = f"line {place[1]}, column {place[2]}: is no TOML: {fault[: place.start()]}"
    return f"{told}; {hint}" if hint else told


def _require_bounds(path: Path, document: Mapping[str, Any], kind: TomlKind) -> None:
    """Raise UsageError for what no such file holds: each of many keys is told, and whoever reads tables recurses."""
    level: list[Any] = [document]
    keys = 0
    for _ in range(_DEEPEST):
        keys += sum(len(value) for value in level if isinstance(value, Mapping))
        inner = (one for value in level for one in (value.values() if isinstance(value, Mapping) else value))
        level = [one for one in inner if isinstance(one, (Mapping, list))]
    if level or keys > kind.most_keys:
        raise _too_many(path, _IN_EACH_OTHER if level else "keys", kind)


def _too_many(path: Path, what: str, kind: TomlKind) -> UsageError:
    return UsageError(f"{printable(str(path))}: has too many {what} for {kind.noun}", code=kind.code)
