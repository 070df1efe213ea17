"""A ping: a short text sent to an address that watches over jobs. It is a secret, and no log hears of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from batch_update.version import USER_AGENT

_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy", "httpcore.socks")
"""Those that name the address, or its host, to whoever listens to all logs of the program that we are a part of."""


def ping(
    address: str, text: str, *, below: str = "", rid: str = "", seconds: float, attempts: int = 2
) -> str:
    """Post the text to the address, or below it. Returns "" where it was taken, else why not, without the address.

    `rid`: the run that it is about, for a watcher that tells runs apart by it. `seconds` is for each attempt, and each
    of its steps. No redirection is followed: what the address is would be told to whom it leads to.
    """
    if fault := fault_of_address(address):
        return fault
    url = _url_below(address, below, rid)
    with _unheard(), httpx.Client(timeout=seconds, follow_redirects=False) as client:
        why = "it was not tried"
        for _ in range(attempts):
            why, is_final = _post(client, url, text)
            if is_final:
                break
    return why


def fault_of_address(address: str) -> str:
    """Return what is wrong with an address to ping, "" for none; nothing of it is shown."""
    try:
        url = httpx.URL(address)
        is_one = url.scheme in ("http", "https") and bool(url.host)
    except (httpx.InvalidURL, ValueError):
        is_one = False
    return "" if is_one else "the address is none: wanted https://HOST/PATH"


def _url_below(address: str, below: str, rid: str) -> httpx.URL:
    """Return where to post to; what the address asks for behind `?` is kept."""
    url = httpx.URL(address)
    path = f"{url.path.rstrip('/')}/{below}" if below else url.path
    return url.copy_with(path=path, fragment=None).copy_merge_params({"rid": rid} if rid else {})


def _post(client: httpx.Client, url: httpx.URL, text: str) -> tuple[str, bool]:
    """Return why it was not taken, and whether another attempt makes no sense."""
    try:
        headers = {"User-Agent": USER_AGENT, "Content-Type": "text/plain; charset=utf-8"}
        with client.stream("POST", url, content=text.encode("utf-8", "replace"), headers=headers) as answer:
            status = answer.status_code
    except httpx.TimeoutException:
        return "no answer in time", False
    except httpx.HTTPError:
        return "no connection", False
    return ("", True) if 200 <= status < 300 else (f"it answered {status}", status < 500)


@contextmanager
def _unheard() -> Iterator[None]:
    """Have nobody hear what the libraries log in this thread."""
    here = threading.get_ident()

    def is_elsewhere(record: logging.LogRecord) -> bool:
        return record.thread != here

    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(is_elsewhere)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(is_elsewhere)
