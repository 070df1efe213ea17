"""Any table, written in any dialect and read back, is the same table."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch_update.model.sheets import Dialect
from batch_update.settings.tunables import Settings
from batch_update.sheet.reading import read_sheet
from batch_update.sheet.writing.records import write_table
from tests.sheet.tables import (
    DIALECTS,
    Written,
    as_csv,
    check_read_back,
    read_text,
    tables,
    texts,
    write_jsonl,
    write_xlsx,
)

SLOW = settings(max_examples=150, suppress_health_check=list(HealthCheck))


@SLOW
@given(tables(), st.sampled_from(DIALECTS))
def test_what_this_program_writes_it_reads_back(
    tmp_path_factory: pytest.TempPathFactory, table: Written, dialect: Dialect
) -> None:
    path = tmp_path_factory.mktemp("out") / f"table.{dialect.format}"
    write_table(path, table.header, table.rows, dialect)
    sheet = read_sheet(path)
    check_read_back(sheet, table)
    assert sheet.dialect.delimiter == dialect.delimiter or len(table.header) == 1
    assert sheet.dialect.newline == dialect.newline
    assert sheet.dialect.encoding in (dialect.encoding, "utf-8", "utf-8-sig")


# A cell that says `'=x` in somebody else's CSV is read as `=x`: that is the grammar, and tested elsewhere.
PLAIN = texts(without="'")


@SLOW
@given(tables(PLAIN), st.sampled_from(",;|\t"), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_a_csv_of_another_program_is_read_as_it_stands(
    table: Written, delimiter: str, newline: str, always: bool
) -> None:
    sheet = read_text(as_csv(table, delimiter, newline, always=always))
    check_read_back(sheet, table)
    assert sheet.dialect.newline == newline
    assert sheet.dialect.delimiter == delimiter or len(table.header) == 1


@SLOW
@given(
    st.lists(texts(), min_size=1, max_size=4).filter(lambda header: any(cell.strip() for cell in header)),
    st.sampled_from(DIALECTS),
)
def test_headers_of_any_text_come_back(
    tmp_path_factory: pytest.TempPathFactory, header: list[str], dialect: Dialect
) -> None:
    path = tmp_path_factory.mktemp("out") / f"table.{dialect.format}"
    write_table(path, header, [["7"] * len(header)], dialect)
    delimiter = "tab" if dialect.delimiter == "\t" else dialect.delimiter
    sheet = read_sheet(path, Settings(delimiter=delimiter))
    assert [column.header for column in sheet.columns] == header
    assert sheet.row(0).cells == ("7",) * len(header)


# XML 1.0 has no control characters but tab and line ends, and the carriage return does not survive all programs.
XML = texts(without="".join(map(chr, (*range(1, 9), 11, 12, *range(13, 32)))) + "\ufffe\uffff")


@SLOW
@given(tables(XML))
def test_a_workbook_is_read_as_it_stands(tmp_path_factory: pytest.TempPathFactory, table: Written) -> None:
    path = tmp_path_factory.mktemp("out") / "table.xlsx"
    write_xlsx(path, table)
    check_read_back(read_sheet(path), table, lines=False)


@SLOW
@given(tables())
def test_json_lines_are_read_as_they_stand(tmp_path_factory: pytest.TempPathFactory, table: Written) -> None:
    path = tmp_path_factory.mktemp("out") / "table.jsonl"
    write_jsonl(path, table)
    sheet = read_sheet(path)
    assert tuple(column.header for column in sheet.columns) == table.header
    assert [sheet.row(index).cells for index in range(len(sheet))] == [table.rows[i] for i in table.kept]
    assert list(sheet.numbers) == list(sheet.lines or ()) == [index + 1 for index in table.kept]
