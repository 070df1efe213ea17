"""`fleet shard`: one account of a fleet, or a share of them, seen to its end by this process."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from batch_update.cli.commands.changing.resume import RETRY_FAILED
from batch_update.cli.commands.fleets.group import app
from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import is_silent, settings_of, takes
from batch_update.cli.screens.screen import out, say
from batch_update.errors import UsageError
from batch_update.text import counted, printable

if TYPE_CHECKING:
    from batch_update.fleet.fleet_folder import FleetFolder
    from batch_update.model.fleets import AccountPlan, FleetPlan, ShardEnd
    from batch_update.settings.tunables import Settings

POD = "JOB_COMPLETION_INDEX"
"""the variable by which Kubernetes counts the pods of an indexed Job, from 0"""

ACCOUNT = Annotated[
    str | None,
    typer.Argument(
        metavar="ACCOUNT", help="The name of the account in the list of accounts.", show_default=False
    ),
]
FLEET = Annotated[
    str,
    typer.Option(
        "--fleet",
        metavar="FLEET",
        help="The fleet's folder, its name, a unique beginning of one, or last.",
        show_default=False,
    ),
]
LOCAL = Annotated[
    Path | None,
    typer.Option(
        "--local",
        metavar="DIR",
        help="A folder on a disk of this machine, where the journal lies while this works; it comes home every few "
        "seconds. Wanted where the fleet's folder lies on a network.",
        show_default=False,
    ),
]
INDEX = Annotated[
    int | None,
    typer.Option(
        "--index",
        metavar="N",
        help=f"In place of a name: the nth account by name, counted from 0. {POD} says it as well.",
        show_default=False,
    ),
]
SHARDS = Annotated[
    int | None,
    typer.Option(
        "--shards",
        metavar="M",
        help="With an index: how many processes share the accounts; this one takes N, N+M, N+2M and so on.",
        show_default=False,
    ),
]


@app.command("shard", cls=Command)
@takes("fleet shard")
def see_shard(
    given: dict[str, Any],
    account: ACCOUNT = None,
    fleet: FLEET = "",
    local: LOCAL = None,
    index: INDEX = None,
    shards: SHARDS = None,
    retry_failed: RETRY_FAILED = False,
) -> None:
    """See one account of a fleet to its end: for ssh, GNU parallel, Airflow, or a Job of Kubernetes.

    May be started as often as anybody likes, here and on other machines that see the fleet's folder: one at a time
    works on the account, another one goes on where that one is gone, and what is done is done once.

    Exit status: as apply; 75 where another worker is at it, 5 where this one lost its lease to another.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.fleet.record.fleet_file import expect_fleet, read_fleet
        from batch_update.fleet.record.fleet_finding import find_fleet

        folder = find_fleet(fleet, settings)
        plan = read_fleet(folder)
        expect_fleet(plan, settings.expect)
        _refuse_too_many(folder, plan)
        chosen = _accounts_meant(plan, account, index, shards)
        own = {name: value for name, value in given.items() if name not in ("expect", "runs_dir")}
        ends = _seen(folder, plan, chosen, own, local, retry_failed=retry_failed)
        raise typer.Exit(_tell_ends(plan, ends, settings))


def _refuse_too_many(folder: FleetFolder, plan: FleetPlan) -> None:
    """Raises GuardStopped for a fleet over its own limits, unless somebody has let it through with fleet apply."""
    from batch_update.fleet.outlook.foreseeing_fleet import guarded_fleet
    from batch_update.fleet.planning.planned import whole_guards

    if not folder.journal.exists() and (tripped := whole_guards(plan)):
        raise guarded_fleet(tripped)


def _accounts_meant(
    plan: FleetPlan, account: str | None, index: int | None, shards: int | None
) -> tuple[AccountPlan, ...]:
    """Return the accounts that are meant. Raises UsageError (U101)."""
    from batch_update.fleet.shards.several import named_account, share_of

    if account is not None:
        if index is not None or shards is not None:
            raise UsageError(
                "one account is named, so neither --index nor --shards means anything", code="U101"
            )
        return (named_account(plan, account),)
    if index is None:
        index = _index_of_pod()
    return share_of(plan, index, shards)


def _index_of_pod() -> int:
    text = os.environ.get(POD, "")
    if not (text.isascii() and text.isdecimal()):
        given = f"{POD} is {printable(repr(text))}" if text else "no account is named"
        raise UsageError(
            f"{given}: wanted the name of an account, --index, or {POD} as Kubernetes sets it", code="U101"
        )
    return int(text)


def _seen(
    folder: FleetFolder,
    plan: FleetPlan,
    chosen: tuple[AccountPlan, ...],
    given: dict[str, Any],
    local: Path | None,
    *,
    retry_failed: bool,
) -> list[ShardEnd]:
    import anyio

    from batch_update.fleet.shards.running import run_shard
    from batch_update.fleet.shards.several import see_all
    from batch_update.fleet.shards.shard_task import ShardTask
    from batch_update.run.steps.means import Means
    from batch_update.send.signals import Interrupts, open_interrupts

    async def see(task: ShardTask, interrupts: Interrupts) -> ShardEnd:
        return await run_shard(task, means=Means(interrupts=interrupts), given=given)

    tasks = [ShardTask(folder.path, plan.id, one.account, one.digest, local, retry_failed) for one in chosen]
    return anyio.run(see_all, tasks, see, open_interrupts)


def _tell_ends(plan: FleetPlan, ends: list[ShardEnd], settings: Settings) -> int:
    """Show how each account ended, and return the exit status: the worst."""
    from batch_update.model.reports import Exit, worst
    from batch_update.report.documents.fleets.of_shards import seen_shards
    from batch_update.report.fleet.fleet_summary import counts_words

    status = worst(end.exit for end in ends)
    if settings.json_:
        out_document(seen_shards(plan, ends), exit=status)
        return int(status)
    for end in ends:
        if settings.quiet and end.exit is Exit.OK:
            continue
        why = f": {end.message} ({end.code})" if end.code else f": {end.message}" if end.message else ""
        out(f"{end.account}: {counts_words(end.counts)}" if not why else f"{end.account}{why}")
    if not ends and not is_silent(settings):
        from batch_update.fleet.shards.several import accounts_of

        there = counted(len(accounts_of(plan)), "account")
        say(f"No account has this index: the fleet {plan.id} has {there}.")
    return int(status)
