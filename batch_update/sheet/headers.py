"""Owns what the headers of a sheet mean: column names to fields, aliases, did-you-mean."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from batch_update.errors import UsageError
from batch_update.fields.parts import FREE_KEYS, Path, is_list, part_facts, part_name, parts_of
from batch_update.fields.reference import Field, Kind, all_fields
from batch_update.model import Problem, Role
from batch_update.settings import Settings

ID = "id"
"""stands for the id column wherever a field is named, as in --map 'Nr=id'"""
ID_NAMES = ("id", "assistant_id", "assistent_id", "assistenten_id")
ACCOUNT = "account"

_PART = re.compile(r"(?P<base>[^.]+)\.(?P<inside>.+)|(?P<list>.+)(?P<sign>[+-])", re.DOTALL)
_OPERATIONS = {"+": "add", "-": "remove"}


@dataclass(frozen=True, slots=True)
class Heading:
    """What one column is for; `path` and `operation` as in `model.Column`."""

    role: Role
    field: str | None = None
    path: Path = ()
    operation: str = "set"

    @property
    def name(self) -> str | None:
        """What it sets: `id`, a field, a part of one; None for nothing."""
        if self.role is Role.ID:
            return ID
        return self.field and part_name(self.field, self.path, self.operation)

    @property
    def facts(self) -> Field:
        """What a cell of the column may hold; for columns of a field or a part of one."""
        assert self.field is not None, "the column sets something"
        if self.role is Role.PART:
            return part_facts(self.field, self.path, self.operation)
        return all_fields()[self.field]


def normalize(header: str) -> str:
    """The form in which headers are compared: no case, no spaces, no `_`, no `-`, one spelling of umlauts.

    Nor what nobody sees: soft hyphens, spaces without width, marks of direction.
    """
    plain = re.sub(r"[\s_\-]+", "", unicodedata.normalize("NFKC", header).casefold())
    return plain if plain.isascii() else "".join(c for c in plain if unicodedata.category(c) != "Cf")


@cache
def known_names() -> Mapping[str, str]:
    """Normalized header -> field, for every name and alias; the id column's names -> `id`."""
    names = {normalize(alias): field.name for field in all_fields().values() for alias in field.aliases}
    names |= {normalize(name): name for name in all_fields()}
    names |= {normalize(name): ID for name in ID_NAMES}
    return MappingProxyType(names)


def says_something(settings: Settings) -> Callable[[str], bool]:
    """Whether a header means something to us or to the user's settings; for guessing the delimiter."""
    names = {*known_names(), *map(key_of, (*settings.map, *settings.ignore, ACCOUNT))}
    return lambda header: key_of(header) in names or _base(header) is not None


def resolve(
    headers: Sequence[str], settings: Settings, *, first_value: Callable[[int], int | None]
) -> tuple[tuple[Heading, ...], tuple[Problem, ...]]:
    """What each column is for, and every problem of the headers (index None, at their column).

    `first_value(column)`: the number of the first row with a value in a column. Raises UsageError where --map or
    --ignore name a header or a field that does not exist.
    """
    mapped = _by_user(headers, settings)
    found = [_one(header, column, mapped, first_value) for column, header in enumerate(headers)]
    headings = [heading for heading, _ in found]
    problems = [problem for _, problem in found if problem is not None]
    problems += _doubled(headers, headings)
    if not any(heading.role is Role.ID for heading in headings):
        problems.append(_no_id(headers, headings))
    return tuple(headings), tuple(sorted(problems, key=lambda p: -1 if p.column is None else p.column))


def _by_user(headers: Sequence[str], settings: Settings) -> dict[str, Heading]:
    """Header, as `key_of` compares it -> what --map and --ignore say of it."""
    present = {key_of(header) for header in headers}
    said: dict[str, Heading] = {}
    for flag, names in (("--map", settings.map), ("--ignore", settings.ignore)):
        missing = [name for name in names if key_of(name) not in present]
        if missing:
            raise UsageError(
                f"{flag}: the sheet has no column {_quoted(missing)}; its columns are {_quoted(headers)}",
                code="U101",
                remedy=_did_you_mean(missing[0], [header for header in headers if header.strip()]),
            )
    for header, target in settings.map.items():
        heading = meaning(target)
        if heading is None:
            raise UsageError(
                f"--map: {target!r} is no field; the columns of the sheet are {_quoted(headers)}",
                code="U101",
                remedy=_did_you_mean(target, [*all_fields(), *ID_NAMES])
                or "`batch-update fields` lists all fields.",
            )
        said[key_of(header)] = heading
    said |= {key_of(header): Heading(Role.IGNORED) for header in settings.ignore}
    return said


