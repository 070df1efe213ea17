"""History as a table: a row for each field that was changed, for workbooks and for programs that read CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from batch_update.fields.cells import show_cell
from batch_update.fields.facts import all_fields
from batch_update.model.as_json import dump
from batch_update.model.plans import UNKNOWN
from batch_update.report.history.past import PastChange
from batch_update.text import utc_text

HEADER = (
    *("when", "run", "command", "note", "author", "job", "id", "name", "row", "field", "before", "after"),
    *("result", "verified", "undone_by", "server", "account"),
)


def history_rows(changes: Iterable[PastChange], decimal: str = ".") -> Iterator[list[str]]:
    """Yield a row for each change, as HEADER names its cells, with this sign in its numbers."""
    for one in changes:
        what, head, said = one.what, one.head, one.occasion
        yield [
            utc_text(one.at),
            one.run,
            head.command,
            *(said.note, said.author, said.job),
            str(what.assistant_id or ""),
            what.name,
            str(what.row),
            what.field,
            _told_cell(what.field, what.before, decimal),
            _told_cell(what.field, what.after, decimal),
            what.became.value,
            what.verified.value,
            one.undone_by,
            "sandbox" if one.is_sandbox else head.server,
            head.account,
        ]


def _told_cell(field: str, value: object, decimal: str) -> str:
    if value is UNKNOWN:
        return ""
    return show_cell(field, value, decimal) if field in all_fields() else dump(value)
