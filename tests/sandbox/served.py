"""A sandbox on a port of this machine, for tests that are no coroutines."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
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


Before = Callable[[str, str, int], tuple[int, Any] | None]
"""Method, path, and which request of that method it is -> status and document of an answer of its own, or None."""


def asked_first(app: Any, before: Before) -> Any:
    """The app, with `before` called as each request comes: it may do something, or answer in the app's place."""
    counts: Counter[str] = Counter()

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        counts[scope["method"]] += 1
        answer = before(scope["method"], scope["path"], counts[scope["method"]])
        if answer is None:
            await app(scope, receive, send)
            return
        status, document = answer
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(document).encode()})

    return asked
