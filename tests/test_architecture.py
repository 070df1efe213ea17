"""The house rules as a list: imports only go down, and each foreign library has one door."""

from __future__ import annotations

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "batch_update"

# From the top to the ground. A stage may import from its own and from lower stages.
STAGES = ["cli", "jobs", "run", "report", "api", "plan", "sheet", "fields"]
GROUND = ["errors", "settings", "refusals", "codes", "model", "text", "disk"]
BESIDE = {"sandbox": {"cli"}}
"""Rooms beside the stairs: who may import them. They see the fields and the ground, nothing else."""

DOORS = {
    "pandas": {"sheet"},
    "numpy": {"sheet", "plan/columns.py"},
    "xlsxwriter": {"sheet"},
    "httpx": {"api"},
    "h11": {"api"},
    "tenacity": {"api/retrying.py"},
    "sqlite3": {"run/database.py", "run/journal.py", "run/reading.py", "sandbox/state.py"},
    "starlette": {"sandbox"},
    "uvicorn": {"sandbox"},
    "anyio": {"api", "run", "cli", "sandbox"},
    "typer": {"cli"},
    "rich": {"cli"},
    "platformdirs": {"cli"},
    "filelock": {"run/locking.py", "api/ledger.py"},
    "pydantic": {"fields", "plan", "run/written.py", "settings.py"},
    "pydantic_core": {"fields", "refusals.py"},
    "asyncio": set(),
}
"""Every foreign library (and asyncio, which nobody may use): the packages or files that may import it."""

PURE = ["plan", "fields"]
IMPURE = {
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "time",
    "datetime",
}
"""What a pure stage has no use for: files, the clock, chance."""

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
    """The list is exhaustive: a new room needs a place on it, and one that is gone gives its place back."""
    assert {room_of(path) for path in FILES} == {"", *STAGES, *GROUND, *BESIDE}


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


def test_a_door_that_nobody_goes_through_is_closed() -> None:
    used = {
        (name.split(".")[0], place)
        for path in FILES
        for name in imports_of(path)
        for place in (path.relative_to(ROOT).as_posix(), room_of(path))
    }
    assert {(library, place) for library, places in DOORS.items() for place in places} <= used


def module_of(path: Path) -> str:
    parts = ("batch_update", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


def test_nothing_goes_in_a_circle() -> None:
    """Siblings inside a stage and the modules of the ground too; imports inside functions and for types count."""
    modules = {module_of(path): path for path in FILES}
    graph = {}
    for module, path in modules.items():
        names = imports_of(path)
        graph[module] = {
            name if name in modules else name.rpartition(".")[0] for name in names
        } & modules.keys()
    del graph["batch_update"]  # names its rooms for its users, and loads them late
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def test_codes_and_nouns_need_nothing_of_ours() -> None:
    for ground in ("model", "codes", "text"):
        ours = [name for name in imports_of(ROOT / f"{ground}.py") if name.startswith("batch_update")]
        assert ours == [], ground


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_are_imported_by_name(path: Path) -> None:
    """Else this file could not see it. The front door loads its rooms late, by a table."""
    if room_of(path):
        assert not any(name.startswith("importlib") for name in imports_of(path))


@pytest.mark.parametrize(
    "path", [p for p in FILES if room_of(p) in PURE], ids=lambda p: str(p.relative_to(ROOT))
)
def test_pure_stages_know_no_file_and_no_clock(path: Path) -> None:
    source = path.read_text("utf-8")
    assert {name.split(".")[0] for name in imports_of(path)} & IMPURE == set()
    assert not any(isinstance(node, ast.Await | ast.AsyncFunctionDef) for node in ast.walk(ast.parse(source)))
