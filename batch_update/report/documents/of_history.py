"""The documents of `history`: the changes that runs made, and who set what an assistant holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from batch_update.journal.folders import host_of
from batch_update.model.plans import UNKNOWN, Verified
from batch_update.model.sheets import Json
from batch_update.report.changed import Became
from batch_update.report.history.blame import Blamed, Provenance
from batch_update.report.history.past import PastChange


@dataclass(frozen=True, slots=True)
class ToldPast:
    """A field of an assistant that a run changed, or may have changed."""

    at: datetime
    """when it was sent first"""
    run: str
    """the name of the run's folder"""
    folder: str
    """its path"""
    command: str
    """apply or undo"""
    note: str
    """what it was for; empty where nobody said"""
    author: str
    """who did it; empty where that is not known"""
    job: str
    """the name of the job file that began it; empty for none"""
    server: str
    """its host and port"""
    account: str
    """whose assistant it is, and where; empty where that is not known"""
    sandbox: bool
    """whether it was one of the built-in imitation of the API"""
    id: int | None
    """the assistant's"""
    name: str
    """what the assistant was called; empty where that is not known"""
    row: int
    """its number in the sheet of the run"""
    field: str
    """which was changed"""
    before: Json
    """what it held, secrets replaced; null also where that is not known"""
    before_known: bool
    """whether it is known what it held"""
    after: Json
    """what it was to hold then, secrets replaced"""
    became: Became
    """applied; perhaps, where no answer was seen; reset, where a change of mode did it"""
    verified: Verified
    """what reading back showed of the assistant"""
    undone_by: str
    """the name of the run that took it back; empty for none"""


@dataclass(frozen=True, slots=True)
class UnreadRun:
    """A run of which the journal cannot be read: what it changed is not told."""

    name: str
    """of the folder"""
    folder: str
    """its path"""
    code: str
    """why, as a code"""
    error: str
    """why, in words"""


@dataclass(frozen=True, slots=True)
class ToldHistory:
    """The changes that the runs of a folder made, each of one field of one assistant."""

    KIND: ClassVar[str] = "history"

    id: int | None
    """the assistant that was asked for; null for all"""
    fields: tuple[str, ...]
    """that were asked for; empty for all"""
    since: datetime | None
    """from when on changes are told; null for all"""
    before: datetime | None
    """until when; null for all"""
    file: str | None
    """where the changes were written; null where they stand here"""
    changes: Iterable[ToldPast]
    """the last one first; of all assistants, run by run"""
    unread: Iterable[UnreadRun]
    """runs of which nothing can be told"""
    untold: int
    """runs that do not tell whether they are of the account that was asked for, and are left out; 0 without one"""


@dataclass(frozen=True, slots=True)
class BlamedField:
    """A field of an assistant, and where its value comes from."""

    field: str
    """its name"""
    origin: Provenance
    """ours: as a run left it; outside: changed outside; untouched: no run set it; not_seen: told from journals alone"""
    now: Json
    """what it holds, secrets replaced; null also where that was not looked at"""
    now_known: bool
    """whether it is known what it holds"""
    last: ToldPast | None
    """the change that it goes back to, or the last one of a run; null for none"""


@dataclass(frozen=True, slots=True)
class ToldBlame:
    """Who set what an assistant holds."""

    KIND: ClassVar[str] = "blame"

    id: int
    """the assistant's"""
    name: str
    """what it was called last; empty where that is not known"""
    account: str
    """whose it is, and where; empty where that is not known"""
    looked: bool
    """whether what is there now was read"""
    why_not: str
    """why it was not; empty where it was"""
    fields: tuple[BlamedField, ...]
    """those that a run set, and all others that are there, in the order of the catalogue"""
    elsewhere: tuple[str, ...]
    """other servers and accounts where runs changed an assistant of this id, which is another one"""
    unread: tuple[UnreadRun, ...]
    """runs of which nothing can be told"""
    untold: int
    """runs that do not tell whether they are of the account that was asked for, and are left out; 0 without one"""


def told_past(one: PastChange) -> ToldPast:
    """Return a change that a run made, with all that is known of it but for secrets."""
    what, head = one.what, one.head
    return ToldPast(
        at=one.at,
        run=one.run,
        folder=str(head.folder),
        command=head.command,
        note=one.occasion.note,
        author=one.occasion.author,
        job=one.occasion.job,
        server=host_of(head.server),
        account=head.account,
        sandbox=one.is_sandbox,
        id=what.assistant_id,
        name=what.name,
        row=what.row,
        field=what.field,
        before=None if what.before is UNKNOWN else what.before,
        before_known=what.before is not UNKNOWN,
        after=None if what.after is UNKNOWN else what.after,
        became=what.became,
        verified=what.verified,
        undone_by=one.undone_by,
    )


def blamed_field(one: Blamed) -> BlamedField:
    """Return where the value of a field comes from."""
    is_known = one.now is not UNKNOWN
    last = None if one.last is None else told_past(one.last)
    return BlamedField(one.field, one.origin, one.now if is_known else None, is_known, last)
