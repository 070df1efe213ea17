"""Blocks parsed by pandas and records read one by one make the same sheet, whatever the text."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from batch_update.errors import SheetError
from batch_update.sheet.reading import sheet_of
from batch_update.sheet.table import Table
from batch_update.sheet.text.delimited import read_delimited
from batch_update.sheet.text.proving import Form, Prove, Proved, prove
from tests.sheet.tables import as_csv, read_within, reading, tables

PIECES = st.sampled_from(
    ['"', '""', '","', '"\n', '\n"', ",", "\n", "\r\n", "\r", "a", "b c", " ", ",,", "1,2,3\n", '"x, y",', "=", "'=",
     "\0", "ä", "x\"y", "\n\n", ",\n"]
)  # fmt: skip


def never(block: bytes, form: Form) -> None:
    """No block is proved: all are read record by record."""


def outcome(text: str, prove: Prove = prove, **limits: int) -> tuple[Any, ...]:
    """Everything that reading gives, in a form that compares."""
    try:
        manner = reading(limits, delimiter=",")
        sheet = sheet_of("-", read_delimited(io.BytesIO(text.encode()), "-", manner, "csv", prove=prove))
    except SheetError as error:
        return error.code, error.message
    columns = [(c.header, c.role, c.field, list(c.texts)) for c in sheet.columns]
    rest = (sheet.dialect, sheet.header_row, sheet.blank_rows, dict(sheet.ragged), sheet.problems)
    return columns, list(sheet.numbers), list(sheet.lines or ()), rest


@settings(max_examples=600, suppress_health_check=list(HealthCheck))
@given(
    st.lists(PIECES, max_size=40).map("".join),
    st.sampled_from([8, 30, 1 << 20]),
    st.sampled_from([1, 8, 1 << 16]),
)
@example('a,b"c\n1,2\n', 30, 8)
@example('"a,"b,c\n1,2\n', 1 << 20, 1 << 16)
@example('",",,\r"', 8, 1)
def test_any_text_is_read_the_same_both_ways(tail: str, block: int, smallest: int) -> None:
    """In one block or cut into many, and where one is wrong in ever smaller ones."""
    text = "id,name,system_prompt\n" + tail
    expected = outcome(text, never)
    assert outcome(text) == expected
    assert outcome(text, block=block, smallest_block=smallest) == expected
    assert outcome(text, never, block=block, smallest_block=smallest) == expected


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(tables(), st.sampled_from([40, 1 << 20]), st.sampled_from([10, 1 << 16]), st.booleans())
def test_any_table_is_read_the_same_both_ways(table: Any, block: int, smallest: int, always: bool) -> None:
    text = as_csv(table, ",", "\n", always=always)
    sizes = {"block": block, "smallest_block": smallest}
    assert outcome(text, **sizes) == outcome(text, never, **sizes)


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 5), min_size=2, max_size=30), st.sampled_from([10, 25, 60]))
def test_rows_that_are_too_long_or_too_short_never_shift_values(widths: list[int], block: int) -> None:
    """A long and a short row together have as many cells as two right ones; and a block may begin with either."""
    records = [[f"{number}.{cell}" for cell in range(width)] for number, width in enumerate(widths)]
    text = "id,name,_x\n" + "".join(",".join(r) + "\n" for r in records) + "1,2,3\n"
    sheet = read_within({"block": block}, text, delimiter=",")
    rows = [record for record in records if record] + [["1", "2", "3"]]
    assert [list(sheet.row(index).cells) for index in range(len(sheet))] == rows
    assert sorted(sheet.ragged) == [index for index, row in enumerate(rows) if len(row) != 3]
    assert [p.index for p in sheet.problems if p.code == "S106"] == sorted(sheet.ragged)
    for index in sheet.ragged:
        assert all(column.texts[index] == "" for column in sheet.columns)


class Watched:
    """Proves blocks, and keeps those that it could not prove."""

    def __init__(self) -> None:
        self.unproved: list[bytes] = []

    def __call__(self, block: bytes, form: Form) -> Proved | None:
        found = prove(block, form)
        if found is None:
            self.unproved.append(block)
        return found


def watched(text: str, **limits: int) -> tuple[Table, list[bytes]]:
    """A table, and the blocks that were not proved."""
    watch = Watched()
    table = read_delimited(io.BytesIO(text.encode()), "-", reading(limits), "csv", prove=watch)
    return table, watch.unproved


def test_an_ordinary_sheet_is_not_read_one_by_one() -> None:
    """Quotes, delimiters and line breaks inside cells, umlauts, blank rows of delimiters: all that is quick."""
    rows = "".join(f'{n},"Say ""yes"", {n}\nor no",Größe\r\n' for n in range(1, 2000)) + ",,\r\n"
    table, unproved = watched("id,system_prompt,name\r\n" + rows, block=1000)
    assert (len(table.numbers), table.blank_rows, unproved) == (1999, 1, [])
    assert table.lines is not None and table.lines[1998] == 2 + 2 * 1998


def test_lines_of_a_text_that_cannot_be_rows_cost_nothing() -> None:
    text = 'id,system_prompt\n10001,"Rules:\n1. greet, then\n2. listen"\n'
    assert watched(text)[1] == []


def test_what_is_wrong_is_looked_for_in_ever_smaller_blocks() -> None:
    """One row too long among 5,000: only the smallest block around it is read record by record."""
    rows = [f"{n},name {n}\n" for n in range(10_000, 15_000)]
    rows[3000] = "13000,name,13000\n"
    table, unproved = watched("id,name\n" + "".join(rows), block=40_000, smallest_block=1000)
    assert table.columns[0] == [str(n) if n != 13_000 else "" for n in range(10_000, 15_000)]
    assert list(table.numbers) == list(range(2, 5002))
    assert all(b"13000,name,13000" in block for block in unproved)
    assert [block for block in unproved if len(block) <= 1000] == unproved[-1:]


@pytest.mark.parametrize("header", ["id,name\n", "id,name\r\n"])
@pytest.mark.parametrize(
    "tail", ["1,a\r\nx,b\n", "1,a\nx,b\r\n", "1,a\nx,b\r\n3,c\r", "1,a\r\nx,b\r", "1,a\r\n2,b\n3,c\r\n"]
)
def test_line_ends_that_differ_are_read_the_same_both_ways(header: str, tail: str) -> None:
    """One that differs may be a line break inside a cell, which has torn a row apart."""
    assert outcome(header + tail) == outcome(header + tail, never)
