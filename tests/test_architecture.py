"""The house rules as a list: imports only go down, and each foreign library has one door."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "batch_update"

# From the top to the ground. A stage may import from its own and from lower stages.
STAGES = ["cli", "jobs", "run", "report", "api", "plan", "sheet", "fields"]
GROUND = ["errors", "settings", "codes", "model", "text"]
BESIDE = {"sandbox": {"cli"}}
"""Rooms beside the stairs: who may import them. They see the fields and the ground, nothing else."""

DOORS = {
    "pandas": {"sheet", "report/workbook.py"},
    "numpy": {"sheet"},
    "python_calamine": {"sheet"},
    "xlsxwriter": {"sheet", "report/workbook.py"},
    "httpx": {"api"},
    "httpcore": {"api"},
    "h11": {"api"},
    "tenacity": {"api/retrying.py"},
    "sqlite3": {"run/journal.py", "sandbox/state.py"},
    "starlette": {"sandbox"},
    "uvicorn": {"sandbox"},
    "anyio": {"api", "run", "cli", "sandbox", "jobs"},
    "typer": {"cli"},
    "click": {"cli"},
    "rich": {"cli"},
    "platformdirs": {"cli"},
    "pydantic": {"fields", "plan", "settings.py", "jobs", "cli"},
    "pydantic_core": {"fields", "plan", "settings.py"},
    "asyncio": set(),
}
"""Every foreign library (and asyncio, which nobody may use): the packages or files that may import it."""

FILES = sorted(ROOT.rglob("*.py"))


def room_of(path: Path) -> str:
    """`sheet` for batch_update/sheet/reading.py, `model` for batch_update/model.py, "" for the front door."""
    parts = path.relative_to(ROOT).parts
    name = parts[0].removesuffix(".py")
    return "" if name.startswith("__") else name


def imports_of(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def allowed_rooms(room: str) -> set[str]:
    if room == "":
        return {*STAGES, *GROUND}
    if room in BESIDE:
        return {room, "fields", *GROUND}
    if room in GROUND:
        return {*GROUND}
    below = set(STAGES[STAGES.index(room) :]) | set(GROUND)
    return below | {beside for beside, users in BESIDE.items() if room in users}


def test_every_file_stands_in_a_known_room() -> None:
    """The list is exhaustive: a new room needs a place on it."""
    known = {"", *STAGES, *GROUND, *BESIDE}
    assert {room_of(path) for path in FILES} <= known


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_only_go_down(path: Path) -> None:
    allowed = allowed_rooms(room_of(path))
    for name in imports_of(path):
        if name.split(".")[0] == "batch_update":
            is_allowed = name == "batch_update.__version__" or name.split(".")[1] in allowed
            assert is_allowed, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_foreign_libraries_have_one_door(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for name in imports_of(path):
        top = name.split(".")[0]
        if top in {"batch_update", "__future__"} or (top in sys.stdlib_module_names and top not in DOORS):
            continue
        assert top in DOORS, f"{place} imports {top}, which has no door"
        doors = DOORS[top]
        assert place in doors or place.split("/")[0] in doors, f"{place} imports {top}"


def test_the_ground_does_not_go_in_a_circle() -> None:
    """model < errors < settings; codes is data alone."""
    seen = {
        path.stem: {name.split(".")[1] for name in imports_of(path) if name.startswith("batch_update.")}
        for path in FILES
        if room_of(path) in GROUND
    }
    assert seen["model"] == set() and seen["codes"] == set()
    assert seen["errors"] <= {"model"} and seen["settings"] <= {"model", "errors"}
