"""A ready list of the accounts of a sandbox, with their keys in files beside it and a sheet to begin with."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from batch_update.disk import make_folder
from batch_update.errors import UsageError
from batch_update.sandbox.many.tenants import Tenant
from batch_update.text import printable

SHEET = "fleet-demo.csv"
ROWS_EACH = 2
"""rows of the sheet about an account"""
_KEYS = "keys"
_IN_THE_SHEET = 6
"""accounts that the sheet is about"""
_HEAD = """# The {count} accounts of a sandbox on this machine. Each key opens one of them, and nothing else anywhere.
# Another port than {port}? Then the line base_url has to say so.

[defaults]
base_url = "{base_url}"
key = {{ file = "{keys}/{{account}}.key" }}
"""
_ACCOUNT = """
[accounts.{name}]
owner = "{email}"
tags = ["{kind}"]
"""


@dataclass(frozen=True, slots=True)
class ReadyList:
    """Where a list of accounts goes, and what is written beside it."""

    path: Path

    @property
    def keys(self) -> Path:
        """Return the folder of the files that hold a key each."""
        return self.path.parent / _KEYS

    @property
    def sheet(self) -> Path:
        """Return the sheet for some of the accounts."""
        return self.path.parent / SHEET

    def refuse_to_write_over(self) -> None:
        """Raises UsageError U109 where something lies there already."""
        if self.path.suffix.lower() != ".toml":
            raise UsageError(
                f"the option accounts_out={printable(str(self.path))}: a list of accounts is a .toml",
                code="U101",
                remedy="name it accounts.toml",
            )
        for path in (self.path, self.keys, self.sheet):
            if os.path.lexists(path):
                raise self._is_there(path)

    def write(self, accounts: Sequence[Tenant], base_url: str) -> None:
        """Write the keys, the sheet and the list, each for its owner alone. Raises UsageError."""
        try:
            make_folder(self.path.absolute().parent)
            self.keys.mkdir(mode=0o700)
            for one in accounts:
                _write_new(self.keys / f"{one.name}.key", f"{one.key}\n")
            _write_new(self.sheet, sheet_text(accounts[:_IN_THE_SHEET]))
            _write_new(self.path, list_text(accounts, base_url))
        except FileExistsError as error:
            raise self._is_there(Path(error.filename)) from None
        except OSError as error:
            raise UsageError(
                f"the list of accounts cannot be written: {error.strerror} ({printable(str(error.filename))})",
                code="U110",
            ) from None

    def _is_there(self, path: Path) -> UsageError:
        return UsageError(
            f"{printable(str(path))} is there already, and the option accounts_out writes over nothing",
            code="U109",
            remedy="leave the option out where the list is of this sandbox, or name a file in an empty folder",
        )


def list_text(accounts: Sequence[Tenant], base_url: str) -> str:
    """Return a list of accounts as TOML, whose keys lie in files beside it."""
    port = base_url.rpartition(":")[2].partition("/")[0]
    head = _HEAD.format(count=len(accounts), port=port, base_url=base_url, keys=_KEYS)
    return head + "".join(_ACCOUNT.format(name=one.name, email=one.email, kind=one.kind) for one in accounts)


def sheet_text(accounts: Sequence[Tenant]) -> str:
    """Return a sheet with two rows for each of these accounts, in which assistants are called by their names."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("account", "id", "initial_message", "max_duration"))
    for one in accounts:
        rows.writerow(
            (one.name, "Reception", f"Guten Tag, hier ist {one.business}. Wie darf ich helfen?", 900)
        )
        rows.writerow((one.name, "Survey", "", 300))
    return "\ufeff" + text.getvalue()


def _write_new(path: Path, text: str) -> None:
    """Write a file that must not be there yet, for its owner alone. Raises OSError."""
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(text.encode("utf-8"))
