"""When a change is tried again: how often, after which pause, and when to leave it. The only door to tenacity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from batch_update.api.answers.replies import Verdict
from batch_update.clock import Clock
from batch_update.model.reports import Stats

T = TypeVar("T")

FIRST_PAUSE = 4.0
"""seconds at most before the first retry; doubles each time"""
MOST_PAUSE = 30.0
MOST_SECONDS = 600.0
"""seconds that one change may take in attempts and pauses; waiting for leave to send is not counted"""
BUDGET_SHARE = 0.1
BUDGET_FLOOR = 20
"""of all requests at most this share, plus this many, are retries: a sick server is not flooded"""


class Retries:
    """The policy, shared by all changes of a client; `begin` starts one change."""

    def __init__(self, attempts: int, *, stats: Stats, clock: Clock) -> None:
        self.attempts = attempts
        self.stats = stats
        self.rng = clock.rng
        self.policy = AsyncRetrying(sleep=clock.sleep)

    def begin(self) -> Tries:
        """Return the tries of one change."""
        return Tries(self)


class Tries:
    """How often one change was tried and what that cost. The policy's state is copied: tenacity keeps it on itself."""

    __slots__ = ("_met", "_retries", "charged", "seconds")

    def __init__(self, retries: Retries) -> None:
        self.charged = 0
        """attempts that count; a 429 and a server that is down cost none, and one that the connection is to blame for
    counts, but is always followed by another"""
        self.seconds = 0.0
        self._met: Counter[str] = Counter()
        self._retries = retries

    async def run(self, attempt: Callable[[], Awaitable[Verdict]]) -> Verdict:
        """Attempts until one is final or nothing more is allowed; the last verdict.

        Most end with the first. Where one does not, a copy of the policy is made, which takes as long as a request:
        it judges what came of the first attempt as it does any other.
        """
        first = await attempt()
        if not first.free and first.repeats <= 0:  # the policy would end with it
            return first
        came = [first]

        async def next_attempt() -> Verdict:
            return came.pop() if came else await attempt()

        policy = self._retries.policy.copy(wait=self._pause, retry=retry_if_result(self._again))
        return await policy(next_attempt)

    def _again(self, verdict: Verdict) -> bool:
        if verdict.free:
            self.charged += verdict.is_blank
            return True
        self.charged += 1
        self._met[verdict.code] += 1
        stats = self._retries.stats
        allowed = (
            self._met[verdict.code] <= verdict.repeats
            and self.charged < self._retries.attempts
            and self.seconds < MOST_SECONDS
            and stats.retries < BUDGET_FLOOR + BUDGET_SHARE * stats.requests
        )
        stats.retries += allowed
        return allowed

    def _pause(self, state: RetryCallState) -> float:
        """Full jitter: anything between nothing and a bound that doubles. None where the pacer does the waiting."""
        verdict = state.outcome.result() if state.outcome else None
        if verdict is None or verdict.free or verdict.paced:
            return 0.0
        bound = min(MOST_PAUSE, FIRST_PAUSE * 2 ** (self.charged - 1))
        pause = self._retries.rng.uniform(0, bound)
        self.seconds += pause
        return pause


async def retried(
    attempt: Callable[[], Awaitable[T]], *, again: Callable[[T], bool], patience: float, clock: Clock
) -> T:
    """Attempt it until what comes is final, or so many seconds have passed; the last that came.

    For what has no pacer to wait for: pauses double, and are shortened by up to a half.
    """
    began = clock.monotonic()

    def pause(state: RetryCallState) -> float:
        bound = min(MOST_PAUSE, FIRST_PAUSE * 2 ** min(state.attempt_number - 1, 10))
        return clock.rng.uniform(bound / 2, bound)

    def last(state: RetryCallState) -> T:
        assert state.outcome is not None
        found: T = state.outcome.result()
        return found

    policy = AsyncRetrying(
        sleep=clock.sleep,
        wait=pause,
        retry=retry_if_result(again),
        stop=lambda state: clock.monotonic() - began >= patience,
        retry_error_callback=last,
    )
    return await policy(attempt)
