"""Rules across fields, as data. With the present mode unknown, only what no mode could allow is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_P = frozenset({"pipeline"})
_MD = frozenset({"multimodal", "dualplex"})

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """The facts beside the row: which assistant, its present mode, and whatever else it holds."""

    assistant_id: int | None = None
    mode: str | None = None
    present: Body = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: it concerns a row that sets any of `fields`, and is broken where `broken` says so."""

    code: str
    fields: tuple[str, ...]
    sentence: str
    broken: Callable[[Body, Context], bool]
    remedy: str = ""
    """where its code does not say it all"""
    blocks: bool = True
    """False: a warning"""


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that a row breaks, with the fields of the row that break it."""

    code: str
    fields: tuple[str, ...]
    sentence: str
    remedy: str = ""
    blocks: bool = True


def _set(value: Any) -> bool:
    return value is not None


@dataclass(frozen=True, slots=True)
class ModeFact:
    """A value that only some modes allow."""

    field: str
    modes: frozenset[str]
    applies: Callable[[Any], bool]
    """whether this value is one that the modes must allow; clearing a field is allowed in every mode"""
    phrase: str


MODE_FACTS: tuple[ModeFact, ...] = (
    ModeFact("llm_model_id", _P, _set, "llm_model_id"),
    ModeFact("transcriber_provider_id", _P, _set, "transcriber_provider_id"),
    ModeFact("fillers", _P, _set, "fillers"),
    ModeFact("filler_config", _P, _set, "filler_config"),
    ModeFact("knowledgebase_mode", _P, lambda value: value == "prompt", "knowledgebase_mode prompt"),
    ModeFact("allow_interruptions", _P, lambda value: value is False, "allow_interruptions false"),
    ModeFact("multimodal_model_id", _MD, _set, "multimodal_model_id"),
    ModeFact("chat_llm_fallback_id", _MD, _set, "chat_llm_fallback_id"),
    ModeFact("turn_detection_threshold", _MD, _set, "turn_detection_threshold"),
    ModeFact("synthesizer_provider_id", frozenset({"pipeline", "dualplex"}), _set, "synthesizer_provider_id"),
)

MODE_SETTINGS = (*dict.fromkeys(fact.field for fact in MODE_FACTS), "voice_id")
"""Fields that a change of mode may reset."""


def depends_on_mode(body: Body) -> bool:
    """Whether something of it is not for every mode. Which modes a voice is for, only the server knows."""
    return "voice_id" in body or any(
        fact.field in body and fact.applies(body[fact.field]) for fact in MODE_FACTS
    )


def fits_mode(name: str, value: Any, mode: str) -> bool:
    """Whether an assistant of this mode can hold the value. Nothing at all is for the modes that have the field."""
    return all(
        mode in fact.modes or not (value is None or fact.applies(value))
        for fact in MODE_FACTS
        if fact.field == name
    )


MODE_MODELS = {
    "pipeline": "llm_model_id",
    "multimodal": "multimodal_model_id",
    "dualplex": "multimodal_model_id",
}
"""The field that holds a mode's model."""


def _transfers_to_itself(body: Body, context: Context) -> bool:
    return context.assistant_id is not None and any(
        tool.get("type") == "assistant_transfer" and tool.get("assistant_id") == context.assistant_id
        for tool in body.get("tools") or ()
    )


def _webhook_without_address(body: Body, context: Context) -> bool:
    address = body.get("webhook_url", context.present.get("webhook_url", "not known"))
    return body.get("is_webhook_active") is True and address is None


def _mode_without_model(body: Body, context: Context) -> bool:
    mode = body.get("mode")
    return mode in MODE_MODELS and mode != context.mode and body.get(MODE_MODELS[mode]) is None


RULES: tuple[Rule, ...] = (
    Rule(
        "X231",
        ("tools",),
        "an assistant_transfer tool points at the assistant itself",
        _transfers_to_itself,
        "give the id of another assistant, or take the tool out",
    ),
    Rule(
        "X230",
        ("is_webhook_active", "webhook_url"),
        "the webhook is switched on and has no address",
        _webhook_without_address,
        "give a webhook_url, or set is_webhook_active to false",
    ),
    Rule(
        "X220",
        ("mode",),
        "a change of mode resets models and providers to the new mode's defaults",
        _mode_without_model,
        blocks=False,
    ),
)


def broken_rules(body: Body, context: Context) -> Iterator[Broken]:
    """Yield each rule that this row breaks. With the mode known it is exact; else only what no mode allows.

    The values are ones that the fields allow; a body that lacks those that are wrong is fine.
    """
    yield from _broken_modes(body, context)
    for rule in RULES:
        if any(name in body for name in rule.fields) and rule.broken(body, context):
            fields = tuple(name for name in rule.fields if name in body)
            yield Broken(rule.code, fields, rule.sentence, rule.remedy, rule.blocks)


def _broken_modes(body: Body, context: Context) -> Iterator[Broken]:
    facts = [fact for fact in MODE_FACTS if fact.field in body and fact.applies(body[fact.field])]
    mode = body.get("mode") or context.mode
    return _not_for_mode(facts, mode, body) if mode is not None else _not_together(facts)


def _not_for_mode(facts: list[ModeFact], mode: str, body: Body) -> Iterator[Broken]:
    """Yield each value that this mode does not allow, with the mode itself where the row sets it."""
    for fact in facts:
        if mode not in fact.modes:
            fields = (fact.field, "mode") if "mode" in body else (fact.field,)
            modes = " and ".join(sorted(fact.modes))
            yield Broken("X210", fields, f"{fact.phrase} is not for mode {mode}, only for {modes}")


def _not_together(facts: list[ModeFact]) -> Iterator[Broken]:
    """Yield the values that no mode allows together, where the mode is not known."""
    if facts and not frozenset.intersection(*(fact.modes for fact in facts)):
        against = [fact for fact in facts if any(not fact.modes & other.modes for other in facts)]
        words = " together with ".join(fact.phrase for fact in against)
        yield Broken("X211", tuple(fact.field for fact in against), f"no mode allows {words}")
