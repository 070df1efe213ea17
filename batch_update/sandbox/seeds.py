"""The assistants that a fresh sandbox begins with: the same ones each time."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from batch_update.sandbox.catalogue import DEFAULT_LLM, DEFAULT_MULTIMODAL, DEFAULT_VOICE

Assistant = dict[str, Any]
"""The settings of one assistant by field name, with id, uuid, status, created_at and updated_at beside them."""

FIRST_ID = 10001
HOW_MANY = 60

_BEGINNING = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
GERMAN, ENGLISH = 1, 2

# fmt: off
_BUSINESSES = (
    ("Bäckerei Größe", GERMAN), ("Praxis Dr. Weiß", GERMAN), ("Hotel Seeblick", GERMAN),
    ("Autohaus Krüger", GERMAN), ("Harbour Dental", ENGLISH), ("Stadtwerke Mühlheim", GERMAN),
    ("Northside Plumbing", ENGLISH), ("Kanzlei Vogel & Söhne", GERMAN), ("Blue Door Realty", ENGLISH),
    ("Gärtnerei Lindner", GERMAN), ("Restaurant Zum Löwen", GERMAN), ("Kingsway Insurance", ENGLISH),
)
_ROLES = (
    ("inbound", "Empfang", "Reception"), ("inbound", "Kundendienst", "Support"), ("outbound", "Rückruf", "Call-backs"),
    ("inbound", "Terminvergabe", "Appointments"), ("outbound", "Umfrage", "Survey"),
)
_PROMPTS = {
    GERMAN: "Du bist die Stimme von {business}. Deine Aufgabe: {role}. Heute ist {{{{current_date}}}}, der Anruf "
    "kommt von {{{{customer_phone}}}}. Sprich freundlich und in kurzen Sätzen; frage nach, wenn etwas unklar ist.",
    ENGLISH: "You speak for {business}. Your task: {role}. Today is {{{{current_date}}}}, the caller is "
    "{{{{customer_phone}}}}. Be friendly and brief, and ask when something is not clear.",
}
_GREETINGS = {
    GERMAN: "Guten Tag, hier ist {business}. Was kann ich für Sie tun?",
    ENGLISH: "Hello, this is {business}. How can I help you?",
}
_ODD: dict[int, Assistant] = {
    10036: {"knowledgebase_id": 2, "knowledgebase_mode": "semantic"},
    10037: {"max_duration": 1800},
    10038: {"reengagement_interval": 5, "max_silence_duration": 3},
    10039: {"filler_config": {"enabled": True, "phrases": ["Einen Moment bitte.", "Ich schaue nach."]}},
    10040: {
        "post_call_schema": [
            {"name": "interested", "type": "bool", "description": "Whether the caller is interested"},
            {"name": "guests", "type": "integer", "description": "How many people will come"},
            {"name": "budget", "type": "float", "description": "What may be spent, in euros"},
        ],
    },
}
"""What some hold that no update would take as it is: an account has values from before the rules of today."""
# fmt: on
_VOICES = {GERMAN: (412, 418, 421, 533), ENGLISH: (430, 431)}
_NEW: Assistant = {
    "type": "inbound",
    "initial_message": "",
    "system_prompt": "",
    "phone_number_id": None,
    "variables": {},
    "knowledgebase_id": None,
    "tools": [],
    "llm_temperature": 0.1,
    "voice_stability": 0.7,
    "voice_similarity": 0.5,
    "speech_speed": 1,
    "record": False,
    "enable_noise_cancellation": True,
    "max_duration": 600,
    "max_silence_duration": 40,
    "ringing_time": 30,
    "reengagement_interval": 30,
    "end_call_on_voicemail": True,
    "endpoint_sensitivity": 0.5,
    "interrupt_sensitivity": 0.5,
    "ambient_sound_volume": 0.5,
    "send_webhook_only_on_completed": True,
    "include_recording_in_webhook": True,
    "post_call_evaluation": True,
    "conversation_inactivity_timeout": 30,
}
_NUMBERS_IN_USE = {10001: 1, 10002: 2, 10004: 3}
"""Assistant -> phone number, for the few that have one; all three take calls."""


def seed_assistants(how_many: int = HOW_MANY) -> Iterator[Assistant]:
    """Assistants 10001, 10002, ...: pipeline, but for 10041-10050 (multimodal) and 10051-10060 (dualplex)."""
    for index in range(how_many):
        yield _assistant(FIRST_ID + index, index)


def _mode(number: int) -> str:
    if 10041 <= number <= 10050:
        return "multimodal"
    return "dualplex" if 10051 <= number <= 10060 else "pipeline"


def _assistant(number: int, index: int) -> Assistant:
    business, language = _BUSINESSES[index % len(_BUSINESSES)]
    kind, german, english = _ROLES[index % len(_ROLES)]
    role = german if language == GERMAN else english
    return {
        **plain(number, index, business=business, role=role, mode=_mode(number), language=language),
        "name": f"{business} – {role}",
        "type": kind,
        "phone_number_id": _NUMBERS_IN_USE.get(number),
        **_ODD.get(number, {}),
    }


def plain(number: int, index: int, *, business: str, role: str, mode: str, language: int) -> Assistant:
    """Return an assistant that takes calls for a business in some role, and has no phone number."""
    created = (_BEGINNING + timedelta(hours=7 * index)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {
        "id": number,
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://example.com/assistants/{number}")),
        "status": "active",
        "created_at": created,
        "updated_at": created,
        **_everywhere(index, language),
        **_mode_settings(mode, language, index),
        "name": role,
        "type": "inbound",
        "initial_message": _GREETINGS[language].format(business=business),
        "system_prompt": _PROMPTS[language].format(business=business, role=role),
        "phone_number_id": None,
        "variables": {"company_name": business},
    }


def blank(number: int, identity: str, created: str, mode: str) -> Assistant:
    """Return a new assistant before anything of it is set. Source: the documentation of what a new one starts with."""
    known = mode if mode in DEFAULT_VOICE else "pipeline"
    return {
        "id": number,
        "uuid": identity,
        "status": "inactive",
        "created_at": created,
        "updated_at": created,
        **_everywhere(0, GERMAN),
        **_mode_settings(known, GERMAN, 1),
        **_NEW,
    }


def _mode_settings(mode: str, language: int, index: int) -> Assistant:
    pipeline = mode == "pipeline"
    voices = _VOICES[language]
    return {
        "mode": mode,
        "voice_id": voices[index % len(voices)] if pipeline else DEFAULT_VOICE[mode],
        "llm_model_id": DEFAULT_LLM if pipeline else None,
        "multimodal_model_id": DEFAULT_MULTIMODAL.get(mode),
        "chat_llm_fallback_id": None,
        "turn_detection_threshold": None,
        "synthesizer_provider_id": None,
        "transcriber_provider_id": None,
        "fillers": pipeline and index % 3 == 0,
        "filler_config": {},
    }


def _everywhere(index: int, language: int) -> Assistant:
    """Settings that do not depend on the mode."""
    return {
        "language_id": language,
        "timezone": "Europe/Berlin" if language == GERMAN else "Europe/London",
        "secondary_language_ids": [],
        "llm_temperature": round(0.3 + index % 5 / 10, 1),
        "knowledgebase_id": 1 if index % 4 == 0 else None,
        "knowledgebase_mode": "function_call",
        "tool_ids": [],
        "tools": [{"type": "end_call", "description": "End the call when everything is settled"}],
        "tts_emotion_enabled": False,
        "voice_stability": 0.5,
        "voice_similarity": 0.75,
        "speech_speed": 1.0,
        "allow_interruptions": True,
        "record": index % 2 == 0,
        "enable_noise_cancellation": True,
        "wait_for_customer": False,
        "max_duration": 600,
        "max_silence_duration": 30,
        "max_initial_silence_duration": None,
        "ringing_time": 30,
        "reengagement_interval": 15,
        "reengagement_prompt": None,
        "end_call_on_voicemail": True,
        "voice_mail_message": None,
        "endpoint_type": "vad",
        "endpoint_sensitivity": 1.0,
        "interrupt_sensitivity": 1.0,
        "min_interrupt_words": None,
        "ambient_sound": "off",
        "ambient_sound_volume": 0.5,
        "is_webhook_active": False,
        "webhook_url": None,
        "send_webhook_only_on_completed": False,
        "include_recording_in_webhook": False,
        "post_call_evaluation": False,
        "post_call_schema": [],
        "folder_id": None,
        "label_ids": [],
        "conversation_inactivity_timeout": 60,
        "conversation_ended_retrigger": False,
        "conversation_ended_webhook_url": None,
    }
