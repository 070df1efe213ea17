"""From Python a run is what it is from the command line: written down, locked, paced, guarded, and set."""

from __future__ import annotations

import csv
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any, cast

import anyio
import pandas as pd
import pytest

import batch_update
from batch_update.account.locking import AccountLock
from batch_update.errors import GuardStopped, Interrupted, RunLocked, RunStopped, SheetError, UsageError
from batch_update.journal.reading import read_run
from batch_update.model.plans import Change, Outcome, Status, Verified
from batch_update.model.reports import Report
from batch_update.run.watching import Prospect, Watcher
from batch_update.send.progress import Progress, Stage
from batch_update.settings.tunables import Settings

SHEET = "id,speech_speed\n10001,0.75\n10002,0.75\n10003,0.75\n10004,0.75\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A sandbox of one's own without a pace, in a folder with a sheet; no variable of whoever runs this counts."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("BATCH_UPDATE_", "FAMULOR_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "sheet.csv").write_text(SHEET, "utf-8")
    state = tmp_path / "box" / "sandbox.db"
    return Settings(sandbox=True, sandbox_state=state, sandbox_limits=(), rate=(), reread_after=0.0)


def speeds(settings: Settings) -> list[str]:
    """What the four assistants hold now."""
    table = batch_update.export(
        settings_of(settings), fields=["speech_speed"], only="10001,10002,10003,10004"
    )
    return [row[1] for row in table.rows]


def settings_of(settings: Settings) -> Settings:
    """Those of the settings that say where the account is."""
    names = {"sandbox", "sandbox_state", "sandbox_limits", "rate"}
    return Settings(**settings.model_dump(include=names))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# ---------------------------------------------------------------- what a run leaves behind


def test_a_run_has_a_folder_with_its_journal_and_its_results(settings: Settings, tmp_path: Path) -> None:
    report = batch_update.apply("sheet.csv", settings, rate="1000/1")
    assert report.folder is not None and report.folder.parent == Path("runs")
    recorded = read_run(report.folder)
    assert recorded.complete and recorded.facts.command == "apply"
    assert report.files is not None
    assert [row["_status"] for row in rows_of(report.files.results)] == ["updated"] * 4
    assert {outcome.verified for outcome in report.outcomes} == {Verified.VERIFIED}
    assert list((tmp_path / "box" / "accounts").glob("*.ledger")), "the pace is shared"


def test_without_a_journal_nothing_is_written_and_all_is_in_the_report(
    settings: Settings, tmp_path: Path
) -> None:
    report = batch_update.apply("sheet.csv", settings, journal=False, share=False)
    assert (report.folder, report.files, report.counts()) == (None, None, {Status.UPDATED: 4})
    assert not (tmp_path / "runs").exists() and not list(tmp_path.rglob("*.ledger"))
    assert not list(tmp_path.rglob("*.lock"))


def test_what_a_run_did_is_taken_back_and_an_undo_can_be_taken_back_too(settings: Settings) -> None:
    before = speeds(settings)
    report = batch_update.apply("sheet.csv", settings)
    assert report.folder is not None and speeds(settings) == ["0.75"] * 4
    undone = batch_update.undo("last", settings)
    assert (undone.counts(), speeds(settings)) == ({Status.UPDATED: 4}, before)
    assert undone.folder is not None and read_run(undone.folder).facts.parent == report.folder.name
    assert batch_update.undo("last", settings).counts() == {Status.UPDATED: 4}
    assert speeds(settings) == ["0.75"] * 4


def test_a_run_that_stopped_goes_on_in_its_own_folder(settings: Settings) -> None:
    report = batch_update.apply("sheet.csv", settings, sandbox_faults="401@3", concurrency=1)
    assert report.stopped is not None and report.counts()[Status.UPDATED] == 2
    again = batch_update.resume("last", settings)
    assert (again.folder, again.counts(), again.stopped) == (report.folder, {Status.UPDATED: 4}, None)
    assert [row["_status"] for row in rows_of(Path("runs") / report.folder.name / "results.csv")] == [
        "updated"
    ] * 4
    assert batch_update.resume("last", settings).counts() == {Status.UPDATED: 4}, "nothing is left to do"


def test_the_runs_of_a_folder_are_told_with_how_far_each_is(settings: Settings) -> None:
    batch_update.apply("sheet.csv", settings, run_dir="runs/one")
    batch_update.apply(
        "sheet.csv", settings, run_dir="runs/two", sandbox_faults="401@1", allow="all", no_fetch=True
    )
    entries = batch_update.runs(runs_dir="runs")
    assert [(entry.folder.name, str(entry.state)) for entry in entries] == [
        ("two", "to be resumed"),
        ("one", "complete"),
    ]


def test_a_run_that_is_going_on_is_neither_resumed_nor_undone_though_nothing_is_shared(
    settings: Settings,
) -> None:
    refused: list[str] = []

    class Meddling(Watcher):
        def outcome(self, change: Change, outcome: Outcome) -> None:
            thread = Thread(target=self.meddle)
            thread.start()
            thread.join()

        def meddle(self) -> None:
            for call in (batch_update.resume, batch_update.undo):
                with pytest.raises(RunLocked) as caught:
                    call("it", settings, share=False)
                refused.append(caught.value.message)

    report = batch_update.apply("sheet.csv", settings, run_dir="it", watcher=Meddling())
    assert report.counts() == {Status.UPDATED: 4}
    assert len(refused) == 8 and all("works in this run" in words for words in refused)


def test_a_lock_that_is_no_file_is_told_and_no_bug(settings: Settings) -> None:
    batch_update.apply("sheet.csv", settings, run_dir="it", max_changes=1)
    Path("locks/odd.lock").mkdir(parents=True)
    holder = {"pid": 1, "host": "h", "since": "2026-11-28T09:00:00+00:00", "command": "apply", "run": "/x"}
    Path("locks/odd.holder.json").write_text(json.dumps(holder), "utf-8")
    for share in (True, False):
        with pytest.raises(UsageError, match=r"odd\.lock") as caught:
            batch_update.resume("it", settings, locks_dir="locks", share=share)
        assert caught.value.code == "U112" and caught.value.remedy


def test_another_run_on_the_account_is_not_disturbed(settings: Settings, tmp_path: Path) -> None:
    batch_update.plan("sheet.csv", settings_of(settings))
    batch_update.apply("sheet.csv", settings)
    (path,) = (tmp_path / "box" / "accounts").glob("*.lock")
    with AccountLock(path), pytest.raises(RunLocked):
        batch_update.apply("sheet.csv", settings)
    with AccountLock(path):
        assert batch_update.apply("sheet.csv", settings, share=False).counts() == {Status.UNCHANGED: 4}


# ---------------------------------------------------------------- what is sent


def test_only_and_limit_count_for_a_plan_too(settings: Settings) -> None:
    before = speeds(settings)
    made = batch_update.make_plan(batch_update.read_sheet("sheet.csv"))
    report = batch_update.apply(made, settings, only=[10002, 10003], limit=1)
    assert report.counts() == {Status.UPDATED: 1, Status.NOT_SENT: 3}
    assert speeds(settings) == [before[0], "0.75", *before[2:]]


def test_a_plan_that_was_reviewed_is_sent_as_it_was_and_holds_back_what_somebody_changed(
    settings: Settings,
) -> None:
    plan = batch_update.plan("sheet.csv", settings_of(settings))
    Path("other.csv").write_text("id,speech_speed\n10002,0.9\n", "utf-8")
    batch_update.apply("other.csv", settings)
    report = batch_update.apply(plan, settings)
    assert report.counts() == {Status.UPDATED: 3, Status.CONFLICT: 1}
    assert speeds(settings) == ["0.75", "0.9", "0.75", "0.75"]


def test_a_plan_that_is_not_the_expected_one_is_not_sent(settings: Settings) -> None:
    before = speeds(settings)
    with pytest.raises(RunStopped) as caught:
        batch_update.apply("sheet.csv", settings, expect="0123456789abcdef")
    assert caught.value.code == "X311" and speeds(settings) == before


def test_a_hazard_has_to_be_allowed_by_name_though_the_call_is_a_yes(settings: Settings) -> None:
    Path("sheet.csv").write_text("id,mode\n10001,multimodal\n10002,dualplex\n10003,pipeline\n", "utf-8")
    plan = batch_update.plan("sheet.csv", settings_of(settings), max_changes=0)
    assert [one.code for one in plan.guards] == ["G120", "G101"]
    report = batch_update.apply("sheet.csv", settings)
    assert isinstance(report.stopped, GuardStopped) and report.folder is not None
    assert set(report.counts()) <= {Status.NOT_SENT, Status.UNCHANGED}
    held = batch_update.resume("last", settings)
    assert isinstance(held.stopped, GuardStopped) and len(read_run(report.folder).sessions) == 1
    assert batch_update.resume("last", settings, allow="mode").stopped is None


def test_a_wrong_sheet_comes_to_its_end_without_a_key(settings: Settings) -> None:
    Path("sheet.csv").write_text("id,speech_speed\n10001,7\n10002,0.9\n", "utf-8")
    report = batch_update.apply("sheet.csv", environ={})
    assert isinstance(report.stopped, SheetError)
    assert report.counts() == {Status.INVALID: 1, Status.NOT_SENT: 1}
    assert report.files is not None and len(rows_of(report.files.results)) == 2
    assert batch_update.check("sheet.csv").invalid_rows == 1


# ---------------------------------------------------------------- settings


def test_arguments_win_over_the_settings_and_these_over_the_environment(settings: Settings) -> None:
    environ = {"BATCH_UPDATE_LIMIT": "3", "BATCH_UPDATE_ONLY": "10001,10002,10003"}
    report = batch_update.apply("sheet.csv", settings, environ=environ)
    assert report.counts() == {Status.UPDATED: 3, Status.NOT_SENT: 1}
    changed = settings.model_copy(update={"limit": 2})
    plan = batch_update.plan("sheet.csv", settings_of(settings), limit=1, environ=environ)
    assert len(plan.changes) == 0, "all three are so already"
    Path("sheet.csv").write_text(SHEET.replace("0.75", "0.8"), "utf-8")
    assert batch_update.apply("sheet.csv", changed, environ=environ).counts()[Status.UPDATED] == 2
    report = batch_update.apply("sheet.csv", changed, limit=1, environ=environ)
    assert report.counts()[Status.UPDATED] == 1


def test_the_sandbox_and_the_key_are_found_by_the_variables_of_the_command_line(
    settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(batch_update.KeyMissing):
        batch_update.apply("sheet.csv", environ={})
    environ = {
        "BATCH_UPDATE_SANDBOX": "1",
        "BATCH_UPDATE_SANDBOX_STATE": str(tmp_path / "box" / "sandbox.db"),
        "BATCH_UPDATE_RATE": "off",
        "BATCH_UPDATE_SANDBOX_LIMITS": "off",
    }
    assert batch_update.apply("sheet.csv", environ=environ).counts() == {Status.UPDATED: 4}
    assert speeds(settings) == ["0.75"] * 4


def test_a_variable_that_nothing_reads_is_refused_and_one_of_a_command_alone_is_not(
    settings: Settings,
) -> None:
    for call in (batch_update.apply, batch_update.check):
        with pytest.raises(UsageError, match="there is no variable 'BATCH_UPDATE_MAX_CHANGE'"):
            call("sheet.csv", settings_of(settings), environ={"BATCH_UPDATE_MAX_CHANGE": "5"})
    assert not Path("runs").exists()
    environ = {"BATCH_UPDATE_OUT": "plan.json", "BATCH_UPDATE_LIMIT": "2"}
    report = batch_update.apply("sheet.csv", settings, environ=environ)
    assert report.counts() == {Status.UPDATED: 2, Status.NOT_SENT: 2}


CALLS: dict[str, Callable[..., Any]] = {
    "plan": lambda **given: batch_update.plan("sheet.csv", **given),
    "apply": lambda **given: batch_update.apply("sheet.csv", **given),
    "resume": lambda **given: batch_update.resume("last", **given),
    "undo": lambda **given: batch_update.undo("last", **given),
    "export": batch_update.export,
    "template": batch_update.template,
    "check": lambda **given: batch_update.check("sheet.csv", **given),
    "runs": batch_update.runs,
}


@pytest.mark.parametrize("name", CALLS)
def test_a_setting_that_means_nothing_to_a_call_is_refused(settings: Settings, name: str) -> None:
    from batch_update.settings.heeding import SCREEN, heeded

    known = heeded("runs list" if name == "runs" else name)
    for field in Settings.model_fields:
        if field not in known or field in SCREEN:
            default = Settings.model_fields[field].default
            with pytest.raises(UsageError, match=f"the setting {field.rstrip('_')} "):
                CALLS[name](**{field: default})
            with pytest.raises(UsageError, match=f"the setting {field.rstrip('_')} "):
                CALLS[name](settings=Settings(**{field: default}))


def test_a_sheet_is_read_as_settings_by_name_say_and_what_means_nothing_to_reading_is_refused(
    settings: Settings,
) -> None:
    Path("notes.csv").write_text("id|Notes|name\n10001|mine|Anna\n", "utf-8")
    sheet = batch_update.read_sheet("notes.csv", Settings(delimiter="|"), ignore=["Notes"])
    assert [change.body for change in batch_update.make_plan(sheet).changes] == [{"name": "Anna"}]
    with pytest.raises(UsageError, match="the setting delimiter"):
        batch_update.read_sheet(pd.DataFrame({"id": [10001], "name": ["Anna"]}), delimiter="|")
    for odd in ({"only": [10001]}, {"on_duplicate": "first"}, {"rate": 1}):
        with pytest.raises(UsageError, match="the setting"):
            batch_update.read_sheet("notes.csv", **odd)


def test_how_a_file_is_read_means_nothing_to_a_plan(settings: Settings) -> None:
    made = batch_update.make_plan(batch_update.read_sheet("sheet.csv"))
    with pytest.raises(UsageError, match="the setting delimiter"):
        batch_update.apply(made, settings, delimiter=";")
    with pytest.raises(UsageError, match="no setting 'nothing_like_it'"):
        batch_update.apply(made, settings, nothing_like_it=1)


# ---------------------------------------------------------------- who watches


class Notebook(Watcher):
    """Writes down what it is told; somebody who says yes, or no, to all that is asked."""

    def __init__(self, answer: bool = True) -> None:
        self.stages: list[Stage] = []
        self.asked: list[Prospect] = []
        self.done = 0
        self._answer = answer

    @property
    def can_answer(self) -> bool:
        return True

    def stage(self, stage: Stage, what: str = "") -> None:
        self.stages.append(stage)

    def progress(self, progress: Progress) -> None:
        self.done = progress.done

    def may_send(self, prospect: Prospect) -> bool:
        self.asked.append(prospect)
        return self._answer

    async def may_go_on(self, question: str) -> bool:
        return self._answer


def test_a_watcher_is_told_of_each_stage_and_of_progress(settings: Settings) -> None:
    watcher = Notebook()
    batch_update.apply("sheet.csv", settings, watcher=watcher)
    assert watcher.stages == [Stage.READING, Stage.LOOKING, Stage.SENDING, Stage.VERIFYING, Stage.WRITING]
    assert (watcher.done, watcher.asked) == (4, [])
    watcher = Notebook()
    Path("sheet.csv").write_text(SHEET.replace("0.75", "0.8"), "utf-8")
    batch_update.apply("sheet.csv", settings, watcher=watcher, waves="1,rest", pause="ask")
    sent = watcher.stages[watcher.stages.index(Stage.SENDING) :]
    waves = [stage for n, stage in enumerate(sent) if n == 0 or stage is not sent[n - 1]]
    assert waves == [Stage.SENDING, Stage.BETWEEN_WAVES, Stage.SENDING, Stage.BETWEEN_WAVES, Stage.WRITING]


def test_a_watcher_may_say_yes_to_a_hazard_and_no_to_a_plan(settings: Settings) -> None:
    with pytest.raises(UsageError, match="nothing was sent"):
        batch_update.apply("sheet.csv", settings, watcher=Notebook(answer=False), yes=False)
    with pytest.raises(UsageError, match="nobody can be asked"):
        batch_update.apply("sheet.csv", settings, yes=False)
    Path("sheet.csv").write_text("id,mode\n10001,multimodal\n10002,dualplex\n10003,pipeline\n", "utf-8")
    watcher = Notebook()
    assert batch_update.apply("sheet.csv", settings, watcher=watcher).stopped is None
    assert [one.hazard for one in watcher.asked[0].tripped] == ["mode"]


@pytest.mark.parametrize("answer", ["no", 1, None])
def test_true_alone_is_a_yes(settings: Settings, answer: Any) -> None:
    class Mumbling(Watcher):
        can_answer = True

        def may_send(self, prospect: Prospect) -> bool:
            return cast(bool, answer)

        async def may_go_on(self, question: str) -> bool:
            return cast(bool, answer)

    with pytest.raises(UsageError, match="nothing was sent"):
        batch_update.apply("sheet.csv", settings, watcher=Mumbling(), yes=False)
    report = batch_update.apply("sheet.csv", settings, watcher=Mumbling(), waves="1,rest", pause="ask")
    assert report.counts() == {Status.UPDATED: 1, Status.NOT_SENT: 3}


def test_a_yes_that_nobody_waited_for_is_none(settings: Settings) -> None:
    class Late(Watcher):
        can_answer = True

        async def may_send(self, prospect: Prospect) -> bool:
            return False

    with (
        pytest.warns(RuntimeWarning, match="never awaited"),
        pytest.raises(UsageError, match="nothing was sent"),
    ):
        batch_update.apply("sheet.csv", settings, watcher=Late(), yes=False)


def test_a_watcher_that_breaks_takes_no_row_along(settings: Settings) -> None:
    class Broken(Watcher):
        def stage(self, stage: Stage, what: str = "") -> None:
            if stage in {Stage.SENDING, Stage.VERIFYING, Stage.WRITING}:
                raise RuntimeError("closed")

        def progress(self, progress: Progress) -> None:
            raise RuntimeError("closed")

    report = batch_update.apply("sheet.csv", settings, watcher=Broken())
    assert report.counts() == {Status.UPDATED: 4} and report.files is not None


# ---------------------------------------------------------------- loops and signals


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_each_story_can_be_awaited(settings: Settings, backend: str) -> None:
    async def main() -> Report:
        place = settings_of(settings)
        plan = await batch_update.plan_async("sheet.csv", place)
        sent = await batch_update.apply_async(plan, settings)
        assert sent.folder is not None
        undone = await batch_update.undo_async(sent.folder, settings)
        assert len(await batch_update.runs_async()) == 2
        assert len((await batch_update.export_async(place)).rows) == 60
        return await batch_update.resume_async(undone.folder or "", settings)

    assert anyio.run(main, backend=backend).counts() == {Status.UPDATED: 4}


def test_a_plain_function_says_what_to_call_where_a_loop_is_running(settings: Settings) -> None:
    async def main() -> None:
        batch_update.apply("sheet.csv", settings)

    with pytest.raises(UsageError, match="event loop is running") as caught:
        anyio.run(main)
    assert "apply_async" in caught.value.remedy


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="sends POSIX signals")
def test_a_signal_ends_sending_in_good_order_where_that_is_wanted(settings: Settings) -> None:
    class Impatient(Watcher):
        def progress(self, progress: Progress) -> None:
            if progress.done == 1:
                os.kill(os.getpid(), signal.SIGTERM)

    report = batch_update.apply(
        "sheet.csv", settings, watcher=Impatient(), signals=True, concurrency=1, rate="1/0.2"
    )
    assert isinstance(report.stopped, Interrupted) and len(report.outcomes) == 4
    assert report.files is not None and len(rows_of(report.files.results)) == 4
    assert batch_update.resume("last", settings).counts() == {Status.UPDATED: 4}


def test_signals_outside_of_the_main_thread_are_refused_before_anything_is_done(settings: Settings) -> None:
    caught: list[Exception] = []

    def elsewhere() -> None:
        with pytest.raises(UsageError, match="main thread") as told:
            batch_update.apply("sheet.csv", settings, signals=True)
        caught.append(told.value)

    thread = Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert len(caught) == 1 and not Path("runs").exists()


def test_awaited_functions_are_told_from_plain_ones_by_their_names() -> None:
    for name in ("plan", "apply", "resume", "undo", "export", "template", "runs"):
        plain: Callable[..., object] = getattr(batch_update, name)
        awaited: Callable[..., Awaitable[object]] = getattr(batch_update, f"{name}_async")
        assert (plain.__name__, awaited.__name__) == (name, f"{name}_async")
        assert plain.__doc__ and awaited.__doc__


# ---------------------------------------------------------------- DataFrames


def test_a_frame_is_planned_checked_and_applied_as_the_file_that_it_would_be(settings: Settings) -> None:
    frame = pd.DataFrame({"id": [10001, 10002], "Tempo": [0.75, None], "note": ["a", "b"]})
    how = {"map": {"Tempo": "speech_speed"}, "ignore": "note"}
    assert batch_update.check(frame, **how).to_change == 1
    assert [change.body for change in batch_update.plan(frame, settings_of(settings), **how).changes] == [
        {"speech_speed": 0.75}
    ]
    report = batch_update.apply(frame, settings, **how)
    assert report.counts() == {Status.UPDATED: 1, Status.UNCHANGED: 1}
    assert (
        report.folder is not None and batch_update.resume(report.folder, settings).counts() == report.counts()
    )
    with pytest.raises(UsageError, match="the setting delimiter means nothing"):
        batch_update.apply(frame, settings, delimiter=";")


def test_the_frame_of_a_report_can_be_mended_and_applied_again(settings: Settings) -> None:
    Path("sheet.csv").write_text("id,speech_speed\n10001,0.75\n10002,7\n", "utf-8")
    frame = batch_update.apply("sheet.csv", settings, skip_invalid=True).to_frame()
    assert frame["_status"].tolist() == ["updated", "invalid"]
    left = frame[frame["_status"] == "invalid"].assign(speech_speed="0.8")
    assert batch_update.apply(left, settings).counts() == {Status.UPDATED: 1}


def test_one_field_or_condition_of_an_export_may_be_a_text_by_itself(settings: Settings) -> None:
    where = settings_of(settings)
    one = batch_update.export(where, fields="name,speech_speed", where="id=10002")
    assert one == batch_update.export(where, fields=["name", "speech_speed"], where=["id=10002"])
    assert one.header == ("id", "name", "speech_speed", "_base") and len(one.rows) == 1


@pytest.mark.parametrize("call", [batch_update.export, batch_update.choices, batch_update.connect])
def test_a_path_in_place_of_settings_is_told_with_what_to_write(call: Any, settings: Settings) -> None:
    with pytest.raises(UsageError) as caught:
        call(settings="x.csv")
    assert "'x.csv'" in caught.value.message and "to=" in caught.value.remedy


def test_what_is_no_sheet_is_told(settings: Settings) -> None:
    for odd in (7, None, ["sheet.csv"], b"sheet.csv"):
        with pytest.raises(UsageError, match="is no sheet"):
            batch_update.apply(odd, settings)


def test_a_function_is_found_though_a_room_of_its_name_is_loaded() -> None:
    for room in ("batch_update.plan", "batch_update.check"):
        assert import_module(f"{room}.__init__").__name__.startswith(room)
        assert sys.modules[room].__name__ == room
    assert (batch_update.plan.__name__, batch_update.check.__name__) == ("plan", "check")


def test_a_client_finds_account_and_settings_as_a_run_does(settings: Settings) -> None:
    async def main() -> tuple[str, Status]:
        async with batch_update.connect(settings, environ={}) as client:
            reply = await client.update(10001, {"speech_speed": 0.9})
            return client.server, reply.status

    assert anyio.run(main) == ("sandbox", Status.UPDATED)
    assert speeds(settings)[0] == "0.9"
    with pytest.raises(batch_update.KeyMissing):
        batch_update.connect(environ={})
