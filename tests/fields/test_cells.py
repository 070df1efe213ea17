"""The grammar of one cell, kind by kind, and the law that reading undoes showing."""

from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from batch_update.codes import CODES
from batch_update.fields.cells import LEAVE, CellError, read_assistant, read_cell, read_id, show_cell
from batch_update.fields.cells.words import is_date
from batch_update.fields.facts import all_fields, validator
from batch_update.model.choices import Catalog
from batch_update.model.named import NamedChoice, names_in
from batch_update.text import printable

ONE_OF_EACH = {
    "text": "system_prompt",
    "url": "webhook_url",
    "timezone": "timezone",
    "id": "phone_number_id",
    "integer": "min_interrupt_words",
    "number": "speech_speed",
    "flag": "record",
    "choice": "ambient_sound",
    "ids": "tool_ids",
    "array": "tools",
    "object": "variables",
}
each_kind = pytest.mark.parametrize("field", ONE_OF_EACH.values(), ids=ONE_OF_EACH)
each_field = pytest.mark.parametrize("field", all_fields())


def read(kind: str, text: str, decimal: str = ".") -> Any:
    return read_cell(ONE_OF_EACH[kind], text, decimal)


def refused(kind: str, text: str, decimal: str = ".") -> CellError:
    with pytest.raises(CellError) as caught:
        value = read(kind, text, decimal)
        pytest.fail(f"{text!r} was read as {value!r}")
    return caught.value


def same(value: Any, wanted: Any) -> bool:
    """Equal and of one type: 1, 1.0 and True are three values."""
    return type(value) is type(wanted) and json.dumps(value) == json.dumps(wanted)


def test_there_is_an_example_of_every_kind() -> None:
    assert {all_fields()[name].kind: name for name in ONE_OF_EACH.values()} == ONE_OF_EACH
    assert {field.kind for field in all_fields().values()} == set(ONE_OF_EACH)


# ---------------------------------------------------------------- every kind


@each_field
@pytest.mark.parametrize("text", ["", " ", "  \t ", "\n", "\r\n", "\u00a0", "\u2003"])
def test_an_empty_cell_leaves_every_field_alone(field: str, text: str) -> None:
    assert read_cell(field, text) is LEAVE


@each_field
@pytest.mark.parametrize("text", ["null", " null", "null \n"])
def test_null_clears_every_field(field: str, text: str) -> None:
    assert read_cell(field, text) is None


NOTHINGS = [
    *(
        "NaN",
        "nan",
        "None",
        "none",
        "N/A",
        "n/a",
        "nil",
        "-",
        "?",
        "NULL",
        "Null",
        "n.a.",
        "--",
        "–",
        "—",
        "??",
    ),
    *("NA", "<NA>", "k. A.", "undefined", "(null)", " - ", " N/A "),
]
FAILED = [
    *(
        "#N/A",
        "#REF!",
        "#NAME?",
        "#VALUE!",
        "#DIV/0!",
        "#NULL!",
        "#NUM!",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
    ),
    *("#NV", "#BEZUG!", "#WERT!", "#ZAHL!", "#ÜBERLAUF!", "########", "Err:502", "#n/a", " #REF! "),
    *("#VALEUR!", "#NOM?", "#¡VALOR!", "#¿NOMBRE?", "#RIF!", "#NAZWA?", "#ARG!", "#WAARDE!", "#N/D", "#NUL!"),
]


@each_kind
@pytest.mark.parametrize("text", sorted(NOTHINGS))
def test_a_word_for_nothing_is_refused_and_never_guessed(field: str, text: str) -> None:
    with pytest.raises(CellError) as caught:
        read_cell(field, text)
    assert caught.value.code == "C105" and "leave the cell empty" in caught.value.remedy


