"""What does something to a terminal never reaches one raw, whichever command and place it came from."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pty", reason="only Unix has pseudo terminals")

CSV = "id,name,speech_speed\n"
# Colors of ours, a title, the bell, an 8-bit command, text from right to left, a step back, a return, a line separator.
EVIL = "\x1b[31;1m\x1b[0m\x1b[2J\x1b]0;title\x07\x9b5n\u202eevil\u2066\x08\r\u2028\u200b"
NAME = EVIL.replace("\r", "")
RAW = re.compile(r"[^\n\x20-\x7e\xa0-\U0010ffff]|[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
OURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""what colors and bars are made of"""


class Answers(BaseHTTPRequestHandler):
    """A server whose every text is evil."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assistants = [
            {"id": number, "user_id": 5, "name": EVIL, "mode": "pipeline", "type": "inbound", "speech_speed": "1.0",
             "system_prompt": EVIL, "variables": {EVIL: EVIL}, "tools": [{"type": EVIL, "data": {EVIL: EVIL}}]}
            for number in (10001, 10002)
        ]  # fmt: skip
        me = {"name": EVIL, "email": f"{EVIL}@example.com", "total_balance": 1}
        page = {"data": assistants, "current_page": 1, "per_page": 100, "total": 2, "last_page": 1}
        self._answer(200, me if self.path.endswith("/me") else page)

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(422, {"message": EVIL, "errors": {EVIL: [EVIL], "speech_speed": [EVIL]}})

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    found = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{found.server_port}/api"
    found.shutdown()
    thread.join()
    found.server_close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, server: str) -> Path:
    """Files with evil names and evil contents, and a folder of runs made from them."""
    here = tmp_path_factory.mktemp("evil")
    quoted = '"' + EVIL.replace('"', '""') + '"'
    (here / f"{NAME}.csv").write_text(f"{CSV}10001,{quoted},1.1\n10002,b,9\n10003,c,1.1\n", "utf-8")
    (here / "header.csv").write_text(f"id,{quoted},speech_speed\n{quoted},b,{quoted}\n10001,b,1.1\n", "utf-8")
    (here / "good.csv").write_text(f"{CSV}10001,b,1.1\n10002,,1.2\n", "utf-8")
    (here / "twice.csv").write_text(f"{CSV}10001,{quoted},1.1\n10001,b,1.2\n", "utf-8")
    (here / f"{NAME}.toml").write_text(
        'sheet = "good.csv"\nsandbox = true\n"\\u001b[31m\\u202e" = 1\n', "utf-8"
    )
    (here / "job.toml").write_text(f"sheet = {json.dumps(EVIL)}\nsandbox = true\n", "utf-8")
    (here / "jobs").mkdir()
    (here / "jobs" / f"{NAME}.toml").write_text('sheet = "good.csv"\n', "utf-8")
    (here / "key").write_text("a-key-of-the-test-0123456789", "utf-8")
    status, said = on_terminal(here, server, ["apply", "good.csv", *SERVER, "--yes"], color=False)
    assert status == 1, said
    on_terminal(here, server, ["apply", f"{NAME}.csv", *SANDBOX, "--skip-invalid", "--yes"], color=False)
    (here / "runs" / NAME).mkdir()
    (here / "runs" / NAME / "journal.db").write_text("no journal", "utf-8")
    return here


SANDBOX = ["--sandbox", "--sandbox-state", "state.db"]
SERVER = ["--base-url", "SERVER", "--key-file", "key"]
COMMANDS: dict[str, list[str]] = {
    "check: cells, headers": ["check", "header.csv"],
    "check: file name": ["check", f"{NAME}.csv"],
    "check: no file": ["check", f"no{NAME}.csv"],
    "check: two files": ["check", "good.csv", f"{NAME}.csv", "header.csv"],
    "check: twice": ["check", "twice.csv"],
    "check: map": ["check", "good.csv", "--map", f"{EVIL}={EVIL}"],
    "check: ignore": ["check", "good.csv", "--ignore", EVIL],
    "check: encoding": ["check", "good.csv", "--encoding", EVIL],
    "check: json": ["check", "header.csv", "--json"],
    "plan: server": ["plan", "good.csv", *SERVER],
    "plan: sandbox": ["plan", f"{NAME}.csv", *SANDBOX],
    "plan: json": ["plan", "good.csv", *SERVER, "--json"],
    "apply: refused by the server": ["apply", "good.csv", *SERVER, "--yes"],
    "apply: sandbox": ["apply", f"{NAME}.csv", *SANDBOX, "--yes", "--skip-invalid", "--runs-dir", f"in{NAME}"],
    "apply: asks": ["apply", "good.csv", *SERVER],
    "apply: a guard": ["apply", "good.csv", *SANDBOX, "--yes", "--max-changes", "0"],
    "export: stdout": ["export", "-o", "-", *SERVER],
    "export: a name": ["export", "-o", f"{NAME}/x.csv", *SERVER],
    "export: fields": ["export", "-o", "-", "--fields", EVIL, *SERVER],
    "export: where": ["export", "-o", "-", "--where", EVIL, *SERVER],
    "runs list": ["runs", "list"],
    "runs list: a folder": ["runs", "list", "--runs-dir", f"none{NAME}"],
    "runs show": ["runs", "show", "last"],
    "runs show: none": ["runs", "show", EVIL],
    "runs prune": ["runs", "prune", "--keep", "0", "--force"],
    "report": ["report", "last"],
    "report: format": ["report", "last", "--format", EVIL],
    "resume": ["resume", f"runs/{NAME}"],
    "undo": ["undo", "last", *SANDBOX, "--yes"],
    "fields": ["fields", EVIL],
    "explain": ["explain", EVIL],
    "job list": ["job", "list", "jobs"],
    "job next": ["job", "next", EVIL],
    "job log": ["job", "log", EVIL],
    "job check": ["job", "check", f"{NAME}.toml"],
    "job run": ["job", "run", "job.toml"],
    "no such command": [EVIL],
    "no such flag": ["check", "good.csv", f"--{EVIL}"],
    "no number": ["apply", "good.csv", "--limit", EVIL],
    "no choice": ["apply", "good.csv", "--pace", EVIL],
    "no address": ["plan", "good.csv", "--base-url", f"http://{EVIL}"],
    "no key": ["plan", "good.csv", "--key-file", NAME],
    "no port": ["sandbox", "--port", EVIL],
    "no host": ["sandbox", "--host", EVIL, "--sandbox-state", "state.db"],
    "no faults": ["sandbox", "--sandbox-faults", EVIL],
}  # fmt: skip


def on_terminal(folder: Path, server: str, words: list[str], *, color: bool, **more: str) -> tuple[int, str]:
    """The exit status and all that came to a terminal. A question is answered with no."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "120"} | more
    for name in ("NO_COLOR", "FORCE_COLOR", "FAMULOR_API_KEY"):
        environment.pop(name, None)
    environment |= {"TERM": "xterm"} if color else {"TERM": "dumb", "NO_COLOR": "1"}
    environment["XDG_STATE_HOME"] = str(folder / "state")
    words = [server if word == "SERVER" else word for word in words]
    ours, theirs = os.openpty()
    seen = bytearray()

    def read() -> None:
        with suppress(OSError):  # the other side is closed
            while piece := os.read(ours, 65_536):
                seen.extend(piece)
                if b"[y/N]" in piece:
                    os.write(ours, b"n\n")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        command = [sys.executable, "-m", "batch_update", *words]
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
        done = subprocess.run(command, cwd=folder, env=environment, timeout=120, check=False, **streams)
    finally:
        os.close(theirs)
        reader.join()
        os.close(ours)
    return done.returncode, seen.decode("utf-8", "replace").replace("\r\n", "\n")


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_nothing_raw_comes_to_a_terminal(folder: Path, server: str, words: list[str]) -> None:
    status, shown = on_terminal(folder, server, words, color=False)
    assert "Traceback" not in shown and status != 70, shown
    assert [found[0] for found in RAW.finditer(shown)] == [], shown


