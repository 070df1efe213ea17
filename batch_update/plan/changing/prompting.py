"""Prompts that are about to be sent, held against the variables that the assistant will have. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from batch_update.check.advice.placeholders import PROMPTS, unfilled
from batch_update.model.plans import Change, Present
from batch_update.model.sheets import Problem, Role, Sheet


def prompt_problems(
    sheet: Sheet, changes: Iterable[Change], present: Mapping[int, Present]
) -> Iterator[Problem]:
    """Yield a warning for each prompt of a change with placeholders that nothing is known to fill.

    Where it is not known which variables an assistant has, nothing is said of its prompts.
    """
    columns = {
        column.field: number for number, column in enumerate(sheet.columns) if column.role is Role.FIELD
    }
    for change in changes:
        now = present.get(change.assistant_id, {})
        variables = change.body.get("variables", now.get("variables"))
        for name in PROMPTS:
            text = change.body.get(name)
            if isinstance(text, str) and "{{" in text and isinstance(variables, dict) and name in columns:
                fault = unfilled(name, text, variables)
                if fault is not None:
                    yield fault.at(change.indexes[0], columns[name], change.assistant_id)
