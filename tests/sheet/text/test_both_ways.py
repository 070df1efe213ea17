"""Blocks parsed by pandas and records read one by one make the same sheet, whatever the text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from batch_update.errors import SheetError
from batch_update.model.sheets import Sheet
from batch_update.sheet.text import delimited, feed
from tests.sheet.tables import as_csv, read_text, tables

PIECES = st.sampled_from(
    ['"', '""', '","', '"\n', '\n"', ",", "\n", "\r\n", "\r", "a", "b c", " ", ",,", "1,2,3\n", '"x, y",', "=", "'=",
     "\0", "ä", "x\"y", "\n\n", ",\n"]
)  # fmt: skip


@contextmanager
def patched(**values: Any) -> Iterator[None]:
    """hypothesis runs many examples in one test, so pytest's own patches would last too long."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setattr(feed, name, value)
        yield


def outcome(text: str) -> tuple[Any, ...]:
    """Everything that reading gives, in a form that compares."""
    try:
        sheet: Sheet = read_text(text, delimiter=",")
    except SheetError as error:
        return error.code, error.message
    columns = [(c.header, c.role, c.field, list(c.texts)) for c in sheet.columns]
    rest = (sheet.dialect, sheet.header_row, sheet.blank_rows, dict(sheet.ragged), sheet.problems)
    return columns, list(sheet.numbers), list(sheet.lines or ()), rest


def carefully(text: str) -> tuple[Any, ...]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited._Body, "add_proved", lambda self, block: False)
        return outcome(text)


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
    expected = carefully(text)
    assert outcome(text) == expected
    with patched(BLOCK=block, SMALLEST_BLOCK=smallest):
        assert outcome(text) == expected
        assert carefully(text) == expected


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(tables(), st.sampled_from([40, 1 << 20]), st.sampled_from([10, 1 << 16]), st.booleans())
def test_any_table_is_read_the_same_both_ways(table: Any, block: int, smallest: int, always: bool) -> None:
    text = as_csv(table, ",", "\n", always=always)
    with patched(BLOCK=block, SMALLEST_BLOCK=smallest):
        assert outcome(text) == carefully(text)


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 5), min_size=2, max_size=30), st.sampled_from([10, 25, 60]))
def test_rows_that_are_too_long_or_too_short_never_shift_values(widths: list[int], block: int) -> None:
    """A long and a short row together have as many cells as two right ones; and a block may begin with either."""
    records = [[f"{number}.{cell}" for cell in range(width)] for number, width in enumerate(widths)]
    with patched(BLOCK=block):
        sheet = read_text(
            "id,name,_x\n" + "".join(",".join(r) + "\n" for r in records) + "1,2,3\n", delimiter=","
        )
    rows = [record for record in records if record] + [["1", "2", "3"]]
    assert [list(sheet.row(index).cells) for index in range(len(sheet))] == rows
    assert sorted(sheet.ragged) == [index for index, row in enumerate(rows) if len(row) != 3]
    assert [p.index for p in sheet.problems if p.code == "S106"] == sorted(sheet.ragged)
    for index in sheet.ragged:
        assert all(column.texts[index] == "" for column in sheet.columns)


def test_an_ordinary_sheet_is_not_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quotes, delimiters and line breaks inside cells, umlauts, blank rows of delimiters: all that is quick."""
    monkeypatch.setattr(feed, "BLOCK", 1000)
    calls: list[str] = []
    monkeypatch.setattr(delimited._Body, "add_carefully", lambda self, block, feed: calls.append(block))
    rows = "".join(f'{n},"Say ""yes"", {n}\nor no",Größe\r\n' for n in range(1, 2000)) + ",,\r\n"
    sheet = read_text("id,system_prompt,name\r\n" + rows)
    assert (len(sheet), sheet.blank_rows, calls) == (1999, 1, [])
    assert sheet.row(1998).line == 2 + 2 * 1998


def test_what_is_wrong_is_looked_for_in_ever_smaller_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """One row too long among 5,000: only the smallest block around it is read record by record."""
    monkeypatch.setattr(feed, "BLOCK", 40_000)
    monkeypatch.setattr(feed, "SMALLEST_BLOCK", 1000)
    read, add_carefully = [], delimited._Body.add_carefully

    def watched(self: delimited._Body, block: bytes, feed: feed.Feed) -> None:
        read.append(block)
        add_carefully(self, block, feed)

    monkeypatch.setattr(delimited._Body, "add_carefully", watched)
    rows = [f"{n},name {n}\n" for n in range(10_000, 15_000)]
    rows[3000] = "13000,name,13000\n"
    sheet = read_text("id,name\n" + "".join(rows))
    assert list(sheet.columns[0].texts) == [str(n) if n != 13_000 else "" for n in range(10_000, 15_000)]
    assert list(sheet.numbers) == list(range(2, 5002))
    assert [len(block) <= 1000 and b"13000" in block for block in read] == [True]
