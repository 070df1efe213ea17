"""The house rules: the code against the one list of its rooms, floors and doors, `docs/house.toml`."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
ROOT = HERE / "batch_update"
HOUSE = tomllib.loads((HERE / "docs" / "house.toml").read_text("utf-8"))
FLOORS = [list(floor["rooms"]) for floor in HOUSE["floor"]]
BESIDE = HOUSE["beside"]
DOORS = {library: set(places) for library, places in HOUSE["doors"].items()}

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
"""What a pure room has no use for: files, the clock, chance."""

FILES = sorted(ROOT.rglob("*.py"))
every_file = pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))


def place_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    """`sheet` for batch_update/sheet/reading.py, `text` for batch_update/text.py, "" for the front door."""
    name = place_of(path).split("/")[0].removesuffix(".py")
    return "" if name.startswith("__") else name


@cache
def imports_of(path: Path) -> tuple[str, ...]:
    """All that a file imports, inside functions and for types too."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return tuple(names)


def rooms_of_ours(path: Path) -> Iterable[str]:
    """The rooms that a file imports from."""
    return {name.split(".")[1] for name in imports_of(path) if name.startswith("batch_update.")}


def allowed_rooms(place: str, room: str) -> set[str]:
    if room in BESIDE:
        return {room, *BESIDE[room]["sees"]}
    height = len(FLOORS) - 1 if room == "" else next(n for n, rooms in enumerate(FLOORS) if room in rooms)
    guests = {beside for beside, about in BESIDE.items() if {room, place} & {*about["users"]}}
    return guests.union(*FLOORS[: height + 1])


def test_every_file_stands_in_a_known_room() -> None:
    """The list is exhaustive: a new room needs a place on it, and one that is gone gives its place back."""
    listed = [room for rooms in FLOORS for room in rooms]
    assert len(listed) == len(set(listed))
    assert {room_of(path) for path in FILES} == {"", *listed, *BESIDE}


@every_file
def test_imports_only_go_down(path: Path) -> None:
    assert set(rooms_of_ours(path)) <= allowed_rooms(place_of(path), room_of(path)), place_of(path)


def circle_in(graph: dict[str, set[str]]) -> str:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return " <- ".join(error.args[1])
    return ""


def module_of(path: Path) -> str:
    parts = ("batch_update", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


def test_no_files_import_each_other_in_a_circle() -> None:
    modules = {module_of(path): path for path in FILES}
    graph = {}
    for module, path in modules.items():
        names = imports_of(path)
        graph[module] = {
            name if name in modules else name.rpartition(".")[0] for name in names
        } & modules.keys()
    del graph["batch_update"]  # names its rooms for its users, and loads them late
    assert circle_in(graph) == ""


def test_no_rooms_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for path in FILES:
        graph.setdefault(room_of(path), set()).update(set(rooms_of_ours(path)) - {room_of(path)})
    assert circle_in(graph) == ""


def test_the_folders_of_jobs_import_each_other_in_no_circle() -> None:
    graph: dict[str, set[str]] = {}
    for path in (ROOT / "jobs").glob("*/**/*.py"):
        others = {name.split(".")[2] for name in imports_of(path) if name.startswith("batch_update.jobs.")}
        own = place_of(path).split("/")[1]
        graph.setdefault(own, set()).update(others - {own})
    assert circle_in(graph) == ""


def test_no_folder_holds_more_files_than_one_can_look_over() -> None:
    counts = Counter(path.parent for path in FILES if path.name != "__init__.py")
    full = {place_of(folder): n for folder, n in counts.items() if n > HOUSE["most_files"]}
    assert full == {}, "put what is new into a file of its kin, or some of them into a folder of their own"


def test_files_of_one_stem_are_told_apart_by_their_folders() -> None:
    """Each such stem is on the list, with the reason why two rooms have a file of that name; no other is."""
    counts = Counter(path.stem for path in FILES if not path.stem.startswith("__"))
    twice = {stem for stem, n in counts.items() if n > 1}
    assert twice == set(HOUSE["stems"]), (
        "name the new file otherwise, or give the reason in docs/house.toml: [stems]"
    )


@every_file
def test_foreign_libraries_have_one_door(path: Path) -> None:
    place = place_of(path)
    folders = {place, *(place.rsplit("/", depth)[0] for depth in range(1, place.count("/") + 1))}
    for name in imports_of(path):
        top = name.split(".")[0]
        if top in {"batch_update", "__future__"} or (top in sys.stdlib_module_names and top not in DOORS):
            continue
        assert top in DOORS, f"{place} imports {top}, which has no door"
        assert folders & DOORS[top], f"{place} imports {top}"


def test_a_door_that_nobody_goes_through_is_closed() -> None:
    used = {(name.split(".")[0], place_of(path)) for path in FILES for name in imports_of(path)}
    for library, doors in DOORS.items():
        for door in doors:
            goes = any(top == library and f"{place}/".startswith(f"{door}/") for top, place in used)
            assert goes, f"nobody imports {library} through {door}"


def test_nouns_codes_and_texts_need_nothing_of_the_house() -> None:
    for ground in ("codes", "text", "version"):
        assert rooms_of_ours(ROOT / f"{ground}.py") == set(), ground
    assert rooms_of_ours(ROOT / "model" / "sheets.py") == {"codes", "model"}, (
        "a problem has its code's remedy"
    )


@every_file
def test_modules_are_imported_by_name(path: Path) -> None:
    """Else this file could not see it. The front door loads its rooms late, by a table."""
    if room_of(path):
        assert not any(name.startswith("importlib") for name in imports_of(path))


PURE = [
    path
    for path in FILES
    if room_of(path) in HOUSE["pure"]["rooms"] and place_of(path) not in HOUSE["pure"]["but"]
]


@pytest.mark.parametrize("path", PURE, ids=lambda p: str(p.relative_to(ROOT)))
def test_pure_rooms_know_no_file_and_no_clock(path: Path) -> None:
    assert {name.split(".")[0] for name in imports_of(path)} & IMPURE == set()
    tree = ast.parse(path.read_text("utf-8"))
    assert not any(isinstance(node, ast.Await | ast.AsyncFunctionDef) for node in ast.walk(tree))
