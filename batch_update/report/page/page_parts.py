"""The parts of a page as values: a verdict, numbers, facts, commands, charts, the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from batch_update.report.headline.both_languages import Phrase
from batch_update.report.headline.headline import Headline


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that counts."""

    number: Phrase
    label: Phrase
    tone: str
    status: str | None = None
    """the filter that shows its rows; None where it counts something else"""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known of the whole, such as which sheet it was."""

    label: Phrase
    value: Phrase
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class NextCommand:
    """A command that makes sense now."""

    label: Phrase
    command: str


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file that lies beside the page."""

    name: str
    what: Phrase


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """The head of a column of the table, by which it can be sorted."""

    key: str
    label: Phrase
    kind: str = ""
    """at or figure, where the column is narrow"""


@dataclass(frozen=True, slots=True)
class RowToDo:
    """A row that is still to be done."""

    account: str
    number: int
    name: str
    """of the assistant; "" where that is not known"""
    assistant: str
    """its id as the sheet has it"""
    end: Phrase
    tone: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class TableToDo:
    """Rows of several accounts that are still to be done, as many as can be looked over."""

    title: Phrase
    rows: tuple[RowToDo, ...]
    more: Phrase | None = None
    """where the others are"""


@dataclass(frozen=True, slots=True)
class PageParts:
    """All that stands on a page."""

    kind: str
    """run, plan or fleet"""
    subject: Phrase
    """what it is about, above the verdict"""
    headline: Headline
    tiles: tuple[Tile, ...]
    statuses: Mapping[str, int]
    """the filters by end -> how many rows they let through"""
    codes: tuple[str, ...]
    fields: tuple[str, ...]
    waves: tuple[int, ...]
    facts: tuple[Fact, ...]
    about: tuple[Fact, ...]
    rows: Markup
    """for the script, as JSON"""
    document: Markup
    """for programs, as JSON"""
    title: Phrase
    version: str
    """of the program"""
    heads: tuple[ColumnHead, ...]
    """of the table"""
    charts: Markup | None = None
    commands: tuple[NextCommand, ...] = ()
    notes: tuple[str, ...] = ()
    """events of a run, guards of a plan, problems of the whole sheet, in the words of the program"""
    guards: tuple[Phrase, ...] = ()
    problems: tuple[str, ...] = ()
    files: tuple[FileLink, ...] = ()
    is_sandbox: bool = False
    digest: str = ""
    """of a plan that somebody is to sign"""
    left: TableToDo | None = None
    """of a fleet"""
