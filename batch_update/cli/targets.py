"""The account that settings speak to, its lock, and a client for it: at the server, or in this process the sandbox."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from batch_update.account.account import Account, account_of, placed, ready_state, server_name
from batch_update.cli.options import is_silent
from batch_update.cli.screen import paint, say
from batch_update.errors import UsageError
from batch_update.model.reports import Event
from batch_update.settings.tunables import SANDBOX_URL, Settings
from batch_update.text import printable

if TYPE_CHECKING:
    from batch_update.account.locking import AccountLock
    from batch_update.api.client import Client
    from batch_update.sandbox.app import Sandbox


def warner(settings: Settings) -> Callable[[str], None]:
    """Return a function that says a warning, unless nothing but the result is to be said."""

    def warn(text: str) -> None:
        if not is_silent(settings):
            say(f"{paint('warning', 'warning', sys.stderr)}: {text}")

    return warn


def say_way(settings: Settings) -> None:
    """Say which proxy requests go through, before anything else is said. Raises UsageError for one that is none."""
    from batch_update.api.address import check_base_url
    from batch_update.api.wire.proxies import find_proxy

    if settings.sandbox:
        return
    proxy = find_proxy(check_base_url(settings.base_url), settings.proxy, os.environ)
    if proxy is not None and not is_silent(settings):
        say(f"{server_name(settings)} is reached through the proxy {printable(proxy.name)}.")


def account_lock(account: Account, settings: Settings, command: str) -> AccountLock:
    """The lock that a command holds while it sends."""
    from batch_update.account.locking import AccountLock

    return AccountLock(account.lock, command=command, wait=settings.wait, on_wait=say)


def client_for(
    settings: Settings, on_event: Callable[[Event], None], account: Account | None = None
) -> Client:
    """A client as these settings want it. Raises KeyMissing and UsageError.

    `account` is theirs, where it is known already: a key may come out of a pipe, once.
    """
    from batch_update.account.connect import connect
    from batch_update.api.address import hint_of
    from batch_update.api.pace.ledger import Ledger

    account = account or account_of(settings, warner(settings))
    if hint := "" if settings.sandbox else hint_of(settings.base_url):
        warner(settings)(hint)
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


def at_home(settings: Settings, server: str, made: Settings | None = None) -> Settings:
    """The settings, at the server or sandbox that a plan was made for, where they name none.

    `made` are those that it was made with. Raises RunStopped X310 where they name another one.
    """
    from batch_update.account.whose import another_place, is_same_server

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
