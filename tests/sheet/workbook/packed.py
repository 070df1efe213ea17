"""Makes workbooks part by part, as other programs than the libraries of these tests write them."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from xml.sax.saxutils import escape

from tests.sheet.workbooks import biff, ole

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
ODF = "urn:oasis:names:tc:opendocument:xmlns"
TABLE = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>name</t></is></c></row>'
    '<row r="2"><c r="A2"><v>10001</v></c><c r="B2" t="inlineStr"><is><t>Anna</t></is></c></row>'
)


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name)
            info.filename = name  # as it stands: zipfile would make / of \
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return target.getvalue()


def relations(*targets: tuple[str, str]) -> str:
    """Type and target of each, called rId1 and so on."""
    inside = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{type}" Target="{target}"/>'
        for number, (type, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{inside}</Relationships>'


def worksheet(rows: str, before: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def package(
    sheet: str = worksheet(TABLE),
    *,
    folder: str = "xl",
    state: str = "",
    texts: str | None = None,
    styles: str | None = None,
    properties: str = "",
    head: str = "",
) -> dict[str, str | bytes]:
    """The parts of an .xlsx with one worksheet `S`."""
    visible = f' state="{state}"' if state else ""
    targets = [
        ("worksheet", "worksheets/sheet1.xml"),
        ("sharedStrings", "sharedStrings.xml"),
        ("styles", "styles.xml"),
    ]
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations(("officeDocument", f"{folder}/workbook.xml")),
        f"{folder}/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{properties}<sheets>{head}'
        f'<sheet name="S" sheetId="1"{visible} r:id="rId1"/></sheets></workbook>',
        f"{folder}/_rels/workbook.xml.rels": relations(*targets),
        f"{folder}/worksheets/sheet1.xml": sheet,
    }
    if texts is not None:
        parts[f"{folder}/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{texts}</sst>'
    if styles is not None:
        parts[f"{folder}/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    return parts


def formats(*codes: str) -> str:
    """Styles 1, 2, ... with these number formats; style 0 is the plain one."""
    own = "".join(
        f'<numFmt numFmtId="{170 + n}" formatCode="{escape(c, {chr(34): "&quot;"})}"/>'
        for n, c in enumerate(codes)
    )
    used = "".join(f'<xf numFmtId="{170 + number}"/>' for number in range(len(codes)))
    styles = '<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'  # of styles, and named by no cell
    return f'<numFmts>{own}</numFmts>{styles}<cellXfs><xf numFmtId="0"/>{used}</cellXfs>'


def open_document(
    rows: str, *, styles: str = "", style: str = "", mimetype: bool = True, tables: str = ""
) -> bytes:
    """An .ods with one table `S`, its XML as it stands."""
    spaces = " ".join(f'xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "table", "text", "style"))
    spaces += f' xmlns:draw="{ODF}:drawing:1.0"'
    named = f' table:style-name="{style}"' if style else ""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="S"{named}>{rows}</table:table>{tables}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"} if mimetype else {}
    return zipped({**kind, "content.xml": content})


def open_row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def open_text(inside: str, attributes: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {attributes}>{inside}</table:table-cell>'


def open_words(*words: str) -> str:
    return open_row(*(open_text(f"<text:p>{word}</text:p>") for word in words))


# ---------------------------------------------------------------- .xls


def text8(text: str, *, wide: bool = False, width: int = 2) -> bytes:
    """A text of Excel 97: length, flags, letters."""
    return (
        len(text).to_bytes(width, "little") + bytes([wide]) + text.encode("utf-16-le" if wide else "latin-1")
    )


def label(row: int, column: int, text: str) -> tuple[int, bytes]:
    return 0x204, struct.pack("<3H", row, column, 0) + text8(text)


def number(row: int, column: int, value: float, style: int = 0, kind: int = 0x203) -> tuple[int, bytes]:
    return kind, struct.pack("<3Hd", row, column, style, value)


def shared(row: int, column: int, index: int) -> tuple[int, bytes]:
    return 0xFD, struct.pack("<3HL", row, column, 0, index)


def book(
    *cells: tuple[int, bytes],
    globals: Iterable[tuple[int, bytes]] = (),
    version: int = 0x600,
    sheets: Iterable[tuple[str, int]] = (("S", 0),),
    root: str = "Root Entry",
    stream: str = "Workbook",
) -> bytes:
    """An .xls with these records on its last sheet; `sheets`: name and type of each."""
    start, begin = ((0x809, struct.pack("<HHHHLL", version, kind, 0, 0, 0, 6)) for kind in (5, 0x10))
    sheets = list(sheets)
    names = [
        text8(name, width=1) if version == 0x600 else bytes([len(name)]) + name.encode() for name, _ in sheets
    ]
    head = biff(start, *globals)
    size = len(head) + sum(4 + 6 + len(name) for name in names) + 4
    empty = biff(begin, (0x0A, b""))
    for place, (_, kind) in enumerate(sheets):
        head += biff((0x85, struct.pack("<LBB", size + place * len(empty), 0, kind) + names[place]))
    body = head + biff((0x0A, b"")) + empty * (len(sheets) - 1) + biff(begin, *cells, (0x0A, b""))
    return ole(stream, body).replace(
        "Root Entry".encode("utf-16-le"), root.ljust(10, "\0").encode("utf-16-le")
    )
