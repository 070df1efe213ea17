"""The texts of settings read into values: rates, lists of ids, header maps, shares, waves, seconds."""

from __future__ import annotations

import codecs
import math
import re
from pathlib import Path
from typing import Annotated, Any, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from batch_update.model.plans import ALL_HAZARDS, HAZARDS
from batch_update.model.reports import Share, Window
from batch_update.text import asked, first_twice, nearest, printable, shortly


def read_window(text: str) -> Window:
    """`100/60` -> at most 100 requests in any 60 seconds. Raises ValueError with what is wanted."""
    match = re.fullmatch(r"\s*(\d{1,7})\s*/\s*(\d{1,6}(?:\.\d{1,3})?)\s*s?\s*", text)
    if not match or int(match[1]) < 1 or float(match[2]) <= 0:
        raise ValueError(f"{shortly(text)} is no rate: write REQUESTS/SECONDS, for instance 100/60, or off")
    return Window(int(match[1]), float(match[2]))


def _windows(value: object) -> object:
    """Accepts "off", "100/60", "20/10,100/60" or a list of such texts."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)):
        return value
    texts = [text for item in value for text in (item.split(",") if isinstance(item, str) else [item])]
    if [t.strip().lower() for t in texts if isinstance(t, str)] == ["off"]:
        return ()
    return tuple(read_window(t) if isinstance(t, str) else t for t in texts)


def _ids(value: object) -> object:
    """Accepts "101,102", a list of such texts, or a list of numbers."""
    if isinstance(value, (str, int)):
        value = [value]
    if not isinstance(value, (list, tuple)):
        return value
    found: list[int] = []
    for text in (part for item in value for part in re.split(r"[,;\s]+", str(item).strip()) if part):
        if not re.fullmatch(r"[1-9][0-9]{0,17}", text):
            raise ValueError(f"{shortly(text)} is no assistant id: a whole number above 0 is wanted")
        found.append(int(text))
    if value and not found:  # an empty variable in somebody's script: it must not become "all of them"
        raise ValueError("no assistant id is given: leave it out for all rows")
    return tuple(found)


def _mapping(value: object) -> object:
    """Accepts "Stimme neu=voice_id", a list of such texts, or a table."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, (list, tuple)):
        pairs: dict[str, str] = {}
        for item in value:
            header, sign, name = str(item).rpartition("=")
            if not sign or not header.strip() or not name.strip():
                raise ValueError(f"{shortly(item)} is no mapping: write HEADER=FIELD")
            pairs[header.strip()] = name.strip()
        return pairs
    return value


def _constants(value: object) -> object:
    """Accepts "speech_speed=1.1", a list of such texts, or a table of texts, numbers, true and false."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, (list, tuple)):
        pairs = [str(item).partition("=") for item in value]
        for item, (name, sign, _) in zip(value, pairs, strict=True):
            if not sign or not name.strip():
                raise ValueError(f"{shortly(item)} sets nothing: write FIELD=VALUE")
        names = [name.strip() for name, *_ in pairs]
        if len({*names}) < len(names):
            raise ValueError(f"{shortly(first_twice(names))} is set twice")
        value = {name.strip(): text for name, _, text in pairs}
    return {name: _as_cell(name, one) for name, one in value.items()} if isinstance(value, dict) else value


def _as_cell(name: object, value: object) -> str:
    """Return a value of a table as a cell has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)) and math.isfinite(value):
        return repr(value)
    if not isinstance(value, str):
        raise ValueError(f"{name}: given {shortly(value)}, wanted text, a number, true or false")
    if not value.strip():
        raise ValueError(f"{name} is empty: leave it out; null clears a field")
    return value


def _worksheet(value: object) -> object:
    """Accepts a number as a job file may hold it."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _names(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _hazards(value: object) -> object:
    """Accepts "mode,clear" or a list of such texts."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)):
        return value
    names = [name.strip() for item in value for name in str(item).split(",")]
    known = (*HAZARDS, ALL_HAZARDS)
    for name in names:
        if name not in known:
            close = nearest(name, {each: each for each in known})
            hint = asked(repr(close)) if close else f"there are {', '.join(known)}"
            raise ValueError(f"{shortly(name)} is no hazard; {hint}")
    return tuple(dict.fromkeys(names))


def _read_share(text: str) -> Share:
    """`5` or `20%`. Raises ValueError with what is wanted."""
    match = re.fullmatch(r"\s*(\d{1,9})\s*|\s*(\d{1,3}(?:\.\d{1,6})?)\s*%\s*", text)
    share = match and (Share(int(match[1])) if match[1] else Share(float(match[2]), is_percent=True))
    if not share or share.number <= 0 or (share.is_percent and share.number > 100):
        raise ValueError(f"{shortly(text)} is neither a number from 1 on nor a percentage such as 20%")
    return share


