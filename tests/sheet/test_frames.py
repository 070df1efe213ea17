"""DataFrames: a frame means what the sheet means that it would be saved as."""

from __future__ import annotations

import datetime
import math
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_update.errors import SheetError, UsageError
from batch_update.fields.cells.texts import names_file
from batch_update.model.plans import Plan
from batch_update.model.sheets import Sheet
from batch_update.plan.from_sheet import make_plan
from batch_update.report.places import place_line, place_of
from batch_update.report.screen.problems import render_problems
from batch_update.report.tones import plain
from batch_update.settings.tunables import Settings
from batch_update.sheet.frames import frame_cell
from batch_update.sheet.reading import read_sheet
from batch_update.sheet.writing.records import csv_dialect, write_table
from tests.sheet.tables import NASTY, texts


def cells(frame: pd.DataFrame, **given: Any) -> list[tuple[str, ...]]:
    sheet = read_sheet(frame, Settings(**given))
    return [sheet.row(index).cells for index in range(len(sheet))]


def codes(frame: pd.DataFrame, **given: Any) -> list[tuple[str, int | None, int | None]]:
    return [(p.code, p.index, p.column) for p in read_sheet(frame, Settings(**given)).problems]


def error(frame: object, **given: Any) -> SheetError | UsageError:
    with pytest.raises((SheetError, UsageError)) as caught:
        read_sheet(frame, Settings(**given))
    assert caught.value.code and caught.value.remedy
    return caught.value


# ---------------------------------------------------------------- cells


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, ""), ("", ""), ("null", "null"), ("NaN", "NaN"), (" x ", " x "), ("007", "007"), ("'=1+1", "'=1+1"),
     (True, "true"), (np.False_, "false"), (101, "101"), (np.int64(2**62), str(2**62)), (10**30, str(10**30)),
     (101.0, "101"), (-0.0, "0"), (0.7, "0.7"), (1e-07, "1e-07"), (2.0**53 - 1, str(2**53 - 1)),
     (2.0**53, "9.007199254740992E+15"),
     (1e16, "1E+16"), (Decimal("0.70"), "0.70"), (math.inf, None),
     (pd.Timestamp("2026-12-24"), "2026-12-24"), (pd.Timestamp("2026-12-24 18:30"), "2026-12-24T18:30:00"),
     (pd.Timestamp("2026-12-24", tz="Europe/Berlin"), "2026-12-24T00:00:00+01:00"),
     (datetime.date(2026, 12, 24), "2026-12-24"), (datetime.time(9, 30), "09:30:00"),
     ([], "[]"), ({}, "{}"), ([2, np.int64(3)], "[2, 3]"), ((2, 3), "[2, 3]"), (np.array([2, 3]), "[2, 3]"),
     ({"company": "Größe", "n": [None, True, 0.5]}, '{"company": "Größe", "n": [null, true, 0.5]}'),
     ([math.nan], None), ({1: "a"}, None), ([pd.NA], None), ([b"x"], None),
     (b"x", None), (pd.Timedelta("1 day"), None), (1j, None), (object(), None), ({1, 2}, None)],
)  # fmt: skip
def test_each_value_is_the_cell_that_a_sheet_would_have(value: Any, cell: str | None) -> None:
    assert frame_cell(value) == cell


