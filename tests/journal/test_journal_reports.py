"""Reports made from the journal are those that the run made, and are true of a run that was killed."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.errors import KeyRefused, RunStopped
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import RunFacts, SessionFacts, report_of
from batch_update.journal.storing.database import JOURNAL
from batch_update.journal.writing import Journal
from batch_update.model.plans import Outcome, Plan, Status
from batch_update.model.reports import Pace, Reply, Report
from batch_update.plan.from_run import undo_plan
from batch_update.plan.from_sheet import make_plan
from batch_update.report.files.folder import write_run
from batch_update.sandbox.app import make_app
from batch_update.sandbox.faults import Faults
from batch_update.send.accounting import apply_plan
from batch_update.send.progress import EventLog
from batch_update.settings.tunables import SANDBOX_KEY, Settings
from batch_update.sheet.reading import read_sheet
from tests.journal.journals import Witness, copy_of, files_of, journalled, lines_of, written_from
from tests.made import plan_of
from tests.run import dying
from tests.run.fakes import NOON, Act, FakeClient

SAMPLES = Path(__file__).parents[2] / "samples"
CALENDAR = '[{"type": "calendar_integration", "calcom_api_key": "cal_live_0123456789", "calcom_event_slug": "intro"}]'


def applied(plan: Plan, folder: Path, faults: str = "") -> tuple[Report, RunFacts]:
    """A plan applied to a fresh sandbox, with a journal, and the files that the run itself makes."""
    given = Settings(rate="off", skip_invalid=True, base_url="http://localhost/api")

    async def main() -> tuple[Report, RunFacts]:
        events = EventLog()
        key = ApiKey(SANDBOX_KEY)
        with (
            make_app(None, limits=(), faults=Faults.parse(faults)) as app,
            Journal.create(folder, plan, SessionFacts(settings=given)) as journal,
        ):
            async with Client(
                key, base_url=given.base_url, pace=Pace((), attempts=1), app=app, on_event=events
            ) as client:
                report = await apply_plan(
                    plan,
                    client,
                    skip_invalid=True,
                    events=events,
                    journal=journal,
                    pace=Pace((), concurrency=4),
                )
                return report, RunFacts(given, client.stats)

    return anyio.run(main)


def check_files(report: Report, facts: RunFacts, folder: Path) -> dict[str, bytes]:
    """The files from the journal are, byte for byte, those made of the report."""
    write_run(report, folder / "direct", facts)
    written_from(read_run(folder), folder / "again")
    direct, again = files_of(folder / "direct"), files_of(folder / "again")
    assert direct == again
    return direct


REFUSED = {"headers.csv", "no-id.csv"}
"""Sheets of which nothing can be sent, so that they come to no journal."""
SHEETS = sorted(
    path
    for path in SAMPLES.rglob("*")
    if path.suffix in {".csv", ".tsv", ".jsonl", ".xlsx"}
    and not path.name.endswith(".expected.csv")
    and path.name not in REFUSED
)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_files_from_the_journal_are_byte_for_byte_those_of_the_run(sheet: Path, tmp_path: Path) -> None:
    plan = make_plan(read_sheet(sheet))
    if any(change.parts for change in plan.changes):
        pytest.skip("parts are merged with what is there first")
    report, facts = applied(plan, tmp_path, "422@2,500@3,429@4:0")
    assert {"results.csv", "run.json"} <= set(check_files(report, facts, tmp_path))


def test_what_the_sheet_holds_is_kept_and_the_key_is_not(tmp_path: Path) -> None:
    sheet = tmp_path / "changes.csv"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "tools", "name"], ["10001", CALENDAR, "Müller"]])
    plan = make_plan(read_sheet(sheet))
    report, facts = applied(plan, tmp_path / "run", "401@1+")
    assert isinstance(report.stopped, KeyRefused)
    check_files(report, facts, tmp_path / "run")
    content = b"".join(path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file())
    assert SANDBOX_KEY.encode() not in content
    assert b"cal_live_0123456789" in (tmp_path / "run" / JOURNAL).read_bytes()
    assert read_run(tmp_path / "run").plan.changes == plan.changes


# ---------------------------------------------------------------- killed

UNCHANGED = Outcome(Status.UNCHANGED, "X204", "nothing to change")


def killed(plan: Plan, folder: Path, at: int, *, answered: bool) -> tuple[Report, Witness, str]:
    """What the journal tells of a run that was killed when its n-th request was about to leave, or was answered."""
    found: list[str] = []

    def look(assistant: str) -> None:
        found.append(assistant)
        client.told = (set(client.begun), set(client.answered))
        copy_of(folder, folder.parent / "killed")

    acts = {number: Act(flight=number % 5) for number in range(1, 100)}
    client = Witness(look, at, acts, answered=answered)
    journalled(plan, folder, client, pace=Pace((), concurrency=4))
    return report_of(read_run(folder.parent / "killed")), client, found[0]


@pytest.mark.parametrize("at", [1, 2, 7, 20])
def test_the_intention_and_the_old_values_are_on_the_disk_before_the_first_byte(
    tmp_path: Path, at: int
) -> None:
    plan = plan_of({number: (number - 1,) for number in range(1, 21)})
    changes = tuple(
        type(c)(c.assistant_id, c.body, c.indexes, before={"speech_speed": 0.9, "name": "Süd"})
        for c in plan.changes
    )
    plan = Plan(plan.sheet, changes, {})
    killed(plan, tmp_path / "run", at, answered=False)
    recorded = read_run(tmp_path / "killed")
    assert len(recorded.in_flight) + len(recorded.outcomes) >= at
    assert all(change.before == {"speech_speed": 0.9, "name": "Süd"} for change in recorded.plan.changes)


@pytest.mark.parametrize("number", [1, 6])
def test_a_process_that_dies_before_the_first_byte_leaves_the_intention(tmp_path: Path, number: int) -> None:
    command = [sys.executable, "-m", "tests.run.dying", str(tmp_path / "run"), str(number)]
    assert subprocess.run(command, cwd=SAMPLES.parent, check=False).returncode == 9
    recorded = read_run(tmp_path / "run")
    assert 1 <= len(recorded.in_flight) <= 3 and len(recorded.in_flight) + len(recorded.outcomes) >= number
    counts = report_of(recorded).counts()
    assert counts[Status.UNKNOWN] == len(recorded.in_flight) and sum(counts.values()) == dying.ROWS
    assert recorded.stopped is not None and not recorded.complete
    assert {change.assistant_id: dict(change.before) for change in recorded.plan.changes} == {
        change.assistant_id: dying.before(change.assistant_id) for change in dying.plan().changes
    }, "what each was is on disk"
    taken_back = undo_plan(report_of(recorded), "undo").changes
    sent = [recorded.plan.changes[index].assistant_id for index in {*recorded.in_flight, *recorded.outcomes}]
    assert {change.assistant_id: dict(change.body) for change in taken_back} == {
        number: dying.before(number) for number in sent
    }


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("at", [1, 3, 10, 19])
def test_of_a_run_that_was_killed_only_what_is_certain_is_told(
    tmp_path: Path, at: int, answered: bool
) -> None:
    plan = plan_of({number: (number - 1,) for number in range(1, 21)}, {20: UNCHANGED})
    report, client, _ = killed(plan, tmp_path / "run", at, answered=answered)
    begun, done = client.told
    assert isinstance(report.stopped, RunStopped) and report.stopped.code == "R106"
    assert len(report.outcomes) == 21 and report.outcomes[20] == UNCHANGED
    for change in plan.changes:
        status, number = report.outcomes[change.indexes[0]].status, change.assistant_id
        if status is Status.UPDATED:
            assert number in done
        elif status is Status.NOT_SENT:
            assert number not in begun
        else:
            assert status is Status.UNKNOWN and report.outcomes[change.indexes[0]].started == NOON


# ---------------------------------------------------------------- the law

REPLIES = st.sampled_from(
    [
        Reply(Status.UPDATED, http=200, attempts=1, request_id="r-1", started=NOON, ms=7),
        Reply(Status.UPDATED, http=200, attempts=2, started=NOON, ms=7, message="applied at attempt 2"),
        Reply(Status.FAILED, "A422", "no", 422, 1, started=NOON, field_errors={"name": ("too long", "ugly")}),
        Reply(Status.UNKNOWN, "N502", "sent, and no answer came", None, 4, started=NOON, ms=45_000),
        Reply(Status.FAILED, "A401", "refused", 401, 1, stop=KeyRefused("the key is refused", code="A401")),
        RuntimeError("live-key-0123456789"),
    ]
)
ACTS = st.builds(Act, REPLIES, queued=st.sampled_from([0.0, 1.0]), flight=st.sampled_from([0.0, 0.5, 3.0]))


@settings(max_examples=40)
@given(
    acts=st.lists(ACTS, min_size=1, max_size=12),
    signals=st.lists(st.tuples(st.sampled_from([0.2, 1.0, 2.5]), st.sampled_from([2, 15])), max_size=2),
    data=st.data(),
)
def test_rows_in_are_lines_out_and_the_journal_tells_the_same_however_the_run_ends(
    acts: list[Act], signals: list[tuple[float, int]], data: st.DataObject
) -> None:
    rows = data.draw(st.permutations(range(2 * len(acts) + 2)))
    settled = {rows[-1]: UNCHANGED, rows[-2]: Outcome(Status.INVALID, "V104", "too fast")}
    plan = plan_of(
        {number: tuple(rows[2 * number - 2 : 2 * number]) for number in range(1, len(acts) + 1)}, settled
    )
    folder = Path(tempfile.mkdtemp())
    try:
        client = FakeClient(dict(enumerate(acts, 1)))
        report = journalled(
            plan, folder, client, pace=Pace((), concurrency=3), signals=tuple(signals), grace=2
        )
        recorded = read_run(folder)
        again = report_of(recorded)
        assert again.outcomes == report.outcomes and len(again.outcomes) == len(rows)
        assert (again.events, again.seconds, again.started) == (report.events, report.seconds, report.started)
        assert stop_words(again.stopped) == stop_words(report.stopped)
        check_files(report, RunFacts(), folder)
        assert lines_of(folder / "again") == len(rows) + 1
        not_its_own = {"A300", "A401", "N501", "N503"}
        assert recorded.complete is all(
            outcome.status not in {Status.UNKNOWN, Status.NOT_SENT} and outcome.code not in not_its_own
            for outcome in report.outcomes
        )
        assert b"live-key" not in (folder / JOURNAL).read_bytes()
    finally:
        shutil.rmtree(folder)


def stop_words(stopped: Exception | None) -> Any:
    return type(stopped).__name__, getattr(stopped, "message", ""), getattr(stopped, "exit", None)
