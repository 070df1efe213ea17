"""A connection that is kept for the next request is never to blame for a row. Against real sockets."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

import anyio
import httpx
import pytest
from anyio.abc import SocketAttribute, SocketStream

from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.errors import KeyRefused
from batch_update.model.plans import Status
from batch_update.model.reports import Event, Pace, Reply, Window
from batch_update.version import USER_AGENT
from tests.api import fault_server as f
from tests.api.fault_server import Act, Exchange, FaultServer, Request
from tests.api.sending import KEY

S = Status


@dataclass
class Sent:
    replies: dict[int, Reply]
    events: list[Event]
    client: Client

    def statuses(self) -> list[Status]:
        return [self.replies[row].status for row in sorted(self.replies)]


def send(
    server: FaultServer,
    rows: int,
    *,
    workers: int = 1,
    gap: float = 0.0,
    rates: tuple[Window, ...] = (),
    backend: str = "asyncio",
    attempts: int = 4,
) -> Sent:
    """Rows 1 to `rows`; each worker rests `gap` seconds between two of its rows."""

    async def main() -> Sent:
        replies: dict[int, Reply] = {}
        events: list[Event] = []
        queue = iter(range(1, rows + 1))
        url = f"http://127.0.0.1:{server.port}/api"
        client = Client(
            ApiKey(KEY),
            base_url=url,
            pace=Pace(rates, timeout=5.0, attempts=attempts),
            on_event=events.append,
        )

        async def work() -> None:
            for row in queue:
                replies[row] = await client.update(row, {"name": "x"})
                await anyio.sleep(gap)

        async with client, anyio.create_task_group() as tasks:
            for _ in range(workers):
                tasks.start_soon(work)
        return Sent(replies, events, client)

    return anyio.run(main, backend=backend)


def test_what_is_sent_is_what_httpx_would_send(backend: str) -> None:
    with FaultServer(lambda request: f.ok) as server:
        url = f"http://127.0.0.1:{server.port}/api/user/assistant/1"
        headers = {
            "Authorization": f"Bearer {KEY}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": USER_AGENT,
            "Content-Type": "application/json",
        }
        send(server, 1, backend=backend)
        with httpx.Client(trust_env=False) as client:
            # httpx's own headers of a client would come before these.
            client.send(httpx.Request("PUT", url, headers=headers, content=b'{"name":"x"}'))
        ours, theirs = server.requests
        assert (ours.head, ours.body) == (theirs.head, theirs.body)


# ---------------------------------------------------------------- closed as it is used again


@pytest.mark.parametrize("closes_after", [0.0, 0.001, 0.002, 0.004, 0.01, 0.1])
@pytest.mark.parametrize("gap", [0.0, 0.001, 0.003, 0.004, 0.01])
@pytest.mark.parametrize("workers", [1, 8])
def test_a_server_that_closes_after_each_answer_costs_no_row_at_any_pace(
    closes_after: float, gap: float, workers: int
) -> None:
    with FaultServer(lambda request: f.closes_after(closes_after)) as server:
        sent = send(server, 24, workers=workers, gap=gap)
        assert sent.statuses() == [S.UPDATED] * 24
        assert sent.events == [], "nobody pauses, and nothing is called down"
        assert sent.client.stats.retries == 0, "nor does it use up the budget of retries"


@pytest.mark.parametrize("attempts", [1, 4])
def test_it_costs_no_row_under_a_window_or_where_one_attempt_is_allowed(attempts: int, backend: str) -> None:
    with FaultServer(lambda request: f.closes_after(0.004)) as server:
        rates = (Window(300, 60),)
        sent = send(server, 150, workers=8, rates=rates, attempts=attempts, backend=backend)
        assert sent.statuses() == [S.UPDATED] * 150
        assert sent.events == []


def test_connections_that_turn_out_to_be_closed_are_soon_not_kept_any_more() -> None:
    """Each would cost a request, and requests count in the windows."""
    with FaultServer(lambda request: f.closes_after(0.05)) as server:
        assert send(server, 60, workers=4).statuses() == [S.UPDATED] * 60
        assert len(server.requests) <= 60 + 8


def test_a_few_that_are_closed_among_many_leave_the_others_kept() -> None:
    with FaultServer(lambda r: f.closes_after(0.05) if r.number % 40 == 0 else f.ok) as server:
        assert send(server, 200).statuses() == [S.UPDATED] * 200
        assert server.connections <= 12


def test_a_row_whose_fresh_connection_fails_as_well_is_unknown(backend: str) -> None:
    """The race is forgiven once; what comes after it is judged as ever."""

    def script(request: Request) -> Act:
        return f.applied_and_cut if request.assistant_id == 2 else f.ok

    with FaultServer(script) as server:
        sent = send(server, 3, backend=backend, attempts=1)
        assert sent.statuses() == [S.UPDATED, S.UNKNOWN, S.UPDATED]
        assert [r.assistant_id for r in server.requests] == [1, 2, 2, 3]


def test_a_first_use_that_is_cut_is_no_race(backend: str) -> None:
    with FaultServer(lambda request: f.cut_after_reading) as server:
        sent = send(server, 1, backend=backend, attempts=1)
        assert sent.replies[1].status is S.UNKNOWN and len(server.requests) == 1


# ---------------------------------------------------------------- answers to something else

SLOW = 0.15
"""seconds that a good answer takes"""


def slow_ok(exchange: Exchange) -> bool:
    time.sleep(SLOW)
    return f.ok(exchange)


def stray(status: int, body: bytes = b'{"message": "not for you"}') -> Act:
    """A proxy answers at once for something else, and the server's own answer comes after it."""

    def act(exchange: Exchange) -> bool:
        exchange.send(f.response(status, body))
        return slow_ok(exchange)

    return act


