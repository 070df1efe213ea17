"""Small files that want to become large ones: each is read or refused within the bounds of every case."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from tests.sheet.workbook.packed import (
    TABLE,
    book,
    label,
    number,
    open_document,
    open_text,
    open_words,
    package,
    relations,
    shared,
    worksheet,
    zipped,
)
from tests.sheet.workbooks import repacked, xlsb
from tests.torture.child_case import Verdict
from tests.torture.files import check, warm_up
from tests.torture.table import Tried, try_all

LONG = "Guten Tag. " * 2_900
"""a text as long as a cell may hold"""
MANY = 1_048_570
"""rows: as many as there can be"""
NESTED = ("texts", "styles", "book", "list")

Bomb = Callable[[], bytes]


def repeated(times: int, *cells: str) -> bytes:
    """An .ods one row of which stands for many."""
    row = f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'
    return open_document(open_words("id", "name") + row)


def shown(text: str, attributes: str = "") -> str:
    return open_text(f"<text:p>{text}</text:p>", attributes)


def rows_of(cell: str, rows: int, texts: str | None = None) -> bytes:
    """An .xlsx of so many rows, each of an id and this."""
    return zipped(package(worksheet(TABLE + f"<row><c><v>1</v></c>{cell}</row>" * rows), texts=texts))


def before(piece: str, times: int = 1, after: str = "") -> bytes:
    """An .xlsx with this before its cells."""
    return zipped(package(worksheet(TABLE, before=piece * times + after * times)))


def text_often(rows: int, text: str = LONG) -> bytes:
    return rows_of('<c t="s"><v>0</v></c>', rows, f"<si><t>{text}</t></si>")


def texts(text: str) -> bytes:
    return zipped(package(texts=text))


def styles(text: str) -> bytes:
    return zipped(package(styles=text))


def entities(where: str) -> bytes:
    """Each stands for ten of the next."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n + 1};" * 10}">' for n in range(12)) + '<!ENTITY e12 "x">'
    head = f"<!DOCTYPE x [{levels}]>"
    if where == "content":
        return zipped({"content.xml": head + "<x>&e0;</x>"})
    parts = package(texts="<si><t>&e0;</t></si>", styles="")
    files = ("sharedStrings.xml", "styles.xml", "workbook.xml", "_rels/workbook.xml.rels")
    part = "xl/" + files[NESTED.index(where)]
    return zipped({**parts, part: head + str(parts[part])})


def defaults() -> bytes:
    """Attributes that every cell has though they are not written."""
    head = "<!DOCTYPE worksheet [<!ATTLIST c " + " ".join(f'a{n} CDATA "x"' for n in range(2_000)) + ">]>"
    return zipped(package(head + worksheet(TABLE + "<row>" + "<c/>" * 100_000 + "</row>")))


def matryoshka() -> bytes:
    data = zipped(package())
    for _ in range(6):
        data = zipped({"xl/workbook.xml": data, "inner.xlsx": data})
    return data


def xls_text_often() -> bytes:
    """5,000 cells of one text are 160 MB, and 60,000 are two gigabytes."""
    pieces = [LONG[at : at + 8000] for at in range(0, len(LONG), 8000)]
    head = struct.pack("<2LHB", 1, 1, len(LONG), 0) + pieces[0].encode()
    more = [(0x3C, b"\0" + piece.encode()) for piece in pieces[1:]]
    cells = (cell for row in range(1, 60_000) for cell in (number(row, 0, row), shared(row, 1, 0)))
    return book(label(0, 0, "id"), label(0, 1, "name"), *cells, globals=[(0xFC, head), *more])


def xls_packed_numbers() -> bytes:
    many = b"".join(struct.pack("<HL", 0, at << 2 | 2) for at in range(250))
    rows = ((0xBD, struct.pack("<2H", row, 0) + many + b"\xf9\0") for row in range(1, 4_000))
    return book(*(label(0, column, f"_{column}") for column in range(250)), *rows)


def xlsb_records(records: bytes) -> bytes:
    """An .xlsb with a worksheet of these records."""
    return repacked(xlsb([(0, 0, "id")]), lambda name, old: records if "sheet1" in name else old)


def xlsb_texts(length: int, rows: int) -> bytes:
    head: list[tuple[int, int, object]] = [(0, 0, "id"), (0, 1, "name")]
    return xlsb([*head, *((row, 1, LONG[:length]) for row in range(1, rows))])


