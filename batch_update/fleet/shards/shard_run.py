"""The run of one epoch of an account: begun from its plan, or gone on with from what an earlier epoch left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio.to_thread

from batch_update.account.account import placed
from batch_update.account.whose import at_home
from batch_update.disk import make_folder, read_plain
from batch_update.errors import JournalError, RunStopped, SheetError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.shards.shard_task import ShardTask
from batch_update.fleet.shards.unplanned import exit_by
from batch_update.fleet.shards.written_end import read_end
from batch_update.journal.copying import doubt_all, holds_journal, take_along, was_only_claimed
from batch_update.journal.recorded import SessionFacts
from batch_update.journal.writing import Journal
from batch_update.model.fleets import AccountPlan, FleetPlan
from batch_update.model.plans import Plan
from batch_update.plan.saving import MOST_BYTES, read_with_digest
from batch_update.run.applying import Task, carry_out
from batch_update.run.planning import Made
from batch_update.run.resuming import begin_resume
from batch_update.run.steps.means import Means, holding, tell_way
from batch_update.run.steps.session import Ended, written_report
from batch_update.run.steps.signature import occasion_of
from batch_update.settings.tunables import Settings
from batch_update.text import printable


@dataclass(frozen=True, slots=True)
class Shard:
    """One account of a fleet, and what it is to be done with."""

    task: ShardTask
    folder: FleetFolder
    fleet: FleetPlan
    plan: AccountPlan
    settings: Settings

    def place(self, epoch: int) -> Path:
        """Return where the run of an epoch is worked on: on the worker's own disk, where there is one for it."""
        home = self.folder.run_of(self.task.account, epoch)
        if self.task.local is None:
            return home
        return self.task.local / self.task.run / self.task.account / str(epoch)


def account_plan(fleet: FleetPlan, task: ShardTask) -> AccountPlan:
    """Return the plan of the task's account. Raises RunStopped (R143) for another fleet, account or plan."""
    name = printable(task.account)
    if fleet.id != task.run:
        raise RunStopped(f"the folder holds the fleet {fleet.id}, not {printable(task.run)}", code="R143")
    found = next((one for one in fleet.accounts if one.account == task.account), None)
    if found is None:
        raise RunStopped(f"the fleet {fleet.id} has no plan for an account {name}", code="R143")
    if not found.digest:
        words = f"nothing could be planned for account {name}: {found.message}"
        unplanned = RunStopped(words, code=found.code or "R143")
        unplanned.exit = exit_by(found.code)
        raise unplanned
    if found.digest != task.digest:
        raise RunStopped(
            f"the plan of account {name} has the digest {found.digest}, not {printable(task.digest)}",
            code="R143",
        )
    return found


def approved_plan(shard: Shard) -> Plan:
    """Return the plan of the account as it was approved. Raises RunStopped (R143) where it is another one, SheetError
    where it cannot be read."""
    account = shard.task.account
    path = shard.folder.plan_of(account)
    try:
        plan, found = read_with_digest(path.name, BytesIO(read_plain(path, MOST_BYTES + 1)))
    except OSError as error:
        raise SheetError(
            f"the plan {printable(str(path))} cannot be read: {error.strerror or error}", code="S113"
        ) from error
    if found != shard.task.digest:
        raise RunStopped(
            f"the plan of account {account} is not the one that was approved: its digest is {found}",
            code="R143",
        )
    return plan


async def carry_on(shard: Shard, epoch: int, means: Means) -> Ended:
    """Begin the account's run, or go on with it, in the folder of this epoch. Raises what those stories raise."""
    read = partial(approved_plan, shard)
    # Of many accounts a few plans are read at a time: while one is, it takes five times what it takes afterwards.
    plan = await (anyio.to_thread.run_sync(read) if means.among is None else means.aside(read))
    run_dir = shard.place(epoch)
    settings = at_home(shard.settings.model_copy(update={"run_dir": run_dir}), plan.server)
    if await anyio.to_thread.run_sync(_left_by_earlier, shard, epoch, plan, settings, means):
        del plan  # the journal holds it, too
        looked = partial(begin_resume, run_dir, settings, means, retry_failed=shard.task.retry_failed)
        ended = await (await anyio.to_thread.run_sync(looked))()
        if ended.report.files is not None:
            return ended
        # Whoever came to its end before had no time left to write what it did.
        report = await written_report(
            ended.report, run_dir, ended.facts, means.watcher, later=means.among is not None
        )
        return Ended(report, ended.facts, ended.settings)
    tell_way(settings, means)
    task = _task_of(shard, plan)
    del plan
    account = await anyio.to_thread.run_sync(means.account, settings)
    async with holding(account, settings, means, task.command) as hold:
        work = carry_out(task, hold, settings, means)
        del task  # it is let go of as soon as its plan is in the journal
        return await work


def _task_of(shard: Shard, plan: Plan) -> Task:
    return Task(Made(plan, earlier=True), shard.fleet.command, shard.fleet.parent)


def _left_by_earlier(shard: Shard, epoch: int, plan: Plan, settings: Settings, means: Means) -> bool:
    """Put what earlier epochs left of the run into the folder of this one; False where none sent anything.

    One that was begun and has neither journal nor end at home may have sent anything: all of it is compared then. One
    that certainly was gone before it had written its plan down has not.
    Raises OSError and JournalError.
    """
    account, to = shard.task.account, shard.place(epoch)
    make_folder(to)
    has_gap = False
    for before in reversed([one for one in shard.folder.epochs_of(account) if one < epoch]):
        places = tuple(dict.fromkeys((shard.place(before), shard.folder.run_of(account, before))))
        sent_nothing = any(map(was_only_claimed, places))  # sooner than anybody opens what lies there
        for place in places:
            try:
                is_there = holds_journal(place)
            except JournalError as error:
                if error.code != "J105":
                    raise
                is_there, has_gap = False, True  # it never became one, as on a full disk, or is none any more
            if is_there:
                take_along(place, to, doubt=has_gap)
                return True
        has_gap = has_gap or not (sent_nothing or read_end(shard.folder, account, before))
    if has_gap:
        facts = SessionFacts(
            shard.fleet.command,
            placed(settings),
            shard.fleet.parent,
            occasion=occasion_of(settings, means),
        )
        # Made elsewhere: killed meanwhile, this leaves none here that is in no doubt.
        with TemporaryDirectory(prefix=".", dir=to) as elsewhere:
            Journal.create(Path(elsewhere), plan, facts, clock=means.clock).close()
            doubt_all(Path(elsewhere))
            take_along(Path(elsewhere), to)
    return has_gap
