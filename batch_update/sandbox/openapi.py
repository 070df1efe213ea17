"""The OpenAPI document of the sandbox, made from the same shapes that its answers are checked against."""

from __future__ import annotations

from functools import cache
from typing import Any

from batch_update.fields.reference import all_fields
from batch_update.sandbox.schemas import ID, Schema, field_schemas
from batch_update.sandbox.seeds import FIRST_ID

_MODE = {"type": "string", "enum": ["pipeline", "multimodal", "dualplex"]}
_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_WHOLE: Schema = {"type": "integer"}
_MANY: Schema = {"type": "integer", "minimum": 0}
_SENTENCES = {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}}

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


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1; paths are below /api."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sandbox of batch-update",
            "version": "1",
            "description": "An imitation of the Famulor API for trials and tests. Faults on request are not described.",
        },
        "servers": [{"url": "/api"}],
        "security": [{"key": []}],
        "paths": {"/user/assistant/{id}": {"put": _update()}}
        | {path: {"get": call} for path, call in _reads().items()},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "AssistantUpdate": {"type": "object", "properties": dict(field_schemas())},
                "Assistant": _assistant(),
            },
        },
    }


def _update() -> dict[str, Any]:
    shown = _record(id=_WHOLE, name=_TEXT, status=_TEXT, type=_TEXT, mode=_MODE)
    examples = {name.replace(" ", "_"): {"summary": name, "value": body} for name, body in EXAMPLES.items()}
    return {
        "operationId": "updateAssistant",
        "summary": "Change the fields that are sent; leave the others alone",
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": ID, "example": FIRST_ID}],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/AssistantUpdate"},
                    "examples": examples,
                }
            },
        },
        "responses": _responses(
            _record(message=_TEXT, data=shown),
            {
                "400": ("The body is no JSON object", _record(message=_TEXT)),
                "403": ("The key may only read", _record(error=_TEXT, message=_TEXT)),
                "404": ("No such assistant on this account", _record(message=_TEXT)),
                "415": ("The body is not sent as JSON", _record(message=_TEXT)),
                "422": _INVALID,
            },
        ),
    }


def _reads() -> dict[str, dict[str, Any]]:
    language = {"language_id": ID}
    pages = {
        "per_page": {**ID, "maximum": 100, "default": 10},
        "page": {**ID, "maximum": 1_000_000, "default": 1},
    }
    voice = _record(
        id=_WHOLE, name=_TEXT, language_id=_WHOLE, gender=_TEXT, preview_url=_TEXT, accent=_TEXT, age=_TEXT,
        synthesizer_provider_id={"type": ["integer", "null"]},
    )  # fmt: skip
    number = _record(
        id=_WHOLE, phone_number=_TEXT, country_code=_TEXT, type_label=_TEXT, is_available={"type": "boolean"}
    )
    provider = _array(_record(id=_WHOLE, name=_TEXT, code=_TEXT))
    model = _record(id=_WHOLE, name=_TEXT, code=_TEXT)
    model["required"] = ["id", "name"]
    group = _record(id=_WHOLE, name=_TEXT, color=_TEXT, assistants_count=_MANY)
    base = _record(id=_WHOLE, name=_TEXT, description=_TEXT, status=_TEXT, documents_count=_MANY)
    tool = _record(id=_WHOLE, name=_TEXT, description=_TEXT, endpoint=_TEXT, method=_TEXT)
    direction = {"type": {"type": "string", "enum": ["inbound", "outbound"]}}
    kind = {"type": {"type": "string", "enum": ["llm", "multimodal", "dualplex"]}}
    listed = {"$ref": "#/components/schemas/Assistant"}
    me = _record(name=_TEXT, email=_TEXT, total_balance={"type": "number"})
    languages = _array(_record(id=_WHOLE, name=_TEXT, iso_2=_TEXT))
    in_assistants = (
        _get("get", "listAssistants", "Assistants with their settings", _page(listed), pages),
        _get("voices", "listVoices", "Voices", _array(voice), {"mode": _MODE, **language}),
        _get("languages", "listLanguages", "Languages", languages),
        _get("models", "listModels", "Models; llm where no type is given", _array(model), kind),
        _get("phone-numbers", "listPhoneNumbers", "Phone numbers", _array(number), direction),
        _get("synthesizer-providers", "listSynthesizers", "Text-to-speech providers", provider, language),
        _get("transcriber-providers", "listTranscribers", "Speech-to-text providers", provider, language),
    )
    beside = (
        _get("me", "me", "Whose key this is", me),
        _get("knowledgebases", "listKnowledgebases", "Knowledge bases", _record(data=_array(base))),
        _get("tools", "listTools", "Custom mid-call tools", _record(data=_array(tool))),
        _get("folders", "listFolders", "Folders", _page(group), pages),
        _get("labels", "listLabels", "Labels", _page(group), pages),
    )
    return {f"/user/assistants/{name}": call for name, call in in_assistants} | {
        f"/user/{name}": call for name, call in beside
    }


def _get(
    path: str, name: str, summary: str, content: Schema, query: dict[str, Schema] | None = None
) -> tuple[str, dict[str, Any]]:
    more = {"422": _INVALID} if query else {}
    call: dict[str, Any] = {"operationId": name, "summary": summary, "responses": _responses(content, more)}
    if query:
        call["parameters"] = [{"name": key, "in": "query", "schema": schema} for key, schema in query.items()]
    return path, call


def _assistant() -> Schema:
    """An assistant as the list reports it: numbers as text, flags as numbers, tools nested."""
    shapes: dict[str, Schema] = {
        "id": _WHOLE, "integer": _WHOLE, "number": {"type": ["number", "string"]}, "object": {"type": "object"},
        "flag": {"type": ["boolean", "integer"]}, "ids": _array(_WHOLE), "array": {"type": "array"},
    }  # fmt: skip
    fields: dict[str, Schema] = {}
    for field in all_fields().values():
        if field.reported:
            shape = shapes.get(field.kind, _TEXT)
            # Every model is null in the modes that do not have it, though no update may send null.
            nullable = field.nullable or len(field.modes) < 3
            fields[field.name] = {"anyOf": [shape, {"type": "null"}]} if nullable else shape
    nested = _record(type=_TEXT, data={"type": "object"})
    return _record(
        id=_WHOLE, uuid=_TEXT, user_id=_WHOLE, status=_TEXT, engine_id=_WHOLE, **(fields | {"tools": _array(nested)}),
        language=_TEXT_OR_NULL, inbound_webhook_url=_TEXT_OR_NULL, widget_settings={"type": "object"}, created_at=_TEXT,
        updated_at=_TEXT, deleted_at=_TEXT_OR_NULL,
    )  # fmt: skip


def _responses(content: Schema, more: dict[str, tuple[str, Schema]]) -> dict[str, Any]:
    refused = _record(error=_TEXT, message=_TEXT)
    all_of_them = {
        "200": ("Done", content),
        "401": ("The key is missing or wrong", refused),
        "429": ("Over a rate limit", _record(**refused["properties"], retry_after=_WHOLE)),
        **more,
    }
    return {
        status: {"description": text, "content": {"application/json": {"schema": schema}}}
        for status, (text, schema) in sorted(all_of_them.items())
    }


def _record(**properties: Schema) -> Schema:
    """An object that has all of these."""
    return {"type": "object", "required": list(properties), "properties": properties}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _page(items: Schema) -> Schema:
    return _record(data=_array(items), current_page=_WHOLE, per_page=_WHOLE, total=_WHOLE, last_page=_WHOLE)


_INVALID = ("Something is not valid: all of it, by field", _record(message=_TEXT, errors=_SENTENCES))
