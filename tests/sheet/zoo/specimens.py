"""The nouns of the zoo: a sheet that a program wrote, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batch_update.model.sheets import Json
from tests.sheet.zoo.programs import Page

KEPT = Path(__file__).parent / "kept"


@dataclass(frozen=True, slots=True)
class Understood:
    """What must come of a sheet, written down by hand from the grammar of sheets."""

    columns: str
    """what each is for: id, a field, a part of one; `-` left out, `_` ours, `?` unknown"""
    sends: Mapping[int, Mapping[str, Json]]
    """assistant -> what its row would send, parts of values by their headers"""
    problems: str = ""
    """place and code of each, `B4 C105, D1 H102, 5 X201, S117`: cells and rows as the spreadsheet program names them"""
    others: str = ""
    """rows that send nothing: `4 invalid, 7 unchanged`"""
    header: int = 1
    worksheet: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A sheet that cannot be read as it stands, and words that help."""

    code: str
    words: tuple[str, ...] = ()
    """that stand in the message or its remedy"""


@dataclass(frozen=True, slots=True)
class Office:
    """The source of a sheet that LibreOffice saved: its worksheets, or what was typed into it in a German locale."""

    pages: tuple[Page, ...] = ()
    typed: str = ""
    """cells with `;` between them, a row a line"""
    charset: int = 0
    """number of the encoding of a CSV, as the filter of LibreOffice has it"""


@dataclass(frozen=True, slots=True)
class Specimen:
    """A sheet, with what is right."""

    file: str
    traps: str
    """what is in it that people do"""
    made: Callable[[], bytes] | Office
    right: Understood | Refused
    settings: Mapping[str, Any] = field(default_factory=dict)

    def content(self) -> bytes:
        return (KEPT / self.file).read_bytes() if isinstance(self.made, Office) else self.made()
