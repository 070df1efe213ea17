"""Places in a sheet, as values until they are shown, and as people say them: `row 4, cell B4`, `rows 2-5 and 9`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from batch_update.model.sheets import Problem, Sheet
from batch_update.text import column_letters, excerpt, printable

ROWS_NAMED = 12
"""Runs of rows that a list of rows names."""
WIDE = 80
"""Characters of a line up to which what is said of a place stands beside it."""
MOST_KEY = 40
"""Characters of a key that are shown."""

Run = tuple[int, int]
"""The first and the last of numbers that follow each other."""

WITHOUT_LETTERS = {"jsonl": "key", "frame": "column"}
"""Formats in which columns have names and no letters -> what a column is called there."""


def row_list(numbers: Iterable[int], most: int = ROWS_NAMED) -> str:
    """`rows 3-5, 9`: row numbers with runs folded, cut after `most` runs."""
    return run_words(runs_of(numbers), most)


def runs_of(numbers: Iterable[int]) -> list[Run]:
    """Return the runs of these numbers, in order."""
    runs: list[Run] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = runs[-1][0], number
        else:
            runs.append((number, number))
    return runs


def run_words(runs: Sequence[Run], most: int) -> str:
    """`rows 3-5, 9 and 4 more places`: the first `most` of these runs of rows."""
    is_one_row = len(runs) == 1 and runs[0][0] == runs[0][1]
    more = f" and {len(runs) - most} more places" if len(runs) > most else ""
    return f"{'row' if is_one_row else 'rows'} {', '.join(map(run_text, runs[:most]))}{more}"


def run_text(run: Run) -> str:
    """`3-5`, or `9` of a run of one row."""
    first, last = run
    return str(first) if first == last else f"{first}-{last}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a sheet."""

    row: int | None = None
    """its number, that of the header for what is said of a column; None where there is none, or it is about no row"""
    line: int | None = None
    """of the file, where the row begins"""
    letters: str = ""
    """of the column, as spreadsheet programs name it; "" where columns have none"""
    header: str | None = None
    """of the column, as it stands; None where it is about no column"""
    is_constant: bool = False
    """whether that column stands in no file: the setting set gives it"""

    @property
    def cell(self) -> str:
        """`D14`; "" where that is not known."""
        return f"{self.letters}{self.row}" if self.letters else ""


def place_of(sheet: Sheet, index: int | None, column: int | None = None) -> Place:
    """Return the place of a row's index, None for the header, and of a column."""
    row = sheet.header_row or None if index is None else sheet.numbers[index]
    line = None if index is None or sheet.lines is None else sheet.lines[index]
    if column is None:
        return Place(row, line)
    is_constant = sheet.columns[column].is_constant
    letters = "" if is_constant or sheet.dialect.format in WITHOUT_LETTERS else column_letters(column)
    return Place(row, line, letters, sheet.columns[column].header, is_constant)


def files_behind(sheet: Sheet, index: int) -> dict[str, list[str]]:
    """Return the files whose texts a row sends, by the field that they go into."""
    found: dict[str, list[str]] = {}
    for column in sheet.columns if sheet.files else ():
        file = sheet.files.get(column.texts[index])
        if file is not None and not file.refused and column.field is not None:
            found.setdefault(column.field, []).append(file.path)
    return found


def place_words(sheet: Sheet, problem: Problem) -> list[str]:
    """Return where a problem is and whom it is about: `row 14, cell D14`, `assistant 10437`."""
    place = place_of(sheet, problem.index, problem.column)
    also = "".join(f" and row {sheet.numbers[index]}" for index in problem.also)
    row = f"row {place.row}{also}" if place.row else ""
    is_of_row = problem.index is not None
    who = f"assistant {problem.assistant_id}" if problem.assistant_id and is_of_row else ""
    where = ", ".join(filter(None, (row, *_cell_words(sheet, place))))
    return list(filter(None, (where, who)))


def place_line(sheet: Sheet, problem: Problem) -> str:
    """`changes.csv:31   row 14, cell D14   assistant 10437`."""
    line = place_of(sheet, problem.index).line
    file = printable(sheet.name) + (f":{line}" if line is not None else "")
    return "   ".join((file, *place_words(sheet, problem)))


def _cell_words(sheet: Sheet, place: Place) -> Iterator[str]:
    """`cell D14`; where columns have no letters, `key speed` or `column speed`."""
    if place.is_constant:
        yield f"the setting set {place.header}"
    elif place.cell:
        yield f"cell {place.cell}"
    elif place.header is not None:
        word = WITHOUT_LETTERS[sheet.dialect.format]
        yield f"{word} {excerpt(place.header, MOST_KEY) or repr('')}"