def _one(
    header: str, column: int, mapped: Mapping[str, Heading], first_value: Callable[[int], int | None]
) -> tuple[Heading, Problem | None]:
    if key_of(header) in mapped:
        return mapped[key_of(header)], None
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
    base = _base(header)
    if base is not None:
        return Heading(Role.UNKNOWN), _no_part(header, column, base)
    if normalize(header) == ACCOUNT:
        message = f"{header!r} will say which account a row belongs to, and means nothing yet"
        remedy = "Rename it, or leave it out with --ignore account."
        return Heading(Role.UNKNOWN), Problem("H106", message, column=column, given=header, remedy=remedy)
    return Heading(Role.UNKNOWN), _unknown(header, column)


def meaning(header: str) -> Heading | None:
    """The id, the field or the part of one that a header names; None where it names none of them."""
    base = _base(header)
    if base is not None:
        return _part_heading(header, base)
    field = known_names().get(normalize(header))
    if field is None:
        return None
    return Heading(Role.ID) if field == ID else Heading(Role.FIELD, field)


def key_of(header: str) -> str:
    """How headers are compared with those that --map and --ignore name: `label_ids-` is not `label_ids`."""
    sign = "-" if header.rstrip().endswith("-") and _base(header) is not None else ""
    return normalize(header) + sign


# ---------------------------------------------------------------- parts of values


def _base(header: str) -> str | None:
    """The field that a header names a part of; None where it names none."""
    match = _PART.fullmatch(header.strip())
    field = known_names().get(normalize(match["base"] or match["list"])) if match else None
    return None if field == ID else field


def _part_heading(header: str, field: str) -> Heading | None:
    """The part of this field that a header names; None where the field has no such part."""
    match = _PART.fullmatch(header.strip())
    assert match is not None, "the header names a part of this field"
    if match["sign"]:
        return Heading(Role.PART, field, (), _OPERATIONS[match["sign"]]) if is_list(field) else None
    inside = match["inside"].strip()
    if field == FREE_KEYS:
        return Heading(Role.PART, field, (inside,)) if inside else None
    path = {normalize(name): path for name, path in parts_of(field).items()}.get(normalize(inside))
    return Heading(Role.PART, field, path) if path else None


def _no_part(header: str, column: int, field: str) -> Problem:
    wanted = field
    if field == FREE_KEYS:
        wanted = f"{field}.KEY"
    elif is_list(field):
        wanted = f"{field}+ or {field}-"
    elif parts_of(field):
        wanted = f"{field} and one of {', '.join(parts_of(field))}"
    remedy = _did_you_mean(header, [f"{field}.{name}" for name in parts_of(field)]) or (
        f"Name the column {field} and write the whole value, or leave it out with --ignore '{header}'."
    )
    message = f"{header!r} names no part of {field} that can be set alone"
    return Problem("H105", message, column=column, given=header, wanted=wanted, remedy=remedy)


# ---------------------------------------------------------------- what is wrong with headers


def _unknown(header: str, column: int) -> Problem:
    close = difflib.get_close_matches(normalize(header), known_names(), n=1, cutoff=0.7)
    field = known_names()[close[0]] if close else ""
    remedy = (
        f"Did you mean {field}? Rename it, or --map '{header}={field}', or --ignore '{header}'."
        if field
        else f"Read it as a field with --map '{header}=FIELD', or leave it out with --ignore '{header}'."
    )
    message = f"{header!r} matches no field"
    return Problem(
        "H102", message, column=column, given=header, wanted=field or "a field's name", remedy=remedy
    )


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
        message = f"{headers[column]!r} means {name}, and so does {headers[first[name]]!r} (column {first[name] + 1})"
        remedy = f"Delete or rename one, or leave one out with --ignore '{headers[column]}'."
        yield Problem("H103", message, column=column, given=headers[column], remedy=remedy)


def _no_id(headers: Sequence[str], headings: Sequence[Heading]) -> Problem:
    candidates = {
        normalize(h): h for h, heading in zip(headers, headings, strict=True) if heading.role is Role.UNKNOWN
    }
    scores = [
        (difflib.SequenceMatcher(None, plain, normalize(name)).ratio(), header)
        for plain, header in candidates.items()
        if plain
        for name in ID_NAMES
    ]
    score, header = max(scores, default=(0.0, ""))
    remedy = f"Did you mean {header!r}? --map '{header}=id'" if score > 0.5 else "Name it id or assistant_id."
    return Problem(
        "H101", "no column says which assistant a row is about", wanted="a column id", remedy=remedy
    )


def _did_you_mean(given: str, known: Iterable[str]) -> str:
    names = {normalize(name): name for name in known}
    close = difflib.get_close_matches(normalize(given), names, n=1)
    return f"Did you mean {names[close[0]]}?" if close else ""


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)


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
    mapped = {key_of(header): meaning(target) for header, target in settings.map.items()}
    mapped |= {key_of(header): None for header in settings.ignore}
    return [mapped[key_of(h)] if key_of(h) in mapped else meaning(h) for h in headers]
