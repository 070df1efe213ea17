"""Problems of a sheet as pieces of text: place, excerpt, what is allowed, what to do; grouped by kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from batch_update.fields.tools import SECRET, holds_secret
from batch_update.model.sheets import Dialect, Problem, Severity, Sheet, rows_with
from batch_update.report.places import ROWS_NAMED, WIDE, place_line, place_words, run_words, runs_of
from batch_update.report.tones import Piece, Tone
from batch_update.text import counted, excerpt, listed, named, printable, shortly, without_query

SHOWN_OF_A_KIND = 3
"""How many problems of one kind in one column are shown in full; the rest are named by their rows."""
MOST_SHOWN = 50
"""How many problems are shown in all; a sheet of hundreds of columns may be wrong in each of them."""
MOST_HEADERS = 30
"""Headers that a list of columns names."""
EXCERPT = 60
"""Characters of a row that are shown around the cell."""
LEFT_OF_CELL = 20
"""Characters before a cell that is far to the right."""
MOST_WORDS = 400
"""Characters of a message or of a remedy, which may name a header or a cell."""
MOST_GIVEN = 80
"""Characters of what stands in a cell."""


Block = list[Piece]
"""One problem as it is shown, or a line about several."""


def render_problems(sheet: Sheet, problems: Sequence[Problem], *, briefly: bool = False) -> Block:
    """Return all problems, those of one kind in one column together, and headers of which the same is wanted, in the
    order of their first rows.

    `briefly`: a line for each of those that are shown. What is neither shown nor named by its row is told to be
    there, and where.
    """
    render, between = (_brief_block, "\n") if briefly else (render_problem, "\n\n")
    kinds = _by_kind(problems)
    blocks: list[Block] = []
    while kinds and len(blocks) < MOST_SHOWN:
        blocks += _render_kind(sheet, kinds.pop(0), render)
    if kinds:
        blocks.append([_left_out(kinds)])
    pieces = [piece for block in blocks for piece in (*block, Piece(between))]
    return [*pieces[:-1], Piece("\n")]


def _by_kind(problems: Sequence[Problem]) -> list[list[Problem]]:
    kinds: dict[tuple[str, int | str | None], list[Problem]] = {}
    for problem in problems:
        what = problem.wanted if _is_header(problem) else problem.column
        kinds.setdefault((problem.code, what), []).append(problem)
    return list(kinds.values())


def _is_header(problem: Problem) -> bool:
    return problem.index is None and problem.column is not None


def _render_kind(
    sheet: Sheet, problems: list[Problem], render: Callable[[Sheet, Problem], Block]
) -> Iterator[Block]:
    shown = problems if len(problems) <= SHOWN_OF_A_KIND + 1 else problems[:SHOWN_OF_A_KIND]
    for problem in shown:
        yield render(sheet, problem)
    if rest := problems[len(shown) :]:
        yield [_more_of_a_kind(sheet, rest)]


def _more_of_a_kind(sheet: Sheet, rest: list[Problem]) -> Piece:
    more = f"{len(rest):,} more {rest[0].severity}s [{rest[0].code}]"
    if _is_header(rest[0]):
        headers = [shortly(sheet.columns[p.column].header) for p in rest if p.column is not None]
        return Piece(f"  ... and {more} of this kind: {named('column', headers, MOST_HEADERS)}")
    runs = runs_of(sheet.numbers[problem.index] for problem in rest if problem.index is not None)
    each = ": the setting json has each" if len(runs) > ROWS_NAMED else ""
    return Piece(f"  ... and {more} of this kind: {run_words(runs, ROWS_NAMED)}{each}")


def _left_out(kinds: list[list[Problem]]) -> Piece:
    more, codes = sum(map(len, kinds)), sorted({kind[0].code for kind in kinds})
    return Piece(
        f"... and {counted(more, 'more problem')} in other columns ({listed(codes)}): the setting json has each"
    )


def render_problem(sheet: Sheet, problem: Problem) -> Block:
    """Return one problem, like a compiler would show it."""
    lines = [
        f"[{problem.code}]: {excerpt(problem.message, MOST_WORDS)}",
        f"  --> {place_line(sheet, problem)}",
    ]
    if problem.index is not None:
        lines += _excerpt(sheet, problem.index, problem)
    elif problem.given:
        lines.append(f"   = given: {_given_of(problem)}")
    if problem.remedy:
        lines.append(f"   = help: {excerpt(problem.remedy, MOST_WORDS)}")
    return [Piece(problem.severity, Tone(problem.severity)), Piece("\n".join(lines))]


def _brief_block(sheet: Sheet, problem: Problem) -> Block:
    return [Piece(problem_line(sheet, problem))]


def _given_of(problem: Problem) -> str:
    """Return the text that stands in the cell, safe to show."""
    return SECRET if holds_secret(problem.given) else excerpt(problem.given, MOST_GIVEN)


def problem_line(sheet: Sheet, problem: Problem) -> str:
    """`error V104 row 10, cell F10, assistant 10009: speech_speed is above the maximum (1.7)`: one line of text."""
    head = " ".join((problem.severity, problem.code, ", ".join(place_words(sheet, problem)))).rstrip()
    given = "" if problem.message.endswith(problem.given) else f" ({_given_of(problem)})"
    return f"{head}: {excerpt(problem.message, MOST_WORDS)}{given}"


# ---------------------------------------------------------------- the row as it stands


def _excerpt(sheet: Sheet, index: int, problem: Problem) -> Iterator[str]:
    """Yield the row as it stands, with the cell underlined and what is allowed beside it."""
    row = sheet.row(index)
    margin = str(row.line or row.number)
    pad = " " * len(margin)
    cells = [SECRET if holds_secret(cell) else printable(without_query(cell)) for cell in row.cells]
    separator = _separator(sheet.dialect)
    yield f"{pad} |"
    if problem.column is None or index in sheet.ragged:
        yield f"{margin} | {_cut(separator.join(cells), 0)}".rstrip()
        yield f"{pad} | {_note(problem)}".rstrip()
        return
    text, marks = _underlined(cells, separator, problem.column)
    yield f"{margin} | {text}".rstrip()
    yield from _marked(f"{pad} | {marks}", problem)


def _separator(dialect: Dialect) -> str:
    """Return what stands between cells; outside of CSV, and beside tabs, a bar that nobody takes for a cell's."""
    is_seen = dialect.format == "csv" and dialect.delimiter != "\t"
    return dialect.delimiter if is_seen else " | "


