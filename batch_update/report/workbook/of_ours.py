"""Whether a file is a workbook of a plan that was written earlier, so that it may be written over."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from batch_update.sheet.extent.own_worksheets import are_of_plan

_MOST = 1 << 16
"""Bytes of the list of worksheets."""


def is_plan_book(path: Path) -> bool:
    """Whether a workbook has the worksheets of a plan. Raises OSError."""
    try:
        with ZipFile(path) as archive, archive.open("xl/workbook.xml") as file:
            text = file.read(_MOST).decode("utf-8", "replace")
    except (BadZipFile, KeyError, ValueError, NotImplementedError):
        return False
    return are_of_plan(re.findall('name="([^"]*)"', text))
