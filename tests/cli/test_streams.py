"""Whatever becomes of stdout and stderr: the work is done, nothing crashes, the exit status tells how it ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="uses a POSIX shell")


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A sheet and its run folder have names that ASCII cannot carry."""
    path = tmp_path / "größe.csv"
    path.write_text("id,speech_speed\n10001,1.1\n", "utf-8")
    return path


def run(
    arguments: str, redirect: str, folder: Path, environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Exit status, and all that was still said. The command runs in a shell, since only that can close a stream."""
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m batch_update {arguments} {redirect}"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


APPLY = "apply größe.csv --sandbox --sandbox-state state.db --sandbox-limits off --rate off --yes --runs-dir läufe"


@pytest.mark.parametrize(
    "redirect",
    [
        ">&-",
        "2>&-",
        "<&- >&- 2>&-",
        pytest.param(
            ">/dev/full", marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
        ),
    ],
)
def test_a_stream_that_nobody_reads_ends_no_run(redirect: str, sheet: Path, tmp_path: Path) -> None:
    status, said = run(APPLY, redirect, tmp_path)
    assert status == 0, said
    assert "Traceback" not in said and "Exception ignored" not in said
    assert len(list((tmp_path / "läufe").glob("*/results.csv"))) == 1


@pytest.mark.parametrize("streams", [["stdout"], ["stdout", "stderr"]])
def test_a_reader_that_goes_away_does_not_change_the_exit_status(
    streams: list[str], sheet: Path, tmp_path: Path
) -> None:
    sheet.write_text("id,speech_speed\n10001,9\n", "utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "batch_update", "check", str(sheet)]
    given = {"stderr": subprocess.PIPE, **dict.fromkeys(streams, writing)}
    done = subprocess.run(command, **given, timeout=60, check=False)
    os.close(writing)
    assert done.returncode == 3
    assert b"rror" not in (done.stderr or b"")


def test_a_terminal_that_knows_ascii_only_gets_escapes(sheet: Path, tmp_path: Path) -> None:
    status, said = run(APPLY, "", tmp_path, {"PYTHONIOENCODING": "ascii"})
    assert status == 0, said
    assert "gr\\xf6\\xdfe" in said


EXPORT = "export --sandbox --sandbox-state sandbox.db --sandbox-limits off --rate off -o -"


@pytest.mark.parametrize("command", ["check größe.csv", EXPORT])
def test_a_result_that_cannot_be_written_is_told(command: str, sheet: Path, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    status, said = run(command, ">/dev/full", tmp_path)
    assert status == 2 and "cannot be written to stdout" in said and "Traceback" not in said


def test_an_export_whose_reader_goes_away_ends_well(sheet: Path, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "batch_update", *EXPORT.split()]
    given = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(Path.cwd())}}
    done = subprocess.run(command, **given, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writing)
    assert (done.returncode, b"rror" in done.stderr) == (0, False)


def test_a_sheet_from_a_closed_stdin_is_told(sheet: Path, tmp_path: Path) -> None:
    status, said = run("check -", "<&-", tmp_path)
    assert (status, "S101" in said and "stdin is closed" in said) == (3, True)


def test_a_folder_for_runs_that_cannot_be_made_is_told_before_anything_is_sent(
    sheet: Path, tmp_path: Path
) -> None:
    (tmp_path / "läufe").write_text("a file", "utf-8")
    status, said = run(APPLY, "", tmp_path)
    assert status == 2 and "--runs-dir" in said and "Traceback" not in said
