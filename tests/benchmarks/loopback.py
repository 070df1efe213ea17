"""The plainest server that answers updates: `python -m tests.benchmarks.loopback` prints its port and serves."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from contextlib import AbstractContextManager

from tests.benchmarks.one_server import PlainServer, answer_of, serve_forever, serving_apart, windows_of


class Updating(PlainServer):
    """Answers updates of any assistant."""

    log: deque[float]
    """when requests came, where there are windows to count them in"""

    def answer(self, head: bytes, body: bytes) -> bytes:
        now = time.monotonic()
        if any(sum(t > now - seconds for t in self.log) >= limit for limit, seconds in self.windows):
            status, told = b"429 Too Many Requests", b'{"error":"Rate limit exceeded","retry_after":1}'
        else:
            assistant = head.split(b" ", 2)[1].rsplit(b"/", 1)[1]
            status = b"200 OK"
            told = b'{"message":"Assistant updated","data":{"id":%s,"name":"x"}}' % assistant
            if self.windows:
                self.log.append(now)
        return answer_of(status, told, self.tightest(now))

    def tightest(self, now: float) -> bytes:
        """Headers that tell of the window with the least left, as servers do that have several."""
        left = [(limit - sum(t > now - seconds for t in self.log), limit) for limit, seconds in self.windows]
        if not left:
            return b""
        remaining, limit = min(left)
        return b"X-RateLimit-Limit: %d\r\nX-RateLimit-Remaining: %d\r\n" % (limit, remaining)


def serving(*windows: tuple[int, float]) -> AbstractContextManager[str]:
    """Open a server in another process, as its base URL."""
    return serving_apart("tests.benchmarks.loopback", windows=windows)


async def main() -> None:
    Updating.log = deque(maxlen=10_000)
    Updating.windows = windows_of(sys.argv[1:])
    await serve_forever(Updating, backlog=512)


if __name__ == "__main__":
    asyncio.run(main())
