"""Templates: what a spreadsheet program makes of one is right, and our own reader reads it as it is."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from batch_update.check.checking import check_sheet
from batch_update.fields.facts import all_fields
from batch_update.fields.names import ID, meaning
from batch_update.model.sheets import Role
from batch_update.settings.locales import Language
from batch_update.sheet.reading import read_sheet
from batch_update.sheet.writing.records import write_whole
from batch_update.sheet.writing.template.book import Blueprint, write_template
from batch_update.sheet.writing.template.form_columns import Offer, Offered, TemplateColumn, example_of
from batch_update.sheet.writing.template.german import GERMAN
from batch_update.sheet.writing.template.validations import (
    LONGEST_MESSAGE,
    LONGEST_TITLE,
    message_of,
    validation_of,
)
from batch_update.sheet.writing.template.wording import WORDS

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LANGUAGES: tuple[Language, ...] = ("en", "de")


def offered(size: int, name: str = "voices") -> Offered:
    entries = (Offer(str(400 + n), f"{400 + n} – Stimme {n}", "Deutsch") for n in range(size))
    return Offered(name, name, tuple(entries))


def column(header: str, size: int = 0) -> TemplateColumn:
    heading = meaning(header)
    assert heading is not None
    is_id = heading.role is not Role.ID and heading.facts.kind in ("id", "ids")
    return TemplateColumn(header, heading, offered(size) if size and is_id else None)


def written(
    folder: Path,
    *headers: str,
    language: Language = "de",
    rows: list[list[str]] | None = None,
    size: int = 3,
) -> Path:
    columns = tuple(column(header, size) for header in (ID, *headers))
    form = Blueprint(WORDS[language], columns, rows=rows or [])
    path = folder / "template.xlsx"
    write_whole(path, lambda draft: write_template(draft, form))
    return path


def part(path: Path, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(path) as archive:
        return ElementTree.fromstring(archive.read(name))


def validations(path: Path) -> list[ElementTree.Element]:
    return list(part(path, "xl/worksheets/sheet1.xml").iter(f"{MAIN}dataValidation"))


def ranges(path: Path) -> dict[str, str]:
    found = part(path, "xl/workbook.xml").iter(f"{MAIN}definedName")
    return {str(name.get("name")): str(name.text) for name in found}


# ---------------------------------------------------------------- words


def test_each_field_has_german_words_and_its_german_name_is_a_header_that_is_read() -> None:
    assert list(GERMAN) == [ID, *all_fields()]
    for name, (title, _) in GERMAN.items():
        found = meaning(title)
        assert found is not None and found.name == name, title
        assert len(title) <= LONGEST_TITLE


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_message_says_meaning_bounds_and_example_within_what_excel_takes(language: Language) -> None:
    words = WORDS[language]
    for name in (ID, *all_fields(), "variables.company", "label_ids+", "tools.collect_keypad.timeout"):
        for one in (column(name), column(name, 3)):
            given = {**message_of(one, words), **validation_of(one, words, cell="C2")}
            assert len(given["input_title"]) <= LONGEST_TITLE and len(given["error_title"]) <= LONGEST_TITLE
            for key in ("input_message", "error_message"):
                assert len(given[key].encode("utf-16-le")) <= 2 * LONGEST_MESSAGE
    speed = message_of(column("speech_speed"), words)["input_message"]
    assert ("0,7 bis 1,2" in speed, "0,9" in speed) == (
        (True, True) if language == "de" else (False, False)
    ), speed


def test_what_is_long_is_cut_where_excel_counts_it() -> None:
    entry = Offer("1", "1 – " + "🎉" * 300)
    heading = meaning("voice_id")
    assert heading is not None
    long = TemplateColumn("voice_id", heading, Offered("voices", "voices", (entry,)))
    message = message_of(long, WORDS["en"])["input_message"]
    assert message.endswith("…") and len(message.encode("utf-16-le")) <= 2 * LONGEST_MESSAGE


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_example_is_a_cell_that_may_stand_there(tmp_path: Path, language: Language) -> None:
    words = WORDS[language]
    columns = [column(name) for name in (ID, *all_fields())]
    examples = {one.name: example_of(one, yes=words.yes, decimal=".") for one in columns}
    said = {name: text for name, text in examples.items() if text and name not in ("mode", "phone_number_id")}
    path = tmp_path / "examples.csv"
    cells = ('"' + text.replace('"', '""') + '"' for text in said.values())
    path.write_text(",".join(said) + "\n" + ",".join(cells) + "\n", "utf-8")
    problems = check_sheet(read_sheet(path)).problems
    # Of all fields together some are for one mode and some for another.
    assert {problem.code for problem in problems} <= {"X211"}, problems


# ---------------------------------------------------------------- what a spreadsheet program makes of it


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_forbidden_since_names_ids_and_null_are_right_too(
    tmp_path: Path, language: Language
) -> None:
    path = written(tmp_path, *all_fields(), language=language)
    checked = [v for v in validations(path) if v.get("type") is not None]
    assert {v.get("type") for v in checked} == {"list", "decimal", "whole", "custom", "textLength"}
    assert {v.get("errorStyle") for v in checked} == {"warning"}


@pytest.mark.parametrize("size", [1, 2_000, 40_000])
def test_a_drop_down_has_all_of_a_list_however_long_it_is(tmp_path: Path, size: int) -> None:
    path = written(tmp_path, "voice_id", "phone_number_id", size=size)
    assert ranges(path)["list_voices"] == f"Listen!$A$3:$A${size + 2}"
    assert ranges(path)["list_voices_or_null"] == f"Listen!$A$2:$A${size + 2}"
    formulas = {v.findtext(f"{MAIN}formula1") for v in validations(path) if v.get("type") == "list"}
    assert formulas == {"list_voices", "list_voices_or_null"}
    assert written(tmp_path, "voice_id", size=size) and "list_voices_or_null" not in ranges(path)
    last = part(path, "xl/worksheets/sheet2.xml").findall(f".//{MAIN}row")[-1]
    assert "".join(last.itertext()).startswith(f"{399 + size} – Stimme {size - 1}")


def test_each_range_that_a_cell_is_chosen_from_has_a_name(tmp_path: Path) -> None:
    path = written(tmp_path, *all_fields(), "label_ids+")
    for validation in validations(path):
        formula = validation.findtext(f"{MAIN}formula1") or ""
        if validation.get("type") == "list" and not formula.startswith('"'):
            assert formula in ranges(path)
        assert len(formula) <= 255
    titles = {name.split("!")[0].strip("'") for name in ranges(path).values()}
    assert titles == {"Assistenten", "Listen"}


def test_of_a_list_without_entries_nothing_is_chosen_but_null(tmp_path: Path) -> None:
    columns = tuple(
        TemplateColumn(one.header, one.heading, offered(0, name))
        for one, name in (
            (column(ID), "assistants"),
            (column("voice_id"), "voices"),
            (column("folder_id"), "folders"),
        )
    )
    path = tmp_path / "none.xlsx"
    write_template(path, Blueprint(WORDS["en"], columns))
    assert [v.findtext(f"{MAIN}formula1") for v in validations(path) if v.get("type")] == ['"null"']
    assert not any(name.startswith("list_") for name in ranges(path))


def test_texts_and_ids_are_texts_and_numbers_are_numbers(tmp_path: Path) -> None:
    path = written(tmp_path, "speech_speed", "voice_id", rows=[["10001", "0.8", "401"]])
    sheet = read_sheet(path)
    assert sheet.row(0).cells == ("10001", "0.8", "401 – Stimme 1")
    cells = list(part(path, "xl/worksheets/sheet1.xml").iter(f"{MAIN}c"))[3:]
    assert [cell.get("t") for cell in cells] == ["inlineStr", None, "inlineStr"]


def test_a_number_that_can_be_cleared_may_be_null_and_nothing_else(tmp_path: Path) -> None:
    (rule,) = (v for v in validations(written(tmp_path, "min_interrupt_words")) if v.get("type") == "custom")
    assert rule.findtext(f"{MAIN}formula1") == (
        'IF(ISNUMBER(B2),AND(ISNUMBER(B2),B2>=0,B2<=10,INT(B2)=B2),LOWER(B2)="null")'
    )


def test_columns_of_ours_are_out_of_sight(tmp_path: Path) -> None:
    columns = (column(ID), column("name"))
    form = Blueprint(WORDS["en"], columns, ("_base",), [["10001", "Anna", "1:abc"]])
    path = tmp_path / "own.xlsx"
    write_template(path, form)
    (hidden,) = (c for c in part(path, "xl/worksheets/sheet1.xml").iter(f"{MAIN}col") if c.get("hidden"))
    assert hidden.get("min") == "3"
    sheet = read_sheet(path)
    assert (sheet.row(0).cells, sheet.problems) == (("10001", "Anna", "1:abc"), ())


# ---------------------------------------------------------------- our own reader


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_worksheet_with_the_assistants_is_read_though_there_are_others(
    tmp_path: Path, language: Language
) -> None:
    path = written(
        tmp_path, *all_fields(), language=language, rows=[["10001", "Anna", *[""] * (len(all_fields()) - 1)]]
    )
    sheet = read_sheet(path)
    assert (sheet.dialect.worksheet, sheet.header_row) == (WORDS[language].data, 1)
    assert [c.field for c in sheet.columns] == [None, *all_fields()]
    assert check_sheet(sheet).problems == ()


def test_a_text_that_xml_cannot_hold_is_read_as_it_was(tmp_path: Path) -> None:
    path = written(tmp_path, "system_prompt", rows=[["10001", "a_x0041_b\nc"], ["10002", '"a\\u0001b"']])
    sheet = read_sheet(path)
    assert [sheet.row(n).cells[1] for n in (0, 1)] == ["a_x0041_b\nc", '"a\\u0001b"']


def test_the_help_has_a_line_for_each_column_in_both_languages(tmp_path: Path) -> None:
    path = written(tmp_path, "Stimme", "speech_speed")
    for number, word in ((3, "Sprechgeschwindigkeit"), (4, "Speed")):
        text = "\n".join(part(path, f"xl/worksheets/sheet{number}.xml").itertext())
        assert "Stimme" in text and word in text and re.search("0[.,]7", text)
