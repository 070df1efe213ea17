"""How long it takes to check a workbook, and how much memory, beside calamine, which reads its values and no more."""

from __future__ import annotations

import os
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
from tests.benchmarks.lines import Line, best_of

ROWS, ROUNDS = 50_000, 6
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
    """Whole processes, from the start of Python to its end."""
    check = [sys.executable, "-m", "batch_update", "check", str(path)]
    calamine = [sys.executable, "-c", CALAMINE, str(path)]
    peaks: dict[bool, float] = {}

    def ours() -> None:
        peaks[True] = peak_of(check)

    def alone() -> None:
        peaks[False] = peak_of(calamine)

    here, there = best_of(ROUNDS, ours, alone)
    what = f"check of a workbook of {ROWS:,} rows x {len(HEADER)} columns, {how}, start included"
    ratio, most = here / there, peaks[True] / peaks[False]
    beside = f"{ratio:.2f} x calamine alone ({there:.2f} s)"
    yield Line(what, f"{here:.2f} s", beside, "at most 2.5", ratio <= 2.5)
    beside = f"{most:.2f} x calamine alone ({peaks[False]:.0f} MiB)"
    yield Line("its peak memory", f"{peaks[True]:.0f} MiB", beside, "at most 2.5", most <= 2.5)


def peak_of(command: Sequence[str]) -> float:
    """The MiB that a command takes at most, which has to end well."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return usage.ru_maxrss / 1024


def different_addresses() -> Line:
    """Of a sheet that has been read."""
    addresses = [f"https://hooks.example.com/kunden/{number}/anrufe?neu=ja" for number in range(ROWS)]
    columns = (
        Column("id", [str(number) for number in range(1, ROWS + 1)], Role.ID),
        Column("webhook_url", addresses, Role.FIELD, "webhook_url"),
    )
    sheet = Sheet("x", Dialect("xlsx"), columns, range(2, ROWS + 2), None)
    start = time.perf_counter()
    checked = check_sheet(sheet)
    seconds = time.perf_counter() - start
    assert checked.to_change == ROWS and not checked.problems
    return Line(
        f"check of {ROWS:,} different web addresses", f"{seconds:.3f} s", "", "under 0.5 s", seconds < 0.5
    )
