"""The frame of a benchmark's server: in a process of its own, on a free port, until it is no longer needed.

It speaks HTTP/1.1 as far as this program does.
"""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import cast

Windows = tuple[tuple[int, float], ...]
"""pairs of limit and seconds, sliding"""
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


class PlainServer(asyncio.Protocol):
    """Takes requests apart, and writes what `answer` makes of each."""

    windows: Windows = ()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self.buffer, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.buffer) < whole:
                return
            head, body = self.buffer[:end], self.buffer[end + 4 : whole]
            self.buffer = self.buffer[whole:]
            self.transport.write(self.answer(head, body))

    def answer(self, head: bytes, body: bytes) -> bytes:
        """Return the whole answer to a request."""
        raise NotImplementedError


def answer_of(status: bytes, body: bytes, headers: bytes = b"") -> bytes:
    """Return a whole answer with a JSON body; `headers` are further ones, each with the end of its line."""
    head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n"
    return head % (status, len(body), headers) + body


@contextmanager
def serving_apart(module: str, *arguments: str, windows: Windows) -> Iterator[str]:
    """Run a module that ends in `serve_forever`, with the windows behind its arguments, and yield its base URL."""
    texts = [f"{limit}/{seconds}" for limit, seconds in windows]
    command = [sys.executable, "-m", module, *arguments, *texts]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/api"
        finally:
            process.kill()


def windows_of(texts: Iterable[str]) -> Windows:
    """Return the windows that stand behind a module's arguments."""
    pairs = (text.split("/") for text in texts)
    return tuple((int(limit), float(seconds)) for limit, seconds in pairs)


async def serve_forever(protocol: type[asyncio.Protocol], *, backlog: int) -> None:
    """Print the port, and answer there."""
    # With protocol 0 asyncio leaves Nagle's algorithm on, and every answer waits for a delayed ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = await asyncio.get_running_loop().create_server(protocol, sock=listener, backlog=backlog)
    print(listener.getsockname()[1], flush=True)
    await server.serve_forever()
