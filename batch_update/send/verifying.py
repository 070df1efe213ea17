"""Reading back: what the list shows of each updated row, against what was sent. Nothing is verified on faith."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from anyio.lowlevel import checkpoint

from batch_update.account.fetching import Lister, fetch_present
from batch_update.clock import SYSTEM, Clock
from batch_update.errors import BatchUpdateError
from batch_update.fields.facts import all_fields
from batch_update.fields.values.differences import side_by_side
from batch_update.fields.values.same import same_value
from batch_update.fields.values.stored import Alteration, alterations, could_be_altered
from batch_update.model.plans import Change, Outcome, Plan, Present, Status, Verified
from batch_update.model.reports import Event, Report
from batch_update.model.sheets import Json
from batch_update.outcomes import as_wanted, was_sent
from batch_update.send.progress import EventLog
from batch_update.send.signals import unless_signaled
from batch_update.text import counted, listed


@dataclass(frozen=True, slots=True)
class Seen:
    """The outcomes as reading back showed them."""

    outcomes: Sequence[Outcome]
    """of all rows of the sheet, in its order"""
    error: BatchUpdateError | None = None
    """why some were not read back"""
    habits: tuple[str, ...] = ()
    """what the server does to texts as it stores them"""


async def read_back(
    report: Report,
    client: Lister,
    *,
    again: float = 5.0,
    clock: Clock = SYSTEM,
    events: EventLog | None = None,
) -> Report:
    """The report with `verified` on each row that was sent. Where the list cannot be read, it says so in an event.

    `again` as for `see`; `events` is the log that the client writes to.
    """
    events = events or EventLog(clock=clock)
    before = len(events.events)
    seen = await see(report.plan, report.outcomes, client, again=again, clock=clock, tell=events)
    now = clock.wall()
    told = [Event("stored", habit, at=now) for habit in seen.habits]
    if seen.error is not None:
        words = f"not read back: {seen.error.message}; batch-update resume reads it back"
        told.append(Event("verify", words, at=now))
    return replace(report, outcomes=seen.outcomes, events=(*report.events, *events.events[before:], *told))


async def see(
    plan: Plan,
    outcomes: Sequence[Outcome],
    client: Lister,
    *,
    again: float,
    clock: Clock = SYSTEM,
    tell: Callable[[Event], None],
) -> Seen:
    """Read what the changes of a plan left there, for every row that was sent and is not read back yet.

    Lists lag: whatever is not there as it was sent is read once more after so many seconds, 0 for never.
    """
    unread = tuple(_unread(plan, outcomes))
    if not unread:
        return Seen(outcomes)
    sent = {change.assistant_id for change in unread}
    fields = {name for change in unread for name in (*change.body, *change.before)}
    try:
        present = (await fetch_present(client, sent, fields=fields)).present
    except BatchUpdateError as error:
        return Seen(outcomes, error)
    # Each is looked at several times, and would be made anew each time.
    plan, outcomes = replace(plan, changes=unread), tuple(outcomes)
    found = verify(plan, outcomes, present)
    late = [c for c in _unread(plan, outcomes) if not as_wanted(found[c.indexes[0]])]
    if not late or not again:
        return Seen(found, None, tuple(_habits(plan, outcomes, present)))
    what = f"{counted(len(late), 'assistant')} not as sent, or not yet"
    tell(Event("pause", f"{what}: looking again in {again:g} s", again))
    await clock.sleep(again)
    ids = {change.assistant_id for change in late}
    try:
        newer = (await fetch_present(client, ids, fields=fields)).present
    except BatchUpdateError as error:
        return Seen(_unless_late(found, outcomes, late), error, tuple(_habits(plan, outcomes, present)))
    present = {number: now for number, now in present.items() if number not in ids} | newer
    return Seen(verify(plan, outcomes, present), None, tuple(_habits(plan, outcomes, present)))


def _unless_late(
    found: tuple[Outcome, ...], before: tuple[Outcome, ...], late: Iterable[Change]
) -> tuple[Outcome, ...]:
    """Return the outcomes, but as they were before for those that could not be read once more."""
    rows = {index for change in late for index in change.indexes}
    return tuple(before[index] if index in rows else outcome for index, outcome in enumerate(found))


async def read_back_unless(
    report: Report,
    client: Lister,
    interrupted: AsyncIterable[int],
    *,
    again: float = 5.0,
    clock: Clock = SYSTEM,
    events: EventLog | None = None,
    first: Callable[[], Awaitable[None]] = checkpoint,
) -> Report:
    """Read back as `read_back` does, once `first` returned.

    A signal ends both at once, and is then why the run did not come to its end.
    """

    async def reading() -> Report:
        await first()
        return await read_back(report, client, again=again, clock=clock, events=events)

    found = await unless_signaled(reading, interrupted)
    return replace(report, stopped=found) if isinstance(found, Exception) else found


def _unread(plan: Plan, outcomes: Sequence[Outcome]) -> Iterator[Change]:
    """Return the changes that were sent and not read back yet: what an earlier session found stays as it is."""
    first = ((change, outcomes[change.indexes[0]]) for change in plan.changes)
    return (change for change, o in first if was_sent(o) and o.verified is Verified.NOT_READ)


def is_proof(change: Change) -> bool:
    """Whether finding it there shows that it was sent: something of it is known to have been otherwise before."""
    return any(
        name in change.before and not same_value(name, value, change.before[name])
        for name, value in change.body.items()
    )


def verify(plan: Plan, outcomes: Sequence[Outcome], present: Mapping[int, Present]) -> tuple[Outcome, ...]:
    """Return the outcomes, with what reading back showed of the rows that were sent. Pure.

    A row whose answer was lost is `updated` where everything that was sent is found there, and was not there before;
    where it may have been, it stays `unknown`, though it is as wanted. A text that the server altered as it does all
    of that field counts as it was sent.
    """
    found = list(outcomes)
    kept = _kept(plan, outcomes, present)
    for change in plan.changes:
        for index in change.indexes:
            if was_sent(outcomes[index]) and outcomes[index].verified is Verified.NOT_READ:
                found[index] = _judge(change, outcomes[index], present.get(change.assistant_id), kept)
    return tuple(found)


def _judge(change: Change, outcome: Outcome, now: Present | None, kept: frozenset[Kept]) -> Outcome:
    """Return the outcome with what `now` shows of it; None: the assistant was not found."""
    if now is None:
        return _say(outcome, Verified.MISMATCH, "V301", "the assistant was not found when it was read back")
    if "mode" in change.body:
        outcome = replace(outcome, after_reset=_values_beside(change, now))
    seen = {name: value for name, value in change.body.items() if name in now}
    wrong = [name for name, value in seen.items() if not _is_as_sent(name, value, now, kept)]
    unseen = [name for name in change.body if name not in now]
    if outcome.status is Status.UNKNOWN:
        return outcome if wrong or unseen else _settled(change, outcome)
    if wrong:
        words = "; ".join(_two_values(name, seen[name], now[name]) for name in wrong)
        return _say(outcome, Verified.MISMATCH, "V301", f"not as it was sent: {words}")
    if unseen:
        return _say(outcome, Verified.UNVERIFIABLE, outcome.code, _unseen_words(unseen))
    return replace(outcome, verified=Verified.VERIFIED)


def _values_beside(change: Change, now: Present) -> dict[str, Json]:
    """Return what the assistant holds in fields that were not sent, as far as they were known before."""
    return {name: now[name] for name in change.before if name in now and name not in change.body}


def _unseen_words(unseen: Sequence[str]) -> str:
    """`the API does not report webhook_url`: those that it never reports, where there are such."""
    known = all_fields()
    never = [name for name in unseen if not known[name].reported]
    return f"the API does not report {', '.join(never or unseen)}"


def _settled(change: Change, outcome: Outcome) -> Outcome:
    """Return the outcome of a row whose answer was lost, and that is as wanted now."""
    if not is_proof(change):
        return _say(outcome, Verified.VERIFIED, outcome.code, BY_WHOM)
    words = "no answer was seen, but reading it back shows it there, and it was not there before"
    return replace(
        outcome,
        status=Status.UPDATED,
        code="",
        changed=tuple(change.body),
        verified=Verified.VERIFIED,
        message=words,
    )


BY_WHOM = "it is as wanted; by whom cannot be told"
"""Said of a row whose answer was lost, and that may have been so before."""


# ---------------------------------------------------------------- what a server does to texts

Kept = tuple[str, Alteration]
"""A field, and what was not done to some text of it."""


def _is_as_sent(name: str, value: Json, now: Present, kept: frozenset[Kept]) -> bool:
    """Whether a field holds what was sent, or that as the server stores all texts of this field."""
    if not same_value(name, value, now[name]):
        return False
    return not any((name, done) in kept for done in alterations(value, now[name]))


def _kept(plan: Plan, outcomes: Sequence[Outcome], present: Mapping[int, Present]) -> frozenset[Kept]:
    """Return what was left as it was sent in some row, so that where it was not, that is no habit of the server.

    A row whose answer was lost may not have been stored at all.
    """
    return frozenset(
        (name, could)
        for name, value, now, status in _texts(plan, outcomes, present)
        if status is Status.UPDATED and same_value(name, value, now)
        for could in could_be_altered(value) - alterations(value, now)
    )


def _habits(plan: Plan, outcomes: Sequence[Outcome], present: Mapping[int, Present]) -> Iterator[str]:
    """Yield what the server did to texts as it stored them, a sentence for each kind."""
    kept = _kept(plan, outcomes, present)
    fields: dict[Alteration, dict[str, None]] = {}
    for name, value, now, _ in _texts(plan, outcomes, present):
        if same_value(name, value, now):
            for done in alterations(value, now):
                if (name, done) not in kept:
                    fields.setdefault(done, {})[name] = None
    for done, names in fields.items():
        yield f"the server stores {listed(names)} {done.value}: that is no difference"


def _texts(
    plan: Plan, outcomes: Sequence[Outcome], present: Mapping[int, Present]
) -> Iterator[tuple[str, Json, Json, Status]]:
    """Field, what was sent, what is there, and the row's status, of everything sent and reported that may hold text."""
    for change in _unread(plan, outcomes):
        now, status = present.get(change.assistant_id, {}), outcomes[change.indexes[0]].status
        for name, value in change.body.items():
            if isinstance(value, str | list | dict) and name in now:
                yield name, value, now[name], status


# ---------------------------------------------------------------- words


def _two_values(name: str, wanted: Json, now: Json) -> str:
    sent, found = side_by_side(wanted, now)
    return f"{name}: sent {sent}, found {found}"


def _say(outcome: Outcome, verified: Verified, code: str, words: str) -> Outcome:
    message = f"{outcome.message}; {words}" if outcome.message else words
    return replace(outcome, verified=verified, code=code, message=message)
