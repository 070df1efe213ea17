"""An export that was edited in LibreOffice and saved anew while others changed the account: edits alone are planned."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_update.fields.values.normalized import normalize_assistant
from batch_update.model.plans import Plan, Present
from batch_update.model.sheets import Json
from batch_update.plan.changing.comparing import compare
from batch_update.plan.from_sheet import make_plan
from batch_update.sheet.reading import read_sheet
from batch_update.sheet.writing.formats import write_export
from tests.office import Office
from tests.office import office as office
from tests.plan.test_editing import ACCOUNT, exported

ENTRIES: dict[int, dict[str, Json]] = {
    number: {
        "name": name,
        "mode": "pipeline",
        "voice_id": 412,
        "speech_speed": 0.7,
        "record": True,
        "initial_message": "Grüß Gott,\n\n  hier ist die »Praxis«. ",
        "llm_temperature": 0.35,
        "variables": {"company_name": "Weiß & Söhne", "rate": 1.5, "since": "01.02.2026"},
        "label_ids": [3, 1],
        "max_duration": 1800,
    }
    for number, name in enumerate(("007", "1.5", "=x", "WAHR", "3.4.2026", "Praxis"), 101)
}
EDITED = {(101, "speech_speed"): 1.1, (103, "voice_id"): 533, (104, "record"): False}
"""What is typed: `1,1`, `533` and `FALSCH`."""
MOVED = {(101, "voice_id"): 421, (102, "name"): "Neu", (105, "label_ids"): [4], (106, "speech_speed"): 0.9}
"""What others change meanwhile."""
NAMES = (
    "name",
    "voice_id",
    "speech_speed",
    "record",
    "initial_message",
    "llm_temperature",
    "variables",
    "label_ids",
    "max_duration",
)


def now(**disputed: Json) -> dict[int, Present]:
    """The account after others have worked on it, too; `disputed`: fields of the first assistant."""
    present = {number: dict(normalize_assistant(entry)) for number, entry in ENTRIES.items()}
    for (number, name), value in MOVED.items():
        present[number][name] = value
    present[101].update(disputed)
    return present


def typed() -> dict[str, str]:
    """The cells that are edited, as a German types them."""
    words = {1.1: "1,1", 533: "533", False: "FALSCH"}
    return {
        f"{'ABCDEFGHIJ'[1 + NAMES.index(name)]}{number - 99}": words[value]
        for (number, name), value in EDITED.items()
    }


@pytest.mark.parametrize("ending", [".xlsx", ".ods", ".csv"])
def test_a_sheet_that_was_saved_again_asks_for_the_edits_alone(
    office: Office, tmp_path: Path, ending: str
) -> None:
    table = exported(ENTRIES, fields=NAMES)
    source = write_export(tmp_path / "account.xlsx", table.header, table.rows)
    made = make_plan(read_sheet(office.fill(source, tmp_path / f"edited{ending}", typed())), fetched=True)
    plan = compare(made, now(), account=ACCOUNT)
    assert sent(plan) == EDITED
    assert (plan.problems, plan.counts()["left_to_others"], plan.counts()["conflict"]) == ((), len(MOVED), 0)
    disputed = compare(made, now(speech_speed=0.9), account=ACCOUNT)
    assert [one.field for outcome in disputed.settled.values() for one in outcome.conflicts] == [
        "speech_speed"
    ]
    assert sent(disputed).keys() == EDITED.keys() - {(101, "speech_speed")}


def sent(plan: Plan) -> dict[tuple[int, str], Json]:
    return {
        (change.assistant_id, name): value for change in plan.changes for name, value in change.body.items()
    }
