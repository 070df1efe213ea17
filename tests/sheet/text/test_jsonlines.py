"""JSON Lines: each line an object, each key a column."""

from __future__ import annotations

import json
import time

import pytest

from batch_update.errors import SheetError
from batch_update.fields.cells import CellError, read_cell
from batch_update.model.sheets import Role
from tests.sheet.tables import read_bytes, read_text, read_within


def test_an_object_of_80000_keys_is_read_in_one_pass() -> None:
    """A key that stands twice among them is found without counting each; and so it is inside a cell."""
    keys = ",".join(f'"k{number}":1' for number in range(80_000))
    started = time.process_time()
    problem = read_bytes(b'{"id":1}\n{"id":1,"variables":{' + keys.encode() + b',"k7":2}}').problems[0]
    assert (problem.code, "'k7' stands twice" in problem.message) == ("S109", True)
    with pytest.raises(SheetError) as caught:
        read_bytes(b"{" + keys.encode() + b"}")
    assert caught.value.code == "S103"
    with pytest.raises(CellError, match="'k7' stands twice"):
        read_cell("variables", "{" + keys + ',"k7":2}')
    assert time.process_time() - started < 5


def test_the_keys_of_all_lines_together_are_the_columns() -> None:
    sheet = read_text('{"id": 1, "name": "a"}\n{"Stimme": 5, "id": 2}\n')
    assert [(c.header, c.role, list(c.texts)) for c in sheet.columns] == [
        ("id", Role.ID, ["1", "2"]),
        ("name", Role.FIELD, ["a", ""]),
        ("Stimme", Role.FIELD, ["", "5"]),
    ]
    assert (sheet.dialect.format, sheet.header_row, list(sheet.numbers)) == ("jsonl", 0, [1, 2])


@pytest.mark.parametrize(
    ("value", "text"),
    [("null", "null"), ("true", "true"), ("false", "false"), ("13", "13"), ("0.5", "0.5"), ("1e-7", "1e-07"),
     ("12345678901234567890", "12345678901234567890"), ("[]", "[]"), ("{}", "{}"), ('[1, "ä"]', '[1, "ä"]'),
     ('{"a": null}', '{"a": null}'), ('"null"', "null"), ('"\\"null\\""', '"null"'), ('" x\\n"', " x\n"),
     ('"=1"', "=1"), ("\"'=1\"", "'=1")],
)  # fmt: skip
def test_a_string_is_a_cell_and_other_values_are_json(value: str, text: str) -> None:
    sheet = read_text('{"id": 1, "name": ' + value + "}\n")
    assert sheet.columns[1].texts[0] == text


def test_numbers_take_the_decimal_sign_of_the_settings() -> None:
    sheet = read_text('{"id": 1, "llm_temperature": 0.5, "variables": [0.5]}\n', decimal=",")
    assert (sheet.row(0).cells, sheet.dialect.decimal) == (("1", "0,5", "[0.5]"), ",")


@pytest.mark.parametrize(
    "line",
    ["[1]", "1", '"x"', "{", '{"id": 1,}', "{'id': 1}", '{"id": NaN}', '{"id": Infinity}', '{"id": 1e999}',
     '{"id": 1, "id": 2}', '{"variables": {"a": 1, "a": 2}}', '{"name": "\\ud800"}', "[" * 100_000,
     '{"id": ' + "[" * 100_000, '{"id": ' + "9" * 5000 + "}", '{"id": 1} {"id": 2}'],
)  # fmt: skip
def test_a_line_that_is_no_object_is_a_problem_of_its_row(line: str) -> None:
    sheet = read_bytes(f'{{"id": 1}}\n{line}\n{{"id": 3}}\n'.encode())
    assert [(p.code, p.index) for p in sheet.problems] == [("S109", 1)]
    assert list(sheet.columns[0].texts) == ["1", "", "3"]
    assert sheet.row(1).cells == (line,)


def test_blank_lines_and_empty_objects_are_counted_and_numbered() -> None:
    sheet = read_text(
        '\n{"id": 1}\r\n{}\r\n  \r\n{"id": 2}',
    )
    assert (list(sheet.numbers), sheet.blank_rows) == ([2, 5], 3)


def test_a_name_decides_where_content_does_not(tmp_path) -> None:
    from batch_update.sheet.reading import read_sheet

    path = tmp_path / "a.jsonl"
    path.write_text('oops\n{"id": 1}\n')
    assert [p.code for p in read_sheet(path).problems] == ["S109"]
    path = tmp_path / "a.csv"
    path.write_text("{id},name\n1,x\n")
    assert read_sheet(path).dialect.format == "csv"


@pytest.mark.parametrize("text", ["{}\n", "{}\n\n{}"])
def test_no_row_is_no_sheet(text: str) -> None:
    with pytest.raises(SheetError) as caught:
        read_text(text)
    assert caught.value.code == "S105"


def test_columns_rows_and_lines_are_limited() -> None:
    many = json.dumps({f"_{number}": 1 for number in range(501)})
    for text, settings in ((many, {}), ('{"id": 1}\n' * 4, {"max_rows": 2})):
        with pytest.raises(SheetError) as caught:
            read_text(text, **settings)
        assert caught.value.code == "S103"
    with pytest.raises(SheetError) as caught:
        read_within({"longest_line": 100}, '{"id": 1, "name": "' + "x" * 200)
    assert caught.value.code == "S103"


@pytest.mark.parametrize("value", ["true", "false", "[]", '["x"]', "{}", '{"a": 1}'])
@pytest.mark.parametrize("key", ["name", "variables.company"])
def test_an_object_is_never_sent_as_a_text(key: str, value: str) -> None:
    sheet = read_text(f'{{"id": 1, "{key}": {value}, "tools": [], "variables": {{}}, "record": true}}\n')
    assert [(p.code, p.index, p.column) for p in sheet.problems] == [("S119", 0, 1)]


@pytest.mark.parametrize(
    ("line", "words"),
    [("[1]", "it is a list"), ("5", "it is a number"), ('{"id": 1, "name": "\\ud800"}', "half a character"),
     ('{"id": }', "expecting value at character 8")],
)  # fmt: skip
def test_why_a_line_is_no_object_is_said(line: str, words: str) -> None:
    (problem,) = read_text(f'{{"id": 1}}\n{line}\n').problems
    assert problem.message.startswith(f"the line is no JSON object: {words}")
