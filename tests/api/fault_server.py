"""A small HTTP server on 127.0.0.1 that goes wrong as it is told, and keeps its own log of what it did."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Self


@dataclass
class Request:
    number: int
    """how manieth the server has seen, from 1"""
    assistant_id: int
    head: bytes
    body: bytes


@dataclass
class Exchange:
    """One request under way: an act reads it and answers it, properly or not."""

    server: FaultServer
    socket: socket.socket
    request: Request

    def applied(self) -> None:
        self.server.applied.append(self.request.assistant_id)

    def send(self, sent: bytes) -> None:
        self.socket.sendall(sent)

    def ok(self, body: bytes | None = None) -> bytes:
        """The bytes of the answer that is wanted."""
        data = {"message": "Assistant updated successfully", "data": {"id": self.request.assistant_id}}
        return response(200, json.dumps(data).encode() if body is None else body)


Act = Callable[[Exchange], bool]
"""Answers one request; whether the connection stays open."""
Script = Callable[[Request], Act]


def response(status: int, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} x", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class FaultServer:
    """Runs in threads, one for each connection. Use it as a context manager."""

    script: Script
    cut_connection: Callable[[int], bool] = lambda number: False
    """whether the nth connection is closed as soon as it is accepted"""
    tls: ssl.SSLContext | None = None
    idle: float = 30.0
    """seconds after which an idle connection is closed"""
    requests: list[Request] = field(default_factory=list)
    applied: list[int] = field(default_factory=list)
    """assistants that were changed"""
    answered: list[int] = field(default_factory=list)
    """assistants that a complete 2xx was sent for"""
    connections: int = 0
    open: int = 0
    port: int = 0
    _stopping: threading.Event = field(default_factory=threading.Event)
    _listener: socket.socket | None = None
    _sockets: set[socket.socket] = field(default_factory=set)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reserve(self) -> None:
        """Takes a port that refuses connections until `listen`."""
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def listen(self) -> None:
        assert self._listener is not None
        self._listener.listen(64)
        self._start(self._accept)

    def __enter__(self) -> Self:
        self.reserve()
        self.listen()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stopping.set()
        assert self._listener is not None
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._sockets:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def wait(self, seconds: float) -> None:
        """Hangs, until the server ends."""
        self._stopping.wait(seconds)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        assert self._listener is not None
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.cut_connection(self.connections):
                reset(connection)
                continue
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(self.idle)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with self._lock:
                self._sockets.add(connection)
                self.open += 1
            with contextlib.suppress(OSError):
                for request in self._requests(connection):
                    if not self.script(request)(Exchange(self, connection, request)):
                        return
        except (ssl.SSLError, OSError):
            pass  # a handshake that the client breaks off
        finally:
            with self._lock:
                if connection in self._sockets:
                    self._sockets.discard(connection)
                    self.open -= 1
            connection.close()

    def _requests(self, connection: socket.socket) -> Iterator[Request]:
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                if not (piece := connection.recv(65536)):
                    return
                buffer += piece
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            length = int(lengths[0].split(b":")[1]) if lengths else 0
            while len(buffer) < length:
                if not (piece := connection.recv(65536)):
                    return
                buffer += piece
            path = head.split(b" ", 2)[1].decode("ascii")
            last = path.rsplit("/", 1)[1]
            with self._lock:
                number = len(self.requests) + 1
                request = Request(number, int(last) if last.isdigit() else 0, head, buffer[:length])
                self.requests.append(request)
            yield request
            buffer = buffer[length:]


def reset(connection: socket.socket) -> None:
    """Closes with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


# ---------------------------------------------------------------- acts


def ok(exchange: Exchange) -> bool:
    exchange.applied()
    # Before the bytes: once they are out the client may have seen them.
    exchange.server.answered.append(exchange.request.assistant_id)
    exchange.send(exchange.ok())
    return True


def says(status: int, body: bytes = b'{"message": "no"}', **headers: str) -> Act:
    """A complete answer, nothing applied."""

    def act(exchange: Exchange) -> bool:
        exchange.send(response(status, body, **headers))
        return True

    return act


