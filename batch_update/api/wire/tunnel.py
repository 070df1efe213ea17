"""Requests through a proxy, by httpx's own transport: a new connection for each, since speed is no matter there."""

from __future__ import annotations

import ssl

import httpx

from batch_update.api.wire.local import causes, local_trouble, reason_in
from batch_update.api.wire.proxies import Proxy
from batch_update.api.wire.transport import CONNECT, LocalError, UntrustedError
from batch_update.errors import UsageError

_TIMEOUT = {"connect": CONNECT, "read": None, "write": None, "pool": None}
"""seconds; the whole exchange has a deadline of its own"""


class ProxyRefusedError(httpx.ProxyError):
    """The proxy does not let the request through, with a status of its own. Nothing was sent to the server."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Tunnel(httpx.AsyncBaseTransport):
    """One request at a time through a proxy. Raises httpx.TransportError and nothing else of its own.

    Making one raises UsageError (U101) for a proxy of a kind that needs a package that is not installed.
    """

    def __init__(self, proxy: Proxy, tls: ssl.SSLContext | None) -> None:
        self._proxy = proxy
        try:
            self._inner = httpx.AsyncHTTPTransport(
                verify=tls
                or False,  # without one nothing is encrypted on the way, and nothing to be verified
                trust_env=False,
                limits=httpx.Limits(max_connections=10, max_keepalive_connections=0),
                proxy=httpx.Proxy(proxy.url, ssl_context=tls if proxy.url.startswith("https") else None),
            )
        except ImportError:
            raise UsageError(
                f"the proxy in {proxy.source} is one for SOCKS, which needs a package that is not installed",
                code="U101",
                remedy="install it with: python -m pip install 'httpx[socks]'; or name a proxy for HTTP",
            ) from None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends it and waits for status and headers. What goes wrong on the way to the proxy is told as the proxy's."""
        request.extensions["timeout"] = dict(_TIMEOUT)
        try:
            return await self._inner.handle_async_request(request)
        except httpx.TransportError as error:
            raise self._told(error) from None

    async def aclose(self) -> None:
        """Closes what is open."""
        await self._inner.aclose()

    def _told(self, error: httpx.TransportError) -> httpx.TransportError:
        """Return httpx's error as one of ours."""
        found = list(causes(error))
        for cause in found:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return UntrustedError(cause.verify_message)
        if isinstance(error, httpx.ProxyError):
            status = str(error).split(" ", 1)[0]
            return ProxyRefusedError(int(status) if status.isdigit() else 0, str(error))
        if isinstance(error, httpx.ConnectError) and (number := local_trouble(error)):
            return LocalError(number)
        reason = (
            f"{reason_in(found) or str(error) or type(error).__name__} (through the proxy {self._proxy.name})"
        )
        return type(error)(reason)
