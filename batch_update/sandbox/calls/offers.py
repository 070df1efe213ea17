"""The look-ups: whose key this is, and what may be chosen for an assistant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from batch_update.sandbox import catalogue
from batch_update.sandbox.calls import answers
from batch_update.sandbox.calls.answers import Answer
from batch_update.sandbox.calls.call import Call, choice, number

_MODES = ("pipeline", "multimodal", "dualplex")
_GROUPS_A_PAGE = 15


def me(call: Call) -> Answer:
    return answers.ok(call.has.owner | {"total_balance": call.balance})


def languages(call: Call) -> Answer:
    return answers.ok(catalogue.LANGUAGES)


def voices(call: Call) -> Answer:
    mode, language = choice(call, "mode", _MODES), number(call, "language_id")
    return answers.ok(
        [
            {
                "id": voice.id,
                "name": voice.name,
                "language_id": voice.language_id,
                "gender": voice.gender,
                "preview_url": f"https://example.com/voices/{voice.id}.mp3",
                "accent": voice.accent,
                "age": voice.age,
                "synthesizer_provider_id": voice.provider_id,
            }
            for voice in call.has.voices()
            if (mode is None or mode in voice.modes) and (language is None or language == voice.language_id)
        ]
    )


def models(call: Call) -> Answer:
    return answers.ok(catalogue.MODELS[choice(call, "type", tuple(catalogue.MODELS)) or "llm"])


def phone_numbers(call: Call) -> Answer:
    """Return the numbers of the account; for inbound those only that an inbound assistant could take now."""
    inbound_only = choice(call, "type", ("inbound", "outbound")) == "inbound"
    shown = []
    for found in call.has.numbers:
        is_free = not call.desk.inbound_with_number(found.id)
        if inbound_only and (found.caller_id or not is_free):
            continue
        kind = "Caller ID" if found.caller_id else "Inbound & Outbound"
        shown.append(
            {
                "id": found.id,
                "phone_number": found.number,
                "country_code": found.country,
                "type_label": kind,
                "is_available": is_free,
            }
        )
    return answers.ok(shown)


def synthesizers(call: Call) -> Answer:
    return answers.ok(_providers(call, catalogue.SYNTHESIZERS))


def transcribers(call: Call) -> Answer:
    return answers.ok(_providers(call, catalogue.TRANSCRIBERS))


def _providers(call: Call, providers: tuple[catalogue.Provider, ...]) -> list[dict[str, Any]]:
    language = number(call, "language_id")
    return [
        {"id": provider.id, "name": provider.name, "code": provider.code}
        for provider in providers
        if language is None or language in provider.language_ids
    ]


def knowledgebases(call: Call) -> Answer:
    sizes = call.desk.sizes_by("knowledgebase_id")
    return answers.ok({"data": [_with_count(entry, sizes) for entry in call.has.knowledgebases]})


def tools(call: Call) -> Answer:
    return answers.ok(call.has.tools)


def folders(call: Call) -> Answer:
    return _groups(call, call.has.folders, call.desk.sizes_by("folder_id"))


def labels(call: Call) -> Answer:
    return _groups(call, call.has.labels, call.desk.label_sizes())


def _groups(call: Call, entries: tuple[catalogue.Entry, ...], sizes: Mapping[int, int]) -> Answer:
    """Return a page of folders or labels. It does not say which page is the last one."""
    most = number(call, "per_page", low=1, high=100) or _GROUPS_A_PAGE
    page = number(call, "page", low=1, high=1_000_000) or 1
    first = (page - 1) * most
    shown = [_with_count(entry, sizes) for entry in entries[first : first + most]]
    return answers.ok({"data": shown, "current_page": page, "per_page": most, "total": len(entries)})


def _with_count(entry: catalogue.Entry, sizes: Mapping[int, int]) -> catalogue.Entry:
    return entry | {"assistants_count": sizes.get(entry["id"], 0)}
