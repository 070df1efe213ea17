"""Owns what the headers of a sheet mean: column names to fields, aliases, did-you-mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, reduce
from itertools import islice

from batch_update.errors import UsageError
from batch_update.fields.facts import Kind, all_fields
from batch_update.fields.names import ID, ID_NAMES, Heading, base_of, key_of, known_names, meaning, normalize
from batch_update.fields.parts import FREE_KEYS, is_list, parts_of
from batch_update.model.sheets import Problem, Role
from batch_update.settings.tunables import Settings
from batch_update.text import column_letters, excerpt, listed, nearest, printable, quoted, shortly

ACCOUNT = "account"


def says_something(settings: Settings) -> Callable[[str], bool]:
    """Whether a header means something to us or to the user's settings; for guessing the delimiter."""
    names = {*known_names(), *map(key_of, (*settings.map, *settings.ignore, ACCOUNT))}
    return lambda header: key_of(header) in names or base_of(header) is not None


def resolve(
    headers: Sequence[str], settings: Settings, *, first_value: Callable[[int], int | None]
) -> tuple[tuple[Heading, ...], tuple[Problem, ...]]:
    """What each column is for, and every problem of the headers (index None, at their column).

    `first_value(column)`: the number of the first row with a value in a column. Raises UsageError where --map or
    --ignore name a header or a field that does not exist.
    """
    mapped = _by_user(headers, settings)
    found = [_one(headers, column, mapped, first_value) for column in range(len(headers))]
    headings = [heading for heading, _ in found]
    if not mapped and _is_data(headers, headings):
        return tuple(headings), (_no_header(headers),)
    problems = [problem for _, problem in found if problem is not None]
    problems += _doubled(headers, headings)
    if not any(heading.role is Role.ID for heading in headings):
        problems.append(_no_id(headers, headings))
    return tuple(headings), tuple(sorted(problems, key=lambda p: -1 if p.column is None else p.column))


def _by_user(headers: Sequence[str], settings: Settings) -> dict[int, Heading]:
    """Column -> what --map and --ignore say of it."""
    said: dict[int, Heading] = {}
    for name, target in settings.map.items():
        heading = meaning(target)
        columns = _required(_columns_named(name, headers), "--map", name, headers)
        if heading is None:
            raise UsageError(
                f"--map: {shortly(target)} is no field; the columns of the sheet are {_quoted(headers)}",
                code="U101",
                remedy=_did_you_mean(target, [*all_fields(), *ID_NAMES])
                or "`batch-update fields` lists all fields.",
            )
        said |= dict.fromkeys(columns, heading)
    for name in settings.ignore:
        columns = _columns_ignored(name, headers)
        said |= dict.fromkeys(_required(columns, "--ignore", name, headers), Heading(Role.IGNORED))
    return said


def _required(columns: list[int], flag: str, name: str, headers: Sequence[str]) -> list[int]:
    """The columns that a name stands for. Raises UsageError where there is none."""
    if not columns:
        raise UsageError(
            f"{flag}: the sheet has no column {shortly(name)}; its columns are {_quoted(headers)}",
            code="U101",
            remedy=_did_you_mean(name, [header for header in headers if header.strip()]),
        )
    return columns


def _columns_named(name: str, headers: Sequence[str]) -> list[int]:
    """The columns of this header, or the one of this letter: `column:C`."""
    key = key_of(name)
    found = [column for column, header in enumerate(headers) if key_of(header) == key]
    letters = _LETTERS(name.strip())
    if found or letters is None:
        return found
    column = int(reduce(lambda sum, letter: 26 * sum + ord(letter) - 64, letters[1].upper(), 0)) - 1
    return [column] if column < len(headers) else []


_LETTERS = re.compile(r"column:\s*([A-Za-z]{1,3})", re.IGNORECASE).fullmatch


def _columns_ignored(name: str, headers: Sequence[str]) -> list[int]:
    """The columns of a name, or of several with commas between them, unless one of those is nowhere."""
    found = _columns_named(name, headers)
    parts = [] if found else [_columns_named(part, headers) for part in name.split(",")]
    return found if found or not all(parts) else [column for columns in parts for column in columns]


