"""Holds what there is to choose: languages, voices, models, numbers, providers, tools, folders, labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice, and the modes that it fits."""

    id: int
    name: str
    language_id: int
    gender: str
    accent: str
    age: str
    provider_id: int | None
    modes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """A phone number of the account. A caller id can be shown to the callee and cannot be called."""

    id: int
    number: str
    country: str
    caller_id: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of speech, and the languages that it speaks or understands."""

    id: int
    name: str
    code: str
    language_ids: tuple[int, ...]


_P, _PD, _M, _MD, _D = (
    ("pipeline",),
    ("pipeline", "dualplex"),
    ("multimodal",),
    ("multimodal", "dualplex"),
    ("dualplex",),
)
ALL_LANGUAGES = tuple(range(1, 9))
_CREATED, _UPDATED = "2026-01-04T10:30:00.000000Z", "2026-01-05T07:15:00.000000Z"

# fmt: off
LANGUAGES: tuple[Entry, ...] = tuple(
    {"id": number, "name": name, "iso_2": code}
    for number, name, code in (
        (1, "German", "de"), (2, "English", "en"), (3, "French", "fr"), (4, "Spanish", "es"),
        (5, "Italian", "it"), (6, "Dutch", "nl"), (7, "Polish", "pl"), (8, "Turkish", "tr"),
    )
)

VOICES = (
    Voice(41, "Marin", 2, "female", "american", "young", None, _M),
    Voice(42, "Cedar", 1, "male", "standard", "middle_aged", None, _MD),
    Voice(43, "Coral", 1, "female", "standard", "young", None, _M),
    Voice(61, "Nora", 1, "female", "standard", "middle_aged", 1, _D),
    Voice(62, "Hazel", 2, "female", "british", "middle_aged", 2, _D),
    Voice(405, "Matteo", 5, "male", "standard", "middle_aged", 3, _P),
    Voice(412, "Sabine", 1, "female", "standard", "middle_aged", 1, _P),
    Voice(418, "Susi", 1, "female", "bavarian", "young", 1, _P),
    Voice(421, "Jonas", 1, "male", "standard", "young", 2, _PD),
    Voice(425, "Reto", 1, "male", "swiss", "middle_aged", 3, _P),
    Voice(430, "Emily", 2, "female", "british", "young", 1, _P),
    Voice(431, "Oliver", 2, "male", "british", "middle_aged", 2, _PD),
    Voice(440, "Camille", 3, "female", "standard", "young", 1, _P),
    Voice(445, "Lucía", 4, "female", "castilian", "young", 1, _P),
    Voice(533, "Clara", 1, "female", "standard", "young", 2, _PD),
)

MODELS: dict[str, tuple[Entry, ...]] = {
    "llm": (
        {"id": 1, "name": "GPT-4.1 mini", "code": "gpt-4.1-mini"},
        {"id": 2, "name": "GPT-4.1", "code": "gpt-4.1"},
        {"id": 3, "name": "Gemini 2.5 Flash", "code": "gemini-2.5-flash"},
        {"id": 4, "name": "Claude Haiku 4.5"},
    ),
    "multimodal": (
        {"id": 1, "name": "GPT Realtime", "code": "gpt-realtime"},
        {"id": 2, "name": "Gemini Live", "code": "gemini-live"},
    ),
    "dualplex": (
        {"id": 3, "name": "Dualplex Standard"},
        {"id": 4, "name": "Dualplex Fast"},
    ),
}

NUMBERS = (
    Number(1, "+493023125001", "DE"), Number(2, "+493023125002", "DE"), Number(3, "+493023125003", "DE"),
    Number(4, "+494066969104", "DE"), Number(5, "+492214710105", "DE"), Number(6, "+442079460101", "GB"),
    Number(7, "+12025550107", "US"), Number(8, "+12025550108", "US"),
    Number(11, "+493023125011", "DE", caller_id=True), Number(12, "+442079460112", "GB", caller_id=True),
)

SYNTHESIZERS = (
    Provider(1, "ElevenLabs", "elevenlabs", ALL_LANGUAGES),
    Provider(2, "Cartesia", "cartesia", (1, 2, 3, 4)),
    Provider(3, "Azure Speech", "azure", ALL_LANGUAGES),
)

TRANSCRIBERS = (
    Provider(1, "Deepgram", "deepgram", (1, 2, 3, 4, 5, 6)),
    Provider(2, "Gladia", "gladia", ALL_LANGUAGES),
    Provider(3, "Azure Speech", "azure", ALL_LANGUAGES),
)

KNOWLEDGEBASES: tuple[Entry, ...] = tuple(
    {
        "id": number, "name": name, "description": text, "status": status, "status_label": status.capitalize(),
        "documents_count": documents, "created_at": _CREATED, "updated_at": _UPDATED,
    }
    for number, name, text, status, documents in (
        (1, "Öffnungszeiten und Anfahrt", "Alle Filialen", "active", 4),
        (2, "Häufige Fragen", "Fragen und Antworten aus dem Kundendienst", "active", 38),
        (3, "Product catalogue", "Products with prices", "active", 112),
        (4, "Returns policy", "How goods are sent back", "processing", 2),
        (5, "Speisekarte", None, "empty", 0),
        (6, "Preisliste 2019", "Konnte nicht gelesen werden", "failed", 1),
    )
)

TOOLS: tuple[Entry, ...] = tuple(
    {
        "id": number, "name": name, "description": text, "endpoint": f"https://example.com/tools/{name}",
        "method": "POST", "timeout": 10,
        "headers": [{"name": "Content-Type", "value": "application/json"}],
        "schema": [{"name": asked, "type": "string", "description": meaning}],
        "created_at": _CREATED, "updated_at": _UPDATED,
    }
    for number, name, text, asked, meaning in (
        (1, "find_customer", "Finds a customer by phone number", "phone", "The number of the caller"),
        (3, "order_status", "Where an order is", "order_number", "The number of the order"),
        (5, "book_table", "Books a table", "evening", "The day, as the caller said it"),
        (8, "create_ticket", "Opens a ticket in the help desk", "subject", "What it is about"),
        (12, "send_sms", "Sends the caller a text message", "message", "What the message says"),
    )
)

FOLDERS: tuple[Entry, ...] = tuple(
    {"id": number, "name": name, "color": color}
    for number, name, color in ((1, "Kundendienst", "blue"), (2, "Sales", "teal"), (3, "Praxen", "orange"))
)

LABELS: tuple[Entry, ...] = tuple(
    {"id": number, "name": name, "color": color}
    for number, name, color in (
        (1, "live", "green"), (2, "test", "gray"), (3, "wichtig", "red"), (4, "night shift", "indigo"),
    )
)
# fmt: on

OWNER: Entry = {"name": "Sandbox Account", "email": "sandbox@example.com"}

DEFAULT_VOICE = {"pipeline": 412, "multimodal": 42, "dualplex": 61}
DEFAULT_LLM = 1
DEFAULT_MULTIMODAL = {"multimodal": 1, "dualplex": 3}
