"""Guards: changes that are dangerous all at once, or too many, stop a run before anything is sent. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from batch_update.errors import GuardStopped
from batch_update.fields.values.same import same_value
from batch_update.model.plans import ALL_HAZARDS, HAZARDS, Change, Plan, Tripped
from batch_update.model.sheets import Json
from batch_update.text import counted, listed, named

FIRST_ROWS = 5
"""Rows that a sentence names."""
FIRST_FIELDS = 3
"""Fields that are cleared and named."""


def guard(
    plan: Plan,
    *,
    total: int | None = None,
    max_changes: int | None = None,
    max_change_percent: float | None = None,
    allow: Collection[str] = (),
) -> tuple[Tripped, ...]:
    """Return what forbids sending this plan: limits first, then hazards that are not allowed by name.

    The plan is one that was compared: what was fetched of each change is in `before`. Where a field was not,
    the change alone is judged, and the sentence says so; prompts cannot be judged then (see `blind_spots`).
    `total`: the assistants of the account, None where that is not known.
    """
    limits = _limits(len(plan.changes), total, max_changes, max_change_percent)
    return (*limits, *_hazards(plan, allow))


def guards_error(tripped: Sequence[Tripped]) -> GuardStopped:
    """Return what ends a run whose guards have tripped (at least one), with the settings that would let it through."""
    first, *more = tripped
    sentences = [sentence_of(first), *(f"{sentence_of(one)} [{one.code}]" for one in more)]
    settings = [one.override for one in tripped if not one.hazard]
    if hazards := [one.hazard for one in tripped if one.hazard]:
        settings.append(f"the setting allow={','.join(hazards)}")
    return GuardStopped(
        "; ".join(sentences),
        code=first.code,
        remedy=f"look at what plan shows; where it is meant, go on with {' and '.join(settings)}",
        tripped=tuple(tripped),
    )


def sentence_of(one: Tripped) -> str:
    """`the phone number changes on 3 assistants (rows 2, 3, 4)`."""
    if not one.hazard:
        return one.words
    return f"{one.words} on {counted(one.assistants, 'assistant')} ({named('row', one.rows, FIRST_ROWS)})" + (
        ", not compared with what is there" if one.is_blind else ""
    )


def blind_spots(plan: Plan, allow: Collection[str] = ()) -> str:
    """Return what no guard can tell of this plan, since nothing was fetched; "" where all could be judged."""
    is_allowed = ALL_HAZARDS in allow or {"prompt_shrinks", "same_prompt"} <= set(allow)
    blind = [change for change in plan.changes if _is_unread("system_prompt", change)]
    if is_allowed or not blind:
        return ""
    return f"not compared: whether {counted(len(blind), 'system prompt')} would lose text cannot be told"


# ---------------------------------------------------------------- limits


def _limits(
    count: int, total: int | None, max_changes: int | None, max_change_percent: float | None
) -> Iterator[Tripped]:
    if max_changes is not None and count > max_changes:
        words = f"{counted(count, 'assistant')} would change, at most {max_changes} may"
        yield Tripped(
            "G120", "", words, count, f"the setting max_changes={count}", lifts={"max_changes": count}
        )
    if max_change_percent is None or not count:
        return
    if total is None:
        words = "how many assistants the account has is not known, so no percentage of them can be told"
        lifts = {"max_change_percent": None, "max_changes": count}
        instead = "the setting max_changes in place of the setting max_change_percent"
        yield Tripped("G121", "", words, count, instead, lifts=lifts)
    elif Fraction(count) * 100 > Fraction(str(max_change_percent)) * total:
        percent = -(-count * 1000 // total) / 10 if total else 100.0
        words = f"{count} of {counted(total, 'assistant')} would change: {percent:g} %"
        words += f", at most {max_change_percent:g} % may"
        override = f"the setting max_change_percent={percent:g}"
        yield Tripped("G121", "", words, count, override, lifts={"max_change_percent": percent})


# ---------------------------------------------------------------- hazards


def _hazards(plan: Plan, allow: Collection[str]) -> Iterator[Tripped]:
    if ALL_HAZARDS in allow:
        return
    for name, finder in FINDERS.items():
        if name not in allow and (endangered := finder.find(plan.changes)):
            yield Tripped(
                HAZARDS[name].code,
                name,
                _hazard_words(name, endangered),
                len(endangered),
                f"the setting allow={name}",
                rows=tuple(plan.sheet.numbers[change.indexes[0]] for change in endangered),
                is_blind=any(_is_blind(finder, change) for change in endangered),
            )


def _hazard_words(name: str, endangered: Sequence[Change]) -> str:
    """Return what would happen; which fields are cleared, where that is the danger."""
    words = HAZARDS[name].words
    if name != "clear":
        return words
    cleared = dict.fromkeys(field for change in endangered for field in _cleared(change))
    return f"{words}: {listed(list(cleared), FIRST_FIELDS)}"


def is_empty(value: Json) -> bool:
    """Whether a field that gets this value is cleared."""
    return value is None or value in ([], {})


def _alters(change: Change, name: str) -> bool:
    """Whether the field is sent, and holds something else now as far as is known."""
    if name not in change.body or name not in change.before:
        return name in change.body
    return not same_value(name, change.body[name], change.before[name])


Find = Callable[[Sequence[Change]], list[Change]]
"""Returns those of the changes that a hazard is about."""


@dataclass(frozen=True, slots=True)
class _Finder:
    """How a hazard is found."""

    find: Find
    fields: tuple[str, ...] = ()
    """those that it looks at, where those are fixed"""


def _is_blind(finder: _Finder, change: Change) -> bool:
    """Whether it is about a field that is sent, and whose value now was not read."""
    return any(_is_unread(name, change) for name in finder.fields or _cleared(change))


def _is_unread(name: str, change: Change) -> bool:
    """Whether the field is sent, and its value now was not read."""
    return name in change.body and name not in change.before


def _altering(*names: str) -> _Finder:
    return _Finder(lambda changes: [c for c in changes if any(_alters(c, name) for name in names)], names)


def _clearing(changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if _cleared(change)]


def _cleared(change: Change) -> list[str]:
    """Return the fields that are cleared, but for those whose clearing is a hazard of another name."""
    emptied = (name for name, value in change.body.items() if is_empty(value) and name not in _OWNED)
    return [name for name in emptied if _alters(change, name)]


def _without_tools(changes: Sequence[Change]) -> list[Change]:
    return [c for c in changes if is_empty(c.body.get("tools", 0)) and _alters(c, "tools")]


def _shrinking(changes: Sequence[Change]) -> list[Change]:
    """Return the changes of prompts that lose more than half of their words."""
    prompts = (change for change in changes if "system_prompt" in change.body)
    return [c for c in prompts if 2 * _prompt_words(c.body) < _prompt_words(c.before)]


def _prompt_words(values: Mapping[str, Json]) -> int:
    return len((values.get("system_prompt") or "").split())


def _sharing(changes: Sequence[Change]) -> list[Change]:
    """Assistants that would get one prompt and have different ones now. One without a prompt loses nothing."""
    together: dict[str, list[Change]] = {}
    for change in filter(_prompt_now, changes):
        together.setdefault(change.body.get("system_prompt") or "", []).append(change)
    together.pop("", None)
    groups = (group for group in together.values() if len(set(map(_prompt_now, group))) > 1)
    return list(chain.from_iterable(groups))


def _prompt_now(change: Change) -> str:
    return (change.before.get("system_prompt") or "").strip()


_ADDRESSES = ("webhook_url", "conversation_ended_webhook_url")
_OWNED = frozenset({"phone_number_id", "tools", *_ADDRESSES})

FINDERS: Mapping[str, _Finder] = {
    "mode": _altering("mode"),
    "type": _altering("type"),
    "phone_number_id": _altering("phone_number_id"),
    "clear": _Finder(_clearing),
    "webhook_url": _altering(*_ADDRESSES),
    "tools": _Finder(_without_tools, ("tools",)),
    "prompt_shrinks": _Finder(_shrinking),
    "same_prompt": _Finder(_sharing),
}
"""How each of HAZARDS is found, in their order."""
