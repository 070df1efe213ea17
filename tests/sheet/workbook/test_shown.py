"""A cell is what its reader sees: where it shows one thing and holds another, a text takes neither in silence."""

from __future__ import annotations

import struct
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from batch_update.sheet.workbook.shown import is_dated, shown_as
from batch_update.sheet.workbook.worksheets import Held, Typed
from tests.sheet.tables import read_bytes
from tests.sheet.workbook.packed import (
    book,
    formats,
    label,
    number,
    open_document,
    open_row,
    open_text,
    open_words,
    package,
    text8,
    worksheet,
    zipped,
)

HEADER = "".join(
    f'<c r="{letter}1" t="inlineStr"><is><t>{name}</t></is></c>'
    for letter, name in zip(
        "ABCDEFGHI",
        (
            "id",
            "name",
            "variables.x",
            "label_ids",
            "filler_config.positive",
            "speech_speed",
            "record",
            "_note",
            "timezone",
        ),
        strict=True,
    )
)
TEXTS, VALUES, NOTE = "BCDEI", "FG", "H"


def xlsx_with(column: str, cell: str, format: str) -> bytes:
    place = f'<c r="{column}2"'
    row = f'<row r="2"><c r="A2"><v>1</v></c>{cell.replace("<c", place)}</row>'
    return zipped(package(worksheet(f'<row r="1">{HEADER}</row>{row}'), styles=formats(format)))


TYPED = [
    ('<c t="b"><v>1</v></c>', "General", "WAHR"),
    ('<c t="b"><v>0</v></c>', "General", "FALSCH"),
    ('<c s="1"><v>0.5</v></c>', "0%", "50%"),
    ('<c s="1"><v>0.125</v></c>', "0.0 %", "12.5 %"),
    ('<c s="1"><v>1234.5</v></c>', '#,##0.00 "€"', "1,234.50 €"),
    ('<c s="1"><v>1234.5</v></c>', "[$€-407] #,##0.00", "€ 1,234.50"),
    ('<c s="1"><v>12345</v></c>', "#,##0", "12,345"),
    ('<c s="1"><v>12345678</v></c>', '0.0,,"M"', "12.3M"),
    ('<c s="1"><v>46380</v></c>', "dd.mm.yyyy", "24.12.2026"),
    ('<c s="1"><v>46380</v></c>', "[$-407]d. mmmm yyyy;@", "24. December 2026"),
    ('<c s="1"><v>0.395833333333333</v></c>', "h:mm", "9:30"),
    ('<c s="1"><v>1.5</v></c>', "[h]:mm", "36:00"),
    ('<c s="1"><v>46380.75</v></c>', "d/m/yy h:mm AM/PM", "24/12/26 6:00 PM"),
    ('<c s="1"><v>7</v></c>', "00000", "00007"),
    ('<c s="1"><v>1.6</v></c>', "0", "2"),
    ('<c s="1"><v>10</v></c>', "0.00", "10.00"),
    ('<c s="1"><v>0.5</v></c>', "# ?/?", "# ?/?"),
    ('<c s="1"><v>12000</v></c>', "0.00E+00", "0.00E+00"),
    ('<c t="d"><v>2026-12-24</v></c>', "General", "something else"),
    ("<c><v>12345678901234567</v></c>", "General", "something else"),
    ('<c s="1"><f>1/2</f><v>0.5</v></c>', "0%", "50%"),
    ('<c s="1"><v>7</v></c>', ";;;", "nothing"),
]


@pytest.mark.parametrize("column", TEXTS)
@pytest.mark.parametrize(("cell", "format", "shown"), TYPED)
def test_what_shows_otherwise_is_refused_in_texts_lists_and_variables(
    cell: str, format: str, shown: str, column: str
) -> None:
    (problem,) = read_bytes(xlsx_with(column, cell, format)).problems
    assert (problem.code, problem.index, problem.column) == ("S130", 0, ord(column) - ord("A"))
    assert shown in problem.given and "holds" in problem.given
    assert "as text" in problem.remedy


@pytest.mark.parametrize("column", [*VALUES, NOTE])
@pytest.mark.parametrize(("cell", "format", "shown"), TYPED)
def test_where_a_value_is_wanted_the_value_counts(cell: str, format: str, shown: str, column: str) -> None:
    assert read_bytes(xlsx_with(column, cell, format)).problems == ()


PLAIN = [
    ("<c><v>49301234567</v></c>", "General", "49301234567"),
    ('<c s="1"><v>49301234567</v></c>', "0", "49301234567"),
    ('<c s="1"><v>49301234567</v></c>', "@", "49301234567"),
    ('<c s="1"><v>7</v></c>', "0.##", "7"),
    ("<c><v>0.5</v></c>", "General", "0.5"),
    ('<c s="1"><v>500</v></c>', "#,##0", "500"),
    ('<c s="1"><v>500</v></c>', "[Black]General", "500"),
    ('<c s="1"><v>-3</v></c>', "0;-0", "-3"),
    ('<c s="1"><v>46380</v></c>', "yyyy-mm-dd", "2026-12-24"),
    ('<c s="1"><v>1.25</v></c>', "0.00", "1.25"),
    ('<c s="1" t="inlineStr"><is><t>50 %</t></is></c>', "0%", "50 %"),
]


@pytest.mark.parametrize("column", TEXTS)
@pytest.mark.parametrize(("cell", "format", "text"), PLAIN)
def test_what_shows_as_it_is_is_taken(cell: str, format: str, text: str, column: str) -> None:
    sheet = read_bytes(xlsx_with(column, cell, format))
    assert (sheet.row(0).cells[ord(column) - ord("A")], sheet.problems) == (text, ())


