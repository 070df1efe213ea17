"""Whom a served sandbox answers, how much it takes in, and for how long it waits."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import pytest

from batch_update.sandbox import serving as served_module
from batch_update.sandbox.app import Sandbox, make_app
from batch_update.sandbox.intake import MOST_BYTES
from batch_update.sandbox.visitors import OnlyFrom
from batch_update.settings.tunables import SANDBOX_KEY
from tests.sandbox.served import serving

KEY = {"Authorization": f"Bearer {SANDBOX_KEY}"}
JSON = {"Content-Type": "application/json"}
UPDATE = "/api/user/assistant/10001"


@contextmanager
def sandbox(**options: Any) -> Iterator[tuple[Sandbox, str]]:
    how = {name: options.pop(name) for name in ("patience",) if name in options}
    with make_app(None, limits=(), **options, **how) as app, serving(app, **how) as address:
        yield app, address


# ---------------------------------------------------------------- who

# Host, Origin ("" for none), whether it is answered
VISITORS = [
    ("127.0.0.1", "", True), ("localhost", "", True), ("LOCALHOST.", "", True), ("[::1]", "", True),
    ("sandbox.localhost", "", True), ("127.1.2.3", "", True), ("localhost:9999", "", True),
    ("evil.example", "", False), ("127.0.0.1.evil.example", "", False), ("localhost.evil.example", "", False),
    ("10.0.0.1", "", False), ("", "", False), ("localhost:x", "", False), ("evil.example@localhost", "", False),
    ("[::1", "", False), ("notlocalhost", "", False),
    ("localhost", "http://localhost", True), ("localhost", "http://127.0.0.1:3000", True),
    ("localhost", "https://evil.example", False), ("localhost", "null", False), ("localhost", "", True),
    ("127.0.0.1", "http://localhost.evil.example", False), ("127.0.0.1", "file://", False),
    ("127.0.0.1", "http://[::1", False), ("evil.example", "http://evil.example", False),
]  # fmt: skip


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with sandbox() as (_, found):
        yield found


@pytest.mark.parametrize(("host", "origin", "answered"), VISITORS)
@pytest.mark.parametrize("path", ["/", "/openapi.json", "/api/user/me"])
def test_a_foreign_host_or_origin_is_refused(address, host, origin, answered, path):
    headers = {**KEY, "Host": host} | ({"Origin": origin} if origin else {})
    answer = httpx.get(address + path, headers=headers)
    assert answer.status_code == (200 if answered else 403)
    assert answered or answer.json()["error"] == "Forbidden"


@pytest.mark.parametrize(
    ("served_on", "host", "origin", "answered"),
    [
        ("0.0.0.0", "box.lan:8080", "", True),
        ("0.0.0.0", "box.lan", "http://box.lan:8080", True),
        ("0.0.0.0", "box.lan", "http://evil.example", False),
        ("192.168.1.5", "anything", "", True),
        ("::1", "localhost", "", True),
        ("::1", "evil.example", "", False),
        ("localhost", "localhost", "", True),
    ],
)
def test_on_an_address_that_others_reach_only_pages_of_other_sites_are_refused(
    served_on, host, origin, answered
):
    async def once() -> int:
        app = OnlyFrom(make_app(None), served_on)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url=f"http://{host}"
        ) as client:
            return (await client.get("/", headers={"Origin": origin} if origin else {})).status_code

    assert anyio.run(once) == (200 if answered else 403)


# ---------------------------------------------------------------- how much


def _endless(pieces: int) -> Iterator[bytes]:
    yield b'{"name": "'
    for _ in range(pieces):
        yield b"x" * 65_536


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize(("headers", "status"), [({}, 401), ({"Authorization": "Bearer x"}, 401), (KEY, 413)])
def test_a_body_that_is_too_large_is_neither_read_to_its_end_nor_kept(chunked, headers, status):
    with sandbox() as (app, address):
        content: Any = _endless(1000) if chunked else b"x" * (MOST_BYTES + 1)
        with httpx.Client(base_url=address) as client:
            answer = client.put(UPDATE, headers={**headers, **JSON}, content=content)
            assert answer.status_code == status and answer.headers["Connection"] == "close"
            assert client.get("/api/user/me", headers=KEY).status_code == 200
        assert [(seen.status, seen.body) for seen in app.requests_seen()] == [(status, ""), (200, "")]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/"), ("GET", "/openapi.json"), ("POST", "/api/nowhere"), ("POST", UPDATE)]
)
def test_a_body_that_nobody_asked_for_is_not_read_to_its_end(method, path):
    with sandbox() as (_, address), httpx.Client(base_url=address) as client:
        sent = []

        def counted() -> Iterator[bytes]:
            for piece in _endless(4000):
                sent.append(len(piece))
                yield piece

        with suppress(httpx.TransportError):  # the server may hang up before the end was sent
            client.request(method, path, content=counted())
        assert sum(sent) < 64 * 1024 * 1024
        assert client.get("/api/user/me", headers=KEY).status_code == 200


def test_a_small_body_without_a_key_leaves_the_connection_open_and_nothing_in_the_log():
    with sandbox() as (app, address), httpx.Client(base_url=address) as client:
        answer = client.put(UPDATE, headers=JSON, content=b'{"name": "secret"}')
        assert answer.status_code == 401 and "Connection" not in answer.headers
        assert [seen.body for seen in app.requests_seen()] == [""]


def test_bodies_at_the_bound_are_taken_and_what_comes_of_them_has_a_bound_too(api):
    prompt = "x" * (MOST_BYTES - 30_000)
    assert api.put(10001, {"system_prompt": prompt}).status_code == 200
    answer = api.put(10001, {"variables": {"more": prompt}})
    assert answer.status_code == 413 and api.held(10001)["variables"] != {"more": prompt}
    statuses = [api.put(number, {"system_prompt": prompt}).status_code for number in range(10002, 10022)]
    assert 413 in statuses and api.put(10030, {"name": "small"}).status_code == 200


def test_all_bodies_together_have_a_bound_and_room_is_free_again_where_one_goes_away():
    """As many as fit come, all but their last bytes; then one more has no room."""
    with sandbox() as (_, address), httpx.Client(base_url=address, headers={**KEY, **JSON}) as client:
        wires = [_raw(address) for _ in range(32)]
        try:
            for wire in wires:
                wire.sendall(_head(MOST_BYTES) + b" " * (MOST_BYTES - 1))
            content = b'{"name": "' + b"x" * 100 + b'"}'
            assert 503 in _statuses(lambda: client.put(UPDATE, content=content), until=503)
        finally:
            for wire in wires:
                wire.close()
        assert 200 in _statuses(lambda: client.put(UPDATE, content=content), until=200)


def _statuses(ask: Callable[[], httpx.Response], *, until: int) -> list[int]:
    """What is answered, again and again until it is this, or for long enough."""
    found: list[int] = []
    while until not in found and len(found) < 500:
        found.append(ask().status_code)
        time.sleep(0.01)
    return found


def test_the_log_forgets_bodies_before_it_fills_the_disk(api):
    for _ in range(70):
        api.put(10001, {"system_prompt": "x" * 1_000_000})
    seen = api.app.requests_seen()
    assert len(seen) == 70 and sum(len(request.body) for request in seen) < 64 * 1024 * 1024


# ---------------------------------------------------------------- how long


def _raw(address: str) -> socket.socket:
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname, parts.port), timeout=20)


def _head(length: int, *, key: bool = True) -> bytes:
    lines = [
        f"PUT {UPDATE} HTTP/1.1",
        "Host: localhost",
        f"Content-Length: {length}",
        *map(": ".join, JSON.items()),
    ]
    lines += map(": ".join, KEY.items()) if key else ()
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@pytest.mark.parametrize("key", [True, False])
def test_a_body_that_does_not_come_ends_with_a_408_or_401(key):
    with sandbox(patience=0.2) as (_, address), _raw(address) as wire:
        wire.sendall(_head(50, key=key) + b"{")
        answer = b"".join(iter(lambda: wire.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 408 " if key else b"HTTP/1.1 401 ")


@pytest.mark.parametrize("piece", [b"", b"GET / HTTP/1.1\r\n", b"X: y\r\n"])
def test_a_head_that_does_not_come_to_its_end_ends_the_connection(piece):
    with sandbox(patience=0.2) as (_, address), _raw(address) as wire:
        wire.sendall(piece)
        begun = time.monotonic()
        with suppress(ConnectionError):
            while wire.recv(4096):
                pass
        assert time.monotonic() - begun < 10


def test_a_head_that_drips_is_no_reason_to_wait_longer():
    with sandbox(patience=0.4) as (_, address), _raw(address) as wire:
        wire.sendall(b"GET / HTTP/1.1\r\n")
        begun = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - begun < 10:
                wire.sendall(b"X: y\r\n")
                time.sleep(0.05)
        assert time.monotonic() - begun < 5


def test_a_connection_that_goes_on_asking_stays_open():
    with sandbox(patience=1) as (_, address), httpx.Client(base_url=address, headers=KEY) as client:
        client.get("/api/user/me")
        wire = next(iter(client._transport._pool.connections))
        for _ in range(8):
            time.sleep(0.15)
            assert client.get("/api/user/me").status_code == 200
        assert next(iter(client._transport._pool.connections)) is wire


def test_only_so_many_connections_are_open_at_once():
    most = served_module.MOST_CONNECTIONS
    with sandbox() as (_, address):
        wires = [_raw(address) for _ in range(most + 20)]
        try:
            closed = 0
            for wire in wires[most:]:
                wire.settimeout(10)
                try:
                    closed += wire.recv(1) == b""
                except ConnectionError:
                    closed += 1
            assert closed == 20
        finally:
            for wire in wires:
                wire.close()
        for _ in range(50):
            try:
                assert httpx.get(f"{address}/api/user/me", headers=KEY).status_code == 200
                break
            except httpx.TransportError:
                time.sleep(0.02)
        else:
            pytest.fail("no connection is free again")


# ---------------------------------------------------------------- what


@pytest.mark.parametrize("rest", [b"zz\r\n", b"5\r\n{}   zz", b"1" * 100 + b"\r\n"])
@pytest.mark.parametrize("path", [UPDATE, "/openapi.json"])
def test_a_body_that_is_no_http_any_more_ends_its_request_and_nothing_is_said(capfd, path, rest):
    with sandbox() as (app, address):
        with _raw(address) as wire:
            head = _head(0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
            wire.sendall(head.replace(UPDATE.encode(), path.encode()) + b"1\r\n{\r\n" + rest)
            assert wire.recv(4096).startswith(b"HTTP/1.1 400 ")
        assert httpx.get(f"{address}/api/user/me", headers=KEY).status_code == 200
        assert [seen.path for seen in app.requests_seen()] == ["/api/user/me"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "content",
    [
        b"[" * (MOST_BYTES - 1),
        b'{"a":' * 200_000,
        b'{"variables": ' + b"[" * 300_000 + b"]" * 300_000 + b"}",
        b'{"variables": {"x": [' + b"[]," * 300_000 + b"[]]}}",
        b'{"name": "' + b"\\ud800" * 100_000 + b'"}',
        json.dumps({"label_ids": list(range(100_000))}).encode(),
    ],
)
def test_hostile_json_is_answered(api, content):
    answer = api.send("PUT", UPDATE, content=content, headers=JSON)
    assert answer.status_code in {200, 400, 413, 422}
    assert api.send("GET", "/api/user/assistants/get").status_code == 200
