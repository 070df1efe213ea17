"""One request out, one answer in, within a deadline: whatever happens becomes an Answer or a Failure."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any, cast

import anyio
import httpx

from batch_update.api.answers.replies import Answer, NoAnswer
from batch_update.api.keys import ApiKey
from batch_update.api.wire.proxies import Proxy
from batch_update.api.wire.transport import (
    SENT,
    Connection,
    Incoming,
    InProcess,
    LocalError,
    Outgoing,
    StaleError,
    UntrustedError,
    headers_as_sent,
)
from batch_update.api.wire.trust import trusted
from batch_update.api.wire.tunnel import ProxyRefusedError, Tunnel
from batch_update.clock import Clock
from batch_update.version import USER_AGENT

MOST_REPLY = 1 << 20
"""bytes of an answer to an update that are read"""
NOISE = 0.015
"""seconds by which an answer may be sooner than any before it, since machines are busy and idle by turns"""
LINGER = 0.02
LONGEST_LINGER = 0.5
"""seconds, at least and at most, that are waited for more after a refusal: twice what an answer takes"""
ENOUGH = 2
"""answers that have to be known before one is sooner than all of them: the first of all is often slow"""
STALE_FREE = 2
STALE_SHARE = 0.1
"""connections are kept for the next request while no more of them than this, plus a few, turn out to be closed"""
MOST_PAGE = 16 << 20
"""bytes of a list that are read: a hundred assistants with prompts of 150,000 characters"""


class Departure:
    """Notes when the first byte of a request leaves: from then on it may have been applied.

    `leave` is called right before that, once the connection stands: what it raises is passed on, and nothing leaves.
    """

    __slots__ = ("_clock", "_leave", "at", "sent", "wire")

    def __init__(self, clock: Callable[[], float], leave: Callable[[], None] = lambda: None) -> None:
        self._leave = leave
        self.sent = False
        self.at = math.inf
        """when it left, by the clock"""
        self.wire: httpx.AsyncBaseTransport | None = None
        """the connection that it took"""
        self._clock = clock

    async def note(self, name: str, info: Mapping[str, Any]) -> None:
        """The `trace` extension of httpx requests."""
        # A proxy is asked for a way to the server by a request of its own, before the one that counts.
        if name == SENT and getattr(info.get("request"), "method", b"") != b"CONNECT":
            self.leaves()

    def leaves(self) -> None:
        """The first byte leaves now."""
        self._leave()
        self.sent, self.at = True, self._clock()


class Wires:
    """Connections to one server, as many as there are requests at once; each serves one request at a time.

    With `app`, an ASGI application is spoken to in process; with `proxy`, the server through that. `timeout`: seconds
    for one exchange, connecting included.
    """

    def __init__(
        self,
        base_url: str,
        key: ApiKey,
        *,
        timeout: float,
        app: Any,
        clock: Clock,
        proxy: Proxy | None = None,
    ) -> None:
        # As httpx.Headers: those hide the key when they are shown.
        self._headers = httpx.Headers(
            {
                "Host": httpx.URL(base_url).netloc.decode("ascii"),
                "Authorization": f"Bearer {key.reveal()}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "User-Agent": USER_AGENT,
            }
        )
        self._json_headers = httpx.Headers([*self._headers.raw, (b"Content-Type", b"application/json")])
        self._head = headers_as_sent(self._headers.raw)
        self._json_head = headers_as_sent(self._json_headers.raw, to_come=True) + b"Content-Length: "
        self._base = base_url
        self._root = httpx.URL(base_url)
        self._path = self._root.raw_path.rstrip(b"/").decode("ascii")
        self._timeout = timeout
        self._app = app
        self._clock = clock
        # One context for all connections: making one takes 40 to 80 ms. It heeds SSL_CERT_FILE and SSL_CERT_DIR.
        encrypted = (base_url, proxy.url if proxy else "")
        self._tls = trusted() if app is None and any(url.startswith("https") for url in encrypted) else None
        self._proxy = proxy
        self._forwarder = proxy.name if proxy is not None and proxy.forwards else ""
        """the proxy that may answer in the server's place"""
        self._idle: list[httpx.AsyncBaseTransport] = [self._open()] if proxy else []
        self._fastest = math.inf
        """seconds of the quickest answer that was not doubted"""
        self._timed = 0
        """answers that were measured for that"""
        self._kept = 0
        """requests that went out on a connection that was kept"""
        self._stale = 0
        """those of them that found it closed"""

    async def exchange(
        self, method: str, url: str, content: bytes, departure: Departure, *, fresh: bool = False
    ) -> Answer | NoAnswer:
        """Send and read, on a new connection where `fresh` wants one. Nothing of httpx or of sockets is raised."""
        wire = departure.wire = await self._take(fresh=fresh)
        seen: Answer | NoAnswer | None = None
        try:
            with anyio.move_on_after(self._timeout):
                came = await self._send(wire, method, url, content, departure)
                is_early = self._is_early(came, departure)
                status, headers, proxy = came.status, _plain_headers(came.headers), self._forwarder
                # A status is knowledge, also where the rest never comes.
                seen = Answer(status, headers, b"", complete=False, proxy=proxy)
                body = await came.read(MOST_REPLY if method == "PUT" else MOST_PAGE)
                if body is None:
                    seen = Answer(status, headers, b"", complete=False, too_long=True, proxy=proxy)
                else:
                    is_doubtful = status >= 300 and (is_early or await self._has_more(came))
                    seen = Answer(status, headers, body, doubtful=is_doubtful, proxy=proxy)
        except httpx.TransportError as error:
            seen = seen or self._fail(error, departure)
        finally:
            self._idle.append(wire)  # where anything went wrong it has closed itself, and connects anew
        return seen or NoAnswer(f"no answer within {self._timeout:g} s", departure.sent)

    async def _send(
        self, wire: httpx.AsyncBaseTransport, method: str, url: str, content: bytes, departure: Departure
    ) -> Incoming:
        """Send a request; `url` is the base URL, and more that needs no quoting any more."""
        if isinstance(wire, Connection):
            line = f"{method} {self._path}{url[len(self._base) :]}".encode("ascii")
            # The headers get no name here: a traceback with local variables must not show the key in them.
            return await wire.exchange(
                Outgoing(self._root, line, self._head_for(content), content, departure.leaves)
            )
        headers, trace = self._json_headers if content else self._headers, {"trace": departure.note}
        request = httpx.Request(method, url, headers=headers, content=content, extensions=trace)
        response = await wire.handle_async_request(request)
        return Incoming(response.status_code, response.headers.raw, partial(_read_body, response))

    def _head_for(self, content: bytes) -> bytes:
        return self._json_head + b"%d\r\n\r\n" % len(content) if content else self._head

    async def _take(self, *, fresh: bool) -> httpx.AsyncBaseTransport:
        """A connection for one request: the one used last, or where none shall be kept, one that connects anew."""
        fresh = fresh or self._stale > STALE_FREE + STALE_SHARE * self._kept
        if not self._idle:
            return self._open()
        wire = self._idle.pop(0 if fresh else -1)
        if fresh:
            await wire.aclose()
        return wire

    def _is_early(self, came: Incoming, departure: Departure) -> bool:
        """Whether a refusal came sooner than the server ever answered; notes how long answers take.

        On a connection that was kept, what a proxy has to say of the time between two requests looks like the answer
        to the second.
        """
        seconds, is_reused = self._clock.monotonic() - departure.at, came.is_reused
        self._kept += is_reused
        refuses = came.status >= 300
        if refuses and is_reused and self._timed >= ENOUGH and seconds < self._fastest - NOISE:
            return True
        self._fastest = min(self._fastest, seconds)
        self._timed += 1
        return False

    async def _has_more(self, came: Incoming) -> bool:
        """Whether something comes after a refusal: then that was to something else, and this may be the answer."""
        linger = min(max(LINGER, 2 * self._fastest), LONGEST_LINGER) if came.is_reused else 0.0
        return came.has_surplus is not None and await came.has_surplus(linger)

    def _fail(self, error: httpx.TransportError, departure: Departure) -> NoAnswer:
        """Return the failure that it is that no status came."""
        stale = isinstance(error, StaleError)
        self._kept += stale
        self._stale += stale
        if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
            departure.sent = False
        return NoAnswer(
            str(error),
            departure.sent,
            untrusted=isinstance(error, UntrustedError),
            stale=stale,
            local=error.number if isinstance(error, LocalError) else None,
            proxy=self._proxy.name if self._proxy and isinstance(error, ProxyRefusedError) else "",
            proxy_status=error.status if isinstance(error, ProxyRefusedError) else 0,
        )

    async def distrust(self, departure: Departure) -> None:
        """Close the connection of this request: what comes on it is not for who asks."""
        if departure.wire is not None:
            await departure.wire.aclose()

    async def close_idle(self) -> None:
        """Close the connections that no request uses now; they connect anew when they are needed."""
        idle, self._idle = self._idle, []
        for wire in idle:
            await wire.aclose()

    async def aclose(self) -> None:
        """Closes what is open."""
        with anyio.CancelScope(shield=True):
            await self.close_idle()

    def _open(self) -> httpx.AsyncBaseTransport:
        if self._app is not None:
            return InProcess(self._app)
        if self._proxy is not None:
            return Tunnel(self._proxy, self._tls)
        return Connection(self._tls, clock=self._clock)


async def _read_body(response: httpx.Response, most: int) -> bytes | None:
    """Return the body as it stands, without inflating anything; None where it is longer than `most` bytes."""
    body = bytearray()
    stream = cast(httpx.AsyncByteStream, response.stream)
    # Every stream of an answer is an async generator, and one that is left half-way has to be closed.
    pieces = cast("AsyncGenerator[bytes, None]", aiter(stream))
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                body += piece
                if len(body) > most:
                    return None
    finally:
        await stream.aclose()
    return bytes(body)


def _plain_headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Lower-case names to texts; those of several headers of one name are joined by commas.

    A look-up in `httpx.Headers` takes as long as making this.
    """
    found = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in raw}
    if len(found) < len(raw):
        texts: dict[str, list[str]] = {}
        for name, text in raw:
            texts.setdefault(name.decode("latin-1").lower(), []).append(text.decode("latin-1"))
        found = {name: ", ".join(several) for name, several in texts.items()}
    return found
