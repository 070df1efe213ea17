"""Ids are held against the lists of the account: what is not there or does not fit is a problem at its cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from batch_update.model.choices import Catalog, Choice, Choices
from batch_update.model.plans import Plan, Present
from batch_update.model.sheets import Severity
from batch_update.plan.changing.comparing import compare
from batch_update.plan.fitting.judging import misfits
from batch_update.plan.fitting.settling import settled_plan, with_unknown
from batch_update.plan.fitting.subjects import lists_needed, subjects_of
from batch_update.plan.from_sheet import make_plan
from tests.made import table_of

P, PD, M = ("pipeline",), ("pipeline", "dualplex"), ("multimodal",)
CHOICES = Choices(
    {
        Catalog.VOICES: (
            Choice(412, "Sabine", language_id=1, modes=P),
            Choice(431, "Oliver", language_id=2, modes=PD),
            Choice(41, "Marin", modes=M),
            Choice(41234, "Clara", language_id=1, modes=P),
        ),
        Catalog.LANGUAGES: (Choice(1, "German", "de"), Choice(2, "English", "en")),
        Catalog.LLM_MODELS: (Choice(1, "GPT-4.1"), Choice(5, "Small")),
        Catalog.MULTIMODAL_MODELS: (Choice(1, "GPT Realtime"), Choice(2, "Gemini Live")),
        Catalog.DUALPLEX_MODELS: (Choice(3, "Dualplex"),),
        Catalog.PHONE_NUMBERS: (
            Choice(1, "+49301", is_free=False),
            Choice(4, "+49304", is_free=True),
            Choice(5, "+49305", is_free=False),
            Choice(11, "+493011", is_free=False, is_caller_id=True),
        ),
        Catalog.SYNTHESIZERS: (Choice(1, "Eleven"), Choice(2, "Cartesia")),
        Catalog.LABELS: (Choice(1, "live"), Choice(2, "test")),
    },
    in_language={(Catalog.SYNTHESIZERS, 1): frozenset({1})},
)
NOW: Mapping[str, Any] = {
    "mode": "pipeline",
    "type": "inbound",
    "language_id": 1,
    "voice_id": 500,
    "llm_model_id": 1,
    "phone_number_id": None,
    "tools": [],
}


def present(**others: Mapping[str, Any]) -> dict[int, Present]:
    """Assistants 1 to 4 as `NOW`, but for what is said: `_2={"mode": "multimodal"}`."""
    return {number: {**NOW, **others.get(f"_{number}", {})} for number in (1, 2, 3, 4)}


def judged(
    headers: str,
    *rows: tuple[object, ...],
    there: Mapping[int, Present] | None = None,
    choices: Choices = CHOICES,
) -> Plan:
    there = present() if there is None else there
    plan = compare(make_plan(table_of(headers, *rows), fetched=True), there, account="user 1 at x")
    subjects = subjects_of(plan.changes, there)
    plan = settled_plan(plan, misfits(subjects, there, choices))
    return with_unknown(plan, choices, lists_needed(subjects).catalogs)


def told(plan: Plan) -> list[tuple[str, int | None, int | None]]:
    return [(problem.code, problem.index, problem.column) for problem in plan.problems]


def ids_sent(plan: Plan) -> list[int]:
    return [change.assistant_id for change in plan.changes]


# ---------------------------------------------------------------- is it there?


def test_an_id_that_the_account_has_is_nobody_s_business() -> None:
    plan = judged("id voice_id phone_number_id label_ids llm_model_id", (1, 412, 4, "1,2", 5))
    assert (told(plan), ids_sent(plan)) == ([], [1])


@pytest.mark.parametrize(
    ("field", "value", "noun", "catalog"),
    [
        ("voice_id", 9, "voice 9", "voices"),
        ("language_id", 9, "language 9", "languages"),
        ("llm_model_id", 9, "llm model 9", "llm-models"),
        ("phone_number_id", 9, "phone number 9", "phone-numbers"),
        ("synthesizer_provider_id", 9, "synthesizer 9", "synthesizers"),
        ("label_ids", "1,9", "label 9", "labels"),
    ],
)
def test_an_id_that_the_account_does_not_have_is_an_error_that_ends_with_the_command_that_lists(
    field: str, value: object, noun: str, catalog: str
) -> None:
    plan = judged(f"id name {field}", (1, "x", value), (2, "y", ""))
    (problem,) = plan.problems
    assert (problem.code, problem.index, problem.column, problem.given) == ("X271", 0, 2, "9")
    assert problem.message == f"the account has no {noun}"
    assert problem.remedy.endswith(f": batch-update choices {catalog}")
    assert (ids_sent(plan), plan.settled[0].code) == ([2], "X271")


@pytest.mark.parametrize(
    ("headers", "row", "code", "column", "fitting"),
    [("id mode", (1, "multimodal"), "X272", 1, 41), ("id name language_id", (1, "x", 2), "X273", 2, 431)],
)
def test_a_voice_that_is_kept_and_does_not_fit_what_changes_is_told(
    headers: str, row: tuple[object, ...], code: str, column: int, fitting: int
) -> None:
    there = present(_1={"voice_id": 412})
    plan = judged(headers, row, there=there)
    (problem,) = (p for p in plan.problems if p.code != "X220")
    assert (problem.code, problem.column, problem.severity) == (code, column, Severity.WARNING)
    assert "voice 412 (Sabine)" in problem.message and ids_sent(plan) == [1]
    assert not {"X272", "X273"} & {
        p.code for p in judged(f"{headers} voice_id", (*row, fitting), there=there).problems
    }


KEPT = [
    # the voice that is kept, the mode and the language that the row sets ("" leaves them), and what the row is told
    (412, "pipeline", 1, None),
    (412, "pipeline", 2, ("X273", 2)),  # it fits the mode and not the language
    (412, "multimodal", 1, ("X272", 1)),
    (412, "multimodal", 2, ("X272", 1)),  # neither: what does not fit the mode will go, whatever it speaks
    (412, "multimodal", "", ("X272", 1)),
    (412, "", 2, ("X273", 2)),
    (431, "dualplex", 2, None),
    (431, "dualplex", 1, ("X273", 2)),
    (9, "multimodal", 2, None),  # not in the list: nothing is certain
]


@pytest.mark.parametrize(("voice", "mode", "language", "wanted"), KEPT)
def test_a_voice_that_is_kept_is_held_against_the_new_mode_and_then_against_the_new_language(
    voice: int, mode: str, language: object, wanted: tuple[str, int] | None
) -> None:
    there = present(_1={"voice_id": voice, "language_id": 1 if language == 2 else 2, "mode": "pipeline"})
    plan = judged("id mode language_id", (1, mode, language), there=there)
    told = [(p.code, p.column) for p in plan.problems if p.code in ("X272", "X273")]
    assert told == ([wanted] if wanted else [])


def test_a_slip_of_the_keyboard_is_asked_about() -> None:
    (problem,) = judged("id voice_id", (1, 41243)).problems
    assert problem.remedy.startswith("did you mean 41234 (Clara)? ")


def test_what_is_there_already_is_never_complained_of() -> None:
    """Voice 500 is held by all of them, and not on the list: it was deleted since, or is somebody's own."""
    there = present(_1={"label_ids": [7], "tools": [{"type": "assistant_transfer", "assistant_id": 99}]})
    tools = '[{"type": "assistant_transfer", "assistant_id": 99}, {"type": "end_call"}]'
    plan = judged("id voice_id label_ids tools", (1, 500, "7,2", tools), there=there)
    assert told(plan) == [] and set(plan.changes[0].body) == {"label_ids", "tools"}


