"""The envelope of every document for programs: which keys there are, who made it and when, and how that ended."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal, Protocol

from batch_update.errors import BatchUpdateError, GuardStopped
from batch_update.model.reports import Exit
from batch_update.model.sheets import Json
from batch_update.report.documents.nouns import ToldGuard, told_guard
from batch_update.text import utc_text
from batch_update.version import __version__

NAME = "batch-update"
VERSION = 1
"""Of the keys of all documents: raised when one of them changes its meaning or goes away. New keys do not count."""
MOST_WORDS = 1_000
"""Characters of a line about what ended a command: a path or a value may have 100,000."""

Purpose = Literal[
    "check",
    "plan",
    "plan_again",
    "apply",
    "apply_good_rows",
    "leave_out",
    "fix",
    "annotate",
    "plan_ours",
    "plan_left",
    "look",
    "go_on",
    "apply_failed",
    "resume",
    "undo",
    "report",
    "show",
    "run_job",
    "blame",
    "history",
]
"""What a next command is for: `look` shows what a guard stopped, and `go_on` lets it through; `check` and `plan_again`
come after the sheet was mended; `fix` writes it with the repairs that are safe, `annotate` a workbook that shows its
problems; `plan_ours` puts what the sheet says over what others changed since its export; `plan_left` plans the accounts
of a fleet that could not be; `blame` tells who set what an assistant holds, `history` what runs changed: of one
assistant with its id behind it."""


@dataclass(frozen=True, slots=True)
class ToldError:
    """Why a command, or a run, ended before it had done all."""

    kind: str
    """UsageError, SheetError, KeyMissing, KeyMalformed, KeyRefused, ApiError, RunStopped, GuardStopped, RunLocked,
    JournalError or Interrupted; any other name is a bug of this program"""
    code: str
    """explained by `batch-update explain CODE`; empty for a bug"""
    message: str
    """all that is wrong, each thing on a line of its own"""
    details: tuple[str, ...]
    """each thing that is wrong"""
    remedy: str
    """what to do"""
    exit: int
    """the exit status that it leads to"""
    guards: tuple[ToldGuard, ...]
    """for GuardStopped: what has to be allowed first"""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The keys that every document has."""

    schema: str
    """the kind of the document and the version of its keys: `batch-update/KIND/1`"""
    tool: str
    """the program that made it, with its version"""
    command: str | None
    """the command that was given; null where there is no such command. In `run.json`: apply or undo"""
    at: datetime
    """when it was made; in `run.json`, when the run ended"""
    exit: int | None
    """the exit status of the command; null while it goes on, as `sandbox` does"""
    error: ToldError | None
    """why the command ended before it had done all; null where it did not"""
    next: Mapping[Purpose, str]
    """commands that make sense now, by what they are for: each can be pasted into a shell"""


class Body(Protocol):
    """The keys of a document beside those of its envelope, as a dataclass."""

    KIND: ClassVar[str]


@dataclass(frozen=True, slots=True)
class FailedCommand:
    """A command that ended before it had anything to tell: `error` says why."""

    KIND: ClassVar[str] = "error"


def enveloped(
    body: Body,
    *,
    command: str | None,
    at: datetime,
    exit: Exit | None,
    error: BaseException | None = None,
    following: Mapping[Purpose, str] | None = None,
) -> dict[str, Json]:
    """Return the document of this body: a dict of values that `json_text` can write."""
    envelope = Envelope(
        schema_name(body.KIND),
        f"{NAME} {__version__}",
        command,
        at,
        None if exit is None else int(exit),
        None if error is None else told_error(error),
        following or {},
    )
    return _keys(envelope) | _keys(body)


def schema_name(kind: str) -> str:
    """`batch-update/plan/1`."""
    return f"{NAME}/{kind}/{VERSION}"


def told_error(error: BaseException) -> ToldError:
    """Return an error as values. Of a bug only its kind is told: its text could hold anything, a key too."""
    kind = type(error).__name__
    if not isinstance(error, BatchUpdateError):
        words = "a bug in batch-update"
        return ToldError(kind, "", words, (words,), "please report it", int(Exit.BUG), ())
    details = tuple(map(_bounded, error.details))
    tripped = error.tripped if isinstance(error, GuardStopped) else ()
    return ToldError(
        kind,
        error.code,
        "\n".join(details),
        details,
        "\n".join(map(_bounded, error.remedy.split("\n"))),
        int(error.exit),
        tuple(map(told_guard, tripped)),
    )


def _bounded(text: str) -> str:
    """Return the text without an end that nobody reads."""
    return text if len(text) <= MOST_WORDS else text[:MOST_WORDS] + " ..."


# ---------------------------------------------------------------- as text


def json_text(value: object) -> str:
    """Return a document, or a part of one, as JSON: indented by two, umlauts readable."""
    # Left to the encoder, an object that holds no others costs twice as much.
    return _ENCODER.encode(_keys(value) if is_dataclass(value) else value)


def compact_text(value: object) -> str:
    """Return a document as JSON without spaces, as it is carried inside something else."""
    return _COMPACT.encode(_keys(value) if is_dataclass(value) else value)


def _as_json(value: object) -> Json:
    """Return what JSON has for a value of another kind: objects, lists, times in UTC with a Z."""
    if is_dataclass(value):  # asked first, since it is so of nearly all
        return _keys(value)
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterator):
        return list(value)
    raise TypeError(f"a {type(value).__name__} is nothing for a document")


def _keys(value: Any) -> dict[str, Json]:
    """Return the fields of a dataclass."""
    return {name: getattr(value, name) for name in value.__match_args__}


_ENCODER = json.JSONEncoder(ensure_ascii=False, indent=2, default=_as_json)
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_as_json)
"""Made once: of a long list each item is a text of its own."""
