"""The fields of an assistant update: type, bounds, clearing, modes, help. Each fact stands here and only here.

Source: the vendor's page for `PUT /user/assistant/{id}`; fields marked `wider` come from its wider docs.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from batch_update.fields.rules import Context, broken_rules
from batch_update.fields.tools import TOOL_TYPES, FillerConfig, PostCallField, Tool, redact
from batch_update.fields.values.reported import flat_tool

MODES = {"P": "pipeline", "M": "multimodal", "D": "dualplex"}


@cache
def time_zones() -> frozenset[str]:
    """Return all IANA time zones. Python opens every file of the database for the answer, which takes 10 ms."""
    return frozenset(available_timezones())


@cache
def zones_by_case() -> dict[str, str]:
    """Zone in small letters, with spaces for `_` or not -> the zone as it is written."""
    return {
        form: zone for zone in time_zones() for form in (zone.casefold(), zone.casefold().replace("_", " "))
    }


def _is_zone(text: str) -> str:
    if text not in time_zones():
        raise PydanticCustomError("timezone", "not an IANA time zone, such as Europe/Berlin")
    return text


def _is_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not set(text) & set(" \t\r\n")
    except ValueError:
        good = False
    if not good:
        raise PydanticCustomError("url", "not a web address that begins with https:// or http://")
    return text


def _flat(value: Any) -> Any:
    """Return a tool in the shape of the list, flat; what would have to be guessed at is no tool."""
    tool = flat_tool(value)
    if isinstance(tool, dict) and "data" in tool and tool.get("type") in TOOL_TYPES:
        raise PydanticCustomError("nested_tool", "settings of a tool stand beside its type, not in `data`")
    return tool


FlatTool = Annotated[Tool, BeforeValidator(_flat)]
Id = Annotated[int, Field(ge=1)]
Timezone = Annotated[str, AfterValidator(_is_zone), WithJsonSchema({"type": "string", "format": "timezone"})]
Url = Annotated[str, AfterValidator(_is_url), WithJsonSchema({"type": "string", "format": "url"})]
Mode = Literal["pipeline", "multimodal", "dualplex"]
AmbientSound = Literal["off", "office", "city", "forest", "crowded_room", "cafe", "nature"]


def _f(
    group: str,
    help: str,
    aliases: str = "",
    *,
    unit: str = "",
    modes: str = "PMD",
    empty: bool = False,
    reported: bool = True,
    wider: bool = False,
    look_up: str = "",
    words: str = "",
    **bounds: Any,
) -> Any:
    """Return one field. `aliases`: other headers, by comma; `words`: `aus=off`, what people write for its choices; `empty`: `[]` or `{}` clears it; `reported`: the list of
    assistants carries it; `look_up`: the catalogue that its ids come from; `wider`: not on the vendor's page."""
    extra: dict[str, Any] = {
        "group": group,
        "aliases": [alias.strip() for alias in aliases.split(",") if alias.strip()],
        "unit": unit,
        "modes": [MODES[letter] for letter in modes],
        "empty": empty,
        "reported": reported,
        "wider": wider,
        "look_up": look_up,
        "words": dict(word.strip().split("=") for word in words.split(",") if word.strip()),
    }
    return Field(default=None, description=help, json_schema_extra=extra, **bounds)


_DIRECTIONS = "eingehend=inbound, incoming=inbound, ausgehend=outbound, outgoing=outbound"
_SOUNDS = (
    "aus=off, kein=off, keins=off, keine=off, keines=off, ohne=off, büro=office, buero=office, stadt=city, wald=forest, "
    "crowded room=crowded_room, crowded-room=crowded_room, voller raum=crowded_room, belebter raum=crowded_room, "
    "menschenmenge=crowded_room, café=cafe, kaffeehaus=cafe, natur=nature"
)


