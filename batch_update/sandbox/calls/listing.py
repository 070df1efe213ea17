"""Shows an assistant as the list reports it: not quite as it is sent."""

from __future__ import annotations

from typing import Any

from batch_update.fields.facts import all_fields
from batch_update.sandbox.belongings import HOME
from batch_update.sandbox.catalogue import LANGUAGES
from batch_update.sandbox.seeds import Assistant

_NUMBERS_AS_TEXT = frozenset(
    {"llm_temperature", "voice_stability", "voice_similarity", "speech_speed", "ambient_sound_volume"}
)
_FLAGS_AS_NUMBERS = frozenset({"fillers", "end_call_on_voicemail"})
_LANGUAGE_CODES = {entry["id"]: entry["iso_2"] for entry in LANGUAGES}
_ENGINES = {"pipeline": 1, "multimodal": 2, "dualplex": 3}


def reported(assistant: Assistant, user_id: int = HOME.user_id) -> dict[str, Any]:
    """An assistant as the list shows it: some fields missing, some in another shape, some that no update knows."""
    number = assistant["id"]
    # A state of an earlier day does not hold what was not known then.
    fields = {
        name: _reported(name, assistant.get(name)) for name, field in all_fields().items() if field.reported
    }
    return {
        "id": number,
        "uuid": assistant["uuid"],
        "user_id": user_id,
        "status": assistant["status"],
        "engine_id": _ENGINES[assistant["mode"]],
        **fields,
        # What the platform keeps beside the settings, of no meaning to anybody else.
        "synthesizer_id": assistant["synthesizer_provider_id"],
        "transcriber_id": assistant["transcriber_provider_id"],
        "instance_id": 1,
        "flows_platform_id": None,
        "language": _LANGUAGE_CODES.get(assistant["language_id"]),
        "inbound_webhook_url": None,
        "widget_settings": {"enabled": False, "color": "#2563eb"},
        "created_at": _in_z(assistant["created_at"]),
        "updated_at": _in_z(assistant["updated_at"]),
        "deleted_at": None,
    }


def _reported(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _NUMBERS_AS_TEXT:
        return repr(float(value))
    if name in _FLAGS_AS_NUMBERS:
        return int(value)
    if name == "tools":
        return [_nested(tool) for tool in value]
    if name == "post_call_schema":
        return [part | {"type": "boolean"} if part.get("type") == "bool" else part for part in value]
    return value


def _in_z(moment: str) -> str:
    """Return a time whose zone is written as Z; states of earlier versions wrote an offset."""
    return moment.removesuffix("+00:00") + "Z" if moment.endswith("+00:00") else moment


def _nested(tool: dict[str, Any]) -> dict[str, Any]:
    """`{"type": t, "data": {...}}`, with the ids inside as text."""
    data = {
        name: str(value) if name.endswith("_id") else value for name, value in tool.items() if name != "type"
    }
    return {"type": tool["type"], "data": data}