@pytest.mark.parametrize("built_in", [9, 10, 3, 4, 14, 18, 22, 44])
def test_formats_that_are_named_by_number_alone_are_known(built_in: int) -> None:
    style = 0xE0, struct.pack("<2H16x", 0, built_in)
    cells = label(0, 0, "id"), label(0, 1, "name"), number(1, 0, 1), number(1, 1, 46380.5, 0)
    (problem,) = read_bytes(book(*cells[:2], cells[3], number(1, 0, 1, 1), globals=[style])).problems
    assert problem.code == "S130"


@pytest.mark.parametrize(
    "cell",
    [
        number(1, 1, 0.5, 1),
        (0x27E, struct.pack("<3HL", 1, 1, 1, 50 << 2 | 3)),
        (0xBD, struct.pack("<2HHLH", 1, 1, 1, 50 << 2 | 3, 1)),
        (0x205, struct.pack("<3HBB", 1, 1, 0, 1, 0)),
    ],
)
def test_the_same_in_an_xls(cell: tuple[int, bytes]) -> None:
    styles = [
        (0xE0, struct.pack("<2H16x", 0, 0)),
        (0x41E, struct.pack("<H", 200) + text8("0%")),
        (0xE0, struct.pack("<2H16x", 0, 200)),
    ]
    data = book(label(0, 0, "id"), label(0, 1, "name"), number(1, 0, 1), cell, globals=styles)
    (problem,) = read_bytes(data).problems
    assert (problem.code, problem.column) == ("S130", 1)


ODS = [
    ('office:value-type="percentage" office:value="0.5"', "50 %", "0.5"),
    ('office:value-type="boolean" office:boolean-value="true"', "WAHR", "TRUE"),
    ('office:value-type="currency" office:value="1234.5" office:currency="EUR"', "1.234,50 €", "1234.5"),
    ('office:value-type="date" office:date-value="2026-12-24"', "24.12.26", "2026-12-24"),
    ('office:value-type="time" office:time-value="PT09H30M00S"', "9:30", "09:30:00"),
    ('office:value-type="time" office:time-value="PT36H00M00S"', "36:00", "36:00:00"),
    ('office:value-type="float" office:value="1234.5"', "1.234,5", "1234.5"),
    ('office:value-type="float" office:value="7"', "7", "7"),
]


@pytest.mark.parametrize(("attributes", "shown", "held"), ODS)
def test_an_ods_tells_what_it_shows_and_that_is_taken_for_texts(
    attributes: str, shown: str, held: str
) -> None:
    cell = f"<table:table-cell {attributes}><text:p>{shown}</text:p></table:table-cell>"
    rows = open_words("id", "name", "variables.x", "speech_speed", "_note") + open_row(
        open_text("<text:p>1</text:p>"), *[cell] * 4
    )
    sheet = read_bytes(open_document(rows))
    assert (sheet.row(0).cells, sheet.problems) == (("1", shown, shown, held, held), ())


@pytest.mark.parametrize(("attributes", "shown", "held"), ODS[:6])
def test_an_ods_that_does_not_tell_it_is_refused(attributes: str, shown: str, held: str) -> None:
    rows = open_words("id", "name") + open_row(
        open_text("<text:p>1</text:p>"), f"<table:table-cell {attributes}/>"
    )
    (problem,) = read_bytes(open_document(rows)).problems
    assert problem.code == "S130"


@pytest.mark.parametrize(
    ("held", "format", "decimal", "shown"),
    [
        (1234.5, '#,##0.00 "€"', ",", "1.234,50 €"),
        (-5.0, "0.0;(0.0)", ".", "(5.0)"),
        (0.0, '0;-0;"none"', ".", "none"),
        (-0.5, "0%", ".", "-50%"),
        (0.5, "#.0", ".", ".5"),
        (1e20, "0", ".", None),
        (float("nan"), "0", ".", None),
        (3.0, "0;;", ".", "3"),
        (5.0, '"a;b"0', ".", "a;b5"),
        (5.0, "[Red][>3]0;0", ".", "5"),
        (date(2026, 1, 2), "ddd, mmm d, yyyy", ".", "Fri, Jan 2, 2026"),
        (time(9, 5), "hh:mm:ss", ".", "09:05:00"),
        (datetime(2026, 1, 2, 15, 4), "h AM/PM", ".", "3 PM"),
        (timedelta(minutes=90), "[mm]:ss", ".", "90:00"),
        (date(2026, 1, 2), "", ".", None),
    ],
)
def test_how_a_value_looks_in_a_format(held: Held, format: str, decimal: str, shown: str | None) -> None:
    assert shown_as(Typed(held, format), decimal) == shown


@pytest.mark.parametrize(
    ("format", "dated"),
    [
        ("General", False),
        ('0 "days"', False),
        ("[Red]0", False),
        (r"0\h", False),
        ("0.00E+00", False),
        ("[$EUR] 0", False),
        ('"d"0', False),
        ("yyyy", True),
        ("[mm]:ss", True),
        ("[$-407]d.m.", True),
        ("h:mm AM/PM", True),
        ("@", False),
        ("_d0", False),
        ("0;yy", False),
    ],
)
def test_which_formats_are_of_dates(format: str, dated: bool) -> None:
    assert is_dated(format) is dated


def test_a_text_that_only_looks_typed_is_taken(capfd: Any) -> None:
    data = xlsx_with("B", '<c t="inlineStr"><is><t>TRUE</t></is></c>', "0%")
    assert read_bytes(data).problems == ()
