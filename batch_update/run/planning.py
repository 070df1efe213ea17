"""A plan made from a sheet or read as it was saved, and held against what is there. Nothing is sent."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from batch_update.account.account import Account, placed, server_name
from batch_update.account.fetching import fetch_present
from batch_update.account.known.of_settings import at_account
from batch_update.account.whose import Asked, at_home, refuse_another, with_account
from batch_update.check.settled_names import Names
from batch_update.disk import sha256_of
from batch_update.errors import BatchUpdateError, RunStopped, SheetError, UsageError
from batch_update.model.choices import Choices
from batch_update.model.plans import Plan, Tripped
from batch_update.model.sheets import Sheet
from batch_update.plan.changing.comparing import compare
from batch_update.plan.changing.editing import OnConflict
from batch_update.plan.changing.holding import fields_held_against, hold_back
from batch_update.plan.from_sheet import keep_first, keep_only, make_plan
from batch_update.plan.guarding import guard
from batch_update.plan.naming.matching import called_in
from batch_update.plan.saving import digest, is_saved_plan, read_plan, save_plan
from batch_update.report.files.private_text import write_text
from batch_update.report.files.writable import check_place_of_plan, unwritable
from batch_update.report.workbook.of_ours import is_plan_book
from batch_update.run.steps.desk import Desk, desk_of
from batch_update.run.steps.fitting import named_in_tools, with_sound_ids
from batch_update.run.steps.identifying import identify
from batch_update.run.steps.means import Means, Sequel, speaking, tell_way
from batch_update.run.watching import Watcher
from batch_update.send.progress import Stage
from batch_update.settings.heeding import refuse_for_planned
from batch_update.settings.layers import given_beside
from batch_update.settings.tunables import Settings
from batch_update.sheet.extent.account_rows import taken_by
from batch_update.sheet.headers import OF_ACCOUNTS
from batch_update.sheet.opening import opened
from batch_update.sheet.reading import Source, read_sheet, reading_of
from batch_update.text import counted, printable

What: TypeAlias = "Plan | Sheet | Source"
"""What can be planned and applied: a file that holds a sheet or a saved plan, a DataFrame, a sheet, a plan."""


@dataclass(frozen=True, slots=True)
class Made:
    """A plan as it was made, before anything is asked of the server."""

    plan: Plan
    earlier: bool
    """whether it knows what was there when it was made: what somebody changed since is held back then"""
    choices: Choices = field(default_factory=Choices)
    """the lists of the account that were looked up for it"""


@dataclass(frozen=True, slots=True)
class Looked:
    """A plan that knows what is there."""

    plan: Plan
    pages: int
    """requests that it took to know, look-ups included"""
    total: int | None = None
    """assistants of the account, where the whole list was read"""
    choices: Choices = field(default_factory=Choices)
    """the lists of the account that were looked up for it"""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan as it would be sent now, with what forbids it."""

    plan: Plan
    pages: int
    """requests that it took to know what is there"""
    tripped: tuple[Tripped, ...]
    """the guards that have to be lifted first"""
    settings: Settings
    """as they count: with the server or sandbox that the plan was made for"""
    earlier: bool
    """whether the plan was made earlier"""


def begin_plan(what: What, settings: Settings, means: Means, *, out: Path | None = None) -> Sequel[Planned]:
    """Read and check; the sequel looks what is there, and saves the plan where `out` says.

    Raises SheetError where the sheet or plan cannot be read, UsageError where `out` cannot be written or a setting is
    wrong, RunStopped X310 where the plan was made for another server than the settings name.
    """
    if out is not None:
        _check_place(out, settings)
    made, settings = made_at_home(what, settings, means, asks=not settings.no_fetch)
    return partial(_planned, made, _account_for(made.plan, settings, means), settings, means, out)


def _account_for(plan: Plan, settings: Settings, means: Means) -> Account:
    """Return the account with its key. Of a sheet for several, no key is asked for: it belongs elsewhere (H106)."""
    try:
        return means.account(settings)
    except BatchUpdateError:
        for problem in plan.problems:
            if problem.code == OF_ACCOUNTS:
                words = f"{printable(plan.sheet.name)}: {problem.message}"
                raise SheetError(words, code=problem.code, remedy=problem.remedy) from None
        raise