@each_kind
@pytest.mark.parametrize("text", sorted(FAILED))
def test_a_failed_formula_is_refused(field: str, text: str) -> None:
    with pytest.raises(CellError) as caught:
        read_cell(field, text)
    assert caught.value.code == "C106"


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("phone_number_id", "write null to clear it"),
        ("tool_ids", "write [] to empty it"),
        ("variables", "write {} to empty it"),
        ("system_prompt", "put it in double quotes"),
    ],
)
def test_a_word_for_nothing_says_how_to_write_nothing(field: str, words: str) -> None:
    with pytest.raises(CellError) as caught:
        read_cell(field, "N/A")
    assert words in caught.value.remedy


def test_clearing_is_offered_only_where_the_api_takes_it() -> None:
    assert "null" not in refused("number", "N/A").remedy and "[]" not in refused("number", "N/A").remedy


# ---------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Hello", "Hello"),
        ("  two spaces before, one after ", "  two spaces before, one after "),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("longer than any word\r\nand with a line break", "longer than any word\nand with a line break"),
        ('"null"', "null"),
        (' "null" ', "null"),
        ('""', ""),
        ('"  "', "  "),
        ('"NaN"', "NaN"),
        ('"@x"', "@x"),
        ('"#REF!"', "#REF!"),
        (r'"a\r\nb \u00e4 \"q\""', 'a\r\nb ä "q"'),
        ('"typed\r\nin two lines"', "typed\nin two lines"),
        ('"Hallo" sagte er', '"Hallo" sagte er'),
        ('"Hallo" sagte "er"', '"Hallo" sagte "er"'),
        ('"', '"'),
        (r'"C:\Users"', r'"C:\Users"'),
        ("'null'", "'null'"),
        ("@@x", "@x"),
        ("@@@x", "@@x"),
        ("@@x and @@y", "@x and @@y"),
        (" @@x", " @x"),
        ("mail@example.com", "mail@example.com"),
        ("[]", "[]"),
        ("{}", "{}"),
        ("true", "true"),
        ("0,8", "0,8"),
        ("007", "007"),
        ("+49 30 1234567", "+49 30 1234567"),
        ("=1+1", "=1+1"),
        ("Nantes", "Nantes"),
        ("None of them", "None of them"),
        ("Hi {{name}}, press # or *", "Hi {{name}}, press # or *"),
        ("# Role\n## Rules\nNever say #NoWay!", "# Role\n## Rules\nNever say #NoWay!"),
        ("see https://example.com/#REF!", "see https://example.com/#REF!"),
    ],
)  # fmt: skip
def test_a_text_is_sent_as_it_stands(text: str, value: str) -> None:
    assert read("text", text) == value


@pytest.mark.parametrize(
    "text", ["@prompts/sales.md", "@x", " @x", "@", "@a long name of a file, as people have.txt"]
)
def test_text_from_a_file_is_refused_until_it_is_supported(text: str) -> None:
    error = refused("text", text)
    assert error.code == "C112" and "@@" in error.remedy


@pytest.mark.parametrize(
    "text",
    ["Dear #N/A, how are you?", "Hallo #NV, na?", "Hello #REF!", "A long enough text before a #NAME? and on"],
)
def test_a_failed_formula_inside_a_text_is_refused(text: str) -> None:
    assert refused("text", text).code == "C106"
    assert read("text", json.dumps(text)) == text


@pytest.mark.parametrize("kind", ["url", "timezone"])
def test_web_addresses_and_time_zones_are_trimmed(kind: str) -> None:
    assert read(kind, " Europe/Berlin\r\n") == "Europe/Berlin"
    assert read(kind, '"Europe/Berlin "') == "Europe/Berlin "


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("0.8", ".", 0.8),
        ("0.8", ",", 0.8),
        ("0,8", ",", 0.8),
        (" 0.8 ", ".", 0.8),
        ("1", ".", 1.0),
        ("1.200", ".", 1.2),
        ("1,200", ",", 1.2),
        ("0.700", ",", 0.7),
        ("1234", ",", 1234.0),
        (".5", ".", 0.5),
        (",5", ",", 0.5),
        ("+0.5", ".", 0.5),
        ("-0.5", ".", -0.5),
        ("-0", ".", 0.0),
        ("1e-1", ".", 0.1),
        ("1,5E-05", ",", 1.5e-05),
        ("00.8", ".", 0.8),
    ],
)
def test_a_number(text: str, decimal: str, value: float) -> None:
    assert same(read("number", text, decimal), value)


