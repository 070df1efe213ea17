"""Reading back: what the list shows of each updated row, against what was sent. Nothing is verified on faith."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterator, Mapping
from dataclasses import replace

import anyio

from batch_update.errors import BatchUpdateError
from batch_update.fields.reference import all_fields
from batch_update.model import Change, Event, Json, Outcome, Plan, Present, Report, Status, Verified
from batch_update.plan.differences import side_by_side
from batch_update.plan.normalizing import same_value
from batch_update.report.undo import was_sent
from batch_update.run.fetching import Lister, fetch_present
from batch_update.run.signals import interruption


async def read_back(report: Report, client: Lister) -> Report:
    """The report with `verified` on each row that was sent. Where the list cannot be read, it says so in an event."""
    sent = {change.assistant_id for change in _sent(report)}
    if not sent:
        return report
    try:
        fetched = await fetch_present(client, sent)
    except BatchUpdateError as error:
        missed = Event("verify", f"not read back: {error.message}; batch-update resume reads it back")
        return replace(report, events=(*report.events, missed))
    return replace(report, outcomes=verify(report.plan, report.outcomes, fetched.present))


async def read_back_unless(report: Report, client: Lister, interrupted: AsyncIterable[int]) -> Report:
    """The same, but a signal ends it at once, and is then why the run did not come to its end."""
    found = report

    async def watch() -> None:
        nonlocal found
        async for number in interrupted:
            found = replace(report, stopped=interruption(number))
            tasks.cancel_scope.cancel()
            return

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch)
        found = await read_back(report, client)
        tasks.cancel_scope.cancel()
    return found


def _sent(report: Report) -> Iterator[Change]:
    """Those that were not read back yet: what a resumed run read back before stays as it was found then."""
    first = ((change, report.outcomes[change.indexes[0]]) for change in report.plan.changes)
    return (change for change, o in first if was_sent(o) and o.verified is Verified.NOT_READ)


def verify(plan: Plan, outcomes: tuple[Outcome, ...], present: Mapping[int, Present]) -> tuple[Outcome, ...]:
    """The outcomes, with what reading back showed of the rows that were sent. Pure.

    A row whose answer was lost is `updated` where everything that was sent is found there; else it stays `unknown`.
    """
    found = list(outcomes)
    for change in plan.changes:
        for index in change.indexes:
            if was_sent(outcomes[index]) and outcomes[index].verified is Verified.NOT_READ:
                found[index] = _judge(change, outcomes[index], present.get(change.assistant_id))
    return tuple(found)


def _judge(change: Change, outcome: Outcome, now: Present | None) -> Outcome:
    if now is None:
        return _say(outcome, Verified.MISMATCH, "V301", "the assistant was not found when it was read back")
    if "mode" in change.body:
        reset = {name: now[name] for name in change.before if name not in change.body and name in now}
        outcome = replace(outcome, after_reset=reset)
    wrong = [
        name for name, value in change.body.items() if name in now and not same_value(name, value, now[name])
    ]
    unseen = [name for name in change.body if name not in now]
    if outcome.status is Status.UNKNOWN:
        if wrong or unseen:
            return outcome
        return replace(
            outcome,
            status=Status.UPDATED,
            changed=tuple(change.body),
            verified=Verified.VERIFIED,
            message="no answer was seen, but reading it back shows it there",
        )
    if wrong:
        words = "; ".join(_two_values(name, change.body[name], now[name]) for name in wrong)
        return _say(outcome, Verified.MISMATCH, "V301", f"not as it was sent: {words}")
    if unseen:
        reported = all_fields()
        never = [name for name in unseen if not reported[name].reported]
        words = f"the API does not report {', '.join(never or unseen)}"
        return _say(outcome, Verified.UNVERIFIABLE, outcome.code, words)
    return replace(outcome, verified=Verified.VERIFIED)


def _two_values(name: str, wanted: Json, now: Json) -> str:
    sent, found = side_by_side(wanted, now)
    return f"{name}: sent {sent}, found {found}"


def _say(outcome: Outcome, verified: Verified, code: str, words: str) -> Outcome:
    message = f"{outcome.message}; {words}" if outcome.message else words
    return replace(outcome, verified=verified, code=code, message=message)
