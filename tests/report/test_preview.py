"""A plan on the screen: what is held back is told with its values, and what a change of mode takes away by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from batch_update.model.choices import Catalog, Choice, Choices
from batch_update.model.plans import Change, Conflict, Outcome, Plan, Status, Why
from batch_update.plan.naming.matching import called_in
from batch_update.report.documents.of_sheets import PlannedSheet, planned_sheet
from batch_update.report.screen.preview import plan_screen, plan_totals
from tests.made import ids, sheet_of

HELD = (
    Conflict("speech_speed", Why.CHANGED, 1.0, 1.1, 0.9),
    Conflict("name", Why.CHANGED, "Old", "Hi; name: Anna", "Else\x1b[31m"),
)
WORDS = (
    "speech_speed: planned from 1.0, wanted 1.1, now 0.9; "
    'name: planned from Old, wanted "Hi; name: Anna", now "Else\\x1b[31m"'
)
"""A value may look like the words around it."""


def plan(*changes: Change, **settled: Any) -> Plan:
    sheet = sheet_of(ids(["10001", "10002", "10003"]))
    return Plan(
        sheet,
        changes,
        {int(index[1:]): outcome for index, outcome in settled.items()},
        account="me",
    )


def screen(made: Plan) -> list[str]:
    totals = plan_totals(made, duration="about 1 s")
    return [*plan_screen(made, requests=1).splitlines(), totals]


def told(made: Plan) -> PlannedSheet:
    return planned_sheet(made, (), requests=1, digest="")


def test_rows_in_conflict_stand_there_with_a_line_for_each_field() -> None:
    made = plan(r1=Outcome(Status.CONFLICT, "X301", conflicts=HELD))
    lines = screen(made)
    (head,) = (n for n, line in enumerate(lines) if line.startswith("! 10002"))
    assert lines[head].endswith(" row 3")
    assert lines[head + 1] == "    speech_speed: planned from 1.0, wanted 1.1, now 0.9"
    assert lines[head + 2].startswith('    name: planned from Old, wanted "Hi; name: Anna", now "Else')
    assert not lines[head + 3].startswith(" "), "two fields are held back, whatever stands in their values"
    assert "\x1b" not in "".join(lines)
    (row,) = told(made).conflicts
    assert (row.row, row.code, row.message) == (3, "X301", WORDS)
    assert next((one.field, one.planned, one.wanted, one.now) for one in row.fields) == (
        "speech_speed", 1.0, 1.1, 0.9,
    )  # fmt: skip


def test_ids_in_conflict_stand_there_with_their_names() -> None:
    held = (Conflict("voice_id", Why.EDITED, wanted=412, now=533),)
    made = plan(r1=Outcome(Status.CONFLICT, "X301", conflicts=held))
    choices = Choices({Catalog.VOICES: (Choice(412, "Sabine"), Choice(533, "Clara"))})
    lines = screen(replace(made, called=called_in(made, choices)))
    assert any("voice_id: wanted 412 Sabine, now 533 Clara" in line for line in lines)


def test_what_is_held_back_of_a_change_stands_below_it() -> None:
    made = plan(Change(10001, {"name": "Old"}, (0,), before={"name": "New"}, held=HELD))
    lines = screen(made)
    held = [line for line in lines if line.startswith("  ! ")]
    assert held[0] == "  ! speech_speed: planned from 1.0, wanted 1.1, now 0.9"
    assert len(held) == 2 and 'wanted "Hi; name: Anna", now' in held[1]
    assert "1 of those to change held back in part" in lines[-1]
    assert "; ".join(one.message for one in told(made).changes[0].held) == WORDS


def test_what_a_change_of_mode_takes_away_is_named() -> None:
    before = {
        "mode": "pipeline",
        "llm_model_id": 7,
        "voice_id": 412,
        "fillers": True,
        "allow_interruptions": True,
    }
    made = plan(Change(10001, {"mode": "dualplex", "voice_id": 61}, (0,), before=before))
    (line,) = (line.strip() for line in screen(made) if line.strip().startswith("resets "))
    assert line == "resets llm_model_id 7, fillers true to the defaults of dualplex"


def test_the_screen_counts_shows_each_field_and_tells_requests_and_time() -> None:
    prompt = "Du bist die Stimme der Praxis und freundlich zu allen, die anrufen. Geöffnet ist 9-18 Uhr."
    made = plan(
        Change(10001, {"speech_speed": 1.1}, (0,), before={"speech_speed": 0.9}, name="Bäckerei"),
        Change(
            10002,
            {
                "speech_speed": 1.1,
                "system_prompt": prompt.replace("9-18", "8-17"),
                "webhook_url": None,
                "label_ids": [],
            },
            (1,),
            before={"speech_speed": 1.0, "system_prompt": prompt, "webhook_url": "https://a.example"},
        ),
        r2=Outcome(Status.UNCHANGED, "X250", "already so"),
    )
    lines = screen(made)
    assert "~ change 2    = already so 1" in lines[2]
    assert any(line.split() == ["speech_speed", "2", "0.9-1", "->", "1.1"] for line in lines)
    assert "  clears: webhook_url 1, label_ids 1" in lines, "clears are counted apart"
    assert any("[-9-18-]{+8-17+} Uhr." in line for line in lines), "long texts as a word diff"
    assert any(line.split() == ["label_ids", "?", "->", "[]"] for line in lines), (
        "unknown is never called a value"
    )
    assert lines[-1] == "2 to change, 1 already so: 2 requests, about 1 s"
    assert told(made).changes[1].unknown == ("label_ids",)