def test_ids_inside_tools_are_held_against_lists_too() -> None:
    warm = '[{"type": "warm_call_transfer", "supervisor_phone": "+49", "outbound_phone_id": 9, "description": "x"}]'
    assert [p.message for p in judged("id tools", (1, warm)).problems] == [
        "the account has no phone number 9"
    ]
    to_nobody = '[{"type": "assistant_transfer", "assistant_id": 99}]'
    (problem,) = judged("id tools", (1, to_nobody)).problems
    assert (problem.code, problem.column) == ("X271", 1)
    assert told(judged("id tools", (1, to_nobody.replace("99", "2")))) == []


def test_an_id_that_a_part_sets_is_shown_at_the_column_of_the_part() -> None:
    there = present(_1={"label_ids": [1]})
    sheet = table_of("id name label_ids", (1, "x", "9"))
    assert sheet.columns[2].field == "label_ids"
    (problem,) = judged("id name label_ids", (1, "x", "1,9"), there=there).problems
    assert (problem.column, problem.given) == (2, "9")


# ---------------------------------------------------------------- does it fit?


def test_a_voice_of_another_mode_is_an_error() -> None:
    (problem,) = judged("id voice_id", (1, 41)).problems
    assert (problem.code, problem.message) == (
        "X272",
        "voice 41 (Marin) is not for mode pipeline, only for multimodal",
    )
    assert (
        problem.remedy
        == "what fits: batch-update choices voices the option mode=pipeline the option language=1"
    )


def test_it_is_the_mode_after_the_change_that_counts() -> None:
    assert told(judged("id mode voice_id multimodal_model_id", (1, "multimodal", 41, 1))) == []
    plan = judged("id mode voice_id multimodal_model_id", (1, "multimodal", 412, 1))
    assert told(plan) == [("X272", 0, 2)]


