"""A client of the API as settings want it: to a server, or to the sandbox in this process."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from batch_update.account.account import key_named, placed, ready_state, ready_states
from batch_update.account.known.of_settings import at_account, known_account
from batch_update.account.whose import require_owner
from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.api.pace.ledger import Ledger
from batch_update.clock import SYSTEM, Clock
from batch_update.errors import UsageError
from batch_update.model.reports import Event, Pace
from batch_update.settings.tunables import SANDBOX_KEY, Settings

if TYPE_CHECKING:
    from batch_update.sandbox.app import Sandbox
    from batch_update.sandbox.many.switchboard import Switchboard


def client_for(
    settings: Settings,
    *,
    key: ApiKey | None = None,
    app: Any = None,
    ledger: Ledger | None = None,
    environ: Mapping[str, str] = os.environ,
    leave: Callable[[], None] = lambda: None,
    spent: bool = False,
    on_event: Callable[[Event], None] | None = None,
    clock: Clock = SYSTEM,
) -> Client:
    """Return a client as these settings want it; `app` is an ASGI application to speak to in place of a server.

    With `ledger=Ledger(path)`, all processes of this machine that name the same path share the key's windows.
    `leave` and `spent` as for `Client`. Entering it raises RunStopped X312 where the list of accounts says that the key
    has to be of somebody else. Raises KeyMissing without a key, UsageError for an address that is not safe.
    """
    settings = at_account(settings)
    if settings.sandbox:
        app = app or sandbox_app(settings)
        key = key or ApiKey(SANDBOX_KEY)
    return Client(
        key or key_named(settings, environ),
        base_url=placed(settings).base_url,
        pace=pace_of(settings),
        app=app,
        ledger=ledger,
        proxy=settings.proxy,
        environ=environ,
        leave=leave,
        spent=spent,
        admit=_owner_check(settings),
        on_event=on_event or (lambda event: None),
        clock=clock,
    )


def _owner_check(settings: Settings) -> Callable[[Client], Awaitable[None]] | None:
    """Return how to ask whether a key is its owner's; None where the list of accounts names no owner."""
    known = known_account(settings)
    return partial(require_owner, known.owner) if known and known.owner else None


def pace_of(settings: Settings) -> Pace:
    """Return the pace that these settings want."""
    return Pace(
        settings.rate,
        smooth=settings.pace == "smooth",
        concurrency=settings.concurrency,
        timeout=settings.timeout,
        attempts=settings.max_attempts,
        outage=settings.max_outage,
    )


def sandbox_with_accounts(settings: Settings, accounts: int, assistants: int) -> Switchboard:
    """Return a sandbox with so many accounts, each with so many assistants at first. Raises UsageError."""
    from batch_update.sandbox.many.switchboard import Manner, make_many
    from batch_update.sandbox.many.tenants import tenants
    from batch_update.sandbox.many.troubles import faults_of_each

    try:
        faults = faults_of_each(settings.sandbox_faults, tenants(accounts))
    except ValueError as error:
        raise _no_faults(error) from None
    manner = Manner(limits=settings.sandbox_limits, assistants=assistants)
    return make_many(accounts, ready_states(settings), faults=faults, manner=manner)


def sandbox_app(settings: Settings) -> Sandbox:
    """Return the imitation of the API as these settings want it. Raises UsageError."""
    from batch_update.sandbox.app import make_app
    from batch_update.sandbox.faults import Faults

    try:
        faults = Faults.parse(settings.sandbox_faults)
    except ValueError as error:
        raise _no_faults(error) from None
    return make_app(ready_state(settings), limits=settings.sandbox_limits, faults=faults)


def _no_faults(error: ValueError) -> UsageError:
    return UsageError(f"the setting sandbox_faults: {error}", code="U101")
