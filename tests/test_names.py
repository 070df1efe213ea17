"""A public name means one thing in the whole package, and a private one is not used again and again."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1] / "batch_update"
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
PAIRS = {
    "export": "the command and the function of the library that it is about",
    "main": "the program, while it is loaded and once it is",
    "run_job": "a job is run: by the hands of any door, and from Python, where its file is read first",
    "read_sheet": "a sheet is read: once the settings are decided, and from Python, where they are decided first",
}
"""Names that two modules share since they are two sides of one thing."""


def homes() -> dict[str, list[str]]:
    """Public classes and functions of all modules but the sandbox's, which shares nothing, with their modules."""
    found = defaultdict(list)
    for path in sorted(ROOT.rglob("*.py")):
        if "sandbox" not in path.relative_to(ROOT).parts[0]:
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, DEFINITIONS) and node.name[0] != "_":
                    found[node.name].append(str(path.relative_to(ROOT)))
    return found


def test_no_public_name_means_two_things() -> None:
    twice = {name: places for name, places in homes().items() if len(places) > 1}
    assert {name: places for name, places in twice.items() if name not in PAIRS} == {}
    assert sorted(PAIRS.keys() - twice.keys()) == [], "these mean one thing now: take them off the list"


def test_no_private_name_turns_up_in_three_modules() -> None:
    found = defaultdict(list)
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, DEFINITIONS) and node.name[0] == "_":
                found[node.name].append(str(path.relative_to(ROOT)))
    assert {name: places for name, places in found.items() if len(places) > 2} == {}