@pytest.mark.parametrize(
    "text", ["inf", "Infinity", "-inf", "∞", "1e999", "9" * 400, "1_0.5", "0x1", "1.2.3", "+", "1."]
)
@pytest.mark.parametrize("decimal", [".", ","])
def test_no_number(text: str, decimal: str) -> None:
    assert refused("number", text, decimal).code == "C101"


@pytest.mark.parametrize(
    "text", ["abc", "0.8 0.9", "'", "TRUE", "[0.8]", "１.１x", "e5", "1e", ",", "0..8", "9" * 5000 + "x"]
)
def test_no_number_at_all(text: str) -> None:
    assert refused("number", text).code == "C101"


@pytest.mark.parametrize("text", ["٠.٨", "１", "०.८", "²"])
@pytest.mark.parametrize("kind", ["number", "integer", "id", "ids"])
def test_only_ascii_digits_are_digits(kind: str, text: str) -> None:
    assert refused(kind, text).code in {"C101", "C102", "C108", "C109"}


@pytest.mark.parametrize(
    ("text", "decimal", "meant"),
    [
        ("0,8", ".", "did you mean 0.8?"),
        ("1,2", ".", "did you mean 1.2?"),
        ("70 %", ".", "did you mean 0.7?"),
        ("110%", ",", "did you mean 1,1?"),
        ('"0.8"', ".", "did you mean 0.8?"),
        ("１.１", ".", "did you mean 1.1?"),
        ("'1.1", ".", "did you mean 1.1?"),
    ],
)
def test_a_number_that_is_obvious_is_offered(text: str, decimal: str, meant: str) -> None:
    assert refused("number", text, decimal).remedy == meant


@pytest.mark.parametrize("text", ["1,7", "7 %", "0,8 x", "5 min", "-0,8", "0" * 30 + ",8"])
def test_nothing_out_of_bounds_or_unclear_is_offered(text: str) -> None:
    error = refused("number", text)
    assert error.code == "C101" and "did you mean" not in error.remedy


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("13", 13),
        ("13.0", 13),
        ("13,0", 13),
        ("13.00", 13),
        ("013", 13),
        ("+13", 13),
        ("-1", -1),
        ("0", 0),
        ("0.0", 0),
        (" 13 ", 13),
    ],
)
@pytest.mark.parametrize("decimal", [".", ","])
def test_a_whole_number(text: str, value: int, decimal: str) -> None:
    assert same(read("integer", text, decimal), value)


@pytest.mark.parametrize(
    "text", ["13.5", "13,5", "1e3", "thirteen", "13 14", "1.2.3", "TRUE", "0x10", "13.", "9" * 5000]
)
def test_no_whole_number(text: str) -> None:
    assert refused("integer", text).code == "C102"


@pytest.mark.parametrize(
    ("field", "text", "meant"),
    [
        ("max_duration", "30 s", "did you mean 30?"),
        ("max_duration", "30s", "did you mean 30?"),
        ("max_duration", "0:10:00", "did you mean 600?"),
        ("max_duration", "10:00:00", "did you mean 600?"),
        ("max_duration", "09:30", "did you mean 570?"),
        ("conversation_inactivity_timeout", "0:30:00", "did you mean 30?"),
        ("max_duration", "30 Sek.", "did you mean 30?"),
        ("max_duration", "5 min", "did you mean 300?"),
        ("conversation_inactivity_timeout", "2 h", "did you mean 120?"),
        ("conversation_inactivity_timeout", "120 s", "did you mean 2?"),
        ("max_duration", '"30"', "did you mean 30?"),
    ],
)
def test_a_whole_number_with_a_unit_is_offered_in_the_unit_of_the_field(
    field: str, text: str, meant: str
) -> None:
    with pytest.raises(CellError) as caught:
        read_cell(field, text)
    assert caught.value.remedy == meant


