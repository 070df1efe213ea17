"""A client for the server, or for the sandbox in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from batch_update.errors import UsageError
from batch_update.model import Event
from batch_update.settings import Settings

if TYPE_CHECKING:
    from batch_update.api.client import Client
    from batch_update.sandbox.app import Sandbox

SANDBOX_URL = "https://sandbox/api"
"""Where the sandbox in this process says that it lives, so that its plans and reports are not taken for real ones."""


def client_for(settings: Settings, on_event: Callable[[Event], None]) -> Client:
    """A client as these settings want it. Raises KeyMissing and UsageError."""
    from batch_update.run.library import connect

    if not settings.sandbox:
        return connect(settings, on_event=on_event)
    from batch_update.api.keys import ApiKey
    from batch_update.sandbox.app import SANDBOX_KEY

    return connect(placed(settings), key=ApiKey(SANDBOX_KEY), app=sandbox_app(settings), on_event=on_event)


def sandbox_app(settings: Settings) -> Sandbox:
    """The imitation of the API as these settings want it."""
    from batch_update.sandbox.app import make_app
    from batch_update.sandbox.faults import Faults

    try:
        faults = Faults.parse(settings.sandbox_faults)
    except ValueError as error:
        raise UsageError(f"--sandbox-faults: {error}", code="U101") from None
    path = settings.sandbox_state or default_state()
    path.parent.mkdir(parents=True, exist_ok=True)
    return make_app(path, limits=settings.sandbox_limits, faults=faults)


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
