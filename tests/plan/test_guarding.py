"""Guards: what is dangerous, or too much, has to be allowed by name before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from batch_update.codes import CODES
from batch_update.model.plans import ALL_HAZARDS, HAZARDS, Change, Plan
from batch_update.plan.guarding import FINDERS, blind_spots, guard, guards_error, sentence_of
from tests.made import plan_of


def plan_of_pairs(*pairs: tuple[dict[str, Any], dict[str, Any]]) -> Plan:
    """A plan of changes, each (what is sent, what was there before); row numbers from 2 on."""
    return plan_of(Change(n + 1, body, (n,), before=before) for n, (body, before) in enumerate(pairs))


def tripped(*pairs: tuple[dict[str, Any], dict[str, Any]], allow: tuple[str, ...] = ()) -> list[str]:
    return [one.hazard for one in guard(plan_of_pairs(*pairs), allow=allow)]


LONG = "one two three four five six seven eight nine ten"
DANGEROUS = {
    "mode": [({"mode": "multimodal"}, {"mode": "pipeline"})],
    "type": [({"type": "outbound"}, {"type": "inbound"})],
    "phone_number_id": [({"phone_number_id": 5}, {"phone_number_id": None})],
    "clear": [({"variables": {}}, {"variables": {"a": "b"}})],
    "webhook_url": [({"webhook_url": "https://b.example"}, {"webhook_url": "https://a.example"})],
    "tools": [({"tools": []}, {"tools": [{"type": "end_call"}]})],
    "prompt_shrinks": [({"system_prompt": "one two three four"}, {"system_prompt": LONG})],
    "same_prompt": [({"system_prompt": LONG}, {"system_prompt": text}) for text in "ab"],
}  # fmt: skip
"""For each hazard changes that trip it and no other."""


def test_the_settings_know_every_hazard_and_no_other() -> None:
    assert tuple(FINDERS) == tuple(HAZARDS) == tuple(DANGEROUS)
    codes = [hazard.code for hazard in HAZARDS.values()]
    assert len(set(codes)) == len(codes) and all(code in CODES for code in codes)


@pytest.mark.parametrize("name", HAZARDS)
def test_each_hazard_trips_alone_and_its_name_or_all_lets_it_through(name: str) -> None:
    (one,) = guard(plan_of_pairs(*DANGEROUS[name]))
    assert (one.hazard, one.override) == (name, f"the setting allow={name}")
    assert f"on {len(DANGEROUS[name])} assistant" in sentence_of(one) and "row" in sentence_of(one)
    others = tuple(other for other in HAZARDS if other != name)
    assert tripped(*DANGEROUS[name], allow=others) == [name]
    assert tripped(*DANGEROUS[name], allow=(name,)) == tripped(*DANGEROUS[name], allow=(ALL_HAZARDS,)) == []


@pytest.mark.parametrize(
    ("body", "before", "hazards"),
    [
        ({"speech_speed": 1.1, "name": "New"}, {"speech_speed": 1.0, "name": "Old"}, []),
        ({"phone_number_id": None}, {"phone_number_id": 5}, ["phone_number_id"]),
        ({"webhook_url": None}, {"webhook_url": "https://a.example"}, ["webhook_url"]),
        ({"conversation_ended_webhook_url": "https://a.example"}, {}, ["webhook_url"]),
        ({"knowledgebase_id": None}, {"knowledgebase_id": 5}, ["clear"]),
        ({"secondary_language_ids": []}, {"secondary_language_ids": [1]}, ["clear"]),
        ({"tools": [{"type": "end_call"}]}, {"tools": [{"type": "dtmf_input"}]}, []),
        ({"record": False}, {"record": True}, []),
        ({"llm_temperature": 0}, {"llm_temperature": 1.0}, []),
        # A change of mode sends what is already so along: that alters nothing.
        (
            {"mode": "dualplex", "synthesizer_provider_id": None},
            {"mode": "pipeline", "synthesizer_provider_id": None},
            ["mode"],
        ),
    ],
)
def test_what_trips_and_what_does_not(
    body: dict[str, Any], before: dict[str, Any], hazards: list[str]
) -> None:
    assert tripped((body, before)) == hazards


@pytest.mark.parametrize(("words", "trips"), [(4, True), (5, False), (6, False), (0, True)])
def test_a_prompt_shrinks_where_more_than_half_of_its_words_go(words: int, trips: bool) -> None:
    body = {"system_prompt": " ".join(LONG.split()[:words])}
    assert tripped((body, {"system_prompt": LONG})) == ["prompt_shrinks"] * trips


@pytest.mark.parametrize(
    ("before", "trips"),
    [
        (("a", "b"), True),
        (("a", "a"), False),
        (("a", " a\n"), False),
        (("a",), False),
        (("a", ""), False),
        (("a", None), False),
        (("a", "", "b"), True),
    ],
)
def test_one_prompt_for_assistants_that_had_different_ones(
    before: tuple[str | None, ...], trips: bool
) -> None:
    pairs = [({"system_prompt": LONG}, {"system_prompt": text}) for text in before]
    assert tripped(*pairs) == ["same_prompt"] * trips


def test_different_prompts_for_different_assistants_are_in_order() -> None:
    pairs = [({"system_prompt": f"{LONG} {n}"}, {"system_prompt": f"{LONG} old {n}"}) for n in range(3)]
    assert tripped(*pairs) == []


def test_a_sentence_counts_assistants_and_names_the_first_rows() -> None:
    (one,) = guard(plan_of_pairs(*DANGEROUS["type"] * 8))
    assert "on 8 assistants (rows 2, 3, 4, 5, 6 and 3 more)" in sentence_of(one)
    assert "compared" not in sentence_of(one)


@pytest.mark.parametrize("name", HAZARDS)
def test_without_what_is_there_the_change_alone_is_judged_and_said_so(name: str) -> None:
    blind = plan_of_pairs(*((body, {}) for body, _ in DANGEROUS[name]))
    if "prompt" in name:
        assert guard(blind) == ()
        assert "cannot be told" in blind_spots(blind)
        assert blind_spots(blind, allow=["prompt_shrinks"]) != ""
        assert (
            blind_spots(blind, allow=["prompt_shrinks", "same_prompt"]) == blind_spots(blind, ["all"]) == ""
        )
    else:
        (one,) = guard(blind)
        assert one.hazard == name and sentence_of(one).endswith("not compared with what is there")
        assert blind_spots(blind) == ""


def test_prompts_that_were_compared_leave_no_blind_spot() -> None:
    assert blind_spots(plan_of_pairs(*DANGEROUS["same_prompt"])) == ""


SAFE = ({"speech_speed": 1.1}, {"speech_speed": 1.0})


@pytest.mark.parametrize(("changes", "trips"), [(2, False), (3, False), (4, True)])
def test_max_changes_at_one_under_at_and_one_over(changes: int, trips: bool) -> None:
    found = guard(plan_of_pairs(*[SAFE] * changes), max_changes=3)
    assert [one.code for one in found] == ["G120"] * trips
    if trips:
        assert guard(plan_of_pairs(*[SAFE] * changes), max_changes=4) == ()
        assert found[0].override == "the setting max_changes=4"


@pytest.mark.parametrize(("changes", "trips"), [(2, False), (3, False), (4, True)])
def test_max_change_percent_at_one_under_at_and_one_over(changes: int, trips: bool) -> None:
    found = guard(plan_of_pairs(*[SAFE] * changes), total=1000, max_change_percent=0.3)
    assert [one.code for one in found] == ["G121"] * trips
    if trips:
        assert found[0].override == "the setting max_change_percent=0.4"
        assert "4 of 1,000 assistants would change: 0.4 %, at most 0.3 % may" in sentence_of(found[0])


def test_the_percentage_that_a_guard_names_is_enough() -> None:
    """Rounded up: 2 of 3 is 66.7 %."""
    plan = plan_of_pairs(SAFE, SAFE)
    (one,) = guard(plan, total=3, max_change_percent=50)
    percent = float(one.override.partition("=")[2])
    assert guard(plan, total=3, max_change_percent=percent) == ()


def test_a_percentage_of_an_unknown_number_trips_and_nothing_to_change_never_does() -> None:
    (one,) = guard(plan_of_pairs(SAFE), max_change_percent=100)
    assert one.code == "G121" and "not known" in sentence_of(one)
    assert guard(plan_of_pairs(), max_change_percent=0, max_changes=0) == ()


def test_limits_are_not_lifted_by_allowing_all() -> None:
    found = guard(plan_of_pairs(SAFE, SAFE), total=10, max_changes=1, max_change_percent=5, allow=("all",))
    assert [(one.code, one.hazard) for one in found] == [("G120", ""), ("G121", "")]


def test_a_refusal_has_the_first_code_tells_all_and_names_every_flag() -> None:
    plan = plan_of_pairs(*DANGEROUS["mode"], *DANGEROUS["clear"])
    stop = guards_error(guard(plan, max_changes=1))
    assert (stop.code, int(stop.exit)) == ("G120", 5)
    assert "[G101]" in stop.message and "[G104]" in stop.message
    assert stop.remedy.endswith("the setting max_changes=2 and the setting allow=mode,clear")
