"""Owns `download`: a file from a web address, without the key, within limits of size, time and redirects."""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from email.message import Message
from typing import BinaryIO, cast

import anyio
import httpx

from batch_update.api.address import is_loopback
from batch_update.api.retrying import retried
from batch_update.api.wire.proxies import find_proxy
from batch_update.api.wire.transport import Connection, LocalError, UntrustedError
from batch_update.api.wire.trust import trusted
from batch_update.api.wire.tunnel import ProxyRefusedError, Tunnel
from batch_update.clock import Clock
from batch_update.errors import ApiError
from batch_update.version import USER_AGENT

MOST_REDIRECTS = 5
MOST_SECONDS = 600.0
"""that one attempt may take, however slowly it goes on"""
_LINGER = 0.02
"""seconds to wait for more than the answer says that it is"""
_HEAD = 4096
"""bytes of the beginning, which tell what the file is"""
_BLOCK = 1 << 20
"""bytes that are unpacked at once"""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429})
"""statuses beside 5xx that pass with time"""
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": USER_AGENT}
"""None of them is secret: they travel to whomever a redirect names."""
Allow = Callable[[bytes, int], None]
"""Is told the beginning of a file and how many bytes of it there are by now, and raises where that is not wanted."""


@dataclass(frozen=True, slots=True)
class Downloaded:
    """The type and the name that a server gives the file that it sent."""

    content_type: str
    """in lower case, without parameters"""
    file_name: str
    """as Content-Disposition has it, to be distrusted; "" where it says none"""


@dataclass(frozen=True, slots=True)
class Reach:
    """How a server is reached, and how long it is waited for."""

    proxy: str | None
    environ: Mapping[str, str]
    timeout: float
    """seconds without a sign of the server that end an attempt"""
    patience: float
    """seconds for which an attempt is followed by another, where the trouble may pass"""
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Failed:
    reason: str
    passes: bool
    """it may be otherwise in a moment"""


async def download(address: str, target: BinaryIO, *, shown: str, allow: Allow, reach: Reach) -> Downloaded:
    """Write what lies at an address into a file, from its beginning.

    `shown` stands for the address, of which a part may be secret, in errors. Raises ApiError where it cannot be had,
    UsageError where the proxy or the certificates of the settings are wrong, and what `allow` and the file raise.
    """
    hops = _Hops(httpx.URL(address), target, allow, reach)
    found = await retried(
        hops.attempt,
        again=lambda found: isinstance(found, _Failed) and found.passes,
        patience=reach.patience,
        clock=reach.clock,
    )
    if isinstance(found, _Failed):
        raise ApiError(f"{shown}: {found.reason}", code="S144")
    return found


