"""The memory that an export has of an assistant: a digest of each value that it saw, as a cell of `_base`. Pure.

A cell is `b1:ID:ACCOUNT:FIELDS:PARTS:SUM`: the form's version, whose the row is, a short entry for each field and for
each part of one that can stand in a column of its own, and a checksum. Letters and digits, `-`, `_` and `:` alone, and
it begins with a letter: no program takes it for a number, a date or a formula; and columns may come and go beside it.

A digest cannot be turned back into its value, and is another one for each assistant, so that equal values do not show.
Who guesses a value can check the guess, though: of a secret there is a digest only where the secret stands beside it.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from batch_update.fields.parts import parts_in
from batch_update.fields.remembered.form import same_form
from batch_update.model.plans import UNKNOWN, Present
from batch_update.model.sheets import Json

BASE = "_base"
"""The header of its column."""
_FORM = "b1"
_MARK, _ENTRY = 4, 12
"""Letters that stand for a name, and for a name with the digest of its value."""
_MOST = 30_000
"""Letters of a cell: a spreadsheet program holds 32,767. Where there would be more, parts are not remembered."""
_TOO_MANY = "-"
_CELL = re.compile(
    r"b1:(?P<id>[0-9]{1,18}):(?P<account>[\w-]{8}):(?P<fields>[\w-]*):(?P<parts>[\w-]*)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Memory:
    """The values of an assistant that a row remembers, as digests."""

    assistant_id: int
    account: str
    """the mark of whose it is, as `account_mark` makes it"""
    fields: str
    """for each field the mark of its name, and the digest of its value"""
    parts: str | None
    """the same for parts of fields; None where there were too many"""

    def knows(self, name: str) -> bool:
        """Whether it saw this field, or what it is a part of."""
        return _found(self.fields, _field_of(name)) is not None and (
            not _is_part(name) or self.parts is not None
        )

    def saw(self, name: str, value: Json) -> bool:
        """Whether the field, or the part of one, held this value; False also where that is not known."""
        if value is UNKNOWN:
            return False
        if not _is_part(name):
            return _found(self.fields, name) == self._digest(name, value)
        if not self.knows(name):
            return False
        is_nothing = value in (None, [])
        return _found(self.parts or "", name) == (None if is_nothing else self._digest(name, value))

    def _digest(self, name: str, value: Json) -> str:
        return _digest(_key(self.assistant_id, self.account), name, value)


def remembered(assistant_id: int, account: str, values: Present) -> str:
    """Return the cell of an assistant that holds these values. `account`: whose it is, as the list tells."""
    mark = account_mark(account)
    key = _key(assistant_id, mark)
    return _cell_of_memory(
        Memory(assistant_id, mark, _entries(key, values), _entries(key, _parts_of(values)))
    )


def recalled(text: str) -> Memory | None:
    """Return what a cell remembers; None where it is cut off, damaged or none of ours."""
    said, _, found = text.strip().rpartition(":")
    match = _CELL.fullmatch(said)
    if match is None or _sum(said) != found:
        return None
    parts = None if match["parts"] == _TOO_MANY else match["parts"]
    return Memory(int(match["id"]), match["account"], match["fields"], parts)


def renewed(text: str, before: Present, values: Present) -> str:
    """Return the cell once its assistant got these values in place of those before; a damaged one as it stands."""
    memory = recalled(text)
    if memory is None:
        return text
    key = _key(memory.assistant_id, memory.account)
    fields = _without(memory.fields, values) + _entries(key, values)
    parts = memory.parts
    if parts is not None:
        new = _parts_of(values)
        gone = _parts_of({name: before.get(name) for name in values})
        parts = _without(parts, {**gone, **new}) + _entries(key, new)
    return _cell_of_memory(Memory(memory.assistant_id, memory.account, fields, parts))


@lru_cache(16)
def account_mark(account: str) -> str:
    """Return what stands for an account in a cell."""
    return _letters(blake2b(account.encode(), digest_size=6).digest())


# ---------------------------------------------------------------- cells


def _cell_of_memory(memory: Memory) -> str:
    is_long = memory.parts is None or len(memory.fields) + len(memory.parts) > _MOST
    parts = _TOO_MANY if is_long else memory.parts
    said = f"{_FORM}:{memory.assistant_id}:{memory.account}:{memory.fields}:{parts}"
    return f"{said}:{_sum(said)}"


def _sum(said: str) -> str:
    return _letters(blake2b(said.encode(), digest_size=3).digest())


# ---------------------------------------------------------------- entries


def _entries(key: bytes, values: Mapping[str, Json]) -> str:
    """Return the entries of these values. Of two names with one mark neither is remembered."""
    named: dict[str, str | None] = {}
    for name in values:
        mark = _mark(name)
        named[mark] = None if mark in named else name
    return "".join(
        mark + _digest(key, name, values[name]) for mark, name in named.items() if name is not None
    )


def _found(entries: str, name: str) -> str | None:
    """Return the digest of what has this name; None where nothing has."""
    mark, place = _mark(name), -1
    while (place := entries.find(mark, place + 1)) >= 0:
        if place % _ENTRY == 0:
            return entries[place + _MARK : place + _ENTRY]
    return None


def _without(entries: str, names: Iterable[str]) -> str:
    marks = set(map(_mark, names))
    pieces = (entries[place : place + _ENTRY] for place in range(0, len(entries), _ENTRY))
    return "".join(piece for piece in pieces if piece[:_MARK] not in marks)


def _parts_of(values: Present) -> dict[str, Json]:
    return {name: part for field, value in values.items() for name, part in parts_in(field, value)}


def _field_of(name: str) -> str:
    """Return the field that a name is a part of, or that it names."""
    return name.partition(".")[0]


def _is_part(name: str) -> bool:
    return "." in name


def _key(assistant_id: int, account: str) -> bytes:
    return f"{account}:{assistant_id}".encode()


def _digest(key: bytes, name: str, value: Json) -> str:
    said = f"{name}={_json_form(name, value)}".encode("utf-8", "surrogatepass")
    return _letters(blake2b(said, digest_size=6, key=key).digest())


def _json_form(name: str, value: Json) -> str:
    return _ENCODER.encode(same_form(name, value))


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
"""Making one costs as much as using it."""


@lru_cache(4096)
def _mark(name: str) -> str:
    return _letters(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=3).digest())


def _letters(digest: bytes) -> str:
    return urlsafe_b64encode(digest).decode()
