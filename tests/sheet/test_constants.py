"""The setting set: every row has the value as if the sheet had a column of it, and is told of so."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_update.check.checking import check_sheet
from batch_update.errors import UsageError
from batch_update.model.as_json import row_values, sheet_of_value, sheet_value
from batch_update.model.sheets import Problem
from batch_update.plan.from_sheet import make_plan
from batch_update.report.places import place_words
from batch_update.report.screen.sheet import describe
from batch_update.settings.layers import read_settings
from batch_update.sheet.reading import read_sheet
from batch_update.sheet.writing.again import rows_again

SHEET = "id;Name;Begrüßung\n10001;Anna;Guten Tag\n10002;Bert;\n"


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "sheet.csv"
    path.write_text(SHEET, "utf-8")
    return path


@pytest.mark.parametrize(
    "given", ["speech_speed=1.1", ["Sprechgeschwindigkeit = 1,1"], {"speech_speed": 1.1}]
)
def test_every_row_has_the_value_whatever_it_is_written_as(sheet: Path, given: object) -> None:
    made = make_plan(read_sheet(sheet, read_settings({"set": given})))
    assert [change.body["speech_speed"] for change in made.changes] == [1.1, 1.1]


def test_a_plan_is_as_with_a_column_of_the_same_values(sheet: Path, tmp_path: Path) -> None:
    (tmp_path / "wide.csv").write_text(
        "id;Name;Begrüßung;tts_emotion_enabled\n10001;Anna;Guten Tag;true\n10002;Bert;;true\n", "utf-8"
    )
    wide = make_plan(read_sheet(tmp_path / "wide.csv"))
    made = make_plan(read_sheet(sheet, read_settings({"set": {"tts_emotion_enabled": True}})))
    assert [change.body for change in made.changes] == [change.body for change in wide.changes]


@pytest.mark.parametrize(
    ("given", "message", "remedy"),
    [
        ({"speech_sped": 1}, "'speech_sped' is no field; did you mean speech_speed?", "fields"),
        ({"id": 7}, "differs from row to row", ""),
        ({"name": "x"}, "has a column for name already: 'Name' (column B)", "ignore=Name"),
        ({"speech_speed": 1, "Sprechgeschwindigkeit": 1.1}, "are one field", ""),
        ({"speech_speed": 1.7}, "the setting set: speech_speed", ""),
        ({"speech_speed": "schnell"}, "the setting set: speech_speed", ""),
    ],
)
def test_what_cannot_be_set_is_an_error_with_its_remedy(
    sheet: Path, given: dict[str, object], message: str, remedy: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read_sheet(sheet, read_settings({"set": given}))
    assert message in caught.value.message and remedy in caught.value.remedy


@pytest.mark.parametrize(
    "given", ["speech_speed", "=1", "speech_speed=", ["a=1", "a=2"], {"a": [1]}, {"a": float("nan")}]
)
def test_what_sets_nothing_is_no_value_of_the_setting(given: object) -> None:
    with pytest.raises(UsageError, match="the setting set: "):
        read_settings({"set": given})


def test_a_problem_is_told_at_the_setting_and_the_screen_tells_what_is_set(sheet: Path) -> None:
    read = read_sheet(sheet, read_settings({"set": "voice_id=Nobody knows"}))
    assert "3 columns" in describe(read) and "set in every row: voice_id = Nobody knows" in describe(read)
    again = sheet_of_value(sheet_value(read), list(map(list, row_values(read))), read.problems)
    for each in (read, again):
        problem = Problem("X103", "nobody is called so", index=0, column=3)
        assert place_words(each, problem)[0] == "row 2, the setting set voice_id"


def test_a_total_has_no_value_and_a_sheet_that_is_written_again_has_no_column_of_it(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("id;Sprechgeschwindigkeit;_x\n10001;1;\n10002;1;\n;;Notiz\nSumme;;\n", "utf-8")
    read = read_sheet(path, read_settings({"set": "mode=pipeline"}))
    checked = check_sheet(read)
    assert (checked.to_change, checked.invalid_rows) == (2, 0)
    assert [len(row) for row in rows_again(read)] == [3, 3, 3, 3]
