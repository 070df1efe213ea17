"""A client for the server, or for the sandbox in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from batch_update.model import Event
from batch_update.settings import Settings

if TYPE_CHECKING:
    from batch_update.api.client import Client

SANDBOX_URL = "https://sandbox/api"
"""Where the sandbox in this process says that it lives, so that its plans and reports are not taken for real ones."""


def client_for(settings: Settings, on_event: Callable[[Event], None]) -> Client:
    """A client as these settings want it. Raises KeyMissing and UsageError."""
    from batch_update.run.library import connect

    if not settings.sandbox:
        return connect(settings, on_event=on_event)
    from batch_update.api.keys import ApiKey
    from batch_update.cli.sandbox import sandbox_app
    from batch_update.sandbox.app import SANDBOX_KEY

    return connect(placed(settings), key=ApiKey(SANDBOX_KEY), app=sandbox_app(settings), on_event=on_event)


def placed(settings: Settings) -> Settings:
    """The settings with the address that requests really go to."""
    return settings.model_copy(update={"base_url": SANDBOX_URL}) if settings.sandbox else settings


def server_name(settings: Settings) -> str:
    """`app.famulor.de`, or `the sandbox`."""
    return "the sandbox" if settings.sandbox else urlsplit(settings.base_url).netloc.rpartition("@")[2]
