"""Small sheets as people and programs make them, each with what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from batch_update.check.checking import check_sheet
from batch_update.errors import SheetError
from batch_update.model.sheets import Role, Sheet
from batch_update.settings.tunables import Settings
from batch_update.sheet.reading import read_sheet

CASES = Path(__file__).parents[1] / "cases"


class Case(NamedTuple):
    path: str
    columns: str = ""
    """the fields and parts of the columns, id among them; `-` for a column that is left out or not known"""
    problems: str = ""
    """codes, each with the number of its row or with the letter of its column"""
    changes: int = 0
    """assistants that would change"""
    header_row: int = 1
    refused: str = ""
    """the code, where it cannot be read"""
    settings: Mapping[str, Any] = {}


# fmt: off
TABLE = [
    Case("workbooks/title1.xlsx", "id voice_id speech_speed", "", 2, 3),
    Case("workbooks/title_merged.xlsx", "id voice_id speech_speed", "", 1, 2),
    Case("workbooks/two_level_header.xlsx", "id voice_id speech_speed", "", 1, 2),
    Case("workbooks/sheets_cover_first.xlsx", "id voice_id", "", 1),
    Case("workbooks/sheets_two_data.xlsx", refused="S132"),
    Case("workbooks/sheets_two_data.xlsx", "id voice_id", "", 1, settings={"sheet": "Februar"}),
    Case("workbooks/totals.xlsx", "id voice_id max_duration", "S133@4", 2),
    Case("workbooks/notes.xlsx", "id - voice_id - - -", "H102@B H102@D H102@E H102@F"),
    Case("workbooks/notes.xlsx", "id - voice_id - - -", "", 2, settings={"ignore_unknown": True}),
    Case("workbooks/notes.xlsx", "id - voice_id - - -", "", 2, settings={"ignore": "Kunde,Kommentar,column:E,Status"}),
    Case("workbooks/hdr_dup.xlsx", "id voice_id -", "H103@C"),
    Case("workbooks/hdr_dup.xlsx", "id voice_id -", "", 1, settings={"ignore": "column:C"}),
    Case("workbooks/hdr_break.xlsx", "id speech_speed initial_message", "", 1),
    Case("workbooks/textnum.xlsx",
         "id initial_message variables.telefon variables.preis variables.datum variables.aktiv",
         "S130@2 S130@2 S130@2 S130@2 S130@3 S130@3"),
    Case("workbooks/filtered.xlsx", "id voice_id language_id", "S117@4", 10),
    Case("workbooks/filtered.xlsx", "id voice_id language_id", "", 2, settings={"visible_only": True}),
    Case("workbooks/tz.xlsx", "id timezone", "V108@2 V108@3 V108@6", 2),
    Case("workbooks/choices_de.xlsx", "id type ambient_sound mode", "X220@2 X220@3 X220@4", 3),
    Case("workbooks/bool_text.xlsx", "id record", "C105@13", 13),
    Case("workbooks/praxisverbund.xlsx", "- id - voice_id speech_speed initial_message record phone_number_id - -",
         "H102@A H102@C H102@I H102@J S133@35", header_row=4),
    Case("workbooks/praxisverbund.xlsx", "- id - voice_id speech_speed initial_message record phone_number_id - -",
         "S133@35", 30, 4, settings={"ignore_unknown": True}),
    # names in place of ids: what is right of them is told where they are looked up
    Case("workbooks/asst_names.xlsx", "id voice_id", "", 2),
    Case("workbooks/asst_names_id.xlsx", "id voice_id", "", 1),
    Case("workbooks/voice_names.xlsx", "id voice_id", "", 4),
    Case("workbooks/language_names.xlsx", "id language_id", "", 5),
    Case("workbooks/phone_numbers.xlsx", "id phone_number_id", "", 3),

    Case("texts/01-cp850.csv", refused="S121"),
    Case("texts/01-cp850.csv", "id initial_message", "", 1, settings={"encoding": "cp850"}),
    Case("texts/02-fffd.csv", "id initial_message", "C115@2"),
    Case("texts/03-invisible.csv", "id initial_message", "C118@2", 1),
    Case("texts/04-hashes-255-voicemail.csv", "id voice_mail_message", "C106@2"),
    Case("texts/05-loading.csv", "id initial_message", "C106@2 C105@3"),
    Case("texts/06-emoji-escape.xlsx", "id initial_message", "", 1),
    Case("texts/08-tab-linebreak.ods", "id initial_message", "", 1),
    Case("texts/09-stray-cr.csv", "id name", "S122@2 S122@3 S106@3", 1),

    Case("files/15-no-header.csv", "- -", "H107@"),
    Case("files/19-trailing-missing.csv", "id name webhook_url", "S123@3", 3),
    Case("files/20-title-row.csv", "id name", "", 1, 3),
    Case("files/21-array.json", "id name", "", 2, 0),
    Case("files/22-~$changes.xlsx", refused="S102"),

    Case("programs/backslash.xlsx", "id name", "", 1),
    Case("programs/cp1252_biff8.xls", "id speech_speed", "V103@2", 2),
    Case("programs/crline.csv", refused="S104"),
    Case("programs/dim_rows.xlsx", "id name", "", 1),
    Case("programs/dims16.xls", "id system_prompt", "", 1),
    Case("programs/formula406.xls", "id name", "", 3),
    Case("programs/formula_right.xlsx", "id name", "", 1),
    Case("programs/garbage.xlsx", refused="S108"),
    Case("programs/hidden_in_merge.xlsx", "id name", "S131@3", 2),
    Case("programs/longformula.xls", "id system_prompt", "", 1),
    Case("programs/longhead.csv", "id -", "H102@B"),
    Case("programs/macro4.xlsm", "id name", "", 1),
    Case("programs/merged.ods", "id name", "S115@3", 1),
    Case("programs/merged_note.xlsx", "id name", "", 1),
    Case("programs/norel.xlsb", refused="S108"),
    Case("programs/polish.csv", refused="S121"),
    Case("programs/pretty.ods", "id name", "", 2),
    Case("programs/utf16nobom.csv", "id name", "", 3),
]
# fmt: on


def named(case: Case) -> str:
    return f"{case.path}-{','.join(case.settings)}"


@pytest.mark.parametrize("case", TABLE, ids=named)
def test_a_sheet_is_understood_or_refused_as_stands_beside_it(case: Case) -> None:
    if case.refused:
        with pytest.raises(SheetError) as caught:
            read_sheet(str(CASES / case.path), Settings(**case.settings))
        assert caught.value.code == case.refused
        return
    sheet = read_sheet(str(CASES / case.path), Settings(**case.settings))
    checked = check_sheet(sheet)
    assert " ".join(map(_column_name, sheet.columns)) == case.columns
    assert sheet.header_row == case.header_row
    assert sorted(_placed(sheet, problem) for problem in checked.problems) == sorted(case.problems.split())
    assert checked.to_change == case.changes


def _column_name(column: Any) -> str:
    if column.role is Role.ID:
        return "id"
    return ".".join((column.field, *column.path)) if column.field else "-"


def _placed(sheet: Sheet, problem: Any) -> str:
    if problem.index is not None:
        return f"{problem.code}@{sheet.numbers[problem.index]}"
    return f"{problem.code}@{'' if problem.column is None else chr(65 + problem.column)}"


def test_each_sheet_has_its_line() -> None:
    there = {str(path.relative_to(CASES)) for path in CASES.glob("*/*")}
    assert there == {case.path for case in TABLE}


@pytest.mark.parametrize(
    ("path", "cell", "text"),
    [
        ("texts/06-emoji-escape.xlsx", 1, "Hi 😀 there"),
        ("texts/08-tab-linebreak.ods", 1, "Hello\nGoodbye\tnow"),
        ("workbooks/textnum.xlsx", 2, "49301234567"),
    ],
)
def test_a_text_is_read_as_its_reader_sees_it(path: str, cell: int, text: str) -> None:
    assert read_sheet(str(CASES / path)).columns[cell].texts[0] == text
