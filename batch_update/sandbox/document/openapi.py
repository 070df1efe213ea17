"""The OpenAPI document of the sandbox, made from the table of routes and the shapes that its answers have."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from batch_update.sandbox.calls.updating import REQUIRED
from batch_update.sandbox.document.schemas import ID, Schema, field_schemas
from batch_update.sandbox.document.shapes import (
    ANSWERS,
    ERROR,
    INVALID,
    MESSAGE,
    MODE,
    REFUSED,
    TEXT,
    TOO_MANY,
    assistant,
)
from batch_update.sandbox.routes import ROUTES, Served
from batch_update.sandbox.seeds import FIRST_ID

EXAMPLES: dict[str, dict[str, Any]] = {
    "basics": {"name": "Reception", "initial_message": "Hello, how can I help you?", "max_duration": 900},
    "voice": {"voice_id": 412, "speech_speed": 1.1, "voice_stability": 0.6},
    "another mode": {
        "mode": "multimodal",
        "voice_id": 41,
        "multimodal_model_id": 1,
        "knowledgebase_mode": "function_call",
    },
    "clear": {"phone_number_id": None, "webhook_url": None, "tool_ids": [], "variables": {}},
}
NEW_ASSISTANT: dict[str, Any] = {
    "name": "Reception", "voice_id": 412, "language_id": 1, "type": "inbound", "mode": "pipeline",
    "timezone": "Europe/Berlin", "initial_message": "Hello, how can I help you?", "system_prompt": "You take calls.",
}  # fmt: skip


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1; paths are below /api."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sandbox of batch-update",
            "version": "1",
            "description": "An imitation of the Famulor API for trials and tests. Faults on request are not described.",
        },
        "servers": [{"url": "/api"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "AssistantUpdate": {"type": "object", "properties": dict(field_schemas())},
                "NewAssistant": {
                    "type": "object",
                    "required": list(REQUIRED),
                    "properties": dict(field_schemas()),
                },
                "Assistant": assistant(),
            },
        },
    }


def _operation(route: Served) -> dict[str, Any]:
    query = _QUERIES.get(route.name, {})
    parameters = _path_parameters(route.path) + [
        {"name": key, "in": "query", "schema": schema} for key, schema in query.items()
    ]
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "responses": _responses(route, has_query=bool(query)),
    }
    if parameters:
        operation["parameters"] = parameters
    if route.name in _BODIES:
        operation["requestBody"] = {"required": True, "content": {"application/json": _BODIES[route.name]}}
    return operation


def _path_parameters(path: str) -> list[dict[str, Any]]:
    if "{id}" in path:
        return [{"name": "id", "in": "path", "required": True, "schema": ID, "example": FIRST_ID}]
    if "{uuid}" in path:
        return [
            {"name": "uuid", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        ]
    return []


def _responses(route: Served, *, has_query: bool) -> dict[str, Any]:
    found: dict[str, tuple[str, Schema]] = {
        "201" if route.name.startswith("create") else "200": ("Done", ANSWERS[route.name]),
        "401": ("The key is missing or wrong", ERROR),
        "429": ("Over a rate limit", TOO_MANY),
    }
    if route.method != "GET":
        found["403"] = ("The key may only read", REFUSED)
    if route.name in _BODIES:
        found["400"] = ("The body is no JSON object", MESSAGE)
        found["413"] = ("The body is too large, or what would come of it", MESSAGE)
        found["415"] = ("The body is not sent as JSON", MESSAGE)
    if "{id}" in route.path:
        found["404"] = ("No such assistant on this account", MESSAGE)
    elif route.path.startswith("/conversations"):
        found["404"] = ("No such assistant or conversation", ERROR)
    if has_query or route.name in _BODIES:
        found["422"] = ("Something is not valid: all of it, by field", INVALID)
    return {
        status: {"description": text, "content": {"application/json": {"schema": schema}}}
        for status, (text, schema) in sorted(found.items())
    }


_LANGUAGE: Mapping[str, Schema] = {"language_id": ID}
_PAGE: Schema = {**ID, "maximum": 1_000_000, "default": 1}


def _paged(default: int) -> Mapping[str, Schema]:
    return {"per_page": {**ID, "maximum": 100, "default": default}, "page": _PAGE}


_QUERIES: Mapping[str, Mapping[str, Schema]] = {
    "listAssistants": _paged(10),
    "listVoices": {"mode": MODE, **_LANGUAGE},
    "listModels": {"type": {"type": "string", "enum": ["llm", "multimodal", "dualplex"]}},
    "listPhoneNumbers": {"type": {"type": "string", "enum": ["inbound", "outbound"]}},
    "listSynthesizers": _LANGUAGE,
    "listTranscribers": _LANGUAGE,
    "listFolders": _paged(15),
    "listLabels": _paged(15),
}
_BODIES: Mapping[str, dict[str, Any]] = {
    "createAssistant": {
        "schema": {"$ref": "#/components/schemas/NewAssistant"},
        "example": NEW_ASSISTANT,
    },
    "updateAssistant": {
        "schema": {"$ref": "#/components/schemas/AssistantUpdate"},
        "examples": {
            name.replace(" ", "_"): {"summary": name, "value": body} for name, body in EXAMPLES.items()
        },
    },
    "createConversation": {
        "schema": {
            "type": "object",
            "required": ["assistant_id"],
            "properties": {
                "assistant_id": {**TEXT, "minLength": 1},
                "type": {"type": "string", "enum": ["widget", "test"], "default": "widget"},
                "variables": {"type": ["object", "null"]},
            },
        }
    },
    "sendMessage": {
        "schema": {
            "type": "object",
            "required": ["message"],
            "properties": {"message": {**TEXT, "minLength": 1, "maxLength": 2000}},
        }
    },
}
