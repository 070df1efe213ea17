"""Workers send every change once, and account for every row whatever happens."""

from __future__ import annotations

import signal
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_update.errors import Interrupted, KeyRefused, RunStopped
from batch_update.model.plans import Outcome, Plan, Status
from batch_update.model.reports import Reply
from batch_update.send.dispatch import Sent, send_changes
from batch_update.send.progress import EventLog, Meter
from tests.clocks import virtual_clock
from tests.made import plan_of
from tests.run.fakes import FOREVER, NOON, Act, FakeClient, Stream, run_virtually

OK = Reply(Status.UPDATED, http=200, attempts=1, request_id="r-1", started=NOON, ms=12)
REFUSED = Reply(
    Status.FAILED, "A422", "Validation failed", 422, 1, field_errors={"speech_speed": ("too fast",)}
)


async def send(
    plan: Plan,
    client: FakeClient,
    *,
    concurrency: int = 4,
    signals: tuple[tuple[float, int], ...] = (),
    **more: Any,
) -> Sent:
    meter = Meter(len(plan.changes), None, events=EventLog())
    interrupted = Stream(*signals) if signals else None
    return await send_changes(
        plan,
        client,
        concurrency=concurrency,
        meter=meter,
        interrupted=interrupted,
        clock=virtual_clock(),
        **more,
    )


def sent(plan: Plan, acts: dict[int, Act], **more: Any) -> tuple[Sent, FakeClient]:
    """The plan sent in virtual time, by a client that acts so."""

    async def main() -> tuple[Sent, FakeClient]:
        client = FakeClient(acts)
        return await send(plan, client, **more), client

    return run_virtually(main)


def statuses(result: Sent) -> list[str]:
    return [str(result.outcomes[index].status) for index in sorted(result.outcomes)]


# ---------------------------------------------------------------- a run that reaches its end


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_every_change_is_sent_once(backend: str) -> None:
    async def main() -> None:
        client = FakeClient()
        result = await send(plan_of(20), client)
        assert sorted(client.asked) == list(range(1, 21))
        assert statuses(result) == ["updated"] * 20 and result.stopped is None

    anyio.run(main, backend=backend)


def test_an_outcome_says_all_that_the_reply_says() -> None:
    result, _ = sent(plan_of(2), {1: Act(OK), 2: Act(REFUSED)})
    assert result.outcomes[0] == Outcome(
        Status.UPDATED, http=200, attempts=1, changed=("speech_speed",), request_id="r-1", started=NOON, ms=12
    )
    assert result.outcomes[1] == Outcome(
        Status.FAILED, "A422", "Validation failed", 422, 1, field_errors={"speech_speed": ("too fast",)}
    )


def test_no_more_workers_are_under_way_than_asked_for() -> None:
    _, client = sent(plan_of(50), dict.fromkeys(range(1, 51), Act(flight=1)), concurrency=7)
    assert client.most_under_way == 7


def test_rows_that_ask_for_the_same_share_an_outcome_and_name_the_row_that_was_sent() -> None:
    result, client = sent(plan_of({7: (1, 0, 3), 8: (2,)}), {7: Act(REFUSED)})
    assert client.asked.count(7) == 1
    assert [result.outcomes[index].code for index in (0, 1, 3)] == ["A422"] * 3
    assert result.outcomes[0].message == "sent with row 3: Validation failed"
    assert result.outcomes[1].message == "Validation failed"


def test_a_second_row_of_an_updated_assistant_says_why_it_was_not_sent_itself() -> None:
    result, _ = sent(plan_of({7: (0, 1)}), {})
    assert (result.outcomes[1].status, result.outcomes[1].code) == (Status.UPDATED, "X202")
    assert result.outcomes[1].message == "sent with row 2"


def test_two_changes_of_one_assistant_are_never_under_way_at_once_and_keep_their_order() -> None:
    base = plan_of({1: (0,), 2: (1,), 3: (2,), 4: (3,)})
    twice = tuple(
        type(change)(1 if change.assistant_id < 4 else 4, {"speech_speed": 1 + index / 10}, change.indexes)
        for index, change in enumerate(base.changes)
    )
    bodies: list[float] = []

    class Noting(FakeClient):
        async def update(self, assistant_id: int, body: Any, *, before_send: Any = None) -> Reply:
            if assistant_id == 1:
                bodies.append(body["speech_speed"])
            return await super().update(assistant_id, body, before_send=before_send)

    async def main() -> None:
        client = Noting({1: Act(flight=5), 4: Act(flight=1)})
        result = await send(Plan(base.sheet, twice, {}), client)
        assert statuses(result) == ["updated"] * 4

    run_virtually(main)
    assert bodies == [1.0, 1.1, 1.2]


