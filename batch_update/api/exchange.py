"""One request out, one answer in, within a deadline: whatever happens becomes an Answer or a Failure."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any, cast

import anyio
import httpx

from batch_update import __version__
from batch_update.api.keys import ApiKey
from batch_update.api.replies import Answer, Failure
from batch_update.api.transport import SENT, Connection, InProcess, UntrustedError
from batch_update.errors import UsageError

MOST_REPLY = 1 << 20
"""bytes of an answer to an update that are read"""
MOST_PAGE = 16 << 20
"""bytes of a list that are read: a hundred assistants with prompts of 150,000 characters"""


class Departure:
    """Notes when the first byte of a request leaves: from then on it may have been applied."""

    __slots__ = ("sent",)

    def __init__(self) -> None:
        self.sent = False

    async def note(self, name: str, info: Mapping[str, Any]) -> None:
        """The `trace` extension of httpx requests."""
        self.sent = self.sent or name == SENT


class Wires:
    """Connections to one server, as many as there are requests at once; each serves one request at a time.

    With `app`, an ASGI application is spoken to in process. `timeout`: seconds for one exchange, connecting included.
    """

    def __init__(
        self, base_url: str, key: ApiKey, *, timeout: float, app: Any, clock: Callable[[], float]
    ) -> None:
        # As httpx.Headers: those hide the key when they are shown.
        self._headers = httpx.Headers(
            {
                "Host": httpx.URL(base_url).netloc.decode("ascii"),
                "Authorization": f"Bearer {key.reveal()}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "User-Agent": f"batch-update/{__version__}",
            }
        )
        self._json_headers = httpx.Headers({**self._headers, "Content-Type": "application/json"})
        self._timeout = timeout
        self._app = app
        self._clock = clock
        # One context for all connections: making one takes 40 to 80 ms. It heeds SSL_CERT_FILE and SSL_CERT_DIR.
        self._tls = _trust() if base_url.startswith("https") and app is None else None
        self._idle: list[httpx.AsyncBaseTransport] = []

    async def exchange(self, method: str, url: str, content: bytes, departure: Departure) -> Answer | Failure:
        """Send and read. Nothing of httpx or of sockets is raised."""
        request = httpx.Request(
            method,
            url,
            headers=self._json_headers if content else self._headers,
            content=content,
            extensions={"trace": departure.note},
        )
        wire = self._idle.pop() if self._idle else self._open()
        seen: Answer | None = None
        failure = f"no answer within {self._timeout:g} s"
        untrusted = False
        try:
            with anyio.move_on_after(self._timeout):
                response = await wire.handle_async_request(request)
                # A status is knowledge, also where the rest never comes.
                seen = Answer(response.status_code, _plain(response.headers), b"", complete=False)
                body = await _read(response, MOST_REPLY if method == "PUT" else MOST_PAGE)
                is_whole = body is not None
                seen = Answer(
                    seen.status, seen.headers, body or b"", complete=is_whole, too_long=not is_whole
                )
        except httpx.TransportError as error:
            failure, untrusted = str(error), isinstance(error, UntrustedError)
            departure.sent = departure.sent and not isinstance(
                error, (httpx.ConnectError, httpx.ConnectTimeout)
            )
        finally:
            self._idle.append(wire)  # where anything went wrong it has closed itself, and connects anew
        return seen or Failure(failure, departure.sent, untrusted)

    async def aclose(self) -> None:
        """Closes what is open."""
        with anyio.CancelScope(shield=True):
            while self._idle:
                await self._idle.pop().aclose()

    def _open(self) -> httpx.AsyncBaseTransport:
        return InProcess(self._app) if self._app is not None else Connection(self._tls, clock=self._clock)


def _trust() -> ssl.SSLContext:
    """The certificates to trust. Raises UsageError (U101) where those that were named cannot be read."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise UsageError(
            f"the certificates to trust cannot be read: {error.strerror or error}",
            code="U101",
            remedy="SSL_CERT_FILE names a file of certificates in PEM form; without it the usual ones are trusted",
        ) from None


async def _read(response: httpx.Response, most: int) -> bytes | None:
    """The body as it stands, without inflating anything; None where it is longer than `most` bytes."""
    body = bytearray()
    # Every stream of an answer is an async generator, and one that is left half-way has to be closed.
    pieces = cast("AsyncGenerator[bytes, None]", aiter(cast(httpx.AsyncByteStream, response.stream)))
    async with aclosing(pieces):
        async for piece in pieces:
            body += piece
            if len(body) > most:
                return None
    return bytes(body)


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """Lower-case names to texts; those of several headers of one name are joined by commas.

    A look-up in `httpx.Headers` takes as long as making this.
    """
    found: dict[str, str] = {}
    for raw_name, raw in headers.raw:
        name, text = raw_name.decode("latin-1").lower(), raw.decode("latin-1")
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found
