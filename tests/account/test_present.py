"""What is there now: read for a hundredth of what sending costs, sent only where it differs, read back, taken back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from batch_update.account.connect import client_for
from batch_update.api.keys import ApiKey
from batch_update.fields.facts import all_fields
from batch_update.model.plans import Plan, Status, Verified
from batch_update.model.reports import Pace, Report
from batch_update.outcomes import exit_status
from batch_update.plan.from_run import undo_plan
from batch_update.plan.from_sheet import make_plan
from batch_update.report.messages import words_of
from batch_update.run.planning import look, look_again
from batch_update.sandbox.app import Sandbox, make_app
from batch_update.send.accounting import apply_plan
from batch_update.send.verifying import read_back
from batch_update.settings.tunables import SANDBOX_KEY, Settings
from batch_update.sheet.reading import read_sheet

UNPACED = Settings(rate=(), sandbox_limits=())


@dataclass
class Account:
    """An account in the sandbox, and the main job on it."""

    app: Any
    folder: Path

    def plan(self, text: str) -> Plan:
        path = self.folder / "sheet.csv"
        path.write_text(text, "utf-8")
        return make_plan(read_sheet(path), fetched=True)

    def run(self, plan: Plan, *, back: bool = False) -> Report:
        return anyio.run(self._run, plan, back)

    async def _run(self, plan: Plan, back: bool) -> Report:
        async with client_for(UNPACED, key=ApiKey(SANDBOX_KEY), app=self.app) as client:
            looked = await (look_again(plan, client, by_field=True) if back else look(plan, client))
            report = await apply_plan(looked.plan, client, pace=Pace((), concurrency=4))
            return await read_back(report, client, again=0)

    def apply(self, text: str) -> Report:
        return self.run(self.plan(text))

    def undo(self, report: Report) -> Report:
        return self.run(undo_plan(report, "undo"), back=True)


def sheet(ids: range, **values: object) -> str:
    lines = [",".join(("id", *values)), *(",".join(map(str, (i, *values.values()))) for i in ids)]
    return "\n".join(lines) + "\n"


def calls(app: Sandbox, method: str) -> list[Any]:
    return [seen for seen in app.requests_seen() if seen.method == method]


def test_a_thousand_that_are_already_so_cost_ten_reads_and_nothing_else(tmp_path: Path) -> None:
    with make_app(None, limits=(), assistants=1000) as app:
        account = Account(app, tmp_path)
        everybody = range(10001, 11001)
        account.apply(sheet(everybody, speech_speed=0.9, max_duration=300))
        before = len(calls(app, "GET")), len(calls(app, "PUT"))
        report = account.apply(sheet(everybody, speech_speed=0.9, max_duration=300))
        assert (len(calls(app, "GET")) - before[0], len(calls(app, "PUT")) - before[1]) == (10, 0)
        assert report.counts() == {Status.UNCHANGED: 1000} and exit_status(report) == 0


def test_of_a_thousand_rows_only_those_that_differ_are_sent_with_what_differs(tmp_path: Path) -> None:
    with make_app(None, limits=(), assistants=1000) as app:
        account = Account(app, tmp_path)
        everybody = range(10001, 11001)
        account.apply(sheet(everybody, speech_speed=0.9, max_duration=300))
        account.apply(sheet(range(10001, 11000, 27), speech_speed=1.1))
        gets, puts = len(calls(app, "GET")), len(calls(app, "PUT"))
        report = account.apply(sheet(everybody, speech_speed=0.9, max_duration=300))
        sent = calls(app, "PUT")[puts:]
        assert len(sent) == 37
        assert [json.loads(call.body) for call in sent] == [{"speech_speed": 0.9}] * 37
        assert len(calls(app, "GET")) - gets <= 20
        assert report.counts() == {Status.UPDATED: 37, Status.UNCHANGED: 963}
        assert sum(outcome.verified is Verified.VERIFIED for outcome in report.outcomes) == 37


def test_undo_keeps_what_others_did_since(tmp_path: Path) -> None:
    """Two fields on a hundred; one edited elsewhere on ten: one comes back on all, the other on ninety."""
    with make_app(None, limits=(), assistants=100) as app:
        account = Account(app, tmp_path)
        hundred = range(10001, 10101)
        report = account.apply(sheet(hundred, speech_speed=0.75, ringing_time=17))
        account.apply(sheet(range(10001, 10011), speech_speed=0.85))
        undone = account.undo(report)
        changed = [set(outcome.changed) for outcome in undone.outcomes]
        assert sum("ringing_time" in names for names in changed) == 100
        assert sum("speech_speed" in names for names in changed) == 90
        conflicts = [outcome for outcome in undone.outcomes if outcome.status is Status.CONFLICT]
        assert len(conflicts) == 10 and exit_status(undone) == 1
        for outcome in conflicts:
            assert "speech_speed: before 1.0, ours 0.75, now 0.85" in words_of(outcome)
        puts = len(calls(app, "PUT"))
        account.undo(report)
        assert len(calls(app, "PUT")) == puts, "a second undo has nothing to send"


def test_an_undo_knows_the_mode_that_its_run_found(tmp_path: Path) -> None:
    """A voice is for some modes only: where the mode has moved since, the old one is not sent."""
    with make_app(None, limits=()) as app:
        report = Account(app, tmp_path).apply("id,voice_id,speech_speed\n10001,430,0.75\n10002,,0.75\n")
        both = undo_plan(report, "undo").changes
        assert [change.before.get("mode") for change in both] == ["pipeline", None]
        assert "mode" not in both[0].body


def test_a_server_that_ignores_a_field_is_found_out(tmp_path: Path) -> None:
    with make_app(None, limits=()) as app:

        async def deaf(scope: Any, receive: Any, send: Any) -> None:
            async def without_speed() -> Any:
                message = await receive()
                if message["type"] == "http.request" and message.get("body"):
                    body = json.loads(message["body"])
                    body.pop("speech_speed", None)
                    message = {**message, "body": json.dumps(body).encode()}
                return message

            await app(scope, without_speed if scope.get("method") == "PUT" else receive, send)

        report = Account(deaf, tmp_path).apply(
            sheet(range(10001, 10004), speech_speed=0.75, max_duration=777)
        )
        assert [outcome.verified for outcome in report.outcomes] == [Verified.MISMATCH] * 3
        assert "speech_speed: sent 0.75, found 1.0" in report.outcomes[0].message
        assert exit_status(report) == 1


UNREPORTED = {
    "secondary_language_ids": "2;3",
    "tool_ids": "1;3",
    "folder_id": "1",
    "label_ids": "1;2",
    "tts_emotion_enabled": "yes",
    "reengagement_prompt": "Noch da?",
    "voice_mail_message": "Bitte rufen Sie zurück.",
    "conversation_inactivity_timeout": "30",
    "conversation_ended_retrigger": "yes",
    "conversation_ended_webhook_url": "https://example.org/end",
    "turn_detection_threshold": "0.5",
    "chat_llm_fallback_id": "1",
}


def test_what_the_list_does_not_report_is_never_called_verified(tmp_path: Path) -> None:
    assert set(UNREPORTED) == {field.name for field in all_fields().values() if not field.reported}
    with make_app(None, limits=()) as app:
        dualplex = 10055
        for name, text in UNREPORTED.items():
            report = Account(app, tmp_path).apply(f'id,{name}\n{dualplex},"{text}"\n')
            (outcome,) = report.outcomes
            assert (outcome.status, outcome.verified) == (Status.UPDATED, Verified.UNVERIFIABLE), (
                name,
                outcome,
            )
            assert name in outcome.message
