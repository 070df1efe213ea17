"""Finds what answers each call of the table of routes."""

from __future__ import annotations

from collections.abc import Mapping

from batch_update.sandbox.calls import assistants, conversations, offers
from batch_update.sandbox.calls.call import Handler
from batch_update.sandbox.routes import ROUTES

_BY_NAME: Mapping[str, Handler] = {
    "me": offers.me,
    "listAssistants": assistants.listed,
    "listOutbound": assistants.outbound,
    "createAssistant": assistants.create,
    "updateAssistant": assistants.update,
    "deleteAssistant": assistants.delete,
    "listVoices": offers.voices,
    "listLanguages": offers.languages,
    "listModels": offers.models,
    "listPhoneNumbers": offers.phone_numbers,
    "listSynthesizers": offers.synthesizers,
    "listTranscribers": offers.transcribers,
    "listKnowledgebases": offers.knowledgebases,
    "listTools": offers.tools,
    "listFolders": offers.folders,
    "listLabels": offers.labels,
    "createConversation": conversations.create,
    "getConversation": conversations.show,
    "sendMessage": conversations.send,
}


def handlers() -> dict[str, dict[str, Handler]]:
    """Path -> method -> what answers it, for every call that is served."""
    found: dict[str, dict[str, Handler]] = {}
    for route in ROUTES:
        found.setdefault(f"/api{route.path}", {})[route.method] = _BY_NAME[route.name]
    return found