@pytest.mark.parametrize("text", ["30 %", "30 km", "90 s", "2 h"])
def test_a_unit_that_does_not_fit_is_not_converted(text: str) -> None:
    with pytest.raises(CellError) as caught:
        read_cell("conversation_inactivity_timeout" if text == "90 s" else "ringing_time", text)
    assert "did you mean" not in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1.200", "1200"),
        ("1,200", "1200"),
        ("1 200", "1200"),
        ("1'200", "1200"),
        ("1\u202f200", "1200"),
        ("1.200.000", "1200000"),
        ("13.000", "13000"),
        ("1.200,5", "1200.5"),
        ("1,200.5", "1200.5"),
    ],
)
@pytest.mark.parametrize("kind", ["integer", "id"])
def test_a_thousands_sign_can_be_read_in_two_ways(kind: str, text: str, written: str) -> None:
    error = refused(kind, text)
    assert error.code == "C103" and f"write {written} if" in error.remedy


@pytest.mark.parametrize(
    ("text", "decimal"), [("1.200", ","), ("1,200", "."), ("1.200,5", ","), ("1,200.5", "."), ("1 200", ".")]
)
def test_a_thousands_sign_in_a_number_can_be_read_in_two_ways(text: str, decimal: str) -> None:
    assert refused("number", text, decimal).code == "C103"


# ---------------------------------------------------------------- ids


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("533", 533),
        ("00123", 123),
        ("123.0", 123),
        ("123,0", 123),
        (" 123 ", 123),
        ("123456789012345", 123456789012345),
        ("1234567890123456", 1234567890123456),
        ("123456789012345678", 123456789012345678),
        ('"533"', 533),
        ('"123456789012345000"', 123456789012345000),
    ],
)
def test_an_id(text: str, value: int) -> None:
    assert same(read("id", text), value) and same(read_id(text), value)


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "000",
        "-1",
        "+1",
        "1.5",
        "12-13",
        "2026-11-22",
        "12 - 13",
        "1 2",
        "../1",
        "1?",
        "[1]",
        "TRUE",
        "1" * 19,
    ],
)
def test_no_id(text: str) -> None:
    assert refused("id", text).code == "C108"


def test_no_id_however_long() -> None:
    assert refused("id", "1" * 5000).code == "C108"


@pytest.mark.parametrize(
    "text",
    [
        "1.2E+05",
        "1,2E+05",
        "1E5",
        "1.23456789012346E+17",
        "1234567890123450",
        "123456789012345000",
        "1" * 15 + "0" * 9,
    ],
)
def test_an_id_that_the_spreadsheet_program_changed(text: str) -> None:
    assert refused("id", text).code == "C107"
    assert refused("ids", f"7; {text}").code == "C107"


def test_an_id_that_only_looks_changed_can_be_insisted_on() -> None:
    error = refused("id", "123456789012345000")
    assert 'write "123456789012345000"' in error.remedy


NAMED = [
    "Susi",
    "Clara (de)",
    "533 – Clara",
    "533 - Clara (de)",
    "Clara (533)",
    "533-Clara",
    "Größe",
    "24/7 Clara",
]


@pytest.mark.parametrize("text", NAMED)
def test_a_name_in_place_of_an_id_is_a_value_of_its_own(text: str) -> None:
    assert read_cell("voice_id", text) == NamedChoice(text, (Catalog.VOICES,))
    assert read_cell("tool_ids", f"7; {text}") == [7, NamedChoice(text, (Catalog.TOOLS,))]
    assert read_assistant(text) == NamedChoice(text, (Catalog.ASSISTANTS,))