class AssistantUpdate(BaseModel):
    """A partial update: knows what was set and what was left alone.

    `AssistantUpdate(speech_speed=1.1, phone_number_id=None).body()` is
    `{"speech_speed": 1.1, "phone_number_id": None}`. A field that was not set reads as None and is not sent.
    Raises pydantic.ValidationError where a value is out of bounds or no mode allows the fields together.
    """

    # Errors do not show what was given: it may be a secret.
    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )

    # fmt: off
    name: str = _f("Core", "Name of the assistant", "Assistant name, Assistentenname, Bezeichnung", max_length=255)
    voice_id: Id = _f("Core", "Voice; must fit the mode", "Voice, Stimme, Stimmen-ID, Stimme-ID", look_up="voices")
    language_id: Id = _f("Core", "Main language", "Language, Main language, Sprache, Hauptsprache, Sprach-ID", look_up="languages")
    type: Literal["inbound", "outbound"] = _f("Core", "Takes calls or makes them", "Direction, Typ, Richtung, Anrufrichtung", words=_DIRECTIONS)
    mode: Mode = _f("Core", "Engine mode; a change resets mode-specific settings", "Engine, Engine mode, Modus, Betriebsart, Betriebsmodus", words="multi-modal=multimodal, dual-plex=dualplex")
    timezone: Timezone = _f("Core", "IANA time zone", "TZ, Zeitzone")
    initial_message: str = _f("Core", "First words of a call", "Greeting, First message, Begrüßung, Begrüßungstext, Erste Nachricht", max_length=200)
    system_prompt: str = _f("Core", "What the assistant is and how it behaves", "Prompt, Instructions, Anweisung, Anweisungen")

    llm_model_id: Id = _f("Model", "Language model", "LLM, Language model, Sprachmodell", modes="P", look_up="models")
    multimodal_model_id: Id = _f("Model", "Multimodal model", "Multimodal model, Multimodal-Modell", modes="MD", look_up="models")
    chat_llm_fallback_id: Id | None = _f("Model", "Model for tool calls; null removes it", "Fallback model, Fallback-Modell, Ersatzmodell", modes="MD", reported=False, look_up="models")
    turn_detection_threshold: float | None = _f("Model", "How soon a speaker's turn counts as over; null is automatic", "Turn detection, Sprecherwechsel", modes="MD", reported=False, ge=0, le=1)
    llm_temperature: float = _f("Model", "Lower is more predictable", "Temperature, Temperatur", ge=0, le=1)

    secondary_language_ids: list[Id] = _f("Languages", "Further languages; replaces all", "Secondary languages, Other languages, Weitere Sprachen, Zusatzsprachen, Zweitsprachen", empty=True, reported=False, look_up="languages")

    knowledgebase_id: Id | None = _f("Knowledge", "Knowledge base; null removes it", "Knowledge base, Wissensdatenbank, Wissensbasis", look_up="knowledgebases")
    knowledgebase_mode: Literal["function_call", "prompt"] = _f("Knowledge", "How the knowledge base is used; prompt only in pipeline", "Knowledge mode, Wissensmodus", words="function call=function_call, function-call=function_call, funktionsaufruf=function_call")

    phone_number_id: Id | None = _f("Phone", "Phone number; null takes it away", "Phone number, Phone, Telefonnummer, Rufnummer, Telefonnr, Tel Nr", look_up="phone-numbers")

    tool_ids: list[Id] = _f("Tools", "Custom mid-call tools; replaces all", "Custom tools, Mid-call tools, Werkzeuge, Eigene Werkzeuge", empty=True, reported=False, look_up="tools")
    tools: list[FlatTool] = _f("Tools", "Built-in tools; replaces all", "Built-in tools, Eingebaute Werkzeuge", empty=True)

    tts_emotion_enabled: bool = _f("Voice", "Emotional speech", "Emotion, Emotions, Emotionen", reported=False)
    voice_stability: float = _f("Voice", "Higher is more even", "Stability, Stabilität, Stimmstabilität", ge=0, le=1)
    voice_similarity: float = _f("Voice", "Higher is closer to the original voice", "Similarity, Ähnlichkeit, Stimmähnlichkeit", ge=0, le=1)
    speech_speed: float = _f("Voice", "Speed of speech; 1 is normal", "Speed, Speaking rate, Sprechgeschwindigkeit, Sprechtempo, Tempo, Geschwindigkeit", ge=0.7, le=1.2)
    synthesizer_provider_id: Id | None = _f("Voice", "Text-to-speech provider; null is the default", "TTS provider, Synthesizer, TTS-Anbieter", modes="PD", look_up="synthesizer-providers")
    transcriber_provider_id: Id | None = _f("Voice", "Speech-to-text provider; null is the default", "STT provider, Transcriber, STT-Anbieter", modes="P", look_up="transcriber-providers")

    allow_interruptions: bool = _f("Call", "Callers may interrupt; cannot be off in multimodal and dualplex", "Interruptions, Unterbrechungen, Unterbrechungen erlauben")
    fillers: bool = _f("Call", "Filler words while thinking", "Filler words, Füllwörter", modes="P")
    filler_config: FillerConfig = _f("Call", "Filler words by kind; replaces all", "Filler profiles, Füllwort-Profile", modes="P")
    record: bool = _f("Call", "Record calls", "Recording, Record calls, Aufzeichnung, Aufnahme, Gespräch aufzeichnen, Gespräche aufzeichnen, Gesprächsaufzeichnung, Anruf aufzeichnen, Anrufe aufzeichnen, Anrufaufzeichnung")
    enable_noise_cancellation: bool = _f("Call", "Noise cancellation", "Noise cancellation, Rauschunterdrückung")
    wait_for_customer: bool = _f("Call", "The caller speaks first", "Customer speaks first, Auf Kunden warten, Kunde spricht zuerst")

    max_duration: int = _f("Timing", "Longest call", "Maximum duration, Call duration, Maximale Dauer, Max Dauer, Gesprächsdauer, Maximale Gesprächsdauer, Max Gesprächsdauer", unit="s", ge=20, le=1200)
    max_silence_duration: int = _f("Timing", "Silence before the assistant speaks up", "Maximum silence, Max silence, Maximale Stille, Max Stille", unit="s", ge=1, le=360)
    max_initial_silence_duration: int | None = _f("Timing", "Silence at the start before hanging up; null is never", "Initial silence, Anfangsstille", unit="s", ge=1, le=120)
    ringing_time: int = _f("Timing", "How long it rings", "Ring time, Klingeldauer, Klingelzeit", unit="s", ge=1, le=60)

    reengagement_interval: int = _f("Re-engagement", "Time between two attempts to speak up", "Follow-up interval, Nachfrage-Intervall", unit="s", ge=7, le=600)
    reengagement_prompt: str | None = _f("Re-engagement", "What to say then; null is the default", "Follow-up prompt, Nachfrage-Text", reported=False, max_length=1000)

    end_call_on_voicemail: bool = _f("Voicemail", "Hang up on a voicemail", "Hang up on voicemail, Bei Anrufbeantworter auflegen")
    voice_mail_message: str | None = _f("Voicemail", "What to say to a voicemail first; null is nothing", "Voicemail text, Anrufbeantworter-Text, Mailbox-Text", reported=False, max_length=1000)

    endpoint_type: Literal["vad", "ai"] = _f("Endpointing", "How the end of speech is found", "Voice activity detection, Endpunkt-Typ", words="ki=ai")
    endpoint_sensitivity: float = _f("Endpointing", "Sensitivity to the end of speech", "Endpointing sensitivity, Endpunkt-Empfindlichkeit", ge=0, le=5)
    interrupt_sensitivity: float = _f("Endpointing", "Sensitivity to interruptions", "Interruption sensitivity, Unterbrechungs-Empfindlichkeit", ge=0, le=5)
    min_interrupt_words: int | None = _f("Endpointing", "Words before an interruption counts; null is off", "Minimum words, Mindestwörter", ge=0, le=10)

    ambient_sound: AmbientSound = _f("Ambience", "Background sound", "Background sound, Hintergrundgeräusch, Hintergrundgeräusche", words=_SOUNDS)
    ambient_sound_volume: float = _f("Ambience", "Volume of the background sound", "Background volume, Hintergrundlautstärke", ge=0, le=1)

    is_webhook_active: bool = _f("Webhook", "Webhook on or off", "Webhook active, Webhook enabled, Webhook aktiv")
    webhook_url: Url | None = _f("Webhook", "Where call data is sent; null removes it", "Webhook, Webhook address, Webhook-Adresse")
    send_webhook_only_on_completed: bool = _f("Webhook", "Only after calls that took place", "Webhook only on completed, Webhook nur bei Abschluss")
    include_recording_in_webhook: bool = _f("Webhook", "With the address of the recording", "Webhook with recording, Webhook mit Aufnahme")

    post_call_evaluation: bool = _f("Evaluation", "Evaluate each call", "Evaluation, Auswertung")
    post_call_schema: list[PostCallField] = _f("Evaluation", "What to extract from a call; replaces all", "Evaluation schema, Auswertungsschema", empty=True)

    variables: dict[str, JsonValue] = _f("Variables", "Values for {{placeholders}}; replaces all", "Custom variables, Variablen", empty=True)

    folder_id: Id | None = _f("Organization", "Folder; null takes it out", "Folder, Ordner", wider=True, reported=False, look_up="folders")
    label_ids: list[Id] = _f("Organization", "Labels; replaces all", "Labels, Tags, Etiketten", empty=True, wider=True, reported=False, look_up="labels")
    conversation_inactivity_timeout: int = _f("Chat", "Idle time that ends a chat", "Chat timeout, Chat-Zeitlimit", unit="min", wider=True, reported=False, ge=1, le=1440)
    conversation_ended_retrigger: bool = _f("Chat", "Trigger again when a chat ends again", "Chat end retrigger, Chat-Ende erneut melden", wider=True, reported=False)
    conversation_ended_webhook_url: Url | None = _f("Chat", "Where the end of a chat is sent; null removes it", "Chat webhook, Chat-Ende-Webhook", wider=True, reported=False)
    # fmt: on

    def body(self) -> dict[str, Any]:
        """Return what is sent: the fields that were set, None included."""
        return self.model_dump(mode="json", exclude_unset=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        yield from redact(self.body()).items()

    @model_validator(mode="after")
    def _fields_fit_together(self) -> Self:
        for rule in broken_rules(self.body(), Context()):
            if rule.blocks:
                raise PydanticCustomError(
                    "rule", "{sentence}", {"sentence": rule.sentence, "code": rule.code}
                )
        return self
