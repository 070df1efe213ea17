"""Requests go through the proxy that the setting or the environment names; what it says is told as its own."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.api.wire.proxies import find_proxy
from batch_update.errors import ApiError, RunStopped, UsageError
from batch_update.model.plans import Status
from batch_update.model.reports import Event, Pace, Reply
from tests.api import fault_server as f
from tests.api.fault_server import FaultServer
from tests.api.proxy_server import ProxyServer
from tests.api.sending import KEY, paced
from tests.api.test_faults import certificate, serving
from tests.clocks import FakeTime

S = Status
PASSWORD = "p%40ss-w0rd%21"
LOGIN = "nina:p@ss-w0rd!"

__all__ = ["certificate"]  # the fixture

# ---------------------------------------------------------------- which one


@pytest.mark.parametrize(
    ("environ", "setting", "name"),
    [
        ({}, None, None),
        ({"HTTPS_PROXY": "http://proxy.corp:3128"}, None, "proxy.corp:3128"),
        ({"https_proxy": "proxy.corp:3128"}, None, "proxy.corp:3128"),
        ({"https_proxy": "http://low:1", "HTTPS_PROXY": "http://high:1"}, None, "low:1"),
        ({"https_proxy": "", "HTTPS_PROXY": "http://high:1"}, None, None),
        ({"HTTP_PROXY": "http://proxy.corp:3128"}, None, None),
        ({"ALL_PROXY": "http://all:1"}, None, "all:1"),
        ({"all_proxy": "http://all:1", "HTTPS_PROXY": "http://https:1"}, None, "https:1"),
        ({"HTTPS_PROXY": "http://proxy.corp"}, None, "proxy.corp"),
        ({"HTTPS_PROXY": "http://nina:secret@proxy.corp:8080/"}, None, "proxy.corp:8080"),
        ({"HTTPS_PROXY": "https://[::1]:8080"}, None, "[::1]:8080"),
        ({"HTTPS_PROXY": "http://proxy.corp:3128"}, "off", None),
        ({"HTTPS_PROXY": "http://proxy.corp:3128"}, "OFF", None),
        ({"HTTPS_PROXY": "http://proxy.corp:3128"}, "http://other:1", "other:1"),
        ({"NO_PROXY": "*"}, "http://other:1", "other:1"),
        ({"HTTPS_PROXY": " "}, None, None),
    ],
)
def test_the_setting_comes_first_then_the_variables(
    environ: Mapping[str, str], setting: str | None, name: str | None
) -> None:
    found = find_proxy("https://app.famulor.de/api", setting, environ)
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("no_proxy", "base_url", "is_exempt"),
    [
        ("*", "https://app.famulor.de/api", True),
        ("app.famulor.de", "https://app.famulor.de/api", True),
        ("APP.Famulor.DE", "https://app.famulor.de/api", True),
        ("famulor.de", "https://app.famulor.de/api", True),
        (".famulor.de", "https://app.famulor.de/api", True),
        ("*.famulor.de", "https://app.famulor.de/api", True),
        ("mulor.de", "https://app.famulor.de/api", False),
        ("app.famulor.de.evil", "https://app.famulor.de/api", False),
        ("localhost, famulor.de", "https://app.famulor.de/api", True),
        ("localhost famulor.de", "https://app.famulor.de/api", True),
        ("famulor.de:443", "https://app.famulor.de/api", True),
        ("famulor.de:8443", "https://app.famulor.de/api", False),
        ("famulor.de:8443", "https://app.famulor.de:8443/api", True),
        ("https://app.famulor.de", "https://app.famulor.de/api", True),
        ("127.0.0.1", "https://127.0.0.1:8000/api", True),
        ("127.0.0.0/8", "https://127.1.2.3/api", True),
        ("10.0.0.0/8", "https://127.0.0.1/api", False),
        ("127.0.0.1:8000", "https://127.0.0.1:8000/api", True),
        ("localhost", "https://127.0.0.1:8000/api", False),
        ("localhost", "https://localhost:8000/api", True),
        ("::1", "https://[::1]:8000/api", True),
        ("[::1]", "https://[::1]:8000/api", True),
        ("[::1]:8000", "https://[::1]:8000/api", True),
        ("[::1]:8001", "https://[::1]:8000/api", False),
        ("", "https://app.famulor.de/api", False),
        (",,", "https://app.famulor.de/api", False),
        (".", "https://app.famulor.de/api", False),
    ],
)
def test_no_proxy_names_hosts_domains_networks_and_ports(
    no_proxy: str, base_url: str, is_exempt: bool
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        found = find_proxy(base_url, None, {"HTTPS_PROXY": "http://proxy:1", name: no_proxy})
        assert (found is None) == is_exempt


@pytest.mark.parametrize(
    "given",
    ["http://", "http://proxy:99999", "http://:3128", "http://[::1", "ftp://proxy:1", "http://a b:1"],
)
@pytest.mark.parametrize("source", ["HTTPS_PROXY", "all_proxy", "the setting proxy"])
def test_a_proxy_that_is_none_is_an_error_that_names_where_it_stands(given: str, source: str) -> None:
    secret = given.replace("://", "://nina:hunter22@")
    setting, environ = (secret, {}) if source == "the setting proxy" else (None, {source: secret})
    with pytest.raises(UsageError) as caught:
        find_proxy("https://app.famulor.de/api", setting, environ)
    assert caught.value.code == "U101" and source in caught.value.message
    assert "hunter22" not in caught.value.message + caught.value.remedy


def test_a_key_travels_to_no_proxy_unencrypted_but_on_this_machine() -> None:
    environ = {"HTTP_PROXY": "http://proxy.corp:3128"}
    with pytest.raises(UsageError) as caught:
        find_proxy("http://127.0.0.1:8000/api", None, environ)
    assert caught.value.code == "U103"
    assert find_proxy("http://127.0.0.1:8000/api", None, {"HTTP_PROXY": "http://localhost:3128"})
    assert find_proxy("http://127.0.0.1:8000/api", None, environ | {"NO_PROXY": "127.0.0.1"}) is None


def test_what_a_stranger_may_send_to_a_cgi_script_is_no_proxy() -> None:
    environ = {"HTTP_PROXY": "http://127.0.0.1:1", "REQUEST_METHOD": "GET"}
    assert find_proxy("http://127.0.0.1:8000/api", None, environ) is None


def test_socks_without_its_package_is_an_error_that_says_what_to_install() -> None:
    pytest.importorskip("httpx")
    try:
        import socksio  # noqa: F401  # asked only whether it is there
    except ImportError:
        with pytest.raises(UsageError, match="SOCKS") as caught:
            Client(
                ApiKey(KEY), base_url="https://app.famulor.de/api", pace=Pace(()), proxy="socks5://proxy:1080"
            )
        assert "httpx[socks]" in caught.value.remedy


# ---------------------------------------------------------------- through it


def send(
    base_url: str,
    rows: int,
    backend: str,
    *,
    proxy: str | None = None,
    environ: Mapping[str, str] | None = None,
    **options: Any,
) -> tuple[list[Reply], list[Event]]:
    events: list[Event] = []
    fake = FakeTime.real()
    pace = paced(options, timeout=5.0)

    async def main() -> list[Reply]:
        async with Client(
            ApiKey(KEY),
            **{
                "base_url": base_url,
                "pace": pace,
                "proxy": proxy,
                "environ": environ or {},
                "on_event": events.append,
                "clock": fake.clock,
                **options,
            },
        ) as client:
            return [await client.update(row, {"name": "x"}) for row in range(1, rows + 1)]

    return anyio.run(main, backend=backend), events


@pytest.mark.parametrize("login", ["", LOGIN])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_updates_go_through_it(
    scheme: str, login: str, backend: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    tls = serving(certificate) if scheme == "https" else None
    with FaultServer(lambda r: f.ok, tls=tls) as server, ProxyServer(login=login) as proxy:
        user = f"nina:{PASSWORD}@" if login else ""
        environ = {f"{scheme.upper()}_PROXY": f"http://{user}127.0.0.1:{proxy.port}"}
        replies, _ = send(f"{scheme}://127.0.0.1:{server.port}/api", 5, backend, environ=environ)
        assert [(r.status, r.attempts) for r in replies] == [(S.UPDATED, 1)] * 5
        assert len(proxy.heads) == 5 == len(server.requests)
        for head in proxy.heads:
            assert head.startswith(b"CONNECT " if scheme == "https" else b"PUT http://")
            assert (KEY.encode() in head) == (scheme == "http")
        assert all(b"proxy-authorization" not in r.head.lower() for r in server.requests)


@pytest.mark.parametrize("path", ["", "/api", "/deep/er/api/"])
def test_the_server_gets_one_request_with_and_without_a_proxy(path: str) -> None:
    """Without one it is written here, through one it is httpx's."""

    async def ask(base_url: str, **way: str) -> None:
        pace = Pace((), timeout=5.0)
        async with Client(ApiKey(KEY), base_url=base_url, pace=pace, environ={}, **way) as client:
            await client.update(7, {"name": "Käthe"})
            with suppress(ApiError):  # what it answers is no list
                await client.voices("pipeline", 2)

    with FaultServer(lambda r: f.ok) as server, ProxyServer() as proxy:
        url = f"http://127.0.0.1:{server.port}{path}"
        anyio.run(partial(ask, url))
        anyio.run(partial(ask, url, proxy=f"http://127.0.0.1:{proxy.port}"))
        assert len(proxy.heads) == 2
        plain, through = server.requests[:2], server.requests[2:]
    for one, other in zip(plain, through, strict=True):
        first, *headers = one.head.lower().split(b"\r\n")
        again, *others = other.head.lower().split(b"\r\n")
        assert first == again and one.body == other.body
        assert sorted(headers) == sorted(others)