@pytest.mark.parametrize(
    "name",
    ["check: cells, headers", "plan: server", "apply: refused by the server", "export: stdout", "undo"],
)
def test_colors_and_bars_bring_nothing_else_along(folder: Path, server: str, name: str) -> None:
    _, shown = on_terminal(folder, server, COMMANDS[name], color=True)
    assert "\x1b[2J" not in shown and "\x1b[31;1m\x1b[0m" not in shown
    assert [found[0] for found in RAW.finditer(OURS.sub("", shown).replace("\r", ""))] == [], shown


def test_an_unknown_variable_is_told_without_its_control_characters(folder: Path, server: str) -> None:
    evil = {f"BATCH_UPDATE_{NAME}": "1"}
    status, shown = on_terminal(folder, server, ["check", "good.csv"], color=False, **evil)
    assert status == 2 and not RAW.search(shown) and "\\x1b" in shown


def test_what_is_exported_into_a_pipe_stays_as_it_is(folder: Path, server: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}

    def exported(output: str) -> bytes:
        words = ["export", "-o", output, "--base-url", server, "--key-file", "key"]
        command = [sys.executable, "-m", "batch_update", *words]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=60, check=True
        )
        return done.stdout

    piped = exported("-")
    exported("whole.csv")
    assert piped and (folder / "whole.csv").read_bytes().removeprefix(b"\xef\xbb\xbf") == piped


SHOW = """
import sys
from batch_update.cli.screens.screen import out, paint
from batch_update.cli.screens.terminal import ready_streams
from batch_update.cli.screens.terminal import bytes_of_stdout
ready_streams()
text = sys.argv[1]
out(paint("red", "error") + text)
bytes_of_stdout().write(f'1,"a\\n{text}"\\r\\n'.encode())
"""


def test_only_the_program_s_own_colors_are_colors(tmp_path: Path) -> None:
    """Not the same colors in a text that came from elsewhere, and line ends of a record are no returns."""
    ours, theirs = os.openpty()
    environment = {**os.environ, "TERM": "xterm", "PYTHONPATH": str(Path(__file__).parents[2])}
    environment.pop("NO_COLOR", None)
    text = "\x1b[31;1mx\x1b[0m\t\u202e"
    subprocess.run([sys.executable, "-c", SHOW, text], stdout=theirs, env=environment, timeout=60, check=True)
    os.close(theirs)
    shown = b""
    with suppress(OSError):
        while piece := os.read(ours, 4096):
            shown += piece
    os.close(ours)
    escaped = "\\x1b[31;1mx\\x1b[0m\\t\\u202e"
    assert shown.decode() == f'\x1b[31;1mred\x1b[0m{escaped}\r\n1,"a\r\n{escaped}"\r\n'
