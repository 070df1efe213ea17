"""Mutated files of every format, each read by `check` in a process of its own: it says what is wrong, and ends.

The files that are damaged come from the modules in SOURCES, each with `seeds()`: a name, whose ending is the format's,
to the bytes of a good file.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import typer

from batch_update.cli.commands.check import check_sheet_file
from batch_update.cli.documents import telling_errors
from batch_update.cli.screens.terminal import ready_streams
from batch_update.settings.tunables import Settings
from tests.torture.child_case import Verdict
from tests.torture.mutating import mutated
from tests.torture.table import Tried, try_all

SOURCES = ("seeds_texts", "seeds_books")
CASES = 10_000
"""mutated files in all at scale 1"""
MOST_SAID = 20_000
"""characters of output; more than that tells nobody anything"""


def seeds() -> dict[str, bytes]:
    """Every good file: name -> bytes."""
    found: dict[str, bytes] = {}
    for source in SOURCES:
        found |= importlib.import_module(f"tests.torture.{source}").seeds()
    return found


def attempts(scale: float, seed: int) -> Iterator[Tried]:
    """A line of the table for each format, with its share of the cases."""
    by_format: dict[str, dict[str, bytes]] = {}
    for name, data in seeds().items():
        by_format.setdefault(Path(name).suffix, {})[name] = data
    for ending, files in by_format.items():
        count = max(1, round(CASES * scale / len(by_format)))
        with tempfile.TemporaryDirectory() as folder:
            for name, data in files.items():
                (Path(folder) / name).write_bytes(data)
            warm_up(map(Path(folder).joinpath, files))
            yield try_all(f"mutated {ending}", cases(files, count, seed, Path(folder)), judge)


def cases(
    files: dict[str, bytes], count: int, seed: int, folder: Path
) -> Iterator[tuple[str, Callable[[], int | None]]]:
    """Name and case of each mutated file; the name is enough to make it again."""
    names, everything = sorted(files), tuple(files.values())
    for number in range(count):
        name = names[number % len(names)]
        dice = random.Random(f"{seed} {name} {number}")
        path = folder / name
        path.write_bytes(mutated(files[name], dice, everything) if number >= len(names) else files[name])
        yield f"{name}, number {number} of seed {seed}", lambda path=path: check(path)


def check(path: Path) -> int:
    """What `batch-update check FILE` does, without the program around it."""
    ready_streams()
    try:
        with telling_errors(as_json=False):
            return int(check_sheet_file(str(path), Settings()))
    except typer.Exit as end:
        return end.exit_code


def warm_up(files: Iterable[Path]) -> None:
    """Have everything imported that a check imports on its way, so that no fork does it anew."""
    for path in files:
        run = io.StringIO()
        with contextlib.redirect_stdout(run), contextlib.redirect_stderr(run):
            check(path)


def judge(name: str, verdict: Verdict) -> Iterable[str]:
    """Faults of its own: an exit that is none of a check's, and more words than anybody reads."""
    if verdict.exit not in {0, 2, 3}:
        yield f"exit {verdict.exit}"
    if len(verdict.said) > MOST_SAID:
        yield f"said {len(verdict.said):,} characters"
