"""One keep-alive connection for one request at a time, as an httpx transport; and the same for an app in process.

httpx's pool is passed by: it polls every idle socket at every request, and with many tasks on one client most of the
time goes there. One connection of httpcore's without the pool was tried in place of this. It hands what came behind an
answer to the next request, which gets an answer to nothing; through its public names nobody can see that. It leaves
bodies that are cut half-way to the garbage collector, which trio tells as a fault. And it takes 1.26 times the
processor's time: 2.5 times as fast as httpx instead of 3.2. So HTTP/1.1 is spoken here: h11 reads answers, as in httpx,
and checks what stands at the head of all requests, once; sockets and TLS come from anyio.
"""

from __future__ import annotations

import contextlib
import os
import select
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
import h11
import httpx
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.tls import TLSAttribute, TLSStream

from batch_update.api.wire.local import local_trouble, reason_in
from batch_update.clock import SYSTEM, Clock

SENT = "http11.send_request_headers.started"
"""The event that the request's `trace` extension hears of before its first byte leaves, as from httpx's own."""
KEEPALIVE = 2.0
"""seconds after which an idle connection is not used again: servers close theirs after 5"""
CONNECT = 15.0
"""seconds to connect in"""
MOST_HEADERS = 64 * 1024
MOST_STATUSES = 100
"""statuses of which only the last may be an answer; those before it are 1xx"""
_CHUNK = 256 * 1024
"""bytes to read at once: as many as asyncio does, which would keep the rest where `_is_usable` cannot see it"""
_LIKE_ANY = h11.Request(method="GET", target="/", headers=[("Host", "any")])
"""What h11 is told of each request: to make one of its own for each takes as long as to send it, and how an answer is
read depends on nothing that differs."""
_BROKEN = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream, OSError)


class UntrustedError(httpx.ConnectError):
    """The server's certificate is not trusted."""


class LocalError(httpx.ConnectError):
    """This machine cannot make a connection: `number` is the operating system's for why."""

    def __init__(self, number: int) -> None:
        super().__init__(os.strerror(number))
        self.number = number


class StaleError(httpx.RemoteProtocolError):
    """A connection that was kept from an earlier request ended before one byte of an answer."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as a connection needs it: making httpx's own takes as long as sending it."""

    url: httpx.URL
    """somewhere at the server"""
    line: bytes
    """method and target"""
    head: bytes = field(repr=False)
    """the headers, as `headers_as_sent` gives them"""
    content: bytes = field(repr=False)
    leaves: Callable[[], None] = lambda: None
    """called right before the first byte leaves; what it raises is passed on, and nothing leaves"""


@dataclass(frozen=True, slots=True)
class Incoming:
    """The beginning of an answer, and how to read the rest."""

    status: int
    headers: list[tuple[bytes, bytes]]
    read: Callable[[int], Awaitable[bytes | None]]
    """the body as it stands, without inflating anything; None where it is longer than so many bytes"""
    is_reused: bool = False
    """whether the connection was kept from an earlier request"""
    has_surplus: Callable[[float], Awaitable[bool]] | None = None
    """called once the body is read: waits so many seconds for more than this answer"""


def headers_as_sent(headers: list[tuple[bytes, bytes]], *, to_come: bool = False) -> bytes:
    """Return the headers of a request as they go over the wire, checked; `to_come`: with room for one more."""
    wire = h11.Connection(h11.CLIENT)
    head = wire.send(h11.Request(method="GET", target="/", headers=headers)) or b""
    return head.partition(b"\r\n")[2][: -2 if to_come else None]


