"""Lists of an account that were looked up, kept on disk for a while: for their owner alone, and not past their age."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from batch_update.clock import SYSTEM, Clock
from batch_update.disk import make_folder, read_plain, replace_private
from batch_update.model.as_json import dump, made_from, without_defaults
from batch_update.model.choices import Choice
from batch_update.model.sheets import Json
from batch_update.strict_json import read_own_json

FORM = 1
"""of the file; one that is written otherwise is looked up anew"""
MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class List:
    """One list as a server gave it, and when."""

    at: float
    """seconds since 1970, UTC"""
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """The file that keeps the lists of one account, with an age limit."""

    path: Path
    account: str
    """names the account, as the file does: the lists of another one are not taken"""
    max_age: float = 3600.0
    """seconds; 0: nothing that is kept is young enough"""
    clock: Clock = SYSTEM

    def read(self) -> dict[str, List]:
        """Return the lists that are young enough, by their names; none where the file is missing or is not one of ours.

        One from the future is none that is young: the clock was set back, or it is somebody else's.
        """
        now = self.clock.wall().timestamp()
        found = self._all()
        return {name: kept for name, kept in found.items() if 0 <= now - kept.at < self.max_age}

    def add(self, lists: Mapping[str, tuple[Choice, ...]]) -> None:
        """Keep these lists beside those that are kept already; where they cannot be written, nothing is kept."""
        now = self.clock.wall().timestamp()
        merged = self._all() | {name: List(now, choices) for name, choices in lists.items()}
        with suppress(OSError):
            make_folder(self.path.parent)
            replace_private(self.path, dump(self._document(merged)).encode("ascii"))

    def _all(self) -> dict[str, List]:
        try:
            found = read_own_json(read_plain(self.path, MOST_BYTES).decode("ascii"))
            if (found["form"], found["account"]) != (FORM, self.account):
                return {}
            return {str(name): made_from(List, kept) for name, kept in found["lists"].items()}
        except (OSError, ValueError, TypeError, LookupError, AttributeError):
            return {}

    def _document(self, lists: Mapping[str, List]) -> Json:
        kept = {
            name: {"at": one.at, "choices": list(map(without_defaults, one.choices))}
            for name, one in lists.items()
        }
        return {"form": FORM, "account": self.account, "lists": kept}
