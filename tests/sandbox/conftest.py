"""A sandbox to talk to, in this process and in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import anyio
import httpx
import pytest

from batch_update.sandbox.app import Sandbox, make_app
from batch_update.settings.tunables import SANDBOX_KEY


class Clock:
    """Time that passes when it is told to."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


class Api:
    """A sandbox and a client of it."""

    def __init__(self, app: Sandbox, clock: Clock) -> None:
        self.app = app
        self.clock = clock

    def send(
        self, method: str, path: str, *, key: str | None = SANDBOX_KEY, **request: Any
    ) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
                headers = {} if key is None else {"Authorization": f"Bearer {key}"}
                headers |= request.pop("headers", {})
                return await client.request(method, path, headers=headers, **request)

        return anyio.run(once)

    def put(self, number: int, body: dict[str, Any]) -> httpx.Response:
        return self.send("PUT", f"/api/user/assistant/{number}", json=body)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.send("GET", f"/api/user/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def errors(self, number: int, body: dict[str, Any]) -> dict[str, list[str]]:
        """What an update is refused for; {} where it is taken."""
        answer = self.put(number, body)
        if answer.status_code == 200:
            return {}
        assert answer.status_code == 422, answer.text
        assert answer.json()["message"] == "Validation failed"
        errors: dict[str, list[str]] = answer.json()["errors"]
        assert errors
        return errors

    def held(self, number: int) -> dict[str, Any]:
        """Everything that the sandbox knows of an assistant, what the list leaves out included."""
        with self.app._state.transaction() as desk:
            assistant = desk.assistant(number)
        assert assistant is not None
        return assistant

    def listed(self, number: int) -> dict[str, Any]:
        """An assistant as the list reports it."""
        page = self.get("assistants/get", per_page=100)["data"]
        return next(assistant for assistant in page if assistant["id"] == number)


@pytest.fixture
def make_api() -> Iterator[Callable[..., Api]]:
    """Makes a sandbox; without rate windows unless they are given."""
    made: list[Sandbox] = []

    def make(path: Any = None, *, clock: Clock | None = None, **options: Any) -> Api:
        clock = clock or Clock()
        app = make_app(path, **{"limits": (), "clock": clock, "sleep": clock.sleep} | options)
        made.append(app)
        return Api(app, clock)

    yield make
    for app in made:
        app.close()


@pytest.fixture
def api(make_api: Callable[..., Api]) -> Api:
    return make_api()
