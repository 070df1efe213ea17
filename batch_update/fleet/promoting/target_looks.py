"""The source and its targets looked at: what is carried over, and how each target stands. Nothing is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from batch_update.account.fetching import fetch_present
from batch_update.errors import BatchUpdateError, UsageError
from batch_update.fleet.promoting.carrying import (
    OF_EACH_ACCOUNT,
    Original,
    candidates,
    fields_to_carry,
    own_words,
    unreported,
)
from batch_update.model.choices import Catalog, Choice, Choices
from batch_update.model.plans import Present
from batch_update.model.promotions import Readiness, TargetReadiness
from batch_update.plan.naming.spellings import folded
from batch_update.run.accounts.at_once import done_with_each
from batch_update.run.steps.desk import desk_of
from batch_update.run.steps.means import Means, speaking
from batch_update.settings.tunables import Settings
from batch_update.text import counted, listed, no_such, shortly

AT_ONCE = 32
"""targets that are looked at at the same time"""
OUTAGE = 30.0
"""Seconds to wait for a target that is down, unless the settings say how long: the others are to be told of soon."""


@dataclass(frozen=True, slots=True)
class WhatToCarry:
    """The assistants of the source, and the fields of each, that are to be carried over to other accounts."""

    assistants: tuple[str, ...] = ()
    """by their names in the source; none: all, but for what the setting only leaves out"""
    fields: tuple[str, ...] = ()
    """none: all that are not each account's own"""


async def look_at_all(
    source: str, wanted: WhatToCarry, accounts: Mapping[str, Settings], means: Means
) -> Readiness:
    """Return how each target stands; a target that cannot be looked at is told of, and the others go on.

    `accounts`: the settings of the source and of each target, by their names. Raises what looking at the source raises,
    and UsageError where it has not got what is wanted.
    """
    original = await _look_at_source(source, wanted, accounts[source], means)

    async def look(name: str) -> TargetReadiness:
        return await _look_at_target(original, name, accounts[name], means)

    targets = sorted(name for name in accounts if name != source)
    return Readiness(
        source,
        tuple(original.name_of(number) for number in sorted(original.assistants)),
        original.fields,
        left_out=() if wanted.fields else OF_EACH_ACCOUNT,
        unreported=unreported(original.assistants.values(), wanted.fields),
        own_words=own_words(original),
        targets=tuple(await done_with_each(targets, look, AT_ONCE)),
    )


async def _look_at_source(source: str, wanted: WhatToCarry, settings: Settings, means: Means) -> Original:
    account = means.account(settings)
    async with speaking(settings, account, means, means.watcher.event) as client:
        present = (await fetch_present(client)).present
        chosen = _chosen_of(source, present, wanted.assistants, settings.only)
        fields = fields_to_carry(chosen.values(), wanted.fields)
        own = Choices({Catalog.ASSISTANTS: tuple(_as_choice(*item) for item in present.items())})
        original = Original(source, chosen, own, fields)
        others = original.catalogs() - {Catalog.ASSISTANTS}
        lists = await desk_of(client, account, settings, means).lists(others)
    return Original(source, chosen, own.with_others(lists), fields)


async def _look_at_target(original: Original, name: str, settings: Settings, means: Means) -> TargetReadiness:
    if "max_outage" not in settings.model_fields_set:
        settings = settings.model_copy(update={"max_outage": OUTAGE})
    try:
        account = means.account(settings)
        # What happens on the way is told of one account at a time; of many nobody could say whose it is.
        async with speaking(settings, account, means, lambda event: None) as client:
            lists = await desk_of(client, account, settings, means).lists(original.catalogs(), anew=True)
    except BatchUpdateError as error:
        return TargetReadiness(name, code=error.code, message=error.message)
    return TargetReadiness(name, candidates(original, lists))


def _as_choice(number: int, present: Present) -> Choice:
    return Choice(number, str(present.get("name") or ""))


# ---------------------------------------------------------------- which assistants


def _chosen_of(
    source: str, present: Mapping[int, Present], names: Sequence[str], only: Collection[int]
) -> dict[int, Present]:
    """Return the assistants of the source that are wanted. Raises UsageError for each that is not there, or is not
    one alone."""
    wrong = [f"{source} has no assistant {number}" for number in sorted(set(only) - present.keys())]
    by_name = Counter(folded(str(now.get("name") or "")) for now in present.values())
    called = sorted({str(now.get("name") or "") for now in present.values()})
    for name in names:
        count = by_name[folded(name)]
        if count == 0:
            wrong.append(f"{source}: {no_such('assistant', name, called)}")
        elif count > 1:
            ids = (number for number, now in present.items() if _is_called(now, name))
            wrong.append(
                f"{source} has {counted(count, 'assistant')} called {shortly(name)}: {listed(sorted(ids))}"
            )
    if wrong:
        raise UsageError(code="U190", details=wrong)
    chosen = {
        number: now
        for number, now in sorted(present.items())
        if number in only or any(_is_called(now, name) for name in names) or not (only or names)
    }
    if not chosen:
        raise UsageError(f"{source} has no assistants", code="U190")
    return chosen


def _is_called(present: Present, name: str) -> bool:
    return folded(str(present.get("name") or "")) == folded(name)