def test_a_plan_without_changes_asks_the_client_for_nothing() -> None:
    result, client = sent(plan_of(0, {0: Outcome(Status.UNCHANGED)}), {})
    assert result == Sent({}, None) and client.asked == []


# ---------------------------------------------------------------- a reply that stops the run


def test_a_stop_ends_admission_and_lets_land_what_is_under_way() -> None:
    key_refused = KeyRefused("the key is refused", code="A401")
    acts = {
        1: Act(flight=9),
        2: Act(Reply(Status.FAILED, "A401", "refused", 401, 1, stop=key_refused), flight=1),
        3: Act(queued=20),
    }
    result, client = sent(plan_of(8), acts, concurrency=3)
    assert statuses(result) == ["updated", "failed"] + ["not_sent"] * 6
    assert result.stopped is key_refused and sorted(client.begun) == [1, 2]
    assert {result.outcomes[i].code for i in range(2, 8)} == {"R101"}
    assert result.outcomes[7].message == "not sent: the key is refused"


def test_the_first_reason_to_stop_counts() -> None:
    first, second = RunStopped("down", code="R103"), KeyRefused("refused", code="A401")
    acts = {
        1: Act(Reply(Status.FAILED, stop=first), flight=1),
        2: Act(Reply(Status.FAILED, stop=second), flight=2),
    }
    assert sent(plan_of(2), acts)[0].stopped is first


def test_a_stop_by_the_server_waits_for_the_slowest_answer() -> None:
    acts = {1: Act(flight=500), 2: Act(Reply(Status.FAILED, stop=RunStopped("down")), flight=1)}
    assert statuses(sent(plan_of(3), acts, concurrency=2)[0]) == ["updated", "failed", "not_sent"]


# ---------------------------------------------------------------- signals


def test_the_first_signal_lets_land_what_is_under_way() -> None:
    acts = {number: Act(flight=10) for number in range(1, 9)}
    result, client = sent(plan_of(8), acts, concurrency=3, signals=((5, signal.SIGINT),))
    assert statuses(result) == ["updated"] * 3 + ["not_sent"] * 5 and client.asked_after_stop == 0
    assert isinstance(result.stopped, Interrupted) and result.stopped.exit == 130
    assert result.outcomes[7].message == "not sent: the run was interrupted by SIGINT (Ctrl-C)"


def test_landing_is_bounded_and_what_has_not_landed_is_unknown() -> None:
    async def main() -> None:
        client = FakeClient({1: Act(flight=40), 2: Act(flight=FOREVER)})
        result = await send(plan_of(3), client, concurrency=2, signals=((5, signal.SIGTERM),), grace=45)
        assert anyio.current_time() - begun == 50
        assert statuses(result) == ["updated", "unknown", "not_sent"]
        assert result.outcomes[1].code == "R105" and result.outcomes[1].started == NOON
        assert result.outcomes[1].attempts == 1 and result.stopped.exit == 143

    async def timed() -> None:
        nonlocal begun
        begun = anyio.current_time()
        await main()

    begun = 0.0
    run_virtually(timed)


def test_a_second_signal_leaves_at_once() -> None:
    async def main() -> float:
        client = FakeClient({1: Act(flight=FOREVER), 2: Act(flight=FOREVER, queued=3)})
        begun = anyio.current_time()
        result = await send(
            plan_of(3), client, concurrency=2, signals=((5, signal.SIGINT), (6, signal.SIGINT))
        )
        assert statuses(result) == ["unknown", "unknown", "not_sent"]
        return anyio.current_time() - begun

    assert run_virtually(main) == 6


def test_a_row_whose_first_attempt_never_began_is_not_sent_even_if_it_was_left() -> None:
    """A client that does not wake what waits in it: the row is still known not to have left."""

    class Deaf(FakeClient):
        def stop_sending(self) -> None:
            pass

    async def main() -> None:
        client = Deaf({1: Act(queued=FOREVER)})
        result = await send(plan_of(1), client, signals=((5, signal.SIGINT),), grace=1)
        assert statuses(result) == ["not_sent"]

    run_virtually(main)


