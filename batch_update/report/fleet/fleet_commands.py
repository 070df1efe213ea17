"""The commands that make sense after a fleet: to go on, to send the mended rows, to take it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from batch_update.model.plans import Status
from batch_update.report.documents.envelope import Purpose
from batch_update.report.fleet.account_states import AccountState, FleetStanding
from batch_update.report.fleet.fleet_paths import FleetFiles
from batch_update.text import quoted_path

_TO_RESUME = {AccountState.STOPPED, AccountState.NOT_BEGUN}


@dataclass(frozen=True, slots=True)
class FleetCommands:
    """The commands about a fleet as they can be pasted; "" for one that nobody can give here."""

    begin: str = ""
    """sends the fleet, of which nothing was sent yet; "" where it was begun"""
    resume: str = ""
    """goes on with the fleet"""
    apply: str = ""
    """plans or applies a sheet for accounts of the same list, once its path is added"""
    undo: str = ""
    """takes the fleet back"""
    report: str = ""
    """makes the files of the fleet again"""


def commands_for_fleet(
    standing: FleetStanding, files: FleetFiles, commands: FleetCommands
) -> dict[Purpose, str]:
    """Return the commands that make sense now, by what they are for."""
    return {purpose: command for purpose, command in _sensible(standing, files, commands) if command}


def _sensible(
    standing: FleetStanding, files: FleetFiles, commands: FleetCommands
) -> Iterator[tuple[Purpose, str]]:
    states = standing.states.keys()
    is_open = bool(states & _TO_RESUME) or _can_be_planned_anew(standing)
    if is_open:
        is_new = commands.begin and states & _TO_RESUME  # apply plans nothing anew
        yield ("apply", commands.begin) if is_new else ("resume", commands.resume)
    if files.failed and commands.apply and (_has_rows_to_mend(standing) or not is_open):
        yield "apply_failed", f"{commands.apply} {quoted_path(files.failed)}"
    if any(one.end.counts.get(Status.UPDATED) for one in standing.accounts):
        yield "undo", commands.undo


def _can_be_planned_anew(standing: FleetStanding) -> bool:
    """Whether accounts, and not the sheet, kept some from being planned. An undo is planned from journals."""
    return standing.end.plan.command == "apply" and any(
        one.state is AccountState.NOT_PLANNED and not one.plan.is_of_sheet for one in standing.accounts
    )


def _has_rows_to_mend(standing: FleetStanding) -> bool:
    return any(
        one.state is AccountState.NOT_ALL
        or (one.state is AccountState.NOT_PLANNED and (one.plan.is_of_sheet or one.plan.invalid > 0))
        for one in standing.accounts
    )
