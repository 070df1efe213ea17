"""The sandbox on a real port: what a client over a socket sees, and how the server ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from contextlib import asynccontextmanager

import anyio
import httpx
import pytest

from batch_update.errors import UsageError
from batch_update.sandbox.app import make_app
from batch_update.sandbox.faults import Faults
from batch_update.sandbox.serving import serve
from batch_update.settings.tunables import SANDBOX_KEY

KEY = {"Authorization": f"Bearer {SANDBOX_KEY}"}


@asynccontextmanager
async def served(app):
    """A client of the app on a port of its own."""
    ready = anyio.Event()
    address = []

    def tell(text):
        address.append(text)
        ready.set()

    async with anyio.create_task_group() as group:
        group.start_soon(lambda: serve(app, on_ready=tell, signals=False))
        await ready.wait()
        async with httpx.AsyncClient(base_url=address[0], headers=KEY, timeout=10) as client:
            yield client
        group.cancel_scope.cancel()


def test_it_answers_on_a_free_port_of_this_machine_only():
    async def main():
        with make_app(None) as app:
            async with served(app) as client:
                assert client.base_url.host == "127.0.0.1" and client.base_url.port
                answer = await client.put("/api/user/assistant/10001", json={"name": "Über den Draht"})
                assert answer.status_code == 200 and answer.json()["data"]["name"] == "Über den Draht"
                assert answer.headers["X-RateLimit-Remaining"] == "19"
                assert "Date" in answer.headers
                page = await client.get("/")
                assert f"curl -X PUT {str(client.base_url).rstrip('/')}/api/" in page.text

    anyio.run(main)


@pytest.mark.parametrize(("what", "applied"), [("cut-before", False), ("cut-after", True)])
def test_a_cut_connection_closes_without_an_answer_and_the_server_lives_on(what, applied, capfd):
    async def main():
        with make_app(None, faults=Faults.parse(f"{what}@1")) as app:
            async with served(app) as client:
                with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                    await client.put("/api/user/assistant/10001", json={"name": "new"})
                listed = (await client.get("/api/user/assistants/get?per_page=1")).json()["data"][0]
                assert (listed["name"] == "new") is applied
                assert (await client.put("/api/user/assistant/10001", json={})).status_code == 200

    anyio.run(main)
    assert capfd.readouterr() == ("", "")


def test_answers_do_not_wait_for_a_delayed_acknowledgement():
    """On a socket made without its protocol each answer would take 40 ms."""

    async def main():
        with make_app(None, limits=()) as app:
            async with served(app) as client:
                await client.get("/api/user/me")
                begun = time.perf_counter()
                for _ in range(50):
                    await client.put("/api/user/assistant/10001", json={"speech_speed": 1.1})
                return time.perf_counter() - begun

    assert anyio.run(main) < 1.5


def test_a_client_that_leaves_in_the_middle_of_a_request_does_no_harm(capfd):
    async def main():
        with make_app(None) as app:
            async with served(app) as client:
                raw = await anyio.connect_tcp(client.base_url.host, client.base_url.port)
                await raw.send(
                    b"PUT /api/user/assistant/10001 HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{"
                )
                await raw.aclose()
                assert (await client.get("/api/user/me")).status_code == 200
                return [seen.path for seen in app.requests_seen()]

    assert anyio.run(main) == ["/api/user/me"]
    assert capfd.readouterr() == ("", "")


def test_signals_are_left_alone_where_that_is_asked_for():
    async def main():
        with make_app(None) as app:
            async with served(app):
                return [signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)]

    before = [signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)]
    # The event loop has a handler of its own for SIGINT; it is there without a server too.
    assert anyio.run(main)[1] == before[1]
    assert [signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_port_that_is_taken_is_said():
    async def main():
        with socket.socket() as taken, make_app(None) as app:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            await serve(app, "127.0.0.1", taken.getsockname()[1], signals=False)

    with pytest.raises(UsageError, match="cannot listen on '127") as caught:
        anyio.run(main)
    assert caught.value.code == "U101"


@pytest.mark.parametrize(
    "host", ["", "é" * 80, "a b", "999.1.1.1", "8.8.8.8", "\x1b[31m\u202e", "a\0b", "::zz"]
)
def test_what_is_no_address_of_this_machine_is_said(host):
    async def main():
        with make_app(None) as app:
            await serve(app, host, 0, signals=False)

    with pytest.raises(UsageError, match="no address of this machine") as caught:
        anyio.run(main)
    assert "the option host" in caught.value.remedy


SERVER = """
import sys
from pathlib import Path
import anyio
from batch_update.sandbox.app import make_app
from batch_update.sandbox.serving import serve
with make_app(Path(sys.argv[1])) as app:
    anyio.run(serve, app, "127.0.0.1", 0, lambda address: print(address, flush=True))
print("ended")
"""


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_and_what_was_changed_stays(tmp_path, sign):
    command = [sys.executable, "-c", SERVER, str(tmp_path / "s.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        with httpx.Client(base_url=address, headers=KEY) as client:
            # The connection stays open meanwhile: it must not hold up the end.
            assert client.put("/api/user/assistant/10001", json={"name": "Kept"}).status_code == 200
            server.send_signal(sign)
            out, err = server.communicate(timeout=20)
    assert (server.returncode, out, err) == (0, "ended\n", "")
    with make_app(tmp_path / "s.db") as app:
        assert [seen.applied for seen in app.requests_seen()] == [True]
