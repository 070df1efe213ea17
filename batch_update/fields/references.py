"""Which list of the account an id comes from: those of fields, of the id column, and those inside built-in tools."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from batch_update.fields.facts import all_fields
from batch_update.fields.parts import Path
from batch_update.model.choices import Catalog
from batch_update.model.sheets import Body, Json

_BY_LOOK_UP: Mapping[str, tuple[Catalog, ...]] = {
    "voices": (Catalog.VOICES,),
    "languages": (Catalog.LANGUAGES,),
    "models": (Catalog.LLM_MODELS,),
    "phone-numbers": (Catalog.PHONE_NUMBERS,),
    "synthesizer-providers": (Catalog.SYNTHESIZERS,),
    "transcriber-providers": (Catalog.TRANSCRIBERS,),
    "knowledgebases": (Catalog.KNOWLEDGEBASES,),
    "tools": (Catalog.TOOLS,),
    "folders": (Catalog.FOLDERS,),
    "labels": (Catalog.LABELS,),
}
_UNLIKE_THEIR_LOOK_UP: Mapping[str, tuple[Catalog, ...]] = {
    "id": (
        Catalog.ASSISTANTS,
    ),  # the id column; it is named in a module that reads cells, which this one serves
    "multimodal_model_id": (Catalog.MULTIMODAL_MODELS, Catalog.DUALPLEX_MODELS),
}
IN_TOOLS: Mapping[Path, Catalog] = {
    ("warm_call_transfer", "outbound_phone_id"): Catalog.PHONE_NUMBERS,
    ("assistant_transfer", "assistant_id"): Catalog.ASSISTANTS,
}
"""Type and setting of a built-in tool that holds an id -> the list that it comes from."""
MODELS_OF_MODES: Mapping[str, Catalog] = {
    "pipeline": Catalog.LLM_MODELS,
    "multimodal": Catalog.MULTIMODAL_MODELS,
    "dualplex": Catalog.DUALPLEX_MODELS,
}
"""Mode -> the list of the models that an assistant in it speaks with."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An id in the body of an update, and where in it."""

    field: str
    path: Path
    """inside the value: type and setting of a tool; () where the value is the id, or a list of ids"""
    id: int

    @property
    def catalogs(self) -> tuple[Catalog, ...]:
        """Return the lists that it may come from; several only where the mode decides which."""
        return catalogs_of(self.field, self.path)


def catalogs_of(field: str, path: Path = ()) -> tuple[Catalog, ...]:
    """Return the lists that the ids of a field, of `id` or of a part of `tools` come from; none where it has no ids."""
    if path:
        return (IN_TOOLS[path],) if field == "tools" and path in IN_TOOLS else ()
    if field in _UNLIKE_THEIR_LOOK_UP:
        return _UNLIKE_THEIR_LOOK_UP[field]
    return _BY_LOOK_UP.get(all_fields()[field].look_up, ())


def fields_from(catalog: Catalog) -> tuple[str, ...]:
    """Return the fields whose ids come from this list."""
    return tuple(name for name in all_fields() if catalog in catalogs_of(name))


@cache
def referring_fields() -> frozenset[str]:
    """Return the fields that may hold ids."""
    return frozenset({"tools", *(name for name in all_fields() if catalogs_of(name))})


def references(body: Body) -> Iterator[Reference]:
    """Yield the ids that a body holds, or what an assistant holds: there it may be anything, and only ids count."""
    for name, value in body.items():
        if name in referring_fields():
            values = value if isinstance(value, list) else [value]
            yield from _in_tools(values) if name == "tools" else _plain_ids(name, values)


def _plain_ids(field: str, values: Collection[Json]) -> Iterator[Reference]:
    return (Reference(field, (), value) for value in values if type(value) is int)


def _in_tools(tools: Collection[Json]) -> Iterator[Reference]:
    for tool in tools:
        for kind, setting in IN_TOOLS if isinstance(tool, dict) else ():
            if tool.get("type") == kind and type(tool.get(setting)) is int:
                yield Reference("tools", (kind, setting), tool[setting])