def test_a_model_of_another_mode_is_an_error_and_not_called_missing() -> None:
    there = present(_1={"mode": "multimodal"}, _2={"mode": "dualplex"})
    headers = "id multimodal_model_id"
    assert told(judged(headers, (1, 2), (2, 3), there=there)) == []
    plan = judged(headers, (1, 3), (2, 2), there=there)
    assert told(plan) == [("X272", 0, 1), ("X272", 1, 1)]
    assert "model 3 (Dualplex) is not for mode multimodal, only for dualplex" in plan.problems[0].message
    assert plan.problems[1].remedy.endswith("choices dualplex-models")
    assert told(judged(headers, (1, 9), there=there)) == [("X271", 0, 1)]


def test_the_list_of_the_mode_is_enough_and_without_it_nothing_is_certain() -> None:
    there = present(_1={"mode": "multimodal"})
    for catalog, codes in ((Catalog.MULTIMODAL_MODELS, ["X271"]), (Catalog.DUALPLEX_MODELS, [])):
        known = Choices({catalog: CHOICES[catalog]})
        for number in (3, 9):
            plan = judged("id multimodal_model_id", (1, number), there=there, choices=known)
            assert [problem.code for problem in plan.problems] == codes
    sheet = table_of("id multimodal_model_id", (1, 3))
    plan = compare(make_plan(sheet, fetched=True), there, account="user 1 at x")
    assert lists_needed(subjects_of(plan.changes, there)).catalogs == {Catalog.MULTIMODAL_MODELS}


def test_an_id_that_means_a_model_of_each_mode_is_the_one_of_the_assistant_s_mode() -> None:
    there = present(_1={"mode": "multimodal"})
    assert told(judged("id multimodal_model_id", (1, 1), there=there)) == []


def test_a_mode_that_is_not_known_forbids_nothing() -> None:
    there = present(_1={"mode": "of_tomorrow"})
    assert told(judged("id voice_id", (1, 41), there=there)) == []


def test_a_voice_of_another_language_is_a_warning_and_is_sent() -> None:
    plan = judged("id voice_id", (1, 431))
    (problem,) = plan.problems
    assert (problem.code, problem.severity, ids_sent(plan)) == ("X273", Severity.WARNING, [1])
    assert problem.message == "voice 431 (Oliver) speaks English, and the assistant German"
    assert problem.remedy.endswith("voices the option mode=pipeline the option language=1")


@pytest.mark.parametrize(
    ("headers", "row"),
    [
        ("id voice_id language_id", (1, 431, 2)),
        ("id voice_id secondary_language_ids", (1, 431, "2")),
        ("id voice_id", (1, 412)),
    ],
)
def test_it_is_the_languages_after_the_change_that_count(headers: str, row: tuple[object, ...]) -> None:
    assert told(judged(headers, row)) == []


def test_a_voice_for_all_languages_fits_each() -> None:
    there = present(_1={"mode": "multimodal"})
    assert told(judged("id voice_id", (1, 41), there=there)) == []


def test_a_provider_that_does_not_speak_the_language_is_a_warning() -> None:
    plan = judged("id synthesizer_provider_id", (1, 2), (2, 1))
    assert told(plan) == [("X273", 0, 1)] and ids_sent(plan) == [1, 2]
    assert "synthesizer 2 (Cartesia) is not for German" in plan.problems[0].message
    there = present(_1={"language_id": 2})
    assert told(judged("id synthesizer_provider_id", (1, 2), there=there)) == [], (
        "who speaks English was not asked"
    )


# ---------------------------------------------------------------- phone numbers


def test_a_number_that_rings_elsewhere_is_an_error() -> None:
    plan = judged("id phone_number_id", (1, 5), (2, 4))
    assert (told(plan), ids_sent(plan)) == ([("X274", 0, 1)], [2])
    assert plan.problems[0].remedy.endswith(": batch-update choices phone-numbers")


def test_an_outbound_assistant_may_have_a_number_that_is_taken_or_a_caller_id() -> None:
    there = present(_1={"type": "outbound"}, _2={"type": "outbound"})
    assert told(judged("id phone_number_id", (1, 5), (2, 11), there=there)) == []
    plan = judged("id phone_number_id type", (1, 5, "inbound"), (2, 11, "inbound"), there=there)
    assert [problem.code for problem in plan.errors] == ["X274", "X276"]


def test_who_turns_inbound_needs_the_number_that_it_has_for_itself() -> None:
    there = present(
        _1={"type": "outbound", "phone_number_id": 5}, _2={"type": "outbound", "phone_number_id": 4}
    )
    plan = judged("id type", (1, "inbound"), (2, "inbound"), there=there)
    assert [(problem.code, problem.index) for problem in plan.errors] == [("X274", 0)]