@pytest.mark.parametrize(
    "text", ["+49 30 1234567", "0049 30 1234567", "030/1234567", "(030) 1234567", "030-123 45 67"]
)
def test_a_phone_number_is_a_name_where_phone_numbers_have_ids(text: str) -> None:
    assert read_cell("phone_number_id", text) == NamedChoice(text, (Catalog.PHONE_NUMBERS,))
    with pytest.raises(CellError) as caught:
        read_cell("voice_id", text)
    assert caught.value.code == "C108"


@pytest.mark.parametrize(
    "text", ["yes", "ja", "x", "N/A", "2026-11-22", "Grï¿½ï¿½e", "#REF!", "x" * 256, "{a}", "@a.md"]
)
def test_no_name_is_what_means_something_else_or_was_typed_by_nobody(text: str) -> None:
    with pytest.raises(CellError):
        read_cell("voice_id", text)


def test_in_quotes_any_text_is_a_name() -> None:
    assert read_cell("voice_id", '"ja"') == NamedChoice("ja", (Catalog.VOICES,))
    assert read_cell("label_ids", '["Sales, Berlin", 3]') == [
        NamedChoice("Sales, Berlin", (Catalog.LABELS,)),
        3,
    ]


def test_a_name_may_stand_in_either_list_of_models_where_the_mode_decides() -> None:
    lists = (Catalog.MULTIMODAL_MODELS, Catalog.DUALPLEX_MODELS)
    assert read_cell("multimodal_model_id", "Fast") == NamedChoice("Fast", lists)


@pytest.mark.parametrize("text", ["", " ", "null"])
def test_a_row_without_an_id_says_so(text: str) -> None:
    with pytest.raises(CellError) as caught:
        read_id(text)
    assert caught.value.code == "C113" and str(caught.value).startswith("id: ")


@pytest.mark.parametrize(
    ("text", "code"),
    [("N/A", "C105"), ("#N/A", "C106"), ("Praxis", "C108"), ("0", "C108"), ("1.200", "C103")],
)
def test_the_id_column_follows_the_same_grammar(text: str, code: str) -> None:
    with pytest.raises(CellError) as caught:
        read_id(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2, 3, 4", [2, 3, 4]),
        ("2,3,4", [2, 3, 4]),
        ("2;3;4", [2, 3, 4]),
        ("2|3|4", [2, 3, 4]),
        ("2 | 3 | 4", [2, 3, 4]),
        ("[2, 3, 4]", [2, 3, 4]),
        (" [ 2,3 ] ", [2, 3]),
        ("2", [2]),
        ("2.0", [2]),
        ("[2.0, 3]", [2, 3]),
        ("[]", []),
        ("[ ]", []),
        ("{}", []),
        ("2,345", [2, 345]),
    ],
)
def test_a_list_of_ids(text: str, value: list[int]) -> None:
    assert same(read("ids", text), value) and same(read("ids", text, ","), value)


@pytest.mark.parametrize(
    "text", ["2,,3", "2, 3,", ",", "2, 3; 4", "2 3", "2, 0", "2, -3", "[2, 3", "[[2]]", "2.5", "2\n3", '["a"']
)
def test_no_list_of_ids(text: str) -> None:
    assert refused("ids", text).code in {"C108", "C109"}


def test_what_is_wrong_in_a_list_is_named() -> None:
    assert refused("ids", "2, -3, 4").given == "-3"
    assert "missing between" in refused("ids", "2,,3").remedy
    assert "did you mean 2; 5?" in refused("ids", "2.5").remedy


# ---------------------------------------------------------------- flags and choices


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "yes",
        "on",
        "1",
        "1.0",
        "WAHR",
        "ja",
        "an",
        "x",
        "X",
        "True",
        "TRUE",
        " Ja ",
        "ON",
        "y",
        "J",
        "Ein",
        "aktiv",
        "Active",
        "✓",
        "✔",
        "✔\ufe0f",
        "☑",
        "✅",
    ],
)
def test_yes(text: str) -> None:
    assert read("flag", text) is True


