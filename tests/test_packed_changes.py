"""Changes that say the same stand once in memory, and are sent as they were planned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from batch_update.model.compact.packed_changes import packed
from batch_update.model.plans import Change, Conflict, Part, Why

BODY, BEFORE = {"name": "x"}, {"name": "y"}
CHANGES = tuple(Change(number + 7, BODY, (number,), before=BEFORE) for number in range(6))


def test_changes_come_out_as_they_went_in() -> None:
    found = packed(CHANGES)
    assert found is not CHANGES and found == CHANGES
    assert tuple(found) == CHANGES and len(found) == 6 and found[2] == CHANGES[2] and found[-1] == CHANGES[-1]
    assert found[1:3] == CHANGES[1:3] and repr(found) == repr(CHANGES) and CHANGES[3] in found


def test_what_many_changes_say_stands_once() -> None:
    first, *others = packed(CHANGES)
    assert all(one.body is first.body and one.before is first.before for one in others)


def test_what_an_assistant_is_called_is_left_out() -> None:
    assert packed([replace(one, name="Anna") for one in CHANGES]) == CHANGES


@pytest.mark.parametrize(
    "other",
    [
        {"parts": (Part("variables", ("a",), 1),)},
        {"held": (Conflict("name", Why.CHANGED),)},
        {"base": "1"},
        {"wave": 2},
    ],
)
def test_changes_with_more_to_them_stay_as_they_are(other: dict[str, Any]) -> None:
    changes = (*CHANGES, replace(CHANGES[0], assistant_id=99, indexes=(6,), **other))
    assert packed(changes) is changes


def test_changes_that_all_differ_stay_as_they_are() -> None:
    changes = tuple(replace(one, body={"name": str(one.assistant_id)}) for one in CHANGES)
    assert packed(changes) is changes