def test_neither_an_exempt_server_nor_one_in_process_goes_through_it(backend: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with FaultServer(lambda r: f.ok) as server, ProxyServer() as proxy:
        environ = {"ALL_PROXY": f"http://127.0.0.1:{proxy.port}"}
        url = f"http://127.0.0.1:{server.port}/api"
        assert send(url, 1, backend, environ=environ | {"NO_PROXY": "127.0.0.1"})[0][0].status is S.UPDATED
        assert send(url, 1, backend, environ=environ, proxy="off")[0][0].status is S.UPDATED
        assert send("https://sandbox/api", 1, backend, environ=environ, app=app)[0][0].status is S.UPDATED
        assert proxy.heads == []


PAGE = b"<html><head><title>Blocked by Example&trade; Firewall</title></head></html>"


@pytest.mark.parametrize(
    ("scheme", "answer", "status", "code", "words"),
    [
        ("https", f.response(407), S.FAILED, "N506", "asks for a name and a password"),
        ("http", f.response(407), S.FAILED, "N506", "asks for a name and a password"),
        ("https", f.response(403), S.FAILED, "N506", "does not let the request through"),
        ("https", f.response(502), S.FAILED, "N501", "does not reach the server"),
        ("https", f.response(503), S.FAILED, "N501", "does not reach the server"),
        ("https", b"", S.FAILED, "N501", "through the proxy"),
        ("https", b"garbage\r\n\r\n", S.FAILED, "N501", "through the proxy"),
        ("http", f.response(502, PAGE), S.UNKNOWN, "N505", 'failed (502): a web page "Blocked by Example™'),
        ("http", f.response(403, PAGE), S.FAILED, "N505", 'refuses (403): a web page "Blocked by Example™'),
    ],
)
def test_what_the_proxy_says_is_told_as_the_proxys(
    scheme: str, answer: bytes, status: Status, code: str, words: str, backend: str, certificate: Path
) -> None:
    """And nothing that it does before the request is let through makes a row doubtful."""
    with FaultServer(lambda r: f.ok) as server, ProxyServer(answers=answer or b"\r\n") as proxy:
        url = f"{scheme}://127.0.0.1:{server.port}/api"
        (reply,), _ = send(url, 1, backend, proxy=f"http://127.0.0.1:{proxy.port}")
        assert (reply.status, reply.code) == (status, code)
        assert words in reply.message and f"127.0.0.1:{proxy.port}" in reply.message
        assert server.requests == []
        assert (reply.code == "N506") == isinstance(reply.stop, RunStopped)


def test_a_proxy_that_is_not_there_is_no_connection(backend: str) -> None:
    with ProxyServer() as proxy:
        port = proxy.port
    (reply,), _ = send("https://127.0.0.1:9/api", 1, backend, proxy=f"http://127.0.0.1:{port}")
    assert (reply.status, reply.code) == (S.FAILED, "N501")
    assert "refused" in reply.message and f"through the proxy 127.0.0.1:{port}" in reply.message


def test_a_server_behind_it_that_cuts_off_leaves_rows_unknown(
    backend: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent through the tunnel may have been applied."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        FaultServer(
            lambda r: f.applied_and_cut if r.assistant_id == 2 else f.ok, tls=serving(certificate)
        ) as server,
        ProxyServer() as proxy,
    ):
        url = f"https://127.0.0.1:{server.port}/api"
        replies, _ = send(url, 3, backend, proxy=f"http://127.0.0.1:{proxy.port}")
        assert [reply.status for reply in replies] == [S.UPDATED, S.UNKNOWN, S.UPDATED]
        assert replies[1].code == "N502"


