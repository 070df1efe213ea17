"""Sheets, plans and reports made by hand, without a file: all tests that need one build it here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from batch_update.model.plans import Change, Outcome, Plan
from batch_update.model.reports import Report
from batch_update.model.sheets import Column, Dialect, Role, Sheet


def column(header: str, texts: Iterable[str], field: str | None = None) -> Column:
    """A column by its header: `id`, `_ours`, `?unknown`, or the name of a field unless `field` names another."""
    if header == "id":
        role = Role.ID
    elif header.startswith("_"):
        role = Role.OWN
    elif header.startswith("?"):
        role = Role.UNKNOWN
    else:
        return Column(header, tuple(texts), Role.FIELD, field or header)
    return Column(header, tuple(texts), role)


def ids(numbers: Iterable[int | str]) -> Column:
    return column("id", map(str, numbers))


def sheet_of(*columns: Column, rows: int | None = None, **more: Any) -> Sheet:
    """A sheet of these columns, its first row number 2. `rows`: how many there are, where no column tells."""
    height = len(columns[0].texts) if rows is None else rows
    numbers = range(2, 2 + height)
    more = {"name": "changes.csv", "dialect": Dialect("csv"), "lines": numbers} | more
    return Sheet(columns=columns, numbers=numbers, **more)


def table_of(headers: str, *rows: Sequence[object], **more: Any) -> Sheet:
    """`table_of("id voice_id", ["10001", "412"], ...)`: a sheet with these headers, as `column` knows them."""
    names = headers.split()
    columns = [column(name, [str(row[place]) for row in rows]) for place, name in enumerate(names)]
    return sheet_of(*columns, rows=len(rows), **more)


def plan_of(
    changes: int | Mapping[int, tuple[int, ...]] | Iterable[Change],
    settled: Mapping[int, Outcome] | None = None,
    **more: Any,
) -> Plan:
    """A plan of changes, and a sheet around it that has their ids and speeds.

    A mapping is assistant id -> its row indexes, for changes of the speed to 1.1; a number n stands for ids 1 to n, a
    row each.
    """
    if isinstance(changes, int):
        changes = {number: (number - 1,) for number in range(1, changes + 1)}
    if isinstance(changes, Mapping):
        changes = [Change(number, {"speech_speed": 1.1}, rows) for number, rows in changes.items()]
    made, settled = tuple(changes), dict(settled or {})
    homes = {index: change.assistant_id for change in made for index in change.indexes}
    height = max([*homes, *settled, -1]) + 1
    sheet = sheet_of(
        ids(homes.get(index, 900_000 + index) for index in range(height)),
        column("speech_speed", ["1.1"] * height),
    )
    return Plan(sheet, made, settled, **more)


def report_of(
    *outcomes: Outcome, columns: Sequence[Column] = (), sheet: Sheet | None = None, **more: Any
) -> Report:
    """A report with these outcomes. Without columns its sheet has ids and names."""
    if sheet is None:
        numbers = range(len(outcomes))
        given = columns or (ids(101 + n for n in numbers), column("name", [f"Name {n}" for n in numbers]))
        sheet = sheet_of(*given, rows=len(outcomes))
    return Report(Plan(sheet, (), dict(enumerate(outcomes))), outcomes, **more)
