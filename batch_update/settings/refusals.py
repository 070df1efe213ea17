"""Wrong settings told in sentences: where each stands, what was given, what is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pydantic_core import ErrorDetails

from batch_update.text import no_such, shortly

_WANTED = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "text",
    "path_type": "a path",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "greater_than_equal": "at least {ge:g}",
    "less_than_equal": "at most {le:g}",
    "greater_than": "more than {gt:g}",
}
"""pydantic's name of an error -> what is wanted."""


def refusals_of(
    errors: Iterable[ErrorDetails], places: Mapping[str, str], known: Iterable[str]
) -> Iterator[str]:
    """Yield a sentence about each wrong setting. `places`: its name -> where it stands; `known`: the names of all."""
    by_name: dict[str, list[ErrorDetails]] = {}
    for error in errors:
        by_name.setdefault(str(error["loc"][0]), []).append(error)
    for name, found in by_name.items():
        kind, place = found[0]["type"], places.get(name, name)
        if kind == "extra_forbidden":
            yield no_such("setting", name, known)
        elif kind == "value_error":
            yield f"{place}: {found[0]['msg'].removeprefix('Value error, ')}"
        else:
            wanted = " or ".join(dict.fromkeys(map(wanted_of, found)))
            yield f"{place}: given {shortly(found[0]['input'])}, wanted {wanted}"


def job_key(name: str) -> str:
    """`max_attempts` -> `max-attempts`: as job files write it."""
    return name.rstrip("_").replace("_", "-")


def wanted_of(error: ErrorDetails) -> str:
    words = _WANTED.get(error["type"])
    return words.format(**error.get("ctx", {})) if words else error["msg"].removeprefix("Input should be ")