class Odd:
    """What cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_what_is_odd_beyond_measure_is_a_problem_and_no_more() -> None:
    endless: list[Any] = []
    endless.append(endless)
    frame = pd.DataFrame({"id": 1, "variables": [endless, 10**5000, Odd(), Decimal("NaN")]})
    assert codes(frame) == [("S125", 0, 1), ("S125", 1, 1), ("S125", 2, 1)]


def test_a_decimal_that_is_no_number_is_missing_and_none_is_spelled_with_millions_of_zeros() -> None:
    frame = pd.DataFrame(
        {"id": [101, 102, 103], "speech_speed": [Decimal("sNaN"), Decimal("NaN"), Decimal("1.1")]}
    )
    assert cells(frame) == [("101", ""), ("102", ""), ("103", "1.1")]
    assert frame_cell(Decimal("1E-999999999")) is None
    assert frame_cell(Decimal("0E-999999999")) is None


@pytest.mark.parametrize("dtype", ["object", "str", "string", "category"])
def test_what_is_missing_is_an_empty_cell_and_a_word_for_it_stays_a_word(dtype: str) -> None:
    frame = pd.DataFrame({"id": [1, 2, 3, 4], "name": pd.Series(["NaN", None, "null", "<NA>"], dtype=dtype)})
    assert [row[1] for row in cells(frame)] == ["NaN", "", "null", "<NA>"]


@pytest.mark.parametrize("dtype", ["float64", "Int64", "object"])
def test_ids_stay_whole_though_one_is_missing(dtype: str) -> None:
    frame = pd.DataFrame({"id": pd.Series([101, None, 103], dtype=dtype), "name": ["a", "b", "c"]})
    assert [row[0] for row in cells(frame)] == ["101", "", "103"]


def test_an_id_that_a_float_cannot_know_exactly_is_refused() -> None:
    frame = pd.DataFrame({"id": [9007199254740993.0, 101.0], "name": ["a", "b"]})
    plan = make_plan(read_sheet(frame))
    assert [(p.code, p.index) for p in plan.problems] == [("C107", 0)]


@pytest.mark.parametrize("dtype", ["float16", "float32", "Float32"])
def test_a_narrow_number_has_its_own_digits(dtype: str) -> None:
    frame = pd.DataFrame({"id": [1, 2], "llm_temperature": pd.Series([0.1, None], dtype=dtype)})
    assert cells(frame) == [("1", "0.1"), ("2", "")]


def test_the_decimal_sign_of_texts_is_the_sheets() -> None:
    frame = pd.DataFrame(
        {"id": [1, 2, 3], "llm_temperature": ["0,7", "0,8", 0.9], "label_ids": [None, None, 2.3]}
    )
    assert cells(frame)[2] == ("3", "0,9", "2.3")
    assert [change.body for change in make_plan(read_sheet(frame)).changes] == [
        {"llm_temperature": 0.7},
        {"llm_temperature": 0.8},
    ]


def test_what_is_no_text_is_told_where_a_text_is_wanted() -> None:
    frame = pd.DataFrame(
        {"id": [1, 2, 3, 4], "name": [True, {"a": 1}, "x", 5], "record": [True, False, None, True]}
    )
    assert codes(frame) == [("S119", 0, 1), ("S119", 1, 1)]


def test_what_no_cell_holds_is_told_at_its_place_past_blank_rows() -> None:
    frame = pd.DataFrame(
        {"id": [None, 2, 3], "name": [None, "a\0b", pd.Timedelta("1h")]}, index=["x", "y", "z"]
    )
    sheet = read_sheet(frame)
    assert (sheet.blank_rows, list(sheet.numbers)) == (1, [3, 4])
    assert [(p.code, p.index, p.column) for p in sheet.problems] == [("S110", 0, 1), ("S125", 1, 1)]
    assert place_line(sheet, sheet.problems[1]) == "DataFrame   row 4, column name"
    assert place_of(sheet, 1, 1).cell == ""
    assert "Timedelta" in plain(render_problems(sheet, sheet.problems))


def test_a_row_of_nothing_but_what_no_cell_holds_is_not_lost() -> None:
    assert codes(pd.DataFrame({"id": [1, None], "name": ["a", b"x"]})) == [("S125", None, 1)]


# ---------------------------------------------------------------- rows and columns


def test_rows_are_those_of_the_saved_sheet_and_the_index_only_counts_where_it_has_a_name() -> None:
    frame = pd.DataFrame({"name": ["a", "b"]}, index=pd.Index([101, 102], name="id"))
    sheet = read_sheet(frame)
    assert [column.header for column in sheet.columns] == ["id", "name"]
    assert (list(sheet.numbers), sheet.lines, sheet.header_row, sheet.name) == ([2, 3], None, 1, "DataFrame")
    assert cells(frame) == [("101", "a"), ("102", "b")]
    assert cells(frame.reset_index().set_axis([7, 9])) == cells(frame)


def test_each_named_level_of_an_index_is_a_column() -> None:
    index = pd.MultiIndex.from_tuples([(1, "a", 0)], names=["id", "name", None])
    assert cells(pd.DataFrame({"voice_id": [533]}, index=index)) == [("1", "a", "533")]


def test_an_unnamed_index_of_ids_is_no_id_column() -> None:
    assert codes(pd.DataFrame({"name": ["a"]}, index=[101])) == [("H101", None, None)]


def test_columns_that_set_the_same_are_told() -> None:
    frame = pd.DataFrame([[1, "a", "b"]], columns=["id", "name", "Name"])
    assert codes(frame) == [("H103", None, 2)]
    assert codes(pd.DataFrame([[1, "a", "b"]], columns=["id", "name", "name"])) == [("H103", None, 2)]


def test_what_pandas_calls_a_column_without_a_header_has_none() -> None:
    frame = pd.DataFrame({"id": [1], "name": ["a"], "Unnamed: 2": [None]})
    assert codes(frame) == []
    assert codes(frame.assign(**{"Unnamed: 2": ["x"]})) == [("H104", None, 2)]
    assert codes(frame.rename(columns={"Unnamed: 2": None})) == []


@pytest.mark.parametrize(
    ("columns", "words"),
    [([0, 1], "no names: 0, 1"), (["id", 5.0], "no names: 5.0"), (["id", pd.Timestamp(0)], "no names"),
     (pd.MultiIndex.from_tuples([("id", "x"), ("name", "")]), "several levels: ('id', 'x'), ('name', '')")],
)  # fmt: skip
def test_columns_need_names(columns: Any, words: str) -> None:
    told = error(pd.DataFrame([[1, "a"]], columns=columns))
    assert told.code == "S124" and words in told.message


def test_a_column_whose_name_cannot_even_be_shown_is_told() -> None:
    assert "Odd instance" in error(pd.DataFrame([[101, 1]], columns=["id", Odd()])).message


def test_nothing_is_no_sheet() -> None:
    empty: dict[str, list[Any]] = {}
    for columns, index in ((empty, None), ({"id": []}, None), ({"id": [None]}, None), (empty, [1])):
        assert error(pd.DataFrame(columns, index=index)).code == "S105"


def test_a_frame_is_as_limited_as_a_file() -> None:
    frame = pd.DataFrame({"id": range(1, 4), "name": "a"})
    assert len(read_sheet(frame, Settings(max_rows=3, max_columns=2))) == 3
    assert error(frame, max_rows=2).code == "S103"
    assert error(frame, max_columns=1).code == "S103"


def test_settings_mean_what_they_mean_for_a_file() -> None:
    frame = pd.DataFrame({"Nr": [1], "Neu": ["a"], "Notiz": ["x"]})
    sheet = read_sheet(frame, Settings(map={"Nr": "id", "Neu": "name"}, ignore=("Notiz",)))
    assert [c.body for c in make_plan(sheet).changes] == [{"name": "a"}]
    assert error(frame, sheet="2").code == "S107"
    assert error(frame, map={"Nrr": "id"}).code == "U101"


def test_what_is_neither_path_nor_frame_is_told() -> None:
    class Other:
        def to_pandas(self) -> None: ...

    assert "to_pandas" in error(Other()).remedy
    assert "to_frame" in error(pd.Series({"id": 1})).remedy
    assert "int is no sheet" in error(5).message


def test_a_frame_is_left_as_it_was() -> None:
    frame = pd.DataFrame({"id": [1, 2], "name": ["a", None], "label_ids": [[1], None]})
    before = frame.copy(deep=True)
    read_sheet(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_importing_the_package_loads_no_pandas() -> None:
    program = "import batch_update, sys; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# ---------------------------------------------------------------- the same as a file

MISSING = st.sampled_from([None, math.nan, pd.NA])
COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "id": st.integers(1, 10**18) | st.floats(1, 1e17) | st.integers(1, 2**53).map(float) | st.sampled_from(["7", "x"]),
    "name": texts() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.dates() | st.datetimes(),
    "llm_temperature": st.floats(0, 1) | st.sampled_from(["0,5", "0.5", "1.200", "null", 1, True]),
    "max_duration": st.integers() | st.floats(0, 5000) | st.sampled_from(NASTY),
    "record": st.booleans() | st.sampled_from(["ja", 0.0, 1, "x", "maybe"]),
    "label_ids": st.lists(st.integers(0, 10**16), max_size=3) | st.floats(0, 99) | st.sampled_from(["2; 3", "[]"]),
    "variables": st.dictionaries(texts(), texts() | st.booleans(), max_size=2) | st.sampled_from(["{}", '{"a": "b"}']),
    "variables.x": texts(),
    "_note": texts(),
}  # fmt: skip


def cells_of(name: str) -> st.SearchStrategy[Any]:
    """Cells of a column, but for those that name a file: a frame has no folder where it could lie."""
    return (COLUMNS[name] | MISSING).filter(lambda cell: not (isinstance(cell, str) and names_file(cell)))


@st.composite
def frames(draw: Any) -> pd.DataFrame:
    """Frames of known columns in any order, with at least one row that says something."""
    names = draw(st.permutations(list(COLUMNS)).map(lambda all: all[:4]))
    count = draw(st.integers(1, 4))
    values = {name: [*draw(st.lists(cells_of(name), min_size=count, max_size=count)), 7] for name in names}
    return pd.DataFrame({name: pd.Series(of_column, dtype=object) for name, of_column in values.items()})


def saved(sheet: Sheet, folder: str) -> Sheet:
    """The sheet as our own writer saves it, read again."""
    header = [column.header for column in sheet.columns]
    rows = [["" for _ in header] for _ in range(sheet.numbers[-1] - 1)]
    for index, number in enumerate(sheet.numbers):
        rows[number - 2] = list(sheet.row(index).cells)
    path = write_table(Path(folder) / "a.csv", header, rows, csv_dialect(sheet.dialect))
    return read_sheet(path, Settings(delimiter=","))


def told(plan: Plan) -> tuple[Any, ...]:
    sheet = plan.sheet
    columns = [(c.header, list(c.texts), c.role, c.field) for c in sheet.columns]
    return columns, list(sheet.numbers), plan.changes, plan.settled, plan.problems, sheet.dialect.decimal


@settings(max_examples=200)
@given(frames(), st.booleans())
def test_a_frame_and_the_file_that_it_is_saved_as_make_one_plan(frame: pd.DataFrame, typed: bool) -> None:
    """`typed`: pandas chooses the types of the columns."""
    sheet = read_sheet(frame.infer_objects() if typed else frame)
    with TemporaryDirectory() as folder:
        again = saved(sheet, folder)
    assert told(make_plan(again)) == told(make_plan(sheet))
