"""An account as a sheet: what its assistants hold, as rows of cells that read back to the same values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from batch_update.account.fetching import Lister, fetch_present
from batch_update.codes import CODES
from batch_update.errors import UsageError
from batch_update.fields.facts import all_fields
from batch_update.fields.names import ID
from batch_update.model.plans import Present
from batch_update.plan.conditions import Condition, find_field
from batch_update.plan.stating import Statement
from batch_update.text import listed

REPORTED = "_reported"
"""The column for values that are there and could not be sent as they are. A sheet's reader ignores it."""


@dataclass(frozen=True, slots=True)
class Export:
    """A table of texts under the grammar of sheets, with what has to be said of it."""

    header: tuple[str, ...]
    """`id`, then fields; last `_reported`, where something is reported that an update would not take"""
    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    """by id"""
    account: str
    """whose assistants these are"""
    pages: int
    """requests that it took"""
    secrets: int
    """cells that hold a secret; they are empty where secrets were not wanted"""
    left_empty: Mapping[str, int]
    """field -> cells that are empty although there is a value, since it could not be sent as it is"""
    unreported: tuple[str, ...]
    """columns that are empty since the API does not report them"""


async def export(
    client: Lister,
    *,
    fields: Sequence[str] = (),
    only: Collection[int] = (),
    where: Iterable[Condition] = (),
    secrets: bool = True,
) -> Export:
    """The account's assistants as a table.

    `fields`: names, as `choose_fields` gives them; none: all that the catalogue calls reported, and whatever else some
    answer carries. `only`: these assistants; none: all. `where`: conditions that an assistant has to fulfill.
    `secrets`: whether cells that hold a secret are written. Raises UsageError where `only` or `where` cannot be
    answered, and what the client raises.
    """
    fetched = await fetch_present(client, only or None)
    _refuse_missing(only, fetched.present)
    conditions = tuple(where)
    _refuse_unknown(conditions, fetched.present)
    chosen = {
        number: now
        for number, now in sorted(fetched.present.items())
        if all(condition.holds(number, now) for condition in conditions)
    }
    carried = {name for now in chosen.values() for name in now}
    names = tuple(fields) or tuple(f.name for f in all_fields().values() if f.reported or f.name in carried)
    statement = Statement(names, with_secrets=secrets)
    told = {number: statement.row(number, now) for number, now in chosen.items()}
    own = (REPORTED,) if any(unsaid for _, unsaid in told.values()) else ()
    return Export(
        (ID, *names, *own),
        tuple((str(number), *cells, *([unsaid] if own else ())) for number, (cells, unsaid) in told.items()),
        fetched.account,
        fetched.pages,
        statement.secrets,
        dict(+statement.left_empty),
        tuple(name for name in names if chosen and name not in carried),
    )


def choose_fields(names: Iterable[str]) -> tuple[str, ...]:
    """Fields from names and aliases, in their order; `id` is always there. Raises UsageError (U101)."""
    parts = (part for name in names for part in name.split(",") if part.strip())
    found = dict.fromkeys(find_field(part, "--fields") for part in parts)
    return tuple(name for name in found if name != ID)


def _refuse_missing(only: Collection[int], present: Mapping[int, Present]) -> None:
    missing = sorted(set(only).difference(present))
    if missing:
        raise UsageError(
            f"--only names what is not on this account: {listed(missing)}",
            code="X241",
            remedy=CODES["X241"].remedy,
        )


def _refuse_unknown(conditions: Iterable[Condition], present: Mapping[int, Present]) -> None:
    """An empty answer would say that no assistant is so."""
    for condition in conditions:
        if present and not any(condition.is_known(now) for now in present.values()):
            raise UsageError(
                f"--where {condition.field}: the API does not report {condition.field}",
                code="U101",
                remedy="choose by another field",
            )
