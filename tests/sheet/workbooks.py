"""Makes workbooks, good ones and hostile ones."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Iterable
from io import BytesIO

import xlsxwriter
from odf.element import Element
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

Cells = Iterable[Iterable[object]]
GOOD: list[list[object]] = [["id", "name"], [1, "Anna"]]


def xlsx(rows: Cells = GOOD, *, sheets: Iterable[str] = (), fill: Callable[..., None] | None = None) -> bytes:
    """Rows on the first worksheet; `fill(book, sheet)` may do more."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, list(row))
        for name in sheets:
            book.add_worksheet(name).write_row(0, 0, ["id", name])
            book.get_worksheet_by_name(name).write_row(1, 0, [7, "x"])
        if fill:
            fill(book, sheet)
    return target.getvalue()


def repacked(
    data: bytes, change: Callable[[str, bytes], bytes | None], more: Iterable[tuple[str, bytes]] = ()
) -> bytes:
    """The same archive with members changed or (None) left out, and others added."""
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                archive.writestr(name, content)
        for name, content in more:
            archive.writestr(name, content)
    return target.getvalue()


def with_sheet_xml(body: str) -> bytes:
    """A workbook whose first worksheet holds these rows of XML."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<worksheet xmlns="{space}"><sheetData>{body}</sheetData></worksheet>'
    return repacked(xlsx(), lambda name, old: xml.encode() if name.endswith("sheet1.xml") else old)


HEADER_XML = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>name</t></is></c></row>'
)


def ods(tables: dict[str, Iterable[Element]]) -> bytes:
    """Rows by table, and columns and groups of both before and among them."""
    document = OpenDocumentSpreadsheet()
    for name, parts in tables.items():
        table = Table(name=name)
        for part in parts:
            table.addElement(part)
        document.spreadsheet.addElement(table)
    target = BytesIO()
    document.write(target)
    return target.getvalue()


def ods_row(*cells: TableCell, **attributes: str) -> TableRow:
    row = TableRow(**attributes)
    for cell in cells:
        row.addElement(cell)
    return row


def ods_cell(shown: str = "", kind: str = "string", **attributes: str) -> TableCell:
    cell = TableCell(valuetype=kind, **attributes)
    for line in shown.split("\n"):
        cell.addElement(P(text=line))
    return cell


# ---------------------------------------------------------------- .xls, by hand: with what no library writes


def ole(name: str, content: bytes, *, small: bool = False) -> bytes:
    """A compound file with one stream; `small`: among the streams below 4 KiB, which lie in one of their own."""
    if not small:
        content = content.ljust(4096, b"\0")
    sectors = -(-len(content) // 512)
    pieces = -(-len(content) // 64)
    data = content.ljust(sectors * 512, b"\0")

    def entry(name: str, kind: int, start: int, size: int, child: int = -1) -> bytes:
        raw = (name + "\0").encode("utf-16-le")
        head = raw.ljust(64, b"\0") + struct.pack("<HBBlll", len(raw), kind, 1, -1, -1, child)
        return head + bytes(36) + struct.pack("<lLL", start, size, 0)

    def table(*numbers: int) -> bytes:
        return struct.pack(f"<{len(numbers)}L", *numbers).ljust(512, b"\xff")

    fats = -(-(sectors + 3) // 126)  # sectors of the table that says which sector follows which
    end, first = 0xFFFFFFFE, fats + 2
    fat = table(*[0xFFFFFFFD] * fats, end, end, *range(first + 1, first + sectors), end).ljust(
        fats * 512, b"\xff"
    )
    small_fat = table(*range(1, pieces), end) if small else table()
    root = entry("Root Entry", 5, first if small else -2, len(data) if small else 0, 1)
    directory = root + entry(name, 2, 0 if small else first, len(content)) + bytes(256)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<5LlLlL", 0, fats, fats, 0, 4096, fats + 1 if small else -2, int(small), -2, 0)
    return (
        header
        + struct.pack(f"<{fats}L", *range(fats)).ljust(436, b"\xff")
        + fat
        + directory
        + small_fat
        + data
    )


def biff(*records: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<HH", kind, len(content)) + content for kind, content in records)


def xls_with(*cells: tuple[int, bytes], small: bool = False) -> bytes:
    """A workbook of one worksheet `S` with these records."""
    book, sheet = (struct.pack("<HHHHLL", 0x600, kind, 0, 0, 0, 6) for kind in (5, 0x10))
    begin = 4 + len(book) + 4 + 9 + 4
    name = struct.pack("<LBBBB", begin, 0, 0, 1, 0) + b"S"
    stream = biff((0x809, book), (0x85, name), (0x0A, b""), (0x809, sheet), *cells, (0x0A, b""))
    return ole("Workbook", stream, small=small)


# ---------------------------------------------------------------- .xlsb, by hand: no library writes it


def _record(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = b"", len(content)
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return head + length + content


def _wide(text: str) -> bytes:
    return struct.pack("<L", len(text)) + text.encode("utf-16-le")


def xlsb(
    cells: Iterable[tuple[int, int, object]],
    *,
    hidden: Iterable[int] = (),
    columns: Iterable[tuple[int, int]] = (),
    merges: Iterable[tuple[int, int, int, int]] = (),
) -> bytes:
    """One worksheet `S`; a cell is row, column (from 0) and a text, a float or an error's code as bytes.

    `hidden`: rows; `columns`: first and last column of ranges that are hidden.
    """
    infos = [_record(60, struct.pack("<4LH", first, last, 2304, 0, 1)) for first, last in columns]
    parts = []
    for row, column, value in cells:
        place = struct.pack("<LL", column, 0)
        flags = 0x1000 if row in hidden else 0
        parts.append(_record(0, struct.pack("<LLHH", row, 0, 300, flags) + bytes(13)))
        if isinstance(value, str):
            parts.append(_record(6, place + _wide(value)))
        elif isinstance(value, bytes):
            parts.append(_record(3, place + value))
        else:
            parts.append(_record(5, place + struct.pack("<d", value)))
    dimension = _record(148, struct.pack("<4L", 0, 0, 0, 0))  # a lie, as hostile files tell it
    if infos:
        infos = [_record(390), *infos, _record(391)]
    sheet = (
        _record(129)
        + dimension
        + b"".join(infos)
        + _record(145)
        + b"".join(parts)
        + _record(146)
        + b"".join(_record(176, struct.pack("<4L", *merge)) for merge in merges)
        + _record(130)
    )
    bundle = _record(156, struct.pack("<LL", 0, 1) + _wide("rId1") + _wide("S"))
    book = _record(131) + _record(143) + bundle + _record(144) + _record(132)
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{relation}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/_rels/workbook.bin.rels", relations)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return target.getvalue()
