"""Which proxy requests go through, if any: as the setting says, or else the environment, as for other programs."""

from __future__ import annotations

import ipaddress
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

import httpx

from batch_update.api.address import is_loopback
from batch_update.errors import UsageError

SETTING = "the setting proxy"
NONE = "off"
_SOCKS = ("socks5", "socks5h")
_REMEDY = "write http://HOST:PORT, with a name and a password http://USER:PASSWORD@HOST:PORT, or off for none"
_PORT = re.compile(r"(.*):([0-9]+)")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy for one server. Nothing that shows it shows its password."""

    name: str
    """host and port, for people to read"""
    source: str
    """the setting or variable that names it"""
    forwards: bool
    """it reads requests and answers itself; else it hands through what is encrypted, and sees nothing of it"""
    url: str = field(repr=False)

    def secrets(self) -> frozenset[str]:
        """Return what no text may show: the password in all forms that it takes on its way."""
        user, _, password = httpx.URL(self.url).userinfo.decode("ascii").partition(":")
        if not password:
            return frozenset()
        plain = f"{unquote(user)}:{unquote(password)}".encode()
        return frozenset({password, unquote(password), b64encode(plain).decode("ascii")})


def find_proxy(base_url: str, setting: str | None, environ: Mapping[str, str]) -> Proxy | None:
    """Return the proxy for this server, None where there is none.

    `setting` comes before HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, which NO_PROXY makes exceptions of; each variable may
    be written in lower case, which then counts. Raises UsageError: U101 for an address that cannot be one, U103 where
    the key would travel to it unencrypted.
    """
    server = httpx.URL(base_url)
    given, source = (setting or "").strip(), SETTING
    if given.lower() == NONE:
        return None
    if not given:
        given, source = _from_environment(server.scheme, environ)
        if not given or _is_exempt(server, _value("no_proxy", environ)[0]):
            return None
    return _read_proxy(given, source, server)


def _from_environment(scheme: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """Return the address of the proxy and the variable that holds it; "" where none does."""
    for name in (f"{scheme}_proxy", "all_proxy"):
        text, variable = _value(name, environ)
        # In a CGI script, HTTP_PROXY is a header that anybody may send.
        if text and not (variable == "HTTP_PROXY" and "REQUEST_METHOD" in environ):
            return text, variable
    return "", ""


def _value(name: str, environ: Mapping[str, str]) -> tuple[str, str]:
    spelled = name if name in environ else name.upper()
    return environ.get(spelled, "").strip(), spelled


def _is_exempt(server: httpx.URL, no_proxy: str) -> bool:
    """Whether NO_PROXY names this server: its host, a domain above it, its network, any of them with its port, or *."""
    port = server.port or {"https": 443, "http": 80}.get(server.scheme, 0)
    entries = (entry.rpartition("://")[2].lower() for entry in re.split(r"[\s,]+", no_proxy) if entry)
    return any(_names(entry, server.host.lower().rstrip("."), port) for entry in entries)


def _names(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    if (with_port := _PORT.fullmatch(entry)) and (":" not in with_port[1] or with_port[1].endswith("]")):
        if int(with_port[2]) != port:
            return False
        entry = with_port[1]
    entry = entry.strip("[]")
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:  # one of them is a name
        domain = entry.removeprefix("*").strip(".")
        return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _read_proxy(given: str, source: str, server: httpx.URL) -> Proxy:
    """Return the proxy that was given, checked. No message repeats it: it may hold a password."""
    try:
        url = httpx.URL(given if "://" in given else f"http://{given}")
        host, port = url.host, url.port
    except (httpx.InvalidURL, UnicodeError):
        host, port, url = "", None, httpx.URL("http:")
    if not re.fullmatch(rb"[A-Za-z0-9._:-]+", url.raw_host) or (port is not None and not 0 < port < 65536):
        raise UsageError(f"the proxy in {source} is no web address", code="U101", remedy=_REMEDY)
    if url.scheme not in ("http", "https", *_SOCKS):
        raise UsageError(
            f"the proxy in {source} is of a kind that is not known: {url.scheme}", code="U101", remedy=_REMEDY
        )
    forwards = server.scheme == "http" and url.scheme not in _SOCKS
    if forwards and not is_loopback(host):
        raise UsageError(
            f"over http the key would travel unencrypted to the proxy in {source}",
            code="U103",
            remedy=f"reach this server without it: the setting proxy=off, or add {server.host} to NO_PROXY",
        )
    shown = f"[{host}]" if ":" in host else host
    return Proxy(
        f"{shown}:{port}" if port else shown, source, forwards, str(url.copy_with(path="", query=None))
    )
