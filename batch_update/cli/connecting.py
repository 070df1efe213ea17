"""The account that settings speak to, its lock, and a client for it: at the server, or in this process the sandbox."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from batch_update.cli.screen import say
from batch_update.errors import UsageError
from batch_update.model import Event
from batch_update.settings import Settings

if TYPE_CHECKING:
    from batch_update.api.client import Client
    from batch_update.api.keys import ApiKey
    from batch_update.run.locking import AccountLock
    from batch_update.sandbox.app import Sandbox

SANDBOX_URL = "https://sandbox/api"
"""Where the sandbox in this process says that it lives, so that its plans and reports are not taken for real ones."""


@dataclass(frozen=True, slots=True)
class Account:
    """A key at a server, and where the processes that use it tell of each other."""

    key: ApiKey
    folder: Path
    name: str
    """names the account in that folder; the key cannot be read from it"""

    @property
    def ledger(self) -> Path:
        """The record of recent requests."""
        return self.folder / f"{self.name}.ledger"

    @property
    def lock(self) -> Path:
        """Held by the process that sends."""
        return self.folder / f"{self.name}.lock"


def account_of(settings: Settings) -> Account:
    """The account that these settings speak to. Raises KeyMissing and UsageError.

    Each sandbox in this process is an account of its own, known by the file that holds it.
    """
    from batch_update.api.fingerprint import fingerprint
    from batch_update.api.keys import ApiKey, find_key

    if settings.sandbox:
        from batch_update.sandbox.app import SANDBOX_KEY

        key, place = ApiKey(SANDBOX_KEY), str(_state(settings).resolve())
    else:
        key, place = find_key(settings.key_file, os.environ), server_name(settings)
    return Account(key, _locks_folder(settings), fingerprint(key, place))


def _locks_folder(settings: Settings) -> Path:
    """Where locks and records of recent requests lie; those of a sandbox beside what it holds."""
    return (_state(settings) if settings.sandbox else default_state()).parent / "accounts"


def lock_folders(settings: Settings) -> set[Path]:
    """All folders in which locks of runs may lie: those of real accounts, and of the sandbox."""
    return {_locks_folder(settings.model_copy(update={"sandbox": sandbox})) for sandbox in (False, True)}


def account_lock(account: Account, settings: Settings, command: str) -> AccountLock:
    """The lock that a command holds while it sends."""
    from batch_update.run.locking import AccountLock

    return AccountLock(account.lock, command=command, wait=settings.wait, on_wait=say)


def only_here(run: Path, account: Account, settings: Settings) -> None:
    """Raises RunLocked where another process works in this run's folder, whatever key or sandbox it uses."""
    from batch_update.run.locking import refuse_company

    refuse_company(run, lock_folders(settings), but=account.lock)


def client_for(
    settings: Settings, on_event: Callable[[Event], None], account: Account | None = None
) -> Client:
    """A client as these settings want it. Raises KeyMissing and UsageError.

    `account` is theirs, where it is known already: a key may come out of a pipe, once.
    """
    from batch_update.api.ledger import Ledger
    from batch_update.run.library import connect

    account = account or account_of(settings)
    app = sandbox_app(settings) if settings.sandbox else None
    ledger = Ledger(account.ledger)
    return connect(placed(settings), key=account.key, app=app, ledger=ledger, on_event=on_event)


def sandbox_app(settings: Settings) -> Sandbox:
    """The imitation of the API as these settings want it."""
    from batch_update.sandbox.app import make_app
    from batch_update.sandbox.faults import Faults

    try:
        faults = Faults.parse(settings.sandbox_faults)
    except ValueError as error:
        raise UsageError(f"--sandbox-faults: {error}", code="U101") from None
    path = _state(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    return make_app(path, limits=settings.sandbox_limits, faults=faults)


def _state(settings: Settings) -> Path:
    return settings.sandbox_state or default_state()


def default_state() -> Path:
    """Where the sandbox keeps its assistants between commands."""
    from platformdirs import user_state_path

    return user_state_path("batch-update") / "sandbox.db"


def placed(settings: Settings) -> Settings:
    """The settings with the address that requests really go to."""
    return settings.model_copy(update={"base_url": SANDBOX_URL}) if settings.sandbox else settings


def server_name(settings: Settings) -> str:
    """`app.famulor.de`, or `the sandbox`."""
    return "the sandbox" if settings.sandbox else urlsplit(settings.base_url).netloc.rpartition("@")[2]
