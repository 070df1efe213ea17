"""The ids of a plan held against the account's lists before anything is sent: those alone that the plan needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from batch_update.fields.references import catalogs_of, references
from batch_update.model.choices import OF_LANGUAGES, Catalog, Choices
from batch_update.model.plans import Change, Plan, Present
from batch_update.model.sheets import Severity
from batch_update.plan.fitting.judging import misfits
from batch_update.plan.fitting.settling import settled_plan, with_unknown
from batch_update.plan.fitting.subjects import Needed, lists_needed, subjects_of
from batch_update.run.steps.desk import Desk


def named_in_tools(changes: Collection[Change]) -> set[int]:
    """Return the assistants that built-in tools of these changes pass calls on to."""
    found = {
        one.id
        for change in changes
        for one in references(change.body)
        if one.catalogs == (Catalog.ASSISTANTS,)
    }
    parts = (part for change in changes for part in change.parts)
    ids = (part.value for part in parts if Catalog.ASSISTANTS in catalogs_of(part.field, part.path))
    return found.union(number for number in ids if isinstance(number, int))


async def with_sound_ids(
    plan: Plan, present: Mapping[int, Present], desk: Desk, known: Choices
) -> tuple[Plan, Choices]:
    """Return the plan without the rows whose ids are not the account's or do not fit, and the lists that it took.

    `present`: the assistants of the plan as they are, and those that its tools name. `known`: lists that were looked up
    in this run already. What a kept list alone calls wrong is looked up anew first: it may be there by now. Raises
    KeyRefused and RunStopped.
    """
    subjects = subjects_of(plan.changes, present)
    needed = lists_needed(subjects)
    choices = await _with_needed(needed, desk, known)
    found = misfits(subjects, present, choices)
    errors = (misfit for misfit in found if misfit.fault.severity is Severity.ERROR)
    doubtful = {catalog for misfit in errors for catalog in misfit.catalogs} & choices.stored
    if doubtful:
        choices = choices.with_others(await desk.lists(doubtful, needed.languages, anew=True))
        found = misfits(subjects, present, choices)
    if any(misfit.fault.code == "X273" for misfit in found) and Catalog.LANGUAGES not in choices:
        choices = choices.with_others(await desk.lists([Catalog.LANGUAGES]))
        found = misfits(subjects, present, choices)
    return with_unknown(settled_plan(plan, found), choices, needed.catalogs), choices


async def _with_needed(needed: Needed, desk: Desk, known: Choices) -> Choices:
    """Return what is known and what else is needed; who speaks which language is in none of the lists."""
    missing = needed.but(known.lists) | (needed.catalogs & set(OF_LANGUAGES))
    return known.with_others(await desk.lists(missing, needed.languages))
