"""Values with an inside: built-in tools, the post-call schema, filler profiles. Source: the vendor's docs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from batch_update.text import excerpt, without_query

SECRET_SETTINGS = frozenset({"calcom_api_key"})
"""Never shown: not in a report, a log or a diff."""
SECRET = "(holds a secret)"
"""Stands in place of a cell that is not shown."""
SHORTEST_SECRET = 6
"""Shorter values are words such as null, which may stand in a message for other reasons."""


class _Part(BaseModel):
    # Errors do not show what was given: it may be a secret.
    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        hide_input_in_errors=True,
        defer_build=True,  # few sheets hold tools, and building what judges them takes longer than reading most sheets
    )

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        yield from redact(self.model_dump(exclude_unset=True)).items()


class _Tool(_Part):
    # A setting that is not known here is sent as it is, with a warning: the vendor adds settings.
    model_config = ConfigDict(extra="allow")


class EndCall(_Tool):
    """Hang up."""

    type: Literal["end_call"]
    description: str = ""


class DtmfInput(_Tool):
    """Press keys, to get through another system's menu."""

    type: Literal["dtmf_input"]
    description: str = ""


class CollectKeypad(_Tool):
    """Collect the keys that the caller presses."""

    type: Literal["collect_keypad"]
    timeout: Annotated[int, Field(ge=1, le=30)] = 5
    stop_key: Literal["#", "*"] = "#"
    description: str = ""


class CallTransfer(_Tool):
    """Pass the call on to a phone number."""

    type: Literal["call_transfer"]
    phone_number: str
    description: str = ""
    custom: Any = None
    timezone: str = ""
    warm_transfer: bool = False
    warm_transfer_message: str = ""


class WarmCallTransfer(_Tool):
    """Brief a person first, then connect."""

    type: Literal["warm_call_transfer"]
    supervisor_phone: str
    outbound_phone_id: Annotated[int, Field(ge=1)]
    description: str
    custom_sip: bool = False
    caller_id_mode: Literal["outbound_number", "customer_number", "custom"] = "outbound_number"
    custom_caller_id: str = ""
    hold_music: Literal["hold_music", "none"] = "hold_music"
    hold_music_volume: Annotated[int, Field(ge=0, le=100)] = 80
    hold_message: str = ""
    summary_instructions: str = ""
    briefing_initial_message: str = ""
    connected_message: str = ""


class CalendarIntegration(_Tool):
    """Book appointments through cal.com."""

    type: Literal["calendar_integration"]
    calcom_api_key: str
    calcom_event_slug: str
    calcom_team_slug: str = ""
    calcom_endpoint: Literal["us", "eu", "custom"] = "us"
    calcom_custom_endpoint: str = ""
    calcom_booking_fields: Any = None
    description: str = ""


class AssistantTransfer(_Tool):
    """Pass the call on to another assistant, never to itself."""

    type: Literal["assistant_transfer"]
    assistant_id: Annotated[int, Field(ge=1)]
    description: Annotated[str, Field(max_length=500)] = ""
    message_before_transfer: Annotated[str, Field(max_length=500)] = ""
    speak_transfer_greeting: bool = False


class OtherTool(_Tool):
    """A type that is not known here: sent as it is, with a warning, since the vendor adds types."""

    type: Annotated[str, Field(min_length=1)]


KNOWN_TOOLS: tuple[type[_Tool], ...] = (
    EndCall,
    DtmfInput,
    CollectKeypad,
    CallTransfer,
    WarmCallTransfer,
    CalendarIntegration,
    AssistantTransfer,
)
TOOL_TYPES: dict[str, type[_Tool]] = {
    tool.model_fields["type"].annotation.__args__[0]: tool  # type: ignore[union-attr]  # a Literal of one text
    for tool in KNOWN_TOOLS
}


def _tool_tag(value: Any) -> str:
    name = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return name if isinstance(name, str) and name in TOOL_TYPES else "other"


Tool = Annotated[
    Annotated[EndCall, Tag("end_call")]
    | Annotated[DtmfInput, Tag("dtmf_input")]
    | Annotated[CollectKeypad, Tag("collect_keypad")]
    | Annotated[CallTransfer, Tag("call_transfer")]
    | Annotated[WarmCallTransfer, Tag("warm_call_transfer")]
    | Annotated[CalendarIntegration, Tag("calendar_integration")]
    | Annotated[AssistantTransfer, Tag("assistant_transfer")]
    | Annotated[OtherTool, Tag("other")],
    Discriminator(_tool_tag),
]


class PostCallField(_Part):
    """One thing to extract from a call."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{3,16}$")]
    type: Literal["string", "number", "bool"]
    description: Annotated[str, Field(min_length=3, max_length=255)]


class FillerConfig(_Part):
    """Short phrases by kind of answer."""

    positive: list[str] = Field(default_factory=list)
    negative: list[str] = Field(default_factory=list)
    question: list[str] = Field(default_factory=list)
    neutral: list[str] = Field(default_factory=list)


def unknown_settings(tool: dict[str, Any]) -> list[str]:
    """Names in a tool that this program does not know; ["type"] where it does not know the type."""
    known = TOOL_TYPES.get(str(tool.get("type")))
    return ["type"] if known is None else [name for name in tool if name not in known.model_fields]


def secrets_in(value: Any) -> Iterator[str]:
    """Yield the values of all secret settings, however deep."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name not in SECRET_SETTINGS:
                yield from secrets_in(part)
            elif isinstance(part, str) and len(part) >= SHORTEST_SECRET:
                yield part
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from secrets_in(part)


def has_secret(value: Any) -> bool:
    """Whether a value has a secret setting, however deep, that is not empty."""
    if isinstance(value, Mapping):
        return any(
            (name in SECRET_SETTINGS and bool(part)) or has_secret(part) for name, part in value.items()
        )
    return isinstance(value, (list, tuple)) and any(map(has_secret, value))


def holds_secret(text: str) -> bool:
    """Whether a text names a secret setting, so that none of it may be shown."""
    return any(name in text for name in SECRET_SETTINGS)


def shown(text: str) -> str:
    """Return a short, printable beginning of a cell; "" where it holds a secret."""
    return "" if holds_secret(text) else excerpt(without_query(text), 60)


def redact(value: Any) -> Any:
    """Return a value with every secret setting replaced, and the query of every web address, however deep."""
    if isinstance(value, dict):
        return {k: "***" if k in SECRET_SETTINGS and v else redact(v) for k, v in value.items()}
    if isinstance(value, list):
        return [redact(item) for item in value]
    return without_query(value) if isinstance(value, str) and value.startswith(_ADDRESSES) else value


_ADDRESSES = ("http://", "https://")
