"""How long it takes to read and check a sheet, beside pandas alone and a loop over the rows; memory; cold starts."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from batch_update.check.checking import check_sheet
from batch_update.fields.assistant import AssistantUpdate
from batch_update.sheet.reading import read_sheet
from tests.benchmarks.lines import Line, best_of

ROWS, MANY_ROWS = 100_000, 1_000_000
HEADER = [
    "id",
    "name",
    "voice_id",
    "language_id",
    "timezone",
    "initial_message",
    "llm_temperature",
    "speech_speed",
    "record",
    "max_duration",
    "ambient_sound",
    "phone_number_id",
]
TRADES = ("Praxis", "Kanzlei", "Bäckerei", "Studio", "Salon", "Autohaus", "Hotel", "Restaurant")
ZONES = ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich", "Europe/London", "America/New_York")
GREETINGS = ("Guten Tag, wie kann ich Ihnen helfen?", "Hello! How can I help you today?", "Grüß Gott!", "")
SOUNDS = ("off", "office", "city", "forest", "cafe", "nature")

PEAK = """
import resource, sys
from batch_update.check.checking import check_sheet
from batch_update.sheet.reading import read_sheet
checked = check_sheet(read_sheet(sys.argv[1]))
assert checked.to_change == int(sys.argv[2]) and not checked.problems
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def run() -> list[Line]:
    with tempfile.TemporaryDirectory() as folder:
        sheet, large = Path(folder, "changes.csv"), Path(folder, "large.csv")
        write_sheet(sheet, ROWS)
        write_sheet(large, MANY_ROWS)
        return [*check_beside_others(sheet), peak_memory(large), *cold_starts(sheet)]


def write_sheet(path: Path, rows: int) -> None:
    """Twelve columns: ids and names that all differ, ids, numbers, words and texts of which some are empty."""
    dice = random.Random(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_row(dice, number) for number in range(rows))


def _row(dice: random.Random, number: int) -> Iterator[object]:
    yield 10001 + number
    yield f"{dice.choice(TRADES)} Nr. {number}"
    yield dice.choice((412, 418, 421, 533))
    yield dice.randint(1, 8)
    yield dice.choice(ZONES)
    yield dice.choice(GREETINGS)
    yield dice.randint(0, 100) / 100
    yield dice.choice(("0.7", "0.8", "0.95", "1", "1.05", "1.2"))
    yield dice.choice(("true", "false", ""))
    yield dice.randint(20, 1200)
    yield dice.choice(SOUNDS)
    yield dice.choice(("", dice.randint(1, 5000)))


def check_beside_others(path: Path) -> Iterator[Line]:
    def ours() -> None:
        checked = check_sheet(read_sheet(path))
        assert checked.to_change == ROWS and not checked.problems

    def pandas_alone() -> None:
        """Cells as text, which any program has to ask for that is not to turn ids and numbers into others."""
        pd.read_csv(path, dtype=str, keep_default_na=False, header=None, skip_blank_lines=False)

    def pandas_objects() -> None:
        """The same as plain objects, which is how this program reads."""
        pd.read_csv(path, dtype=object, keep_default_na=False, header=None, skip_blank_lines=False)

    check, alone, objects = best_of(9, ours, pandas_alone, pandas_objects)
    check_beside_naive, naive = best_of(2, ours, lambda: naive_check(path))
    what = f"check of {ROWS:,} rows x {len(HEADER)} columns, reading included"
    ratio = check / alone
    yield Line(
        what, f"{check:.3f} s", f"{ratio:.2f} x read_csv alone ({alone:.3f} s)", "at most 2", ratio <= 2
    )
    beside = f"{check / objects:.2f} x read_csv alone with dtype=object ({objects:.3f} s)"
    yield Line("the same", f"{check:.3f} s", beside)
    ratio = naive / check_beside_naive
    beside = f"{ratio:.1f} x as fast as model_validate for each row ({naive:.2f} s)"
    yield Line("the same", f"{check_beside_naive:.3f} s", beside, "at least 3", ratio >= 3)


def naive_check(path: Path) -> None:
    """What one would write first: pandas guesses the types, pydantic takes each row as a dict."""
    good = 0
    for record in pd.read_csv(path).to_dict("records"):
        del record["id"]
        filled = {str(name): value for name, value in record.items() if value == value}  # NaN is not itself
        AssistantUpdate.model_validate(filled, strict=False)
        good += 1
    assert good == ROWS


def peak_memory(path: Path) -> Line:
    """Of a process of its own that reads and checks, and holds nothing else."""
    start = time.perf_counter()
    command = [sys.executable, "-c", PEAK, str(path), str(MANY_ROWS)]
    kib = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    seconds = time.perf_counter() - start
    mib = kib / 1024
    what = f"check of {MANY_ROWS:,} rows: peak memory"
    return Line(what, f"{mib:.0f} MiB", f"in {seconds:.1f} s, start included", "under 600 MiB", mib < 600)


def cold_starts(path: Path) -> Iterator[Line]:
    """Each in a new process, with the files in the cache of the operating system and, as pip leaves them, compiled."""
    tool = [sys.executable, "-m", "batch_update"]
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(path.with_name("compiled"))}
    env = {**os.environ, **compiled}
    bare, help_, first = best_of(
        6,
        lambda: subprocess.run([sys.executable, "-c", ""], check=True, env=env),
        lambda: subprocess.run([*tool, "--help"], check=True, capture_output=True, env=env),
        lambda: until_first_line([*tool, "check", str(path)], env),
    )
    beside = f"{help_ / bare:.1f} x bare Python ({bare:.3f} s)"
    yield Line("--help from a cold start", f"{help_:.3f} s", beside, "under 0.2 s", help_ < 0.2)
    yield Line("first line of check from a cold start", f"{first:.3f} s", f"{first / bare:.1f} x bare Python")


def until_first_line(command: list[str], env: dict[str, str]) -> None:
    """Until anything can be read on the screen; the rest of the command is not waited for."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip(), "nothing was said"
        process.kill()
