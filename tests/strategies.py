"""Random valid assistants: values of every field that the sandbox takes, in each mode."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from batch_update.fields.facts import Field, all_fields
from batch_update.fields.tools import FillerConfig
from batch_update.sandbox import catalogue
from batch_update.sandbox.belongings import HOME

MODES = ("pipeline", "multimodal", "dualplex")
FREE_NUMBERS = (4, 5, 6, 7, 8)
"""Phone numbers that no assistant of a fresh sandbox has, and that can be called."""
TRANSFER_TO = (10059, 10060)
"""Assistants that tools transfer to; so tests should update others."""

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
urls = st.sampled_from(
    ["https://example.com/hook", "http://a.example/b?c=d&e=%C3%BC", "https://exämple.com/"]
)


def field_values(name: str, mode: str) -> SearchStrategy[Any] | None:
    """Values of this field that an update of an assistant in this mode may send; None where there is none."""
    field = all_fields()[name]
    if mode not in field.modes:
        return st.none() if field.nullable else None
    values = _by_name(name, mode)
    if values is None:
        values = _by_kind(field)
    return st.none() | values if field.nullable else values


def bodies(mode: str, *, without: Collection[str] = ()) -> SearchStrategy[dict[str, Any]]:
    """Updates of some fields for an assistant that is in this mode, or that is put into it by `mode` among them."""
    return st.fixed_dictionaries({}, optional=_fields(mode, frozenset(without))).map(_with_address)


def assistants(mode: str, *, without: Collection[str] = ()) -> SearchStrategy[dict[str, Any]]:
    """Updates of every field that this mode has."""
    return _assistants(mode, frozenset(without))


@cache
def _assistants(mode: str, without: frozenset[str]) -> SearchStrategy[dict[str, Any]]:
    """Made once: whatever is drawn from a new one is looked through anew, which takes longer than to draw."""
    return st.fixed_dictionaries(_fields(mode, without)).map(_with_address)


def _fields(mode: str, without: frozenset[str]) -> dict[str, SearchStrategy[Any]]:
    found = {name: field_values(name, mode) for name in all_fields() if name not in without}
    return {name: values for name, values in found.items() if values is not None}


def _with_address(body: dict[str, Any]) -> dict[str, Any]:
    """A webhook that is on has an address."""
    if body.get("is_webhook_active") and body.get("webhook_url") is None:
        return {**body, "webhook_url": "https://example.com/hook"}
    return body


def _by_name(name: str, mode: str) -> SearchStrategy[Any] | None:
    pipeline = mode == "pipeline"
    match name:
        case "mode":
            return st.just(mode)
        case "voice_id":
            return st.sampled_from([voice.id for voice in catalogue.VOICES if mode in voice.modes])
        case "llm_model_id" | "chat_llm_fallback_id":
            return st.sampled_from(sorted(HOME.ids_of("llm")))
        case "multimodal_model_id":
            return st.sampled_from(sorted(HOME.ids_of(mode)))
        case "phone_number_id":
            return st.sampled_from(FREE_NUMBERS)
        case "timezone":
            return st.sampled_from(["Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+5"])
        case "knowledgebase_mode":
            return st.sampled_from(["function_call", "prompt"] if pipeline else ["function_call"])
        case "allow_interruptions":
            return st.booleans() if pipeline else st.just(True)
        case "tools":
            return st.lists(tools(), max_size=3)
        case "filler_config":
            return filler_configs
        case "post_call_schema":
            return st.lists(post_call_fields, max_size=3)
    return None


def _by_kind(field: Field) -> SearchStrategy[Any]:
    match field.kind:
        case "text":
            return texts
        case "url":
            return urls
        case "choice":
            return st.sampled_from(field.choices)
        case "flag":
            return st.booleans()
        case "integer":
            return st.integers(int(field.minimum), int(field.maximum))
        case "number":
            return st.floats(field.minimum, field.maximum) | st.integers(0, 100).map(
                lambda share: round(field.minimum + (field.maximum - field.minimum) * share / 100, 2)
            )
        case "id":
            return st.sampled_from(sorted(HOME.ids_of(field.look_up)))
        case "ids":
            return st.lists(st.sampled_from(sorted(HOME.ids_of(field.look_up))), max_size=4)
        case "object":
            return st.dictionaries(texts, json_values, max_size=3)
    raise AssertionError(f"no values for {field.name}, a field of kind {field.kind}")


# ---------------------------------------------------------------- values with an inside

filler_configs = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(FillerConfig.model_fields, st.lists(texts, max_size=3))
)
post_call_fields = st.fixed_dictionaries(
    {
        "name": st.from_regex(r"[a-z0-9_]{3,16}", fullmatch=True),
        "type": st.sampled_from(["string", "number", "bool"]),
        "description": st.text(st.characters(exclude_categories=["Cs"]), min_size=3, max_size=30),
    }
)


def _tool(
    kind: str, required: dict[str, Any], **optional: SearchStrategy[Any]
) -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(kind), **required}, optional=optional)


def tools() -> SearchStrategy[dict[str, Any]]:
    """Built-in tools of every type that is documented, with any choice of their settings."""
    numbers = st.sampled_from(["+493023125001", "+12025550107"])
    return st.one_of(
        _tool("end_call", {}, description=texts),
        _tool("dtmf_input", {}, description=texts),
        _tool(
            "collect_keypad",
            {},
            timeout=st.integers(1, 30),
            stop_key=st.sampled_from("#*"),
            description=texts,
        ),
        _tool(
            "call_transfer",
            {"phone_number": numbers},
            description=texts,
            custom=json_values,
            timezone=st.just("Europe/Berlin"),
            warm_transfer=st.booleans(),
            warm_transfer_message=texts,
        ),
        _tool(
            "warm_call_transfer",
            {
                "supervisor_phone": numbers,
                "outbound_phone_id": st.sampled_from(sorted(HOME.ids_of("phone-numbers"))),
                "description": texts,
            },
            custom_sip=st.booleans(),
            caller_id_mode=st.sampled_from(["outbound_number", "customer_number", "custom"]),
            hold_music=st.sampled_from(["hold_music", "none"]),
            hold_music_volume=st.integers(0, 100),
            hold_message=texts,
            connected_message=texts,
        ),
        _tool(
            "calendar_integration",
            {"calcom_api_key": st.just("cal_live_a1b2c3d4e5"), "calcom_event_slug": texts},
            calcom_endpoint=st.sampled_from(["us", "eu", "custom"]),
            calcom_booking_fields=json_values,
            description=texts,
        ),
        _tool(
            "assistant_transfer",
            {"assistant_id": st.sampled_from(TRANSFER_TO)},
            description=texts,
            speak_transfer_greeting=st.booleans(),
        ),
    )
