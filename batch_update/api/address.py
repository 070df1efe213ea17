"""The address of the API: which ones a key may travel to, what mends one that was copied wrongly, and whose it is."""

from __future__ import annotations

import ipaddress
import re
import socket

import httpx

from batch_update.errors import UsageError

PATH = "/api"
"""where every host of this platform serves the API"""
OTHER_HOST = "app.famulor.io"
OTHER_PATH = "/api/v1"
"""of the vendor's other platform, which has other keys, ids and field names"""
THIS_PLATFORM = "this tool is for the platform whose API lives under https://HOST/api, with PUT for updates"
_PORTS = {"https": 443, "http": 80}
_ENDPOINT = re.compile(r"(?s)(.*?)/+user(?:/.*)?", re.IGNORECASE)
"""a path of the base URL that goes on into an endpoint"""


def check_base_url(text: str) -> str:
    """Return the base URL without a slash at its end.

    Raises UsageError where a key must not travel to it (U103), and where no API of this platform can be there (U114):
    then with the address that was meant.
    """
    try:
        url = httpx.URL(text)
        fault = _host_fault(url)
    except (httpx.InvalidURL, UnicodeError):
        fault = "it is no web address"
    if fault:
        raise _unsafe(fault)
    _refuse_other_platform(url)
    _refuse_wrong_path(url)
    if fault := _path_fault(text, url):
        raise _unsafe(fault)
    return str(url).rstrip("/")


def hint_of(base_url: str) -> str:
    """Return a sentence on an address that may be right and most likely is not; "" for one that is as usual."""
    url = httpx.URL(base_url)
    if url.path.rstrip("/").lower().endswith(PATH):
        return ""
    meant = f"the setting base_url={base_url}{PATH}"
    return f"the base URL does not end in {PATH}: where nothing is found there, try {meant}"


def server_of(base_url: str) -> str:
    """Return the host and port that an address leads to, alike for all its spellings, to tell servers apart."""
    url = httpx.URL(base_url)
    host = _plain_host(url.raw_host.decode("ascii"))
    return f"{host}:{url.port or _PORTS.get(url.scheme, 0)}"


def _unsafe(fault: str) -> UsageError:
    return UsageError(
        f"the base URL is not safe to send a key to: {fault}",
        code="U103",
        remedy="write the setting base_url=https://HOST/api; http only for this machine (localhost, 127.0.0.1, [::1])",
    )


def _host_fault(url: httpx.URL) -> str:
    """Why a key must not travel to this host, "" where it may. The address is not repeated: it may hold a password."""
    if url.userinfo:
        return "it holds a user name or password"
    if url.scheme not in _PORTS or not re.fullmatch(rb"[a-z0-9._:-]+", url.raw_host):
        return "it does not begin with https:// and a host"
    if url.scheme == "http" and not is_loopback(url.host):
        return "over http the key would travel unencrypted"
    if url.port is not None and not 0 < url.port < 65536:
        return "it has no such port"
    return ""


def _path_fault(text: str, url: httpx.URL) -> str:
    """Return why requests would not go where the path says, "" where they do."""
    if "?" in text or "#" in text:
        return "it holds a query or a fragment"
    if not re.fullmatch(r"[A-Za-z0-9._~/-]*", url.path) or "//" in url.path or "/.." in text or "%" in text:
        return "its path holds more than letters, digits and single slashes"
    return ""


def _refuse_other_platform(url: httpx.URL) -> None:
    if _plain_host(url.raw_host.decode("ascii")) == OTHER_HOST:
        raise UsageError(
            f"the base URL is that of the vendor's other platform, {OTHER_HOST}{OTHER_PATH}, and {THIS_PLATFORM}",
            code="U114",
            remedy="leave out the setting base_url for the vendor's own host, or name the host of this platform",
        )


def _refuse_wrong_path(url: httpx.URL) -> None:
    """An address that was copied together with an endpoint, without the path of the API, or with that of another."""
    path = url.path.rstrip("/")
    endpoint = _ENDPOINT.fullmatch(path)
    good = path if endpoint is None else endpoint[1]
    if good.lower().endswith(OTHER_PATH):
        good = good[: -len("/v1")]
    if endpoint:
        fault = "goes on into an endpoint, which this tool adds by itself"
    elif good != path:
        fault = f"ends in {OTHER_PATH}, and this API has no version in its path"
    elif not path and not is_loopback(url.host):
        fault = f"misses the {PATH} under which the API lives"
    else:
        return
    good = good if re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", good) else PATH
    raise UsageError(
        f"the base URL {fault}",
        code="U114",
        remedy=f"write the setting base_url={url.scheme}://{url.netloc.decode('ascii')}{good}",
    )


# ---------------------------------------------------------------- hosts


def is_loopback(host: str) -> bool:
    """Whether a host, as somebody wrote it, is this machine for certain."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"


def _plain_host(host: str) -> str:
    """Return one spelling of a host for all: this machine is `localhost`, an address as it is usually written."""
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith(
        ".localhost"
    ):  # https://www.rfc-editor.org/rfc/rfc6761#section-6.3
        return "localhost"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        try:
            # As connecting reads it: 127.1 and 0x7f.0.0.1 are addresses, too.
            address = ipaddress.IPv4Address(socket.inet_aton(host))
        except (OSError, ValueError):
            return host
    address = getattr(address, "ipv4_mapped", None) or address
    return "localhost" if address.is_loopback or address.is_unspecified else str(address)