def called(headers: Sequence[str], column: int) -> str:
    """How --map and --ignore name this column in a command: its header where it is plain, else its letter."""
    header = headers[column]
    is_plain = header == printable(header).strip() and 0 < len(header) <= LONGEST_SHOWN
    is_plain = is_plain and not re.search(r"[,=\"']|^column:", header, re.IGNORECASE)
    if is_plain and _key_counts(tuple(headers))[key_of(header)] == 1:
        return header
    return f"column:{column_letters(column)}"


@lru_cache(1)
def _key_counts(headers: tuple[str, ...]) -> Counter[str]:
    return Counter(map(key_of, headers))


LONGEST_SHOWN = 40
"""Characters of a header in a command."""


def _one(
    headers: Sequence[str],
    column: int,
    mapped: Mapping[int, Heading],
    first_value: Callable[[int], int | None],
) -> tuple[Heading, Problem | None]:
    header = headers[column]
    if column in mapped:
        return mapped[column], None
    if not header.strip():
        row = first_value(column)
        if row is None:
            return Heading(Role.IGNORED), None
        message = f"column {column + 1} has values and no header, the first in row {row}"
        return Heading(Role.UNKNOWN), Problem("H104", message, column=column, wanted="a header")
    if header.strip().startswith("_"):
        return Heading(Role.OWN), None
    heading = meaning(header)
    if heading is not None:
        return heading, None
    base = base_of(header)
    if base is not None:
        return Heading(Role.UNKNOWN), _no_part(headers, column, base)
    if normalize(header) == ACCOUNT:
        message = f"{shortly(header)} will say which account a row belongs to, and means nothing yet"
        remedy = f"Rename it, or {_leave_out(headers, column)}."
        given = excerpt(header, 60)
        return Heading(Role.UNKNOWN), Problem("H106", message, column=column, given=given, remedy=remedy)
    return Heading(Role.UNKNOWN), _unknown(headers, column)


# ---------------------------------------------------------------- parts of values


def _no_part(headers: Sequence[str], column: int, field: str) -> Problem:
    header, wanted = headers[column], field
    if field == FREE_KEYS:
        wanted = f"{field}.KEY"
    elif is_list(field):
        wanted = f"{field}+ or {field}-"
    elif parts_of(field):
        wanted = f"{field} and one of {', '.join(parts_of(field))}"
    remedy = _did_you_mean(header, [f"{field}.{name}" for name in parts_of(field)]) or (
        f"Name the column {field} and write the whole value, or {_leave_out(headers, column)}."
    )
    message = f"{shortly(header)} names no part of {field} that can be set alone"
    return Problem("H105", message, column=column, given=excerpt(header, 60), wanted=wanted, remedy=remedy)


# ---------------------------------------------------------------- what is wrong with headers


def _is_data(headers: Sequence[str], headings: Sequence[Heading]) -> bool:
    """Whether the first row names nothing that is known, and holds what no header is: an id, a long text."""
    if any(heading.role not in (Role.UNKNOWN, Role.IGNORED) for heading in headings):
        return False
    return any(map(_is_value, headers)) and not any(base_of(header) for header in headers)


def _is_value(header: str) -> bool:
    return len(header) > LONGEST_HEADER or _VALUE(header.strip()) is not None


LONGEST_HEADER = 80
_VALUE = re.compile(
    r"[+-]?[0-9]+(?:[.,][0-9]+)*|https?://\S+|[\[{].*[\]}]|true|false|wahr|falsch", re.I | re.S
).fullmatch


def _no_header(headers: Sequence[str]) -> Problem:
    return Problem(
        "H107",
        "the first row looks like data: no header of a column is known",
        given=excerpt(" | ".join(excerpt(header, 30) for header in headers[:4]), 60),
        wanted="a row above it that names the columns",
        remedy="Put such a row first: id, and beside it a field such as name. `batch-update fields` lists all fields.",
    )


