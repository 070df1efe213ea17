"""A small web server on 127.0.0.1 that answers each path as it is told, with TLS or without."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.api.fault_server import Act, FaultServer, Request

CSV = b"id;name\r\n10001;Gr\xc3\xbc\xc3\x9fe\r\n"


def answer(status: int = 200, body: bytes = CSV, **headers: str) -> bytes:
    """The bytes of an answer; `Content_Length` may lie, and "" leaves a header out."""
    given = {"Content_Length": str(len(body)), **headers}
    lines = [f"{name.replace('_', '-')}: {text}" for name, text in given.items() if text]
    return "\r\n".join([f"HTTP/1.1 {status} x", *lines]).encode("latin-1") + b"\r\n\r\n" + body


def once(sent: bytes) -> Act:
    """Sends these bytes, and closes."""

    def act(exchange: Any) -> bool:
        exchange.send(sent)
        return False

    return act


def serves(paths: Mapping[str, bytes | Act | list[bytes]], **other: Any) -> FaultServer:
    """A server of these paths; of a list each request takes one, and the last is for all that follow."""
    turns: dict[str, int] = {}

    def script(request: Request) -> Act:
        path = path_of(request)
        wanted = paths.get(path, answer(404, b"no"))
        if isinstance(wanted, list):
            turn = turns[path] = turns.get(path, -1) + 1
            wanted = wanted[min(turn, len(wanted) - 1)]
        return once(wanted) if isinstance(wanted, bytes) else wanted

    return FaultServer(script, **other)


def path_of(request: Request) -> str:
    return request.head.split(b" ", 2)[1].decode("ascii").partition("?")[0]


Script = Callable[[Request], Act]
