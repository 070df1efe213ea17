"""The documents of commands that list, explain, tidy up or serve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from batch_update.codes import Code
from batch_update.fields.facts import Field, Kind
from batch_update.journal.folders import Entry, RunState
from batch_update.model.plans import Status

# ---------------------------------------------------------------- runs


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run folder."""

    name: str
    """of the folder"""
    folder: str
    """its path"""
    state: RunState
    """how far it is"""
    started: datetime | None
    """null where no journal tells"""
    command: str
    """apply or undo; empty where no journal tells"""
    server: str
    """its host and port; empty where nothing tells"""
    account: str
    """whose assistants they are, and where; empty where that is not known"""
    sandbox: bool
    """whether it spoke to the built-in imitation of the API"""
    note: str
    """what it was for; empty where nobody said"""
    author: str
    """who began it; empty where that is not known"""
    job: str
    """the name of the job file that began it; empty for none"""
    sheet: str
    """the name of its sheet; empty where nothing tells"""
    counts: Mapping[Status, int]
    """how many rows ended how, without those that none did"""
    mismatches: int
    """rows that did not read back as they were sent"""
    done_by: tuple[str, ...]
    """names of the later runs that did all that it left open"""
    error: str | None
    """why its journal cannot be read"""


@dataclass(frozen=True, slots=True)
class ListedRuns:
    """The runs of a folder, the one that was last worked on first."""

    KIND: ClassVar[str] = "runs"

    runs: tuple[ListedRun, ...]
    """the one that was last worked on first"""
    fleets: tuple[str, ...]
    """the names of the fleets that lie beside them, which fleet list tells of"""


def listed_run(entry: Entry) -> ListedRun:
    """Return what there is to say of a run folder."""
    return ListedRun(
        name=entry.folder.name,
        folder=str(entry.folder),
        state=entry.state,
        started=entry.started,
        command=entry.command,
        server=entry.server,
        account=entry.account,
        sandbox=entry.is_sandbox,
        note=entry.occasion.note,
        author=entry.occasion.author,
        job=entry.occasion.job,
        sheet=entry.sheet,
        counts=entry.counts,
        mismatches=entry.mismatches,
        done_by=entry.done_by,
        error=None if entry.error is None else entry.error.message,
    )


@dataclass(frozen=True, slots=True)
class StayingRun:
    """A run folder that was old enough to go, and stays."""

    folder: str
    """its path"""
    reason: str
    """what it is, and what would remove it"""


@dataclass(frozen=True, slots=True)
class PrunedRuns:
    """The runs that were deleted, and those that were old enough and stay."""

    KIND: ClassVar[str] = "pruned-runs"

    removed: tuple[str, ...]
    """the folders that are gone"""
    stays: tuple[StayingRun, ...]
    """runs that were old enough to go"""


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """The files of a run that were made again from its journal."""

    KIND: ClassVar[str] = "report"

    folder: str
    """of the run"""
    files: tuple[str, ...]
    """the paths of what was written"""


# ---------------------------------------------------------------- fields and codes


@dataclass(frozen=True, slots=True)
class ListedField:
    """One field of an assistant, or a part of one, and the values that it may have."""

    name: str
    """the header of its column"""
    kind: Kind
    """what its cells hold"""
    group: str
    """under which it is listed"""
    help: str
    """what it is"""
    unit: str
    """of a number; empty for none"""
    choices: tuple[str, ...]
    """the words that are allowed; empty where others are"""
    minimum: float | None
    """of a number"""
    maximum: float | None
    """of a number"""
    max_length: int | None
    """characters, not bytes"""
    nullable: bool
    """whether the cell null clears it"""
    empty: bool
    """whether [] or {} clears it"""
    modes: tuple[str, ...]
    """of an assistant, in which it counts"""
    aliases: tuple[str, ...]
    """other headers that mean it"""
    reported: bool
    """whether the list of assistants carries it, so that it can be compared"""
    wider: bool
    """whether it stands in the vendor's wider docs alone, and not on the page of the endpoint"""
    look_up: str
    """the catalogue that its ids come from; empty for none"""
    allowed: str
    """what is allowed, in a few words"""


@dataclass(frozen=True, slots=True)
class ListedFields:
    """Fields that a column may set: all of them, or the one that was asked for."""

    KIND: ClassVar[str] = "fields"

    fields: tuple[ListedField, ...]
    """in the order of the catalogue"""


def listed_field(field: Field) -> ListedField:
    """Return the facts of a field."""
    return ListedField(**{name: getattr(field, name) for name in ListedField.__match_args__})


@dataclass(frozen=True, slots=True)
class ExplainedCode:
    """A code of a problem, an outcome or a stop."""

    KIND: ClassVar[str] = "code"

    code: str
    """a letter and three digits"""
    title: str
    """what it means, in a few words"""
    meaning: str
    """and why"""
    remedy: str
    """what to do"""


def explained_code(code: Code) -> ExplainedCode:
    """Return what a code means."""
    return ExplainedCode(code.code, code.title, code.meaning, code.remedy)


# ---------------------------------------------------------------- the account, the sandbox


@dataclass(frozen=True, slots=True)
class SecretCells:
    """Cells that hold a secret."""

    cells: int
    """how many"""
    written: bool
    """whether they were written; they are empty where not"""


@dataclass(frozen=True, slots=True)
class WrittenExport:
    """An account that was written into a sheet."""

    KIND: ClassVar[str] = "export"

    file: str
    """its path"""
    account: str
    """whose assistants they are"""
    assistants: int
    """how many"""
    columns: tuple[str, ...]
    """the header of the sheet"""
    requests: int
    """that it took"""
    left_empty: Mapping[str, int]
    """field -> cells that are empty although there is a value, since it could not be sent as it is"""
    unreported: tuple[str, ...]
    """columns that are empty since the API does not report them"""
    secrets: SecretCells
    """cells that hold a calcom_api_key"""


@dataclass(frozen=True, slots=True)
class WrittenTemplate:
    """A sheet that was written to be filled in."""

    KIND: ClassVar[str] = "template"

    file: str
    """its path"""
    language: str
    """of its words: en or de"""
    assistants: int
    """how many stand in it; 0 unless that was asked for"""
    columns: tuple[str, ...]
    """the header of the sheet"""
    lists: Mapping[str, int]
    """what can be chosen from -> how many there are"""
    unknown: Mapping[str, str]
    """lists that it lacks since they could not be looked up -> why"""
    keyless: bool
    """whether it has no lists of an account since no key was given"""
    left_empty: tuple[str, ...]
    """columns that are empty although assistants may hold something"""


@dataclass(frozen=True, slots=True)
class ServedAccount:
    """One of the accounts of a sandbox that has several."""

    name: str
    """such as hotel-002"""
    api_key: str
    """that opens it and no other"""
    owner: str
    """the e-mail address that the server tells of it"""
    tag: str
    """the kind of its business"""
    first_assistant: int
    """the id of the first of its assistants; the others follow it"""


@dataclass(frozen=True, slots=True)
class ServedSandbox:
    """A sandbox that listens from now on; its document is printed at once, and nothing after it."""

    KIND: ClassVar[str] = "sandbox"

    address: str
    """such as http://127.0.0.1:8080"""
    base_url: str
    """for the setting base_url"""
    api_key: str
    """that it takes; of several accounts that of the first"""
    accounts: tuple[ServedAccount, ...]
    """all of them, where it has several; empty where it has one"""
