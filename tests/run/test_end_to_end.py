"""A sheet through every room against the sandbox, in virtual time: what is told is what the server did."""

from __future__ import annotations

import csv
import random
from collections import Counter
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.errors import Interrupted, KeyRefused, RunStopped
from batch_update.journal.recorded import RunFacts
from batch_update.model.plans import Plan, Status
from batch_update.model.reports import Exit, Pace, Report, Window
from batch_update.outcomes import as_wanted, exit_status
from batch_update.plan.from_sheet import make_plan
from batch_update.report.files.folder import write_run
from batch_update.report.screen.summary import summary
from batch_update.report.tones import plain
from batch_update.sandbox.app import READ_ONLY_KEY, Sandbox, make_app
from batch_update.sandbox.faults import Faults
from batch_update.send.accounting import apply_plan
from batch_update.send.progress import EventLog, Progress
from batch_update.settings.tunables import SANDBOX_KEY, Settings
from batch_update.sheet.reading import read_sheet
from tests.clocks import FakeTime, virtual_clock
from tests.run.fakes import Stream, run_virtually

WINDOWS = (Window(20, 10), Window(100, 60))
EPOCH = 1_790_000_000.0


def plan_from(folder: Path, ids: list[int]) -> Plan:
    path = folder / "changes.csv"
    lines = [f"{number},{0.7 + number % 6 / 10:.1f},Name {number}" for number in ids]
    path.write_text("\n".join(["id,speech_speed,name", *lines, ""]), "utf-8")
    return make_plan(read_sheet(path))


def sent(
    plan: Plan,
    faults: str = "",
    *,
    key: str = SANDBOX_KEY,
    signals: tuple[tuple[float, int], ...] = (),
    concurrency: int = 8,
    **more: Any,
) -> tuple[Report, Sandbox, Client]:
    """The plan applied to a fresh sandbox; both see the same virtual clock."""

    async def main() -> tuple[Report, Sandbox, Client]:
        app = make_app(
            None,
            limits=WINDOWS,
            faults=Faults.parse(faults),
            latency=0.2,
            clock=lambda: EPOCH + anyio.current_time(),
            sleep=anyio.sleep,
        )
        client = Client(
            ApiKey(key),
            base_url="http://localhost/api",
            pace=Pace(WINDOWS),
            app=app,
            on_event=events,
            clock=virtual_clock(),
        )
        interrupted = Stream(*signals) if signals else None
        async with client:
            report = await apply_plan(
                plan,
                client,
                events=events,
                pace=Pace(WINDOWS, concurrency=concurrency),
                interrupted=interrupted,
                clock=virtual_clock(),
                **more,
            )
        return report, app, client

    events = EventLog(clock=FakeTime().clock)
    return run_virtually(main)


def check_against_the_server(report: Report, app: Sandbox) -> None:
    """Nothing is called updated that the server did not do, and nothing that it did is called failed or not sent."""
    log = app.requests_seen()
    done = Counter(seen.path for seen in log if seen.applied)
    answered = Counter(seen.path for seen in log if seen.applied and seen.status == 200)
    # A 429 turns a request away at the door.
    asked = Counter(seen.path for seen in log if seen.status != 429)
    assert len(report.outcomes) == len(report.plan.sheet)
    for change in report.plan.changes:
        path = f"/api/user/assistant/{change.assistant_id}"
        outcome = report.outcomes[change.indexes[0]]
        if outcome.status is Status.UPDATED:
            assert answered[path] >= 1 and outcome.changed == tuple(change.body)
        elif outcome.status is Status.FAILED:
            assert not done[path]
        elif outcome.status is Status.NOT_SENT:
            assert not asked[path] and outcome.code == "R101"
        else:
            assert outcome.status is Status.UNKNOWN and asked[path]


def check_the_files(report: Report, folder: Path) -> None:
    """Rows in are lines out; what is to be done again can be read; no key anywhere."""
    written = write_run(report, folder, RunFacts(Settings()))
    with written.results.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["_status"] for line in lines] == [str(outcome.status) for outcome in report.outcomes]
    undone = [row.cells for row, outcome in report if not as_wanted(outcome)]
    if written.failed is None:
        assert undone == []
    else:
        again = read_sheet(written.failed)
        assert [again.row(index).cells[:3] for index in range(len(again))] == undone
    said = plain(summary(report, written)) + "".join(path.read_text("utf-8") for path in folder.iterdir())
    assert SANDBOX_KEY not in said and READ_ONLY_KEY not in said


def test_all_is_well(tmp_path: Path) -> None:
    seen: list[Progress] = []
    report, app, client = sent(plan_from(tmp_path, list(range(10001, 10061))), on_progress=seen.append)
    assert report.counts() == {Status.UPDATED: 60} and exit_status(report) is Exit.OK
    assert client.stats.gates == 0 and seen[-1].done == 60
    assert 20 <= report.seconds <= 1.2 * 22
    check_against_the_server(report, app)
    check_the_files(report, tmp_path / "run")


def test_failures_of_rows_do_not_stop_the_others(tmp_path: Path) -> None:
    ids = [*range(10001, 10031), 99_999, *range(10031, 10041)]
    report, app, _ = sent(plan_from(tmp_path, ids), "422@5,503@8:3,429@12:2")
    assert report.counts() == {Status.UPDATED: 39, Status.FAILED: 2}
    assert report.outcomes[30].code == "A404" and exit_status(report) is Exit.SOME_FAILED
    assert "gate" in [event.kind for event in report.events]
    check_against_the_server(report, app)
    check_the_files(report, tmp_path / "run")


def test_a_key_that_dies_stops_the_run(tmp_path: Path) -> None:
    report, app, _ = sent(plan_from(tmp_path, list(range(10001, 10041))), "401@15+")
    assert isinstance(report.stopped, KeyRefused) and exit_status(report) is Exit.KEY_REFUSED
    assert report.counts()[Status.UPDATED] == 14
    check_against_the_server(report, app)
    check_the_files(report, tmp_path / "run")


def test_a_key_that_may_only_read_stops_the_run(tmp_path: Path) -> None:
    report, app, _ = sent(plan_from(tmp_path, list(range(10001, 10041))), key=READ_ONLY_KEY, concurrency=2)
    assert isinstance(report.stopped, RunStopped) and exit_status(report) is Exit.STOPPED
    assert report.counts()[Status.NOT_SENT] >= 36
    check_against_the_server(report, app)


def test_a_signal_in_a_pause_ends_the_run_at_once(tmp_path: Path) -> None:
    report, app, _ = sent(plan_from(tmp_path, list(range(10001, 10041))), "429@10+:50", signals=((5, 15),))
    assert isinstance(report.stopped, Interrupted) and exit_status(report) is Exit.TERMINATED
    assert report.seconds < 6 and report.counts()[Status.UPDATED] == 9
    check_against_the_server(report, app)
    check_the_files(report, tmp_path / "run")


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_the_report_is_true(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    ids = dice.sample([*range(10001, 10061), 99_998, 99_999], 45)
    faults = f"429@4%:2,500@4%,503@4%,502-after@4%,cut-before@4%,cut-after@4%,422@3%,slow@4%:60,seed={seed}"
    signals = ((dice.uniform(0.1, 60), 2), (dice.uniform(0.1, 90), 15)) if seed % 2 else ()
    report, app, _ = sent(plan_from(tmp_path, ids), faults, signals=signals, concurrency=dice.randint(1, 16))
    check_against_the_server(report, app)
    check_the_files(report, tmp_path / "run")
