"""From the first quarter on, the time left that is told is the time that it takes, within a tenth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import anyio
import pytest

from batch_update.api.pace.outlook import Lane, Outlook, Stretch
from batch_update.model.reports import Pace, Share, Window
from batch_update.send.accounting import apply_plan
from batch_update.send.agenda import agenda_of, seconds_from_scratch
from batch_update.send.brake import Caution
from batch_update.send.progress import EventLog, Progress
from batch_update.send.verifying import read_back
from batch_update.settings.tunables import DEFAULT_RATES
from tests.api import simulated, virtual
from tests.api.sending import client_for
from tests.api.simulated import Server, jitter
from tests.clocks import virtual_clock
from tests.made import plan_of

SLACK = 2.5
"""seconds that a guess may be wrong by in any case"""
Trouble = Callable[[int, int], tuple[int, dict[str, str]] | None]


@dataclass
class Account(Server):
    """A server that lists its assistants, too: in pages, and as they were sent."""

    size: int = 100

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "GET":
            self.page = int(parse_qs(scope["query_string"].decode())["page"][0])
            scope = {**scope, "path": f"/{scope['path']}/0"}
        await super().__call__(scope, receive, send)

    def _judge(self, assistant_id: int) -> tuple[int, dict[str, str], dict[str, Any]]:
        status, headers, body = super()._judge(assistant_id)
        if assistant_id or status != 200:
            return status, headers, body
        here = range(self.page * 100 - 99, min(self.page * 100, self.size) + 1)
        data = [{"id": n, "user_id": 7, "speech_speed": 1.1 if n in self.applied else 1.0} for n in here]
        last = -(-self.size // 100)
        page = {"current_page": self.page, "per_page": 100, "total": self.size, "last_page": last}
        return status, headers, {"data": data, **page}


def told(server: Account, *, waves: tuple[Share, ...] = (), pause: float = 0.0, **pace: Any) -> list[Any]:
    """When each time left was told and what it was, and at last when all was over."""
    seen: list[tuple[float, Progress]] = []

    async def main() -> float:
        events = EventLog(clock=virtual_clock())
        client = client_for(server, [], **{"on_event": events, **pace})
        async with client:
            caution = Caution(waves, None, reader=client, pause=pause)
            report = await apply_plan(
                plan_of(server.size),
                client,
                pace=Pace((), concurrency=16),
                on_progress=lambda progress: seen.append((anyio.current_time(), progress)),
                events=events,
                clock=virtual_clock(),
                caution=caution,
                pages=-(-server.size // 100),
            )
            if not waves:
                await read_back(report, client, clock=virtual_clock(), events=events)
            return anyio.current_time()

    end = virtual.run(main, "asyncio")
    return [(end - at, progress) for at, progress in seen]


def worst(seen: list[tuple[float, Progress]], since: float = 0.25) -> list[str]:
    """What was told from the first quarter on that is wrong by more than a tenth."""
    return [
        f"{progress.done}/{progress.total}: told {progress.eta}, true {left:.1f}"
        for left, progress in seen
        if progress.done >= since * progress.total
        and (progress.eta is None or abs(progress.eta - left) > max(0.1 * left, SLACK))
    ]


def refusing(number: int, status: int, every: bool = False, **headers: str) -> Trouble:
    return lambda n, _: (status, headers) if n == number or (every and n % number == 0) else None


CASES: dict[str, dict[str, Any]] = {
    "fast answers": {},
    "answers of 3 s": {"latency": lambda: 1.5},
    "answers of 20 s, 16 at once": {"latency": lambda: 10.0},
    "twice as many": {"size": 440, "latency": jitter(3, 0.6)},
    "one window": {"rates": (Window(30, 60),)},
    "no windows": {"rates": (), "latency": jitter(1, 1.0)},
    "evenly spaced": {"smooth": True},
    "waves": {"size": 300, "waves": (Share(1), Share(5), Share(20, is_percent=True))},
    "waves and pauses": {"waves": (Share(20, is_percent=True),) * 4, "pause": 30.0},
    "a tenth is refused": {"answer": refusing(10, 422, every=True)},
    "a tenth meets a 503": {"answer": refusing(10, 503, every=True)},
    "an outage of a minute in the first quarter": {
        "answer": lambda n, _: (503, {}) if 15 < anyio.current_time() < 60 else None,
    },
    "a 429 in the first quarter": {"answer": refusing(30, 429, **{"Retry-After": "20"})},
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_time_left_is_right_within_a_tenth_from_the_first_quarter_on(case: dict[str, Any]) -> None:
    case = {"size": 220, "latency": jitter(2, 0.3), **case}
    windows = case.get("rates", DEFAULT_RATES)
    counters = [simulated.sliding(window.limit, window.seconds, 0) for window in windows]
    given = {name: case.pop(name) for name in ("size", "latency", "answer") if name in case}
    seen = told(Account(counters, **given), **case)
    assert worst(seen) == []


def test_it_takes_no_longer_to_tell_of_many_and_comes_out_the_same() -> None:
    """Where sending goes in a circle, the rest is not walked through."""
    outlook = Outlook((Lane(Window(20, 10), [3.0, 4.0]), Lane(Window(100, 60))), latency=0.2)
    one_by_one = outlook.seconds_for([Stretch(100)] * 3)
    assert outlook.seconds_for([Stretch(300)]) == pytest.approx(one_by_one, abs=1)
    assert outlook.seconds_for([Stretch(2_000_300)]) == pytest.approx(one_by_one + 20_000 * 61.2, abs=1)


def test_a_plan_tells_beforehand_what_it_takes_with_reading_back_and_pauses() -> None:
    pace = Pace(DEFAULT_RATES)
    assert seconds_from_scratch(agenda_of((20,), pages=0), pace) < 1.5
    assert seconds_from_scratch(agenda_of((20,), pages=1), pace) == pytest.approx(12, abs=1)
    assert seconds_from_scratch(agenda_of((5, 5), pages=1, pause=60), pace) == pytest.approx(62, abs=1)
    assert seconds_from_scratch(agenda_of((120,), pages=0), Pace((), concurrency=4)) == pytest.approx(9)
    evenly = Pace(DEFAULT_RATES, smooth=True)
    assert seconds_from_scratch(agenda_of((20,), pages=0), evenly) == pytest.approx(11.7, abs=1)
