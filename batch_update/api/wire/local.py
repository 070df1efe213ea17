"""Tells what this machine itself lacks: such trouble is none of the server's, and has another remedy."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Iterable, Iterator
from typing import TypeGuard

_FILES = "let it open more files at once (ulimit -n 4096), or lower the setting concurrency"
_MEMORY = "make memory free on this machine"
_FORBIDDEN = (
    "a firewall or the rights of this process forbid the connection: see what this machine lets it do"
)
REMEDIES = {
    errno.EMFILE: _FILES,
    errno.ENFILE: "end programs of this machine that hold many files open, or let it open more",
    errno.ENOMEM: _MEMORY,
    errno.ENOBUFS: _MEMORY,
    errno.ENOSPC: "make room on the disk of this machine",
    errno.EADDRNOTAVAIL: "all ports of this machine are in use: wait a minute, or lower the setting concurrency",
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
}
"""Errors of the operating system that are never the other side's doing, and what helps."""


def local_trouble(error: BaseException) -> int | None:
    """Return the number of the error that this machine caused, None where it may be the network's or the server's."""
    for cause in causes(error):
        if isinstance(cause, socket.gaierror):
            return _trouble_now()
        if _has_number(cause) and cause.errno in REMEDIES:
            return cause.errno
    return None


def _has_number(cause: BaseException | None) -> TypeGuard[OSError]:
    """Whether it is an error of the operating system: TLS and looking up names number their errors in their own way."""
    return isinstance(cause, OSError) and not isinstance(cause, (ssl.SSLError, socket.gaierror))


def reason_in(found: Iterable[BaseException | None]) -> str:
    """Return what the operating system, or TLS, says of the first of these errors that it has words for."""
    numbered = (os.strerror(c.errno) if _has_number(c) and c.errno else _own_words(c) for c in found)
    return next(filter(None, numbered), "")


def _own_words(cause: BaseException | None) -> str:
    return cause.strerror or "" if isinstance(cause, (ssl.SSLError, socket.gaierror)) else ""


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error, what it was made from, and the members of groups."""
    yield error
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from causes(inner)
    before = error.__cause__ or error.__context__  # httpcore raises some `from None`
    if before is not None:
        yield from causes(before)


def _trouble_now() -> int | None:
    """Looking up a name needs files, and says `unknown` where it cannot open any: see whether one can be opened."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno if error.errno in REMEDIES else None
    return None