def test_an_assistant_that_has_its_number_already_is_left_in_peace() -> None:
    there = present(_1={"phone_number_id": 1})
    assert told(judged("id phone_number_id name", (1, 1, "new name"), there=there)) == []


def test_a_caller_id_cannot_be_called() -> None:
    assert told(judged("id phone_number_id", (1, 11))) == [("X276", 0, 1)]


def test_two_rows_that_want_one_number_are_both_named_with_or_without_a_list() -> None:
    for choices in (CHOICES, Choices()):
        plan = judged("id phone_number_id", (1, 4), (2, 4), (3, ""), choices=choices)
        assert told(plan) == [("X275", 0, 1), ("X275", 1, 1)]
        assert [problem.also for problem in plan.problems] == [(1,), (0,)]
        assert ids_sent(plan) == []


def test_a_number_that_another_row_s_assistant_keeps_is_taken_whatever_a_list_says() -> None:
    there = present(_2={"phone_number_id": 4})
    plan = judged("id phone_number_id name", (1, 4, "x"), (2, "", "y"), there=there, choices=Choices())
    (problem,) = plan.errors
    assert (problem.code, problem.index) == ("X274", 0) and "rings at assistant 2" in problem.message


def test_a_number_is_taken_too_where_its_assistant_keeps_it_and_is_changed_otherwise() -> None:
    there = present(_2={"phone_number_id": 4})
    plan = judged("id phone_number_id voice_id", (1, 4, ""), (2, "", 412), there=there)
    (problem,) = plan.problems
    assert (problem.code, problem.severity, ids_sent(plan)) == ("X274", Severity.ERROR, [2])


@pytest.mark.parametrize("takes", ["null", "4"])
def test_a_number_that_another_row_gives_up_is_sent_with_a_warning(takes: str) -> None:
    there = present(_2={"phone_number_id": 5}, _3={"phone_number_id": 1})
    there[2] = {**there[2], "type": "inbound"}
    plan = judged("id phone_number_id", (1, 5), (2, takes), there=there)
    (problem,) = plan.problems
    assert (problem.code, problem.severity, problem.also) == ("X274", Severity.WARNING, (1,))
    assert ids_sent(plan) == [1, 2] and "the setting only=2" in problem.remedy


def test_of_numbers_that_go_round_in_a_circle_one_has_to_be_emptied_first() -> None:
    """No row can be sent alone before the others: the server would refuse each."""
    there = {n: {**now, "type": "inbound"} for n, now in present().items() if n < 4}
    for n, number in zip(there, (4, 5, 6), strict=True):
        there[n] = {**there[n], "phone_number_id": number}
    swap = judged("id phone_number_id", (1, 5), (2, 4), there=there, choices=Choices())
    ring = judged("id phone_number_id", (1, 5), (2, 6), (3, 4), there=there, choices=Choices())
    for plan in (swap, ring):
        assert {problem.code for problem in plan.problems} == {"X274"} and not plan.errors
        assert all("write null for assistant" in problem.remedy for problem in plan.problems)
    row = judged("id phone_number_id", (1, 5), (2, 7), there=there, choices=Choices())
    assert "the setting only=2" in row.problems[0].remedy


# ---------------------------------------------------------------- what is not known


def test_a_list_that_could_not_be_had_is_one_warning_and_forbids_nothing() -> None:
    choices = Choices(unknown={Catalog.VOICES: "not found (404)", Catalog.LABELS: "not found (404)"})
    plan = judged("id voice_id", (1, 9), (2, 41), choices=choices)
    (problem,) = plan.problems
    assert (problem.code, problem.severity, problem.index) == ("X270", Severity.WARNING, None)
    assert "voices" in problem.message and "404" in problem.message
    assert ids_sent(plan) == [1, 2]


def test_only_the_lists_of_new_ids_are_needed() -> None:
    there = present()
    plan = compare(
        make_plan(table_of("id name voice_id label_ids", (1, "x", 500, ""), (2, "y", "", "2")), fetched=True),
        there,
        account="user 1 at x",
    )
    needed = lists_needed(subjects_of(plan.changes, there))
    assert (needed.catalogs, needed.languages) == ({Catalog.LABELS}, set())


def test_the_language_of_a_provider_s_assistant_is_asked_for() -> None:
    there = present(_2={"language_id": 2})
    sheet = table_of("id synthesizer_provider_id", (1, 1), (2, 1))
    plan = compare(make_plan(sheet, fetched=True), there, account="user 1 at x")
    needed = lists_needed(subjects_of(plan.changes, there))
    assert (needed.catalogs, needed.languages) == ({Catalog.SYNTHESIZERS}, {1, 2})
