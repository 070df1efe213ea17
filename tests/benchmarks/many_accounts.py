"""The plainest server of many accounts: `python -m tests.benchmarks.many_accounts ROWS WINDOW ...` prints its port.

Each key is an account with assistants 1 to ROWS. Both windows are counted for each key, by this process's own clock,
and what is too much is refused. `GET /figures` tells what came of it all.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import ClassVar

from tests.benchmarks.one_server import (
    PlainServer,
    Windows,
    answer_of,
    serve_forever,
    serving_apart,
    windows_of,
)

MARGIN = 1.0
"""seconds that the client waits beyond a window, by its rules: what it may not send yet is not late"""
_HEAD = re.compile(rb"(GET|PUT) /api([^ ?]*)(?:\?\S*?page=(\d+))? HTTP.*?\r\n", re.IGNORECASE)
_KEY = re.compile(rb"\r\nauthorization: bearer (\S+)", re.IGNORECASE)
_PER_PAGE = 100


class Account:
    """What came for one key. All times are of this process's monotonic clock."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        """when each request that was not refused came"""
        self.updates: list[int] = []
        """which of them were updates"""
        self.refused = 0
        self.bodies: dict[int, bytes] = {}


class Server(PlainServer):
    """Answers as an account with its assistants, whichever key comes."""

    rows = 0
    accounts: ClassVar[dict[bytes, Account]] = {}
    """one for all connections"""

    def answer(self, head: bytes, body: bytes) -> bytes:
        found, key = _HEAD.match(head), _KEY.search(head)
        assert found is not None
        method, path, page = found.groups()
        if path == b"/figures":
            return answer_of(b"200 OK", json.dumps(figures(self.accounts.values(), self.windows)).encode())
        assert key is not None
        account = self.accounts.setdefault(key[1], Account())
        now, taken = time.monotonic(), account.taken
        for limit, seconds in self.windows:
            if len(taken) >= limit and taken[-limit] > now - seconds:
                account.refused += 1
                return answer_of(b"429 Too Many Requests", b'{"error":"Rate limit exceeded","retry_after":1}')
        taken.append(now)
        if method == b"GET":
            if path == b"/user/me":
                return answer_of(b"200 OK", b'{"id":501,"email":"%s@example.com"}' % key[1])
            return answer_of(b"200 OK", self.page(account, int(page or 1)))
        number = path.rpartition(b"/")[2]
        account.updates.append(len(taken) - 1)
        account.bodies[int(number)] = body
        return answer_of(b"200 OK", b'{"message":"Assistant updated","data":{"id":%s,"name":"x"}}' % number)

    def page(self, account: Account, page: int) -> bytes:
        first = (page - 1) * _PER_PAGE + 1
        entries = (
            b'{"id":%d,"user_id":501,%s' % (number, account.bodies.get(number, b'{"speech_speed":1.0}')[1:])
            for number in range(first, min(first + _PER_PAGE, self.rows + 1))
        )
        return b'{"data":[%s],"total":%d}' % (b",".join(entries), self.rows)


def figures(accounts: Iterable[Account], windows: Windows) -> dict[str, object]:
    """Return what came: all times in seconds, those of the whole run from the first request on."""
    known = [one for one in accounts if one.taken]
    late = sorted(lateness for one in known for lateness in _lateness(one, windows))
    first = min((one.taken[0] for one in known), default=0.0)
    updates = [one.taken[n] for one in known for n in one.updates]
    return {
        "accounts": len(known),
        "requests": sum(len(one.taken) for one in known),
        "updates": len(updates),
        "assistants": sum(len(one.bodies) for one in known),
        "refused": sum(one.refused for one in known),
        "seconds": max((one.taken[-1] for one in known), default=0.0) - first,
        "sending": max(updates, default=0.0) - min(updates, default=0.0),
        "late": {
            str(share): late[int(share * (len(late) - 1))] if late else 0.0 for share in (0.5, 0.9, 0.99, 1)
        },
        "spans": [one.taken[one.updates[-1]] - one.taken[one.updates[0]] for one in known if one.updates],
    }


def _lateness(account: Account, windows: Windows) -> Iterator[float]:
    """Yield for each update how long after the moment at which the windows permitted it it came."""
    taken = account.taken
    begun = taken[account.updates[0]] if account.updates else 0.0
    for n in account.updates:
        permitted = [taken[n - limit] + seconds + MARGIN for limit, seconds in windows if n >= limit]
        yield taken[n] - max([begun, *permitted])


def serving_many(rows: int, *windows: tuple[int, float]) -> AbstractContextManager[str]:
    """Open a server in another process, as its base URL."""
    return serving_apart("tests.benchmarks.many_accounts", str(rows), windows=windows)


async def main() -> None:
    Server.rows = int(sys.argv[1])
    Server.windows = windows_of(sys.argv[2:])
    await serve_forever(Server, backlog=4096)


if __name__ == "__main__":
    asyncio.run(main())
