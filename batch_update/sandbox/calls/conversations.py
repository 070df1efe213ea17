"""Conversations in writing with an assistant: the first message is its own, the replies are canned."""

from __future__ import annotations

import re
import uuid
from typing import Any

from batch_update.sandbox.calls import answers
from batch_update.sandbox.calls.answers import Answer
from batch_update.sandbox.calls.call import Call, Refused, written_body
from batch_update.sandbox.seeds import Assistant
from batch_update.sandbox.state import Conversation

_KINDS = ("widget", "test")
_LONGEST = 2_000
_SMALLEST_BALANCE = 1.0
_MOST_TURNS = 50
"""Said by either side; what was said before that is forgotten."""
_FAREWELL = re.compile(r"\b(?:bye|goodbye|tschüss|auf wiederhören)\b", re.IGNORECASE)


def create(call: Call) -> Answer:
    body = written_body(call)
    if errors := _wrong(body):
        return answers.invalid_data(errors)
    assistant = call.desk.by_uuid(body["assistant_id"])
    if assistant is None:
        return answers.not_there("Assistant not found")
    if call.balance < _SMALLEST_BALANCE:
        return answers.bad_request("Insufficient balance")
    begun = Conversation(
        str(uuid.uuid4()), assistant["id"], _beginning(assistant, body.get("variables") or {})
    )
    call.desk.keep_conversation(begun)
    return Answer(201, {"status": True, "conversation_id": begun.uuid, "history": list(begun.history)})


def show(call: Call) -> Answer:
    return answers.ok({"status": True, "history": list(_asked_for(call).history)})


def send(call: Call) -> Answer:
    body = written_body(call)
    found = _asked_for(call)
    message = body.get("message")
    if not isinstance(message, str) or not message:
        return answers.invalid_data({"message": ["The message field is required."]})
    if len(message) > _LONGEST:
        sentence = f"The message may not be greater than {_LONGEST} characters."
        return answers.invalid_data({"message": [sentence]})
    reply, functions = _reply(call.desk.assistant(found.assistant) or {}, message)
    more: list[dict[str, Any]] = [
        {"role": "user", "content": message},
        {"role": "assistant", "content": reply, "function_calls": functions},
    ]
    history = (*found.history, *more)[-_MOST_TURNS:]
    call.desk.keep_conversation(Conversation(found.uuid, found.assistant, history))
    return answers.ok({"status": True, "message": reply, "function_calls": functions})


def _wrong(body: dict[str, Any]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not isinstance(body.get("assistant_id"), str) or not body["assistant_id"]:
        errors["assistant_id"] = ["The assistant id must be the uuid of an assistant."]
    if body.get("type", "widget") not in _KINDS:
        errors["type"] = [f"The type must be one of: {', '.join(_KINDS)}."]
    if body.get("variables") is not None and not isinstance(body["variables"], dict):
        errors["variables"] = ["The variables must be an object."]
    return errors


def _asked_for(call: Call) -> Conversation:
    found = call.desk.conversation(call.path["uuid"])
    if found is None:
        raise Refused(answers.not_there("Conversation not found"))
    return found


def _beginning(assistant: Assistant, variables: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return what the assistant says first, with what is put in for its placeholders; nothing where it says nothing."""
    known = {**assistant["variables"], **variables}

    def put_in(found: re.Match[str]) -> str:
        value = known.get(found[1])
        return value[:_LONGEST] if isinstance(value, str) else found[0]

    said = re.sub(r"\{\{?(\w{1,100})\}?\}", put_in, assistant["initial_message"])
    return ({"role": "assistant", "content": said},) if said else ()


def _reply(assistant: Assistant, message: str) -> tuple[str, list[dict[str, Any]]]:
    """Return what is answered, and the functions that were called for it."""
    name = assistant.get("name", "the assistant")
    ends = any(tool.get("type") == "end_call" for tool in assistant.get("tools", ()))
    if ends and _FAREWELL.search(message):
        called = {"name": "end_call", "arguments": {}, "result": {"success": True}}
        return f"The sandbox says goodbye for {name}.", [called]
    return f"The sandbox answers for {name}: no model reads what you write.", []