@pytest.mark.parametrize(
    "text",
    [
        "false",
        "no",
        "off",
        "0",
        "0.0",
        "FALSCH",
        "nein",
        "aus",
        "False",
        "FALSE",
        " Nein ",
        "Off",
        "N",
        "inaktiv",
        "Disabled",
        "nicht aktiv",
        "✗",
        "☐",
    ],
)
def test_no(text: str) -> None:
    assert read("flag", text) is False


@pytest.mark.parametrize("text", ["maybe", "2", "k", "wahr!", "01", "10", '"true"', "☒", "t", "-1", "yes no"])
def test_neither_yes_nor_no(text: str) -> None:
    assert refused("flag", text).code == "C104"


@pytest.mark.parametrize("text", ["off", "OFF", " Off ", '"off"', '" OFF"'])
def test_a_choice_is_read_in_any_case(text: str) -> None:
    assert read("choice", text) == "off"


def test_every_choice_of_every_field_is_read() -> None:
    for field in all_fields().values():
        for choice in field.choices:
            assert read_cell(field.name, f" {choice.upper()} ") == choice


@pytest.mark.parametrize("text", ["beach", "crowded  rooms", "1", '""'])
def test_another_word_is_handed_on_to_be_refused_with_the_bounds(text: str) -> None:
    assert read("choice", text) == text