def _underlined(cells: Sequence[str], separator: str, column: int) -> tuple[str, str]:
    """Return the part of a row where this cell is, and the marks that stand under the cell."""
    whole = separator.join(cells)
    start = len(separator.join((*cells[:column], "")))
    width = max(1, len(cells[column]))
    if start + width <= EXCERPT:
        return _cut(whole, 0), " " * start + "^" * width
    left = max(0, start - LEFT_OF_CELL)
    lead = "... " if left else ""
    ahead = start - left
    return lead + _cut(whole, left), " " * (len(lead) + ahead) + "^" * min(width, EXCERPT - ahead)


def _cut(text: str, start: int) -> str:
    end = start + EXCERPT
    return text[start:end] + (" ..." if len(text) > end else "")


def _marked(marks: str, problem: Problem) -> Iterator[str]:
    """Yield the marks with what is said of the cell: beside them as far as there is room, the rest below."""
    given, allowed = _given_of(problem), excerpt(problem.wanted, MOST_WORDS)
    if _is_room(marks, _note(problem)):
        yield f"{marks} {_note(problem)}".rstrip()
        return
    if _is_room(marks, given):
        yield f"{marks} {given}".rstrip()
    else:
        yield marks
        yield f"   = given: {given}"
    if allowed:
        yield f"   = allowed: {allowed}"


def _is_room(marks: str, words: str) -> bool:
    return len(f"{marks} {words}") <= WIDE


def _note(problem: Problem) -> str:
    """`1.7; allowed: 0.7 to 1.2`."""
    allowed = excerpt(problem.wanted, MOST_WORDS)
    return "; ".join(filter(None, (_given_of(problem), allowed and f"allowed: {allowed}")))


def count_words(problems: Sequence[Problem]) -> str:
    """`5 errors in 4 rows, 12 warnings`."""
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    rows = len(rows_with(errors))
    warnings = len(problems) - len(errors)
    in_rows = f" in {counted(rows, 'row')}" if rows else ""
    beside = f", {counted(warnings, 'warning')}" if warnings else ""
    return counted(len(errors), "error") + in_rows + beside
