"""Owns the names of files that are no sheets, though their names or places say so: lock files, documents, pictures."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import PurePath
from typing import BinaryIO, NamedTuple

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Other(NamedTuple):
    """A file that is no sheet: the kind of file it is, and what to do about it."""

    what: str
    """`holds a PDF`: goes on with the file's name"""
    remedy: str = ""
    """where its code does not say it all"""


_MAGIC = {
    b"%PDF": "a PDF", b"{\\rtf": "a text document (RTF)", b"\x1f\x8b": "gzip, which has to be unpacked first",
    b"BZh": "bzip2, which has to be unpacked first", b"\xfd7zXZ": "xz, which has to be unpacked first",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive, which has to be unpacked first",
    b"Rar!": "a RAR archive, which has to be unpacked first",
    b"\x28\xb5\x2f\xfd": "zstd, which has to be unpacked first", b"PK\x05\x06": "an empty zip archive",
    b"\x7fELF": "a program", b"MZ\x90\x00": "a program", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture", b"II*\x00": "a picture", b"MM\x00*": "a picture", b"SQLite format 3": "a database",
    b"PAR1": "a Parquet file", b"ARROW1": "an Arrow file", b"ID3": "a sound", b"OggS": "a sound", b"fLaC": "a sound",
}  # fmt: skip
_INSIDE = {
    (0, b"RIFF"): "a sound or a picture",
    (4, b"ftyp"): "a film or a picture",
    (257, b"ustar"): "a tar archive, which has to be unpacked first",
}
_MARKUP = (
    (rb"urn:schemas-microsoft-com:office:spreadsheet", "an XML spreadsheet of Excel 2003"),
    (rb"<office:document", "a flat OpenDocument file"),
    (rb"<svg", "a picture"),
    (rb"<!doctype html|<html|<table|<head|<body|<meta", "a web page (HTML)"),
    (rb"", "XML"),
)
"""What stands near the beginning -> what such a file is; the first that fits."""
_ZIPPED = (
    ("word/", "a text document (.docx)"),
    ("ppt/", "a presentation (.pptx)"),
    ("visio/", "a drawing (.vsdx)"),
    ("Index/", "a document of Apple's Numbers, Pages or Keynote"),
    ("META-INF/container.xml", "a book (.epub)"),
)
_MIMETYPES = {
    "text": "a text document (.odt)",
    "presentation": "a presentation (.odp)",
    "graphics": "a drawing (.odg)",
}
_STREAMS = {
    "WordDocument": "a text document (.doc)",
    "PowerPoint Document": "a presentation (.ppt)",
    "__substg1.0": "a message of Outlook (.msg)",
}
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    KeyError,
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def by_name(name: str, head: bytes) -> Other | None:
    """Return what a file is that programs put beside a sheet under a name like its own."""
    plain = PurePath(name).name
    if head.startswith((b"\x00\x05\x16\x07", b"\x00\x05\x16\x00")):
        what = "is what macOS keeps beside a file (AppleDouble), not the file"
        return Other(
            what,
            f"Read {plain.removeprefix('._')} instead."
            if plain.startswith("._")
            else "Read the file itself.",
        )
    owner = plain.partition("~$")
    if owner[1] and len(head) < 512:
        return Other(
            "is a lock file that Excel keeps while a workbook is open",
            f"Read {owner[2] or 'the workbook'} instead.",
        )
    if plain.startswith(".~lock.") and plain.endswith("#"):
        what = "is a lock file that LibreOffice keeps while a sheet is open"
        return Other(what, f"Read {plain[len('.~lock.') : -1]} instead.")
    return None


def by_content(head: bytes) -> Other | None:
    """Return what a file is by its first bytes, where that is nothing with rows."""
    for mark, what in _MAGIC.items():
        if head.startswith(mark):
            return Other(f"holds {what}, no sheet")
    for (at, mark), what in _INSIDE.items():
        if head[at : at + len(mark)] == mark:
            return Other(f"holds {what}, no sheet")
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"%PDF"):
        return Other("holds a PDF, no sheet")
    if text.startswith(b"<") or head.startswith((b"\xff\xfe<\x00", b"\xfe\xff\x00<")):
        plain = text.replace(b"\0", b"").lower()
        what = next(what for mark, what in _MARKUP if re.search(mark, plain))
        return Other(
            f"holds {what}, no sheet", "Open it in the spreadsheet program and save it as .xlsx or .csv."
        )
    return None


def in_zip(archive: zipfile.ZipFile) -> Other | None:
    """Return what an archive is by the names of its members; None where it may be a workbook."""
    names = archive.namelist()
    kind = _mimetype(archive).rpartition("opendocument.")[2].partition("-")[0]
    if kind in _MIMETYPES:
        return Other(f"holds {_MIMETYPES[kind]}, no sheet")
    for begin, what in _ZIPPED:
        if any(name.startswith(begin) for name in names):
            return Other(f"holds {what}, no sheet")
    sheets = [
        name for name in names if name.lower().endswith((".csv", ".xlsx", ".xls", ".ods", ".tsv", ".jsonl"))
    ]
    if sheets and "[Content_Types].xml" not in names:
        return Other("is a zip archive, which has to be unpacked first", f"Unpack it, then read {sheets[0]}.")
    return None


def _mimetype(archive: zipfile.ZipFile) -> str:
    """Return what OpenDocument says of itself; "" for others, and where it cannot be read."""
    try:
        with archive.open("mimetype") as member:
            return member.read(100).decode("ascii", "replace").strip()
    except _UNREADABLE:
        return ""


def in_compound(file: BinaryIO) -> Other | None:
    """Return what an OLE file is by the names of its streams; None where it may be a workbook."""
    file.seek(0)
    data = file.read()
    if any(name.encode("utf-16-le") in data for name in ("Workbook", "Book\0", "EncryptedPackage")):
        return None
    for stream, what in _STREAMS.items():
        if stream.encode("utf-16-le") in data:
            return Other(f"holds {what}, no sheet")
    return None


def is_binary(head: bytes) -> bool:
    """Whether these are no bytes of a text in any encoding: more control characters than a damaged text has."""
    if not head or head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return False
    controls = len(_CONTROL.findall(head.replace(b"\0", b"")))
    return controls > len(head) / 50 and controls > 4
