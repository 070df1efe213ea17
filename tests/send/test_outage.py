"""A server that is down is waited for by whoever reads from it, as by whoever sends to it; in virtual time."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.account.fetching import fetch_present
from batch_update.api.client import Client
from batch_update.errors import RunStopped
from batch_update.journal.recorded import RecordedRun, SessionFacts
from batch_update.model.plans import Outcome, Status, Verified
from batch_update.model.reports import Event, Report
from batch_update.outcomes import exit_status
from batch_update.run.exporting import export
from batch_update.run.planning import look, look_again
from batch_update.run.steps.leftover import look_at_rest
from batch_update.send.verifying import read_back
from tests.api import virtual
from tests.api.sending import client_for
from tests.made import plan_of


@pytest.fixture(params=virtual.BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


ENTRY = {"id": 1, "name": "One", "speech_speed": "1.1", "user_id": 7}
OUTAGE = 20.0
"""seconds for which the server is down"""


class Down:
    """Answers nothing, or only a gateway's failure, until so many seconds have gone by."""

    def __init__(self, kind: str, until: float = OUTAGE) -> None:
        self._kind = kind
        self._until = until
        self.asked: list[float] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(anyio.current_time())
        if anyio.current_time() < self._until:
            await self._fail(send)
            return
        body: Any = {"data": [ENTRY], "total": 1}
        if scope["path"].endswith("/me"):
            body = {"name": "Ada", "email": "ada@example.com"}
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    async def _fail(self, send: Any) -> None:
        match self._kind:
            case "refused":
                raise ConnectionRefusedError
            case "reset":
                raise ConnectionResetError
            case "hangs":
                await anyio.sleep_forever()
            case status:
                await send({"type": "http.response.start", "status": int(status), "headers": []})
                await send({"type": "http.response.body", "body": b"<html>"})


PLAN = plan_of(1)
RECORDED = RecordedRun(
    Path("run"), datetime(2026, 11, 28, tzinfo=UTC), "test", SessionFacts(), PLAN, {0: Outcome(Status.UNKNOWN, "N502")},
    {}, (), (), False,
)  # fmt: skip

READERS: dict[str, Callable[[Client], Awaitable[Any]]] = {
    "the list": fetch_present,
    "an export": export,
    "a plan": lambda client: look(PLAN, client),
    "an undo, or a plan made earlier": lambda client: look_again(PLAN, client, by_field=True),
    "a resume": lambda client: look_at_rest(RECORDED, client),
    "whose key it is": lambda client: client.whoami(),
    "what may be chosen": lambda client: client.languages(),
}


def ask(app: Any, question: Callable[[Client], Awaitable[Any]], backend: str, **options: Any) -> Any:
    events: list[Event] = []

    async def main() -> Any:
        async with client_for(app, events, rates=(), **options) as client:
            return await question(client)

    return virtual.run(main, backend), events


@pytest.mark.parametrize("kind", ["refused", "reset", "502", "503", "504", "522"])
@pytest.mark.parametrize("reader", READERS)
def test_reading_waits_for_a_server_that_is_down(reader: str, kind: str, backend: str) -> None:
    app = Down(kind)
    _, events = ask(app, READERS[reader], backend)
    assert app.asked[-1] >= OUTAGE and len(app.asked) <= 8
    pauses = [event for event in events if event.kind == "pause"]
    assert (
        pauses
        and "no usable answer from the server (" in pauses[0].message
        and "trying again in 15 s" in pauses[0].message
    )
    assert events[-1].kind == "resume"


def test_a_server_that_takes_requests_and_never_answers_is_waited_for(backend: str) -> None:
    app = Down("hangs", until=200.0)
    found, _ = ask(app, fetch_present, backend)
    assert set(found.present) == {1}


@pytest.mark.parametrize("attempts", [1, 2, 20])
def test_however_many_attempts_a_row_may_take(attempts: int, backend: str) -> None:
    found, _ = ask(Down("refused", until=100.0), fetch_present, backend, attempts=attempts)
    assert set(found.present) == {1}


@pytest.mark.parametrize("reader", READERS)
def test_one_that_stays_down_ends_the_command_when_patience_ends(reader: str, backend: str) -> None:
    app = Down("refused", until=1e9)
    with pytest.raises(
        RunStopped, match=r"no usable answer came from the server for 5 min: api\.test/"
    ) as caught:
        ask(app, READERS[reader], backend, outage=300.0)
    assert caught.value.code == "R103" and "the setting max_outage" in caught.value.remedy
    assert 290 <= app.asked[-1] <= 330


@pytest.mark.parametrize("reader", READERS)
def test_without_patience_it_ends_after_three_attempts(reader: str, backend: str) -> None:
    app = Down("503", until=1e9)
    with pytest.raises(RunStopped):
        ask(app, READERS[reader], backend, outage=0.0)
    assert len(app.asked) == 3


def test_what_was_sent_is_read_back_once_the_server_is_up_again(backend: str) -> None:
    sent = Report(plan_of(1), (Outcome(Status.UPDATED, http=200, attempts=1),))
    app = Down("502")
    found, _ = ask(app, lambda client: read_back(sent, client), backend)
    assert found.outcomes[0].verified is Verified.VERIFIED and not found.events


def test_what_cannot_be_read_back_is_said_and_is_no_success(backend: str) -> None:
    sent = Report(plan_of(1), (Outcome(Status.UPDATED, http=200, attempts=1),))
    found, _ = ask(Down("502", 1e9), lambda client: read_back(sent, client), backend, outage=60.0)
    assert found.outcomes[0].verified is Verified.NOT_READ and exit_status(found) == 1
    assert "not read back: no usable answer came from the server for 1 min" in found.events[0].message
