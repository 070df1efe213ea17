"""Whose the rows of a plan are."""

from __future__ import annotations

from batch_update.check.judging.columns import IdColumn
from batch_update.fields.cells import CellError, read_id
from batch_update.model.plans import Plan


def assistants_of(plan: Plan) -> list[int | None]:
    """Return the assistant of each row; None where its id cannot be read, or nothing was to be sent for its name."""
    if plan.sheet.id_column is None:
        return [None] * len(plan.sheet)
    texts = plan.sheet.id_column.texts
    ids = IdColumn(texts)
    changed = {index: change.assistant_id for change in plan.changes for index in change.indexes}
    return [
        changed.get(index) or ids[index] or _before_name(texts[index]) for index in range(len(plan.sheet))
    ]


def _before_name(text: str) -> int | None:
    """Return the id of `101 – Praxis Weiß`."""
    try:
        return read_id(text)
    except CellError:
        return None
