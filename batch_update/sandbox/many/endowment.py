"""The belongings of each of many accounts: alike but for the ids, and not quite alike, as those of customers are.

The differences, so that there is something to find before one's assistants are carried over to others:

    every  5th account (5, 10, ...)   lacks the voice "Hausstimme"
    every  6th                        lacks the tool "send_sms"
    every  7th                        lacks the knowledge base "Häufige Fragen"
    every  8th                        has no assistant "Booking"; "Bookings" stands in its place
    every  9th                        has two assistants "Support", one in place of "Orders"
    every 11th                        spells "Rückruf" with a u and a mark above it, as some programs do
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from batch_update.sandbox.belongings import Holdings
from batch_update.sandbox.catalogue import (
    FOLDERS,
    KNOWLEDGEBASES,
    LABELS,
    NUMBERS,
    TOOLS,
    VOICES,
    Entry,
    Number,
    Voice,
)
from batch_update.sandbox.many.tenants import Tenant
from batch_update.sandbox.seeds import GERMAN, Assistant, plain

HOW_MANY = 10
"""assistants of an account"""
_ROLES = (
    ("Reception", "inbound", "pipeline"), ("Booking", "inbound", "pipeline"), ("Support", "inbound", "pipeline"),
    ("Rückruf", "outbound", "pipeline"), ("Orders", "inbound", "pipeline"), ("Survey", "outbound", "pipeline"),
    ("Emergency line", "inbound", "pipeline"), ("Reminders", "outbound", "pipeline"),
    ("Feedback", "inbound", "multimodal"), ("Concierge", "inbound", "dualplex"),
)  # fmt: skip
_HOUSE_VOICE, _SMS, _QUESTIONS, _TABLES, _LIVE, _SERVICE = 900, 12, 2, 5, 1, 1


def holdings_of(tenant: Tenant, further_voices: int = 0) -> Holdings:
    """Return what an account has. Voices but one are the platform's; the rest has ids of its own."""
    house = Voice(
        tenant.own(_HOUSE_VOICE), "Hausstimme", GERMAN, "female", "standard", "young", 1, ("pipeline",)
    )
    return Holdings(
        user_id=500 + tenant.number,
        owner={"name": f"{tenant.business} (Sandbox)", "email": tenant.email},
        voices_of_note=(*VOICES, house) if _has_voice(tenant) else VOICES,
        further_voices=further_voices,
        numbers=tuple(_number_like(tenant, number) for number in NUMBERS),
        knowledgebases=_owned(tenant, KNOWLEDGEBASES, None if _has_questions(tenant) else _QUESTIONS),
        tools=_owned(tenant, TOOLS, None if _has_sms(tenant) else _SMS),
        folders=_owned(tenant, FOLDERS),
        labels=_owned(tenant, LABELS),
    )


def assistants_of(tenant: Tenant, how_many: int) -> Iterator[Assistant]:
    """Return the assistants that an account begins with."""
    for index in range(how_many):
        repeats, place = divmod(index, len(_ROLES))
        role, kind, mode = _ROLES[place]
        name = _spelled_here(tenant, role) + (f" {repeats + 1}" if repeats else "")
        settings = plain(
            tenant.first_id + index,
            index,
            business=tenant.business,
            role=role,
            mode=mode,
            language=GERMAN,
        )
        more = {} if repeats else _choices_of(tenant, role)
        knowledge = tenant.own(1) if settings["knowledgebase_id"] else None
        yield settings | {"name": name, "type": kind, "knowledgebase_id": knowledge} | more


def _choices_of(tenant: Tenant, role: str) -> dict[str, Any]:
    """Return what the first assistant of some roles has of the account."""
    if role == "Reception":
        transfer = {
            "type": "assistant_transfer",
            "assistant_id": tenant.first_id + 1,
            "description": "Who wants a table or a room is put through to Booking",
        }
        end = {"type": "end_call", "description": "End the call when everything is settled"}
        voice = {"voice_id": tenant.own(_HOUSE_VOICE)} if _has_voice(tenant) else {}
        return {
            "phone_number_id": tenant.own(1),
            "folder_id": tenant.own(_SERVICE),
            "label_ids": [tenant.own(_LIVE)],
            "tools": [end, transfer],
            **voice,
        }
    if role == "Booking":
        sms = [tenant.own(_SMS)] if _has_sms(tenant) else []
        return {"tool_ids": [tenant.own(_TABLES), *sms]}
    if role == "Support":
        return {"knowledgebase_id": tenant.own(_QUESTIONS) if _has_questions(tenant) else None}
    return {"phone_number_id": tenant.own(2)} if role == "Emergency line" else {}


def _spelled_here(tenant: Tenant, role: str) -> str:
    if role == "Booking" and tenant.number % 8 == 0:
        return "Bookings"
    if role == "Orders" and tenant.number % 9 == 0:
        return "Support"
    if role == "Rückruf" and tenant.number % 11 == 0:
        return unicodedata.normalize("NFD", role)
    return role


def _has_voice(tenant: Tenant) -> bool:
    return tenant.number % 5 != 0


def _has_sms(tenant: Tenant) -> bool:
    return tenant.number % 6 != 0


def _has_questions(tenant: Tenant) -> bool:
    return tenant.number % 7 != 0


def _owned(tenant: Tenant, entries: tuple[Entry, ...], lacking: int | None = None) -> tuple[Entry, ...]:
    """Return the entries with ids of this account, without the one that it lacks."""
    return tuple(entry | {"id": tenant.own(entry["id"])} for entry in entries if entry["id"] != lacking)


def _number_like(tenant: Tenant, number: Number) -> Number:
    """Return the phone number that an account has in place of this one."""
    digits = f"{number.number[:5]}{tenant.number:05}{number.id:02}"
    return Number(tenant.own(number.id), digits, number.country, number.caller_id)
