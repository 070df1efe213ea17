"""How long it takes to check a workbook, and how much memory, beside calamine, which reads its values and no more."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import xlsxwriter

from batch_update.check.checking import check_sheet
from batch_update.model.sheets import Column, Dialect, Role, Sheet
from tests.benchmarks.lines import Line

ROWS, ROUNDS = 50_000, 4
HEADER = [
    "id",
    "name",
    "system_prompt",
    "initial_message",
    "voice_id",
    "llm_temperature",
    "speech_speed",
    "record",
    "max_duration",
    "timezone",
    "webhook_url",
    "variables.firma",
]
TRADES = ("Praxis", "Kanzlei", "Bäckerei", "Müller & Söhne", "Autohaus", "Hotel Österreich", "Straßencafé")
WORDS = """
    Guten Tag, Sie sprechen mit der freundlichen Assistentin von Möbel Groß; wie kann ich Ihnen heute helfen?
    Die Öffnungszeiten sind Montag bis Freitag, und am Samstag nach Vereinbarung.
    """.split()  # noqa: SIM905  as one types them

CALAMINE = """
import sys
from python_calamine import CalamineWorkbook
CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()
"""

COST = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def run() -> list[Line]:
    with tempfile.TemporaryDirectory() as folder:
        shared, inline = Path(folder, "shared.xlsx"), Path(folder, "inline.xlsx")
        write_workbook(shared, constant_memory=False)
        write_workbook(inline, constant_memory=True)
        return [
            *beside_calamine(shared, "texts kept once, as Excel and LibreOffice write them"),
            *beside_calamine(inline, "texts in their cells, as openpyxl writes them"),
            different_addresses(),
        ]


def write_workbook(path: Path, *, constant_memory: bool) -> None:
    """Ids, names with umlauts, texts of 50 to 300 letters, numbers, yes and no, empty cells and web addresses."""
    dice = random.Random(ROWS)
    options = {"constant_memory": constant_memory, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for number in range(1, ROWS + 1):
            sheet.write_row(number, 0, list(_row(dice, number)))


def _row(dice: random.Random, number: int) -> Iterator[object]:
    yield 10_000 + number
    yield f"{dice.choice(TRADES)} Nr. {number}"
    yield _text(dice, dice.randint(50, 300))
    yield dice.choice(("Grüß Gott!", None, _text(dice, dice.randint(50, 80))))
    yield dice.choice((412, 418, 421, 533))
    yield dice.randint(0, 100) / 100
    yield dice.choice((0.7, 0.8, 0.95, 1, 1.05, 1.2))
    yield dice.choice(("ja", "nein", None))
    yield dice.randint(20, 1200)
    yield dice.choice(("Europe/Berlin", "Europe/Vienna", None))
    yield f"https://hooks.example.com/kunden/{number}/{dice.randint(1, 10**9)}"
    yield dice.choice((None, f"Firma {dice.randint(1, 500)} GmbH"))


def _text(dice: random.Random, length: int) -> str:
    return " ".join(dice.choices(WORDS, k=length))[:length].strip()


def beside_calamine(path: Path, how: str) -> Iterator[Line]:
    """Whole processes, from the start of Python to its end, in turns: the processor time of the best of each."""
    commands = (
        [sys.executable, "-m", "batch_update", "check", str(path)],
        [sys.executable, "-c", CALAMINE, str(path)],
    )
    runs = [[cost_of(command) for command in commands] for _ in range(ROUNDS)]
    (here, most_here), (there, most_there) = (
        map(min, zip(*run, strict=True)) for run in zip(*runs, strict=True)
    )
    what = f"check of a workbook of {ROWS:,} rows x {len(HEADER)} columns, {how}: whole process"
    ratio, most = here / there, most_here / most_there
    beside = f"{ratio:.2f} x calamine alone ({there:.2f} s)"
    yield Line(what, f"{here:.2f} s", beside, "at most 2.5", ratio <= 2.5)
    beside = f"{most:.2f} x calamine alone ({most_there:.0f} MiB)"
    yield Line("its peak memory", f"{most_here:.0f} MiB", beside, "at most 2.5", most <= 2.5)


def cost_of(command: Sequence[str]) -> tuple[float, float]:
    """Seconds of processor time and MiB at most; a process between, since one takes over the peak of what starts it."""
    done = subprocess.run([sys.executable, "-c", COST, *command], check=True, capture_output=True, text=True)
    seconds, kib = map(float, done.stdout.split())
    return seconds, kib / 1024


def different_addresses() -> Line:
    """Of a sheet that has been read."""
    addresses = [f"https://hooks.example.com/kunden/{number}/anrufe?neu=ja" for number in range(ROWS)]
    columns = (
        Column("id", [str(number) for number in range(1, ROWS + 1)], Role.ID),
        Column("webhook_url", addresses, Role.FIELD, "webhook_url"),
    )
    sheet = Sheet("x", Dialect("xlsx"), columns, range(2, ROWS + 2), None)
    start = time.process_time()
    checked = check_sheet(sheet)
    seconds = time.process_time() - start
    assert checked.to_change == ROWS and not checked.problems
    return Line(
        f"check of {ROWS:,} different web addresses", f"{seconds:.3f} s", "", "under 0.5 s", seconds < 0.5
    )
