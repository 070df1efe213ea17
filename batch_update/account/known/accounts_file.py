"""The list of accounts read from its file, whichever form that has; once, until the file is another one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from batch_update.account.known.known_account import KnownAccounts
from batch_update.account.known.toml_list import ACCOUNT_LIST, MISSING_LIST, read_toml_list
from batch_update.errors import UsageError
from batch_update.text import printable
from batch_update.toml.toml_files import why_unreadable

SHEETS = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
"""Endings of the names of lists that are sheets; all others are TOML."""


def read_accounts(path: Path) -> KnownAccounts:
    """Return the accounts that a list knows. Paths of key files in it begin at its folder.

    Raises UsageError U180 with all that is wrong with it, each mistake at its place. No key is read.
    """
    try:
        there = path.stat()
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{printable(str(path))}: cannot be read: {why_unreadable(error)}",
            code=ACCOUNT_LIST.code,
            remedy=MISSING_LIST,
        ) from None
    return _as_it_stands(path, path.absolute(), there.st_mtime_ns, there.st_size, there.st_ino)


@lru_cache(maxsize=4)
def _as_it_stands(path: Path, absolute: Path, *stamp: int) -> KnownAccounts:
    """Return the list, which is read again once its stamp is another: each account of a fleet asks for it."""
    if path.suffix.lower() in SHEETS:
        from batch_update.account.known.sheet_list import read_sheet_list  # loads what reads sheets

        return KnownAccounts(path, read_sheet_list(path))
    return KnownAccounts(path, read_toml_list(path))