def _share(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return _read_share(value) if isinstance(value, str) else value


def _waves(value: object) -> object:
    """Accepts "1,5,20%,rest" or a list of such texts."""
    if isinstance(value, (str, int)):
        value = [value]
    if not isinstance(value, (list, tuple)):
        return value
    items = [part for item in value for part in (item.split(",") if isinstance(item, str) else [item])]
    names = [str(item).strip().lower() for item in items]
    if "rest" in names[:-1]:
        raise ValueError("rest is the last wave")
    return tuple(
        Share(100.0, is_percent=True) if name == "rest" else _share(item)
        for name, item in zip(names, items, strict=True)
    )


def check_address(text: str) -> str:
    """Refuses what is no address at all; whether a key may travel to it is for those to say who send one."""
    try:
        _ = urlsplit(text).port
    except ValueError as error:
        raise ValueError(f"it is no web address: {error}; write https://HOST/api") from None
    return text


def check_codec(text: str | None) -> str | None:
    """Refuses what no file on a disk is written in."""
    if text is None:
        return None
    try:
        name = codecs.lookup(text).name
        "".encode(name)
    except (LookupError, ValueError):
        name = ""
    if not name or name in _NOT_FOR_FILES:
        raise ValueError(
            f"{shortly(text)} is no encoding of text files; "
            "there are, among others, utf-8, cp1252, utf-16, cp850 and mac-roman"
        )
    return text


_NOT_FOR_FILES = {"idna", "punycode", "undefined", "unicode_escape", "raw-unicode-escape", "unicode-escape"}
"""Python's codecs of text that are for something else than files"""


def _path(path: Path | None) -> Path | None:
    if path is not None and "\0" in str(path):
        raise ValueError("no path holds a NUL character")
    return path


def _account_name(text: str | None) -> str | None:
    if text is not None and not text.strip():
        raise ValueError("no account is named: leave it out for none")
    return text and text.strip()


def _one_line(text: str) -> str:
    """Return words as they are told of later: on one line, and not longer than one or two."""
    line = " ".join(text.split())
    if len(line) > MOST_SAID:
        raise ValueError(f"it has {len(line):,} characters, at most {MOST_SAID} are kept")
    if printable(line) != line:
        raise ValueError(f"{shortly(text)} holds characters that cannot be seen: leave them out")
    return line


def _one_or_many(*types: str) -> WithJsonSchema:
    """Tell the schema of job files what may stand there, by itself or in a list."""
    return WithJsonSchema({"type": [*types, "array"], "items": {"type": list(types)}})


def _table_of(*types: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "object", "additionalProperties": {"type": list(types)}})


MOST_SAID = 500
"""Characters of a note."""
Said = Annotated[str, AfterValidator(_one_line)]
AccountName = Annotated[str | None, AfterValidator(_account_name)]
Place = Annotated[Path, AfterValidator(_path)]
MaybePlace = Annotated[Path | None, AfterValidator(_path)]
Rates = Annotated[tuple[Window, ...], BeforeValidator(_windows), _one_or_many("string")]
Ids = Annotated[tuple[int, ...], BeforeValidator(_ids), _one_or_many("integer", "string")]
HeaderMap = Annotated[dict[str, str], BeforeValidator(_mapping), _table_of("string")]
Constants = Annotated[dict[str, str], BeforeValidator(_constants), _table_of("string", "number", "boolean")]
Worksheet = Annotated[
    str | None, BeforeValidator(_worksheet), WithJsonSchema({"type": ["string", "integer"]})
]
Names = Annotated[tuple[str, ...], BeforeValidator(_names), _one_or_many("string")]
Hazards = Annotated[tuple[str, ...], BeforeValidator(_hazards), _one_or_many("string")]
Waves = Annotated[tuple[Share, ...], BeforeValidator(_waves), _one_or_many("integer", "string")]
Failures = Annotated[Share, BeforeValidator(_share), WithJsonSchema({"type": ["integer", "string"]})]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
WEEK = 604_800
"""Seconds. Nothing waits for ever: what is infinite can be written into no journal."""


def check_number(annotation: Any) -> type | None:
    """int or float, where a setting of this type may be one or hold some."""
    if annotation in (int, float):
        return annotation  # type: ignore[no-any-return]  # it is one of the two
    return next(filter(None, map(check_number, get_args(annotation))), None)