# ---------------------------------------------------------------- JSON


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("array", "[]", []),
        ("array", "{}", []),
        ("array", '[{"type": "end_call"}]', [{"type": "end_call"}]),
        ("array", "\n[\r\n 1, 2.5, null, true ]", [1, 2.5, None, True]),
        ("array", '["typed\r\nin two lines"]', ["typed\nin two lines"]),
        ("array", '["#N/A", "-"]', ["#N/A", "-"]),
        ("object", "{}", {}),
        ("object", "[]", {}),
        ("object", '{"company_name": "Acme Corp", "n": 1.0}', {"company_name": "Acme Corp", "n": 1.0}),
        ("object", '{"a": {"a": [{}]}, "": ""}', {"a": {"a": [{}]}, "": ""}),
        ("object", '{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
    ],
)
def test_json(kind: str, text: str, value: Any) -> None:
    assert same(read(kind, text), value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[1", "at line 1, character 3"),
        ("[1,\n 2,]", "at line 2"),
        ("[NaN]", "NaN is no number"),
        ("[-Infinity]", "-Infinity is no number"),
        ("[1e999]", "1e999 is too large"),
        ('[{"a": 1, "b": 2, "a": 1}]', "'a' stands twice"),
        ("[" * 100_000, "nested too deeply"),
        ("[" * 101 + "]" * 101, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("[" + "9" * 5000 + "]", "too many digits"),
        (r'["\ud83d"]', "half a character"),
        (r'[{"\udc00": 1}]', "half a character"),
        ("hello", "at line 1, character 1"),
        ('"[]"', "not JSON: an array is wanted"),
        ("3", "not JSON: an array is wanted"),
        ("true", "not JSON: an array is wanted"),
        ('{"type": "end_call"}', "not JSON: an array is wanted"),
    ],
)
def test_no_json_array(text: str, reason: str) -> None:
    error = refused("array", text)
    assert error.code == "C110" and reason in str(error)


def test_json_of_a_hundred_levels_is_read() -> None:
    assert show_cell("tools", read("array", "[" * 100 + "]" * 100)) == "[" * 100 + "]" * 100


@pytest.mark.parametrize("text", ["[1]", '"a"', "1", '{"a" 1}', "{'a': 1}", "company=Acme"])
def test_no_json_object(text: str) -> None:
    assert refused("object", text).code == "C110"


@pytest.mark.parametrize(
    ("kind", "text", "remedy"),
    [
        ("array", '{"type": "end_call"}', "put it in [ ]"),
        ("array", "[{“type”: “end_call”}]", "typographic quotes"),
        ("object", "{'a': 1}", "double quotes"),
        ("object", "[1]", "write an object in { }"),
    ],
)
def test_the_usual_slips_in_json_are_named(kind: str, text: str, remedy: str) -> None:
    assert remedy in refused(kind, text).remedy


def test_a_secret_is_not_shown_by_the_error() -> None:
    error = refused("array", '[{"type": "calendar_integration", "calcom_api_key": "cal_live_123"')
    assert error.given == "" and "cal_live" not in f"{error}{error.remedy}{error.wanted}"


# ---------------------------------------------------------------- what an error says


def test_an_error_says_what_was_given_what_is_wanted_and_what_to_do() -> None:
    error = refused("number", "0,8")
    assert (error.code, str(error)) == ("C101", "speech_speed: not a number")
    assert (error.given, error.wanted, error.remedy) == ("0,8", "0.7 to 1.2", "did you mean 0.8?")


def test_what_was_given_is_shown_short_and_moves_no_terminal() -> None:
    assert refused("number", "a\x1b[31m\u202eb\nc").given == r"a\x1b[31m\u202eb\nc"
    assert len(refused("number", "x" * 5000).given) <= 60


def test_an_unknown_field_is_a_bug_and_no_cell_error() -> None:
    with pytest.raises(KeyError):
        read_cell("voice", "1")


@pytest.mark.parametrize("text", ["#10001", "'10001", "’10001", "„10001“"])
def test_an_id_with_signs_around_it_is_asked_about(text: str) -> None:
    with pytest.raises(CellError) as caught:
        read_cell("voice_id", text)
    assert (caught.value.code, caught.value.remedy) == ("C108", "did you mean 10001?")


# ---------------------------------------------------------------- any text at all

HOSTILE = st.one_of(
    st.text(max_size=40),
    st.text(alphabet=string.digits + " .,;|-+eE[]{}\"'%#/@nul", max_size=24),
    st.sampled_from(
        [*NOTHINGS, *FAILED, "null", "@x", "@@x", '"x"', "[" * 5000, "9" * 5000, "1" + ",000" * 2000]
    ),
)


@each_kind
@settings(max_examples=300)
@given(text=HOSTILE, decimal=st.sampled_from(".,"))
@example(text='"/"', decimal=".")
def test_any_text_is_a_value_or_a_cell_error(field: str, text: str, decimal: str) -> None:
    try:
        value = read_cell(field, text, decimal)
    except CellError as error:
        assert error.code in CODES and error.code.startswith("C1")
        assert (
            error.wanted
            and error.remedy
            and printable(error.given) == error.given
            and str(error).isprintable()
        )
    else:
        if value is not LEAVE and next(names_in(value), None) is None:
            json.dumps(value, allow_nan=False).encode()
            assert same(read_cell(field, show_cell(field, value, decimal), decimal), value)


@settings(max_examples=300)
@given(text=HOSTILE)
def test_any_id_is_a_number_above_0_or_a_cell_error(text: str) -> None:
    try:
        assert 0 < read_id(text) < 10**18
    except CellError as error:
        assert error.code in {"C103", "C105", "C106", "C107", "C108", "C113", "C115", "C116"}


# ---------------------------------------------------------------- read(show(v)) == v

TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="nulNa \r\n\t\"@#/A=+-'\\\x00\x1c\u00a0", max_size=12),
    st.sampled_from([*NOTHINGS, *FAILED, "null", "", "  ", "@x", "@@x", " @x", '"x"', '"', "=1+1", "a\rb", "x #N/A"]),
)  # fmt: skip
IDS = st.one_of(
    st.integers(1, 999), st.integers(1, 10**18 - 1), st.sampled_from([10**15, 10**17, 10**18 - 1000])
)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)
URLS = st.builds("https://example.com/{}".format, st.text(max_size=20))
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Etc/GMT+1", "UTC"])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "url": URLS,
    "timezone": ZONES,
    "id": IDS,
    "integer": st.integers(-(10**30), 10**30),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "flag": st.booleans(),
    "ids": st.lists(IDS, max_size=5),
    "array": st.lists(JSONS, max_size=4),
    "object": st.dictionaries(TEXTS, JSONS, max_size=4),
}