class _Hops:
    """An address, and where it leads to by redirects: each hop has a connection of its own."""

    def __init__(self, url: httpx.URL, target: BinaryIO, allow: Allow, reach: Reach) -> None:
        self._url = url
        self._target = target
        self._allow = allow
        self._reach = reach
        self._tls = trusted()
        self._until = 0.0

    async def attempt(self) -> Downloaded | _Failed:
        """From the address to the whole file, or to why not."""
        url, self._until = self._url, self._reach.clock.monotonic() + MOST_SECONDS
        for _ in range(MOST_REDIRECTS + 1):
            try:
                found = await self._hop(url)
            except httpx.TransportError as error:
                return _of_error(error)
            if not isinstance(found, httpx.URL):
                return found
            url = found
        return _Failed(f"the server redirects more than {MOST_REDIRECTS} times", passes=False)

    async def _hop(self, url: httpx.URL) -> Downloaded | _Failed | httpx.URL:
        """Return the file, why there is none, or where it is to be had instead."""
        wire = self._wire(url)
        try:
            response = None
            with anyio.move_on_after(self._reach.timeout):
                response = await wire.handle_async_request(httpx.Request("GET", url, headers=_HEADERS))
            if response is None:
                return self._silent()
            if response.status_code in _REDIRECTS:
                return self._next(url, response.headers.get("location", ""))
            if response.status_code != 200:
                return _of_status(response.status_code)
            return await self._file(response)
        finally:
            with anyio.CancelScope(shield=True):
                await wire.aclose()

    def _wire(self, url: httpx.URL) -> httpx.AsyncBaseTransport:
        # Over http there is this machine alone, which no proxy leads to.
        reach = self._reach
        server = f"{url.scheme}://{url.netloc.decode('ascii')}/"
        proxy = find_proxy(server, reach.proxy, reach.environ) if url.scheme == "https" else None
        return Tunnel(proxy, self._tls) if proxy else Connection(self._tls, clock=reach.clock)

    def _next(self, url: httpx.URL, location: str) -> httpx.URL | _Failed:
        """Return where a redirect leads to, if that is as safe as the address itself."""
        try:
            target = url.join(location)
            is_safe = bool(target.host) and not target.userinfo and _is_private(target, self._url)
        except (httpx.InvalidURL, UnicodeError, ValueError):
            is_safe = False
        if not location or not is_safe:
            return _Failed("the server redirects to what is no https address", passes=False)
        return target

    async def _file(self, response: httpx.Response) -> Downloaded | _Failed:
        """Write the body into the target, unpacked."""
        self._target.seek(0)
        self._target.truncate()
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in _UNPACKED:
            return _Failed("the answer is packed in a way that was not asked for", passes=False)
        unpacker = _Unpacker() if _UNPACKED[encoding] else None
        # Every stream of an answer is an async generator, and one that is left half-way has to be closed.
        stream = cast("AsyncGenerator[bytes, None]", aiter(cast(httpx.AsyncByteStream, response.stream)))
        async with aclosing(stream):
            failed = await self._written(stream, unpacker)
        if failed is None and await _has_more(response):
            failed = _Failed("the answer is longer than it says", passes=True)
        return failed or _described(response)

    async def _written(
        self, stream: AsyncGenerator[bytes, None], unpacker: _Unpacker | None
    ) -> _Failed | None:
        """Write what comes as it comes; return why that is not all, None where it is."""
        head, size = b"", 0
        while True:
            piece: bytes | None = None
            with anyio.move_on_after(self._reach.timeout) as waiting:
                piece = await anext(stream, b"")
            if waiting.cancelled_caught or piece is None:
                return self._silent()
            if self._reach.clock.monotonic() > self._until:
                return _Failed(f"it takes longer than {MOST_SECONDS:g} s", passes=False)
            if not piece:
                break
            try:
                for block in unpacker.unpacked(piece) if unpacker else (piece,):
                    head, size = (head + block)[:_HEAD], size + len(block)
                    self._allow(head, size)
                    self._target.write(block)
            except zlib.error:
                return _Failed("the answer is damaged: it cannot be unpacked", passes=True)
        if not size:
            return _Failed("the server answers with nothing: 0 bytes", passes=True)
        return (
            _Failed("the answer ends too soon", passes=True) if unpacker and not unpacker.is_whole else None
        )

    def _silent(self) -> _Failed:
        return _Failed(f"no answer within {self._reach.timeout:g} s", passes=True)


class _Unpacker:
    """Unpacks gzip a block at a time: what a packed megabyte may become never is in memory as a whole."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)

    def unpacked(self, piece: bytes) -> Iterator[bytes]:
        """Yield what a piece becomes. Raises zlib.error."""
        while piece:
            if self._stream.eof:
                raise zlib.error("there is more behind the end")
            if block := self._stream.decompress(piece, _BLOCK):
                yield block
            piece = self._stream.unconsumed_tail or self._stream.unused_data

    @property
    def is_whole(self) -> bool:
        return self._stream.eof


_UNPACKED = {"identity": False, "": False, "gzip": True, "x-gzip": True}
"""Encodings of a body that are read -> whether they have to be unpacked."""


def _is_private(target: httpx.URL, asked: httpx.URL) -> bool:
    """Whether nobody on the way reads it: https, or this machine where the address itself is of this machine."""
    if target.scheme == "http":
        return is_loopback(target.host) and asked.scheme == "http"
    return target.scheme == "https"


async def _has_more(response: httpx.Response) -> bool:
    has_surplus = response.extensions.get("has_surplus")
    return has_surplus is not None and bool(await has_surplus(_LINGER))


def _described(response: httpx.Response) -> Downloaded:
    """Return what the headers say of the file."""
    said = Message()
    said["Content-Type"] = response.headers.get("content-type", "application/octet-stream")
    said["Content-Disposition"] = response.headers.get("content-disposition", "inline")
    return Downloaded(said.get_content_type(), said.get_filename("") or "")


def _of_status(status: int) -> _Failed:
    """Return what a status that is none of success means."""
    if status >= 500 or status in _PASSING:
        return _Failed(f"the server answers {status}", passes=True)
    meaning = {401: ": it wants a login", 403: ": it does not let this be read", 404: ": nothing is there"}
    return _Failed(f"the server answers {status}{meaning.get(status, '')}", passes=False)


def _of_error(error: httpx.TransportError) -> _Failed:
    """Return what went wrong on the way. None of these texts repeats the address."""
    if isinstance(error, UntrustedError):
        return _Failed(f"its certificate is not trusted: {error}", passes=False)
    if isinstance(error, ProxyRefusedError):
        return _Failed(f"the proxy does not let it through: {error}", passes=error.status >= 500)
    return _Failed(str(error) or type(error).__name__, passes=not isinstance(error, LocalError))
