"""How TOML has a value, and what people who write it for the first time mean by what is none."""

from __future__ import annotations

import json
import re
from typing import Any


def as_toml(value: Any) -> str:
    """Return a value as TOML has it, whose texts, numbers and lists are those of JSON."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml_key(key)} = {as_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _toml_key(key: str) -> str:
    return key if key.replace("_", "").isalnum() else json.dumps(key, ensure_ascii=False)


# ---------------------------------------------------------------- what is none

AS_PATHS_ARE_WRITTEN = (
    "in double quotes a backslash begins an escape: write paths in single quotes, or with /"
)
_STRAIGHT = "a text stands in straight quotes, \"...\" or '...'"
_HINTS = (
    (r"=\s*[„“”‚‘’»«]", f"{_STRAIGHT}, not in those that word processors make of them"),
    (r"^\s*[\w.-]+\s*:", "between a key and its value stands =, not a colon"),
    (r"\\", AS_PATHS_ARE_WRITTEN),
    (r"[;,]\s*$", "a line ends without a semicolon or comma"),
    (
        r"(?i)=\s*(true|false|yes|no|ja|nein|wahr|falsch|on|off|y|n)\s*$",
        "a yes or no is written true or false",
    ),
    (r"=\s*-?\d+,\d+\s*$", "a number has a decimal point, not a comma"),
    (r"""=\s*("[^"]*|'[^']*)$""", "a text ends with the quotes that it began with"),
    (r"=\s*$", "a value is missing: whoever wants the default leaves the key out"),
    (r"=\s*[^\W\d]", _STRAIGHT),
    (r"^\s*\[[^\]]*$", "a name in brackets ends with ]"),
)
"""Pattern of a line without its comment -> what to tell of it; the first that fits."""
_TWICE = ("overwrite a value", "declare", "Cannot mutate")


def how_toml_has(line: str, fault: str) -> str:
    """Return how TOML writes what a line seems to mean, by the line and the reader's words for what is wrong there."""
    if any(words in fault for words in _TWICE):
        return "a key or a name in brackets stands there twice: leave one of them out"
    plain = re.sub(r"\s#.*", "", line.rstrip("\r\n"))
    return next((hint for pattern, hint in _HINTS if re.search(pattern, plain)), "")


def encoding_of(content: bytes) -> str:
    """Return which encoding a file that is no UTF-8 seems to have."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16 (Unicode)"
    return "Windows-1252 (ANSI)"
