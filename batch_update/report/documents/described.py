"""JSON Schemas of all documents, made from their classes: `batch_update/schemas/KIND.json` holds what this makes."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from dataclasses import is_dataclass
from functools import cache
from itertools import pairwise
from textwrap import dedent
from typing import Any

from pydantic import TypeAdapter

from batch_update.report.documents import (
    envelope,
    nouns,
    of_choices,
    of_demo,
    of_history,
    of_jobs,
    of_lists,
    of_runs,
    of_sheets,
    of_units,
)
from batch_update.report.documents.envelope import Body, Envelope, schema_name
from batch_update.report.documents.fleets import (
    of_accounts,
    of_fleet_plans,
    of_fleets,
    of_promotions,
    of_shards,
)

_CLASSES: Mapping[str, Any] = {
    name: found
    for module in (
        envelope,
        nouns,
        of_sheets,
        of_runs,
        of_lists,
        of_accounts,
        of_choices,
        of_demo,
        of_fleet_plans,
        of_fleets,
        of_promotions,
        of_shards,
        of_history,
        of_jobs,
        of_units,
    )
    for name, found in vars(module).items()
    if isinstance(found, type) and is_dataclass(found) and found.__module__ == module.__name__
}
"""All objects of documents, by the names of their classes."""
BODIES: tuple[type[Body], ...] = tuple(found for found in _CLASSES.values() if hasattr(found, "KIND"))
"""All kinds of documents."""
PRINTED_BY: Mapping[str, tuple[str, ...]] = {
    "check": ("check",),
    "plan": ("plan",),
    "run": ("apply", "resume", "undo", "job run"),
    "shown-run": ("runs show",),
    "run-file": ("apply", "undo"),
    "runs": ("runs list",),
    "pruned-runs": ("runs prune",),
    "report": ("report", "fleet report"),
    "history": ("history",),
    "blame": ("history",),
    "export": ("export",),
    "choices": ("choices",),
    "template": ("template",),
    "fields": ("fields",),
    "code": ("explain",),
    "jobs": ("job list",),
    "checked-jobs": ("job check",),
    "notify-test": ("job notify-test",),
    "unit": ("job schedule",),
    "scheduler": ("job serve",),
    "job-runs": ("job run", "job log"),
    "shown-job": ("job show",),
    "new-job": ("job init",),
    "coming-runs": ("job next",),
    "accounts": ("accounts list",),
    "checked-accounts": ("accounts check",),
    "added-account": ("accounts add",),
    "fleets": ("fleet list",),
    "fleet-plan": ("fleet plan", "fleet apply"),
    "fleet": ("fleet apply", "fleet resume", "fleet undo"),
    "fleet-status": ("fleet status",),
    "fleet-report": ("apply", "undo"),
    "promotion": ("fleet promote",),
    "shards": ("fleet shard",),
    "demo": ("demo",),
    "sandbox": ("sandbox",),
}
"""Kind -> the commands whose documents are of it; for `run-file`, those whose runs have one. All can print `error`."""
UTC_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"
Schema = dict[str, Any]


def schemas() -> Mapping[str, Schema]:
    """Return the JSON Schema of each kind of document, by its kind."""
    return {body.KIND: _of_document(body) for body in BODIES}


def _of_document(body: type[Body]) -> Schema:
    around, own = _of_class(Envelope), _of_class(body)
    properties = around["properties"] | own["properties"]
    name = schema_name(body.KIND)
    properties["schema"] = {**properties["schema"], "const": name}
    if body.KIND in PRINTED_BY:
        words = properties["command"]["description"]
        properties["command"] = {"enum": list(PRINTED_BY[body.KIND]), "description": words}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "description": own["description"],
        **_object_schema(properties),
        "$defs": dict(sorted((around["$defs"] | own["$defs"]).items())),
    }


def _of_class(kind: type[Any]) -> Schema:
    """Return the schema of a dataclass: all keys are there, each with its meaning, and there are no others."""
    made = _plain_schema(TypeAdapter(kind).json_schema(mode="serialization"))
    parts = {name: _meant(part, _CLASSES.get(name)) for name, part in made.get("$defs", {}).items()}
    return _meant(made, kind) | {"$defs": parts}


def _meant(schema: Schema, kind: type[Any] | None) -> Schema:
    """Return the schema of an object or a choice with what the docstrings of its class say."""
    if kind is None:
        return schema
    words = meanings(kind)
    properties = {
        name: {**part, "description": words[name]} if name in words else part
        for name, part in schema["properties"].items()
    }
    return {"description": inspect.getdoc(kind), **_object_schema(properties)}


def _object_schema(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _plain_schema(value: Any) -> Any:
    """Return a schema without the titles that pydantic gives to everything, and with how times are written."""
    if isinstance(value, list):
        return [_plain_schema(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {
        name: {key: _plain_schema(part) for key, part in item.items()}
        if name in _NAMED
        else _plain_schema(item)
        for name, item in value.items()
        if name != "title"
    }
    return found | ({"pattern": UTC_TIME} if value.get("format") == "date-time" else {})


_NAMED = {"properties", "$defs"}
"""Parts of a schema whose keys are names."""


# ---------------------------------------------------------------- what the keys mean


def meanings(kind: type[Any]) -> dict[str, str]:
    """Return the docstrings of a dataclass's fields, those of its bases too: field -> what it means."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if is_dataclass(one):
            found |= _docstrings(one)
    return found


@cache
def _docstrings(kind: type[Any]) -> dict[str, str]:
    """Return the texts that stand beneath the fields of a class in its source."""
    (definition,) = ast.parse(dedent(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)
    return {
        field.target.id: " ".join(words.value.value.split())
        for field, words in pairwise(definition.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(words, ast.Expr) and isinstance(words.value, ast.Constant)
        if isinstance(words.value.value, str)
    }
