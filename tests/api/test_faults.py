"""Whatever a server or network does, each row ends in what is true of it. Against real sockets."""

from __future__ import annotations

import json
import random
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.clock import Clock
from batch_update.errors import KeyRefused, RunStopped, UsageError
from batch_update.model.plans import Status
from batch_update.model.reports import Event, Pace, Reply
from tests.api import fault_server as f
from tests.api.fault_server import Act, FaultServer, Request
from tests.api.sending import KEY, paced, send, send_rows
from tests.api.simulated import Server
from tests.clocks import FakeTime

S = Status


@dataclass
class Result:
    replies: dict[int, Reply]
    events: list[Event]
    server: FaultServer
    time: FakeTime
    client: Client

    def statuses(self) -> list[Status]:
        return [self.replies[row].status for row in sorted(self.replies)]


def run(
    server: FaultServer,
    rows: int,
    backend: str,
    *,
    workers: int = 4,
    scheme: str = "http",
    on_pause: Callable[[float], None] = lambda seconds: None,
    **options: Any,
) -> Result:
    """Sends rows 1 to `rows`, then holds what came of it against the server's own log."""
    fake = FakeTime.real()
    events: list[Event] = []

    async def sleep(seconds: float) -> None:
        on_pause(seconds)
        await fake.sleep(seconds)

    pace = paced(options, concurrency=workers, timeout=5.0)

    async def main() -> Result:
        async with Client(
            ApiKey(KEY),
            **{
                "base_url": f"{scheme}://127.0.0.1:{server.port}/api",
                "pace": pace,
                "on_event": events.append,
                "clock": replace(fake.clock, sleep=sleep),
                **options,
            },
        ) as client:
            replies = await send_rows(client, rows, workers=workers)
            return Result(replies, events, server, fake, client)

    result = anyio.run(main, backend=backend)
    check_invariants(result, rows)
    return result


def check_invariants(result: Result, rows: int) -> None:
    server = result.server
    assert set(result.replies) == set(range(1, rows + 1))
    for row, reply in result.replies.items():
        if reply.status is S.UPDATED:
            assert row in server.answered, f"row {row} is called updated without a complete 2xx"
        if reply.status in (S.FAILED, S.NOT_SENT):
            assert row not in server.applied, f"row {row} was applied and is called {reply.status}"
        assert (reply.status is S.NOT_SENT) == (reply.started is None)
        assert reply.status is S.UPDATED or (reply.code and reply.message)
    shown = repr((result.replies, result.events, result.client.stats))
    assert KEY not in shown and KEY.replace("\\", "\\\\") not in shown


def once(act: Act, otherwise: Act = f.ok, row: int = 2) -> f.Script:
    """`act` at the first request for this row, otherwise what is good."""
    seen: set[int] = set()

    def script(request: Request) -> Act:
        if request.assistant_id == row and row not in seen:
            seen.add(row)
            return act
        return otherwise

    return script


def always(act: Act, row: int = 2) -> f.Script:
    return lambda request: act if request.assistant_id == row else f.ok


# ---------------------------------------------------------------- it just works


@pytest.mark.parametrize("act", [f.ok, f.a_byte_at_a_time, f.chunked, f.until_closed, f.two_answers])
def test_every_proper_answer_is_understood(act: Act, backend: str) -> None:
    with FaultServer(lambda request: act) as server:
        result = run(server, 8, backend)
        assert result.statuses() == [S.UPDATED] * 8
        assert len(server.requests) == 8, "nothing is sent twice"
        assert all(reply.attempts == 1 and reply.http == 200 for reply in result.replies.values())


def test_a_server_that_hangs_up_after_each_answer_loses_no_row(backend: str) -> None:
    """Where the next request has just left when it does, that is sent again."""
    with FaultServer(lambda request: f.closes_after_answering) as server:
        assert run(server, 20, backend).statuses() == [S.UPDATED] * 20


