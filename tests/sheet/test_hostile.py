"""Files that are not what they seem, or made to harm: each is refused with a code, in seconds, in little memory."""

from __future__ import annotations

import json
import os
import random
import re
import struct
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import xlwt
from odf.table import TableCell

from batch_update.errors import SheetError
from batch_update.settings.tunables import Settings
from batch_update.sheet.opening import opened
from batch_update.sheet.reading import read_sheet, read_table
from batch_update.sheet.workbook.worksheets import Budget, Worksheet
from tests.sheet.tables import read_bytes, reading
from tests.sheet.workbooks import (
    HEADER_XML,
    biff,
    ods,
    ods_cell,
    ods_row,
    ole,
    repacked,
    with_sheet_xml,
    xls_with,
    xlsb,
    xlsx,
)


def refusal(path: Path | str, **settings: object) -> SheetError:
    with pytest.raises(SheetError) as caught:
        read_sheet(path, Settings(**settings))
    assert caught.value.code and caught.value.remedy
    return caught.value


# ---------------------------------------------------------------- what is no regular file


@pytest.mark.parametrize(
    "source",
    ["http://127.0.0.1:9/a.csv", "file:///etc/passwd", "s3://bucket/a.csv", "nowhere.csv", "a\0b", ""],
)
def test_only_paths_are_opened_never_addresses(source: str) -> None:
    assert refusal(source).code == "S101"


@pytest.mark.skipif(os.name == "nt", reason="no such files there")
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_devices_are_refused(device: str) -> None:
    assert refusal(device).code == "S101"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path)
    assert error.code == "S101" and "folder" in error.message


@pytest.mark.skipif(os.name == "nt", reason="no such files there")
def test_a_pipe_without_a_writer_does_not_hang(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    errors: list[SheetError] = []
    thread = threading.Thread(target=lambda: errors.append(refusal(pipe)), daemon=True)
    thread.start()
    thread.join(10)
    assert [error.code for error in errors] == ["S101"]


@pytest.mark.parametrize("new", [b"id,name\n1,Gr\xf6\xdfe\n", b"id,name\n1,a\n2,b\n", b""])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_file_that_is_written_to_while_it_is_read_is_not_half_believed(
    name: str, new: bytes, tmp_path: Path
) -> None:
    """Also where the new bytes do not fit the encoding that was found for the old ones."""
    path = tmp_path / name
    path.write_bytes(b'{"id": 1}\n' if name.endswith("l") else b"id,name\n1,a\n")
    manner = reading(encoding="utf-8")
    with pytest.raises(SheetError) as caught, opened(path, None, manner.limits) as file:
        path.write_bytes(new)
        read_table(file, name, manner)
    assert caught.value.code == "S120"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id\n1\n")
    path.chmod(0)
    assert refusal(path).code == "S101"


# ---------------------------------------------------------------- what is not what its name says


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.csv", xlsx()), ("a.tsv", xlsb([(0, 0, "id"), (1, 0, 1.0)])), ("a.jsonl", xlsx()),
     ("a.xlsx", b"id,name\n1,a\n"), ("a.ods", b"id;name\n1;a\n"),
     ("a.xls", b"<html><table><tr><td>id</td></tr></table></html>"),
     ("a.xls", b"\xef\xbb\xbf <?xml version='1.0'?><Workbook/>"), ("a.csv", b"\n<!DOCTYPE html>"),
     ("a.csv", b"%PDF-1.7"),
     ("a.csv", b"\x1f\x8b\x08\x00"), ("a", b"\x89PNG\r\n"), ("a.zip", b"PK\x05\x06" + bytes(18))],
)  # fmt: skip
def test_a_renamed_file_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert refusal(path).code == "S102"


def test_an_archive_of_something_else_is_refused() -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("changes.csv", "id,name\n1,a\n")
    with pytest.raises(SheetError) as caught:
        read_bytes(target.getvalue())
    assert caught.value.code == "S102"


