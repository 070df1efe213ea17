"""Lines are broken between words at the terminal's width; a command that can be pasted never is."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from batch_update.cli.screens.wrapping import wrap
from batch_update.text import local_time
from tests.cli.conftest import Run
from tests.cli.test_commands import LOOK

LONG = "word " * 30 + "end"


@pytest.mark.parametrize(
    ("line", "indent"),
    [
        (LONG, 4),
        ("  " + LONG, 6),
        ("   = help: " + LONG, 11),
        ("Help    " + LONG, 8),
        ("    system_prompt  " + LONG, 19),
        ("Stopped: " + LONG, 4),
        ("  G101 mode   " + LONG, 14),
        ("a very long first column that ends far from the left   " + LONG, 4),
    ],
)
@pytest.mark.parametrize("most", [60, 80, 140])
def test_words_stay_whole_and_what_goes_on_is_indented(line: str, indent: int, most: int) -> None:
    first, *more = wrap(line, most).split("\n")
    assert all(len(part) <= most for part in (first, *more)) and more
    assert {len(part) - len(part.lstrip()) for part in more} == {indent}
    assert " ".join(" ".join([first, *more]).split()) == " ".join(line.split())


@pytest.mark.parametrize(
    "line",
    [
        "Next: batch-update apply --allow mode 'a b c.csv' " + "x" * 90,
        "Next: mend the sheet, then: batch-update check " + "'a b' " * 20,
        "  or: send the good rows: batch-update apply " + "'a b' " * 20,
        "Go on   batch-update apply " + "'a b' " * 20,
        "Undo    .venv/bin/batch-update undo " + "'a b' " * 20,
        "31 | 10437;" + LONG,
        "   | " + LONG,
        "x" * 200,
        "",
    ],
)
def test_a_command_and_an_excerpt_stay_in_one_line(line: str) -> None:
    assert wrap(line, 80) == line


def test_a_time_keeps_its_zone_a_row_its_number_and_a_file_its_path() -> None:
    for kept in ("2026-11-28 18:00 UTC,", "2026-11-28 18:00 UTC+0530", "row 9", "(rows 3-5,"):
        for before in range(50, 80):
            assert kept in wrap(f"{'x' * before} {kept} and so on " + "word " * 20, 80)
    line = f"Report  C:\\Users\\Max Muster\\{'runs ' * 20}\\report.html"
    assert wrap(line, 60) == line


def test_a_command_in_a_sentence_keeps_its_verb() -> None:
    text = wrap("   = help: " + "word " * 13 + "batch-update runs list shows what each did", 80)
    assert "batch-update runs list" in text


@pytest.mark.parametrize("program", ["batch-update", "'/my bin/batch-update'"])
def test_a_command_in_backquotes_is_never_broken(program: str) -> None:
    command = f"(`{program} choices --sandbox --sandbox-state 'my state/sand box.db' voices`"
    text = wrap(f"   = help: did you mean 412 – Sabine (de)? {command} lists them) " + "word " * 20, 60)
    assert any(line.strip().startswith(command) for line in text.splitlines())
    assert all(len(line) <= 60 for line in text.splitlines() if "`" not in line)


def test_colors_count_as_nothing() -> None:
    plain = "  " + LONG
    colored = plain.replace("word", "\033[31mword\033[0m")
    assert re.sub("\033\\[[0-9]*m", "", wrap(colored, 80)) == wrap(plain, 80)


@pytest.mark.parametrize("columns", ["60", "80", "140"])
def test_screens_fit_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for words in (
        ["check", "bad.csv"],
        ["plan", "good.csv", *LOOK],
        ["explain", "S117"],
        ["check", "none.csv"],
    ):
        result = run(*words)
        for line in (result.out + result.err).splitlines():
            assert len(line) <= int(columns) or "batch-update " in line or " | " in line, line


def test_without_a_terminal_lines_are_80_wide(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS")
    assert max(map(len, run("explain", "S117").out.splitlines())) in range(70, 81)


def test_a_command_on_a_line_of_its_own_is_never_broken() -> None:
    command = (
        "  .venv/bin/batch-update apply --skip-invalid --base-url http://127.0.0.1:8080/api samples/demo.csv"
    )
    assert wrap(command, 60) == command


def test_a_time_names_its_zone() -> None:

    assert re.fullmatch(
        r"2026-11-2\d \d\d:\d\d ([A-Z]{3,5}|UTC[+-]\d{4})",
        local_time(datetime(2026, 11, 22, 8, 31, tzinfo=UTC)),
    )


@pytest.mark.parametrize("columns", [60, 100])
@pytest.mark.parametrize("words", [["explain", "S117"], ["apply", "--help"]])
def test_a_real_terminal_is_used_as_wide_as_it_is(tmp_path: Path, columns: int, words: list[str]) -> None:
    """What stands in the place of stdout there still has the terminal's size."""
    pytest.importorskip("pty", reason="only Unix has pseudo terminals")
    import fcntl
    import termios

    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    child = subprocess.Popen(
        [sys.executable, "-m", "batch_update", *words],
        cwd=tmp_path,
        env=env | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    with suppress(OSError):  # Linux says so where the other end is closed
        while some := os.read(ours, 65536):
            seen += some
    assert child.wait(60) == 0
    os.close(ours)
    assert columns - 20 < max(map(len, seen.decode().splitlines())) <= columns