@pytest.mark.parametrize(("scheme", "length"), [("http", 0), ("http", 65536), ("https", 0)])
def test_what_comes_with_an_answer_is_never_taken_for_the_next(
    scheme: str, length: int, backend: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it waits: in the socket, in the event loop behind a first read of that length, or in TLS."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    busy, sent = threading.Event(), threading.Event()

    def answers_twice(exchange: f.Exchange) -> bool:
        busy.wait(5)
        exchange.applied()
        exchange.server.answered.append(1)
        exchange.send(padded(exchange.ok(), length))
        exchange.send(f.response(422, b'{"message": "not for you"}'))
        sent.set()
        return True

    async def keep_busy(attempt: int) -> None:
        """Holds up the whole event loop until both answers have arrived."""
        busy.set()
        sent.wait(5)

    async def main() -> list[Reply]:
        url = f"{scheme}://127.0.0.1:{server.port}/api"
        async with client(server, base_url=url) as sender, anyio.create_task_group() as tasks:
            await sender.update(5, {"name": "x"})  # the very first goes alone
            tasks.start_soon(sender.update, 1, {"name": "x"})
            while len(server.requests) < 2:
                await anyio.sleep(0.001)
            await sender.update(2, {"name": "x"}, before_send=keep_busy)
            return await send_many(sender, range(3, 5))

    tls = serving(certificate) if scheme == "https" else None
    with FaultServer(lambda r: answers_twice if r.assistant_id == 1 else f.ok, tls=tls) as server:
        replies = anyio.run(main, backend=backend)
        assert [(reply.status, reply.attempts) for reply in replies] == [(S.UPDATED, 1)] * 2
        assert sent.is_set() and server.connections == 3, "the one with two answers is not used again"


def padded(answer: bytes, length: int) -> bytes:
    """The same answer with spaces at its end, so many bytes in all if it is shorter."""
    body = answer.split(b"\r\n\r\n")[1]
    options = (f.response(200, body.ljust(room)) for room in range(max(length - 120, 0), length + 1))
    return next(option for option in options if len(option) >= length)


def test_the_request_is_as_documented(backend: str) -> None:
    with FaultServer(lambda request: f.ok) as server:
        run(server, 1, backend)
        request = server.requests[0]
        head = request.head.decode("ascii").split("\r\n")
        assert head[0] == "PUT /api/user/assistant/1 HTTP/1.1"
        headers = dict(line.lower().split(": ", 1) for line in head[1:])
        assert headers.pop("user-agent").startswith("batch-update/")
        assert headers == {
            "host": f"127.0.0.1:{server.port}",
            "authorization": f"bearer {KEY.lower()}",
            "accept": "application/json",
            "accept-encoding": "identity",
            "content-type": "application/json",
            "content-length": str(len(request.body)),
        }
        assert request.body == b'{"name":"row 1"}'


def test_a_connection_is_kept_for_the_next_row(backend: str) -> None:
    with FaultServer(lambda request: f.ok) as server:
        run(server, 40, backend)
        assert server.connections <= 4


def test_a_connection_that_the_server_closed_in_a_pause_is_not_used(backend: str) -> None:
    """Nor does a row lose an attempt over it."""
    with FaultServer(lambda request: f.ok, idle=0.05) as server:

        async def main() -> list[Reply]:
            async with client(server) as sender:
                first = await sender.update(1, {"name": "x"})
                await anyio.sleep(0.2)
                return [first, await sender.update(2, {"name": "x"})]

        replies = anyio.run(main, backend=backend)
        assert [(r.status, r.attempts) for r in replies] == [(S.UPDATED, 1)] * 2
        assert server.connections == 2


def test_an_idle_connection_is_given_up_after_two_seconds(backend: str) -> None:
    """Before servers do, which would cut the next request."""
    fake = FakeTime.real()
    with FaultServer(lambda request: f.ok) as server:

        async def main() -> None:
            async with client(server, clock=fake.clock) as sender:
                for pause in (0.0, 1.5, 2.5):
                    fake.skipped += pause
                    await sender.update(1, {"name": "x"})

        anyio.run(main, backend=backend)
        assert server.connections == 2


def client(server: FaultServer, **options: Any) -> Client:
    given: dict[str, Any] = {"base_url": f"http://127.0.0.1:{server.port}/api"}
    given["pace"] = paced(options, timeout=5.0)
    return Client(ApiKey(KEY), **{**given, **options})


# ---------------------------------------------------------------- no connection


def test_refused_for_a_while_and_then_up(backend: str) -> None:
    server = FaultServer(lambda request: f.ok)
    server.reserve()
    waited = 0.0

    def on_pause(seconds: float) -> None:
        nonlocal waited
        waited += seconds
        if waited >= 20 and not server._threads:
            server.listen()

    try:
        result = run(server, 30, backend, workers=8, on_pause=on_pause)
        assert result.statuses() == [S.UPDATED] * 30
        assert "pause" in [event.kind for event in result.events]
    finally:
        server.__exit__()


def test_never_up_stops_the_run_and_nothing_is_unknown(backend: str) -> None:
    server = FaultServer(lambda request: f.ok)
    server.reserve()
    try:
        result = run(server, 30, backend, outage=300.0)
        assert set(result.statuses()) == {S.FAILED, S.NOT_SENT}
        stop = next(r.stop for r in result.replies.values() if r.stop)
        assert isinstance(stop, RunStopped) and stop.code == "R103"
        failed = next(r for r in result.replies.values() if r.status is S.FAILED)
        assert failed.code == "N501" and "refused" in failed.message.lower() and failed.http is None
    finally:
        server.__exit__()


def test_a_host_that_does_not_exist_is_no_connection(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with FaultServer(lambda request: f.ok) as server:
        reply = run(server, 1, backend, base_url="https://example.invalid/api", attempts=1).replies[1]
        assert (reply.status, reply.code) == (S.FAILED, "N501")
        assert "not known" in reply.message


def test_a_host_name_that_is_none_is_no_connection(backend: str) -> None:
    with FaultServer(lambda request: f.ok) as server:
        url = f"https://{'a' * 64}.invalid/api"
        reply = run(server, 1, backend, base_url=url, attempts=1).replies[1]
        assert (reply.status, reply.code) == (S.FAILED, "N501")


def test_a_connection_that_hangs_fails_within_the_deadline(backend: str) -> None:
    """TLS that never answers: certainly not sent."""
    with FaultServer(lambda request: f.ok) as server:
        result = run(server, 1, backend, scheme="https", timeout=0.1, attempts=2)
        assert (result.replies[1].status, result.replies[1].code) == (S.FAILED, "N501")
        assert result.replies[1].attempts == 2


def test_a_fifth_of_the_connections_cut_after_accept_loses_nothing(backend: str) -> None:
    """Cut before anything was read: whether that was before or after sending, no row is called failed."""
    with FaultServer(lambda request: f.closes_after_answering, cut_connection=lambda n: n % 5 == 0) as server:
        result = run(server, 40, backend)
        assert result.statuses() == [S.UPDATED] * 40


def test_a_certificate_that_nobody_trusts_stops_the_run(backend: str, certificate: Path) -> None:
    with FaultServer(lambda request: f.ok, tls=serving(certificate)) as server:
        result = run(server, 3, backend, scheme="https", workers=1)
        assert result.statuses() == [S.FAILED, S.NOT_SENT, S.NOT_SENT]
        assert result.replies[1].code == "N503"
        assert isinstance(result.replies[1].stop, RunStopped)
        assert server.requests == [], "the key was not sent"


def test_a_certificate_that_is_trusted_serves(
    backend: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with FaultServer(lambda request: f.ok, tls=serving(certificate)) as server:
        result = run(server, 8, backend, scheme="https", workers=2)
        assert result.statuses() == [S.UPDATED] * 8
        assert server.connections <= 2


def test_a_trusted_certificate_of_another_host_stops_the_run(
    backend: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with FaultServer(lambda request: f.ok, tls=serving(certificate)) as server:
        result = run(server, 2, backend, workers=1, base_url=f"https://localhost:{server.port}/api")
        assert [reply.code for reply in result.replies.values()] == ["N503", "R101"]
        assert "localhost" in result.replies[1].message
        assert server.requests == [], "the key was not sent"


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_cannot_be_read_are_an_error_of_usage(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "trusted.pem"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(UsageError) as caught:
        Client(ApiKey(KEY), base_url="https://127.0.0.1/api", pace=Pace(()))
    assert caught.value.code == "U101" and "SSL_CERT_FILE" in caught.value.remedy


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and self-signed certificate of 127.0.0.1 in one file."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1"
    )
    command += f" -addext subjectAltName=IP:127.0.0.1 -keyout {path.with_suffix('.key')} -out {path}"
    try:
        subprocess.run(command.split(), check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no openssl here to make a certificate with")
    path.write_text(path.read_text() + path.with_suffix(".key").read_text())
    return path


# ---------------------------------------------------------------- sent, and then


AMBIGUOUS: dict[str, Act] = {
    "cut": f.cut_after_reading,
    "reset": f.reset_after_reading,
    "applied and cut": f.applied_and_cut,
    "garbage": f.applied_then(b"\x00\xff garbage\r\n\r\n"),
    "half a status line": f.applied_then(b"HTTP/1.1 2"),
    "a huge header": f.applied_then(f.HUGE_HEADER),
    "1xx for ever": f.informs_for_ever,
    "a status and no more": f.applied_then(b"HTTP/1.1 200 OK\r\n"),
}
NONSENSE: dict[str, Act] = {
    "a short body": f.short_body,
    "another id": f.applied_then(f.response(200, b'{"data": {"id": 99}}'), closes=False),
    "no JSON": f.applied_then(f.response(200, b"fine"), closes=False),
    "a page": f.applied_then(f.response(200, f.PAGE, Content_Type="text/html"), closes=False),
    "a gzip bomb": f.applied_then(f.GZIP_BOMB, closes=False),
    "deep JSON": f.applied_then(f.DEEP_JSON, closes=False),
    "a huge body": f.applied_then(f.HUGE_BODY),
}
GATEWAY: dict[str, Act] = {
    "500": f.says(500),
    "502": f.says(502, f.PAGE, Content_Type="text/html"),
    "504": f.says(504, b""),
    "520": f.says(520, b""),
    "999": f.says(999, b"?"),
}


@pytest.mark.parametrize("fault", [*AMBIGUOUS, *NONSENSE, *GATEWAY])
def test_an_ambiguous_end_once_is_sent_again_and_says_so(fault: str, backend: str) -> None:
    act = {**AMBIGUOUS, **NONSENSE, **GATEWAY}[fault]
    with FaultServer(once(act)) as server:
        result = run(server, 4, backend, workers=1)
        assert result.statuses() == [S.UPDATED] * 4
        assert result.replies[2].attempts == 2
        assert "attempt 2" in result.replies[2].message
        bodies = [r.body for r in server.requests if r.assistant_id == 2]
        assert len(bodies) == 2 and bodies[0] == bodies[1], "the same content"


@pytest.mark.parametrize(
    ("faults", "code", "attempts"),
    [(AMBIGUOUS, "N502", 4), (NONSENSE, "A200", 2)],
    ids=["no answer", "nonsense"],
)
def test_an_ambiguous_end_that_stays_is_unknown(
    faults: dict[str, Act], code: str, attempts: int, backend: str
) -> None:
    for act in faults.values():
        with FaultServer(always(act)) as server:
            reply = run(server, 3, backend, workers=1).replies[2]
            assert (reply.status, reply.code, reply.attempts) == (S.UNKNOWN, code, attempts)


@pytest.mark.parametrize(
    ("fault", "code", "attempts"),
    [("500", "A500", 3), ("999", "A500", 3), ("502", "A502", 4), ("504", "A502", 4), ("520", "A502", 4)],
)
def test_a_gateway_that_stays_broken_for_a_row_leaves_it_unknown(
    fault: str, code: str, attempts: int, backend: str
) -> None:
    with FaultServer(always(GATEWAY[fault])) as server:
        reply = run(server, 3, backend, workers=1).replies[2]
        assert (reply.status, reply.code, reply.attempts) == (S.UNKNOWN, code, attempts)
        assert reply.http == int(fault)


@pytest.mark.parametrize("fault", ["502", "504"])
def test_a_gateway_that_is_broken_for_a_minute_costs_no_row(fault: str, backend: str) -> None:
    waited = 0.0

    def on_pause(seconds: float) -> None:
        nonlocal waited
        waited += seconds

    with FaultServer(lambda request: GATEWAY[fault] if waited < 60 else f.ok) as server:
        result = run(server, 30, backend, workers=8, on_pause=on_pause)
        assert result.statuses() == [S.UPDATED] * 30
        assert [e.kind for e in result.events].count("resume") == 1


@pytest.mark.parametrize("act", [f.applied_and_hangs, f.trickles_for_ever])
def test_an_answer_that_never_ends_is_cut_at_the_deadline(act: Act, backend: str) -> None:
    with FaultServer(always(act)) as server:
        begin = time.monotonic()
        reply = run(server, 2, backend, timeout=0.15, attempts=2).replies[2]
        assert (reply.status, reply.code, reply.attempts) == (S.UNKNOWN, "N502", 2)
        assert time.monotonic() - begin < 1


@pytest.mark.parametrize("act", [f.applied_and_hangs, f.half_a_body_and_hangs])
def test_hanging_once_and_then_answering_is_updated(act: Act, backend: str) -> None:
    with FaultServer(once(act)) as server:
        assert run(server, 3, backend, workers=1, timeout=0.15).statuses() == [S.UPDATED] * 3


def test_never_failed_after_an_ambiguous_attempt(backend: str) -> None:
    """The first attempt may have been applied, whatever is said of the second."""
    for status in (422, 404, 409, 403, 400):
        with FaultServer(once(f.applied_and_cut, f.says(status), row=1)) as server:
            reply = run(server, 1, backend).replies[1]
            assert (reply.status, reply.code) == (S.UNKNOWN, "N502")
            assert "may have been applied" in reply.message


def test_an_ambiguous_attempt_and_then_a_refused_key_is_unknown_and_stops(backend: str) -> None:
    with FaultServer(once(f.applied_and_cut, f.says(401), row=1)) as server:
        reply = run(server, 1, backend).replies[1]
        assert reply.status is S.UNKNOWN and isinstance(reply.stop, KeyRefused)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "A400"), (405, "A400"), (413, "A400"), (415, "A400"), (418, "A400"), (422, "A422")],
)
def test_a_refusal_of_a_tenth_of_the_rows_fails_those_and_no_other(
    status: int, code: str, backend: str
) -> None:
    body = b'{"message": "no", "errors": {"name": ["Too odd."]}}'
    with FaultServer(lambda r: f.says(status, body) if r.assistant_id % 10 == 0 else f.ok) as server:
        result = run(server, 40, backend)
        assert {row for row, r in result.replies.items() if r.status is S.FAILED} == {10, 20, 30, 40}
        reply = result.replies[10]
        assert (reply.code, reply.attempts, reply.http) == (code, 1, status)
        assert reply.field_errors == {"name": ("Too odd.",)}
        assert len(server.requests) == 40


@pytest.mark.parametrize("status", [408, 409, 423, 425])
def test_busy_is_tried_again_and_certain(status: int, backend: str) -> None:
    with FaultServer(once(f.says(status))) as server:
        reply = run(server, 3, backend).replies[2]
        assert (reply.status, reply.attempts, reply.message) == (S.UPDATED, 2, "")
    with FaultServer(always(f.says(status))) as server:
        reply = run(server, 3, backend).replies[2]
        assert (reply.status, reply.code, reply.attempts) == (S.FAILED, "A409", 4)


@pytest.mark.parametrize("status", [401, 402, 419])
def test_a_refused_key_at_row_50_stops_at_once(status: int, backend: str) -> None:
    body = json.dumps({"error": "Invalid API key", "message": f"Your key {KEY} is not known"}).encode()
    with FaultServer(lambda r: f.says(status, body) if r.assistant_id >= 50 else f.ok) as server:
        result = run(server, 120, backend)
        refused = [r for r in result.replies.values() if r.code == "A401"]
        assert all(isinstance(r.stop, KeyRefused) and r.status is S.FAILED for r in refused)
        assert 1 <= len(refused) <= 4
        assert all(result.replies[row].status is S.NOT_SENT for row in range(54, 121))
        assert len(server.requests) <= 53
        assert [e.kind for e in result.events] == ["stop"]


def test_a_refused_key_costs_one_request_however_many_workers_there_are(backend: str) -> None:
    with FaultServer(lambda request: f.says(401)) as server:
        result = run(server, 30, backend, workers=8)
        assert len(server.requests) == 1
        assert result.statuses().count(S.FAILED) == 1 and set(result.statuses()) == {S.FAILED, S.NOT_SENT}


def test_the_first_update_goes_alone_but_nobody_waits_long_for_its_answer(backend: str) -> None:
    server = Server(latency=lambda: 20.0)
    sent = send(server, 8, backend, workers=4, rates=())
    assert sent.count(S.UPDATED) == 8 and server.most_under_way == 4
    assert server.arrivals[:4] == pytest.approx([20, 22, 22, 22], abs=0.1)


def test_whatever_comes_of_the_first_update_the_others_follow(backend: str) -> None:
    """It goes alone, and is not waited for any longer than its first attempt."""
    with FaultServer(lambda r: f.cut_after_reading if r.number == 1 else f.ok) as server:
        assert run(server, 30, backend, workers=8).statuses() == [S.UPDATED] * 30


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int, backend: str) -> None:
    with FaultServer(lambda r: f.ok) as elsewhere:
        target = f"http://127.0.0.1:{elsewhere.port}/api/user/assistant/1"
        with FaultServer(lambda r: f.says(status, b"", Location=target)) as server:
            result = run(server, 20, backend, workers=1)
            assert result.replies[1].status is S.FAILED and result.replies[1].code == "A300"
            assert isinstance(result.replies[1].stop, RunStopped)
            assert len(server.requests) == 1
        assert elsewhere.connections == 0


def test_the_first_answer_as_a_page_stops_the_run(backend: str) -> None:
    with FaultServer(lambda r: f.says(200, f.PAGE, Content_Type="text/html")) as server:
        result = run(server, 20, backend, workers=1)
        assert result.statuses() == [S.UNKNOWN] + [S.NOT_SENT] * 19
        assert isinstance(result.replies[1].stop, RunStopped)


def test_403_for_one_row_fails_it_and_for_many_stops(backend: str) -> None:
    with FaultServer(always(f.says(403))) as server:
        assert run(server, 8, backend).statuses().count(S.FAILED) == 1
    with FaultServer(lambda r: f.says(403) if r.assistant_id > 5 else f.ok) as server:
        result = run(server, 20, backend, workers=1)
        assert result.statuses() == [S.UPDATED] * 5 + [S.FAILED] * 3 + [S.NOT_SENT] * 12


def test_404_for_one_row_fails_it_and_for_the_first_five_stops(backend: str) -> None:
    with FaultServer(always(f.says(404))) as server:
        assert run(server, 8, backend).statuses().count(S.FAILED) == 1
    with FaultServer(lambda r: f.says(404)) as server:
        assert run(server, 20, backend, workers=1).statuses() == [S.FAILED] * 5 + [S.NOT_SENT] * 15


def test_twenty_refusals_from_the_start_stop(backend: str) -> None:
    with FaultServer(lambda r: f.says(422)) as server:
        result = run(server, 30, backend, workers=1)
        assert result.statuses() == [S.FAILED] * 20 + [S.NOT_SENT] * 10
        assert result.replies[20].stop is not None


def test_secrets_of_a_body_that_the_server_repeats_are_left_out(backend: str) -> None:
    secret = "cal_live_0123456789"
    body = json.dumps({"message": secret, "errors": {f"tools.0.{secret}": [f"{secret} is unknown"]}}).encode()
    with FaultServer(lambda r: f.says(422, body, X_Request_Id=secret)) as server:

        async def main() -> Reply:
            async with client(server) as sender:
                tool = {"type": "calendar_integration", "calcom_api_key": secret, "calcom_event_slug": "x"}
                return await sender.update(1, {"name": "x", "tools": [tool]})

        reply = anyio.run(main, backend=backend)
        assert secret.encode() in server.requests[0].body
        assert secret not in repr(reply) and "*** is unknown" in repr(reply.field_errors)


def test_an_answer_before_all_was_read_counts(backend: str) -> None:
    with FaultServer(always(f.answers_before_reading_all(413))) as server:
        assert run(server, 3, backend).replies[2].code == "A400"


def test_a_429_and_a_503_on_the_way_cost_nothing(backend: str) -> None:
    limited = f.says(429, b'{"retry_after": 2}', Retry_After="2")
    busy = f.says(503, f.PAGE, Retry_After="2")
    with FaultServer(lambda r: {5: limited, 15: busy}.get(r.number, f.ok)) as server:
        result = run(server, 30, backend, workers=1)
        assert result.statuses() == [S.UPDATED] * 30
        assert result.client.stats.gates == 2


# ---------------------------------------------------------------- many at once


def test_no_failure_among_many_concurrent_ones_is_lost(backend: str) -> None:
    """Each row gets its own answer, by a rule that its number gives."""
    acts = {0: f.ok, 1: f.says(422), 2: f.says(409), 3: f.applied_then(f.response(200, b"?"), closes=False)}
    wanted = {0: "", 1: "A422", 2: "A409", 3: "A200"}
    with FaultServer(lambda r: acts[r.assistant_id % 4]) as server:
        result = run(server, 60, backend, workers=16)
        assert {row: r.code for row, r in result.replies.items()} == {
            row: wanted[row % 4] for row in range(1, 61)
        }


def test_retries_have_a_budget(backend: str) -> None:
    """A server that is always busy gets a tenth more requests and twenty, not four times as many."""
    with FaultServer(lambda r: f.says(409)) as server:
        result = run(server, 100, backend, workers=8)
        assert set(result.statuses()) == {S.FAILED}
        assert 110 <= len(server.requests) <= 100 * 1.15 + 20


def test_pauses_between_attempts_grow_and_are_bounded(backend: str) -> None:
    with FaultServer(always(f.says(409), row=1)) as server:
        result = run(server, 1, backend, attempts=10)
        assert len(result.time.pauses) == 9
        assert all(pause <= min(30, 4 * 2**n) for n, pause in enumerate(result.time.pauses))
        assert max(result.time.pauses) > 8


def test_100_cancellations_leak_nothing(backend: str) -> None:
    """At random moments, connecting, sending or waiting; afterwards every slot and connection is there."""
    with FaultServer(lambda r: f.applied_and_hangs if r.assistant_id < 100 else f.ok) as server:

        async def main() -> list[Reply]:
            rng = random.Random(3)
            async with client(server, concurrency=4) as sender:
                for _ in range(25):
                    async with anyio.create_task_group() as tasks:
                        for row in range(1, 5):
                            tasks.start_soon(sender.update, row, {"name": "x"})
                        for _ in range(rng.randrange(4)):
                            await anyio.sleep(0)
                        await anyio.sleep(rng.choice([0, 0, 0.001, 0.004]))
                        tasks.cancel_scope.cancel()
                with anyio.fail_after(5):
                    replies = await send_many(sender, range(100, 120))
                assert not sender._pacer._flying and not sender._pacer._queue
                assert len(sender._wires._idle) <= 4
                return replies

        replies = anyio.run(main, backend=backend)
        assert [reply.status for reply in replies] == [S.UPDATED] * 20


async def send_many(sender: Client, rows: range) -> list[Reply]:
    replies: list[Reply] = []

    async def one(row: int) -> None:
        replies.append(await sender.update(row, {"name": "x"}))

    async with anyio.create_task_group() as tasks:
        for row in rows:
            tasks.start_soon(one, row)
    return replies


# ---------------------------------------------------------------- stopping


def test_stop_sending_tells_what_is_true_of_each_row(backend: str) -> None:
    """Never begun, certainly not applied, ambiguous, and on its way."""
    acts = {1: f.says(409), 2: f.applied_and_cut, 3: f.ok}

    pauses: list[float] = []

    async def long_pause(seconds: float) -> None:
        pauses.append(seconds)
        await anyio.sleep(3600)

    with FaultServer(lambda r: acts[r.assistant_id]) as server:

        async def main() -> dict[int, Reply]:
            replies: dict[int, Reply] = {}
            async with client(server, clock=Clock(sleep=long_pause), concurrency=3) as sender:

                async def one(row: int) -> None:
                    replies[row] = await sender.update(row, {"name": "x"})

                async with anyio.create_task_group() as tasks:
                    for row in (1, 2, 3):
                        tasks.start_soon(one, row)
                    while 3 not in replies or len(server.requests) < 3 or len(pauses) < 2:
                        await anyio.sleep(0.005)
                    sender.stop_sending()
                await one(4)
            return replies

        replies = anyio.run(main, backend=backend)
        assert {row: (r.status, r.code) for row, r in replies.items()} == {
            1: (S.FAILED, "A409"),
            2: (S.UNKNOWN, "N502"),
            3: (S.UPDATED, ""),
            4: (S.NOT_SENT, "R101"),
        }
        assert all(reply.stop is None for reply in replies.values()), "nothing was wrong with the server"


def test_before_send_comes_before_the_first_byte_of_each_attempt(backend: str) -> None:
    seen: list[tuple[int, int]] = []
    with FaultServer(once(f.says(409), row=1)) as server:

        async def before(attempt: int) -> None:
            seen.append((attempt, len(server.requests)))

        async def main() -> Reply:
            async with client(server, clock=FakeTime.real().clock) as sender:
                return await sender.update(1, {"name": "x"}, before_send=before)

        assert anyio.run(main, backend=backend).status is S.UPDATED
        assert seen == [(1, 0), (2, 1)]


def test_nothing_is_sent_where_before_send_fails(backend: str) -> None:
    async def before(attempt: int) -> None:
        raise RuntimeError("the disk is full")

    with FaultServer(lambda r: f.ok) as server:

        async def main() -> None:
            async with client(server, concurrency=1) as sender:
                with pytest.raises(RuntimeError, match="the disk is full"):
                    await sender.update(1, {"name": "x"}, before_send=before)
                assert (await sender.update(2, {"name": "x"})).status is S.UPDATED

        anyio.run(main, backend=backend)
        assert [request.assistant_id for request in server.requests] == [2]


@pytest.mark.parametrize("assistant_id", [0, -1])
def test_an_id_that_is_none_is_a_bug_of_the_caller(assistant_id: int, backend: str) -> None:
    with FaultServer(lambda r: f.ok) as server:

        async def main() -> None:
            async with client(server) as sender:
                with pytest.raises(ValueError, match="above 0"):
                    await sender.update(assistant_id, {"name": "x"})
                for text in ("../../billing", "1?x=1"):
                    with pytest.raises((TypeError, ValueError)):
                        await sender.update(text, {"name": "x"})

        anyio.run(main, backend=backend)
        assert server.requests == []


def test_a_wait_in_two_headers_is_waited_for(backend: str) -> None:
    """A gateway and the server behind it have set one each."""
    limited = b"HTTP/1.1 429 x\r\nRetry-After: 120\r\nContent-Length: 0\r\nRetry-After: 5\r\n\r\n"
    with FaultServer(once(lambda exchange: exchange.send(limited) or True)) as server:
        result = run(server, 3, backend, workers=1)
        assert result.statuses() == [S.UPDATED] * 3
        assert result.time.skipped > 120