@pytest.mark.parametrize("name", ["a.xlsx", "A.XLSM", "a.xls", "a", "a.dat"])
def test_among_workbooks_the_content_decides(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(xlsx())
    assert read_sheet(path).dialect.format == "xlsx"


# ---------------------------------------------------------------- encrypted


ENCRYPTED = {
    "xlsx with a password": ole("EncryptedPackage", b""),
    "xls with a password": ole("Workbook", biff((0x809, bytes(16)), (0x2F, bytes(6)), (0x0A, b""))),
}


@pytest.mark.parametrize("data", ENCRYPTED.values(), ids=list(ENCRYPTED))
def test_a_password_is_named_as_the_cause(data: bytes) -> None:
    with pytest.raises(SheetError) as caught:
        read_bytes(data)
    assert caught.value.code == "S108"
    assert "encrypted" in caught.value.message and "password" in caught.value.remedy


def test_an_open_document_with_a_password_is_named_as_such() -> None:
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml" manifest:size="100">'
        '<manifest:encryption-data manifest:checksum="x"/></manifest:file-entry></manifest:manifest>'
    )
    good = ods({"T": [ods_row(ods_cell("id")), ods_row(ods_cell("1"))]})
    whole = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "encrypted-package": b"x"}
    with pytest.raises(SheetError, match="encrypted"):
        read_bytes(repacked(xlsx(), lambda name, old: None, whole.items()))
    changed = {"META-INF/manifest.xml": manifest.encode(), "content.xml": bytes(range(256))}
    with pytest.raises(SheetError) as caught:
        read_bytes(repacked(good, changed.get))
    assert caught.value.code == "S108" and "encrypted" in caught.value.message


# ---------------------------------------------------------------- damaged


def good_files() -> dict[str, bytes]:
    target = BytesIO()
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for row in range(40):
        for column in range(4):
            sheet.write(row, column, f"cell {row} {column}" if column % 2 else row * 1.5)
    book.save(target)
    return {
        "xlsx": xlsx([["id", "name"], *([n, f"name {n}"] for n in range(40))]),
        "xls": target.getvalue(),
        "ods": ods({"T": [ods_row(ods_cell("id")), *(ods_row(ods_cell(str(n))) for n in range(40))]}),
        "xlsb": xlsb([(0, 0, "id"), *((n, 0, float(n)) for n in range(1, 40))]),
    }


