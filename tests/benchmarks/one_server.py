"""The frame of a benchmark's server: in a process of its own, on a free port, until it is no longer needed."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

Windows = tuple[tuple[int, float], ...]
"""pairs of limit and seconds"""


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
