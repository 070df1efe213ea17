"""The main job for Python programs: settings to a client, and a plan through it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import anyio

from batch_update.account.connect import connect
from batch_update.account.whose import refuse_another, with_account
from batch_update.model.plans import Plan
from batch_update.model.reports import Report
from batch_update.plan.guarding import guard, refusal
from batch_update.run.applying import apply_plan, blocking_problems, stopped_report
from batch_update.run.planning import Looked, look
from batch_update.send.brake import check_failures
from batch_update.send.progress import EventLog
from batch_update.send.verifying import read_back
from batch_update.send.waves import caution_of
from batch_update.settings.tunables import Settings


def preview(plan: Plan, settings: Settings | None = None, **connection: Any) -> Plan:
    """The plan, held against what is there: only what differs is left in it. Sends no update.

    `connection` as for `connect`. Raises AccessError, ApiError or RunStopped where the account cannot be read.
    """
    return anyio.run(lambda: preview_async(plan, settings, **connection))


async def preview_async(plan: Plan, settings: Settings | None = None, **connection: Any) -> Plan:
    """Hold a plan against what is there, as `preview` does, on an event loop that runs already (asyncio or trio)."""
    async with connect(settings or Settings(), **connection) as client:
        made = await with_account((await look(plan, client)).plan, client)
        return replace(made, server=client.base_url)


def apply(plan: Plan, settings: Settings | None = None, **connection: Any) -> Report:
    """Send what differs from what is there, read it back, and account for every row. Blocks until done.

    `settings.no_fetch` sends everything, `settings.no_verify` reads nothing back; `connection` as for `connect`. What
    goes wrong with a row is in its outcome, and why a run ended early in `Report.stopped`: a guard of the settings
    (`allow`, `max_changes`, `max_change_percent`) too, and then nothing was sent. Raises AccessError,
    ApiError or RunStopped where the account cannot be read before anything is sent, or is not the plan's.
    """
    return anyio.run(lambda: apply_async(plan, settings, **connection))


async def apply_async(plan: Plan, settings: Settings | None = None, **connection: Any) -> Report:
    """Send a plan, as `apply` does, on an event loop that runs already (asyncio or trio)."""
    settings = settings or Settings()
    events = EventLog(connection.pop("on_event", None))
    async with connect(settings, on_event=events, **connection) as client:
        looked = Looked(plan, 0)
        if not settings.no_fetch:
            looked = await look(plan, client, to_end=settings.max_change_percent is not None)
            plan = looked.plan
        else:
            await refuse_another(plan, client)
        plan = replace(plan, server=client.base_url)
        tripped = guard(
            plan,
            total=looked.total,
            max_changes=settings.max_changes,
            max_change_percent=settings.max_change_percent,
            allow=settings.allow,
        )
        if tripped and not blocking_problems(plan, skip_invalid=settings.skip_invalid):
            return stopped_report(plan, refusal(tripped), started=datetime.now(UTC))
        report = await apply_plan(
            plan,
            client,
            concurrency=settings.concurrency,
            skip_invalid=settings.skip_invalid,
            events=events,
            rates=settings.rate,
            caution=caution_of(settings, client),
        )
        if settings.no_verify or report.stopped or settings.waves:
            return report
        report = await read_back(report, client, again=settings.reread_after, events=events)
        return check_failures(report, settings.max_failures)
