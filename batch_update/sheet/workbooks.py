"""Owns Excel and OpenDocument workbooks on their way in."""

from __future__ import annotations

from typing import BinaryIO

from batch_update.errors import SheetError
from batch_update.settings import Settings
from batch_update.sheet.table import Table


def read_workbook(file: BinaryIO, name: str, settings: Settings, format: str) -> Table:
    raise SheetError(f"{name}: workbooks come next", code="S102")
