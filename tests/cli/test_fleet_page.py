"""The five commands of the page about fleets work as pasted, and its other commands are ones that there are."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.test_printed_commands import parses

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "fleet.md").read_text("utf-8")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the lines are for a shell")


def first_lines() -> list[str]:
    """The lines of the first block, without what stands behind them as a comment."""
    block = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)[0]
    return [re.sub(r"\s+#.*", "", line) for line in block.splitlines()]


def test_from_nothing_to_a_fleet_in_five_commands(tmp_path: Path) -> None:
    """The yes that people would type is given by the environment, and the port is any that is free."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "batch-update"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m batch_update "$@"\n')
    program.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    environ = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "BATCH_UPDATE_YES": "true",
    }
    sandbox, *others = first_lines()
    with subprocess.Popen(
        ["sh", "-c", f"exec {sandbox} --port 0"], cwd=work, env=environ, stderr=subprocess.DEVNULL
    ) as serving:
        try:
            deadline = time.monotonic() + 30
            while not (work / "accounts.toml").exists():
                assert time.monotonic() < deadline
                time.sleep(0.05)
            for line in others:
                done = subprocess.run(
                    ["sh", "-c", line],
                    cwd=work,
                    env=environ,
                    capture_output=True,
                    text=True,
                    timeout=120,
                    check=False,
                )
                assert done.returncode == 0, (line, done.stdout, done.stderr)
        finally:
            serving.terminate()


@pytest.mark.parametrize("page", ["fleet.md", "accounts.md"])
def test_every_command_of_the_pages_about_accounts_is_one_that_the_program_takes(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    found = re.findall(r"batch-update ([a-z]+ [^`\n#|)]*)", text)
    assert len(found) >= 3
    assert [words for words in found if not parses(words.split())] == []
