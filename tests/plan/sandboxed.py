"""A sandbox in this process, as seen through the API: what is sent is what is listed, in its own shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anyio
import httpx

from batch_update.fields.values.normalized import normalize_assistant
from batch_update.model.plans import Present
from batch_update.sandbox.app import Sandbox, make_app
from batch_update.settings.tunables import SANDBOX_KEY

HEADERS = {"Authorization": f"Bearer {SANDBOX_KEY}"}


class Account:
    """The assistants of a fresh sandbox without rate windows. Close it."""

    def __init__(self) -> None:
        self.app: Sandbox = make_app(None, limits=())

    def close(self) -> None:
        self.app.close()

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
                return await client.request(method, f"/api/user/{path}", headers=HEADERS, **request)

        return anyio.run(once)

    def put(self, number: int, body: Mapping[str, Any]) -> None:
        answer = self._send("PUT", f"assistant/{number}", json=dict(body))
        assert answer.status_code == 200, answer.text

    def present(self) -> dict[int, Present]:
        """Every assistant, as the list reports it, normalized."""
        page = self._send("GET", "assistants/get", params={"per_page": 100}).json()["data"]
        return {entry["id"]: normalize_assistant(entry) for entry in page}
