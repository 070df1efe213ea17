"""The runs of one account of the list: by its name, which journals keep; older ones by server, owner or key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from batch_update.account.known.known_account import KnownAccount
from batch_update.account.known.of_settings import known_account
from batch_update.account.whose import AT
from batch_update.api.address import server_of
from batch_update.errors import JournalError, UsageError
from batch_update.journal.across.glancing import RunHead, head_of
from batch_update.journal.across.in_fleets import account_in_fleet, name_of_run
from batch_update.settings.tunables import Settings
from batch_update.text import as_compared


@dataclass(frozen=True, slots=True)
class RunsOfAccount:
    """The runs that are an account's, and how many there are of which that cannot be told."""

    folders: tuple[Path, ...]
    """with those that cannot be read, which may be the account's"""
    untold: int


def runs_of_account(folders: Iterable[Path], name: str, settings: Settings) -> RunsOfAccount:
    """Return which of these runs changed the account of this name.

    Raises UsageError U180 or U181 where neither the list nor any run knows it.
    """
    wanted = as_compared(name)
    heads, found = [], []
    for folder in folders:
        try:
            heads.append(head_of(folder))
        except JournalError:
            if as_compared(account_in_fleet(folder) or name) == wanted:
                found.append(folder)
    named = [head for head in heads if as_compared(head.called) == wanted]
    known = _named_in_list(settings, is_needed=not named)
    asked = [(head, _is_runs_account(head, known, named)) for head in heads if not head.called]
    found += [head.folder for head in named] + [head.folder for head, is_of in asked if is_of]
    return RunsOfAccount(tuple(found), sum(is_of is None for _, is_of in asked))


def _named_in_list(settings: Settings, *, is_needed: bool) -> KnownAccount | None:
    """Return the account as the list has it; None where it is gone from there, unless that is needed."""
    try:
        return known_account(settings)
    except UsageError:
        if is_needed:
            raise
        return None


def _is_runs_account(head: RunHead, known: KnownAccount | None, named: Sequence[RunHead]) -> bool | None:
    """Whether a run whose journal names no account is of this one; None where that cannot be told."""
    if head.key in {one.key for one in named} - {""} or head.parent in {
        name_of_run(one.folder) for one in named
    }:
        return True
    if known is None:
        return None
    if server_of(head.server) != server_of(known.base_url):
        return False
    owner = head.account.rpartition(AT)[0]
    return as_compared(owner) == as_compared(known.owner) if known.owner and "@" in owner else None
