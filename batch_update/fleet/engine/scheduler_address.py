"""Where the scheduler of an engine is, and what shows it that one belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from batch_update.api.address import is_loopback
from batch_update.errors import UsageError
from batch_update.text import printable


@dataclass(frozen=True, slots=True)
class SchedulerAddress:
    """A scheduler that somebody else started, and the files by which both sides know each other."""

    url: str
    """`tls://HOST:PORT`, or `tcp://HOST:PORT` on this machine"""
    ca: Path | None = None
    """the certificates by which the others are known"""
    cert: Path | None = None
    key: Path | None = None
    """of that certificate; None: it stands in the same file"""
    plain: bool = False
    """somebody said that the network is safe without TLS"""

    def from_anywhere(self) -> SchedulerAddress:
        """Return it with the whole paths of its files."""
        ca, cert, key = (path and path.absolute() for path in (self.ca, self.cert, self.key))
        return replace(self, ca=ca, cert=cert, key=key)

    def refuse_unsafe(self) -> None:
        """Raise UsageError unless only those who may give our workers work can do so.

        Whoever reaches a scheduler without TLS runs what he likes as the user of its workers, who read the keys of
        all accounts. U101 for what is no address, U170 for a network without TLS, U171 for files that are not there.
        """
        parts = urlsplit(self.url)
        if parts.scheme not in ("tcp", "tls") or not parts.hostname or not _port(self.url):
            message = f"the option scheduler: {printable(self.url)!r} is no address"
            raise UsageError(message, code="U101", remedy="write it as tls://HOST:8786")
        if parts.scheme == "tls":
            self._refuse_missing_files()
        elif not (self.plain or is_loopback(parts.hostname)):
            message = f"the scheduler {printable(self.url)} is on the network, and without TLS"
            raise UsageError(message, code="U170")

    def _refuse_missing_files(self) -> None:
        wanted: Mapping[str, Path | None] = {"scheduler_ca": self.ca, "scheduler_cert": self.cert}
        for name, path in wanted.items():
            if path is None:
                raise UsageError(f"a scheduler with TLS needs the option {name}", code="U171")
        for name, path in {**wanted, "scheduler_key": self.key}.items():
            if path is not None and not path.is_file():
                raise UsageError(f"the option {name}: {printable(str(path))} is no file", code="U171")


def _port(url: str) -> int:
    """Return the port of an address; 0 where there is none that can be one."""
    try:
        return urlsplit(url).port or 0
    except ValueError:
        return 0
