"""What the vendor's page of the endpoint shows, transcribed from there and from nothing in the package."""

from __future__ import annotations

from typing import Any

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
