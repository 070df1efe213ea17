"""At which line of a TOML file each of its keys stands."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from batch_update.text import excerpt

KeyPath = tuple[str | int, ...]
"""Keys from the outside in, with the number of the item where a list is on the way."""
_MOST_READ = 1024 * 1024
"""Characters, those that are read again with each line of a long list: beyond them no line is told."""
_NO_KEY = re.compile(
    r'''(?s)"""(?:\\.|[^"\\]|"(?!""))*+(?:""")?|"(?:\\.|[^"\\\n])*+"?|#[^\n]*+'''
    r"""|'''.*?(?:'''|\Z)|'[^'\n]*+'?"""
)
"""Texts and comments of TOML, also those that do not end: whatever it is given it reads once."""


def dotted(path: KeyPath) -> str:
    """`notify.to[1].env`, the items of a list counted from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{excerpt(part, 60)}"
    return text.removeprefix(".")


def longest_key(text: str) -> int:
    """Return of how many parts the longest dotted key is, without reading it: readers take long over very long ones."""
    return 1 + max(piece.count(".") for piece in re.split(r"[=,{\[\n]", _NO_KEY.sub("", text)))


def lines_of_keys(text: str) -> dict[KeyPath, int]:
    """Return the line, from 1, at which each key of a sound TOML text first stands; tables count as keys."""
    found: dict[KeyPath, int] = {}
    above: KeyPath = ()
    lists: Counter[KeyPath] = Counter()
    for line, statement, parsed in _statements(text):
        if statement.lstrip().startswith("["):
            above = _header(parsed, lists, is_list=statement.lstrip().startswith("[["))
            paths = [above[:length] for length in range(1, len(above) + 1)]
        else:
            paths = [above + path for path in _paths_in(parsed)]
        for path in paths:
            found.setdefault(path, line)
    return found


def _statements(text: str) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """Yield each header and assignment with the line that it begins at: where TOML can be read, one has ended."""
    begun = 1
    pieces: list[str] = []
    read = 0
    for number, piece in enumerate(text.split("\n"), 1):
        if not pieces:
            begun = number
        pieces.append(piece)
        statement = "\n".join(pieces) + "\n"
        read += len(statement)
        if read > _MOST_READ:
            return
        try:
            parsed = tomllib.loads(statement)
        except (ValueError, RecursionError):
            continue
        if parsed:
            yield begun, statement, parsed
        pieces = []


def _header(parsed: Mapping[str, Any], lists: Counter[KeyPath], *, is_list: bool) -> KeyPath:
    path: KeyPath = next(reversed(list(_paths_in(parsed))))
    path = tuple(part for part in path if isinstance(part, str))
    if is_list:
        lists[path] += 1
        return (*path, lists[path] - 1)
    return path


def _paths_in(value: Any, above: KeyPath = ()) -> Iterator[KeyPath]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*above, key)
        yield from _paths_in(inner, (*above, key))