@each_field
@settings(max_examples=100)
@given(data=st.data(), decimal=st.sampled_from(".,"))
def test_reading_undoes_showing(field: str, data: st.DataObject, decimal: str) -> None:
    facts = all_fields()[field]
    values = st.sampled_from(facts.choices) if facts.kind == "choice" else VALUES[facts.kind]
    value = data.draw(values)
    shown = show_cell(field, value, decimal)
    back = read_cell(field, shown, decimal)
    assert back == value and type(back) is type(value), shown


@each_field
def test_reading_undoes_showing_null(field: str) -> None:
    assert show_cell(field, None) == "null" and read_cell(field, show_cell(field, None)) is None


@pytest.mark.parametrize(
    ("field", "value", "decimal", "shown"),
    [
        ("system_prompt", "Hello", ".", "Hello"),
        ("system_prompt", " Hello\nyou", ".", " Hello\nyou"),
        ("system_prompt", "", ".", '""'),
        ("system_prompt", "null", ".", '"null"'),
        ("system_prompt", "[]", ".", '"[]"'),
        ("system_prompt", "@x", ".", "@@x"),
        ("system_prompt", "a\r\nb", ".", r'"a\r\nb"'),
        ("system_prompt", '"x"', ".", r'"\"x\""'),
        ("system_prompt", '"x" y', ".", '"x" y'),
        ("system_prompt", "Größe?", ".", "Größe?"),
        ("speech_speed", 0.8, ".", "0.8"),
        ("speech_speed", 0.8, ",", "0,8"),
        ("speech_speed", 1, ".", "1"),
        ("speech_speed", 1e-07, ".", "0.0000001"),
        ("max_duration", 900, ",", "900"),
        ("voice_id", 10**17, ".", '"100000000000000000"'),
        ("tool_ids", [2, 3], ".", "2; 3"),
        ("tool_ids", [], ".", "[]"),
        ("record", False, ".", "false"),
        ("tools", [{"type": "end_call", "n": "Schluß"}], ".", '[{"type": "end_call", "n": "Schluß"}]'),
        ("variables", {}, ".", "{}"),
    ],
)  # fmt: skip
def test_values_are_shown_as_people_write_them(field: str, value: Any, decimal: str, shown: str) -> None:
    assert show_cell(field, value, decimal) == shown


def test_what_is_no_json_is_not_shown_as_json() -> None:
    with pytest.raises(ValueError, match="JSON"):
        show_cell("variables", {"a": float("nan")})


@each_field
def test_the_bounds_of_a_field_can_be_written(field: str) -> None:
    facts = all_fields()[field]
    for bound in (facts.minimum, facts.maximum):
        if bound is not None:
            for decimal in ".,":
                value = read_cell(field, show_cell(field, bound, decimal), decimal)
                assert validator(field).validate_python(value) == bound


def test_bounds_are_none_of_the_grammars_business() -> None:
    assert read("number", "99") == 99.0 and read("integer", "-5") == -5 and read("url", "x") == "x"
    with pytest.raises(ValidationError):
        validator("speech_speed").validate_python(99.0)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01",
        "2026-01-01T00:00:00",
        "01.01.2026",
        "1.1.26",
        "01. Jan",
        "02. Mrz",
        "1. Jan 2026",
        "Jan 26",
        "2-Mar",
    ],
)
@pytest.mark.parametrize("kind", ["number", "integer", "id", "ids"])
def test_a_number_that_became_a_date_says_so(kind: str, text: str) -> None:
    assert "made a date of it" in refused(kind, text).remedy


@pytest.mark.parametrize("text", ["1.1", "Susi", "24/7 Clara", "10 min", "Mara", "5 - May"])
def test_what_is_no_date_is_called_none(text: str) -> None:
    assert not is_date(text)
