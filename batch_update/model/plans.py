"""The nouns of a plan: what an assistant holds, the changes to send, and what became of each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any

from batch_update.model.choices import Catalog
from batch_update.model.named import NamedChoice
from batch_update.model.sheets import NOTHING, Body, Json, Problem, Severity, Sheet
from batch_update.model.views import Viewed, amounts


@dataclass(frozen=True, slots=True)
class Hazard:
    """A danger that has to be allowed by its name before it is sent; `plan/guarding.py` finds it in a plan."""

    code: str
    words: str
    """what would happen"""


HAZARDS: Mapping[str, Hazard] = {
    "mode": Hazard("G101", "the engine mode changes, which resets settings"),
    "type": Hazard("G102", "inbound turns into outbound or back"),
    "phone_number_id": Hazard("G103", "the phone number changes"),
    "clear": Hazard("G104", "fields are cleared"),
    "webhook_url": Hazard("G105", "call data goes elsewhere"),
    "tools": Hazard("G106", "all built-in tools are taken away"),
    "prompt_shrinks": Hazard("G107", "the system prompt loses more than half of its words"),
    "same_prompt": Hazard("G108", "one system prompt replaces different ones"),
}
"""Each hazard by the name that `allow` takes."""
ALL_HAZARDS = "all"
Present = Mapping[str, Json]
"""Field -> value that an assistant holds now, as an update would send it. A field that is not in it is *unknown*."""


class Unknown(Enum):
    """Stands for a value that is not known, which null would be."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class Part:
    """A change of a part of a value, the rest of which stays: `variables.company_name`, `label_ids+`."""

    field: str
    path: tuple[str, ...]
    """keys inside the value: ("company_name",), ("end_call", "description"); () for a list that is added to"""
    value: Json
    """what the part becomes; None removes it. For a list: the ids"""
    operation: str = "set"
    """set, add or remove"""


class Why(StrEnum):
    """Why a field is held back."""

    CHANGED = "changed"
    """it holds neither what it was planned from nor what it should hold"""
    RESET = "reset"
    """the change of mode would reset it, and it does not hold what it was planned from"""
    MOVED = "moved"
    """it is the mode, which is not to change, and is not any more what the `others` were planned for"""
    RULE = "rule"
    """it breaks a rule by now"""
    WITH_MODE = "with_mode"
    """it belongs to the mode, which is held back"""
    WOULD_RESET = "would_reset"
    """it is the mode, whose change would reset the `others`, which are held back"""
    EDITED = "edited"
    """it was edited in a sheet that was exported, and holds now neither what was exported nor what it should hold"""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that is held back, and its three values, each UNKNOWN where it is not known or there is none."""

    field: str
    why: Why
    planned: Json = UNKNOWN
    """what it held when the change was planned; for an undo, what the run left there"""
    wanted: Json = UNKNOWN
    """what it should hold; for an undo, what it held before the run"""
    now: Json = UNKNOWN
    others: tuple[str, ...] = ()
    """fields that it is held back for"""
    mode: str = ""
    """the mode that would reset it"""
    rule: str = ""
    """the rule that it breaks, as a sentence"""
    is_undo: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One update to send."""

    assistant_id: int
    body: Body
    indexes: tuple[int, ...]
    """the rows of the sheet that it settles; the first is the one it was made from"""
    parts: tuple[Part, ...] = ()
    """parts that still have to be merged into the present values; a change that is sent has none"""
    before: Present = field(default_factory=lambda: NOTHING)
    """what the fields of the body held when the change was planned, as far as it is known; for a change of mode also
    the fields that it resets"""
    name: str = ""
    """what the assistant is called now, where that is known"""
    held: tuple[Conflict, ...] = ()
    """fields that were taken out of the body since somebody changed them. Once the rest is sent, the row ends as a
    conflict that says so"""
    base: str = ""
    """what its row remembers of the export, as its cell says it; "" for nothing, and once it was compared"""
    wave: int = 0
    """the number of the wave that it is sent in, counted over all sessions of a run; 0 until that is known"""


class Status(StrEnum):
    """The end of a row."""

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    INVALID = "invalid"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """sent, and no answer seen"""
    NOT_SENT = "not_sent"
    CONFLICT = "conflict"
    """not sent, or not all of it, since somebody changed the assistant after the change was planned"""


