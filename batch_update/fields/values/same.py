"""Whether two values of a field are the same to the server, however each is written. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from batch_update.fields.tools import FillerConfig
from batch_update.fields.values.normalized import ATOMS
from batch_update.fields.values.stored import same_text
from batch_update.model.plans import Present
from batch_update.model.sheets import Json


def is_so(field: str, wanted: Json, now: Present) -> bool:
    """Whether the field is known to hold that already."""
    return field in now and same_value(field, wanted, now[field])


def same_value(field: str, wanted: Json, now: Json) -> bool:
    """Whether sending `wanted` would leave the field as it is; `now` as `normalize_assistant` gives it.

    1 is 1.0 and never true; texts are compared as `stored.same_text` does; ids are sets, since a list of them says
    what is linked and not in which order; a kind of filler without phrases is one that is not there; a tool's setting
    that is null is one that is not there. A setting that is not there differs from one that holds what may be its
    default: sending it again does no harm, taking it for sent does.
    """
    if type(wanted) is type(now) and type(now) in ATOMS:
        return bool(wanted == now) or (isinstance(now, str) and same_text(wanted, now))
    try:
        return _COMPARERS.get(field, _same_json)(wanted, now)
    except RecursionError:  # nested too deeply to tell, and different is the safe answer
        return False


def _same_json(one: Json, other: Json) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str) and isinstance(other, str):
        return same_text(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same_json(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same_json, one, other))
    return bool(one == other)


def _same_ids(one: Json, other: Json) -> bool:
    return isinstance(one, list) and isinstance(other, list) and set(one) == set(other)


def _same_fillers(one: Json, other: Json) -> bool:
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    kinds = {**FillerConfig.model_fields, **one, **other}
    return all(_same_json(one.get(kind, []), other.get(kind, [])) for kind in kinds)


def _same_tools(one: Json, other: Json) -> bool:
    if not isinstance(one, list) or not isinstance(other, list):
        return False
    return len(one) == len(other) and all(map(_same_tool, one, other))


def _same_tool(one: Mapping[str, Json], other: Mapping[str, Json]) -> bool:
    mine, theirs = ({k: v for k, v in tool.items() if v is not None} for tool in (one, other))
    return mine.keys() == theirs.keys() and all(_same_setting(k, mine[k], theirs[k]) for k in mine)


def _same_setting(name: str, one: Json, other: Json) -> bool:
    if name.endswith("_id") and {type(one), type(other)} == {int, str}:
        return str(one) == str(other)
    return _same_json(one, other)


ID_LISTS = ("secondary_language_ids", "tool_ids", "label_ids")
_COMPARERS: Mapping[str, Callable[[Json, Json], bool]] = {
    **dict.fromkeys(ID_LISTS, _same_ids),
    "filler_config": _same_fillers,
    "tools": _same_tools,
}