def test_a_signal_after_a_stop_bounds_the_landing_and_leaves_the_reason() -> None:
    down = RunStopped("down", code="R103")
    acts = {1: Act(flight=FOREVER), 2: Act(Reply(Status.FAILED, stop=down), flight=1)}
    result, _ = sent(plan_of(2), acts, signals=((5, signal.SIGINT),), grace=1)
    assert result.stopped is down and statuses(result) == ["unknown", "failed"]


# ---------------------------------------------------------------- bugs of ours


def test_a_bug_ends_the_run_and_every_row_is_accounted_for() -> None:
    bug = KeyError("Bearer secret-secret")
    acts = {1: Act(flight=3), 2: Act(bug, flight=1)}
    result, _ = sent(plan_of(4), acts, concurrency=2)
    assert result.stopped is bug
    assert statuses(result) == ["updated", "unknown", "not_sent", "not_sent"]
    assert "secret" not in repr(result.outcomes)


def test_a_bug_is_not_hidden_by_an_earlier_stop() -> None:
    acts = {1: Act(Reply(Status.FAILED, stop=RunStopped("down")), flight=1), 2: Act(TypeError(), flight=2)}
    assert isinstance(sent(plan_of(2), acts)[0].stopped, TypeError)


def test_a_second_bug_is_noted_on_the_first() -> None:
    acts = {1: Act(TypeError(), flight=1), 2: Act(KeyError(), flight=2)}
    stopped = sent(plan_of(2), acts)[0].stopped
    assert isinstance(stopped, TypeError) and stopped.__notes__ == ["and after that: KeyError"]


def test_a_bug_in_the_stream_of_signals_lets_land_what_is_under_way() -> None:
    result, _ = sent(plan_of(3), {1: Act(flight=9)}, concurrency=1, signals=((1, 99),))
    assert statuses(result) == ["updated", "not_sent", "not_sent"] and isinstance(result.stopped, ValueError)


# ---------------------------------------------------------------- the law

ENDS = st.sampled_from(
    [
        *(
            Reply(status, f"{status}", attempts=1)
            for status in (Status.UPDATED, Status.FAILED, Status.UNKNOWN)
        ),
        OK,
        OK,
        Reply(Status.FAILED, "A401", stop=KeyRefused("no", code="A401"), attempts=1),
        Reply(Status.UNKNOWN, "N502", stop=RunStopped("down", code="R103"), attempts=4),
        RuntimeError("a bug"),
    ]
)
TIMES = st.sampled_from([0.0, 0.0, 0.5, 1.0, 3.0, FOREVER])
ACTS = st.builds(Act, ENDS, queued=TIMES, flight=TIMES)
SIGNALS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.2, 1.0, 2.0, 5.0]), st.sampled_from([2, 15])), min_size=1, max_size=3
)


@settings(max_examples=300)
@given(
    acts=st.lists(ACTS, min_size=1, max_size=12), workers=st.integers(1, 5), signals=SIGNALS, data=st.data()
)
def test_every_row_has_one_outcome_that_is_true_however_the_run_ends(
    acts: list[Act], workers: int, signals: list[tuple[float, int]], data: st.DataObject
) -> None:
    rows = data.draw(st.permutations(range(2 * len(acts))))
    plan = plan_of({number: tuple(rows[2 * number - 2 : 2 * number]) for number in range(1, len(acts) + 1)})
    result, client = sent(
        plan, dict(enumerate(acts, 1)), concurrency=workers, signals=tuple(signals), grace=4
    )

    assert sorted(result.outcomes) == list(range(2 * len(acts)))
    assert client.asked_after_stop == 0 and client.most_under_way <= workers
    for change in plan.changes:
        first, second = (result.outcomes[index] for index in change.indexes)
        assert first.status is second.status
        answer = client.answered.get(change.assistant_id)
        if answer is not None:
            assert first.status is answer.status
        elif change.assistant_id in client.begun:
            assert first.status is Status.UNKNOWN
        else:
            assert first.status is Status.NOT_SENT and result.stopped is not None
