"""Hostile requests against a sandbox on a port: methods, paths, heads and bodies that no client of good will sends."""

from __future__ import annotations

import json
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from batch_update.fields.facts import all_fields
from batch_update.sandbox.app import READ_ONLY_KEY
from batch_update.sandbox.routes import ROUTES
from batch_update.settings.tunables import SANDBOX_KEY
from tests.torture.child_case import MIB, SECONDS
from tests.torture.table import Tried

FULL = 1_000
PATIENCE = 1.0
"""seconds that the sandbox waits for the rest of a request"""
SERVER = f"""
import anyio
from batch_update.sandbox.app import make_app
from batch_update.sandbox.serving import serve
with make_app(None, limits=(), patience={PATIENCE}) as app:
    anyio.run(lambda: serve(app, on_ready=lambda text: print(text, flush=True), patience={PATIENCE}))
"""
MOST_SENT = 16 * 1024 * 1024
METHODS = (
    "GET",
    "PUT",
    "POST",
    "DELETE",
    "PATCH",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "put",
    "FOO",
    "X" * 5000,
)
IDS = (
    "10001",
    "10041",
    "0",
    "-1",
    "9" * 19,
    "9" * 400,
    "1e4",
    "%31",
    "10001%00",
    "..%2f..",
    "\u0661",
    "a" * 9000,
    "",
)
QUERIES = (
    "", "?per_page=100", "?per_page=0", "?per_page=" + "9" * 300, "?page=1000000&per_page=100", "?page=%ff%fe",
    "?per_page=1&per_page=2", "?type=%00", "?mode=pipeline%0d%0aX:y", "?" + "&".join(f"a{n}={n}" for n in range(5000)),
    "?language_id=" + "1" * 60_000, "???&&&===", "?type=inbound&type=x",
)  # fmt: skip
PATHS = (
    "/", "/openapi.json", "*", "//", "/api/../../etc/passwd", "/api/%2e%2e/%2e%2e/etc/passwd", "/%", "/%00", "/\x01",
    "http://evil.example/api/user/me", "/api/user/assistants/10001", "/" + "a/" * 20_000, "/" + "%ff" * 100,
    "/api//user/me",
)  # fmt: skip
HEADS = (
    "Origin: http://evil.example", "Origin: null", "Expect: 100-continue", "Upgrade: websocket\r\nConnection: upgrade",
    "Content-Length: 5\r\nContent-Length: 6", "Content-Length: -1", "Content-Length: " + "9" * 30, "Content-Length: x",
    "Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Transfer-Encoding: chunked\r\nContent-Length: 3",
    "Content-Encoding: gzip", "Content-Type: text/plain", "Content-Type: " + "a" * 30_000, "X: " + "y" * 80_000,
    "\r\n".join(f"X-{n}: y" for n in range(3000)), " folded", "no colon", "X\x00: y", "X: \x00", "Connection: close",
    "Range: bytes=0-1,2-3", "Cookie: " + "a=b; " * 5000, "X-HTTP-Method-Override: DELETE",
)  # fmt: skip
HOSTS = (
    "127.0.0.1",
    "localhost",
    "evil.example",
    "",
    "[::1",
    "127.0.0.1@evil.example",
    "localhost:99999",
    None,
)
KEYS = (
    f"Bearer {SANDBOX_KEY}", f"bearer  {SANDBOX_KEY} ", f"Bearer {READ_ONLY_KEY}", "Bearer", "Bearer " + "x" * 20_000,
    "Basic \xff\xfe", "", None,
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**300, 1e308, "", "x", "\ud800", "\x00", "x" * 300_000, [], {}, [[]], [None] * 1000,
    {"type": "end_call", "data": {}}, [{"type": "end_call", "data": {}}], [{"type": ["x"]}],
    [{"type": "assistant_transfer"}], {"$.x": 1}, "'; DROP TABLE assistant; --", list(range(20_000)),
    {"a" * 1000: {"b": []}}, "pipeline", "Europe/Berlin",
)  # fmt: skip
RAW_BODIES = (
    b"", b"{", b"null", b"[]", b"[" * 900_000, b'{"a":' * 150_000, b"\xff\xfe{}", b'{"name": NaN}', b"9" * 900_000,
    b'{"variables": {"x": [' + b"[]," * 300_000 + b"[]]}}", b'{"name": "' + b"\\ud800" * 150_000 + b'"}',
    b'{"name": "a", "name": "b"}', b"\x00" * 100_000, b"x" * (3 * 1024 * 1024),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One hostile request as its bytes."""

    name: str
    content: bytes


def drawn(dice: random.Random) -> Asked:
    """A request of a method, a path, heads and a body, most of them odd."""
    route = dice.choice(ROUTES)
    method = route.method if dice.random() < 0.6 else dice.choice(METHODS)
    path = re.sub(r"\{\w+\}", lambda _: dice.choice(IDS), f"/api{route.path}") + dice.choice(QUERIES)
    if dice.random() < 0.2:
        path = dice.choice(PATHS)
    host, key = ("localhost", KEYS[0]) if dice.random() < 0.6 else (dice.choice(HOSTS), dice.choice(KEYS))
    body = dice.choice(RAW_BODIES) if dice.random() < 0.4 else _body(dice)
    heads = [f"Host: {host}"] if host is not None else []
    heads += [f"Authorization: {key}"] if key is not None else []
    heads += ["Content-Type: application/json"] if dice.random() < 0.8 else []
    length = len(body) if dice.random() < 0.85 else dice.choice((0, 1, len(body) + 50, 10**9))
    heads += [f"Content-Length: {length}"] if dice.random() < 0.8 else []
    heads += [dice.choice(HEADS)] if dice.random() < 0.4 else []
    version = dice.choice(("1.1",) * 20 + ("1.0", "2.0", "9.9", "x"))
    head = "\r\n".join([f"{method} {path} HTTP/{version}", *heads]) + "\r\n\r\n"
    content = head.encode("utf-8", "surrogateescape") + body
    if dice.random() < 0.05:
        content = bytes(dice.randrange(256) for _ in range(dice.randrange(1, 3000)))
    if dice.random() < 0.1:
        content = content[: dice.randrange(len(content) + 1)]
    return Asked(f"{method[:12]} {path[:50]}", content)


def _body(dice: random.Random) -> bytes:
    """A JSON object of known and unknown names with odd values."""
    names = [*all_fields(), "assistant_id", "message", "type", "variables", "", "__proto__", "id", "uuid"]
    body = {dice.choice(names): dice.choice(VALUES) for _ in range(dice.randrange(1, 8))}
    return json.dumps(body).encode()


# ---------------------------------------------------------------- the server, and one request to it


@contextmanager
def server() -> Iterator[tuple[str, subprocess.Popen[str], IO[str]]]:
    """A sandbox in a process of its own, so that its memory can be measured; and the file of what it says."""
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as said,
        subprocess.Popen(
            [sys.executable, "-c", SERVER], text=True, stdout=subprocess.PIPE, stderr=said
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process, said
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def answer_to(address: str, asked: Asked) -> bytes:
    """The beginning of what comes back; b"" where the connection is closed without a word."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=SECONDS) as wire:
        with suppress(ConnectionError):
            wire.sendall(asked.content[:MOST_SENT])
        with suppress(ConnectionError):
            return wire.recv(65_536)
    return b""


def faults_of(answer: bytes, seconds: float) -> Iterator[str]:
    """What no request may bring about."""
    status = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    if answer and status is None:
        yield f"answered {answer[:40]!r}"
    if status is not None and status[1].startswith(b"5") and status[1] != b"503":
        yield f"answered {status[1].decode()}"
    if b"Traceback" in answer:
        yield "answered with a traceback"
    if seconds > PATIENCE + 10:
        yield f"took {seconds:.0f} s"


def memory_of(process: subprocess.Popen[str]) -> float:
    """The most memory that the process has had, in MiB; 0 where that cannot be told."""
    with suppress(OSError):
        told = re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{process.pid}/status").read_text("utf-8"))
        return int(told[1]) / 1024 if told else 0.0
    return 0.0


LIST = f"GET /api/user/assistants/get?per_page=100 HTTP/1.0\r\nAuthorization: {KEYS[0]}\r\n\r\n"


def attempts(scale: float, seed: int) -> Iterator[Tried]:
    count = max(1, round(FULL * scale))
    dice = random.Random(seed)
    faults: list[str] = []
    statuses: Counter[str] = Counter()
    slowest = 0.0
    with server() as (address, process, said):
        for number in range(count):
            asked = drawn(dice)
            begun = time.monotonic()
            answer = answer_to(address, asked)
            seconds = time.monotonic() - begun
            slowest = max(slowest, seconds)
            statuses[answer[9:12].decode("ascii", "replace") or "closed"] += 1
            place = f"request {number} (seed {seed}), {asked.name!r}"
            faults += [f"{place}: {fault}" for fault in faults_of(answer, seconds)]
        if not answer_to(address, Asked("the list", LIST.encode())).startswith(b"HTTP/1.1 200 "):
            faults.append("the list cannot be read afterwards")
        largest = memory_of(process)
        said.seek(0)
        if words := said.read()[-600:]:
            faults.append(f"it said {words!r}")
    if largest > MIB:
        faults.append(f"took {largest:.0f} MiB")
    note = ", ".join(f"{status} x {times}" for status, times in sorted(statuses.items()))
    yield Tried("hostile requests to the sandbox", count, tuple(faults), slowest, largest, note)
