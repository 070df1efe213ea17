"""What the vendor's page of the endpoint shows, transcribed from there and from nothing in the package."""

from __future__ import annotations

from typing import Any, NamedTuple

VENDOR_EXAMPLES: dict[str, dict[str, Any]] = {
    "basic settings": {
        "name": "Updated Assistant Name",
        "initial_message": "Hello! How can I help you today?",
        "max_duration": 900,
    },
    "switch to multimodal": {
        "mode": "multimodal",
        "voice_id": 41,
        "multimodal_model_id": 1,
        "chat_llm_fallback_id": 2,
        "knowledgebase_mode": "function_call",
    },
    "tools and knowledge base": {
        "tool_ids": [1, 5, 12],
        "knowledgebase_id": 3,
        "knowledgebase_mode": "prompt",
    },
    "re-engagement and voicemail": {
        "reengagement_interval": 15,
        "reengagement_prompt": "Are you still there? I'm here to help.",
        "end_call_on_voicemail": True,
        "voice_mail_message": "Hello, please call us back at your earliest convenience.",
    },
    "remove optional settings": {
        "phone_number_id": None,
        "webhook_url": None,
        "tool_ids": [],
        "secondary_language_ids": [],
    },
}
"""Title of an example request -> its body."""


class Fact(NamedTuple):
    name: str
    type: str
    bounds: Any = None
    """(lowest, highest), the longest text, or the words that are allowed"""
    clears: str = ""
    """null, [] or {} where the page says that it clears the field"""
    modes: str = "PMD"


# Not generated: read off the vendor's page, line by line and in its order. Change it only with the page beside you.
# fmt: off
PAGE = [
    # Core Fields
    Fact("name", "string", 255),
    Fact("voice_id", "integer"),
    Fact("language_id", "integer"),
    Fact("type", "enum", {"inbound", "outbound"}),
    Fact("mode", "enum", {"pipeline", "multimodal", "dualplex"}),
    Fact("timezone", "timezone"),
    Fact("initial_message", "string", 200),
    Fact("system_prompt", "string"),
    # Mode-Specific Fields
    Fact("llm_model_id", "integer", modes="P"),
    Fact("multimodal_model_id", "integer", modes="MD"),
    Fact("chat_llm_fallback_id", "integer", clears="null", modes="MD"),
    Fact("turn_detection_threshold", "number", (0, 1), clears="null", modes="MD"),
    # Secondary Languages
    Fact("secondary_language_ids", "integer[]", clears="[]"),
    # Knowledgebase
    Fact("knowledgebase_id", "integer", clears="null"),
    Fact("knowledgebase_mode", "enum", {"function_call", "prompt"}),
    # Phone Number
    Fact("phone_number_id", "integer", clears="null"),
    # Tools
    Fact("tool_ids", "integer[]", clears="[]"),
    Fact("tools", "array", clears="[]"),
    # Speech and TTS
    Fact("tts_emotion_enabled", "boolean"),
    Fact("voice_stability", "number", (0, 1)),
    Fact("voice_similarity", "number", (0, 1)),
    Fact("speech_speed", "number", (0.7, 1.2)),
    Fact("llm_temperature", "number", (0, 1)),
    Fact("synthesizer_provider_id", "integer", clears="null", modes="PD"),
    Fact("transcriber_provider_id", "integer", clears="null", modes="P"),
    # Call Behavior
    Fact("allow_interruptions", "boolean"),
    Fact("fillers", "boolean", modes="P"),
    Fact("filler_config", "object", modes="P"),
    Fact("record", "boolean"),
    Fact("enable_noise_cancellation", "boolean"),
    Fact("wait_for_customer", "boolean"),
    # Timing
    Fact("max_duration", "integer", (20, 1200)),
    Fact("max_silence_duration", "integer", (1, 360)),
    Fact("max_initial_silence_duration", "integer", (1, 120), clears="null"),
    Fact("ringing_time", "integer", (1, 60)),
    # Re-Engagement
    Fact("reengagement_interval", "integer", (7, 600)),
    Fact("reengagement_prompt", "string", 1000, clears="null"),
    # Voicemail
    Fact("end_call_on_voicemail", "boolean"),
    Fact("voice_mail_message", "string", 1000, clears="null"),
    # Endpoint Detection
    Fact("endpoint_type", "enum", {"vad", "ai"}),
    Fact("endpoint_sensitivity", "number", (0, 5)),
    Fact("interrupt_sensitivity", "number", (0, 5)),
    Fact("min_interrupt_words", "integer", (0, 10), clears="null"),
    # Ambient Sound
    Fact("ambient_sound", "enum", {"off", "office", "city", "forest", "crowded_room", "cafe", "nature"}),
    Fact("ambient_sound_volume", "number", (0, 1)),
    # Webhook
    Fact("is_webhook_active", "boolean"),
    Fact("webhook_url", "url", clears="null"),
    Fact("send_webhook_only_on_completed", "boolean"),
    Fact("include_recording_in_webhook", "boolean"),
    # Post-Call Evaluation
    Fact("post_call_evaluation", "boolean"),
    Fact("post_call_schema", "array", clears="[]"),
    # Variables
    Fact("variables", "object", clears="{}"),
]
WIDER = [
    Fact("folder_id", "integer", clears="null"),
    Fact("label_ids", "integer[]", clears="[]"),
    Fact("conversation_inactivity_timeout", "integer", (1, 1440)),
    Fact("conversation_ended_retrigger", "boolean"),
    Fact("conversation_ended_webhook_url", "url", clears="null"),
]
FACTS = PAGE + WIDER
UNITS = {
    "s": {
        "max_duration", "max_silence_duration", "max_initial_silence_duration", "ringing_time",
        "reengagement_interval",
    },
    "min": {"conversation_inactivity_timeout"},
}
# What the documented list of assistants does not carry.
UNREPORTED = {
    "secondary_language_ids", "tool_ids", "folder_id", "label_ids", "tts_emotion_enabled", "turn_detection_threshold",
    "chat_llm_fallback_id", "reengagement_prompt", "voice_mail_message", "conversation_inactivity_timeout",
    "conversation_ended_retrigger", "conversation_ended_webhook_url",
}
LOOK_UPS = {
    "voice_id": "voices", "language_id": "languages", "secondary_language_ids": "languages", "llm_model_id": "models",
    "multimodal_model_id": "models", "chat_llm_fallback_id": "models", "knowledgebase_id": "knowledgebases",
    "phone_number_id": "phone-numbers", "tool_ids": "tools", "synthesizer_provider_id": "synthesizer-providers",
    "transcriber_provider_id": "transcriber-providers", "folder_id": "folders", "label_ids": "labels",
}
# fmt: on
