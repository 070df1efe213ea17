"""A file that is no sheet is named as what it is, in one sentence, with what to do."""

from __future__ import annotations

import random
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from batch_update.errors import SheetError
from batch_update.settings.tunables import Settings
from batch_update.sheet.reading import read_sheet
from tests.sheet.workbooks import ole, xlsx


def zipped(**members: bytes) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


LOCK = b"\x04Anna".ljust(55, b" ") + b"\x04\0A\0n\0n\0a\0".ljust(110, b" ")
OTHERS: dict[str, tuple[bytes, str, str]] = {
    "~$changes.xlsx": (LOCK, "lock file that Excel keeps", "Read changes.xlsx instead"),
    ".~lock.changes.ods#": (
        b",anna,pc,28.11.2026;",
        "lock file that LibreOffice keeps",
        "Read changes.ods instead",
    ),
    "._changes.csv": (b"\x00\x05\x16\x07\x00\x02", "AppleDouble", "Read changes.csv instead"),
    "rand.xlsx": (random.Random(1).randbytes(9000), "bytes of no kind that is known", "save it again"),
    "empty.xlsx": (b"", "is empty", "copy"),
    "letter.docx": (
        zipped(**{"[Content_Types].xml": b"", "word/document.xml": b""}),
        "a text document (.docx)",
        ".xlsx",
    ),
    "letter.xlsx": (
        zipped(**{"[Content_Types].xml": b"", "word/document.xml": b""}),
        "a text document (.docx)",
        ".xlsx",
    ),
    "slides.ods": (
        zipped(mimetype=b"application/vnd.oasis.opendocument.presentation", **{"content.xml": b"<a/>"}),
        "a presentation (.odp)",
        ".xlsx",
    ),
    "table.numbers": (zipped(**{"Index/Document.iwa": b""}), "Numbers", ".xlsx"),
    "sheets.zip": (zipped(**{"changes.csv": b"id,name"}), "zip archive", "Unpack it, then read changes.csv"),
    "letter.xls": (ole("WordDocument", b"x" * 5000), "a text document (.doc)", ".xlsx"),
    "paper.csv": (b"%PDF-1.7 ...", "a PDF", ".csv"),
    "web.xls": (b"\r\n<html><body><table><tr><td>id", "a web page (HTML)", "save it as .xlsx"),
    "old.xls": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "Excel 2003",
        ".xlsx",
    ),
    "photo.csv": (b"\x89PNG\r\n\x1a\n\0\0", "a picture", ".csv"),
    "photo.jsonl": (b"\xff\xd8\xff\xe0", "a picture", ".csv"),
    "scan.xlsx": (b"II*\x00\x08", "a picture", ".csv"),
    "packed.csv": (b"\x1f\x8b\x08", "gzip", ".csv"),
    "note.csv": (b"{\\rtf1\\ansi", "RTF", ".csv"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_sheet_is_named(name: str, tmp_path: Path) -> None:
    data, what, remedy = OTHERS[name]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SheetError) as caught:
        read_sheet(path, Settings())
    assert caught.value.code == "S102"
    assert what in caught.value.message and remedy in caught.value.remedy
    assert len(caught.value.message) < 120


def test_a_workbook_of_which_only_the_name_is_like_a_lock_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "~$changes.xlsx"
    path.write_bytes(xlsx())
    assert len(read_sheet(path, Settings())) == 1


ROWS = '{"id": 1, "name": "Anna"}', '{"id": 2, "name": "[Bea], \\"x\\""}'


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.txt.json"])
@pytest.mark.parametrize("text", ["[{},{}]", " [\n{}\n,\n{}\n]\n", "\ufeff[ {} , {} ]"])
def test_a_json_array_is_read_as_its_objects_one_a_line_would_be(
    name: str, text: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text.replace("{}", "%s") % ROWS, "utf-8")
    sheet = read_sheet(path, Settings())
    assert [sheet.row(index).cells for index in range(len(sheet))] == [("1", "Anna"), ("2", '[Bea], "x"')]
    assert list(sheet.numbers) == [1, 2]


BROKEN = {
    '[{"id": 1}': 1,
    '[{"id": 1},\n]': 2,
    '[{"id": 1}\n{"id": 2}]': 2,
    '[{"id": 1}] x': 1,
    '[{"id": 1},\n\n{"id": ': 3,
    "[" * 100_000: 1,
    '["' + "x" * 100: 1,
}


@pytest.mark.parametrize(("text", "line"), BROKEN.items())
def test_an_array_that_breaks_off_is_refused_at_its_line(text: str, line: int, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, "utf-8")
    with pytest.raises(SheetError) as caught:
        read_sheet(path, Settings())
    assert caught.value.code == "S109" and f"line {line}:" in caught.value.message


def test_an_element_that_is_no_object_is_a_row_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"id": 1, "name": "a"},\n 3,\n {"id": 2, "name": "b"}]', "utf-8")
    sheet = read_sheet(path, Settings())
    assert [(p.code, sheet.numbers[p.index or 0]) for p in sheet.problems] == [("S109", 2)]
    assert sheet.lines is not None and list(sheet.lines) == [1, 2, 3]
