"""An export is read back cell for cell in every format, and opens as a sheet in which nothing runs."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from batch_update.errors import UsageError
from batch_update.fields.cells import read_cell, read_id, show_cell
from batch_update.fields.facts import all_fields
from batch_update.sheet.reading import read_sheet
from batch_update.sheet.writing.formats import format_to_write, write_export, write_stream
from batch_update.sheet.writing.worksheet import book_at
from tests.sheet.tables import texts
from tests.strategies import json_values

FORMATS = ("csv", "tsv", "xlsx", "jsonl")
PROPERTY = settings(max_examples=150, suppress_health_check=list(HealthCheck))

free_texts = texts() | st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["_x0041_", "_x005F_x0041_", "a_x000D_b", "_x0041_x0042_x0043_",
     "\ufffe", "a\uffff\n@b", "\0", "\x1b[0m", "]]>", "&lt;"]
)  # fmt: skip
BY_KIND = {
    "text": free_texts,
    "url": free_texts,
    "timezone": free_texts,
    "choice": st.sampled_from(["pipeline", "dualplex"]),
    "flag": st.booleans(),
    "integer": st.integers(-(10**17), 10**17),
    "id": st.integers(1, 10**18 - 1) | st.integers(1, 500),
    "number": st.floats(allow_nan=False, allow_infinity=False) | st.floats(0, 5).map(lambda x: round(x, 2)),
    "ids": st.lists(st.integers(1, 10**18 - 1) | st.integers(1, 99), max_size=4),
    "array": st.lists(json_values, max_size=3),
    "object": st.dictionaries(free_texts, json_values, max_size=3),
}
NAMES = {field.kind: field.name for field in all_fields().values()}
"""kind -> a field of it"""


def any_value(kind: str) -> st.SearchStrategy[Any]:
    return st.none() | BY_KIND[kind]


def table_of(tmp_path: Path, format: str, header: list[str], *rows: list[str]) -> Path:
    return write_export(tmp_path / f"out.{format}", header, rows)


@PROPERTY
@given(
    st.lists(
        st.tuples(BY_KIND["id"], st.fixed_dictionaries({kind: any_value(kind) for kind in NAMES})),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(FORMATS),
)
@example(
    [(5, dict.fromkeys(NAMES) | {"text": "_x005F_x0041_", "object": {"\uffff": "_x005F_x0041_"}})], "xlsx"
)
@example([(10**17, dict.fromkeys(NAMES) | {"ids": [10**17, 3], "number": 0.1 + 0.2, "id": 10**16})], "jsonl")
@example([(10**17, dict.fromkeys(NAMES) | {"ids": [10**17, 3], "number": 0.1 + 0.2, "id": 10**16})], "xlsx")
def test_every_value_of_every_kind_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, dict[str, Any]]], format: str
) -> None:
    header = ["id", *NAMES.values()]
    # A long id as a workbook would round it is written in quotes, as in every other column of ids.
    cells = [
        [show_cell("voice_id", number), *(show_cell(name, values[kind]) for kind, name in NAMES.items())]
        for number, values in rows
    ]
    path = table_of(tmp_path_factory.mktemp("out"), format, header, *cells)
    sheet = read_sheet(path)
    assert sheet.problems == ()
    assert [column.header for column in sheet.columns] == header
    for index, (number, values) in enumerate(rows):
        row = sheet.row(index).cells
        assert read_id(row[0]) == number
        for (kind, name), text in zip(NAMES.items(), row[1:], strict=True):
            assert read_cell(name, text, sheet.dialect.decimal) == values[kind]


@pytest.mark.parametrize("format", FORMATS)
def test_empty_cells_stay_empty(tmp_path: Path, format: str) -> None:
    path = table_of(
        tmp_path, format, ["id", "name", "voice_id"], ["1", "x", ""], ["2", "", "5"], ["3", "", ""]
    )
    sheet = read_sheet(path)
    assert [sheet.row(index).cells for index in range(3)] == [("1", "x", ""), ("2", "", "5"), ("3", "", "")]


def test_json_lines_have_types(tmp_path: Path) -> None:
    header = [
        "id",
        "name",
        "speech_speed",
        "record",
        "phone_number_id",
        "label_ids",
        "variables",
        "voice_id",
        "tools",
    ]
    cells = ["7", '"null"', "0.9", "true", "null", "2; 3", '{"a": [1]}', "", "[]"]
    path = table_of(tmp_path, "jsonl", header, cells, ["8", "x", *[""] * 7])
    first, second = map(json.loads, path.read_text("utf-8").splitlines())
    assert first == {
        "id": 7, "name": '"null"', "speech_speed": 0.9, "record": True, "phone_number_id": None, "label_ids": [2, 3],
        "variables": {"a": [1]}, "tools": [],
    }  # fmt: skip
    assert second == {"id": 8, "name": "x"}


# ---------------------------------------------------------------- workbooks


def test_a_workbook_has_types_where_they_come_back(tmp_path: Path) -> None:
    header = [
        "id",
        "speech_speed",
        "record",
        "max_duration",
        "name",
        "label_ids",
        "phone_number_id",
        "voice_id",
    ]
    path = table_of(
        tmp_path, "xlsx", header,
        ["7", "0.9", "true", "600", "42", "2; 3", "null", "123456789012345678"],
        ["8", "0.30000000000000004", "false", "", "=1+1", "3", "", ""],
    )  # fmt: skip
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert rows[1] == [7, 0.9, True, 600, "42", "2; 3", "null", "123456789012345678"]
    assert rows[2] == [8, "0.30000000000000004", False, "", "=1+1", "3", "", ""]


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def test_nothing_in_a_workbook_is_a_formula_or_a_link(tmp_path: Path) -> None:
    cells = [
        ["1", text]
        for text in ("=1+1", "@SUM(A1)", "+1", "-1", "\t=1", "https://example.com", "mailto:a@b.de")
    ]
    path = table_of(tmp_path, "xlsx", ["id", "name"], *cells)
    worksheet = part(path, "xl/worksheets/sheet1.xml")
    assert "<f" not in worksheet and "hyperlink" not in worksheet
    assert [read_sheet(path).row(n).cells[1] for n in range(len(cells))] == [text for _, text in cells]


def test_header_and_ids_are_frozen_and_the_header_is_bold(tmp_path: Path) -> None:
    path = table_of(tmp_path, "xlsx", ["id", "name"], ["1", "x" * 500])
    worksheet = part(path, "xl/worksheets/sheet1.xml")
    assert (
        '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/>' in worksheet
    )
    assert '<c r="A1" s="1"' in worksheet and '<c r="B1" s="1"' in worksheet
    assert "<b/>" in part(path, "xl/styles.xml")
    widths = [float(width) for width in re.findall(r'<col [^>]*width="([0-9.]+)"', worksheet)]
    assert len(widths) == 2 and all(4 <= width <= 41 for width in widths)


@pytest.mark.parametrize("cell", ["x" * 32_768, "🙂" * 16_384])
def test_a_text_too_long_for_a_workbook_names_assistant_and_field(tmp_path: Path, cell: str) -> None:
    with pytest.raises(UsageError) as error:
        table_of(tmp_path, "xlsx", ["id", "system_prompt"], ["1", "x"], ["10437", cell])
    assert "system_prompt of assistant 10437" in error.value.message
    assert (error.value.code, "JSON Lines" in error.value.remedy, list(tmp_path.iterdir())) == (
        "S114",
        True,
        [],
    )


@pytest.mark.parametrize("format", FORMATS)
def test_the_longest_texts_come_back(tmp_path: Path, format: str) -> None:
    cell = "Größe\n" * 5_461 + "x" if format == "xlsx" else "Größe\n" * 50_000
    path = table_of(tmp_path, format, ["id", "system_prompt"], ["1", cell])
    assert read_sheet(path).row(0).cells[1] == cell


@pytest.mark.parametrize("format", FORMATS)
def test_half_characters_do_not_stop_it(tmp_path: Path, format: str) -> None:
    path = table_of(tmp_path, format, ["id", "name"], ["1", "a\ud800b"])
    assert read_sheet(path).row(0).cells == ("1", "a?b")


# ---------------------------------------------------------------- files


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("format", FORMATS)
def test_only_the_owner_may_read_it(tmp_path: Path, format: str) -> None:
    before = os.umask(0)
    try:
        path = table_of(tmp_path, format, ["id", "name"], ["1", "x"])
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


class Broken(Sequence[str]):
    """A row that cannot be read to its end."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: Any) -> Any:
        if index == 1:
            raise ValueError("no more")
        return "2"


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, format: str) -> None:
    path = tmp_path / f"out.{format}"
    path.write_text("old")
    with pytest.raises(ValueError, match="no more"):
        write_export(path, ["id", "name"], [["1", "x"]] * 300 + [Broken()])
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [(path.name, "old")]
    table_of(tmp_path, format, ["id", "name"], ["1", "x"])
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert read_sheet(path).row(0).cells == ("1", "x")