def test_a_certificate_that_nobody_trusts_stops_the_run_behind_a_proxy_too(
    backend: str, certificate: Path
) -> None:
    with FaultServer(lambda r: f.ok, tls=serving(certificate)) as server, ProxyServer() as proxy:
        url = f"https://127.0.0.1:{server.port}/api"
        (reply,), _ = send(url, 1, backend, proxy=f"http://127.0.0.1:{proxy.port}")
        assert reply.code == "N503" and isinstance(reply.stop, RunStopped)


@pytest.mark.parametrize("answer", [b"", f.response(502, f"{PASSWORD} {LOGIN} p@ss-w0rd!".encode())])
def test_its_password_shows_nowhere(
    answer: bytes, backend: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not in what is told, not in logs at their most talkative, and not where a bug would be shown."""
    caplog.set_level(logging.DEBUG)
    with FaultServer(lambda r: f.ok) as server, ProxyServer(login="other:one", answers=answer) as proxy:
        address = f"http://nina:{PASSWORD}@127.0.0.1:{proxy.port}"
        url = f"http://127.0.0.1:{server.port}/api"
        replies, events = send(url, 2, backend, proxy=address)
        client = Client(ApiKey(KEY), base_url=url, pace=Pace(()), proxy=address)
        found = find_proxy(url, address, {})
        shown = (
            repr((replies, events, found, client._wires._proxy)) + caplog.text + "".join(capfd.readouterr())
        )
        try:
            find_proxy(url, address + ":x:y", {})
        except UsageError:
            shown += traceback.format_exc()
        for secret in (PASSWORD, "p@ss-w0rd!", "bmluYTpwQHNzLXcwcmQh"):
            assert secret not in shown


# ---------------------------------------------------------------- a firewall that nobody asked


@pytest.mark.parametrize(
    ("page", "title"),
    [
        (PAGE, 'a web page "Blocked by Example™ Firewall"'),
        (b"<!doctype html>\n<TITLE lang=en>\n Access \n denied </TITLE>", 'a web page "Access denied"'),
        (b"<html><h1>Stop <b>here</b></h1>", 'a web page "Stop here"'),
        (b"<html>" + b"x" * 100_000, "a web page"),
        (b"<title>\x1b[2J\xff</title>", 'a web page "\\x1b[2J'),
    ],
)
def test_a_firewalls_page_is_told_as_that_with_its_title(page: bytes, title: str, backend: str) -> None:
    """Not as a permission that the key lacks."""
    act = f.says(403, page, Content_Type="text/html; charset=utf-8")
    with FaultServer(lambda r: act if r.assistant_id > 1 else f.ok) as server:
        replies, _ = send(f"http://127.0.0.1:{server.port}/api", 4, backend)
        assert [(r.status, r.code) for r in replies[1:]] == [(S.FAILED, "N505")] * 3
        assert title in replies[1].message and "firewall" in replies[1].message
        assert replies[3].stop is not None and replies[3].stop.code == "N505"
        assert "permission" not in replies[3].stop.remedy
