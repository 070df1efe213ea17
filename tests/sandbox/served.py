"""A sandbox on a port of this machine, for tests that are no coroutines."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from anyio.from_thread import start_blocking_portal

from batch_update.sandbox.serving import serve


@contextmanager
def serving(app: Any, **how: Any) -> Iterator[str]:
    """The address of an app that is served meanwhile; `how` as `serve` takes it."""
    ready = threading.Event()
    addresses: list[str] = []

    def tell(address: str) -> None:
        addresses.append(address)
        ready.set()

    with start_blocking_portal() as portal:
        task = portal.start_task_soon(lambda: serve(app, on_ready=tell, signals=False, **how))
        try:
            assert ready.wait(30)
            yield addresses[0]
        finally:
            task.cancel()