class Verified(StrEnum):
    """The result of reading back an updated row."""

    NOT_READ = ""
    VERIFIED = "verified"
    MISMATCH = "mismatch"
    UNVERIFIABLE = "unverifiable"
    """the API does not report these fields"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one row of the sheet, and why it came to it."""

    status: Status
    code: str = ""
    message: str = ""
    http: int | None = None
    attempts: int = 0
    changed: tuple[str, ...] = ()
    """fields that were sent and applied"""
    request_id: str = ""
    started: datetime | None = None
    """UTC, first attempt"""
    ms: int | None = None
    """from the first attempt to the last answer, waiting included"""
    field_errors: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    """what the server said of single fields: "post_call_schema.0.name" -> messages"""
    verified: Verified = Verified.NOT_READ
    conflicts: tuple[Conflict, ...] = ()
    """fields that were held back; the message does not tell of them"""
    after_reset: Present = field(default_factory=lambda: NOTHING)
    """what a change of mode made of the fields that it resets, as reading back showed them"""
    wave: int = 0
    """the number of the wave that it was sent in; 0 where there was none, or it was not sent"""


@dataclass(frozen=True, slots=True)
class Plan(Viewed):
    """Every row of a sheet, accounted for before anything is sent: to be sent, or settled already."""

    sheet: Sheet
    changes: Sequence[Change]
    settled: Mapping[int, Outcome]
    """row index -> outcome, for rows that nothing is sent for (invalid, unchanged, not selected)"""
    problems: tuple[Problem, ...] = ()
    """all of them, errors and warnings, in the sheet's order"""
    account: str = ""
    """whose assistants they are, as the list or the account itself tells: `user 501 at app.famulor.de`, or the e-mail
    address in place of the number; "" where that is not known"""
    server: str = ""
    """the base URL that it was made for; "" where that is not known"""
    unseen: bool = False
    """its account is known, and what its assistants held is not: nothing was fetched"""
    unnamed: frozenset[NamedChoice] = field(default=frozenset(), compare=False, repr=False)
    """names in place of ids that were not looked up; the rows with them are settled as not sent, and the plan has to be
    made again once they are"""
    called: Mapping[Catalog, Mapping[int, str]] = field(default_factory=dict, compare=False, repr=False)
    """what the account calls the ids that the plan takes away and sets, as far as that was looked up"""
    guards: tuple[Tripped, ...] = field(default=(), compare=False)
    """what has to be allowed before it is sent, where that was asked when it was planned"""
    left_to_others: Mapping[int, tuple[str, ...]] = field(default_factory=dict, compare=False)
    """row index -> fields whose cells are as they were exported, and that others changed since"""
    excused: tuple[Problem, ...] = field(default=(), compare=False)
    """problems of cells that are as they were exported: they count where the account is another one"""

    def counts(self) -> dict[str, int]:
        """Return how many assistants would change, how many rows ended in each status already, and how many values
        were not touched in the sheet and changed by others since it was exported."""
        settled = Counter(outcome.status for outcome in self.settled.values())
        left = sum(map(len, self.left_to_others.values()))
        statuses = {str(status): settled[status] for status in Status}
        return {"to_change": len(self.changes), **statuses, "left_to_others": left}

    def __repr__(self) -> str:
        place = f"; {self.account or self.server}" if self.account or self.server else ""
        return f"<Plan of {self.sheet.name!r}: {amounts(self.counts())}{place}>"

    def to_frame(self) -> Any:
        """Return a pandas DataFrame with a row for each field that would change: row, id, name, field, before, after.

        `row` is the number of the first of the sheet's rows that ask for it. `before` is missing where it is not
        known. Values are those that the API takes; secrets are replaced.
        """
        return self.viewer().frame_of(self)

    @property
    def compared(self) -> bool:
        """Whether it was held against what is there."""
        return bool(self.account) and not self.unseen

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity is Severity.WARNING)


@dataclass(frozen=True, slots=True)
class Tripped:
    """A guard that stops a run before anything is sent."""

    code: str
    hazard: str
    """its name, as `allow` takes it; "" for a limit, which only its own setting can lift"""
    words: str
    """what would happen"""
    assistants: int
    override: str
    """the setting that lets it through, with its value, as a message names it"""
    rows: tuple[int, ...] = ()
    """the number of a row for each of the assistants; empty for a limit"""
    is_blind: bool = False
    """whether it is judged without knowing what is there"""
    lifts: Mapping[str, int | float | None] = field(default_factory=dict)
    """for a limit: the settings that let it through, with the values that are just enough"""
