"""Owns `fetched_sheet`: what an address answers as a file that is kept with the run, called after what it is."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from batch_update.api.download import Downloaded, Reach, download
from batch_update.clock import Clock
from batch_update.disk import CAREFULLY, make_folder, sha256_of
from batch_update.errors import SheetError, UsageError
from batch_update.jobs.definition.sheet_address import checked_address, shown_address
from batch_update.jobs.input.taken import TakenSheet
from batch_update.settings.tunables import Settings
from batch_update.sheet import kinds
from batch_update.sheet.endings import READ, WORKBOOKS
from batch_update.sheet.table import MIB, too_large
from batch_update.text import printable

_PREFIX = "fetched-"
_BOM = b"\xef\xbb\xbf"
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    _OFFICE: ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-excel.sheet.binary.macroenabled.12": ".xlsb",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
"""Content types -> the ending of such a file."""
_JSON = (b"{", b"[")
_LONGEST_STEM = 60
"""characters of the name that a server gives which are kept"""


async def fetched_sheet(
    address: str, settings: Settings, inbox: Path, *, environ: Mapping[str, str], clock: Clock
) -> TakenSheet:
    """Return the sheet that lies at an address, fetched into a new folder below `inbox`; those of earlier runs go.

    Its folder holds nothing else, so that no cell can name another file. Raises UsageError U122 for an address that
    must not be fetched, U110 where the file cannot be written, ApiError S144 where the sheet cannot be had, SheetError
    S143 for a web page, S103 for what is too large.
    """
    address = checked_address(address)
    shown = shown_address(address)

    def allow(head: bytes, size: int) -> None:
        _refuse_page_in_place(shown, head)
        _require_room(shown, head, size, settings)

    reach = Reach(settings.proxy, environ, settings.timeout, settings.max_outage, clock)
    try:
        make_folder(inbox)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=inbox))
        draft = folder / "draft"
        try:
            with _new_file(draft) as file:
                said = await download(address, file, shown=shown, allow=allow, reach=reach)
                file.flush()
                os.fsync(file.fileno())
                path, digest = folder / _name(said, address, _beginning_of(file)), sha256_of(file)
            draft.rename(path)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except OSError as error:
        message = f"the sheet of {shown} cannot be written to {printable(str(inbox))}: {error.strerror}"
        raise UsageError(message, code="U110") from None
    _remove_others(folder)
    return TakenSheet(path, digest, shown, fetched=True)


def keep_input(sheet: TakenSheet, run_folder: Path) -> str:
    """Keep what was fetched in the folder of its run as input.csv or input.xlsx; return why that failed, or ""."""
    place = run_folder / f"input{sheet.path.suffix}"
    try:
        try:
            os.link(sheet.path, place)
        except OSError:
            with sheet.path.open("rb") as source, place.open("xb") as target:
                shutil.copyfileobj(source, target)
    except OSError as error:
        return f"the sheet that was fetched is not in {printable(str(place))}: {error.strerror}"
    return ""


# ---------------------------------------------------------------- what it is


def _refuse_page_in_place(shown: str, head: bytes) -> None:
    """Raise SheetError S143 where a login or an error page comes in place of the sheet: no sheet begins with `<`."""
    if head.removeprefix(_BOM).lstrip().startswith(b"<"):
        raise SheetError(f"{shown} answers with a web page (HTML), no sheet", code="S143")


def _require_room(shown: str, head: bytes, size: int, settings: Settings) -> None:
    """Raise SheetError S103 where more comes than a sheet of this kind may hold."""
    is_workbook = head.startswith((kinds.ZIP, kinds.OLE))
    limit, setting = (
        (settings.max_excel_mb, "max_excel_mb") if is_workbook else (settings.max_csv_mb, "max_csv_mb")
    )
    if size > limit * MIB:
        raise too_large(shown, f"more than {limit} MiB", setting)


def _name(said: Downloaded, address: str, head: bytes) -> str:
    """Return a name for the file: that which the server gives it, with an ending that its bytes are no lie to."""
    by_path = PurePosixPath(unquote(urlsplit(address).path)).name
    suffixes = [PurePosixPath(name).suffix.lower() for name in (said.file_name, by_path)]
    given = (suffixes[0], _TYPES.get(said.content_type, ""), suffixes[1])
    ending = next((suffix for suffix in given if _fits(suffix, head)), _ending_by(head))
    return _harmless_name(PurePosixPath(said.file_name.replace("\\", "/")).stem) + ending


def _fits(suffix: str, head: bytes) -> bool:
    """Whether such a file may begin so: portals call a CSV application/vnd.ms-excel."""
    format = READ.get(suffix, "")
    if head.startswith((kinds.ZIP, kinds.OLE)):
        return format in WORKBOOKS
    return format in ("csv", "tsv") or (format == "jsonl" and head.removeprefix(_BOM).lstrip()[:1] in _JSON)


def _ending_by(head: bytes) -> str:
    if head.startswith(kinds.OLE):
        return ".xls"
    return ".xlsx" if head.startswith(kinds.ZIP) else ".csv"


def _harmless_name(stem: str) -> str:
    """Return as much of a name that somebody else gave as can do no harm in a folder, a terminal or a command."""
    kept = re.sub(r"[^\w-]+", "-", unicodedata.normalize("NFC", stem)).strip("-_")
    return kept[:_LONGEST_STEM] or "input"


# ---------------------------------------------------------------- the file


def _new_file(path: Path) -> BinaryIO:
    """Return a file that its owner alone may read, open for both."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | CAREFULLY, 0o600), "wb+")


def _beginning_of(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(8)


def _remove_others(folder: Path) -> None:
    """Remove what earlier runs fetched: their own folders hold it, too."""
    for other in folder.parent.glob(f"{_PREFIX}*"):
        if other != folder and not other.is_symlink():
            shutil.rmtree(other, ignore_errors=True)