async def _planned(
    made: Made, account: Account, settings: Settings, means: Means, out: Path | None
) -> Planned:
    async with speaking(settings, account, means, means.watcher.event) as client:
        desk = desk_of(client, account, settings, means)
        made = await with_names(made, desk, settings, means.watcher)
        looked = await look_at(made, client, settings, means.watcher, desk=desk)
        plan = replace(looked.plan, server=placed(settings).base_url)
    if out is not None:
        save_to(out, plan)
    tripped = tripped_by(looked, settings, settings.allow)
    return Planned(plan, looked.pages, tripped, settings, made.earlier)


# ---------------------------------------------------------------- read and check


def made_at_home(what: What, settings: Settings, means: Means, *, asks: bool = True) -> tuple[Made, Settings]:
    """Return the plan of a sheet or file, and the settings at the server or sandbox that it was made for.

    `asks`: whether the server will be asked something, so that the way to it matters.
    """
    settings = at_account(settings)
    if asks:
        tell_way(settings, means)
    made = plan_of(what, settings, means.watcher, means.environ)
    home = at_home(settings, made.plan.server)
    if home.base_url != settings.base_url:
        tell_way(home, means)
    return made, home


def plan_of(what: What, settings: Settings, watcher: Watcher, environ: Mapping[str, str]) -> Made:
    """Return the plan of a sheet, or the plan itself. Raises SheetError where it cannot be read."""
    if isinstance(what, Plan):
        return (
            Made(what, earlier=True) if what.compared else Made(keep_only(what, settings.only), earlier=False)
        )
    if isinstance(what, Sheet):
        return Made(_plan_of_sheet(taken_by(settings.account, what), settings), earlier=False)
    if not isinstance(what, (str, os.PathLike)):
        return Made(_plan_of_sheet(read_sheet(what, settings, environ=environ), settings), earlier=False)
    name = str(what)
    watcher.stage(Stage.READING, name)
    with opened(name, None, reading_of(settings).limits) as source:
        if is_saved_plan(source):
            refuse_for_planned(given_beside(settings, environ), printable(name))
            return Made(read_plan(printable(name), source), earlier=True)
        sheet = read_sheet(name, settings, stdin=source, environ=environ)
        sheet = replace(sheet, sha256=sha256_of(source))
    plan = _plan_of_sheet(sheet, settings)
    watcher.sheet_read(sheet)
    return Made(plan, earlier=False)


def _plan_of_sheet(sheet: Sheet, settings: Settings, names: Names | None = None) -> Plan:
    return make_plan(
        sheet,
        on_duplicate=settings.on_duplicate,
        only=settings.only,
        fetched=not settings.no_fetch,
        names=names,
    )


# ---------------------------------------------------------------- names to ids


async def with_names(made: Made, desk: Desk, settings: Settings, watcher: Watcher) -> Made:
    """Return the plan with ids in place of its names, made anew from its sheet where that has any.

    A name that stands for no id is a problem at its cell. Raises what looking up raises.
    """
    if not made.plan.unnamed:
        return made
    watcher.stage(Stage.NAMING, counted(len(made.plan.unnamed), "name"))
    names, choices = await identify(made.plan.unnamed, desk, sheet=made.plan.sheet)
    return replace(made, plan=_plan_of_sheet(made.plan.sheet, settings, names), choices=choices)


# ---------------------------------------------------------------- look


async def look_at(
    made: Made,
    client: Asked,
    settings: Settings,
    watcher: Watcher,
    *,
    desk: Desk | None = None,
    by_field: bool = False,
) -> Looked:
    """Hold the plan against what is there, as far as the settings select and let it.

    `desk`: where the account's lists are asked for, which tell whether ids are right; None: that is left open, as with
    the setting no_lookup.
    `by_field`: hold back single fields that somebody changed since, not whole rows. Raises what the client raises,
    RunStopped X310 where the plan is another account's, X311 where it is not the one that is expected.
    """
    if made.earlier:
        return await _look_at_earlier(made.plan, client, settings, watcher, by_field=by_field)
    looked = Looked(made.plan, made.choices.requests, choices=made.choices)
    if settings.no_fetch:
        await refuse_another(made.plan, client)
    else:
        watcher.stage(Stage.LOOKING, server_name(settings))
        looked = await look(
            made.plan,
            client,
            None if settings.no_lookup else desk,
            known=made.choices,
            to_end=_to_end(settings),
            on_conflict=settings.on_conflict,
        )
        looked = replace(looked, plan=await with_account(looked.plan, client))
    plan = keep_first(looked.plan, settings.limit)
    looked = replace(looked, plan=replace(plan, called=called_in(plan, looked.choices)))
    expect(looked.plan, settings.expect)
    return looked


