"""Conditions on what assistants hold, as one writes them: `mode=dualplex`, `speech_speed>1`, `name~praxis`. Pure."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as field_of

from batch_update.check.settled_names import Names, with_ids
from batch_update.errors import UsageError
from batch_update.fields.cells import LEAVE, CellError, read_cell, read_id, show_cell
from batch_update.fields.cells.ids import id_before_name
from batch_update.fields.facts import all_fields
from batch_update.fields.names import ID, known_names, normalize
from batch_update.fields.tools import shown
from batch_update.fields.values.same import same_value
from batch_update.model.named import NamedChoice, names_in
from batch_update.model.plans import Present
from batch_update.model.sheets import Json
from batch_update.text import did_you_mean, excerpt

FORMS = "FIELD=VALUE; besides = there are != < <= > >= and ~ (contains)"

_CONDITION = re.compile(r"(?P<field>[^=!<>~]+)(?P<operator>!=|<=|>=|=|<|>|~)(?P<value>.*)", re.DOTALL)
_ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ORDERED = frozenset({"number", "integer", "id"})
_CONTAINING = frozenset({"text", "url", "timezone", "choice", "array", "object", "ids"})

_MEANT_FOR: Mapping[str, tuple[str, Collection[str], str]] = {
    **dict.fromkeys(_ORDERS, ("number", _ORDERED, "=, != or ~")),
    "~": ("text", _CONTAINING, "=, !=, < or >"),
}
"""Operator -> what a field has to hold for it, which kinds of fields do, and the operators for others."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on one field."""

    field: str
    """a field's name, or `id`"""
    operator: str
    value: Json
    """of the field's type, names in it until they are looked up; for `~` a text in lower case, or of ids a list"""
    said: str = field_of(default="", compare=False)
    """as it was typed"""

    def names(self) -> set[NamedChoice]:
        """Return the names that stand in it in place of ids."""
        return set(names_in(self.value))

    def with_ids(self, names: Names) -> Condition:
        """Return the condition on the ids that its names stand for. UsageError (U101) where one stands for none."""
        value, faults = with_ids(self.value, names)
        for fault in faults:
            raise _wrong_condition(self.said, fault.message, fault.remedy)
        return replace(self, value=value)

    def is_known(self, present: Present) -> bool:
        """Whether it can be told at all of this assistant."""
        return self.field == ID or self.field in present

    def holds(self, assistant_id: int, present: Present) -> bool:
        """Whether the assistant fulfills it. What is unknown fulfills nothing; null is neither large nor small."""
        if not self.is_known(present):
            return False
        now = assistant_id if self.field == ID else present[self.field]
        if self.operator in _ORDERS:
            return now is not None and _ORDERS[self.operator](now, self.value)
        if self.operator == "~":
            return now is not None and self._contains(now)
        return same_value(self.field, self.value, now) is (self.operator == "=")

    def _contains(self, now: Json) -> bool:
        if isinstance(self.value, list):
            return set(self.value) <= set(now)
        text = now if isinstance(now, str) else show_cell(self.field, now)
        return self.value in text.casefold()


def read_condition(text: str) -> Condition:
    """Return the condition that a text stands for; names in it are still to be looked up.

    Raises UsageError (U101) with what was given and what is wanted.
    """
    match = _CONDITION.fullmatch(text.strip())
    if match is None:
        raise _wrong_condition(
            text, "it is not a condition", f"write {FORMS}, in quotes: '<' and '>' mean files to a shell"
        )
    field = find_field(match["field"], _option_place(text))
    kind = "id" if field == ID else all_fields()[field].kind
    sign, value = match["operator"], match["value"].strip()
    wants, kinds, others = _MEANT_FOR.get(sign, ("", (kind,), ""))
    if kind not in kinds:
        raise _wrong_condition(
            text, f"{field} holds no {wants}, so that {sign} says nothing", f"use {others}"
        )
    if not value:
        raise _wrong_condition(text, "a value is missing", 'write null for nothing, "" for an empty text')
    if sign == "~" and kind != "ids":
        return Condition(field, sign, value.casefold())
    wanted = _value(field, value, text)
    if sign in _ORDERS and next(names_in(wanted), None) is not None:
        raise _wrong_condition(text, f"{sign} compares {field} with an id", "write the id, or use = or !=")
    if sign not in ("=", "!=") and wanted is None:
        raise _wrong_condition(text, f"null cannot be compared by {sign}", "use = or !=")
    return Condition(field, sign, wanted, text)


def find_field(name: str, place: str) -> str:
    """Return the field of this name or alias, or `id`. Raises UsageError (U101)."""
    field = known_names().get(normalize(name))
    if field is not None:
        return field
    raise UsageError(
        f"{place}: there is no field {excerpt(name.strip())!r}",
        code="U101",
        remedy=did_you_mean(name, known_names()) or "batch-update fields lists them all",
    )


def _value(field: str, value: str, text: str) -> Json:
    """Return the value, read as a cell of the field is. Out of bounds is fine: it may be what one is looking for."""
    try:
        read = read_id(value) if field == ID else read_cell(field, value)
    except CellError as error:
        raise _wrong_condition(text, str(error), error.remedy, wanted=error.wanted) from None
    assert read is not LEAVE, "the value is not blank"
    read = id_before_name(read) or read if isinstance(read, NamedChoice) else read
    choices = () if field == ID else all_fields()[field].choices
    if choices and read is not None and read not in choices:
        remedy = did_you_mean(value, choices) or "write one of those"
        raise _wrong_condition(
            text, f"{field} is never {excerpt(value)}", remedy, wanted=all_fields()[field].allowed
        )
    return read


def _wrong_condition(text: str, what: str, remedy: str, *, wanted: str = "") -> UsageError:
    allowed = f" (wanted: {wanted})" if wanted else ""
    return UsageError(f"{_option_place(text)}: {what}{allowed}", code="U101", remedy=remedy)


def _option_place(text: str) -> str:
    return f"the option where={shown(text)}" if text.strip() else "the option where"
