"""Which calls of the API the sandbox serves: one table for the app, its document, its help and the docs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Served:
    """One call that is served."""

    method: str
    path: str
    """below `/api`"""
    name: str
    """names the call in the OpenAPI document, and what answers it"""
    summary: str


ROUTES = (
    Served("GET", "/user/me", "me", "Whose key this is, and the balance"),
    Served("GET", "/user/assistants/get", "listAssistants", "Assistants with their settings, 10 a page unless asked"),
    Served("GET", "/user/assistants/outbound", "listOutbound", "The outbound assistants, all at once"),
    Served("POST", "/user/assistant", "createAssistant", "Make a new assistant, inactive at first"),
    Served("PUT", "/user/assistant/{id}", "updateAssistant", "Change the fields that are sent; leave the others alone"),
    Served("DELETE", "/user/assistant/{id}", "deleteAssistant", "Remove an assistant for good"),
    Served("GET", "/user/assistants/voices", "listVoices", "Voices, by mode and language"),
    Served("GET", "/user/assistants/languages", "listLanguages", "Languages"),
    Served("GET", "/user/assistants/models", "listModels", "Models; llm where no type is given"),
    Served("GET", "/user/assistants/phone-numbers", "listPhoneNumbers", "Phone numbers; for inbound those free"),
    Served("GET", "/user/assistants/synthesizer-providers", "listSynthesizers", "Text-to-speech providers"),
    Served("GET", "/user/assistants/transcriber-providers", "listTranscribers", "Speech-to-text providers"),
    Served("GET", "/user/knowledgebases", "listKnowledgebases", "Knowledge bases"),
    Served("GET", "/user/tools", "listTools", "Custom mid-call tools"),
    Served("GET", "/user/folders", "listFolders", "Folders, 15 a page unless asked"),
    Served("GET", "/user/labels", "listLabels", "Labels, 15 a page unless asked"),
    Served("POST", "/conversations", "createConversation", "Begin a conversation in writing with an assistant"),
    Served("GET", "/conversations/{uuid}", "getConversation", "What was said in a conversation"),
    Served("POST", "/conversations/{uuid}/messages", "sendMessage", "Say something, and get a canned reply"),
)  # fmt: skip
