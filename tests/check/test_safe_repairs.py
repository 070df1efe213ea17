"""What is repaired means the same, or means something where it meant nothing; whatever else stands there stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.check.advice.safe_repairs import repairs_of
from batch_update.check.fault import has_errors
from batch_update.check.judging.cells import judge_cell
from batch_update.fields.facts import all_fields
from batch_update.model.sheets import Dialect, Problem
from tests.made import column, ids, sheet_of, table_of

POINT, COMMA = Dialect("csv"), Dialect("csv", delimiter=";", decimal=",")
SAFE = [
    ("voice_id", " 412 ", "412", "M101"),
    ("voice_id", "\u00a0412\u200b", "412", "M101"),
    ("voice_id", "   ", "", "M101"),
    ("speech_speed", "0.9 ", "0.9", "M101"),
    ("webhook_url", " https://a.example ", "https://a.example", "M101"),
    ("mode", " pipeline", "pipeline", "M101"),
    ("enable_noise_cancellation", " ja ", "ja", "M101"),
    ("speech_speed", "0,8", "0.8", "M102"),
    ("speech_speed", " 0,8 ", "0.8", "M102"),
    ("speech_speed", ",9", ".9", "M102"),
    ("timezone", "Europe/berlin", "Europe/Berlin", "M103"),
    ("timezone", "europe / berlin", "Europe/Berlin", "M103"),
    ("timezone", "Europe\\Berlin", "Europe/Berlin", "M103"),
    ("timezone", "America/New-York", "America/New_York", "M103"),
    ("variables", "{“a”: “b”}", '{"a": "b"}', "M104"),
    ("variables", "{„a“: „Größe“, \"b\": \"sag „ja“\"}", '{"a": "Größe", "b": "sag „ja“"}', "M104"),
    ("voice_id", "412.0", "412", "M106"),
    ("voice_id", "412,00", "412", "M106"),
    ("voice_id", "00412", "412", "M106"),
    ("voice_id", '"412"', "412", "M106"),
    ("phone_number_id", "412.0", "412", "M106"),
    ("secondary_language_ids", "2.0, 03", "2; 3", "M106"),
    ("secondary_language_ids", "[2.0, 3]", "2; 3", "M106"),
]  # fmt: skip
UNSURE = [
    ("speech_speed", "1,200"), ("speech_speed", "80 %"), ("speech_speed", "0,8 s"), ("speech_speed", "9,9"),
    ("timezone", "Berlin"), ("timezone", "MEZ"), ("timezone", "UTC+1"), ("timezone", "Etc/GMT1"), ("timezone", "UTC"),
    ("variables", "{“a”: “er sagt “ja””}"), ("variables", "{“a”: b}"), ("variables", "{'a': 'b'}"),
    ("variables", '{"a": "„x“"}'), ("voice_id", "412 – Susi"), ("voice_id", "Susi"), ("voice_id", "4.12"),
    ("voice_id", "1.2E+05"), ("voice_id", '"1234567890123456000"'), ("phone_number_id", "0049301234"),
    ("phone_number_id", "+49301234"), ("secondary_language_ids", "2.3"), ("secondary_language_ids", "2, 3 – Deutsch"),
    ("system_prompt", "  Hallo  "), ("system_prompt", "“Hallo”"), ("name", "00123"), ("name", " "),
    ("voice_id", "null"), ("voice_id", ""),
]  # fmt: skip


@pytest.mark.parametrize("field, before, after, code", SAFE)
def test_what_is_safe_is_repaired(field: str, before: str, after: str, code: str) -> None:
    (repair,) = repairs_of(sheet_of(ids([1]), column(field, [before]), dialect=POINT))
    assert (repair.index, repair.column, repair.before, repair.after, repair.code) == (
        0,
        1,
        before,
        after,
        code,
    )


@pytest.mark.parametrize("field, cell", UNSURE)
def test_what_could_mean_two_things_or_is_a_text_stays(field: str, cell: str) -> None:
    assert repairs_of(sheet_of(ids([1]), column(field, [cell]), dialect=POINT)) == ()


@pytest.mark.parametrize(
    "before, after", [("00101", "101"), ("101.0", "101"), (" 101 ", "101"), ('"101"', "101")]
)
def test_the_ids_of_rows_are_repaired_too(before: str, after: str) -> None:
    (repair,) = repairs_of(sheet_of(ids([before]), column("name", ["x"])))
    assert repair.after == after


def test_a_decimal_comma_stays_where_it_is_the_sign_of_the_sheet() -> None:
    assert repairs_of(sheet_of(ids([1]), column("speech_speed", ["0,8"]), dialect=COMMA)) == ()


def test_a_row_that_could_not_be_read_as_it_stands_is_left_alone() -> None:
    torn = Problem("S122", "torn", index=0)
    sheet = table_of("id voice_id", ["1", " 412 "], ["2", " 412 "])
    assert [repair.index for repair in repairs_of(sheet)] == [0, 1]
    sheet = table_of("id voice_id", ["1", " 412 "], ["2", " 412 "], problems=(torn,))
    assert [repair.index for repair in repairs_of(sheet)] == [1]


def test_columns_that_are_no_fields_are_left_alone() -> None:
    assert repairs_of(sheet_of(ids([1]), column("?note", [" 0,8 "]), column("_ours", [" x "]))) == ()


CELLS = st.text(st.sampled_from(' \u00a0\u200b0123.,-+"“”{}[]:;|abEe/_\\'), max_size=12)
NOT_TEXTS = sorted(name for name, field in all_fields().items() if field.kind != "text")


@given(st.sampled_from(NOT_TEXTS), CELLS, st.sampled_from(".,"))
def test_no_repair_changes_what_could_be_read(field: str, cell: str, decimal: str) -> None:
    for repair in repairs_of(
        sheet_of(ids([1]), column(field, [cell]), dialect=Dialect("csv", decimal=decimal))
    ):
        before, wrong = judge_cell(all_fields()[field], cell, decimal)
        after, faults = judge_cell(all_fields()[field], repair.after, decimal)
        assert repair.after != cell and not has_errors(faults)
        assert has_errors(wrong) or before == after


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=8), max_size=3))
def test_curly_quotes_inside_of_texts_are_never_touched(value: dict[str, str]) -> None:
    cell = json.dumps(value, ensure_ascii=False)
    assert repairs_of(sheet_of(ids([1]), column("variables", [cell]))) == ()
