"""One account of a fleet seen to its end: its lease, its run, its journal brought home, its end written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from batch_update.account.account import Account
from batch_update.account.known.accounts_file import read_accounts
from batch_update.account.known.of_settings import settings_for
from batch_update.disk import make_folder
from batch_update.errors import BatchUpdateError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.leases.lease import TTL, Lease, this_machine
from batch_update.fleet.record.fleet_file import read_fleet
from batch_update.fleet.shards.homing import Homing
from batch_update.fleet.shards.shard_run import Shard, account_plan, carry_on
from batch_update.fleet.shards.shard_task import ShardTask
from batch_update.fleet.shards.stopping import refuse_stopped, stop_asked
from batch_update.fleet.shards.written_end import last_end, write_end
from batch_update.model.fleets import FleetPlan, ShardEnd
from batch_update.model.plans import Status
from batch_update.model.reports import Exit, Report
from batch_update.outcomes import exit_status
from batch_update.run.library.forms import refuse_on_loop
from batch_update.run.library.of_calls import layered_settings
from batch_update.run.steps.means import Means
from batch_update.run.steps.outside_end import OutsideEnd
from batch_update.run.steps.session import Ended
from batch_update.send.signals import unless_signaled
from batch_update.settings.tunables import Settings
from batch_update.text import printable

UNTIL_AWAKE = 3
"""times the ttl that a process of this machine may hold the lock of an account whose lease it has lost"""


async def run_shard(
    task: ShardTask,
    settings: Settings | None = None,
    *,
    means: Means | None = None,
    ttl: float = TTL,
    given: Mapping[str, Any] | None = None,
    fleet: FleetPlan | None = None,
) -> ShardEnd:
    """See one account of a fleet to its end, and return how it ended; an end that is written down is returned at once.

    Settings `given` by name win over `settings`, these over those of the fleet's plan, those over the environment's.
    `fleet`: the fleet's plan, for whoever has read it already. `ttl`: seconds that the stamp of a holder may stand
    still. Raises nothing for what the shard meets: that is in the end. On asyncio or trio; when it is cancelled, what
    was done comes home first.
    """
    means = means or Means()
    began = means.clock.wall()
    # Scripts write paths as plain text.
    task = replace(task, folder=Path(task.folder), local=None if task.local is None else Path(task.local))
    try:
        refuse_stopped(FleetFolder(task.folder), None if means.among is None else means.among.stop)
        load = partial(_loaded, task, settings, means, given or {}, fleet)
        shard = await anyio.to_thread.run_sync(load)
        if (end := await _ended_before(shard)) is not None:
            return end
        account = await anyio.to_thread.run_sync(means.account, shard.settings)  # a command may print its key
        means = replace(means, key=account.key)  # it is read once
        lease = _lease_of(shard, account, means, ttl)
        through = partial(_unless_asked_to_end, shard, means)
        async with lease.kept(wait=shard.settings.wait, through=through):
            return await _ended_before(shard) or await _in_lease(shard, lease, means)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is how this account ended
        return replace(_end_by(error, task.account), began=began, ended=means.clock.wall())


def run_shard_here(task: ShardTask, settings: Settings | None = None, **more: Any) -> ShardEnd:
    """See one account of a fleet to its end in this thread: `run_shard` on an event loop of its own.

    Raises UsageError (U101) where an event loop is running in it.
    """
    refuse_on_loop("run_shard_here", remedy="await run_shard with the same arguments")
    return anyio.run(partial(run_shard, task, settings, **more))


def _loaded(
    task: ShardTask,
    settings: Settings | None,
    means: Means,
    given: Mapping[str, Any],
    fleet: FleetPlan | None,
) -> Shard:
    """Return the shard with its settings. Raises UsageError, and RunStopped (R143) for another fleet or plan."""
    folder = FleetFolder(task.folder)
    fleet = fleet or read_fleet(folder)
    plan = account_plan(fleet, task)
    asked = layered_settings(settings, given, means.environ, beneath=fleet.settings)
    asked = asked.model_copy(update={"yes": True, "expect": None, **_at_once(asked, means)})
    if means.key is None and not asked.sandbox:
        asked = settings_for(read_accounts(asked.accounts_file).named(task.account), asked)
    return Shard(task, folder, fleet, plan, asked)


def _at_once(settings: Settings, means: Means) -> dict[str, int]:
    """Return how many requests may be under way, where the means say and no setting does."""
    if means.among is None or "concurrency" in settings.model_fields_set:
        return {}
    return {"concurrency": min(settings.concurrency, means.among.at_once)}


async def _ended_before(shard: Shard) -> ShardEnd | None:
    """Return the end of an account that needs nothing more."""
    end = await anyio.to_thread.run_sync(last_end, shard.folder, shard.task.account)
    is_over = end is not None and end.is_over
    return end if is_over and not (shard.task.retry_failed and end and end.exit is not Exit.OK) else None


def _lease_of(shard: Shard, account: Account, means: Means, ttl: float) -> Lease:
    # Who shares the record of recent requests is one machine: the lease knows whether the last minute is in it.
    machine = f"{this_machine()} {account.folder.resolve()}"
    what, who = f"account {shard.task.account}", shard.settings.author or ""
    return Lease(
        shard.folder.lease_of(shard.task.account), means.clock, ttl, what=what, who=who, machine=machine
    )


async def _in_lease(shard: Shard, lease: Lease, means: Means) -> ShardEnd:
    """Do the work while the lease is held, bring it home and write down how it ended."""
    account, epoch = shard.task.account, lease.epoch
    if lease.is_takeover:  # where it stands still on this machine, the account's lock is free once it goes on
        wait = max(shard.settings.wait, UNTIL_AWAKE * lease.ttl)
        shard = replace(shard, settings=shard.settings.model_copy(update={"wait": wait}))
    home = shard.folder.run_of(account, epoch)
    await anyio.to_thread.run_sync(make_folder, home)  # from now on this epoch may have sent something
    homing = Homing(shard.place(epoch), home, means.clock)
    began = means.clock.wall()
    try:
        end = await _worked(shard, lease, homing, means)
    except BaseException:  # cancelled: what was done shall be known to whoever goes on
        with anyio.CancelScope(shield=True), suppress(OSError):
            await homing.bring()
        raise
    end = replace(end, epoch=epoch, began=end.began or began, ended=means.clock.wall())
    return await _brought_home(end, homing, home)


def _outside_end(shard: Shard, means: Means) -> OutsideEnd:
    """Return what ends a story of this shard where the file stop is made."""
    seen = None if means.among is None else means.among.stop
    return OutsideEnd(partial(stop_asked, shard.folder, means.clock, seen))


async def _unless_asked_to_end(shard: Shard, means: Means, take: Callable[[], Awaitable[None]]) -> None:
    """Wait for the lease of an account, which another one may hold.

    Raises Interrupted as soon as the end is asked for, by a signal or the file stop: nothing was sent.
    """
    with means.interrupts() as signals:
        ended = await unless_signaled(_outside_end(shard, means).bounding(take), signals)
    if isinstance(ended, Exception):
        raise ended


async def _worked(shard: Shard, lease: Lease, homing: Homing, means: Means) -> ShardEnd:
    stop = _outside_end(shard, means)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(homing.keep)
        means = replace(means, leave=lease.held, spent=lease.spent, interrupts=stop.opening(means.interrupts))
        try:
            end = _end_of(await stop.bounding(partial(carry_on, shard, lease.epoch, means))(), shard)
        except Exception as error:  # noqa: BLE001  # whatever ends the work, it is how this account ended
            end = _end_by(error, shard.task.account)
        tasks.cancel_scope.cancel()
    return end


async def _brought_home(end: ShardEnd, homing: Homing, home: Path) -> ShardEnd:
    try:
        await homing.bring()
        await anyio.to_thread.run_sync(write_end, home, end)
    except OSError as error:
        reason = f"{error.strerror or error} ({printable(str(error.filename or home))})"
        words = f"what was done could not be brought home: {reason}"
        return replace(end, exit=Exit.STOPPED, code="R142", message=words)
    return end


def _end_of(ended: Ended, shard: Shard) -> ShardEnd:
    report, stats = ended.report, ended.facts.stats
    stopped = report.stopped
    told = (
        ShardEnd(shard.task.account, 0, ended.exit)
        if stopped is None
        else _end_by(stopped, shard.task.account)
    )
    return replace(
        told,
        exit=ended.exit,
        went_well=_is_well(report),
        counts=dict(Counter(outcome.status for outcome in report.outcomes)),
        requests=stats.requests if stats else 0,
        seconds=report.seconds,
        began=report.started,
    )


def _is_well(report: Report) -> bool:
    """Whether a run is as wanted but for the rows that were invalid from the beginning."""
    valid = tuple(one for one in report.outcomes if one.status is not Status.INVALID)
    return exit_status(replace(report, outcomes=valid)) is Exit.OK


def _end_by(error: Exception, account: str) -> ShardEnd:
    if isinstance(error, BatchUpdateError):
        return ShardEnd(account, 0, Exit(error.exit), error.code, printable(error.message))
    if isinstance(error, OSError):  # of the disk: what a server does comes as an ApiError
        place = f" ({printable(str(error.filename))})" if error.filename else ""
        return ShardEnd(account, 0, Exit.STOPPED, "R142", f"{printable(error.strerror or 'the disk')}{place}")
    # Its text could hold anything, a key too.
    return ShardEnd(account, 0, Exit.BUG, "", f"this is a bug in batch-update: {type(error).__name__}")