def applied_then(sent: bytes, *, closes: bool = True) -> Act:
    """Applies, sends these bytes instead of a good answer, and closes."""

    def act(exchange: Exchange) -> bool:
        exchange.applied()
        exchange.send(sent)
        return not closes

    return act


def cut_after_reading(exchange: Exchange) -> bool:
    return False


def reset_after_reading(exchange: Exchange) -> bool:
    exchange.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def applied_and_cut(exchange: Exchange) -> bool:
    exchange.applied()
    return False


def applied_and_hangs(exchange: Exchange) -> bool:
    exchange.applied()
    exchange.server.wait(5)
    return False


def a_byte_at_a_time(exchange: Exchange) -> bool:
    exchange.applied()
    exchange.server.answered.append(exchange.request.assistant_id)
    for byte in exchange.ok():
        exchange.send(bytes([byte]))
    return True


def trickles_for_ever(exchange: Exchange) -> bool:
    """A byte now and then: no time-out for a single read would ever end this."""
    exchange.applied()
    exchange.send(b"HTTP/1.1 200 OK\r\nX: ")
    while not exchange.server._stopping.is_set():
        exchange.send(b"x")
        time.sleep(0.02)
    return False


def informs_for_ever(exchange: Exchange) -> bool:
    """Answers that are none, as fast as they can be sent."""
    exchange.applied()
    while not exchange.server._stopping.is_set():
        exchange.send(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 10)
    return False


def short_body(exchange: Exchange) -> bool:
    exchange.applied()
    exchange.send(exchange.ok()[:-5])
    return False


def half_a_body_and_hangs(exchange: Exchange) -> bool:
    exchange.applied()
    exchange.send(exchange.ok()[:-5])
    exchange.server.wait(5)
    return False


def closes_after_answering(exchange: Exchange) -> bool:
    """Without having announced it: the connection looks as if it could be used again."""
    ok(exchange)
    return False


def closes_after(seconds: float) -> Act:
    """Without having announced it, so long after a good answer."""

    def act(exchange: Exchange) -> bool:
        ok(exchange)
        time.sleep(seconds)
        return False

    return act


def answers_before_reading_all(status: int) -> Act:
    return says(status, b'{"message": "too large"}', Connection="close")


def chunked(exchange: Exchange) -> bool:
    exchange.applied()
    exchange.server.answered.append(exchange.request.assistant_id)
    body = exchange.ok().split(b"\r\n\r\n", 1)[1]
    exchange.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for n in range(0, len(body), 7):
        exchange.send(b"%x\r\n%s\r\n" % (len(body[n : n + 7]), body[n : n + 7]))
    exchange.send(b"0\r\n\r\n")
    return True


def until_closed(exchange: Exchange) -> bool:
    """HTTP/1.0: the end of the connection is the end of the body."""
    exchange.applied()
    exchange.server.answered.append(exchange.request.assistant_id)
    exchange.send(b"HTTP/1.0 200 OK\r\n\r\n" + exchange.ok().split(b"\r\n\r\n", 1)[1])
    return False


def two_answers(exchange: Exchange) -> bool:
    """The second would be taken for the answer to the next request."""
    exchange.applied()
    exchange.server.answered.append(exchange.request.assistant_id)
    exchange.send(exchange.ok() + exchange.ok())
    return True


GZIP_BOMB = response(200, gzip.compress(b" " * 50_000_000), Content_Encoding="gzip")
"""50 kB that inflate to 50 MB"""
HUGE_HEADER = b"HTTP/1.1 200 OK\r\nX-Filler: " + b"x" * 200_000 + b"\r\nContent-Length: 0\r\n\r\n"
DEEP_JSON = response(200, b"[" * 100_000)
HUGE_BODY = response(200, b'{"data": {"id": 2}}' + b" " * (2 << 20))
PAGE = b"<!doctype html><title>Welcome</title>"
