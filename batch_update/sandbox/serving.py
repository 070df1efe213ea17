"""The sandbox on a port: uvicorn on a socket that answers at once, quiet, and gone cleanly on Ctrl-C."""

from __future__ import annotations

import errno
import signal
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import anyio
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from batch_update.errors import UsageError
from batch_update.own_process import allowed_files
from batch_update.sandbox.app import CUT, PATIENCE
from batch_update.sandbox.visitors import OnlyFrom

_LAST_ANSWERS = 5
"""Seconds that requests under way have when the server stops."""
MOST_CONNECTIONS = 256
"""open at once, unless told otherwise; one more is closed as soon as it is made"""
_OTHER_FILES = 64
"""that the process has open beside its connections"""


async def serve(
    app: ASGIApp,
    host: str = "127.0.0.1",
    port: int = 0,
    on_ready: Callable[[str], None] | None = None,
    *,
    signals: bool = True,
    patience: float = PATIENCE,
    most_connections: int = MOST_CONNECTIONS,
    files: int = 0,
) -> None:
    """Serves the app until SIGINT, SIGTERM or cancellation; port 0 takes a free one. asyncio only.

    On an address of this machine alone, requests that are meant for another host, or come from a web page of one, are
    refused. `patience`: seconds in which a connection must have sent the head of a request.
    `files`: how many the app may have open, beside the connections.

    `on_ready` is told the address, such as `http://127.0.0.1:8080`, once requests are answered. `signals`: False
    leaves the signals alone, as one must outside the main thread. Raises UsageError where the port cannot be had.
    """
    allowed_files(most_connections + files + _OTHER_FILES)
    listener = _listener(host, port)
    config = uvicorn.Config(
        OnlyFrom(app, host),
        http=_connections(patience, most_connections),
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )
    server = _Server(config, on_ready)
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(_until_stopped, server, signals)
            # Cancelled half-way, uvicorn would leave its sockets open: it is told to end instead.
            with anyio.CancelScope(shield=True):
                await server.serve([listener])
            group.cancel_scope.cancel()
    finally:
        listener.close()


async def _until_stopped(server: _Server, signals: bool) -> None:
    try:
        if not signals:
            await anyio.sleep_forever()
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as received:
            async for _ in received:
                server.should_exit = True
    finally:
        server.should_exit = True


class _Server(uvicorn.Server):
    """uvicorn, without signals of its own, that tells when it is ready."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[str], None] | None) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    def capture_signals(self) -> Any:
        # uvicorn would raise each signal again after it has stopped.
        nothing: AbstractContextManager[None] = nullcontext()
        return nothing

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._on_ready is not None and sockets:
            host, port = sockets[0].getsockname()[:2]
            self._on_ready(f"http://{f'[{host}]' if ':' in host else host}:{port}")


class _Connection(H11Protocol):
    """uvicorn's connection, with a way for the app to cut it, and an end where nobody sends, or never ceases to."""

    head_within: float
    """seconds in which the head of a request must have come"""
    most_open: int
    """connections at once"""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: Any = None
        inner: Any = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[CUT] = self.transport.abort
            await inner(scope, receive, send)

        self.app = app

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > self.most_open:
            transport.abort()
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()

    def send_400_response(self, msg: str) -> None:
        """Ends a connection whose bytes are no HTTP any more; a request under way sees that its client is gone."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            if self.cycle.response_started:
                self.transport.abort()
                return
        super().send_400_response(msg)

    def on_response_complete(self) -> None:
        if self.cycle.more_body:
            self.transport.close()  # what was not read of the request would go on for as long as its sender likes
        super().on_response_complete()
        if self.cycle.response_complete:
            self._wait()

    def _wait(self) -> None:
        """From now on the head of a request has to come in time, however often a part of it comes."""
        self._stop_waiting()
        self._waiting = self.loop.call_later(self.head_within, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()


def _connections(patience: float, most: int) -> type[_Connection]:
    """Return the class of a server's connections: uvicorn makes them itself, and passes on nothing of ours."""

    class Kept(_Connection):
        head_within, most_open = patience, most

    return Kept


def _listener(host: str, port: int) -> socket.socket:
    """A bound socket. Its protocol is named: asyncio turns delayed answers off (TCP_NODELAY) only where it is."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if not host:
            raise ValueError("the empty name would mean every address of this machine")
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except (OSError, TypeError, ValueError, OverflowError) as error:
        listener.close()
        raise _cannot_listen(host, port, error) from error
    return listener


def _cannot_listen(host: str, port: int, error: Exception) -> UsageError:
    """Return why it cannot listen there. What is no OSError was raised for a text that cannot be a name at all."""
    is_about_host = (
        not isinstance(error, OSError)
        or isinstance(error, socket.gaierror)
        or error.errno == errno.EADDRNOTAVAIL
    )
    why, remedy = (
        str(getattr(error, "strerror", error)),
        "Choose another with the option port; 0 takes a free one.",
    )
    if is_about_host:
        why, remedy = (
            "it is no address of this machine",
            "Choose another with the option host, such as 127.0.0.1.",
        )
    return UsageError(
        f"The sandbox cannot listen on {host!r}, port {port}: {why}.", code="U101", remedy=remedy
    )
