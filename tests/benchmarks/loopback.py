"""The plainest server that answers updates: `python -m tests.benchmarks.loopback` prints its port and serves."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque
from contextlib import AbstractContextManager

from tests.benchmarks.one_server import Windows, serve_forever, serving_apart, windows_of


class Protocol(asyncio.Protocol):
    """HTTP/1.1 as far as the benchmark's clients speak it. `windows`: pairs of limit and seconds, sliding."""

    windows: Windows = ()
    log: deque[float]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            assistant = int(head.split(b" ", 2)[1].rsplit(b"/", 1)[1])
            self.buffer = self.buffer[end + 4 + length :]
            self.transport.write(self.answer(assistant))

    def answer(self, assistant: int) -> bytes:
        now = time.monotonic()
        if any(sum(t > now - seconds for t in self.log) >= limit for limit, seconds in self.windows):
            status, body = "429 Too Many Requests", {"error": "Rate limit exceeded", "retry_after": 1}
        else:
            status, body = "200 OK", {"message": "Assistant updated", "data": {"id": assistant, "name": "x"}}
            if self.windows:
                self.log.append(now)
        raw = json.dumps(body).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}\r\n"
        return f"{head}{self.tightest(now)}\r\n".encode() + raw

    def tightest(self, now: float) -> str:
        """Headers that tell of the window with the least left, as servers do that have several."""
        left = [(limit - sum(t > now - seconds for t in self.log), limit) for limit, seconds in self.windows]
        if not left:
            return ""
        remaining, limit = min(left)
        return f"X-RateLimit-Limit: {limit}\r\nX-RateLimit-Remaining: {remaining}\r\n"


def serving(*windows: tuple[int, float]) -> AbstractContextManager[str]:
    """Open a server in another process, as its base URL."""
    return serving_apart("tests.benchmarks.loopback", windows=windows)


async def main() -> None:
    Protocol.log = deque(maxlen=10_000)
    Protocol.windows = windows_of(sys.argv[1:])
    await serve_forever(Protocol, backlog=512)


if __name__ == "__main__":
    asyncio.run(main())
