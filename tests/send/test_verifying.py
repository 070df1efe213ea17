"""A read-back proves what was not there before, waits for a list that lags, and knows what servers do to texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.model.plans import Change, Outcome, Plan, Present, Status, Verified
from batch_update.model.reports import Event, Pace, Report
from batch_update.model.sheets import Body
from batch_update.outcomes import as_wanted, exit_status, is_open
from batch_update.plan.from_run import undo_plan
from batch_update.plan.from_sheet import make_plan
from batch_update.report.screen.summary import summary
from batch_update.report.tones import plain
from batch_update.run.planning import Looked, look, look_again
from batch_update.send.accounting import apply_plan
from batch_update.send.verifying import BY_WHOM, read_back, verify
from batch_update.sheet.reading import read_sheet
from tests.api import virtual
from tests.api.sending import client_for
from tests.clocks import virtual_clock
from tests.made import plan_of


def judged(outcome: Outcome, body: Body, *, before: Present, now: Present) -> Outcome:
    plan = replace(plan_of(1), changes=(Change(1, body, (0,), before=before),))
    return verify(plan, (outcome,), {1: now})[0]


LOST = Outcome(Status.UNKNOWN, "N502", "sent, and no answer came", attempts=4)
REFUSED_LATER = Outcome(
    Status.UNKNOWN, "N502", "refused (422); an earlier attempt may have been applied", 422, 2
)
BODY = {"speech_speed": 1.1, "name": "New"}


@pytest.mark.parametrize("lost", [LOST, REFUSED_LATER])
@pytest.mark.parametrize(
    ("before", "now", "status", "verified"),
    [
        # What was known to be otherwise was made so by somebody since, and one attempt may have been applied.
        ({"speech_speed": 1.0, "name": "Old"}, BODY, Status.UPDATED, Verified.VERIFIED),
        ({"speech_speed": 1.0}, BODY, Status.UPDATED, Verified.VERIFIED),
        ({"speech_speed": 1.0, "name": "New"}, BODY, Status.UPDATED, Verified.VERIFIED),
        # What was not known, or was so before, proves nothing.
        ({}, BODY, Status.UNKNOWN, Verified.VERIFIED),
        (BODY, BODY, Status.UNKNOWN, Verified.VERIFIED),
        ({"voice_id": 7}, BODY, Status.UNKNOWN, Verified.VERIFIED),
        ({"speech_speed": 1.1}, {**BODY, "speech_speed": 1}, Status.UNKNOWN, Verified.NOT_READ),
        # What is not there, or not all of it, leaves it open.
        ({"speech_speed": 1.0, "name": "Old"}, {**BODY, "name": "Old"}, Status.UNKNOWN, Verified.NOT_READ),
        ({"speech_speed": 1.0, "name": "Old"}, {"speech_speed": 1.1}, Status.UNKNOWN, Verified.NOT_READ),
    ],
)
def test_a_read_back_proves_only_what_was_not_there_before(
    lost: Outcome, before: Present, now: Present, status: Status, verified: Verified
) -> None:
    outcome = judged(lost, BODY, before=before, now=now)
    assert (outcome.status, outcome.verified) == (status, verified)
    assert (BY_WHOM in outcome.message) == (status is Status.UNKNOWN and verified is Verified.VERIFIED)
    assert as_wanted(outcome) == (verified is Verified.VERIFIED) and is_open(outcome) != as_wanted(outcome)


def test_a_row_that_is_as_wanted_by_whomever_is_no_failure() -> None:
    outcome = judged(LOST, BODY, before={}, now=BODY)
    report = Report(plan_of(1), (outcome,))
    assert exit_status(report) == 0
    assert "1 as wanted, by whom cannot be told" in plain(summary(report))
    assert exit_status(Report(plan_of(1), (LOST,))) == 1


# ---------------------------------------------------------------- servers


class Store:
    """A server with one list, which it shows `lag` seconds late, and which holds texts as `stores` makes them."""

    def __init__(
        self,
        held: dict[int, dict[str, Any]],
        *,
        lag: float = 0.0,
        stores: Callable[[str, str], str] = lambda name, text: text,
        answers: Callable[[int], int | None] = lambda number: None,
    ) -> None:
        self.held = held
        self._shown: list[tuple[float, int, dict[str, Any]]] = []
        self._old = {number: dict(values) for number, values in held.items()}
        self._lag = lag
        self._stores = stores
        self._answers = answers
        self.puts: list[tuple[int, dict[str, Any]]] = []
        self.gets: list[float] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "GET":
            self.gets.append(anyio.current_time())
            body: Any = {"data": [{"id": n, "user_id": 7, **v} for n, v in self._list().items()]}
            body["total"] = len(body["data"])
            await _answer(send, 200, body)
            return
        number = int(scope["path"].rpartition("/")[2])
        wanted = json.loads((await receive())["body"])
        self.puts.append((number, wanted))
        told = self._answers(len(self.puts))
        if told != 422:
            stored = {n: self._stores(n, v) if isinstance(v, str) else v for n, v in wanted.items()}
            self.held[number] = {**self.held[number], **stored}
            self._shown.append((anyio.current_time() + self._lag, number, dict(self.held[number])))
        if told == 0:
            raise ConnectionResetError
        await _answer(send, told or 200, {"data": {"id": number}, "message": "told"})

    def _list(self) -> dict[int, dict[str, Any]]:
        shown = dict(self._old)
        for at, number, values in self._shown:
            if at <= anyio.current_time():
                shown[number] = values
        return shown


async def _answer(send: Any, status: int, body: Any) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def sheet_plan(
    folder: Path, *rows: tuple[int, str], header: str = "system_prompt", fetched: bool = True
) -> Plan:
    path = folder / "sheet.jsonl"
    path.write_text("".join(json.dumps({"id": n, header: text}) + "\n" for n, text in rows), "utf-8")
    return make_plan(read_sheet(path), fetched=fetched)


def run(store: Store, plan: Plan, *, fetch: bool = True, undo: bool = False) -> Report:
    """The main job in virtual time."""
    events: list[Event] = []

    async def main() -> Report:
        async with client_for(store, events, rates=()) as client:
            looked = Looked(plan, 0)
            if fetch:
                looked = await (look_again(plan, client, by_field=True) if undo else look(plan, client))
            report = await apply_plan(
                looked.plan, client, pace=Pace((), concurrency=1), clock=virtual_clock()
            )
            return await read_back(report, client)

    report: Report = virtual.run(main, "asyncio")
    return report


def three(text: str = "Old") -> dict[int, dict[str, Any]]:
    return {number: {"name": f"A{number}", "system_prompt": text} for number in (1, 2, 3)}


@pytest.mark.parametrize(("there", "status"), [("New", Status.UNKNOWN), ("Old", Status.UNKNOWN)])
def test_a_refusal_after_a_lost_attempt_is_not_called_updated(
    there: str, status: Status, tmp_path: Path
) -> None:
    """Nothing was read before; the first attempt was cut off before it was applied, the second refused."""

    class Deaf(Store):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if scope["method"] == "PUT" and not self.puts:
                self.puts.append((0, {}))
                await receive()
                raise ConnectionResetError
            await super().__call__(scope, receive, send)

    store = Deaf(three(there), answers=lambda number: 422)
    report = run(store, sheet_plan(tmp_path, (1, "New"), fetched=False), fetch=False)
    (outcome,) = report.outcomes
    assert (outcome.status, outcome.http) == (status, 422) and not outcome.changed
    assert outcome.verified is (Verified.VERIFIED if there == "New" else Verified.NOT_READ)
    assert exit_status(report) == (0 if there == "New" else 1)


def test_an_answer_that_was_lost_is_found_where_it_was_otherwise_before(tmp_path: Path) -> None:
    store = Store(three(), answers={1: 0, 2: 422}.get)
    (outcome,) = run(store, sheet_plan(tmp_path, (1, "New"))).outcomes
    assert (outcome.status, outcome.verified, outcome.changed) == (
        Status.UPDATED,
        Verified.VERIFIED,
        ("system_prompt",),
    )
    assert "was not there before" in outcome.message


# ---------------------------------------------------------------- lists that lag


@pytest.mark.parametrize("lag", [0.5, 4.0, 4.9])
def test_a_list_that_lags_is_read_once_more_before_anything_is_called_different(
    lag: float, tmp_path: Path
) -> None:
    store = Store(three(), lag=lag)
    report = run(store, sheet_plan(tmp_path, (1, "New"), (2, "New"), (3, "New")))
    assert [o.verified for o in report.outcomes] == [Verified.VERIFIED] * 3 and exit_status(report) == 0
    assert len(store.gets) == 3 and store.gets[2] - store.gets[1] == pytest.approx(5)
    assert [event.kind for event in report.events] == ["pause"]
    assert "3 assistants not as sent" in report.events[0].message


def test_a_list_that_stays_as_it_was_is_told_after_the_second_look(tmp_path: Path) -> None:
    store = Store(three(), lag=60.0)
    report = run(store, sheet_plan(tmp_path, (1, "New")))
    assert report.outcomes[0].verified is Verified.MISMATCH and len(store.gets) == 3
    assert exit_status(report) == 1


def test_what_is_as_it_was_sent_is_not_waited_for(tmp_path: Path) -> None:
    store = Store(three())
    report = run(store, sheet_plan(tmp_path, (1, "New")))
    assert len(store.gets) == 2 and not report.events


def test_a_lost_answer_is_looked_for_once_more_too(tmp_path: Path) -> None:
    store = Store(three(), lag=4.0, answers={1: 0, 2: 422}.get)
    (outcome,) = run(store, sheet_plan(tmp_path, (1, "New"))).outcomes
    assert (outcome.status, outcome.verified) == (Status.UPDATED, Verified.VERIFIED)


def test_what_is_there_at_once_is_verified_though_the_second_look_fails(tmp_path: Path) -> None:
    class Dies(Store):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if scope["method"] == "GET" and len(self.gets) == 2:
                await _answer(send, 403, {"message": "no more"})
                return
            await super().__call__(scope, receive, send)

    store = Dies(three(), stores=lambda name, text: "Other" if text == "B" else text)
    report = run(store, sheet_plan(tmp_path, (1, "A"), (2, "B")))
    assert [o.verified for o in report.outcomes] == [Verified.VERIFIED, Verified.NOT_READ]
    assert [event.kind for event in report.events] == ["pause", "verify"] and exit_status(report) == 1


# ---------------------------------------------------------------- what servers do to texts

NFD, NFC = "Gru\u0308\u00df Gott", "Gr\u00fc\u00df Gott"
HABITS: dict[str, tuple[Callable[[str], str], str, str]] = {
    "trims": (str.strip, "  Hello\n", "without spaces at the ends"),
    "trims the end": (str.rstrip, "  Hello \n\n", "without spaces at the ends"),
    "trims the beginning": (str.lstrip, "\t Hello ", "without spaces at the ends"),
    "writes line ends of Windows": (lambda text: text.replace("\n", "\r\n"), "a\nb", "with other line ends"),
    "composes letters": (lambda text: text.replace(NFD, NFC), NFD, "in another Unicode form"),
    "does all of it": (
        lambda text: text.strip().replace("\n", "\r\n").replace(NFD, NFC), f" a\n{NFD} ", "without spaces at the ends",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HABITS)
def test_what_a_server_does_to_all_texts_of_a_field_is_told_once_and_is_no_difference(
    name: str, tmp_path: Path
) -> None:
    habit, text, words = HABITS[name]
    store = Store(three(), stores=lambda field, text: habit(text))
    plan = sheet_plan(tmp_path, (1, text), (2, text), (3, "Plain"))
    report = run(store, plan)
    assert [o.verified for o in report.outcomes] == [Verified.VERIFIED] * 3 and exit_status(report) == 0
    told = [event.message for event in report.events]
    assert any("system_prompt" in line and words in line for line in told)
    assert len(told) == len(set(told)) == (3 if name == "does all of it" else 1)
    assert len(store.gets) == 2, "it is not waited for"
    again = run(store, plan)
    assert again.counts() == {Status.UNCHANGED: 3} and len(store.puts) == 3
    assert "already so, but for how the server stores system_prompt" in again.outcomes[0].message


def test_spaces_that_are_there_can_be_taken_off(tmp_path: Path) -> None:
    store = Store(three(" Old "))
    report = run(store, sheet_plan(tmp_path, (1, "Old")))
    assert report.counts() == {Status.UPDATED: 1} and store.held[1]["system_prompt"] == "Old"


def test_what_happened_to_one_text_and_not_to_the_others_is_no_habit(tmp_path: Path) -> None:
    store = Store(three(), stores=lambda field, text: text.strip() if "B" in text else text)
    report = run(store, sheet_plan(tmp_path, (1, "A "), (2, "B "), (3, "C")))
    assert [o.verified for o in report.outcomes] == [Verified.VERIFIED, Verified.MISMATCH, Verified.VERIFIED]
    assert [event.kind for event in report.events] == ["pause"]


@pytest.mark.parametrize("stored", ["Hello there", "hello", "Hel lo", "Hello!", " x"])
def test_a_text_that_was_changed_otherwise_is_different(stored: str, tmp_path: Path) -> None:
    store = Store(three(), stores=lambda field, text: stored)
    report = run(store, sheet_plan(tmp_path, (1, " Hello ")))
    assert report.outcomes[0].verified is Verified.MISMATCH


def test_texts_inside_values_are_stored_so_too(tmp_path: Path) -> None:
    class Trims(Store):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            async def trimmed() -> Any:
                message = await receive()
                text = message["body"].decode().replace(' "', '"').replace('" ', '"')
                return {**message, "body": text.encode()}

            await super().__call__(scope, trimmed if scope["method"] == "PUT" else receive, send)

    path = tmp_path / "sheet.jsonl"
    path.write_text(json.dumps({"id": 1, "variables": {"a": "x ", "b": ["y "]}}) + "\n", "utf-8")
    plan = make_plan(read_sheet(path), fetched=True)
    store = Trims(three())
    report = run(store, plan)
    assert report.outcomes[0].verified is Verified.VERIFIED and "variables" in report.events[0].message
    assert run(store, plan).counts() == {Status.UNCHANGED: 1}


def test_an_undo_minds_how_the_server_stores_texts(tmp_path: Path) -> None:
    store = Store(three(), stores=lambda field, text: text.strip())
    report = run(store, sheet_plan(tmp_path, (1, "New "), (2, "New")))
    undone = run(store, undo_plan(report, "undo"), undo=True)
    assert undone.counts() == {Status.UPDATED: 2}
    assert [store.held[number]["system_prompt"] for number in (1, 2)] == ["Old", "Old"]
