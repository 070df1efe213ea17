"""The story of `undo`: a plan that takes a run back, made where nobody else can go on with it, and carried out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from batch_update.account.account import Account
from batch_update.account.known.of_settings import at_account
from batch_update.account.whose import at_home
from batch_update.errors import UsageError
from batch_update.journal.across.in_fleets import name_of_run
from batch_update.journal.finding import changed_at, find_run
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import report_of
from batch_update.plan.from_run import undo_plan
from batch_update.run.applying import Task, carry_out
from batch_update.run.planning import Made
from batch_update.run.steps.means import Means, Sequel, holding, tell_way
from batch_update.run.steps.session import Ended
from batch_update.settings.tunables import Settings
from batch_update.text import printable


def run_to_undo(run: str, settings: Settings) -> Path:
    """Return the folder of a run, by its path, name or beginning; last is what last changed something.

    Raises UsageError where there is none.
    """
    return find_run(run, settings.runs_dir, last=changed_at)


def begin_undo(folder: Path, settings: Settings, means: Means) -> Sequel[Ended]:
    """Look which run it is; the sequel brings back what it changed, as far as is known, where nobody changed it since.

    Raises what `begin_apply` raises, UsageError where there is nothing to take back, JournalError where the journal
    cannot be read.
    """
    recorded = read_run(folder)
    settings = at_home(at_account(settings), recorded.plan.server, recorded.facts.settings)
    tell_way(settings, means)
    return partial(_undo, folder, means.account(settings), settings, means)


async def _undo(folder: Path, account: Account, settings: Settings, means: Means) -> Ended:
    async with holding(account, settings, means, "undo") as hold:
        hold.refuse_company(folder)
        # Read now and not sooner: until the lock was free, the run may have been going on.
        name = name_of_run(folder)
        plan = undo_plan(report_of(read_run(folder)), f"undo of {name.replace('/', ' ')}")
        if not len(plan.sheet):
            # Were this a run of its own, it would be the last one, and hide the one that somebody wants to take back.
            raise UsageError(
                f"{printable(name)} changed nothing: there is nothing to take back",
                code="U113",
            )
        task = Task(Made(plan, earlier=True), "undo", parent=name)
        return await carry_out(task, hold, settings, means)
