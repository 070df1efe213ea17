"""Runs the program in this process, in an empty folder, with nobody at the terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from batch_update.cli import main
from batch_update.sandbox.app import make_app
from batch_update.settings.tunables import SANDBOX_KEY
from tests.cli.at_terminal import at_terminal as at_terminal
from tests.sandbox.served import Before, asked_first, serving

GOOD = "id,speech_speed,name\n10001,1.1,Praxis Dr. Weiß\n10002,,Bäckerei Größe\n10003,0.9,\n"
BAD = "id,speech_speed,name\n10001,1.7,Praxis\n10002,1.1,Bäckerei\n"


@dataclass
class Result:
    exit: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Result]


def run_apart(code: str, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """This code in a process of its own, in this folder; the words are its `sys.argv[1:]`."""
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def at_a_server(
    before: Before, monkeypatch: pytest.MonkeyPatch, folder: Path, **how: Any
) -> Iterator[tuple[str, ...]]:
    """The flags of a command that sends to a served sandbox; `before` as for `asked_first`, `how` for `make_app`."""
    monkeypatch.setenv("FAMULOR_API_KEY", SANDBOX_KEY)
    with (
        make_app(folder / "served.db", limits=(), **how) as app,
        serving(asked_first(app, before)) as address,
    ):
        yield ("--base-url", f"{address}/api", "--rate", "off", "--yes")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FAMULOR_API_KEY", raising=False)
    monkeypatch.setenv("BATCH_UPDATE_SANDBOX_STATE", str(tmp_path / "state" / "sandbox.db"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "1000")
    monkeypatch.setenv("LOGNAME", "anna")  # whom getpass asks first
    (tmp_path / "good.csv").write_text(GOOD, "utf-8")
    (tmp_path / "bad.csv").write_text(BAD, "utf-8")

    def call(*words: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["batch-update", *words])
        with pytest.raises(SystemExit) as end:
            main()
        captured = capsys.readouterr()
        return Result(int(end.value.code or 0), captured.out, captured.err)

    return call
