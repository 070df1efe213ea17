"""The story of a fleet's plan: the sheet taken apart, each account planned and saved, one digest over all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import Protocol

from batch_update.account.known.accounts_file import read_accounts
from batch_update.account.known.known_account import KnownAccount, KnownAccounts
from batch_update.check.checking import in_order
from batch_update.errors import UsageError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.planning.account_planning import plan_account, problems_of_whole
from batch_update.fleet.planning.given_settings import carried_settings
from batch_update.fleet.planning.homeless_rows import homeless_account
from batch_update.fleet.planning.planned import PlannedAccount, PlannedFleet, whole_guards
from batch_update.fleet.planning.splitting import AccountRows, SplitSheet, split_sheet
from batch_update.fleet.record.fleet_draft import FleetDraft, new_fleet
from batch_update.fleet.record.fleet_file import expect_fleet, save_fleet
from batch_update.model.fleets import FleetPlan
from batch_update.model.reports import Event
from batch_update.model.sheets import Problem, Severity, Sheet
from batch_update.plan.from_sheet import make_plan
from batch_update.report.files.folder import folder_stem
from batch_update.run.accounts.at_once import done_with_each
from batch_update.run.steps.means import Means
from batch_update.run.watching import Watcher
from batch_update.settings.tunables import Settings
from batch_update.sheet.headers import OF_ACCOUNTS
from batch_update.sheet.reading import Source, read_sheet
from batch_update.text import printable

AT_ONCE = 50
"""accounts that are planned at the same time: each has a pace of its own, and connections"""
OUTAGE = 30.0
"""seconds that an account that does not answer is waited for, unless the setting max_outage says so: the others of the
fleet are planned by then, and it is planned again later"""


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """The accounts that are meant; by default those that the sheet names."""

    selectors: tuple[str, ...] = ()
    """names and `tag:TAG`"""
    every: bool = False
    """all of the list"""


class PlanWatcher(Protocol):
    """Told how far a fleet's plan is."""

    def warning(self, words: str) -> None:
        """Something about a key or an address is odd, and can be lived with."""

    def account_planned(self, account: PlannedAccount, done: int, total: int) -> None:
        """One more account is planned, or cannot be."""


# ---------------------------------------------------------------- the sheet


def read_for_fleet(
    what: Source | Sheet, choice: AccountChoice, settings: Settings, means: Means
) -> SplitSheet:
    """Return the sheet taken apart by its accounts.

    Raises UsageError for a list of accounts that is wrong, or a choice that chooses nothing; SheetError where the sheet
    cannot be read, or is for several accounts and does not say which row is whose.
    """
    known = read_accounts(settings.accounts_file)
    chosen = _chosen(known, choice)
    sheet = what if isinstance(what, Sheet) else read_sheet(what, settings, environ=means.environ)
    means.watcher.sheet_read(sheet)
    return split_sheet(sheet, known.accounts, chosen)


def _chosen(known: KnownAccounts, choice: AccountChoice) -> Sequence[KnownAccount] | None:
    if choice.every and choice.selectors:
        raise UsageError(
            "the option accounts names some, and the option all_accounts means all",
            code="U101",
            remedy="leave one out",
        )
    if choice.every:
        return known.accounts
    return known.chosen(choice.selectors) if choice.selectors else None


def blocking_whole(split: SplitSheet, *, skip_invalid: bool) -> bool:
    """Whether the sheet as a whole forbids to plan any account: its headers do, or rows that are nobody's."""
    return any(map(_is_of_whole, split.sheet.problems)) or (bool(split.homeless) and not skip_invalid)


def _is_of_whole(problem: Problem) -> bool:
    is_error = problem.severity is Severity.ERROR and problem.index is None
    return is_error and problem.code != OF_ACCOUNTS


def problems_offline(split: SplitSheet, settings: Settings) -> tuple[Problem, ...]:
    """Return all problems of a sheet that can be told before any account is asked."""
    plans = (
        (make_plan(part.sheet, on_duplicate=settings.on_duplicate, fetched=True), part)
        for part in split.parts
    )
    return _all_problems(split, [problems_of_whole(plan.problems, part.rows) for plan, part in plans])