BOMBS: dict[str, Bomb] = {
    "a row with a long text repeated.ods": lambda: repeated(MANY, shown("1"), shown(LONG)),
    "a row repeated.ods": lambda: repeated(MANY, shown("1"), shown("1")),
    "a row repeated a third as often.ods": lambda: repeated(MANY // 3, shown("1"), shown("1")),
    "rows and columns repeated.ods": lambda: repeated(
        MANY, shown("x", 'table:number-columns-repeated="400"')
    ),
    "columns repeated.ods": lambda: repeated(50, shown(LONG, 'table:number-columns-repeated="400"')),
    "formulas without a value repeated.ods": lambda: repeated(
        MANY, '<table:table-cell table:formula="x"/>' * 2
    ),
    "errors repeated.ods": lambda: repeated(MANY // 3, shown("#N/A"), shown("#N/A")),
    "dates repeated.ods": lambda: repeated(
        MANY // 3, '<table:table-cell office:value-type="date" office:date-value="2026-12-24"/>' * 2
    ),
    "spaces repeated.ods": lambda: repeated(
        3, open_text('<text:p><text:s text:c="16000000"/>x</text:p>') * 40
    ),
    "many spaces.ods": lambda: repeated(1, open_text('<text:p><text:s text:c="4000000000"/></text:p>')),
    "many tables.ods": lambda: open_document(open_words("id"), tables="<table:table/>" * 1_000_000),
    "a text in many cells.xlsx": lambda: text_often(200_000),
    "a text in as many cells as fit.xlsx": lambda: text_often(6_000),
    "a short text in many cells.xlsx": lambda: text_often(MANY, "x" * 200),
    "a text inline in many cells.xlsx": lambda: rows_of(
        f'<c t="inlineStr"><is><t>{LONG}</t></is></c>', 5_000
    ),
    "a formula's text in many cells.xlsx": lambda: rows_of(f'<c t="str"><f>A1</f><v>{LONG}</v></c>', 5_000),
    "numbers.xlsx": lambda: rows_of("<c><v>0.123456789</v></c>" * 6, 200_000),
    "many texts.xlsx": lambda: texts("".join(f"<si><t>{n}</t></si>" for n in range(3_000_000))),
    "many empty texts.xlsx": lambda: texts("<si/>" * 20_000_000),
    "many empty cells.xlsx": lambda: rows_of("<c/>" * 400, 100_000),
    "many empty rows.xlsx": lambda: rows_of("</row><row>" * 10_000, 1_000),
    "many merges.xlsx": lambda: zipped(
        package(worksheet(TABLE, after='<mergeCell ref="A1:XFD99"/>' * 3_000_000))
    ),
    "merges over merges.xlsx": lambda: zipped(
        package(worksheet(TABLE * 5_000, after='<mergeCell ref="A1:XFD1048576"/>' * 90_000))
    ),
    "many worksheets.xlsx": lambda: zipped(package(head='<sheet name="x"/>' * 2_000_000)),
    "many formats.xlsx": lambda: styles(
        "".join(f'<numFmt numFmtId="{n}" formatCode="{"0" * 200}"/>' for n in range(400_000))
    ),
    "many styles.xlsx": lambda: styles("<cellXfs>" + '<xf numFmtId="1"/>' * 8_000_000 + "</cellXfs>"),
    "elements inside one another.xlsx": lambda: before("<x>", 5_000_000, "</x>"),
    "a tag without end.xlsx": lambda: before(f'<x a="{"x" * 150_000_000}"/>'),
    "a comment without end.xlsx": lambda: before(f"<!--{'x' * 150_000_000}-->"),
    "a text without end.xlsx": lambda: rows_of(f'<c t="str"><v>{"x" * 150_000_000}</v></c>', 1),
    "many attributes.xlsx": lambda: before("<x " + " ".join(f'a{n}=""' for n in range(2_000_000)) + "/>"),
    "many names.xlsx": lambda: before("".join(f"<a{n}/>" for n in range(2_000_000))),
    "attributes that are not written.xlsx": defaults,
    **{f"entities in the {where}.xlsx": partial(entities, where) for where in NESTED},
    "entities.ods": lambda: entities("content"),
    "a workbook in a workbook.xlsx": matryoshka,
    "relations without end.xlsx": lambda: zipped(
        {**package(), "xl/_rels/workbook.xml.rels": relations(("x", "y")) + "<Relationship/>" * 5_000_000}
    ),
    "a text in many cells.xls": xls_text_often,
    "packed numbers.xls": xls_packed_numbers,
    "many worksheets.xls": lambda: book(label(0, 0, "id"), sheets=[("S", 0)] * 20_000),
    "a text in many cells.xlsb": lambda: xlsb_texts(2_000, 40_000),
    "as many texts as fit.xlsb": lambda: xlsb_texts(1_000, 28_000),
    "empty records.xlsb": lambda: xlsb_records(b"\x01\x00" * 30_000_000),
    "a part of zeros.xlsb": lambda: xlsb_records(bytes(190_000_000)),
}


def attempts(scale: float, seed: int) -> Iterator[Tried]:
    """Every bomb, at any scale and seed: there are few."""
    yield try_bombs(BOMBS)


def try_bombs(bombs: Mapping[str, Bomb]) -> Tried:
    """Each of them, made and read in processes of their own."""
    with tempfile.TemporaryDirectory() as folder:
        good = Path(folder) / "good.xlsx"
        good.write_bytes(zipped(package()))
        warm_up([good])
        return try_all("files that want to be large", cases(bombs, Path(folder)), judge)


def cases(bombs: Mapping[str, Bomb], folder: Path) -> Iterator[tuple[str, Callable[[], int | None]]]:
    for name, make in bombs.items():
        path = folder / name
        path.write_bytes(make())
        yield name, lambda path=path: check(path)
        path.unlink()


def judge(name: str, verdict: Verdict) -> Iterable[str]:
    """A check's exits, in a few words."""
    if verdict.exit not in {0, 2, 3}:
        yield f"exit {verdict.exit}"
    if len(verdict.said) > 20_000:
        yield f"said {len(verdict.said):,} characters"
