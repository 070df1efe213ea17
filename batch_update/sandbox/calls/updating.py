"""Tells what an update does to an assistant, and why it is refused: the rules of the documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from batch_update.fields.facts import all_fields
from batch_update.sandbox import catalogue
from batch_update.sandbox.belongings import Holdings
from batch_update.sandbox.calls.values import Complaint, complaints, label
from batch_update.sandbox.seeds import Assistant

Body = Mapping[str, Any]
Refusals = dict[str, list[str]]
"""Field, or place inside one, -> sentences."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The assistants of the account and what it has, as far as the rules ask about them."""

    exists: Callable[[int], bool]
    """whether an assistant is on the account"""
    inbound_with_number: Callable[[int], list[int]]
    """the inbound assistants that a phone number is assigned to"""
    has: Holdings
    """what the account has"""

    def owns(self, number: int | None) -> bool:
        """Whether a phone number is one of the account's."""
        return number in self.has.ids_of("phone-numbers")


REQUIRED = (
    "name", "voice_id", "language_id", "type", "mode", "timezone", "initial_message", "system_prompt",
)  # fmt: skip
"""Fields that a new assistant cannot be without."""


def missing(body: Body) -> Refusals:
    """Return what a new assistant lacks."""
    return {name: [f"{label(name)} is required."] for name in REQUIRED if name not in body}


def refusals(assistant: Assistant, body: Body, surroundings: Surroundings) -> Refusals:
    """Return everything that is wrong with this update of this assistant; empty where it may be applied.

    Names that are no fields are ignored. A field whose shape is wrong takes no part in the rules across fields.
    """
    given = {name: value for name, value in body.items() if name in all_fields()}
    found: Refusals = {}
    for name, value in given.items():
        _add(found, complaints(name, value))
    misshapen = {path.split(".")[0] for path in found}
    sound = {name: value for name, value in given.items() if name not in misshapen}
    for rule in (_existence, _modes, _voice, _models, _phone_number, _tools, _webhook):
        complained = rule(assistant, sound, surroundings)
        _add(found, ((path, text) for path, text in complained if path not in misshapen))
    return found


def updated(assistant: Assistant, body: Body, has: Holdings) -> Assistant:
    """Return the assistant after an update that may be applied: what is sent changes, and what a new mode resets."""
    given = {name: _stored(value) for name, value in body.items() if name in all_fields()}
    mode = _mode(assistant, given)
    resets = {} if mode == assistant["mode"] else _resets(assistant, mode, has)
    return {**assistant, **resets, **given}


def _add(found: Refusals, more: Iterator[Complaint]) -> None:
    for path, sentence in more:
        sentences = found.setdefault(path, [])
        if sentence not in sentences:
            sentences.append(sentence)


