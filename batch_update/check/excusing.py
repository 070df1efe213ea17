"""Problems of cells that are as an export wrote them: such a cell asks for nothing, so that nothing is wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from batch_update.check.judging.columns import PartColumn
from batch_update.check.rows import ReadRows
from batch_update.fields.rules import Context, broken_rules
from batch_update.model.sheets import Problem, without

_OF_CELLS = ("C", "V")
"""How the codes of what is wrong with a cell by itself begin."""


def excused_by_memory(
    rows: ReadRows, problems: Iterable[Problem]
) -> tuple[list[Problem], tuple[Problem, ...]]:
    """Return the problems that count, and those that would not be there without cells that are as exported."""
    count: list[Problem] = []
    excused: list[Problem] = []
    for problem in problems:
        (excused if _is_excused(rows, problem) else count).append(problem)
    return count, tuple(excused)


def _is_excused(rows: ReadRows, problem: Problem) -> bool:
    row = problem.index
    column = next((one for one in rows.all_columns if one.index == problem.column), None)
    if row not in rows.memories.of_row or row is None or column is None:
        return False
    if problem.code.startswith(_OF_CELLS):
        return rows.is_as_exported(row, column)
    if problem.code == "X240" and isinstance(column, PartColumn):
        return any(rows.is_as_exported(row, one) for one in (column, rows.by_name[column.whole]))
    return problem.message not in _said_of_edited(rows, row) and not isinstance(column, PartColumn)


def _said_of_edited(rows: ReadRows, row: int) -> set[str]:
    """Return the rules that the cells break that somebody edited, by themselves."""
    same = {column.name for column in rows.columns if rows.is_as_exported(row, column)}
    edited = without(rows.body(row), same)
    return {rule.sentence for rule in broken_rules(edited, Context(rows.assistant(row)))}