@pytest.mark.parametrize(
    ("name", "format"), [("a.csv", "csv"), ("A.TSV", "tsv"), ("a.b.xlsx", "xlsx"), ("a.ndjson", "jsonl")]
)
def test_the_ending_says_the_format(name: str, format: str) -> None:
    assert format_to_write(name) == format


@pytest.mark.parametrize("name", ["a", "a.ods", "a.xls", "a.json", ".csv"])
def test_another_ending_is_an_error_that_names_those_there_are(name: str) -> None:
    with pytest.raises(UsageError) as error:
        format_to_write(name)
    assert name in error.value.message and ".xlsx" in error.value.remedy


def test_a_stream_gets_a_guarded_csv_without_a_mark() -> None:
    stream = io.BytesIO()
    write_stream(stream, ["id", "name"], [["1", "=x"], ["2", "Größe"]])
    assert stream.getvalue().decode() == "id,name\n1,'=x\n2,Größe\n"


def test_a_workbook_that_cannot_be_written_is_an_error_of_the_system(tmp_path: Path) -> None:
    """As a full disk is one: its writer has an exception of its own for that, which nobody would expect."""
    with pytest.raises(FileNotFoundError), book_at(tmp_path / "no folder" / "a.xlsx") as book:
        book.add_worksheet("Assistants")
