"""A client of the API as settings want it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from batch_update.api.client import Client
from batch_update.api.keys import ApiKey, find_key
from batch_update.api.pace.ledger import Ledger
from batch_update.errors import UsageError
from batch_update.model.reports import Event
from batch_update.settings.tunables import Settings


def connect(
    settings: Settings,
    *,
    key: ApiKey | None = None,
    app: Any = None,
    ledger: Ledger | None = None,
    environ: Mapping[str, str] = os.environ,
    on_event: Callable[[Event], None] | None = None,
) -> Client:
    """A client as these settings want it; `app` is an ASGI application to speak to in process.

    With `ledger=Ledger(path)`, all processes of this machine that name the same path share the key's windows.
    Raises KeyMissing without a key, UsageError for an address that is not safe.
    """
    if settings.sandbox and app is None:
        raise UsageError(
            "the setting sandbox is for the command line",
            code="U101",
            remedy="serve one with `batch-update sandbox` and set base_url, or pass app=make_app(...)",
        )
    return Client(
        key or find_key(settings.key_file, environ),
        base_url=settings.base_url,
        rates=settings.rate,
        pace=settings.pace,
        concurrency=settings.concurrency,
        timeout=settings.timeout,
        max_attempts=settings.max_attempts,
        max_outage=settings.max_outage,
        app=app,
        ledger=ledger,
        proxy=settings.proxy,
        environ=environ,
        on_event=on_event or (lambda event: None),
    )
