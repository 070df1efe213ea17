"""Places in a sheet as people say them: `row 4, B4`, `rows 2-5 and 9`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from batch_update.model.sheets import Problem, Sheet
from batch_update.text import column_letters, excerpt, printable

ROWS_NAMED = 12
"""Runs of rows that a list of rows names."""
WIDE = 80
"""Characters of a line up to which what is said of a place stands beside it."""


def row_list(numbers: Iterable[int], most: int = ROWS_NAMED) -> str:
    """`rows 3-5, 9`: row numbers with runs folded, cut after `most` runs."""
    return run_words(runs_of(numbers), most)


def runs_of(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of each run, in order."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def run_words(runs: Sequence[tuple[int, int]], most: int) -> str:
    word = "row" if len(runs) == 1 and runs[0][0] == runs[0][1] else "rows"
    shown = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs[:most])
    return f"{word} {shown}" + (f" and {len(runs) - most} more places" if len(runs) > most else "")


def place(sheet: Sheet, problem: Problem) -> str:
    """`changes.csv:31   row 14, cell D14   assistant 10437`."""
    if problem.index is None:
        where = [f"row {sheet.header_row}"] if sheet.header_row else []
        return f"{printable(sheet.name)}   {', '.join([*where, *_cell(sheet, problem.column, sheet.header_row)])}"
    number = sheet.numbers[problem.index]
    line = "" if sheet.lines is None else f":{sheet.lines[problem.index]}"
    cell = "".join(f", {words}" for words in _cell(sheet, problem.column, number))
    who = f"   assistant {problem.assistant_id}" if problem.assistant_id else ""
    also = "".join(f" and row {sheet.numbers[index]}" for index in problem.also)
    return f"{printable(sheet.name)}{line}   row {number}{also}{cell}{who}"


def _cell(sheet: Sheet, column: int | None, number: int) -> list[str]:
    """`cell D14`; in JSON Lines, which have no cells, `key speech_speed`."""
    if column is None:
        return []
    if sheet.dialect.format == "jsonl":
        return [f"key {excerpt(sheet.columns[column].header, 40) or repr('')}"]
    return [f"cell {column_letters(column)}{number}"]
