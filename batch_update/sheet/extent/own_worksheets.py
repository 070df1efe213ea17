"""Owns the names of the worksheets that this program adds to workbooks: help, lists of choices, problems."""

from __future__ import annotations

PROBLEMS = "Problems"
HELP = {"en": "Help", "de": "Hilfe"}
LISTS = {"en": "Lists", "de": "Listen"}
_NAMES = frozenset({PROBLEMS, *HELP.values(), *LISTS.values()})


def is_own(name: str) -> bool:
    """Whether a worksheet of this name is probably one of ours, with no assistants; `_` begins such names, too."""
    return name in _NAMES or name.startswith("_")
