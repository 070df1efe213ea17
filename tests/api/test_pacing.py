"""The pacer in virtual time: within both windows whatever the server counts, and one gate for everybody."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from itertools import pairwise
from typing import Any

import anyio
import pytest

from batch_update.api.pace.pacer import Pacer, ServerLimit
from batch_update.errors import RunStopped
from batch_update.model.plans import Status
from batch_update.model.reports import Event, Pace, Reply, Window
from batch_update.settings.tunables import DEFAULT_RATES
from tests.api import simulated, virtual
from tests.api.sending import client_for, send, send_rows
from tests.api.simulated import EPOCH, KINDS, Counter, Server, jitter, shortest
from tests.clocks import virtual_clock

Kind = Callable[[int, float, float], Counter]


def counters(kind: Kind, seed: int = 0, share: float = 1.0) -> list[Counter]:
    """The default windows as a server of this kind counts them, or a share of them."""
    rng = random.Random(seed)
    return [kind(int(w.limit * share), w.seconds, rng.uniform(0, 60)) for w in DEFAULT_RATES]


# ---------------------------------------------------------------- within the windows


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_no_429_and_hardly_a_second_lost(kind: Kind, seed: int, backend: str) -> None:
    """220 requests, 16 at once, up to 300 ms of jitter: nothing refused, at most 1.03 times the shortest time."""
    server = Server(counters(kind, seed), latency=jitter(seed, 0.3))
    sent = send(server, 220, backend)
    assert sent.count(Status.UPDATED) == 220
    assert server.refused == []
    assert sent.seconds <= 1.03 * shortest(220, DEFAULT_RATES)
    assert server.most_under_way <= 16


@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_rows_run_at_95_percent_of_the_limit(kind: Kind) -> None:
    server = Server(counters(kind, 5), latency=jitter(5, 0.3))
    sent = send(server, 1000, "asyncio")
    assert server.refused == []
    assert shortest(1000, DEFAULT_RATES) / sent.seconds >= 0.95


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("latency", [1.0, 3.0, 8.0])
def test_slow_answers_break_no_window(kind: Kind, latency: float) -> None:
    server = Server(counters(kind), latency=lambda: latency / 2)
    sent = send(server, 220, "asyncio")
    assert sent.count(Status.UPDATED) == 220
    assert server.refused == []


def test_a_row_of_twenty_takes_seconds_not_a_minute(backend: str) -> None:
    """Bursts as the windows allow."""
    assert send(Server(counters(simulated.sliding)), 20, backend).seconds < 1


@pytest.mark.parametrize("kind", [*KINDS, simulated.weighted])
def test_smooth_is_evenly_spaced(kind: Kind, backend: str) -> None:
    """Weighted counters refuse bursts, and nothing that is spaced by the binding window."""
    server = Server(counters(kind), latency=jitter(3, 0.0))
    send(server, 150, backend, smooth=True)
    gaps = [later - earlier for earlier, later in pairwise(server.arrivals)]
    assert server.refused == []
    assert min(gaps) >= 0.6 - 1e-6


def test_weighted_counters_cost_a_few_refusals_and_no_row() -> None:
    server = Server(counters(simulated.weighted), latency=jitter(1, 0.3))
    sent = send(server, 220, "asyncio")
    assert sent.count(Status.UPDATED) == 220
    assert len([t for t in server.refused if t > server.refused[0] + 1]) < 5


@pytest.mark.parametrize("windows", [(), (Window(1, 1),), (Window(3, 0.5), Window(4, 2.0))])
def test_other_windows_and_none(windows: tuple[Window, ...], backend: str) -> None:
    server = Server([simulated.sliding(w.limit, w.seconds, 0) for w in windows], latency=jitter(2, 0.1))
    sent = send(server, 12, backend, rates=windows)
    assert sent.count(Status.UPDATED) == 12
    assert server.refused == []
    if not windows:
        assert sent.seconds < 0.2


# ---------------------------------------------------------------- a server that allows less


RETRY_AFTERS = {
    "short": lambda now: ({"Retry-After": "7"}, {}),
    "long": lambda now: ({"Retry-After": "60"}, {}),
    "body": lambda now: ({}, {"retry_after": 10}),
    "zero": lambda now: ({"Retry-After": "0"}, {}),
    "absent": lambda now: ({}, {}),
}


@pytest.mark.parametrize("kind", [*KINDS, simulated.weighted])
@pytest.mark.parametrize("refusal", RETRY_AFTERS)
def test_half_of_what_is_advertised_fails_no_row(kind: Kind, refusal: str) -> None:
    """Fewer than five 429s in 300 rows beyond those in flight at the first refusal."""
    server = Server(counters(kind, 1, 0.5), latency=jitter(1, 0.3), refusal=RETRY_AFTERS[refusal])
    sent = send(server, 300, "asyncio")
    assert sent.count(Status.UPDATED) == 300
    assert server.refused, "half of the limit has to be felt"
    assert len([t for t in server.refused if t > server.refused[0] + 0.3]) < 5
    assert sent.client.stats.slowdowns >= 1 and "slow" in sent.kinds()
    assert sent.client.stats.retries == 0


def test_a_lower_limit_in_the_headers_is_adopted_before_it_hurts(backend: str) -> None:
    def headers(now: float) -> dict[str, str]:
        reset = str(math.ceil(EPOCH + now + 60))
        return {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "49", "X-RateLimit-Reset": reset}

    server = Server(
        [simulated.sliding(20, 10, 0), simulated.sliding(50, 60, 0)],
        latency=jitter(1, 0.3),
        headers=headers,
    )
    sent = send(server, 120, backend)
    assert server.refused == []
    assert sent.kinds() == ["limit"]
    assert sent.events[0].window == Window(50, 60) and "50 requests in 60 s" in sent.events[0].message


@pytest.mark.parametrize("reset_in", [None, 9])
def test_a_limit_that_may_be_the_one_of_a_shorter_window_teaches_nothing(reset_in: int | None) -> None:
    """Whoever keeps to half of what the server allows hears of the whole, and of which window nobody knows."""

    def headers(now: float) -> dict[str, str]:
        told = {"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "19"}
        reset = {} if reset_in is None else {"X-RateLimit-Reset": str(math.ceil(EPOCH + now + reset_in))}
        return told | reset

    server = Server([simulated.sliding(20, 10, 0), simulated.sliding(100, 60, 0)], headers=headers)
    sent = send(server, 90, "asyncio", rates=(Window(10, 10), Window(40, 60)))
    assert server.refused == []
    assert sent.kinds() == []


def test_a_limit_below_both_windows_belongs_to_the_one_that_lasts_long_enough() -> None:
    def headers(now: float) -> dict[str, str]:
        reset = str(math.ceil(EPOCH + now + 55))
        return {"X-RateLimit-Limit": "15", "X-RateLimit-Remaining": "14", "X-RateLimit-Reset": reset}

    sent = send(Server(headers=headers), 10, "asyncio")
    assert sent.events[0].window == Window(15, 60)


# ---------------------------------------------------------------- somebody else, and lies


def test_another_client_of_the_same_key_costs_few_refusals_and_no_row(backend: str) -> None:
    """It sends 30 requests a minute; the headers tell of the minute's window."""
    log: list[float] = []
    windows = [(20, 10.0), (100, 60.0)]

    def let(now: float) -> bool:
        begin = log[-1] if log else 0.0
        log.extend(t for t in (2.0 * n + 1 for n in range(10_000)) if begin < t <= now)
        if any(sum(t > now - seconds for t in log) >= limit for limit, seconds in windows):
            return False
        log.append(now)
        return True

    def headers(now: float) -> dict[str, str]:
        used = sum(t > now - 60 for t in log)
        return {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": str(100 - used)}

    server = Server([let], latency=jitter(4, 0.3), headers=headers, refusal=RETRY_AFTERS["short"])
    sent = send(server, 220, backend)
    assert sent.count(Status.UPDATED) == 220
    assert 1 <= sent.kinds().count("shared") <= 10, "told when it is seen anew, not with every answer"
    assert len(server.refused) <= 16


@pytest.mark.parametrize(
    "headers",
    [
        {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "0"},
        {"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "0"},
    ],
)
def test_headers_that_lie_slow_the_run_down_and_fail_no_row(headers: dict[str, str]) -> None:
    sent = send(Server(headers=lambda now: headers), 60, "asyncio")
    assert sent.count(Status.UPDATED) == 60
    assert sent.seconds < 600


@pytest.mark.parametrize(
    "headers",
    [
        {"X-RateLimit-Remaining": "0"},
        {"X-RateLimit-Limit": "0", "X-RateLimit-Remaining": "0"},
        {"X-RateLimit-Limit": "-5", "X-RateLimit-Remaining": "0"},
        {"X-RateLimit-Limit": "5, 5;w=60", "X-RateLimit-Remaining": "0"},
        {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "101"},
        {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "1"},
        {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "none"},
        {"X-RateLimit-Limit": "9" * 400, "X-RateLimit-Remaining": "1"},
        {"X-RateLimit-Limit": "²", "X-RateLimit-Remaining": "1"},
    ],
)
def test_headers_that_make_no_sense_change_nothing(headers: dict[str, str]) -> None:
    safe = {name: text.encode("utf-8").decode("latin-1") for name, text in headers.items()}
    sent = send(Server(headers=lambda now: safe), 60, "asyncio")
    assert sent.seconds == pytest.approx(shortest(60, DEFAULT_RATES) + 2, abs=0.1)
    assert sent.events == []


# ---------------------------------------------------------------- the gate


def closed_until(
    end: float, headers: dict[str, str], body: dict[str, Any] | None = None, begin: float = 20
) -> Server:
    """Refuses everything from the twentieth second up to `end`."""
    return Server(
        [lambda now: not begin <= now < end], latency=lambda: 0.05, refusal=lambda now: (headers, body or {})
    )


def test_a_429_holds_everybody_and_one_probe_tries_first(backend: str) -> None:
    server = closed_until(50, {"Retry-After": "30"})
    sent = send(server, 150, backend, workers=10)
    first = server.refused[0]
    assert len(server.refused) <= 10
    assert sent.count(Status.UPDATED) == 150
    gated = [t for t in server.arrivals if first + 0.1 < t < first + 31]
    assert gated == [], "nothing is sent while gated"
    after = [t for t in server.arrivals if t >= first + 31]
    assert after[0] <= first + 32
    assert after[1] >= after[0] + 0.1, "the second request waits for the probe's answer"
    assert sent.client.stats.gates == 1
    assert sent.kinds() == ["gate", "slow", "resume"]


def test_a_429_costs_no_attempt(backend: str) -> None:
    server = closed_until(50, {"Retry-After": "30"})
    sent = send(server, 60, backend, workers=10, attempts=1)
    assert sent.count(Status.UPDATED) == 60
    assert {reply.attempts for reply in sent.replies.values()} == {1}


YEAR = 365 * 86_400


def date(seconds: float) -> str:
    return formatdate(EPOCH + seconds, usegmt=True)


@pytest.mark.parametrize(
    ("headers", "body", "wait"),
    [
        ({"Retry-After": "12"}, {"retry_after": 40}, 12),
        ({"Retry-After": "-5"}, {"retry_after": 8}, 8),
        ({"Retry-After": "abc"}, {"retry_after": "9"}, 9),
        ({"Retry-After": "abc"}, {}, 10),
        ({"Retry-After": "1e9"}, {}, 10),
        ({"Retry-After": "1000000000"}, {"retry_after": 7}, 7),
        ({}, {"retry_after": True}, 10),
        ({}, {"retry_after": -3}, 10),
        ({}, {"retry_after": 2.5}, 2.5),
        ({}, {}, 10),
        ({"Retry-After": "0"}, {}, 0),
        ({"Retry-After": date(YEAR + 15), "Date": date(YEAR)}, {}, 15),
        ({"Retry-After": date(15 - 3600), "Date": date(-3600)}, {}, 15),
        ({"Retry-After": "Mon, 99 Foo 2030 00:00:00 GMT"}, {}, 10),
        ({"Retry-After": date(-500)}, {}, 10),
        ({"X-RateLimit-Reset": str(EPOCH + 20), "Date": date(0)}, {}, 20),
        ({"X-RateLimit-Reset": "yesterday"}, {}, 10),
    ],
)  # fmt: skip
def test_the_wait_is_the_first_that_makes_sense_and_a_second(
    headers: dict[str, str], body: dict[str, Any], wait: float
) -> None:
    """Seconds, dates against the answer's own clock however wrong that is, the body, the reset."""
    server = closed_until(2.3, headers, body, begin=2)
    sent = send(server, 60, "asyncio", workers=1, rates=())
    gate = next(event for event in sent.events if event.kind == "gate")
    assert gate.seconds is not None
    assert wait + 1 <= gate.seconds <= wait + 1.3
    assert sent.count(Status.UPDATED) == 60


def test_a_wait_over_five_minutes_stops_the_run_and_says_when(backend: str) -> None:
    sent = send(closed_until(1e9, {"Retry-After": "3600"}), 60, backend)
    stop = next(reply.stop for reply in sent.replies.values() if reply.stop)
    assert isinstance(stop, RunStopped) and stop.code == "R104"
    assert "1 h" in stop.message and "1 h" in stop.remedy
    assert sent.seconds < 30
    assert sent.count(Status.UPDATED) + sent.count(Status.NOT_SENT) == 60


def test_a_row_that_only_met_429s_is_not_sent_where_sending_stops(backend: str) -> None:
    """It was not applied and lost no attempt: `resume` goes on with it like with any other."""

    async def main() -> list[Reply]:
        async with client_for(closed_until(1e9, {"Retry-After": "60"}, begin=0), []) as client:

            async def stop() -> None:
                await anyio.sleep(30)
                client.stop_sending()

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(stop)
                return list((await send_rows(client, 40)).values())

    replies = virtual.run(main, backend)
    told = {(reply.status, reply.attempts, reply.started) for reply in replies}
    assert told == {(Status.NOT_SENT, 0, None)}
    assert {reply.code for reply in replies} == {"A429", "R101"}


def test_five_gates_without_a_success_stop_the_run(backend: str) -> None:
    server = closed_until(1e9, {"Retry-After": "1"})
    sent = send(server, 60, backend)
    assert sent.client.stats.gates == 5
    assert any(reply.stop and reply.stop.code == "R104" for reply in sent.replies.values())
    assert len([t for t in server.refused if t > server.refused[0] + 1]) == 5, "one probe for each gate"
    assert sent.kinds()[-1] == "stop"


def test_a_gate_too_short_is_followed_by_longer_ones(backend: str) -> None:
    """A server that says 0 while its window lasts a minute is waited for all the same."""
    sent = send(closed_until(60, {"Retry-After": "0"}), 60, backend)
    assert sent.count(Status.UPDATED) == 60


def test_a_503_with_retry_after_closes_the_same_gate(backend: str) -> None:
    def answer(number: int, assistant_id: int) -> tuple[int, dict[str, str]] | None:
        return (503, {"Retry-After": "30"}) if 5 <= anyio.current_time() < 35 else None

    server = Server(latency=lambda: 0.05, answer=answer)
    sent = send(server, 60, backend, workers=10)
    assert sent.count(Status.UPDATED) == 60
    assert sent.client.stats.gates == 1 and sent.client.stats.slowdowns == 0
    assert not [t for t in server.arrivals if 12 < t < 40]
    assert all("earlier one" in r.message for r in sent.replies.values() if r.attempts == 2)


# ---------------------------------------------------------------- outages


def test_an_outage_is_no_rows_failure(backend: str) -> None:
    """502 for a minute: the breaker opens after five rows, one probe at a time, nothing is lost."""
    server = Server(
        latency=lambda: 0.05,
        answer=lambda number, row: (502, {}) if 3 <= anyio.current_time() < 80 else None,
    )
    sent = send(server, 100, backend, attempts=2)
    assert sent.count(Status.UPDATED) == 100
    assert {"pause", "resume"} == set(sent.kinds())
    pauses = [event.seconds for event in sent.events if event.kind == "pause"]
    assert pauses[:2] == [pytest.approx(15, abs=1), pytest.approx(30, abs=1)]
    probes = [t for t in server.arrivals if 13 < t < 80]
    assert len(probes) <= 3


def test_an_outage_that_lasts_too_long_stops_the_run(backend: str) -> None:
    server = Server(answer=lambda number, row: (502, {}) if number > 3 else None)
    sent = send(server, 100, backend, outage=200.0)
    stop = next(reply.stop for reply in sent.replies.values() if reply.stop)
    assert isinstance(stop, RunStopped) and stop.code == "R103"
    assert 195 <= sent.seconds <= 220
    assert sent.count(Status.UPDATED) == 3
    assert 1 <= sent.count(Status.UNKNOWN) <= 16
    assert sent.count(Status.NOT_SENT) + sent.count(Status.UNKNOWN) == 97


def test_no_patience_with_outages_stops_at_the_fifth_row(backend: str) -> None:
    sent = send(Server(answer=lambda number, row: (502, {})), 100, backend, outage=0.0, workers=1)
    assert sent.seconds < 120
    assert any(reply.stop for reply in sent.replies.values())


def test_one_sick_row_does_not_stop_the_others(backend: str) -> None:
    sent = send(Server(answer=lambda number, row: (500, {}) if row == 7 else None), 40, backend)
    assert sent.replies[7].status is Status.UNKNOWN and sent.replies[7].attempts == 3
    assert sent.count(Status.UPDATED) == 39
    assert sent.events == []


# ---------------------------------------------------------------- the pacer by itself


def pacer(windows: tuple[Window, ...] = (), concurrency: int = 2, **options: Any) -> Pacer:
    return Pacer(Pace(windows, concurrency=concurrency), clock=virtual_clock(), **options)


def test_first_come_first_served_but_for_those_that_met_a_429(backend: str) -> None:
    async def main() -> list[str]:
        gate = pacer((Window(1, 1),), concurrency=1)
        served: list[str] = []

        async def ask(name: str, first: bool = False) -> None:
            ticket = await gate.admit(first=first)
            assert ticket is not None
            served.append(name)
            gate.answered(ticket)

        async with anyio.create_task_group() as tasks:
            for name in "abcd":
                tasks.start_soon(ask, name)
                await anyio.sleep(0.01)
            tasks.start_soon(ask, "first", True)
        return served

    assert virtual.run(main, backend) == ["a", "first", "b", "c", "d"]


def test_who_is_cancelled_while_waiting_holds_nobody_up(backend: str) -> None:
    async def main() -> None:
        gate = pacer((Window(1, 10),))
        ticket = await gate.admit()
        assert ticket is not None
        gate.answered(ticket)
        with anyio.move_on_after(3):
            await gate.admit()
            raise AssertionError("the window is full")
        second = await gate.admit()
        assert second is not None
        assert anyio.current_time() >= ticket.sent + 11

    virtual.run(main, backend)


def test_an_answer_that_makes_no_room_sooner_wakes_nobody(backend: str) -> None:
    async def main() -> list[float]:
        clock = virtual_clock()
        naps: list[float] = []

        async def sleep(seconds: float) -> None:
            naps.append(seconds)
            await clock.sleep(seconds)

        gate = Pacer(Pace((Window(3, 10),), concurrency=4), clock=replace(clock, sleep=sleep))
        one, *others = [await gate.admit() for _ in range(3)]
        assert one is not None
        gate.answered(one)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(gate.admit)
            for ticket in others:
                await anyio.sleep(1)
                assert ticket is not None
                gate.answered(ticket)
        return naps

    assert virtual.run(main, backend) == [pytest.approx(11)]


def test_stopping_wakes_everybody(backend: str) -> None:
    async def main() -> list[Any]:
        gate = pacer((Window(1, 10),))
        await gate.admit()
        given: list[Any] = []

        async def ask() -> None:
            given.append(await gate.admit())

        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(ask)
            await anyio.sleep(1)
            gate.stop()
        assert anyio.current_time() < 2 + 0.001 or backend == "trio"
        return given

    assert virtual.run(main, backend) == [None] * 5


def test_a_request_that_never_left_counts_in_no_window(backend: str) -> None:
    async def main() -> None:
        gate = pacer((Window(1, 10),))
        begin = anyio.current_time()
        for row in range(3):
            ticket = await gate.admit()
            assert ticket is not None
            gate.failed(ticket, row, sent=False)
        assert anyio.current_time() == begin

    virtual.run(main, backend)


def test_a_cancelled_probe_leaves_the_gate_passable(backend: str) -> None:
    async def main() -> None:
        gate = pacer()
        ticket = await gate.admit()
        assert ticket is not None
        gate.refused(ticket, 5)
        probe = await gate.admit()
        assert probe is not None and probe.probe
        gate.withdrawn(probe, sent=True)
        with anyio.fail_after(60):
            again = await gate.admit()
        assert again is not None and again.probe

    virtual.run(main, backend)


def test_the_limit_is_lowered_once_a_gate_and_never_below_one(backend: str) -> None:
    async def main() -> list[str]:
        events: list[Event] = []
        gate = pacer((Window(3, 1),), concurrency=8, on_event=events.append)
        flying = [await gate.admit() for _ in range(3)]
        for ticket in flying:
            assert ticket is not None
            gate.refused(ticket, 1)
        for _ in range(3):
            probe = await gate.admit()
            assert probe is not None and probe.probe
            gate.answered(probe)
            ticket = await gate.admit()
            assert ticket is not None
            gate.refused(ticket, 1)
        return [str(event.window) for event in events if event.kind == "slow"]

    assert virtual.run(main, backend) == ["2/1", "1/1", "1/1", "1/1"]


def test_an_unexplained_429_ends_the_leniency_with_slow_answers(backend: str) -> None:
    """Before, a request without an answer counts for 2 s and the window; after, until its answer."""

    async def main() -> tuple[float, float]:
        gate = pacer((Window(4, 10),), concurrency=8)
        await gate.admit()  # and never answered
        for _ in range(3):
            quick = await gate.admit()
            assert quick is not None
            gate.answered(quick)
        begin = anyio.current_time()
        third = await gate.admit()
        assert third is not None
        lenient = anyio.current_time() - begin
        gate.refused(third, 0)
        probe = await gate.admit()
        assert probe is not None
        gate.answered(probe)
        begin = anyio.current_time()
        await gate.admit()
        return lenient, anyio.current_time() - begin

    lenient, strict = virtual.run(main, backend)
    assert lenient == pytest.approx(11)
    assert strict == pytest.approx(11), "half of the lowered limit is still taken by the first request"


def test_what_others_send_is_left_room_for_while_it_lasts(backend: str) -> None:
    async def main() -> int:
        gate = pacer((Window(10, 10),), concurrency=50)
        ticket = await gate.admit()
        assert ticket is not None
        gate.answered(ticket, ServerLimit(10, 4))  # six are used, one of them by us
        count = 0
        with anyio.move_on_after(5):
            while await gate.admit():
                count += 1
        return count

    assert virtual.run(main, backend) == 10 - 5 - 2 - 1
