"""A saved plan is what was saved, whole; whatever else stands there is refused by name and never a bug."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from batch_update.errors import SheetError
from batch_update.model.plans import Change, Outcome, Part, Plan, Status
from batch_update.plan.saving import MARK, MOST_BYTES, SCHEMA, SEAL, _seal, load_plan, save_plan
from batch_update.plan.sound import check_plan
from tests.made import plan_of
from tests.torture.plans import good_plan

Damage = Callable[[dict[str, Any]], object]


def saved() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(save_plan(good_plan()))
    return found


def refusal(document: dict[str, Any]) -> SheetError:
    with pytest.raises(SheetError) as caught:
        load_plan("p.json", json.dumps(document))
    assert caught.value.remedy
    return caught.value


def resealed(document: dict[str, Any]) -> dict[str, Any]:
    """As somebody makes one up who knows how."""
    rest = {name: value for name, value in document.items() if name not in (MARK, SEAL)}
    return {MARK: SCHEMA, SEAL: _seal(rest), **rest}


def test_a_plan_comes_back_as_it_was() -> None:
    plan = replace(good_plan(), server="https://sandbox/api")
    found = load_plan("p.json", save_plan(plan))
    assert replace(found, sheet=plan.sheet) == plan
    assert [found.sheet.row(n) for n in range(len(plan.sheet))] == [
        plan.sheet.row(n) for n in range(len(plan.sheet))
    ]


def test_changes_that_say_the_same_share_it_in_memory_and_none_takes_a_value_of_another_type() -> None:
    bodies: list[dict[str, Any]] = [{"speech_speed": 1.0}, {"speech_speed": 1}, {"speech_speed": 1.0}]
    made = plan_of([Change(n, body, (n,), before={"record": True}) for n, body in enumerate(bodies, 1)])
    plan = replace(made, settled={0: Outcome(Status.UNCHANGED)})
    first, second, third = load_plan("p.json", save_plan(plan)).changes
    assert first.body is third.body and first.before is second.before
    assert [json.dumps(one.body) for one in (first, second, third)] == list(map(json.dumps, bodies))


def test_a_text_that_stands_in_many_changes_is_there_once() -> None:
    prompt = "Be kind. " * 9
    changes = [Change(n, {"system_prompt": prompt, "max_duration": n}, (n - 1,)) for n in (1, 2)]
    first, second = load_plan("p.json", save_plan(plan_of(changes))).changes
    assert first.body["system_prompt"] is second.body["system_prompt"]


@pytest.mark.parametrize("indent", [None, 4])
def test_spaces_between_the_values_do_not_count(indent: int | None) -> None:
    assert load_plan("p.json", "\n " + json.dumps(saved(), indent=indent)).changes == good_plan().changes


CHANGED: dict[str, Damage] = {
    "the rows of a change": lambda d: d["changes"][0].update(indexes=[1]),
    "an outcome that is settled": lambda d: d["settled"][0].__setitem__(1, {"status": "unchanged"}),
    "a row that is settled": lambda d: d["settled"].pop(),
    "the type of an id": lambda d: d["changes"][0].update(assistant_id="1"),
    "a number's type": lambda d: d["changes"][0]["before"].update(speech_speed=1),
    "a flag for a number": lambda d: d["sheet"].update(blank_rows=False),
    "a name": lambda d: d["changes"][0].update(name="somebody else"),
    "what is held": lambda d: d["changes"][0].update(held="speech_speed"),
    "a problem": lambda d: d["problems"].pop(),
    "how bad a problem is": lambda d: d["problems"][0].update(severity="warning"),
    "a cell": lambda d: d["rows"][0][2].__setitem__(1, "9.9"),
    "a row's number": lambda d: d["rows"][0].__setitem__(0, 1),
    "a column": lambda d: d["sheet"]["columns"].pop(),
    "the sheet's name": lambda d: d["sheet"].update(name="other.csv"),
    "whose it is": lambda d: d.update(account="user 7 at sandbox"),
    "where it is sent": lambda d: d.update(server="https://elsewhere/api"),
    "whether it was compared": lambda d: d.update(unseen=True),
    "a key that is new": lambda d: d.update(more=1),
    "a key that is missing": lambda d: d.pop("problems"),
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_whatever_was_changed_it_is_not_as_it_was_saved(change: Damage) -> None:
    document = saved()
    change(document)
    error = refusal(document)
    assert (error.code, "not as it was saved" in error.message) == ("S113", True)


NONSENSE: dict[str, Damage] = {
    "a row twice": lambda d: d["changes"][0].update(indexes=[1]),
    "a row that there is none of": lambda d: d["changes"][0].update(indexes=[999]),
    "a row before the first": lambda d: d["changes"][0].update(indexes=[-1]),
    "no rows": lambda d: d["changes"][0].update(indexes=[]),
    "a row that nothing accounts for": lambda d: d["settled"].pop(),
    "a row that is settled twice": lambda d: d["settled"].append(d["settled"][0]),
    "an assistant twice": lambda d: d["changes"][0].update(assistant_id=2),
    "an id that is none": lambda d: d["changes"][0].update(assistant_id=-1),
    "an outcome of what was sent": lambda d: d["settled"][0].__setitem__(1, {"status": "updated"}),
    "a code that there is none of": lambda d: d["problems"][0].update(code="V999"),
    "a place that there is none of": lambda d: d["problems"][0].update(column=99),
    "a field that there is none of": lambda d: d["changes"][0]["body"].update(nonsense=1),
    "what is held as a text, as version 3 had it": lambda d: d["changes"][0].update(held="name: wanted A"),
    "what is held of a field that there is none of": lambda d: d["changes"][0].update(
        held=[{"field": "nonsense", "why": "changed"}]
    ),
    "a delimiter of two signs": lambda d: d["sheet"]["dialect"].update(delimiter=";;"),
    "an encoding that there is none of": lambda d: d["sheet"]["dialect"].update(encoding="klingon"),
    "cells that are none": lambda d: d["rows"][0].__setitem__(2, None),
    "a list that is none": lambda d: d.update(changes={"a": 1}),
    "rows in no order": lambda d: d["rows"].reverse(),
    "nothing": lambda d: d.clear(),
}


SENSELESS: dict[str, tuple[Callable[[Change], Change], str]] = {
    "an assistant twice": (lambda c: replace(c, assistant_id=2), "changed twice"),
    "an id that is none": (lambda c: replace(c, assistant_id=-1), "can be sent"),
    "a change of nothing": (lambda c: replace(c, body={}), "can be sent"),
    "a field that there is none of": (lambda c: replace(c, body={"nonsense": 1}), "can be sent"),
    "a field that never was there": (lambda c: replace(c, before={"nonsense": 1}), "can be sent"),
    "parts that are not merged": (
        lambda c: replace(c, parts=(Part("variables", ("a",), "b"),)),
        "can be sent",
    ),
    "a row that there is none of": (lambda c: replace(c, indexes=(999,)), "each row once"),
}


@pytest.mark.parametrize("change, words", SENSELESS.values(), ids=SENSELESS)
def test_a_change_that_makes_no_sense_is_refused_whatever_its_digest(
    change: Callable[[Change], Change], words: str
) -> None:
    plan = good_plan()
    check_plan(plan)
    first, *others = plan.changes
    with pytest.raises(ValueError, match=words):
        check_plan(replace(plan, changes=(change(first), *others)))


@pytest.mark.parametrize("change", NONSENSE.values(), ids=NONSENSE)
def test_what_makes_no_sense_is_refused_whatever_its_seal(change: Damage) -> None:
    document = saved()
    change(document)
    assert refusal(resealed(document)).code == "S113"


@pytest.mark.parametrize("text", ["", "[]", "null", "3", "{", '{"a": 1}', "[" * 100_000, f'{{"{MARK}": []}}'])
def test_what_is_no_plan_at_all_is_refused(text: str) -> None:
    with pytest.raises(SheetError) as caught:
        load_plan("p.json", text)
    assert caught.value.code == "S113"


@pytest.mark.parametrize("piece", ["[],", "{},", '"ab",', "1.5,"])
def test_what_would_take_too_much_memory_is_refused_before_it_is_read(piece: str) -> None:
    text = f'{{"{MARK}": {SCHEMA}, "rows": [' + piece * (MOST_BYTES // 2 // len(piece))
    with pytest.raises(SheetError) as caught:
        load_plan("p.json", text)
    assert caught.value.code == "S103" and caught.value.remedy


def test_what_could_not_be_read_again_is_not_saved() -> None:
    plan: Plan = plan_of(20)
    large = replace(plan, changes=tuple(replace(c, body={"name": "x" * 6_000_000}) for c in plan.changes))
    with pytest.raises(SheetError) as caught:
        save_plan(large)
    assert caught.value.code == "S103"
