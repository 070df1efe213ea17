"""What each call of the API does: one function a call, from the request as it came to the answer."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from batch_update.sandbox import answers, catalogue
from batch_update.sandbox.answers import Answer
from batch_update.sandbox.listing import reported
from batch_update.sandbox.state import Desk
from batch_update.sandbox.updating import Account, refusals, updated

_MODES = ("pipeline", "multimodal", "dualplex")
_DEEPEST = 512
"""Levels of a body, as PHP reads them. With many more it could be stored and not read again."""
_CAN_BE_READ = 9_223_372_036_854_775_807
"""The largest id that the database can hold."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that may be worked on."""

    desk: Desk
    now: float
    """seconds since 1970"""
    path: Mapping[str, str]
    query: Mapping[str, str]
    content_type: str
    body: bytes
    may_write: bool


Handler = Callable[[Call], Answer]


class Refused(Exception):
    """The call cannot be worked on; carries the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def handlers() -> dict[str, dict[str, Handler]]:
    """Path -> method -> what does it."""
    reads: dict[str, Handler] = {
        "/api/user/me": _me,
        "/api/user/assistants/get": _list,
        "/api/user/assistants/voices": _voices,
        "/api/user/assistants/languages": lambda call: answers.ok(catalogue.LANGUAGES),
        "/api/user/assistants/models": _models,
        "/api/user/assistants/phone-numbers": _numbers,
        "/api/user/assistants/synthesizer-providers": _synthesizers,
        "/api/user/assistants/transcriber-providers": _transcribers,
        "/api/user/knowledgebases": lambda call: answers.ok({"data": catalogue.KNOWLEDGEBASES}),
        "/api/user/tools": lambda call: answers.ok({"data": catalogue.TOOLS}),
        "/api/user/folders": _folders,
        "/api/user/labels": _labels,
    }
    update: dict[str, dict[str, Handler]] = {"/api/user/assistant/{id}": {"PUT": _update}}
    return update | {path: {"GET": handler} for path, handler in reads.items()}


# ---------------------------------------------------------------- the update


def _update(call: Call) -> Answer:
    if not call.may_write:
        return answers.forbidden()
    body = _json_object(call)
    number = call.path["id"]
    known = re.fullmatch(r"[0-9]{1,19}", number) and int(number) <= _CAN_BE_READ
    assistant = call.desk.assistant(int(number)) if known else None
    if assistant is None:
        return answers.no_assistant()
    account = Account(lambda other: _exists(call.desk, other), call.desk.inbound_with_number)
    if errors := refusals(assistant, body, account):
        return answers.invalid(errors)
    after = updated(assistant, body) | {"updated_at": datetime.fromtimestamp(call.now, UTC).isoformat()}
    call.desk.save(after)
    shown = {name: after[name] for name in ("id", "name", "status", "type", "mode")}
    return answers.ok({"message": "Assistant updated successfully", "data": shown}, applied=True)


def _exists(desk: Desk, number: int) -> bool:
    return number <= _CAN_BE_READ and desk.assistant(number) is not None


def _json_object(call: Call) -> dict[str, Any]:
    if call.content_type.split(";")[0].strip().lower() != "application/json":
        raise Refused(answers.not_json())
    try:
        body = json.loads(call.body, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        reason = "too deep" if isinstance(error, RecursionError) else str(error)
        raise Refused(answers.malformed(reason)) from error
    if not isinstance(body, dict):
        raise Refused(answers.malformed("a JSON object is wanted"))
    if _is_too_deep(body):
        raise Refused(answers.malformed("too deep"))
    return body


def _is_too_deep(body: Any) -> bool:
    level = [body]
    for _ in range(_DEEPEST):
        inner = [value for value in level if isinstance(value, (dict, list))]
        level = [part for value in inner for part in (value.values() if isinstance(value, dict) else value)]
    return any(isinstance(value, (dict, list)) for value in level)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large")
    return number


# ---------------------------------------------------------------- the list and the look-ups


def _me(call: Call) -> Answer:
    return answers.ok(catalogue.OWNER)


def _list(call: Call) -> Answer:
    return answers.ok(
        _paged(call, call.desk.total(), lambda a, n: [reported(x) for x in call.desk.page(a, n)])
    )


def _voices(call: Call) -> Answer:
    mode, language = _choice(call, "mode", _MODES), _number(call, "language_id")
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
            for voice in catalogue.VOICES
            if (mode is None or mode in voice.modes) and (language is None or language == voice.language_id)
        ]
    )


def _models(call: Call) -> Answer:
    return answers.ok(catalogue.MODELS[_choice(call, "type", tuple(catalogue.MODELS)) or "llm"])


def _numbers(call: Call) -> Answer:
    inbound_only = _choice(call, "type", ("inbound", "outbound")) == "inbound"
    return answers.ok(
        [
            {
                "id": number.id,
                "phone_number": number.number,
                "country_code": number.country,
                "type_label": "Caller ID" if number.caller_id else "Inbound & Outbound",
                "is_available": not call.desk.inbound_with_number(number.id),
            }
            for number in catalogue.NUMBERS
            if not (inbound_only and number.caller_id)
        ]
    )


def _synthesizers(call: Call) -> Answer:
    return answers.ok(_providers(call, catalogue.SYNTHESIZERS))


def _transcribers(call: Call) -> Answer:
    return answers.ok(_providers(call, catalogue.TRANSCRIBERS))


def _providers(call: Call, providers: tuple[catalogue.Provider, ...]) -> list[dict[str, Any]]:
    language = _number(call, "language_id")
    return [
        {"id": provider.id, "name": provider.name, "code": provider.code}
        for provider in providers
        if language is None or language in provider.language_ids
    ]


def _folders(call: Call) -> Answer:
    return _counted(call, catalogue.FOLDERS, call.desk.folder_sizes())


def _labels(call: Call) -> Answer:
    return _counted(call, catalogue.LABELS, call.desk.label_sizes())


def _counted(call: Call, entries: tuple[catalogue.Entry, ...], sizes: Mapping[int, int]) -> Answer:
    full = [entry | {"assistants_count": sizes.get(entry["id"], 0)} for entry in entries]
    return answers.ok(_paged(call, len(full), lambda first, most: full[first : first + most]))


def _paged(call: Call, total: int, cut: Callable[[int, int], list[Any]]) -> dict[str, Any]:
    most = _number(call, "per_page", low=1, high=100) or 10
    page = _number(call, "page", low=1, high=1_000_000) or 1
    return {
        "data": cut((page - 1) * most, most),
        "current_page": page,
        "per_page": most,
        "total": total,
        "last_page": max(1, -(-total // most)),
    }


# ---------------------------------------------------------------- query parameters


def _choice(call: Call, name: str, allowed: tuple[str, ...]) -> str | None:
    given = call.query.get(name)
    if given is not None and given not in allowed:
        raise Refused(answers.invalid({name: [f"The {name} must be one of: {', '.join(allowed)}."]}))
    return given


def _number(call: Call, name: str, *, low: int = 1, high: int = _CAN_BE_READ) -> int | None:
    given = call.query.get(name)
    if given is None:
        return None
    if not re.fullmatch(r"[0-9]{1,19}", given) or not low <= int(given) <= high:
        words = name.replace("_", " ")
        bounds = f"between {low} and {high}" if high < _CAN_BE_READ else f"at least {low}"
        raise Refused(answers.invalid({name: [f"The {words} must be an integer {bounds}."]}))
    return int(given)