@pytest.mark.parametrize("format", ["xlsx", "xls", "ods", "xlsb"])
def test_a_truncated_workbook_is_refused(format: str) -> None:
    data = good_files()[format]
    for part in range(1, 20):
        with pytest.raises(SheetError) as caught:
            read_bytes(data[: 8 + len(data) * part // 22])
        assert caught.value.code in ("S108", "S105")


@pytest.mark.parametrize("format", ["xlsx", "xls", "ods", "xlsb"])
def test_damage_anywhere_is_refused_or_does_not_matter(format: str) -> None:
    """Whatever the libraries below raise, panics included, only ours comes out."""
    data, rng = good_files()[format], random.Random(format)
    for _ in range(150):
        broken = bytearray(data)
        for _ in range(rng.choice((1, 3, 30))):
            broken[rng.randrange(8, len(broken))] = rng.choice((0, 255, rng.randrange(256)))
        try:
            read_bytes(bytes(broken))
        except SheetError as error:
            assert error.code in ("S102", "S103", "S105", "S107", "S108")


@pytest.mark.parametrize(
    "gone",
    ["xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels", "xl/workbook.xml", "[Content_Types].xml"],
)
def test_a_workbook_without_one_of_its_parts_is_refused_or_read(gone: str) -> None:
    data = repacked(xlsx(), lambda name, old: None if name == gone else old)
    try:
        assert read_bytes(data).row(0).cells == ("1", "Anna")
    except SheetError as error:
        assert error.code in ("S102", "S108")


def test_an_archive_that_is_two_workbooks_at_once_is_refused() -> None:
    with pytest.raises(SheetError) as caught:
        read_bytes(repacked(xlsx(), lambda name, old: old, [("content.xml", b"<x/>")]))
    assert caught.value.code == "S108"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_there_twice_is_refused() -> None:
    """What is looked at first might not be what is loaded then."""
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(BytesIO(xlsx())) as archive:
        more = [(sheet, archive.read(sheet))]
    with pytest.raises(SheetError) as caught:
        read_bytes(repacked(xlsx(), lambda name, old: old, more))
    assert caught.value.code == "S108"


# ---------------------------------------------------------------- too large


@pytest.mark.parametrize(
    ("name", "head", "setting"), [("a.csv", b"id\n1\n", "max_csv_mb"), ("a.xlsx", xlsx(), "max_excel_mb")]
)
def test_a_file_over_the_limit_is_not_even_read(tmp_path: Path, name: str, head: bytes, setting: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(head)
        file.truncate(2 << 30)  # a hole: takes no room on disk
    error = refusal(path)
    assert error.code == "S103" and f"the setting {setting}" in error.remedy


def bomb(*, lie: bool = False, size: int = 1 << 30) -> bytes:
    """A workbook one part of which unpacks to `size`; `lie`: the archive claims that it is small."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/sharedStrings.xml", "w") as member:
            for _ in range(size >> 20):
                member.write(bytes(1 << 20))
    data = target.getvalue()
    if lie:
        claimed = struct.pack("<L", zlib.crc32(bytes(1000))), struct.pack("<L", 1000)
        truth = struct.pack("<L", archive.getinfo("xl/sharedStrings.xml").CRC), struct.pack("<L", size)
        for old, new in zip(truth, claimed, strict=True):
            assert old in data
            data = data.replace(old, new)
    return data


def crowd() -> bytes:
    """An archive of a million parts, each of a few bytes: listing them would take a gigabyte."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    count = (48 << 20) // len(entry)
    first = b"PK\x03\x04" + bytes(26)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, count * len(entry), len(first), 0)
    return first + entry * count + end


def far_xls(kind: int = 0x203) -> bytes:
    number = struct.pack("<d", 1.0)
    return xls_with(
        (kind, struct.pack("<HHH", 0, 0, 0) + number), (kind, struct.pack("<HHH", 65535, 65535, 0) + number)
    )


def xls_listed_in_a_ring() -> bytes:
    """The sectors of its table of sectors are listed in a sector that names itself as the next."""
    ring = struct.pack("<128L", *[0] * 127, 3)
    data = bytearray(ole("Workbook", ring * 100))
    many = 200_000
    struct.pack_into("<L", data, 44, 109 + 127 * many)
    struct.pack_into("<LL", data, 68, 3, many)
    return bytes(data)


def xls_in_a_ring() -> bytes:
    """A stream of 4 GiB, whose first sector is followed by itself."""
    data = bytearray(ole("Workbook", bytes(4096)))
    struct.pack_into("<L", data, 512 + 3 * 4, 3)
    struct.pack_into("<L", data, 2 * 512 + 128 + 120, 0xFFFFFFF0)
    return bytes(data)


def far(*places: str) -> bytes:
    cells = "".join(f'<row r="{re.sub("[A-Z]", "", p)}"><c r="{p}"><v>1</v></c></row>' for p in places)
    return with_sheet_xml(HEADER_XML + cells)


def laugh() -> bytes:
    """Entities that stand for ten of the next."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n + 1};" * 10}">' for n in range(12)) + '<!ENTITY e12 "x">'
    cell = '<row r="1"><c r="A1" t="e"><v>&e0;</v></c></row>'
    xml = f"<!DOCTYPE a [{entities}]><worksheet><sheetData>{cell}</sheetData></worksheet>"
    return repacked(xlsx(), lambda name, old: xml.encode() if name.endswith("sheet1.xml") else old)


def ods_xml(*tables: str) -> bytes:
    """An OpenDocument spreadsheet with these tables, as they stand."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    head = f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0">'
    body = "<office:body><office:spreadsheet>" + "".join(tables) + "</office:spreadsheet></office:body>"
    xml = head + body + "</office:document-content>"
    good = ods({"T": [ods_row(ods_cell("id"))]})
    return repacked(good, lambda name, old: xml.encode() if name == "content.xml" else old)


REPEATED = "4000000000"
HARMFUL: dict[str, Callable[[], bytes]] = {
    "zip bomb": bomb,
    "zip bomb that lies": lambda: bomb(lie=True),
    "a million parts": crowd,
    "far corner": lambda: far("XFD1048576"),
    "far cell": lambda: far("XFD100000"),
    "beyond any program": lambda: far("ZZZZZ99999999"),
    "two far apart": lambda: far("L1048576"),
    "many columns": lambda: far("XFD2"),
    "no places": lambda: with_sheet_xml(HEADER_XML + "<row>" + "<c><v>1</v></c>" * 300_000 + "</row>"),
    "far xls": far_xls,
    "xls whose list of tables follows itself": xls_listed_in_a_ring,
    "xls whose stream runs in a ring": xls_in_a_ring,
    "far xlsb": lambda: xlsb([(0, 0, "id"), (1_000_000, 16_000, 1.0)]),
    "repeated cells": lambda: ods(
        {"T": [ods_row(ods_cell("id", numbercolumnsrepeated=REPEATED), numberrowsrepeated=REPEATED)]}
    ),
    "cells after many": lambda: ods(
        {"T": [ods_row(ods_cell("id"), TableCell(numbercolumnsrepeated="16000"), ods_cell("x"))]}
    ),
    "rows after many": lambda: ods(
        {
            "T": [
                ods_row(ods_cell("id")),
                ods_row(TableCell(), numberrowsrepeated=REPEATED),
                ods_row(ods_cell("1")),
            ]
        }
    ),
    "errors without end": lambda: ods(
        {
            "T": [
                ods_row(
                    ods_cell("#N/A", stringvalue="", numbercolumnsrepeated=REPEATED),
                    numberrowsrepeated=REPEATED,
                )
            ]
        }
    ),
    "a laugh": laugh,
    "hidden columns without end": lambda: with_sheet_xml(
        HEADER_XML + '<col min="1" max="16384" hidden="1"/>' * 300_000
    ),
    "hidden rows far down": lambda: ods_xml(
        '<table:table table:name="T">'
        + '<table:table-row table:visibility="filter"/><table:table-row/>' * 600_000
        + '<table:table-row><table:table-cell office:value-type="string" office:string-value="x"/>'
        + "</table:table-row></table:table>"
    ),
    "hidden rows in many tables": lambda: ods_xml(
        "".join(
            f'<table:table table:name="{n}">'
            + '<table:table-row table:visibility="collapse"/><table:table-row/>' * 500
            + f'<table:table-row table:visibility="collapse" table:number-rows-repeated="{REPEATED}"/></table:table>'
            for n in range(1_000)
        ),
        '<table:table table:name="T"><table:table-row table:number-rows-repeated="-1"/></table:table>',
    ),
    "hidden rows that go back": lambda: ods_xml(
        '<table:table table:name="T">'
        + (
            '<table:table-row table:visibility="collapse" table:number-rows-repeated="1000000"/>'
            '<table:table-row table:number-rows-repeated="-1000000"/>'
        )
        * 100_000
        + "</table:table>"
    ),
    "hidden columns of an xlsb without end": lambda: xlsb(
        [(0, 0, "id"), (1, 0, 1.0)], columns=[(0, 0xFFFFFFFF)] * 100_000
    ),
    "broken: rows too short": lambda: b"id,name\n1,a\n" + b"1\n" * 1_000_000,
    "broken: quotes in wrong places": lambda: b"id,name\n" + b'1,"a" b\n' * 1_000_000,
    "broken: lines that are no objects": lambda: b"{}\n" + b"{\n" * 1_000_000,
    "a claim of many cells": lambda: xls_with((0x200, struct.pack("<2L2Hxx", 0, 65535, 0, 65535))),
}


CHILD = """
import json, re, sys, time
from batch_update.errors import SheetError
from batch_update.sheet.reading import read_sheet
for path in sys.argv[1:]:
    began = time.process_time()
    try:
        read_sheet(path)
        code = "read"
    except SheetError as error:
        code = error.code
    # Not getrusage: its maximum counts what the parent held before the child became another program.
    peak = int(re.search("VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024
    print(json.dumps([code, time.process_time() - began, peak]), flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_is_made_to_harm_is_refused_in_5_s_and_300_mib(tmp_path: Path) -> None:
    paths = []
    for number, make in enumerate(HARMFUL.values()):
        path = tmp_path / str(number)
        path.write_bytes(make())
        paths.append(str(path))
    command = [sys.executable, "-c", CHILD, *paths]
    child = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    seen = dict(zip(HARMFUL, map(json.loads, child.stdout.splitlines()), strict=False))
    assert child.returncode == 0, (seen, child.stderr)
    for what, (code, seconds, peak) in seen.items():
        by_size = "zip bomb" in what or "far" in what
        wanted = ("S103",) if by_size else ("S116",) if "broken" in what else ("S103", "S105", "S108")
        assert code in wanted, what
        assert seconds < 5 and peak < 300, (what, seconds, peak)
    assert len(seen) == len(HARMFUL)


def test_a_part_that_unpacks_to_more_than_it_claims_is_refused_though_it_is_small() -> None:
    data = bytearray(xlsx())
    listed = data.rfind(b"xl/styles.xml") - 46  # the entry in the table of contents; its size stands at 24
    assert data[listed : listed + 4] == b"PK\x01\x02"
    assert len(read_bytes(bytes(data))) == 1
    struct.pack_into("<L", data, listed + 24, 100)
    with pytest.raises(SheetError) as caught:
        read_bytes(bytes(data))
    assert caught.value.code == "S108" and "damaged" in caught.value.message


def test_limits_of_workbooks_are_settings() -> None:
    wide = [["id", *(f"_{number}" for number in range(9))], range(1, 11)]
    for setting, data in (
        ("max_unpacked_mb", xlsx([["id", "name"], [1, "x"]], fill=lambda book, sheet: many(sheet))),
        ("max_columns", xlsx(wide)),
        ("max_rows", xlsx([["id"], *([number] for number in range(1, 12))])),
    ):
        limit = 1 if setting == "max_unpacked_mb" else 9
        with pytest.raises(SheetError) as caught:
            read_bytes(data, **{setting: limit})
        assert caught.value.code == "S103"
        assert f"the setting {setting}" in caught.value.remedy
        assert len(read_bytes(data)) >= 1


def many(sheet: object) -> None:
    rng = random.Random(1)
    for row in range(2, 20_000):
        sheet.write_row(row, 0, [row, rng.random()])  # xlsxwriter has no types


@pytest.mark.parametrize("claim", [b"0", b"1", b"4000000000", b"-1", b"x"])
def test_how_many_texts_a_workbook_claims_to_hold_does_not_matter(claim: bytes) -> None:
    data = repacked(xlsx(), lambda name, old: re.sub(rb'uniqueCount="\d+"', b'uniqueCount="%s"' % claim, old))
    assert read_bytes(data).row(0).cells == ("1", "Anna")


def test_a_dense_sheet_of_a_million_cells_is_no_harm() -> None:
    cells = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(2, 60_000))
    assert len(read_bytes(with_sheet_xml(HEADER_XML + cells))) == 59_998


def test_a_hundred_thousand_assistants_with_prompts_are_within_what_a_workbook_may_become() -> None:
    limits = reading().limits
    budget = Budget("x", limits)
    sheet = Worksheet("x", budget, limits)
    for row in range(100_000):
        for column in range(4):
            sheet.add(row, column, row + 0.5)
            sheet.add(row, column + 4, f"{row} " + "Guten Tag. " * 5)
    assert sheet.cells == 800_000


def test_a_name_that_no_file_can_have_is_told() -> None:
    with pytest.raises(SheetError) as caught:
        read_sheet("x" * 300 + ".csv")
    assert caught.value.code == "S101"
