"""A small real server on loopback that notes every request and answers when it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Seen:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Loopback:
    """`held`: answers wait for `release`. Whose key it is, is told at once and not noted."""

    def __init__(self, *, held: bool = False) -> None:
        self.seen: list[Seen] = []
        self.arrived = threading.Semaphore(0)
        self._open = threading.Event()
        if not held:
            self._open.set()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                owner.seen.append(Seen(self.command, self.path, dict(self.headers), body))
                owner.arrived.release()
                owner._open.wait(60)
                number = int(self.path.rpartition("/")[2])
                self._answer({"message": "Assistant updated successfully", "data": {"id": number}})

            def do_GET(self) -> None:
                if self.path.endswith("/user/me"):
                    self._answer({"id": 1, "name": "N", "email": "n@example.com"})
                else:
                    self.do_PUT()

            def _answer(self, document: object) -> None:
                answer = json.dumps(document).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                """Says nothing."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *args: object) -> None:
                """A client that has gone is no fault here."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/api"

    def wait_for(self, requests: int) -> None:
        for _ in range(requests):
            assert self.arrived.acquire(timeout=30), f"only {len(self.seen)} requests came"

    def release(self) -> None:
        self._open.set()

    def start(self) -> None:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def stop(self) -> None:
        self.release()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def loopback(*, held: bool = False) -> Iterator[Loopback]:
    server = Loopback(held=held)
    server.start()
    try:
        yield server
    finally:
        server.stop()
