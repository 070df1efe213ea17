"""docs/python.md runs as it stands, prints what it says that it prints, and has every public name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import batch_update

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "python.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
"""Kind and text of each block, in order."""
SHEET = BLOCKS[0][1]

RUNNER = """
import ast, io, sys
from contextlib import redirect_stdout
from ipaddress import ip_address


def stay_here(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple) and not ip_address(args[1][0]).is_loopback:
        raise PermissionError("this page must not leave the machine")
    if event in {"socket.getaddrinfo", "socket.gethostbyname"} and args[0] not in {"127.0.0.1", "localhost", None}:
        raise PermissionError("this page must not leave the machine")


sys.addaudithook(stay_here)
import anyio

names = {"__name__": "__page__"}
for number, text in enumerate(eval(sys.stdin.read())):
    code = compile(text, f"snippet {number}", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    said = io.StringIO()
    with redirect_stdout(said):
        waits = eval(code, names)
        if waits is not None:
            async def main():
                await waits
            anyio.run(main)
    print(repr(said.getvalue()))
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each snippet prints, run in order in one namespace, in a process that cannot leave this machine."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "changes.csv").write_text(SHEET, "utf-8")
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BATCH_UPDATE_", "FAMULOR_"))
    }
    environ |= {
        "XDG_STATE_HOME": str(folder / "state"),
        "PYTHONPATH": str(ROOT),
        "BATCH_UPDATE_RATE": "off",
        "BATCH_UPDATE_SANDBOX_LIMITS": "off",
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUNNER],
        input=repr([text for kind, text in BLOCKS if kind == "python"]),
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [str(eval(line)) for line in done.stdout.splitlines()]


def test_every_snippet_runs_and_prints_what_stands_below_it(printed: list[str]) -> None:
    number = -1
    shown = 0
    for kind, text in BLOCKS[1:]:
        if kind == "python":
            number += 1
        else:
            assert kind == "text" and printed[number] == text, f"below snippet {number}"
            shown += 1
    assert (number, shown) == (len(printed) - 1, len(re.findall("^```text$", PAGE, re.MULTILINE)) - 1)


def test_every_public_name_stands_on_the_page() -> None:
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`\n]+`", PAGE) + [text for _, text in BLOCKS])))
    assert set(batch_update.__all__) - words == set()


def test_every_name_that_the_page_takes_from_the_package_is_public() -> None:
    assert set(re.findall(r"\bbatch_update\.(\w+)", PAGE)) <= set(batch_update.__all__)


def test_the_page_is_kept_on_this_machine() -> None:
    """What holds the snippets back does so."""
    texts = ["import socket\nsocket.create_connection(('192.0.2.1', 443), timeout=1)"]
    done = subprocess.run(
        [sys.executable, "-c", RUNNER],
        input=repr(texts),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode and "must not leave the machine" in done.stderr
