"""A server with rate windows of many kinds, in process and in virtual time."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Protocol

import anyio

from batch_update.model.reports import Window

EPOCH = 1_800_000_000


class Counter(Protocol):
    """One window as a server counts it."""

    def __call__(self, now: float) -> bool: ...


# ---------------------------------------------------------------- kinds of window


def sliding(limit: int, seconds: float, phase: float) -> Counter:
    """A log of what was let through."""
    log: list[float] = []

    def let(now: float) -> bool:
        log[:] = [t for t in log if t > now - seconds]
        if len(log) >= limit:
            return False
        log.append(now)
        return True

    return let


def sliding_with_refused(limit: int, seconds: float, phase: float) -> Counter:
    """The same, and refused requests count as well."""
    log: list[float] = []

    def let(now: float) -> bool:
        log[:] = [t for t in log if t > now - seconds]
        log.append(now)
        return len(log) <= limit

    return let


def sliding_in_whole_seconds(limit: int, seconds: float, phase: float) -> Counter:
    """A log with time stamps in whole seconds, the present second included on both ends."""
    inner = sliding(limit, seconds + 1, phase)
    return lambda now: inner(math.floor(now + phase))


def aligned(limit: int, seconds: float, phase: float) -> Counter:
    """Fixed windows by the clock."""
    counts: dict[int, int] = {}

    def let(now: float) -> bool:
        slot = math.floor((now + phase) / seconds)
        counts[slot] = counts.get(slot, 0) + 1
        return counts[slot] <= limit

    return let


def since_first(limit: int, seconds: float, phase: float) -> Counter:
    """A fixed window that begins with the first request after the last one."""
    ends, count = -math.inf, 0

    def let(now: float) -> bool:
        nonlocal ends, count
        if now >= ends:
            ends, count = now + seconds, 0
        count += 1
        return count <= limit

    return let


def token_bucket(limit: int, seconds: float, phase: float) -> Counter:
    tokens, last = float(limit), 0.0

    def let(now: float) -> bool:
        nonlocal tokens, last
        tokens, last = min(limit, tokens + (now - last) * limit / seconds), now
        if tokens < 1:
            return False
        tokens -= 1
        return True

    return let


def gcra(limit: int, seconds: float, phase: float) -> Counter:
    """The generic cell rate algorithm with a burst of the whole limit."""
    due = -math.inf

    def let(now: float) -> bool:
        nonlocal due
        step = seconds / limit
        if max(due, now) + step > now + seconds + 1e-9:
            return False
        due = max(due, now) + step
        return True

    return let


def in_tenths(limit: int, seconds: float, phase: float) -> Counter:
    """A sliding window in ten parts, the oldest counted whole."""
    counts: dict[int, int] = {}

    def let(now: float) -> bool:
        part = math.floor((now + phase) / seconds * 10)
        if sum(counts.get(part - back, 0) for back in range(10)) >= limit:
            return False
        counts[part] = counts.get(part, 0) + 1
        return True

    return let


def weighted(limit: int, seconds: float, phase: float) -> Counter:
    """Two aligned counters, the older one weighted: the count of the last window times what is left of it."""
    counts: dict[int, int] = {}

    def let(now: float) -> bool:
        slot, share = divmod((now + phase) / seconds, 1)
        if counts.get(int(slot) - 1, 0) * (1 - share) + counts.get(int(slot), 0) + 1 > limit:
            return False
        counts[int(slot)] = counts.get(int(slot), 0) + 1
        return True

    return let


KINDS: Sequence[Callable[[int, float, float], Counter]] = (
    sliding,
    sliding_with_refused,
    sliding_in_whole_seconds,
    aligned,
    since_first,
    token_bucket,
    gcra,
    in_tenths,
)


# ---------------------------------------------------------------- the server


@dataclass
class Server:
    """An ASGI app. `latency` gives the seconds of one way; the request is counted between the two ways."""

    counters: Sequence[Counter] = ()
    latency: Callable[[], float] = lambda: 0.0
    refusal: Callable[[float], tuple[dict[str, str], dict[str, Any]]] = lambda now: ({}, {})
    """headers and body of a 429"""
    headers: Callable[[float], dict[str, str]] = lambda now: {}
    """headers of all other answers"""
    answer: Callable[[int, int], tuple[int, dict[str, str]] | None] = lambda number, assistant_id: None
    """another answer to the nth request: status and headers"""
    arrivals: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    applied: list[int] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await anyio.sleep(self.latency())
            status, headers, body = self._judge(int(scope["path"].rsplit("/", 1)[1]))
            await anyio.sleep(self.latency())
        finally:
            self.under_way -= 1
        raw = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    def _judge(self, assistant_id: int) -> tuple[int, dict[str, str], dict[str, Any]]:
        now = anyio.current_time()
        self.arrivals.append(now)
        date = {"Date": formatdate(EPOCH + now, usegmt=True)}
        # Every window counts, also where another has refused already.
        if sum(let(now) for let in self.counters) < len(self.counters):
            self.refused.append(now)
            headers, body = self.refusal(now)
            return 429, date | headers, {"error": "Rate limit exceeded", **body}
        if (other := self.answer(len(self.arrivals), assistant_id)) is not None:
            return other[0], date | self.headers(now) | other[1], {"message": "no"}
        self.applied.append(assistant_id)
        return 200, date | self.headers(now), {"message": "ok", "data": {"id": assistant_id}}


def shortest(count: int, windows: Sequence[Window]) -> float:
    """Seconds in which so many requests can go out at best."""
    times: list[float] = []
    for n in range(count):
        times.append(max([0.0, *(times[n - w.limit] + w.seconds for w in windows if n >= w.limit)]))
    return times[-1]


def jitter(seed: int, most: float) -> Callable[[], float]:
    """Up to `most` seconds for both ways together."""
    rng = random.Random(seed)
    return lambda: rng.uniform(0, most / 2)