def _unknown(headers: Sequence[str], column: int) -> Problem:
    header = headers[column]
    field = nearest(normalize(header), known_names())
    name = called(headers, column)
    remedy = (
        f"Did you mean {field}? Rename it, or --map {quoted(f'{name}={field}')}, or --ignore {quoted(name)}."
        if field
        else f"Rename it to a field (`batch-update fields` lists them), or {_leave_out(headers, column)}."
    )
    message = f"{shortly(header)} matches no field"
    given = excerpt(header, 60)
    return Problem(
        "H102", message, column=column, given=given, wanted=field or "a field's name", remedy=remedy
    )


def _leave_out(headers: Sequence[str], column: int) -> str:
    return f"leave it out with --ignore {quoted(called(headers, column))}"


def _doubled(headers: Sequence[str], headings: list[Heading]) -> Iterable[Problem]:
    """Problems for columns that set what an earlier one sets already; those columns count for nothing."""
    first: dict[str, int] = {}
    for column, heading in enumerate(headings):
        name = heading.name
        if name is None:
            continue
        if name not in first:
            first[name] = column
            continue
        headings[column] = Heading(Role.UNKNOWN)
        other = first[name]
        message = (
            f"{shortly(headers[column])} means {name}, and so does {shortly(headers[other])} "
            f"(column {column_letters(other)})"
        )
        one, two = (quoted(called(headers, place)) for place in (column, other))
        remedy = f"Delete or rename one, or leave one out: --ignore {one} or --ignore {two}."
        yield Problem("H103", message, column=column, given=excerpt(headers[column], 60), remedy=remedy)


def _no_id(headers: Sequence[str], headings: Sequence[Heading]) -> Problem:
    unknown = [column for column, heading in enumerate(headings) if heading.role is Role.UNKNOWN]
    ids = dict.fromkeys(ID_NAMES[1:], ID)
    column = next((column for column in unknown if nearest(headers[column], ids)), None)
    remedy = "Name it id or assistant_id."
    if column is not None:
        option = quoted(f"{called(headers, column)}={ID}")
        remedy = f"Did you mean {shortly(headers[column])}? --map {option}"
    return Problem(
        "H101", "no column says which assistant a row is about", wanted="a column id", remedy=remedy
    )


def _did_you_mean(given: str, known: Iterable[str]) -> str:
    found = nearest(normalize(given), {normalize(name): name for name in known})
    return f"Did you mean {excerpt(found)}?" if found else ""


def _quoted(names: Sequence[str]) -> str:
    return listed([shortly(name) for name in names[:21]] + ["..."] * (len(names) > 21), 21)


def header_at(rows: Iterable[Sequence[str]], settings: Settings) -> int | None:
    """Which of the first rows names the columns: an id column is among them, beside one that is known. None: none."""
    for index, row in enumerate(islice(rows, ROWS_ABOVE)):
        headings = [heading for heading in _meanings(row[:1000], settings) if heading]
        if any(h.role is Role.ID for h in headings) and any(h.field for h in headings):
            return index
    return None


ROWS_ABOVE = 50
"""Rows that are looked at for a header: titles and notes may stand above it."""


def number_columns(headers: Sequence[str], settings: Settings) -> list[int]:
    """The columns that take numbers with decimals; for guessing the decimal sign."""
    return columns_of("number", headers, settings)


def columns_of(kind: Kind, headers: Sequence[str], settings: Settings) -> list[int]:
    """The columns whose fields, or parts of fields, are of this kind."""
    found = enumerate(_meanings(headers, settings))
    return [column for column, heading in found if heading and heading.field and heading.facts.kind == kind]


def id_columns(headers: Sequence[str], settings: Settings) -> list[int]:
    """The columns that say which assistant a row is about: one, unless something is wrong."""
    found = enumerate(_meanings(headers, settings))
    return [column for column, heading in found if heading and heading.role is Role.ID]


def _meanings(headers: Sequence[str], settings: Settings) -> list[Heading | None]:
    """What each column is for by its header alone and the user's word; None where it sets nothing."""
    found = [meaning(header) for header in headers]
    for name, target in settings.map.items():
        for column in _columns_named(name, headers):
            found[column] = meaning(target)
    for name in settings.ignore:
        for column in _columns_ignored(name, headers):
            found[column] = None
    return found
