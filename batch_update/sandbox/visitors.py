"""Decides who may speak to a sandbox that is served: programs on this machine, and no web page that a browser has open.

A page of another site can send requests to a port of this machine, and a name that is made to point to this machine
(DNS rebinding) lets it read the answers. Both are known by what a browser sends: the name in `Host`, and `Origin`.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class OnlyFrom:
    """An ASGI app that lets requests through to another one only if they are meant for the host that it is served on.

    On an address of this machine alone that is any name of this machine. On another one nobody can tell by what names
    it is known; there a page must come from the very host that it speaks to.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host.casefold()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        host, origin = _name(f"//{headers.get('host', '')}"), headers.get("origin")
        if "host" in headers and not self._is_mine(host):
            await _refusal("This sandbox answers to names of this machine only.")(scope, receive, send)
        elif origin is not None and not self._is_same_site(_name(origin), host):
            await _refusal("This sandbox does not answer to web pages of other sites.")(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_mine(self, name: str | None) -> bool:
        return not _is_this_machine(self._host) or (
            name is not None and (name == self._host or _is_this_machine(name))
        )

    def _is_same_site(self, origin: str | None, host: str | None) -> bool:
        if origin is None:
            return False
        return _is_this_machine(origin) if _is_this_machine(self._host) else origin == host


def _is_this_machine(name: str) -> bool:
    """Whether a name or address always means the machine that it is used on."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _name(address: str) -> str | None:
    """Return the host that an address names, in small letters; None where it names none."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises where it is none
        return parts.hostname.casefold().rstrip(".") if parts.hostname and "@" not in parts.netloc else None
    except ValueError:
        return None


def _refusal(message: str) -> JSONResponse:
    content = {"error": "Forbidden", "message": message}
    return JSONResponse(content, 403, headers={"Connection": "close"})
