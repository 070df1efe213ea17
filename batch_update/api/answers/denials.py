"""Answers that come with a status of success and say in their body that it did not work. Pure.

A server may wrap that: {"data": {"success": false}}. What an assistant or another entry holds is never read for it,
since there such words are somebody's own: a variable may be called `error`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from batch_update.model.sheets import Json

DEEPEST = 5
"""levels of wrapping that are opened"""
_WRAPS = ("data", "result", "results", "response", "responses", "payload", "meta", "body", "items")
_SUCCESS = frozenset(
    {"success", "succeeded", "successful", "issuccess", "issuccessful", "ok", "isok", "saved"}
)
_STATUS = frozenset(
    {"status", "statuscode", "code", "httpstatus", "httpcode", "httpstatuscode", "result", "outcome"}
)
_ERROR = frozenset(
    {
        *(
            "error",
            "errors",
            "err",
            "haserror",
            "haserrors",
            "iserror",
            "failed",
            "failure",
            "failures",
            "exception",
        ),
        *("fault", "validationerrors"),
    }
)
"""Names under which something says no. All names are compared without regard to case, `_` and `-`."""
_FAILED = frozenset(
    {
        *(
            "error",
            "errors",
            "err",
            "fail",
            "failed",
            "failure",
            "exception",
            "unsuccessful",
            "not ok",
            "nok",
            "ko",
        ),
        *("rejected", "denied", "refused", "forbidden", "unauthorized", "invalid"),
    }
)
_NO = frozenset({"false", "0", "no"})
_NOTHING = frozenset({"", "null", "none", "false", "0"})
_WORDS = (
    "error",
    "message",
    "errormessage",
    "errordescription",
    "exception",
    "detail",
    "reason",
    "msg",
    "title",
)


def denial_in(data: Json, *, lists: bool) -> dict[str, Json] | None:
    """Return what an answer says of its failure, as `message` and `errors`; None where it does not say that it failed.

    `lists`: whether an entry of a list may say so, as in the answer to an update; the entries of a list that was asked
    for are what was asked for.
    """
    parts = [_folded(part) for part in _parts(data, lists=lists)]
    denial = next((part for part in parts if _says_no(part)), None)
    if denial is None:
        return None
    error, errors = denial.get("error"), denial.get("errors") or denial.get("validationerrors")
    if not _is_something(errors) and isinstance(error, (dict, list)) and not _texts(_folded(error)):
        errors = error
    # What says no in a word may leave the reason to what is around it or inside.
    texts = next(filter(None, map(_texts, (denial, *parts))), [])
    return {"message": "; ".join(texts), "errors": errors}


def _texts(part: dict[str, Json]) -> list[str]:
    """Return the sentences that an object with folded names has for people, each once."""
    found: list[str] = []
    for value in map(part.get, _WORDS):
        if isinstance(value, str) and value.strip().lower() not in _NOTHING:
            found.append(value.strip())
        elif isinstance(value, dict):
            found += _texts(_folded(value))
    return list(dict.fromkeys(found))


def _parts(data: Json, *, lists: bool, depth: int = 0) -> Iterator[dict[str, Json]]:
    if depth > DEEPEST:
        return
    if isinstance(data, dict):
        yield data
        for name in _WRAPS:
            if isinstance(inner := data.get(name), (dict, list)):
                yield from _parts(inner, lists=lists, depth=depth + 1)
    elif isinstance(data, list) and lists:
        for entry in data:
            yield from _parts(entry, lists=lists, depth=depth + 1)


def _says_no(part: dict[str, Json]) -> bool:
    return any(_denies(name, value) for name, value in part.items())


def _folded(part: Json) -> dict[str, Json]:
    """Return an object with its names in lower case, without `_` and `-`."""
    if not isinstance(part, dict):
        return {}
    return {_fold(name): value for name, value in part.items()}


_without_signs = re.compile(r"[\s_-]").sub


@lru_cache(1024)
def _fold(name: str) -> str:
    """One name; each answer of a run has the same."""
    return _without_signs("", name).lower()


def _denies(name: str, value: Json) -> bool:
    return (
        (name in _SUCCESS and _is_no(value))
        or (name in _STATUS and _is_failure(value))
        or (name in _ERROR and _is_something(value))
    )


def _is_no(value: Json) -> bool:
    return value == 0 or (isinstance(value, str) and value.strip().lower() in _NO)


def _is_failure(value: Json) -> bool:
    """Whether `status` or its like tells a failure: by a word, a flag, or the number of a refusal, maybe as text."""
    if isinstance(value, str):
        text = value.strip().lower()
        return text in _FAILED or (len(text) == 3 and text.isdigit() and text >= "400")
    return value is False or (type(value) is int and 400 <= value < 600)


def _is_something(value: Json) -> bool:
    """Whether an error is told: {"name": []} tells none."""
    if isinstance(value, str):
        return value.strip().lower() not in _NOTHING
    if isinstance(value, dict):
        return any(map(_is_something, value.values()))
    if isinstance(value, list):
        return any(map(_is_something, value))
    return bool(value)
