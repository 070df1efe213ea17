"""The story of `fleet promote`: the source read, each target looked at, and a fleet planned of all that is ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import anyio.to_thread

from batch_update.account.known.accounts_file import read_accounts
from batch_update.account.known.known_account import KnownAccount, KnownAccounts
from batch_update.account.known.of_settings import settings_for
from batch_update.errors import UsageError
from batch_update.fleet.planning.fleet_planning import AccountChoice, PlanWatcher, plan_fleet
from batch_update.fleet.planning.planned import PlannedFleet
from batch_update.fleet.planning.splitting import split_sheet
from batch_update.fleet.promoting.target_looks import WhatToCarry, look_at_all
from batch_update.model.promotions import Readiness
from batch_update.model.reports import Exit, worst
from batch_update.model.sheets import Sheet
from batch_update.run.steps.means import Means
from batch_update.settings.tunables import Settings
from batch_update.sheet.reading import read_sheet
from batch_update.sheet.writing.framing import FrameColumn, Kind, frame_from


@dataclass(frozen=True, slots=True)
class Promoted:
    """A promotion, prepared: how ready each target is, and the fleet planned of what is ready. Nothing was sent."""

    readiness: Readiness
    planned: PlannedFleet | None
    """None where no target can take any assistant"""

    @property
    def exit(self) -> Exit:
        """Return the exit status: the worst of the plan's and of a target's that is not ready; 10 for changes alone."""
        ready = Exit.OK if self.readiness.is_ready else Exit.SOME_FAILED
        return worst((ready, Exit.OK if self.planned is None else self.planned.exit))


@dataclass(frozen=True, slots=True)
class Route:
    """The account that assistants are carried over from, and those that they are carried over to."""

    known: KnownAccounts
    source: KnownAccount
    targets: tuple[KnownAccount, ...]


def route_of(source: str, choice: AccountChoice, settings: Settings) -> Route:
    """Return the source and the targets, which it is none of. Raises UsageError."""
    known = read_accounts(settings.accounts_file)
    origin = known.named(source)
    if choice.every and choice.selectors:
        raise UsageError(
            "targets are named, and the option all_accounts means all", code="U101", remedy="leave one out"
        )
    chosen = known.accounts if choice.every else known.chosen(choice.selectors)
    targets = tuple(one for one in chosen if one != origin)
    if not targets:
        raise UsageError(
            f"{origin.name} is where the assistants come from, and no other account is chosen",
            code="U101",
            remedy="name other accounts as targets",
        )
    return Route(known, origin, targets)


async def promote(
    route: Route,
    wanted: WhatToCarry,
    settings: Settings,
    means: Means,
    watcher: PlanWatcher,
    *,
    max_accounts: int | None = None,
) -> Promoted:
    """Look at the source and all targets, and plan a fleet of what the targets can take. Nothing is sent.

    Raises what looking at the source raises, and what planning a fleet does.
    """
    accounts = {one.name: settings_for(one, settings) for one in (route.source, *route.targets)}
    found = await look_at_all(route.source.name, wanted, accounts, means)
    if not any(target.ready for target in found.targets):
        return Promoted(found, None)
    sheet = await anyio.to_thread.run_sync(partial(sheet_of_promotion, found, settings, means))
    split = split_sheet(sheet, route.known.accounts, route.targets)
    # The ids that were chosen are those of the source: what they became in each target is in the sheet.
    own = settings.model_copy(update={"only": (), "ignore_unknown": False})
    return Promoted(found, await plan_fleet(split, own, means, watcher, max_accounts=max_accounts))


def sheet_of_promotion(found: Readiness, settings: Settings, means: Means) -> Sheet:
    """Return the sheet of all that is ready: a row for each assistant of each target, with its id there."""
    header = ("account", "id", *found.fields)
    rows = [
        (target.account, str(one.target_id), *one.cells) for target in found.targets for one in target.ready
    ]
    columns: Sequence[Sequence[str]] = list(zip(*rows, strict=True))
    frame = frame_from(
        FrameColumn(name, Kind.TEXT, cells) for name, cells in zip(header, columns, strict=True)
    )
    plain = Settings(delimiter=settings.delimiter, max_rows=settings.max_rows)
    return replace(read_sheet(frame, plain, environ=means.environ), name=f"promote-{found.source}")
