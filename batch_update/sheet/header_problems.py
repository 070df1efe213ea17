"""Owns what is wrong with headers: names that nobody knows, fields that stand twice, data in their place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from batch_update.errors import UsageError
from batch_update.fields.facts import all_fields
from batch_update.fields.names import (
    ID,
    ID_NAMES,
    Heading,
    base_of,
    known_names,
    name_beside_notes,
    names_several,
    normalize,
)
from batch_update.fields.parts import FREE_KEYS, is_list, parts_of
from batch_update.model.sheets import Problem, Role, Severity
from batch_update.sheet.headers import ACCOUNT, OF_ACCOUNTS, Headings, Said, called
from batch_update.text import asked, column_letters, excerpt, listed, nearest, quoted, shortly

LONGEST_HEADER = 80
"""Characters; what is longer is a text."""
_VALUE = re.compile(
    r"[+-]?[0-9]+(?:[.,][0-9]+)*|https?://\S+|[\[{].*[\]}]|true|false|wahr|falsch", re.I | re.S
).fullmatch
_MOST_NAMED = 20


def resolve(
    headings: Headings, *, first_value: Callable[[int], int | None]
) -> tuple[tuple[Heading, ...], tuple[Problem, ...]]:
    """Return what each column is for, and every problem of the headers (index None, at their column).

    `first_value(column)`: the number of the first row with a value in a column. Raises UsageError where the settings
    map or ignore name a header or a field that does not exist.
    """
    headers = headings.headers
    for said in headings.said:
        _require(said, headers)
    found = [_settled(headings, column, first_value) for column in range(len(headers))]
    settled = [heading for heading, _ in found]
    if not headings.said and _is_data(headers, settled):
        return tuple(settled), (_no_header(headers),)
    problems = [problem for _, problem in found if problem is not None]
    problems += _doubled(headers, settled)
    if not any(heading.role is Role.ID for heading in settled):
        # Where little is known besides, it is another row that names the columns, or none.
        problems = [*(problems if _is_mostly_known(headings) else ()), _no_id(headers, settled)]
    return tuple(settled), tuple(sorted(problems, key=lambda p: -1 if p.column is None else p.column))


def _settled(
    headings: Headings, column: int, first_value: Callable[[int], int | None]
) -> tuple[Heading, Problem | None]:
    """Return what a column is for, and what is wrong where that is nothing."""
    heading, header = headings.meant[column], headings.headers[column]
    if heading is not None and heading.role is Role.ACCOUNT:
        return heading, _of_accounts(headings.headers, column)
    if heading is not None:
        is_ours = headings.leaves_unknown and not headings.is_said(column)
        return heading, _left_out_though_near(headings, column) if is_ours else None
    if header.strip():
        return Heading(Role.UNKNOWN), _unknown_header(headings.headers, column)
    row = first_value(column)
    if row is None or headings.leaves_unknown:
        return Heading(Role.IGNORED), None
    message = f"column {column_letters(column)} has values and no header, the first in row {row}"
    return Heading(Role.UNKNOWN), Problem("H104", message, column=column, wanted="a header")


# ---------------------------------------------------------------- what the user says


def _require(said: Said, headers: Sequence[str]) -> None:
    """Raise UsageError where the user names a column or a field that there is not."""
    setting = f"the setting {said.setting}"
    if not said.columns:
        raise UsageError(
            f"{setting}: the sheet has no column {shortly(said.name)}; its columns are {_quoted(headers)}",
            code="U101",
            remedy=_did_you_mean(said.name, [header for header in headers if header.strip()])
            or "Name one of these, or a column by its letter: column:C.",
        )
    if said.heading is None:
        raise UsageError(
            f"{setting}: {shortly(said.target)} is no field; the columns of the sheet are {_quoted(headers)}",
            code="U101",
            remedy=_did_you_mean(said.target, [*all_fields(), *ID_NAMES])
            or "`batch-update fields` lists all fields.",
        )


def _quoted(names: Sequence[str]) -> str:
    return listed(list(map(shortly, names)), _MOST_NAMED)


# ---------------------------------------------------------------- headers that mean nothing


def _unknown_header(headers: Sequence[str], column: int) -> Problem:
    base = base_of(headers[column])
    if base is not None:
        return _no_part(headers, column, base)
    return _no_field(headers, column)


def _left_out_though_near(headings: Headings, column: int) -> Problem | None:
    """Return a warning for a column that is left out with all that is not known, and is called nearly like a field."""
    heading, header = headings.meant[column], headings.headers[column]
    if heading != Heading(Role.IGNORED):
        return None
    field = nearest(normalize(header), known_names()) or name_beside_notes(header) or base_of(header)
    if not field:
        return None
    option = quoted(f"{called(headings.headers, column)}={field}")
    return Problem(
        "H108",
        f"{shortly(header)} is left out, though it is called nearly like {field}",
        Severity.WARNING,
        column=column,
        given=excerpt(header, 60),
        wanted=field,
        remedy=f"If it is meant, add the setting map={option}.",
    )


def _no_part(headers: Sequence[str], column: int, field: str) -> Problem:
    header = headers[column]
    remedy = _did_you_mean(header, [f"{field}.{name}" for name in parts_of(field)]) or (
        f"Name the column {field} and write the whole value, or {_leave_out(headers, column)}."
    )
    return Problem(
        "H105",
        f"{shortly(header)} names no part of {field} that can be set alone",
        column=column,
        given=excerpt(header, 60),
        wanted=_parts_wanted(field),
        remedy=remedy,
    )


def _parts_wanted(field: str) -> str:
    if field == FREE_KEYS:
        return f"{field}.KEY"
    if is_list(field):
        return f"{field}+ or {field}-"
    return f"{field} and one of {', '.join(parts_of(field))}" if parts_of(field) else field


def _of_accounts(headers: Sequence[str], column: int) -> Problem:
    """Return the problem of a sheet for several accounts; whoever takes the rows of one, or of each, lifts it."""
    header = headers[column]
    return Problem(
        OF_ACCOUNTS,
        f"{shortly(header)} says which account each row belongs to, and this is about one account",
        column=column,
        given=excerpt(header, 60),
        remedy="`batch-update fleet plan` takes it apart, account by account; are all rows for this one, "
        f"{_leave_out(headers, column)}.",
    )


def _no_field(headers: Sequence[str], column: int) -> Problem:
    header = headers[column]
    if several := names_several(header):
        return _names_two(headers, column, several)
    field = nearest(normalize(header), known_names())
    guess = asked(field)
    if not field and (noted := name_beside_notes(header)):
        field, guess = noted, f"Its cells hold {noted}, {_taken_by(noted)}?"
    name = called(headers, column)
    remedy = (
        f"{guess} Rename it, or add the setting map={quoted(f'{name}={field}')}, "
        f"or the setting ignore={quoted(name)}."
        if field
        else f"Rename it to a field (`batch-update fields` lists them), or {_leave_out(headers, column)}."
    )
    return Problem(
        "H102",
        f"{shortly(header)} matches no field",
        column=column,
        given=excerpt(header, 60),
        wanted=field or "a field's name",
        remedy=remedy,
    )


def _taken_by(name: str) -> str:
    field = all_fields().get(name)
    return field.allowed if field else "as its name says"


def _names_two(headers: Sequence[str], column: int, fields: Sequence[str]) -> Problem:
    """Return the problem of a header that names more than one field: neither is taken."""
    return Problem(
        "H102",
        f"{shortly(headers[column])} names {len(fields)} fields, {' and '.join(fields)}",
        column=column,
        given=excerpt(headers[column], 60),
        wanted="one field",
        remedy=f"Rename it to the one that its cells hold, or {_leave_out(headers, column)}.",
    )


def _leave_out(headers: Sequence[str], column: int) -> str:
    return f"leave it out with the setting ignore={quoted(called(headers, column))}"


def _did_you_mean(given: str, known: Iterable[str]) -> str:
    found = nearest(normalize(given), {normalize(name): name for name in known})
    return asked(excerpt(found))


# ---------------------------------------------------------------- all headers together


def _is_data(headers: Sequence[str], headings: Sequence[Heading]) -> bool:
    """Whether the first row names nothing that is known, and holds what no header is: an id, a long text."""
    if any(heading.role not in (Role.UNKNOWN, Role.IGNORED) for heading in headings):
        return False
    return any(map(_is_value, headers)) and not any(base_of(header) for header in headers)


def _is_value(header: str) -> bool:
    return len(header) > LONGEST_HEADER or _VALUE(header.strip()) is not None


def _no_header(headers: Sequence[str]) -> Problem:
    return Problem(
        "H107",
        "the first row looks like data: no header of a column is known",
        given=excerpt(" | ".join(excerpt(header, 30) for header in headers[:4]), 60),
        wanted="a row above it that names the columns",
        remedy="Put such a row first: id, and beside it a field such as name. `batch-update fields` lists all fields.",
    )


def _is_mostly_known(headings: Headings) -> bool:
    """Whether at least half of the headers that say something are known."""
    named = [
        heading for header, heading in zip(headings.headers, headings.meant, strict=True) if header.strip()
    ]
    return 2 * sum(heading is not None and heading.role is not Role.OWN for heading in named) >= len(named)


def _doubled(headers: Sequence[str], headings: list[Heading]) -> Iterator[Problem]:
    """Yield a problem for each column that sets what an earlier one sets; such a column counts for nothing then."""
    first: dict[str, int] = {}
    for column, heading in enumerate(headings):
        name = ACCOUNT if heading.role is Role.ACCOUNT else heading.name
        if name is None or first.setdefault(name, column) == column:
            continue
        headings[column] = Heading(Role.UNKNOWN)
        yield _twice(headers, column, first[name], name)


def _twice(headers: Sequence[str], column: int, other: int, name: str) -> Problem:
    one, two = (quoted(called(headers, place)) for place in (column, other))
    return Problem(
        "H103",
        f"{shortly(headers[column])} means {name}, and so does {shortly(headers[other])} "
        f"(column {column_letters(other)})",
        column=column,
        given=excerpt(headers[column], 60),
        remedy=f"Delete or rename one, or leave one out: the setting ignore={one} or the setting ignore={two}.",
    )


def _no_id(headers: Sequence[str], headings: Sequence[Heading]) -> Problem:
    ids = dict.fromkeys(ID_NAMES[1:], ID)
    unknown = [column for column, heading in enumerate(headings) if heading.role is Role.UNKNOWN]
    likely = next((column for column in unknown if nearest(headers[column], ids)), None)
    remedy = (
        "Name it id or assistant_id; where another row names the columns, say so with the setting header_row."
    )
    if likely is not None:
        option = quoted(f"{called(headers, likely)}={ID}")
        remedy = f"{asked(shortly(headers[likely]))} Add the setting map={option}"
    return Problem(
        "H101", "no column says which assistant a row is about", wanted="a column id", remedy=remedy
    )