def _stored(value: Any) -> Any:
    if isinstance(value, list):
        return [_stored(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _resets(assistant: Assistant, mode: str, has: Holdings) -> Assistant:
    """Return the mode-specific settings as they are in a mode that was just entered."""
    pipeline = mode == "pipeline"
    settings: Assistant = {
        "llm_model_id": catalogue.DEFAULT_LLM if pipeline else None,
        "multimodal_model_id": catalogue.DEFAULT_MULTIMODAL.get(mode),
        "chat_llm_fallback_id": None,
        "turn_detection_threshold": None,
        "synthesizer_provider_id": None,
        "transcriber_provider_id": None,
        "fillers": False,
        "filler_config": {},
    }
    voice = has.voice(assistant["voice_id"])
    if voice is None or mode not in voice.modes:
        settings["voice_id"] = catalogue.DEFAULT_VOICE[mode]
    if not pipeline:
        settings |= {"knowledgebase_mode": "function_call", "allow_interruptions": True}
    return settings


# ---------------------------------------------------------------- the rules: what is there, what is sent -> complaints


def _mode(assistant: Assistant, body: Body) -> str:
    """Return the mode that the assistant will be in."""
    return str(body.get("mode", assistant["mode"]))


def _existence(assistant: Assistant, body: Body, surroundings: Surroundings) -> Iterator[Complaint]:
    """Every id is one of the account's. Models depend on the mode and have a rule of their own."""
    for name, value in body.items():
        look_up = all_fields()[name].look_up
        if not look_up or look_up == "models" or value is None:
            continue
        for path, number in _numbered(name, value):
            has = surroundings.has
            if not (has.voice(number) if look_up == "voices" else number in has.ids_of(look_up)):
                yield path, f"The selected {label(name).lower()} does not exist or is not yours."


def _numbered(name: str, value: Any) -> list[tuple[str, int]]:
    if isinstance(value, list):
        return [(f"{name}.{index}", number) for index, number in enumerate(value)]
    return [(name, value)]


def _modes(assistant: Assistant, body: Body, surroundings: Surroundings) -> Iterator[Complaint]:
    """Refuse what only some modes have; clearing it is fine in each."""
    mode = _mode(assistant, body)
    for name, value in body.items():
        modes = all_fields()[name].modes
        if value is not None and mode not in modes:
            yield name, f"{label(name)} is only available in {' and '.join(modes)} mode."
    if mode == "pipeline":
        return
    if body.get("knowledgebase_mode") == "prompt":
        yield "knowledgebase_mode", f"Knowledgebase mode must be function_call in {mode} mode."
    if body.get("allow_interruptions") is False:
        yield "allow_interruptions", f"Interruptions cannot be disabled in {mode} mode."


def _voice(assistant: Assistant, body: Body, surroundings: Surroundings) -> Iterator[Complaint]:
    voice = surroundings.has.voice(body.get("voice_id", 0))
    mode = _mode(assistant, body)
    if voice is not None and mode not in voice.modes:
        yield "voice_id", f"The selected voice is not compatible with {mode} mode."


def _models(assistant: Assistant, body: Body, surroundings: Surroundings) -> Iterator[Complaint]:
    mode = _mode(assistant, body)
    kinds = {"llm_model_id": "llm", "chat_llm_fallback_id": "llm"}
    if mode != "pipeline":
        kinds["multimodal_model_id"] = mode
    for name, kind in kinds.items():
        if body.get(name) is not None and body[name] not in surroundings.has.ids_of(kind):
            yield name, f"The selected {label(name).lower()} is no {kind} model."


def _phone_number(assistant: Assistant, body: Body, surroundings: Surroundings) -> Iterator[Complaint]:
    """An inbound assistant's number can be called, and is nobody else's."""
    after = {**assistant, **body}
    number = after["phone_number_id"]
    if (
        after["type"] != "inbound"
        or not surroundings.owns(number)
        or not {"phone_number_id", "type"} & set(body)
    ):
        return
    if surroundings.has.is_caller_id(number):
        yield "phone_number_id", "A caller ID cannot be assigned to an inbound assistant."
    elif any(other != assistant["id"] for other in surroundings.inbound_with_number(number)):
        yield "phone_number_id", "The phone number is already assigned to another inbound assistant."


def _tools(assistant: Assistant, body: Body, surroundings: Surroundings) -> Iterator[Complaint]:
    """Transfers go to another assistant, and outward calls through a number, of the same account."""
    for index, tool in enumerate(body.get("tools", ())):
        path = f"tools.{index}"
        if tool["type"] == "assistant_transfer":
            if tool["assistant_id"] == assistant["id"]:
                yield f"{path}.assistant_id", "An assistant cannot be transferred to itself."
            elif not surroundings.exists(tool["assistant_id"]):
                yield f"{path}.assistant_id", "The selected assistant id does not exist or is not yours."
        elif tool["type"] == "warm_call_transfer" and not surroundings.owns(tool["outbound_phone_id"]):
            yield (
                f"{path}.outbound_phone_id",
                "The selected outbound phone id does not exist or is not yours.",
            )


def _webhook(assistant: Assistant, body: Body, surroundings: Surroundings) -> Iterator[Complaint]:
    address = body.get("webhook_url", assistant["webhook_url"])
    if body.get("is_webhook_active") is True and address is None:
        yield "webhook_url", "Webhook url is required when the webhook is active."
