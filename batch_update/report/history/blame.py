"""Who set what an assistant holds: for each field the last change of a run, held against what is there now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from batch_update.fields.facts import all_fields
from batch_update.fields.tools import redact
from batch_update.fields.values.same import same_value
from batch_update.model.plans import UNKNOWN, Present
from batch_update.model.sheets import Json
from batch_update.report.changed import Became
from batch_update.report.history.past import PastChange


class Provenance(StrEnum):
    """Where the value of a field comes from."""

    OURS = "ours"
    """it is as a run left it"""
    OUTSIDE = "outside"
    """it is not as any run left it last: changed outside"""
    UNTOUCHED = "untouched"
    """no run of the folder ever set it"""
    NOT_SEEN = "not_seen"
    """what is there now is not known: told from the journals alone"""


@dataclass(frozen=True, slots=True)
class Blamed:
    """A field of an assistant, and the change that it goes back to."""

    field: str
    origin: Provenance
    last: PastChange | None
    """the change that it goes back to, or the last one of ours; None where there is none"""
    now: Json = UNKNOWN
    """what it holds, secrets replaced"""


def blame(last_first: Iterable[PastChange], now: Present | None) -> Iterator[Blamed]:
    """Yield each field that a run set, or that is known to be there, in the order of the catalogue.

    The changes are those of one assistant in one account. `now` is what it holds; None where that was not looked at.
    """
    by_field: dict[str, list[PastChange]] = {}
    for one in last_first:
        by_field.setdefault(one.what.field, []).append(one)
    order = {name: place for place, name in enumerate(all_fields())}
    names = sorted({*by_field, *(now or {})}, key=lambda name: (order.get(name, len(order)), name))
    for name in names:
        yield _blamed(name, by_field.get(name, []), now or {})


def _blamed(field: str, last_first: list[PastChange], now: Present) -> Blamed:
    if field not in now:
        certain = (one for one in last_first if one.what.became is not Became.PERHAPS)
        return Blamed(field, Provenance.NOT_SEEN, next(certain, last_first[0]))
    shown = redact(now[field])
    if not last_first:
        return Blamed(field, Provenance.UNTOUCHED, None, shown)
    for one in last_first:
        if one.left is not UNKNOWN and same_value(field, one.left, now[field]):
            return Blamed(field, Provenance.OURS, one, shown)
        if one.what.became is not Became.PERHAPS:  # it certainly was so then, and is not any more
            return Blamed(field, Provenance.OUTSIDE, one, shown)
    return Blamed(field, _never_landed(last_first, now[field]), last_first[0], shown)


def _never_landed(perhaps: list[PastChange], now: Json) -> Provenance:
    """Judge what may have been sent and is not there: it is as it was before, or others changed it."""
    first = perhaps[-1].what
    is_as_before = first.before is not UNKNOWN and same_value(first.field, first.before, now)
    return Provenance.UNTOUCHED if is_as_before else Provenance.OUTSIDE