def _all_problems(split: SplitSheet, of_parts: Sequence[Sequence[Problem]]) -> tuple[Problem, ...]:
    whole = [p for p in split.sheet.problems if p.index is None and p.code != OF_ACCOUNTS]
    return in_order((*whole, *split.homeless, *_each_once(chain.from_iterable(of_parts))))


def _each_once(problems: Iterable[Problem]) -> Iterable[Problem]:
    """Return the problems of a row that accounts share once, which is about another assistant in each of them."""
    found: dict[Problem, Problem] = {}
    for one in problems:
        of_all = replace(one, assistant_id=None)
        found[of_all] = one if found.setdefault(of_all, one) == one else of_all
    return found.values()


# ---------------------------------------------------------------- the plan


async def plan_fleet(
    split: SplitSheet,
    settings: Settings,
    means: Means,
    watcher: PlanWatcher,
    *,
    max_accounts: int | None = None,
) -> PlannedFleet:
    """Plan each account of a sheet that was taken apart, and save all in a folder of their own.

    What one account meets is in its part of the plan, and the others go on. Raises UsageError U154 where the folder
    cannot be made, RunStopped X311 where the plan is not the one that is expected; no folder is left then.
    """
    now = means.clock.wall().replace(microsecond=0)
    with new_fleet(settings.runs_dir, _stem(split.sheet), now.astimezone()) as draft:
        accounts = await _all_planned(split, settings, means, watcher, draft)
        plan = FleetPlan(
            id=draft.final.id,
            command="apply",
            sheet=printable(split.sheet.name),
            made=now,
            accounts=tuple(one.plan for one in accounts),
            settings=carried_settings(settings),
            max_accounts=max_accounts,
        )
        expect_fleet(plan, settings.expect)
        save_fleet(draft.folder, plan)
        folder = draft.keep()
    return PlannedFleet(
        plan,
        folder,
        split,
        accounts,
        _all_problems(split, [one.problems for one in accounts]),
        whole_guards(plan),
    )


async def _all_planned(
    split: SplitSheet, settings: Settings, means: Means, watcher: PlanWatcher, draft: FleetDraft
) -> tuple[PlannedAccount, ...]:
    found = await plan_parts(split.parts, settings, means, watcher, draft.folder)
    if split.homeless:
        one = homeless_account(split, draft.folder)
        found[one.plan.account] = one
    return tuple(found[name] for name in sorted(found))


async def plan_parts(
    parts: Sequence[AccountRows], settings: Settings, means: Means, watcher: PlanWatcher, folder: FleetFolder
) -> dict[str, PlannedAccount]:
    """Plan these accounts, many at once, save their plans there, and return them by name."""
    # The digest that is expected is that of the whole, and so is the limit.
    own = settings.model_copy(update={"expect": None, "max_changes": None})
    if "max_outage" not in settings.model_fields_set:
        own = own.model_copy(update={"max_outage": OUTAGE})
    warned: set[str] = set()
    done = count(1)

    async def plan_one(part: AccountRows) -> PlannedAccount:
        told = replace(means, watcher=_Warner(watcher, part.account.name, warned))
        one = await plan_account(part, own, told, folder)
        watcher.account_planned(one, next(done), len(parts))
        return one

    return {one.plan.account: one for one in await done_with_each(parts, plan_one, AT_ONCE)}


class _Warner(Watcher):
    """Tells each warning once, whichever accounts it is about, and nothing else. `told` is common to all accounts."""

    def __init__(self, watcher: PlanWatcher, account: str, told: set[str]) -> None:
        self._watcher, self._account, self._told = watcher, printable(account), told

    def warning(self, words: str) -> None:
        self._tell_once(words, words)

    def event(self, event: Event) -> None:
        if event.kind == "pause":  # it may last long, and nothing else would tell why nothing goes on
            self._tell_once(
                event.kind,
                f"{self._account} (others perhaps, too) cannot be reached and is waited for: {event.message}",
            )

    def _tell_once(self, what: str, words: str) -> None:
        if what not in self._told:
            self._told.add(what)
            self._watcher.warning(words)


def _stem(sheet: Sheet) -> str:
    """Return the name of the sheet as it stands in the name of a folder."""
    return folder_stem("stdin" if sheet.name == "-" else Path(sheet.name).stem)
