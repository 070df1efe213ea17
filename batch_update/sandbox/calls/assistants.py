"""The calls that list, make, change and remove assistants."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from functools import partial
from typing import Any

from batch_update.sandbox.calls import answers
from batch_update.sandbox.calls.answers import Answer
from batch_update.sandbox.calls.call import (
    LARGEST_ID,
    Call,
    Refused,
    number,
    path_id,
    stamp,
    written_body,
)
from batch_update.sandbox.calls.listing import reported
from batch_update.sandbox.calls.updating import Body, Refusals, Surroundings, missing, refusals, updated
from batch_update.sandbox.seeds import Assistant, blank
from batch_update.sandbox.state import Desk

_A_PAGE = 10
_MOST_ASSISTANTS = 10_000
_MOST_BYTES = 1024 * 1024
"""What one assistant may come to, all of its settings together: a page of a hundred of them must fit into memory."""


def listed(call: Call) -> Answer:
    """A page of assistants. Each is turned into text by itself, so that never all of them are in memory as objects."""
    most = number(call, "per_page", low=1, high=100) or _A_PAGE
    page = number(call, "page", low=1, high=1_000_000) or 1
    total = call.desk.total()
    ends = {"current_page": page, "per_page": most, "total": total, "last_page": max(1, -(-total // most))}
    shown = _in_the_list(call, call.desk.page((page - 1) * most, most))
    return Answer(200, text=f'{{"data": [{shown}], {json.dumps(ends)[1:]}')


def outbound(call: Call) -> Answer:
    return Answer(200, text=f"[{_in_the_list(call, call.desk.outbound())}]")


def _in_the_list(call: Call, found: Iterable[Assistant]) -> str:
    return ", ".join(json.dumps(reported(assistant, call.has.user_id)) for assistant in found)


def create(call: Call) -> Answer:
    body = written_body(call)
    if call.desk.total() >= _MOST_ASSISTANTS:
        return answers.invalid({"name": [f"The account holds {_MOST_ASSISTANTS:,} assistants, and no more."]})
    new = blank(call.desk.next_id(), str(uuid.uuid4()), stamp(call.now), str(body.get("mode")))
    if errors := missing(body) | _refusals(call, new, body):
        return answers.invalid(errors)
    made = updated(new, body, call.has)
    _keep(call.desk, made)
    content = {"message": "Assistant created successfully", "data": _shown(made)}
    return Answer(201, content, applied=True)


def update(call: Call) -> Answer:
    body = written_body(call)
    assistant = _asked_for(call)
    if errors := _refusals(call, assistant, body):
        return answers.invalid(errors)
    after = updated(assistant, body, call.has) | {"updated_at": stamp(call.now)}
    _keep(call.desk, after)
    return answers.ok({"message": "Assistant updated successfully", "data": _shown(after)}, applied=True)


def delete(call: Call) -> Answer:
    if not call.may_write:
        return answers.forbidden()
    call.desk.remove(_asked_for(call)["id"])
    return answers.ok({"message": "Assistant deleted successfully"}, applied=True)


def _asked_for(call: Call) -> Assistant:
    """Return the assistant that the path names. Raises Refused where there is none."""
    asked = path_id(call)
    found = None if asked is None else call.desk.assistant(asked)
    if found is None:
        raise Refused(answers.no_assistant())
    return found


def _refusals(call: Call, assistant: Assistant, body: Body) -> Refusals:
    surroundings = Surroundings(
        partial(_exists, call.desk),
        call.desk.inbound_with_number,
        call.has,
    )
    return refusals(assistant, body, surroundings)


def _exists(desk: Desk, asked: int) -> bool:
    return asked <= LARGEST_ID and desk.assistant(asked) is not None


def _keep(desk: Desk, assistant: Assistant) -> None:
    """Remembers an assistant. Raises Refused where it has become too large."""
    if not desk.save(assistant, most=_MOST_BYTES):
        raise Refused(answers.too_large(_MOST_BYTES))


def _shown(assistant: Assistant) -> dict[str, Any]:
    return {name: assistant[name] for name in ("id", "name", "status", "type", "mode")}