class Connection(httpx.AsyncBaseTransport):
    """To one server, kept open between requests. Raises httpx.TransportError and nothing else of its own.

    The answer's stream has to be read to its end or closed before the next request.
    """

    def __init__(self, tls: ssl.SSLContext | None, *, clock: Clock = SYSTEM) -> None:
        self._tls = tls
        self._clock = clock
        self._stream: ByteStream | None = None
        self._wire = h11.Connection(h11.CLIENT)
        self._session: ssl.SSLObject | None = None
        self._poll: Callable[[], bool] = lambda: False
        self._idle_since = 0.0
        self._is_reused = False
        self._has_heard = False
        """whether something came since the request"""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request of httpx; see `exchange`. The answer's extension `has_surplus` is that of `Incoming`."""
        url, line = request.url, b"%s %s" % (request.method.encode("ascii"), request.url.raw_path)
        came = await self.exchange(Outgoing(url, line, headers_as_sent(request.headers.raw), request.content))
        told = {"has_surplus": came.has_surplus}
        return httpx.Response(came.status, headers=came.headers, stream=_Body(self), extensions=told)

    async def exchange(self, request: Outgoing) -> Incoming:
        """Sends it and waits for status and headers. Whatever goes wrong or is cancelled closes the connection."""
        self._is_reused = self._stream is not None and self._is_usable()
        try:
            if not self._is_reused:
                await self._connect(request.url)
            await self._send(request)
            event = await self._receive_status()
        except BaseException:
            await self.aclose()
            raise
        headers = event.headers.raw_items()
        return Incoming(event.status_code, headers, self._read, self._is_reused, self._has_surplus)

    async def aclose(self) -> None:
        """Closes the socket, without ceremony."""
        stream, self._stream = self._stream, None
        if stream is not None:
            await anyio.aclose_forcefully(stream)

    # ------------------------------------------------------------ the socket

    def _is_usable(self) -> bool:
        """Not idle for too long, and nothing to read: there would only be the end, or an answer to nothing."""
        return (
            self._clock.monotonic() - self._idle_since < KEEPALIVE
            and not self._poll()
            and not self._holds_more()
        )

    def _holds_more(self) -> bool:
        """Whether TLS has more than the answer: what came in one packet with it has left the socket already."""
        if self._session is None:
            return False
        try:
            self._session.read(1)
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError:
            pass  # the end of the session, or a broken record
        return True

    async def _has_surplus(self, within: float) -> bool:
        """Whether more comes than the answer that was read; the end of the connection is no more."""
        if self._wire.trailing_data[0]:
            return True
        if self._stream is None or not within:
            return False
        with anyio.move_on_after(within), contextlib.suppress(*_BROKEN):
            await self._stream.receive(1)
            await self.aclose()
            return True
        return False

    async def _connect(self, url: httpx.URL) -> None:
        await self.aclose()
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            with anyio.fail_after(CONNECT):
                self._stream = await anyio.connect_tcp(url.host, port)
                self._poll = _readable(self._stream.extra(SocketAttribute.raw_socket))
                if url.scheme == "https":
                    self._stream = await TLSStream.wrap(
                        self._stream, hostname=url.host, ssl_context=self._tls, standard_compatible=False
                    )
                    self._session = self._stream.extra(TLSAttribute.ssl_object)
        except ssl.SSLCertVerificationError as error:
            raise UntrustedError(error.verify_message) from None
        except TimeoutError:
            raise httpx.ConnectTimeout("connecting took too long") from None
        except (*_BROKEN, ValueError) as error:  # ValueError: a host name that cannot be encoded
            if number := local_trouble(error):
                raise LocalError(number) from None
            raise httpx.ConnectError(
                reason_in((error.__cause__, error)) or "the connection was not accepted"
            ) from None
        if self._session is None and self._poll():
            raise httpx.ConnectError("the server hung up, or spoke before it was asked")
        self._wire = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_HEADERS)

    # ------------------------------------------------------------ one exchange

    async def _send(self, request: Outgoing) -> None:
        assert self._stream is not None
        self._has_heard = False
        request.leaves()
        self._wire.send(_LIKE_ANY)
        self._wire.send(h11.EndOfMessage())
        # A server may answer and close before it has read everything: the answer counts, so it is read anyway.
        # The bytes get no name here: a traceback with local variables must not show the key in them.
        with contextlib.suppress(*_BROKEN):
            await self._stream.send(b"%s HTTP/1.1\r\n%s%s" % (request.line, request.head, request.content))

    async def _receive_status(self) -> h11.Response:
        for _ in range(MOST_STATUSES):
            event = await self._receive()
            if isinstance(event, h11.Response):
                return event
        raise httpx.RemoteProtocolError("the answer does not begin, only 1xx come")

    async def _receive(self) -> Any:
        """Return the next h11 event."""
        while True:
            try:
                event = self._wire.next_event()
            except h11.RemoteProtocolError:  # its text may quote the answer, and that anything
                raise httpx.RemoteProtocolError("the answer is no proper HTTP, or ends too soon") from None
            if event is not h11.NEED_DATA:
                return event
            data = await self._receive_bytes()
            if not data and self._wire.their_state is h11.SEND_RESPONSE:
                raise self._ended(httpx.RemoteProtocolError("the connection was closed"))
            self._has_heard = True
            self._wire.receive_data(data)

    async def _receive_bytes(self) -> bytes:
        """Return the bytes that come next; none at the end."""
        assert self._stream is not None
        try:
            return await self._stream.receive(_CHUNK)
        except anyio.EndOfStream:
            return b""
        except _BROKEN as error:
            raise self._ended(
                httpx.ReadError(reason_in((error.__cause__, error)) or "the connection was reset")
            ) from None

    def _ended(self, error: httpx.TransportError) -> httpx.TransportError:
        """Why there is no answer: servers close connections that were kept at the moment when they are used again."""
        return StaleError(str(error)) if self._is_reused and not self._has_heard else error

    async def receive_body(self) -> AsyncIterator[bytes]:
        """Yield the body's pieces; at its end the connection is ready for the next request, or closed."""
        try:
            while isinstance(event := await self._receive(), h11.Data):
                yield bytes(event.data)
        except BaseException:
            await self.aclose()
            raise
        await self._end()

    async def _read(self, most: int) -> bytes | None:
        """Return the whole body, as `Incoming` has it; by `receive_body` each exchange would take 3 us in 40 more."""
        body = bytearray()
        try:
            while isinstance(event := await self._receive(), h11.Data):
                body += event.data
                if len(body) > most:
                    await self.aclose()
                    return None
        except BaseException:
            await self.aclose()
            raise
        await self._end()
        return bytes(body)

    async def _end(self) -> None:
        """Whether what was read was the whole answer and no more decides what becomes of the connection."""
        if self._wire.our_state is self._wire.their_state is h11.DONE and not self._wire.trailing_data[0]:
            self._wire.start_next_cycle()
            self._idle_since = self._clock.monotonic()
        else:
            await self.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, connection: Connection) -> None:
        self._pieces = connection.receive_body()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces


def _readable(raw: Any) -> Callable[[], bool]:
    """Return a function that tells whether this socket has something to read, or is gone."""
    number = raw.fileno()
    if not hasattr(select, "poll"):  # Windows
        return lambda: bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return lambda: bool(poll.poll(0))


class InProcess(httpx.ASGITransport):
    """An ASGI app in this process. What it raises is a broken connection; ConnectionRefusedError, one not made."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as a server would: an app that raises has cut the connection."""
        await request.extensions["trace"](SENT, {})
        try:
            return await super().handle_async_request(request)
        except ConnectionRefusedError:
            raise httpx.ConnectError("Connection refused") from None
        except Exception as error:  # noqa: BLE001  # apps can raise anything: to whoever asks, it is a cut
            raise httpx.RemoteProtocolError(f"the connection was cut ({type(error).__name__})") from None