def once_for(row: int, act: Act, otherwise: Act = slow_ok) -> f.Script:
    seen: set[int] = set()

    def script(request: Request) -> Act:
        if request.assistant_id == row and row not in seen:
            seen.add(row)
            return act
        return otherwise

    return script


@pytest.mark.parametrize("status", [302, 400, 401, 402, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504])
def test_a_refusal_that_comes_sooner_than_ever_is_doubted_once(status: int, backend: str) -> None:
    """It neither fails the row, nor ends the run, nor makes anybody wait."""
    with FaultServer(once_for(3, stray(status))) as server:
        sent = send(server, 6, backend=backend)
        assert sent.statuses() == [S.UPDATED] * 6
        assert sent.events == []
        assert [r.assistant_id for r in server.requests].count(3) == 2


def test_a_refusal_that_comes_again_on_a_new_connection_is_one(backend: str) -> None:
    def script(request: Request) -> Act:
        return f.says(422) if request.assistant_id in (3, 4, 5) else slow_ok

    with FaultServer(script) as server:
        sent = send(server, 8, backend=backend)
        assert sent.statuses() == [S.UPDATED] * 2 + [S.FAILED] * 3 + [S.UPDATED] * 3
        assert all(sent.replies[row].code == "A422" for row in (3, 4, 5))
        assert all([r.assistant_id for r in server.requests].count(row) <= 2 for row in range(1, 9))


def test_a_refused_key_that_comes_again_ends_the_run(backend: str) -> None:
    with FaultServer(lambda r: f.says(401) if r.assistant_id >= 3 else slow_ok) as server:
        sent = send(server, 6, backend=backend)
        assert isinstance(sent.replies[3].stop, KeyRefused)
        assert sent.statuses() == [S.UPDATED] * 2 + [S.FAILED] + [S.NOT_SENT] * 3


def test_a_refusal_with_more_behind_it_is_doubted_however_long_it_took(backend: str) -> None:
    def act(exchange: Exchange) -> bool:
        exchange.applied()
        exchange.server.answered.append(exchange.request.assistant_id)
        exchange.send(f.response(422, b"{}") + exchange.ok())
        return True

    with FaultServer(once_for(3, act, f.ok)) as server:
        sent = send(server, 5, backend=backend)
        assert sent.statuses() == [S.UPDATED] * 5