async def _look_at_earlier(
    plan: Plan, client: Asked, settings: Settings, watcher: Watcher, *, by_field: bool
) -> Looked:
    if settings.no_fetch:
        raise UsageError(
            "a plan that was made earlier is held against what is there, which the setting no_fetch forbids",
            code="U101",
            remedy="leave it out",
        )
    expect(plan, settings.expect)
    watcher.stage(Stage.LOOKING, server_name(settings))
    plan = keep_only(plan, settings.only)
    looked = await look_again(plan, client, by_field=by_field, to_end=_to_end(settings))
    return replace(looked, plan=keep_first(looked.plan, settings.limit))


def _to_end(settings: Settings) -> bool:
    """Whether the whole list has to be read: a share of the account can only be told of all of it."""
    return settings.max_change_percent is not None


async def look(
    plan: Plan,
    client: Asked,
    desk: Desk | None = None,
    *,
    known: Choices | None = None,
    to_end: bool = False,
    on_conflict: OnConflict = "hold",
) -> Looked:
    """Fetch the assistants of a plan and reduce it to what differs. Raises what the client raises.

    RunStopped X310 where the plan was compared before, with another account. `desk`: where the account's lists
    are asked for, against which ids are held. `known`: those that were looked up already. `to_end`: read the whole
    list of assistants, so that `total` is known. `on_conflict`: what becomes of a cell that was edited, and changed by
    others since its export.
    """
    wanted = {change.assistant_id for change in plan.changes}
    if desk is not None:
        wanted |= named_in_tools(plan.changes)
    fetched = await fetch_present(client, wanted, to_end=to_end)
    await refuse_another(plan, client, fetched.account)
    compared = compare(plan, fetched.present, account=fetched.account, on_conflict=on_conflict)
    choices = known or Choices()
    if desk is not None:
        compared, choices = await with_sound_ids(compared, fetched.present, desk, choices)
    return Looked(compared, fetched.pages + choices.requests, fetched.total, choices)


async def look_again(plan: Plan, client: Asked, *, by_field: bool = False, to_end: bool = False) -> Looked:
    """Fetch the assistants of a plan made earlier, and hold back what somebody has changed since.

    Raises RunStopped X310 where the plan was made for another account.
    """
    wanted, fields = {change.assistant_id for change in plan.changes}, fields_held_against(plan)
    fetched = await fetch_present(client, wanted, fields=fields, to_end=to_end)
    await refuse_another(plan, client, fetched.account)
    return Looked(hold_back(plan, fetched.present, by_field=by_field), fetched.pages, fetched.total)


def expect(plan: Plan, wanted: str | None) -> None:
    """Raises RunStopped X311 where the plan is not the one that was reviewed."""
    if wanted is not None and wanted.strip().lower() != (found := digest(plan)):
        raise RunStopped(
            f"the plan came out differently: its digest is {found}, expected was {wanted}",
            code="X311",
        )


def tripped_by(looked: Looked, settings: Settings, allow: Collection[str]) -> tuple[Tripped, ...]:
    """Return the guards that forbid sending the plan; `allow` are the hazards that may be sent."""
    return guard(
        looked.plan,
        total=looked.total,
        max_changes=settings.max_changes,
        max_change_percent=settings.max_change_percent,
        allow=allow,
    )


# ---------------------------------------------------------------- save


def require_book(path: Path) -> None:
    """Raises UsageError where a plan cannot go as a workbook; of what is there, only such a one is written over."""
    if path.suffix.lower() != ".xlsx":
        raise UsageError(
            f"the option xlsx={path}: a workbook is an .xlsx", code="U101", remedy="name it FILE.xlsx"
        )
    check_place_of_plan(path, is_plan_book)


def _check_place(path: Path, settings: Settings) -> None:
    """Raises UsageError where a plan cannot be saved there; of what is there already, only a plan is written over."""
    if settings.no_fetch:
        raise UsageError(
            "a plan that is saved has to know what is there, which the setting no_fetch forbids",
            code="U101",
            remedy="leave it out",
        )
    if path.suffix != ".json":
        raise UsageError(
            f"the option out={path}: a saved plan is a .json", code="U101", remedy="name it FILE.json"
        )
    check_place_of_plan(path, _is_saved_there)


def _is_saved_there(path: Path) -> bool:
    with path.open("rb") as file:
        return is_saved_plan(file)


def save_to(path: Path, plan: Plan) -> None:
    """Save a plan. Raises UsageError (U110), and SheetError (S103) where it would be too large to be read again."""
    try:
        write_text(path, save_plan(plan))
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from None
