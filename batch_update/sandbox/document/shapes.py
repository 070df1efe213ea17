"""The shapes of the sandbox's answers as JSON Schema, by the name of the call."""

from __future__ import annotations

from collections.abc import Mapping

from batch_update.fields.facts import all_fields
from batch_update.sandbox.document.schemas import Schema

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
MODE: Schema = {"type": "string", "enum": ["pipeline", "multimodal", "dualplex"]}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_WHOLE_OR_NULL: Schema = {"type": ["integer", "null"]}
_MANY: Schema = {"type": "integer", "minimum": 0}
_MOMENT: Schema = {"type": "string", "pattern": "Z$"}


def record(**properties: Schema) -> Schema:
    """Return an object that has all of these."""
    return {"type": "object", "required": list(properties), "properties": properties}


def array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _page(items: Schema, **more: Schema) -> Schema:
    return record(data=array(items), current_page=WHOLE, per_page=WHOLE, total=WHOLE, **more)


ERROR = record(error=TEXT)
MESSAGE = record(message=TEXT)
REFUSED = record(error=TEXT, message=TEXT)
INVALID = record(message=TEXT, errors={"type": "object", "additionalProperties": array(TEXT)})
TOO_MANY = record(error=TEXT, message=TEXT, retry_after=WHOLE)

_SHOWN = record(message=TEXT, data=record(id=WHOLE, name=TEXT, status=TEXT, type=TEXT, mode=MODE))
_LISTED: Schema = {"$ref": "#/components/schemas/Assistant"}
_PROVIDERS = array(record(id=WHOLE, name=TEXT, code=TEXT))
_GROUPS = _page(record(id=WHOLE, name=TEXT, color=TEXT, assistants_count=_MANY))
_CALLS = array(record(name=TEXT, arguments={"type": "object"}, result={"type": "object"}))
_SAID: Schema = {
    "type": "object",
    "required": ["role", "content"],
    "properties": {
        "role": {"type": "string", "enum": ["assistant", "user"]},
        "content": TEXT,
        "function_calls": _CALLS,
    },
}
_MODEL: Schema = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": WHOLE, "name": TEXT, "code": TEXT},
}

# fmt: off
ANSWERS: Mapping[str, Schema] = {
    "me": record(name=TEXT, email=TEXT, total_balance={"type": "number"}),
    "listAssistants": _page(_LISTED, last_page=WHOLE),
    "listOutbound": array(_LISTED),
    "createAssistant": _SHOWN,
    "updateAssistant": _SHOWN,
    "deleteAssistant": MESSAGE,
    "listVoices": array(record(
        id=WHOLE, name=TEXT, language_id=WHOLE, gender=TEXT, preview_url=TEXT, accent=TEXT, age=TEXT,
        synthesizer_provider_id=_WHOLE_OR_NULL,
    )),
    "listLanguages": array(record(id=WHOLE, name=TEXT, iso_2=TEXT)),
    "listModels": array(_MODEL),
    "listPhoneNumbers": array(record(
        id=WHOLE, phone_number=TEXT, country_code=TEXT, type_label=TEXT, is_available={"type": "boolean"},
    )),
    "listSynthesizers": _PROVIDERS,
    "listTranscribers": _PROVIDERS,
    "listKnowledgebases": record(data=array(record(
        id=WHOLE, name=TEXT, description=_TEXT_OR_NULL,
        status={"type": "string", "enum": ["empty", "processing", "active", "failed"]}, status_label=TEXT,
        documents_count=_MANY, assistants_count=_MANY, created_at=_MOMENT, updated_at=_MOMENT,
    ))),
    "listTools": array(record(
        id=WHOLE, name=TEXT, description=TEXT, endpoint=TEXT, method=TEXT, timeout=WHOLE,
        headers=array(record(name=TEXT, value=TEXT)), schema=array(record(name=TEXT, type=TEXT, description=TEXT)),
        created_at=_MOMENT, updated_at=_MOMENT,
    )),
    "listFolders": _GROUPS,
    "listLabels": _GROUPS,
    "createConversation": record(status={"const": True}, conversation_id=TEXT, history=array(_SAID)),
    "getConversation": record(status={"const": True}, history=array(_SAID)),
    "sendMessage": record(status={"const": True}, message=TEXT, function_calls=_CALLS),
}
# fmt: on


def assistant() -> Schema:
    """Return an assistant as the list reports it: numbers as text, flags as numbers, tools nested."""
    shapes: dict[str, Schema] = {
        "id": WHOLE, "integer": WHOLE, "number": {"type": ["number", "string"]}, "object": {"type": "object"},
        "flag": {"type": ["boolean", "integer"]}, "ids": array(WHOLE), "array": {"type": "array"},
    }  # fmt: skip
    fields: dict[str, Schema] = {}
    for field in all_fields().values():
        if field.reported:
            shape = shapes.get(field.kind, TEXT)
            # Every model is null in the modes that do not have it, though no update may send null.
            nullable = field.nullable or len(field.modes) < 3
            fields[field.name] = {"anyOf": [shape, {"type": "null"}]} if nullable else shape
    nested = record(type=TEXT, data={"type": "object"})
    return record(
        id=WHOLE, uuid=TEXT, user_id=WHOLE, status=TEXT, engine_id=WHOLE, **(fields | {"tools": array(nested)}),
        synthesizer_id=_WHOLE_OR_NULL, transcriber_id=_WHOLE_OR_NULL, instance_id=WHOLE,
        flows_platform_id=_WHOLE_OR_NULL, language=_TEXT_OR_NULL, inbound_webhook_url=_TEXT_OR_NULL,
        widget_settings={"type": "object"}, created_at=_MOMENT, updated_at=_MOMENT, deleted_at=_TEXT_OR_NULL,
    )  # fmt: skip