def test_a_doubted_refusal_and_then_another_is_unknown(backend: str) -> None:
    """The first request may have been applied, whatever is said of the second."""
    calls = iter([stray(404), f.says(409)])

    def script(request: Request) -> Act:
        return next(calls, f.says(422)) if request.assistant_id == 3 else slow_ok

    with FaultServer(script) as server:
        assert send(server, 3, backend=backend).statuses() == [S.UPDATED] * 2 + [S.UNKNOWN]


def test_a_doubted_refusal_of_one_field_and_then_of_another_is_unknown(backend: str) -> None:
    """What is said of fields tells two refusals apart."""
    calls = iter([stray(422, b'{"errors": {"name": ["Odd."]}}')])
    other = f.says(422, b'{"errors": {"voice_id": ["Gone."]}}')

    def script(request: Request) -> Act:
        return next(calls, other) if request.assistant_id == 3 else slow_ok

    with FaultServer(script) as server:
        assert send(server, 3, backend=backend).statuses() == [S.UPDATED] * 2 + [S.UNKNOWN]


def test_an_answer_about_another_assistant_closes_the_connection(backend: str) -> None:
    """Else each answer on it would be the one before, for ever."""

    def one_behind(exchange: Exchange) -> bool:
        exchange.applied()
        body = b'{"data": {"id": %d}}' % (exchange.request.assistant_id - 1)
        exchange.send(f.response(200, body))
        return True

    with FaultServer(once_for(3, one_behind, f.ok)) as server:
        sent = send(server, 6, backend=backend)
        assert sent.statuses() == [S.UPDATED] * 6
        assert server.connections == 2


@pytest.mark.parametrize("after", [b"\r\n", b"HTTP/1.1 408 x\r\nContent-Length: 0\r\n\r\n", b"\x15\x03"])
def test_what_arrives_while_nothing_is_asked_closes_the_connection(after: bytes, backend: str) -> None:
    def act(exchange: Exchange) -> bool:
        f.ok(exchange)
        exchange.send(after)
        return True

    with FaultServer(lambda request: act) as server:
        sent = send(server, 4, gap=0.02, backend=backend)
        assert sent.statuses() == [S.UPDATED] * 4
        assert server.connections == 4 and len(server.requests) == 4


def test_a_server_that_speaks_before_it_was_asked_is_not_believed(backend: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    server = FaultServer(lambda request: f.ok)
    server.port = listener.getsockname()[1]

    def greet() -> None:
        connection, _ = listener.accept()
        connection.sendall(b"220 smtp.example ESMTP\r\n")
        with connection:
            server.wait(5)

    server._start(greet)
    with listener:
        sent = send(server, 1, backend=backend, attempts=1)
        server._stopping.set()
    assert sent.replies[1].status in {S.FAILED, S.UNKNOWN}


# ---------------------------------------------------------------- what is no TLS


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x28", b"SSH-2.0-x"]
)
def test_what_speaks_no_tls_is_the_server_and_not_this_machine(answer: bytes) -> None:
    """TLS numbers its errors from 1 on, which the operating system calls `not permitted`."""

    async def serve(stream: SocketStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(answer)

    async def main() -> Reply:
        async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
            url = f"https://127.0.0.1:{listener.extra(SocketAttribute.local_port)}/api"
            async with (
                anyio.create_task_group() as tasks,
                Client(ApiKey(KEY), base_url=url, pace=Pace((), attempts=1)) as client,
            ):
                tasks.start_soon(listener.serve, serve)
                reply = await client.update(1, {"name": "x"})
                tasks.cancel_scope.cancel()
        return reply

    reply = anyio.run(main)
    assert reply.code == "N501" and "permitted" not in reply.message and "SSL" in reply.message
