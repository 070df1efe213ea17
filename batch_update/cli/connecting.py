"""The account that settings speak to, its lock, and a client for it: at the server, or in this process the sandbox."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from batch_update.cli.options import is_silent
from batch_update.cli.screen import paint, say
from batch_update.disk import make_folder
from batch_update.errors import UsageError
from batch_update.model import Event
from batch_update.settings import Settings
from batch_update.text import printable

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

    Each sandbox in this process is an account of its own, known by the file that holds it; a server is known by where
    its address leads to, however that is spelled.
    """
    from batch_update.api.address import check_base_url, server_of
    from batch_update.api.fingerprint import fingerprint
    from batch_update.api.keys import ApiKey, find_key

    if settings.sandbox:
        from batch_update.sandbox.app import SANDBOX_KEY

        key, place = ApiKey(SANDBOX_KEY), str(_resolved(ready_state(settings)))
    else:
        key = find_key(settings.key_file, os.environ, _teller(settings))
        place = server_of(check_base_url(settings.base_url))
    return Account(key, _locks_folder(settings), fingerprint(key, place))


def _teller(settings: Settings) -> Callable[[str], None]:
    """Return a function that says a warning, unless nothing but the result is to be said."""

    def warn(text: str) -> None:
        if not is_silent(settings):
            say(f"{paint('warning', 'warning', sys.stderr)}: {text}")

    return warn


def _locks_folder(settings: Settings) -> Path:
    """Where locks and records of recent requests lie; those of a sandbox beside what it holds, unless told."""
    if settings.locks_dir is not None:
        return settings.locks_dir
    return (_state(settings) if settings.sandbox else default_state()).parent / "accounts"


def lock_folders(settings: Settings) -> set[Path]:
    """All folders in which locks of runs may lie: of real accounts, of the sandbox, and those that are shared."""
    kinds = [{"sandbox": sandbox, "locks_dir": None} for sandbox in (False, True)]
    found = {settings.locks_dir} if settings.locks_dir else set()
    for kind in kinds:
        with suppress(UsageError):  # where this user has no folder of his own, none of his locks can lie
            found.add(_locks_folder(settings.model_copy(update=kind)))
    return found


def say_way(settings: Settings) -> None:
    """Say which proxy requests go through, before anything else is said. Raises UsageError for one that is none."""
    from batch_update.api.address import check_base_url
    from batch_update.api.proxies import find_proxy

    if settings.sandbox:
        return
    proxy = find_proxy(check_base_url(settings.base_url), settings.proxy, os.environ)
    if proxy is not None and not is_silent(settings):
        say(f"{server_name(settings)} is reached through the proxy {printable(proxy.name)}.")


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
    from batch_update.api.address import hint_of
    from batch_update.api.ledger import Ledger
    from batch_update.run.library import connect

    account = account or account_of(settings)
    if hint := "" if settings.sandbox else hint_of(settings.base_url):
        _teller(settings)(hint)
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
    return make_app(ready_state(settings), limits=settings.sandbox_limits, faults=faults)


def ready_state(settings: Settings) -> Path:
    """The file that holds the sandbox, in a folder that is there. Raises UsageError where there can be none."""
    path = _state(settings)
    try:
        make_folder(path.parent)
    except OSError as error:
        raise UsageError(
            f"the sandbox has no folder {path.parent}: {error.strerror}",
            code="U108",
            remedy="name a file in a folder that you may write to with --sandbox-state; without it, HOME says where",
        ) from None
    return path


def _state(settings: Settings) -> Path:
    return settings.sandbox_state or default_state()


def _resolved(path: Path) -> Path:
    """The path without links. Raises UsageError where they lead in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise UsageError(f"--sandbox-state: {path} leads nowhere: {error}", code="U108") from None


def default_state() -> Path:
    """Where the sandbox keeps its assistants between commands. Raises UsageError where this user has no folder."""
    from platformdirs import user_state_path

    try:
        folder = user_state_path("batch-update")
    except RuntimeError:  # of a user whom the system does not know, and without HOME
        folder = Path()
    if not folder.is_absolute() or not (os.environ.get("HOME", "~") or os.environ.get("XDG_STATE_HOME")):
        raise UsageError(
            "there is no folder of yours for locks and the sandbox: HOME and XDG_STATE_HOME name none",
            code="U112",
            remedy="set HOME, or name folders with --locks-dir and --sandbox-state",
        )
    return folder / "sandbox.db"


def placed(settings: Settings) -> Settings:
    """The settings with the address that requests really go to, and the file of the sandbox wherever one is."""
    if not settings.sandbox:
        return settings
    state = settings.sandbox_state and _resolved(settings.sandbox_state)
    return settings.model_copy(update={"base_url": SANDBOX_URL, "sandbox_state": state})


def at_home(settings: Settings, server: str, made: Settings | None = None) -> Settings:
    """The settings, at the server or sandbox that a plan was made for, where they name none.

    `made` are those that it was made with. Raises RunStopped X310 where they name another one.
    """
    from batch_update.run.whose import another_place, is_same_server

    if not server:
        return settings
    is_sandbox = server == SANDBOX_URL
    given = settings.model_fields_set
    home: dict[str, object] = {"sandbox": is_sandbox}
    if not is_sandbox:
        home["base_url"] = server
    elif made and made.sandbox_state and "sandbox_state" not in given:
        home["sandbox_state"] = made.sandbox_state
    if not {"base_url", "sandbox"} & given:
        return settings.model_copy(update=home)
    here, nothing = placed(settings), "; nothing was sent by this command"
    if settings.sandbox != is_sandbox or not is_same_server(here.base_url, server):
        found = "the sandbox" if settings.sandbox else settings.base_url
        raise another_place("the sandbox" if is_sandbox else server, found + nothing)
    if made and made.sandbox_state and here.sandbox_state not in (None, made.sandbox_state):
        found = f"the one in {here.sandbox_state}"
        raise another_place(f"the sandbox in {made.sandbox_state}", found + nothing)
    return settings.model_copy(update=home) if is_sandbox else settings


def server_name(settings: Settings) -> str:
    """`app.famulor.de`, or `the sandbox`."""
    return "the sandbox" if settings.sandbox else urlsplit(settings.base_url).netloc.rpartition("@")[2]
