"""A run goes on where it ended: done rows cost nothing, doubtful ones are looked at first, the report covers all."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_update.errors import ApiError, Interrupted, RunStopped
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import SessionFacts, facts_of, report_of
from batch_update.journal.writing import Journal
from batch_update.model.plans import Outcome, Plan, Status
from batch_update.model.reports import Pace, Reply, Report
from batch_update.model.sheets import Json, Problem
from batch_update.outcomes import as_wanted
from batch_update.report.files.folder import write_run
from batch_update.run.steps.leftover import is_finished, look_at_rest, plan_rest
from tests.clocks import virtual_clock
from tests.journal.journals import FullDisk, files_of, go_on, journalled, written_from
from tests.made import plan_of
from tests.run.fakes import FOREVER, NOON, Act, FakeClient, Pages, Stream, run_virtually

SLOW, FAST = 0.9, 1.1
NO = Reply(Status.FAILED, "A422", "too fast", 422, 1)
LOST = Reply(Status.UNKNOWN, "N502", "sent, and no answer came", attempts=2, started=NOON)
UNCHANGED = Outcome(Status.UNCHANGED, "X204", "nothing to change")


class Account(Pages, FakeClient):
    """A fake client whose assistants can be listed; an update that is answered with yes is applied."""

    server = "api.example"

    def __init__(
        self,
        held: Mapping[int, Mapping[str, Json]],
        acts: Mapping[int, Act] | None = None,
        *,
        owner: int = 501,
    ) -> None:
        super().__init__(acts)
        self.held = {number: dict(values) for number, values in held.items()}
        self.owner = owner
        self.pages = 0

    async def assistants(self, per_page: int = 100) -> AsyncGenerator[dict[str, Json], None]:
        for place, (number, values) in enumerate(self.held.items()):
            self.pages += place % per_page == 0
            yield {"id": number, "user_id": self.owner, **values}

    async def update(self, assistant_id: int, body: Any, *, before_send: Any = None) -> Reply:
        reply = await super().update(assistant_id, body, before_send=before_send)
        if reply.status is Status.UPDATED:
            self.held[assistant_id] = {**self.held.get(assistant_id, {}), **body}
        return reply


def account(
    rows: int, acts: Mapping[int, Act] | None = None, *, fast: tuple[int, ...] = (), **more: Any
) -> Account:
    """Assistants 1 to n, slow but for those named."""
    held = {number: {"speech_speed": FAST if number in fast else SLOW} for number in range(1, rows + 1)}
    return Account(held, acts, **more)


def planned(rows: int, *, by: str = "user 501 at api.example") -> Plan:
    """A plan for assistants 1 to n that was compared with what was there; "" for one that was not."""
    plan = plan_of(rows)
    if not by:
        return plan
    return replace(
        plan, changes=tuple(replace(c, before={"speech_speed": SLOW}) for c in plan.changes), account=by
    )


def begun(
    folder: Path,
    plan: Plan,
    acts: Mapping[int, Act] | None = None,
    facts: SessionFacts | None = None,
    **more: Any,
) -> Report:
    """A run of which the client acts so."""
    return journalled(plan, folder, FakeClient(acts), facts, **more)


def killed(folder: Path, plan: Plan, done: tuple[int, ...], in_flight: tuple[int, ...]) -> None:
    """What a run that was killed leaves: these rows were settled, those were about to be sent."""

    async def main() -> None:
        with Journal.create(folder, plan) as journal:
            journal.begin(NOON)
            for row in (*done, *in_flight):
                await journal.intend(plan.changes[row], 1, NOON)
            journal.settle({row: Outcome(Status.UPDATED, attempts=1, started=NOON) for row in done})

    run_virtually(main)


def resumed(folder: Path, client: FakeClient, **more: Any) -> Report:
    async def main() -> Report:
        signals = more.pop("signals", ())
        interrupted = Stream(*signals) if signals else None
        return await go_on(folder, client, interrupted=interrupted, clock=virtual_clock(), **more)

    return run_virtually(main)


def statuses(report: Report) -> list[str]:
    return [str(outcome.status) for outcome in report.outcomes]


def check_told_twice(report: Report, folder: Path) -> None:
    """What the journal tells of the resumed run is what the run itself tells, to the byte."""
    recorded = read_run(folder)
    again = report_of(recorded)
    assert again.outcomes == report.outcomes and again.events == report.events
    assert (again.seconds, again.started) == (report.seconds, report.started)
    assert type(again.stopped) is type(report.stopped) and str(again.stopped) == str(report.stopped)
    write_run(report, folder / "direct", facts_of(recorded))
    written_from(recorded, folder / "again")
    assert files_of(folder / "direct") == files_of(folder / "again")


# ---------------------------------------------------------------- what is left


def test_what_is_left_of_a_run(tmp_path: Path) -> None:
    acts = {2: Act(NO), 3: Act(LOST), 4: Act(flight=FOREVER)}
    begun(tmp_path, plan_of({1: (0,), 2: (1,), 3: (2, 3), 4: (4,), 5: (6,)}, {5: UNCHANGED}), acts,
          pace=Pace((), concurrency=2), signals=((5, 2),), grace=1)  # fmt: skip
    recorded = read_run(tmp_path)
    assert statuses(report_of(recorded)) == [
        "updated", "failed", "unknown", "unknown", "unknown", "unchanged", "updated"]  # fmt: skip
    rest = plan_rest(recorded)
    assert [change.assistant_id for change in rest.plan.changes] == [3, 4] and rest.doubtful == {2, 4}
    assert sorted(rest.plan.settled) == [0, 1, 5, 6] and not is_finished(recorded)
    again = plan_rest(recorded, retry_failed=True)
    assert [change.assistant_id for change in again.plan.changes] == [2, 3, 4] and again.doubtful == {2, 4}


def test_nothing_is_left_of_a_finished_run(tmp_path: Path) -> None:
    before = begun(tmp_path, plan_of(3), {2: Act(NO)})
    client = account(3)
    assert is_finished(read_run(tmp_path))
    assert resumed(tmp_path, client).outcomes == before.outcomes
    assert client.asked == [] and client.pages == 0 and len(read_run(tmp_path).sessions) == 1


# ---------------------------------------------------------------- going on


def test_done_rows_cost_nothing_and_the_report_covers_all(tmp_path: Path) -> None:
    begun(
        tmp_path,
        planned(20),
        {n: Act(flight=10) for n in range(1, 21)},
        pace=Pace((), concurrency=4),
        signals=((5, 15),),
    )
    client = account(20, fast=(1, 2, 3, 4))
    report = resumed(tmp_path, client)
    assert sorted(client.asked) == list(range(5, 21)) and report.counts() == {Status.UPDATED: 20}
    assert report.stopped is None and read_run(tmp_path).complete
    assert [event.kind for event in report.events] == ["stop", "resumed"]
    check_told_twice(report, tmp_path)


def test_a_row_that_landed_unseen_is_not_sent_again(tmp_path: Path) -> None:
    killed(tmp_path, planned(6), done=(0,), in_flight=(1, 2))
    client = account(6, fast=(1, 2))
    report = resumed(tmp_path, client)
    assert sorted(client.asked) == [3, 4, 5, 6] and report.counts() == {Status.UPDATED: 6}
    landed = report.outcomes[1]
    assert "was there when the run was resumed" in landed.message
    assert (landed.attempts, landed.changed, landed.started) == (1, ("speech_speed",), NOON)
    check_told_twice(report, tmp_path)


def test_without_known_values_only_what_is_in_doubt_is_looked_at(tmp_path: Path) -> None:
    killed(tmp_path, planned(6, by=""), done=(0,), in_flight=(1, 2))
    client = account(6, fast=(1, 2, 5))
    report = resumed(tmp_path, client)
    assert statuses(report) == ["updated", "unknown", "updated", "updated", "updated", "updated"]
    assert sorted(client.asked) == [3, 4, 5, 6]
    assert read_run(tmp_path).complete, "what is as wanted is done, whoever did it"
    begun(
        tmp_path / "b",
        planned(6, by=""),
        {n: Act(flight=9) for n in range(1, 7)},
        pace=Pace((), concurrency=1),
        signals=((1, 2),),
    )
    client = account(6)
    resumed(tmp_path / "b", client)
    assert client.pages == 0 and sorted(client.asked) == [2, 3, 4, 5, 6]


def test_what_somebody_changed_meanwhile_is_held_back(tmp_path: Path) -> None:
    killed(tmp_path, planned(4), done=(0,), in_flight=(1,))
    client = account(4)
    client.held[2] = client.held[3] = {"speech_speed": 0.7}
    report = resumed(tmp_path, client)
    assert statuses(report) == ["updated", "conflict", "conflict", "updated"] and client.asked == [4]
    assert read_run(tmp_path).complete
    check_told_twice(report, tmp_path)


def test_a_row_with_a_field_that_the_list_does_not_report_is_sent_again(tmp_path: Path) -> None:
    """Whether it landed cannot be seen; the same change twice does no harm."""
    plan = planned(1)
    change = replace(plan.changes[0], body={"speech_speed": FAST, "folder_id": 7})
    killed(tmp_path, replace(plan, changes=(change,)), done=(), in_flight=(0,))
    client = account(1, fast=(1,))
    report = resumed(tmp_path, client)
    assert client.held[1]["folder_id"] == 7 and report.outcomes[0].changed == ("speech_speed", "folder_id")


def test_failed_rows_are_sent_again_where_that_is_asked_for(tmp_path: Path) -> None:
    begun(tmp_path, planned(3), {2: Act(NO)})
    client = account(3, {2: Act(NO)}, fast=(1, 3))
    report = resumed(tmp_path, client, retry_failed=True)
    assert client.asked == [2] and statuses(report) == ["updated", "failed", "updated"]
    client = account(3, fast=(1, 3))
    report = resumed(tmp_path, client, retry_failed=True)
    assert client.asked == [2] and statuses(report) == ["updated"] * 3
    check_told_twice(report, tmp_path)


@pytest.mark.parametrize("code", ["A300", "A401", "N501", "N503"])
def test_a_row_that_failed_for_no_reason_of_its_own_is_sent_though_other_failed_ones_are_not(
    tmp_path: Path, code: str
) -> None:
    begun(tmp_path, planned(3), {1: Act(Reply(Status.FAILED, code, "not this row")), 2: Act(NO)})
    assert not read_run(tmp_path).complete and not is_finished(read_run(tmp_path))
    client = account(3, fast=(3,))
    assert statuses(resumed(tmp_path, client)) == ["updated", "failed", "updated"] and client.asked == [1]
    assert is_finished(read_run(tmp_path))


def test_a_row_whose_second_turn_did_not_come_keeps_what_is_known_of_it(tmp_path: Path) -> None:
    acts = {1: Act(LOST), 2: Act(NO), 3: Act(queued=FOREVER)}
    begun(tmp_path, planned(3, by=""), acts, signals=((5, 2),))
    client = account(3, {n: Act(queued=FOREVER) for n in (1, 2, 3)})
    report = resumed(tmp_path, client, retry_failed=True, signals=((1, 15),))
    assert client.begun == [] and statuses(report) == ["unknown", "failed", "not_sent"]
    assert isinstance(report.stopped, Interrupted) and report.stopped.exit == 143
    check_told_twice(report, tmp_path)


def test_a_run_that_was_killed_twice(tmp_path: Path) -> None:
    """What was in flight at the second death has an older outcome: it is in doubt all the same."""
    begun(tmp_path, planned(3), {2: Act(NO)})

    async def main() -> None:
        with Journal.open(tmp_path) as journal:
            journal.begin(NOON)
            await journal.intend(read_run(tmp_path).plan.changes[1], 1, NOON)

    run_virtually(main)
    recorded = read_run(tmp_path)
    assert list(recorded.in_flight) == [1] and not recorded.complete
    assert statuses(report_of(recorded)) == ["updated", "unknown", "updated"]
    assert plan_rest(recorded).doubtful == {1}
    client = account(3, fast=(1, 2, 3))
    report = resumed(tmp_path, client)
    assert client.asked == [] and statuses(report) == ["updated"] * 3
    check_told_twice(report, tmp_path)


def test_an_intention_that_was_withdrawn_leaves_no_doubt(tmp_path: Path) -> None:
    plan = planned(2)

    async def main() -> None:
        with Journal.create(tmp_path, plan) as journal:
            journal.begin(NOON)
            await journal.intend(plan.changes[0], 1, NOON)
            journal.settle({0: Outcome(Status.NOT_SENT, "R101", "not sent: interrupted")})
            journal.end(1.0, RunStopped("interrupted"))

    run_virtually(main)
    assert plan_rest(read_run(tmp_path)).doubtful == frozenset()
    assert report_of(read_run(tmp_path)).outcomes[0].message == "not sent: interrupted"
    with Journal.open(tmp_path) as journal:
        journal.begin(NOON)
        journal.end(1.0, RunStopped("the server is down"))
    assert {o.message for o in report_of(read_run(tmp_path)).outcomes} == {"not sent: the server is down"}


def test_an_intention_that_was_withdrawn_stays_so_though_the_next_session_does_not_come_to_it_either(
    tmp_path: Path,
) -> None:
    plan = planned(2)
    not_sent = Outcome(Status.NOT_SENT, "R101", "not sent: interrupted")

    async def main() -> None:
        with Journal.create(tmp_path, plan) as journal:
            journal.begin(NOON)
            await journal.intend(plan.changes[0], 1, NOON)
            journal.settle({0: not_sent})
            journal.end(1.0, RunStopped("interrupted"))
        with Journal.open(tmp_path) as journal:
            journal.begin(NOON)
            journal.settle({0: not_sent})
            journal.end(1.0, RunStopped("interrupted"))

    run_virtually(main)
    recorded = read_run(tmp_path)
    assert recorded.in_flight == {} and statuses(report_of(recorded)) == ["not_sent", "not_sent"]


def test_a_resume_that_was_cut_off_before_it_began_takes_nothing_back_of_the_next_one(tmp_path: Path) -> None:
    """It had left the row out, the next one was about to send it, and both are session 2."""
    killed(tmp_path, planned(1), done=(), in_flight=())
    with Journal.open(tmp_path) as journal:
        journal.settle({0: Outcome(Status.NOT_SENT, "X205", "left out")})

    async def main() -> None:
        with Journal.open(tmp_path) as journal:
            journal.begin(NOON)
            await journal.intend(planned(1).changes[0], 1, NOON)

    run_virtually(main)
    assert plan_rest(read_run(tmp_path)).doubtful == {0}
    client = account(1, fast=(1,))
    assert statuses(resumed(tmp_path, client)) == ["updated"] and client.asked == []


def test_a_session_whose_beginning_could_not_be_written_and_whose_end_could(tmp_path: Path) -> None:
    killed(tmp_path, planned(1), done=(), in_flight=())
    with Journal.open(tmp_path) as journal:
        full = FullDisk(journal, for_good=True)
        journal.begin(NOON)
        journal._db = full._db
        journal.end(5.0, journal.trouble)
    assert len(read_run(tmp_path).sessions) == 1 and not read_run(tmp_path).complete
    assert resumed(tmp_path, account(1)).counts() == {Status.UPDATED: 1}
    assert read_run(tmp_path).complete


def test_a_run_that_was_cut_off_after_its_last_row_is_brought_to_its_end(tmp_path: Path) -> None:
    killed(tmp_path, planned(3), done=(0, 1, 2), in_flight=())
    assert not is_finished(read_run(tmp_path)) and read_run(tmp_path).stopped is not None
    client = account(3)
    report = resumed(tmp_path, client)
    assert client.asked == [] and report.stopped is None and report.counts() == {Status.UPDATED: 3}
    assert read_run(tmp_path).complete and is_finished(read_run(tmp_path))
    check_told_twice(report, tmp_path)


@pytest.mark.parametrize("left_out", [{"only": (2, 3)}, {"limit": 2}])
def test_what_is_left_out_stays_open_and_in_doubt(tmp_path: Path, left_out: dict[str, Any]) -> None:
    """Row 0 is done, 1 and 4 may have been sent, 3 to 5 are left out; and then all of it is done."""
    killed(tmp_path, planned(6), done=(0,), in_flight=(1, 4))
    client = account(6)
    report = resumed(tmp_path, client, **left_out)
    assert sorted(client.asked) == [2, 3]
    assert statuses(report) == ["updated", "updated", "updated", "not_sent", "unknown", "not_sent"]
    assert {report.outcomes[row].code for row in (3, 5)} == {"X205"}
    assert plan_rest(read_run(tmp_path)).doubtful == {4} and not read_run(tmp_path).complete
    check_told_twice(report, tmp_path)
    client = account(6, fast=(1, 2, 3, 5))
    report = resumed(tmp_path, client)
    assert sorted(client.asked) == [4, 6] and report.counts() == {Status.UPDATED: 6}
    check_told_twice(report, tmp_path)


def test_limit_counts_what_is_sent_not_what_turns_out_to_be_done(tmp_path: Path) -> None:
    killed(tmp_path, planned(4), done=(), in_flight=(0, 1))
    client = account(4, fast=(1, 2))
    report = resumed(tmp_path, client, limit=1)
    assert client.asked == [3] and statuses(report) == ["updated"] * 3 + ["not_sent"]


def test_unseen_what_may_have_landed_is_sent_again(tmp_path: Path) -> None:
    killed(tmp_path, planned(2), done=(), in_flight=(0,))
    client = account(2, fast=(1,))
    report = resumed(tmp_path, client, fetch=False)
    assert client.asked == [1, 2] and client.pages == 0 and report.counts() == {Status.UPDATED: 2}


def test_the_whole_list_is_read_where_its_length_matters(tmp_path: Path) -> None:
    for name, by in (("looked", "user 501 at api.example"), ("unseen", "")):
        killed(tmp_path / name, planned(2, by=by), done=(), in_flight=())
        client = account(150)

        async def main(folder: Path = tmp_path / name, client: Account = client) -> int | None:
            return (await look_at_rest(read_run(folder), client, to_end=True)).total

        assert run_virtually(main) == 150


def test_an_undo_that_goes_on_still_minds_each_field(tmp_path: Path) -> None:
    plan = planned(2)
    body, before = {"speech_speed": FAST, "name": "Old"}, {"speech_speed": SLOW, "name": "Ours"}
    changes = tuple(replace(change, body=body, before=before) for change in plan.changes)
    begun(tmp_path, replace(plan, changes=changes), {1: Act(flight=FOREVER)}, SessionFacts("undo"),
          pace=Pace((), concurrency=1), signals=((5, 2),), grace=1)  # fmt: skip
    theirs = {"speech_speed": SLOW, "name": "Theirs"}
    client = Account({1: theirs, 2: theirs})
    report = resumed(tmp_path, client)
    assert statuses(report) == ["conflict", "conflict"]
    assert client.held == {number: {"speech_speed": FAST, "name": "Theirs"} for number in (1, 2)}
    check_told_twice(report, tmp_path)


# ---------------------------------------------------------------- what forbids it


def test_a_key_for_another_account_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    killed(tmp_path, planned(3), done=(), in_flight=(0,))
    client = account(3, owner=502)
    with pytest.raises(RunStopped) as caught:
        resumed(tmp_path, client)
    assert caught.value.code == "X310" and client.asked == [] and len(read_run(tmp_path).sessions) == 1


def test_a_list_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    class Blind(Account):
        async def assistants(self, per_page: int = 100) -> AsyncGenerator[dict[str, Json], None]:
            raise ApiError("no answer", code="N502")
            yield {}

    killed(tmp_path, planned(3), done=(), in_flight=(0,))
    with pytest.raises(ApiError):
        resumed(tmp_path, Blind({}))
    assert plan_rest(read_run(tmp_path)).doubtful == {0}


def test_a_plan_with_problems_that_was_never_allowed_to_go_out_is_still_refused(tmp_path: Path) -> None:
    plan = replace(planned(2), problems=(Problem("V104", "too fast", index=1),))
    with Journal.create(tmp_path, plan):
        pass
    client = account(2)
    report = resumed(tmp_path, client)
    assert client.asked == [] and report.counts() == {Status.NOT_SENT: 2}
    with Journal.open(tmp_path) as journal:
        journal.begin(NOON)  # it was: --skip-invalid
    assert resumed(tmp_path, client).counts() == {Status.UPDATED: 2}


# ---------------------------------------------------------------- the law

FATES = st.sampled_from([Act(), Act(NO), Act(LOST), Act(flight=3.0), Act(flight=FOREVER), Act(queued=2.0)])
SIGNAL = st.tuples(st.sampled_from([0.0, 1.0, 2.5, 4.0]), st.sampled_from([2, 15]))


@settings(max_examples=30)
@given(
    fates=st.lists(FATES, min_size=2, max_size=8),
    ends=st.lists(SIGNAL, min_size=1, max_size=3),
    landed=st.sets(st.integers(1, 8)),
    looked=st.booleans(),
)
def test_however_often_a_run_ends_no_row_is_lost_and_none_that_is_done_is_sent_again(
    tmp_path_factory: pytest.TempPathFactory,
    fates: list[Act],
    ends: list[tuple[float, int]],
    landed: set[int],
    looked: bool,
) -> None:
    folder = tmp_path_factory.mktemp("run")
    plan = planned(len(fates)) if looked else planned(len(fates), by="")
    report = begun(
        folder, plan, dict(enumerate(fates, 1)), pace=Pace((), concurrency=2), signals=ends[:1], grace=1
    )
    fast = {number for number in landed if number <= len(fates)}
    doubtful = {
        c.assistant_id for c in plan.changes if report.outcomes[c.indexes[0]].status is Status.UNKNOWN
    }
    done = {c.assistant_id for c in plan.changes if report.outcomes[c.indexes[0]].status is Status.UPDATED}
    for end in ends[1:]:
        client = account(len(fates), dict(enumerate(fates, 1)), fast=tuple(done | (fast & doubtful)))
        report = resumed(folder, client, signals=(end,), pace=Pace((), concurrency=2), grace=1)
        assert not set(client.begun) & done and len(report.outcomes) == len(fates)
        check_told_twice(report, folder)
        done = {
            c.assistant_id for c in plan.changes if report.outcomes[c.indexes[0]].status is Status.UPDATED
        }
    client = account(len(fates), fast=tuple(done | (fast & doubtful)))
    report = resumed(folder, client, retry_failed=True)
    assert all(map(as_wanted, report.outcomes)) and not set(client.begun) & done
    # Of what was not known before, nobody can say whether it was this run that made it so.
    assert report.counts().keys() <= ({Status.UPDATED} if looked else {Status.UPDATED, Status.UNKNOWN})
    if looked or doubtful:
        assert not set(client.begun) & fast & doubtful
    check_told_twice(report, folder)
