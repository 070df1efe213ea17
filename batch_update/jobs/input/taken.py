"""The sheets that a run of a job takes and where they came from, or why there is none; and those it has archived."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class NoSheet(StrEnum):
    """Why a run has nothing to take, where the job file says that this is in order."""

    MISSING = "missing"
    UNSETTLED = "unsettled"
    """there is one that was changed just now, and may be half copied"""
    UNCHANGED = "unchanged"
    """all are as they were when they were sent last"""


@dataclass(frozen=True, slots=True)
class TakenSheet:
    """A sheet for a run to take."""

    path: Path
    """what is to be read"""
    digest: str
    """SHA-256 of its bytes when it was looked at; "" where it could not be opened, which reading it will tell"""
    origin: str
    """its path, or the host and file name of its address: safe to show"""
    is_plan: bool = False
    """it is a saved plan, which knows the digest of the sheet that it was made of, and not its own"""
    fetched: bool = False
    """`path` is what an address answered: it lies in a folder of its own, and belongs to the run"""


@dataclass(frozen=True, slots=True)
class Intake:
    """The sheets that a run of a job takes, or why there are none."""

    sheets: tuple[TakenSheet, ...] = ()
    """in the order in which they are to be sent; where one does not end well, those behind it have to wait: next time
    the older would else be sent after the newer"""
    skipped: tuple[TakenSheet, ...] = ()
    """left out, since they are as they were when they were sent last; they may still have to be archived, and their
    digests count as sent by this run as well"""
    nothing: NoSheet | None = None
    """why there are no sheets"""
    line: str = ""
    """the same for people"""
    notes: tuple[str, ...] = ()
    """what else is to be told, safe to show"""


@dataclass(frozen=True, slots=True)
class Archived:
    """A sheet that was to be moved to the archive: where it lies now, or why it stayed. It is lost in no case."""

    place: Path | None
    """where it lies now; None where it stayed where it was"""
    code: str = ""
    """U121 where it could not be moved; "" where it was, or where a newer one has taken its place meanwhile"""
    message: str = ""
    """why it stayed, safe to show"""
