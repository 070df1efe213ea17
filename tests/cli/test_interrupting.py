"""Ctrl-C before anything has begun: the program is gone at once, without a traceback, and its exit status tells."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import run_apart

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")

INTERRUPTS = """
import builtins, importlib, os, signal, sys
wanted, entry = sys.argv[1:3]
sys.argv = ["batch-update", *sys.argv[3:]]
load = builtins.__import__

def loading(name, *rest, **more):
    if name == wanted:
        builtins.__import__ = load
        os.kill(os.getpid(), signal.SIGINT)
    return load(name, *rest, **more)

builtins.__import__ = loading
module, _, function = entry.partition(":")
getattr(importlib.import_module(module), function)()
"""
"""Runs an entry point of the program, and interrupts it in the moment in which it loads a module."""


def entry() -> str:
    """What the command that is installed calls."""
    project = Path(__file__).parents[2] / "pyproject.toml"
    found: str = tomllib.loads(project.read_text("utf-8"))["project"]["scripts"]["batch-update"]
    return found


@pytest.mark.parametrize(
    "module", ["batch_update.cli", "typer", "pydantic", "batch_update.sheet.reading", "pandas", "anyio"]
)
def test_while_modules_are_loaded(module: str, tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text("id,speech_speed\n10001,1.1\n", "utf-8")
    flags = ["--sandbox", "--sandbox-state", "state.db", "--yes"]
    done = run_apart(INTERRUPTS, module, entry(), "apply", "sheet.csv", *flags, folder=tmp_path)
    assert done.returncode == 130, done.stderr
    assert done.stdout == ""
    assert {line.split(":")[0] for line in done.stderr.splitlines()} <= {
        "Reading sheet.csv ...",
        "error[R130]",
        "  = help",
    }
    assert not (tmp_path / "runs").exists()


def test_python_m_goes_through_the_same_door() -> None:
    source = (Path(__file__).parents[2] / "batch_update" / "__main__.py").read_text("utf-8")
    assert entry() == "batch_update.__main__:main"
    assert source.endswith('if __name__ == "__main__":\n    main()\n')
