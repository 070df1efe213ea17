"""Web addresses of sheets: which may be fetched, what mends one that was copied wrongly, and how much is shown."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from batch_update.errors import UsageError
from batch_update.sheet.endings import READ
from batch_update.text import printable

_SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
"""of two letters at least: one is a drive of Windows"""
_GOOGLE = "docs.google.com"
_PLAIN_NAMES = frozenset({"pub", "pubhtml", "edit", "export", "download"})
"""Ends of addresses that are no names of files and tell nothing."""
_PUBLISH = (
    "In Google Sheets: File > Share > Publish to web, the worksheet and Comma-separated values (.csv); the address "
    "that it shows then ends in output=csv."
)


def is_address(file: str) -> bool:
    """Whether the sheet of a job is a web address rather than a file."""
    return _SCHEME.match(file) is not None


def checked_address(text: str) -> str:
    """Return the address. Raises UsageError U122 where it is not safe, or shows a page in place of a sheet."""
    text = text.strip()
    try:
        url = urlsplit(text)
        fault = _address_fault(text, url)
    except ValueError:
        raise _wrong("the address of the sheet is no web address") from None
    if fault:
        raise _wrong(f"the address of the sheet {fault}")
    if (url.hostname or "").lower() == _GOOGLE:
        _refuse_page(url)
    return text


def shown_address(text: str) -> str:
    """Return what of an address may be shown: its host, and its last part where that is the name of a file.

    Paths and queries may hold what opens the sheet to everybody who knows it.
    """
    try:
        url = urlsplit(text.strip())
        host = url.hostname or ""
        port = f":{url.port}" if url.port else ""
    except ValueError:
        return "an address"
    name = PurePosixPath(unquote(url.path)).name
    is_plain = name in _PLAIN_NAMES or PurePosixPath(name).suffix.lower() in READ
    last = f"/{name}" if is_plain else ""
    between = "/..." if len(list(filter(None, url.path.split("/")))) > is_plain else ""
    return printable(f"{url.scheme}://{f'[{host}]' if ':' in host else host}{port}{between}{last}")


def _address_fault(text: str, url: SplitResult) -> str:
    """Return why it must not be fetched, "" where it may."""
    from batch_update.api.address import (
        is_loopback,
    )  # loads what speaks HTTP, and `job list` speaks to nobody

    host, port = url.hostname or "", url.port
    if any(sign.isspace() or not sign.isprintable() for sign in text) or not host:
        return "is no web address"
    if "@" in url.netloc:
        return "holds a user name or a password, which would stand in the job file"
    if url.scheme.lower() == "http" and not is_loopback(host):
        return "begins with http: anybody on the way could read and change the sheet"
    if url.scheme.lower() not in ("http", "https") or port == 0:
        return "does not begin with https:// and a host"
    return ""


def _refuse_page(url: SplitResult) -> None:
    """Raise UsageError U122 for addresses of Google that show a sheet to people: they answer with a web page."""
    parts = [part for part in url.path.split("/") if part]
    if "spreadsheets" not in parts or "d" not in parts:
        return
    after = parts[parts.index("d") + 1 :]
    if after[:1] == ["e"]:
        if after[2:3] == ["pubhtml"]:
            raise _wrong(
                "the address of the sheet is that of a web page (pubhtml)",
                "Write /pub?output=csv in place of /pubhtml and what follows it"
                + (f", with {_worksheet(url)} behind it for the same worksheet" if _worksheet(url) else "")
                + ".",
            )
    elif after[1:2] not in (["export"], ["gviz"], ["pub"]):
        export = f"/export?format=csv{_worksheet(url)}"
        raise _wrong(
            "the address of the sheet is the one for editing it, which shows a web page",
            f"{_PUBLISH} Where everybody who has the link may read the sheet, write {export} in place of what "
            "follows its id.",
        )


def _worksheet(url: SplitResult) -> str:
    """Return `&gid=123`, where the address names a worksheet; "" where it does not."""
    for part in (url.fragment, url.query):
        number = parse_qs(part).get("gid", [""])[0]
        if re.fullmatch(r"[0-9]+", number):
            return f"&gid={number}"
    return ""


def _wrong(message: str, remedy: str = "") -> UsageError:
    return UsageError(message, code="U122", remedy=remedy)
