"""Which id a name stands for: compared without regard to case, spaces and Unicode form, and never by likeness."""

from __future__ import annotations

import unicodedata

import pytest

from batch_update.check.fault import Fault
from batch_update.check.settled_names import with_ids
from batch_update.fields.cells import read_cell
from batch_update.fields.remembered.memory import remembered
from batch_update.model.choices import Catalog, Choice, Choices
from batch_update.model.named import NamedChoice, names_in
from batch_update.plan.naming.labels import Labels
from batch_update.plan.naming.matching import (
    MOST_CANDIDATES,
    MOST_COMPARED,
    MOST_PROPOSED_FOR,
    catalogs_to_look_up,
    ids_of,
)
from batch_update.plan.naming.origin import Origin, origin_of
from tests.made import table_of

LANGUAGES = (Choice(1, "German", "de"), Choice(2, "English", "en"), Choice(3, "Deutsch (Schweiz)", "de-CH"))
VOICES = (
    Choice(412, "Sabine", language_id=1, modes=("pipeline",)),
    Choice(418, "Susi", language_id=1, modes=("pipeline",)),
    Choice(533, "Clara", language_id=1, modes=("pipeline", "dualplex")),
    Choice(534, "Clara", language_id=2, modes=("pipeline",)),
    Choice(540, "Team (2024)", language_id=1),
    Choice(445, "Lucía", language_id=2),
)
NUMBERS = (
    Choice(1, "+493023125001", "DE"),
    Choice(2, "+49 40 66969104", "DE"),
    Choice(3, "+390612345678", "IT"),
    Choice(4, "+12025550107", "US"),
    Choice(6, "+3780549123456", "SM"),
    Choice(7654321, "+442079460101", "GB"),
)
MODELS = (
    (Choice(1, "GPT Realtime", "gpt-realtime"),),
    (Choice(3, "Dualplex Fast"), Choice(1, "GPT Realtime")),
)
CHOICES = Choices(
    {
        Catalog.LANGUAGES: LANGUAGES,
        Catalog.VOICES: VOICES,
        Catalog.PHONE_NUMBERS: NUMBERS,
        Catalog.MULTIMODAL_MODELS: MODELS[0],
        Catalog.DUALPLEX_MODELS: MODELS[1],
        Catalog.ASSISTANTS: (
            Choice(10001, "Bäckerei Größe – Empfang"),
            Choice(10002, "Hotel"),
            Choice(10003, "HOTEL"),
        ),
    }
)


def found(text: str, *catalogs: Catalog, choices: Choices = CHOICES, foreign: bool = False) -> int | Fault:
    name = NamedChoice(text, catalogs or (Catalog.VOICES,))
    return ids_of([name], choices, Origin(foreign))[name]


def refused(text: str, *catalogs: Catalog, choices: Choices = CHOICES) -> Fault:
    fault = found(text, *catalogs, choices=choices)
    assert isinstance(fault, Fault), f"{text!r} was taken for {fault}"
    return fault


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Susi", 418),
        ("SUSI", 418),
        (" su si ", 418),
        ("Su\u200bsi", 418),
        ("Ｓｕｓｉ", 418),
        ("Susi (de)", 418),
        ("Susi(DE)", 418),
        ("Susi (Deutsch)", 418),
        ("Clara (en)", 534),
        ("Clara (English)", 534),
        ("Clara (Englisch)", 534),
        ("Clara (dualplex)", 533),
        ("412 – Sabine", 412),
        ("412 - sabine", 412),
        ("0412 — Sabine (de)", 412),
        ("Sabine (412)", 412),
        ("533 – Clara", 533),
        ("Clara (534)", 534),
        ("Team (2024)", 540),
        ("540 – Team (2024)", 540),
        (unicodedata.normalize("NFD", "Lucía"), 445),
    ],
)
def test_a_voice_by_its_name(text: str, number: int) -> None:
    assert found(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("German", 1),
        ("Deutsch", 1),
        ("de", 1),
        ("DE", 1),
        ("Englisch", 2),
        ("en", 2),
        ("de-CH", 3),
        ("1 – Deutsch", 1),
    ],
)
def test_a_language_by_its_name_its_code_or_what_people_call_it(text: str, number: int) -> None:
    assert found(text, Catalog.LANGUAGES) == number


@pytest.mark.parametrize("text", ["de-DE", "Germ", "Deutsche", "d e u"])
def test_no_language_is_taken_by_likeness(text: str) -> None:
    assert refused(text, Catalog.LANGUAGES).code == "C111"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+49 30 23125001", 1),
        ("0049 30 23125001", 1),
        ("+49 (0)30 2312-5001", 1),
        ("030/23125001", 1),
        ("(030) 231 250 01", 1),
        ("03023125001", 1),
        ("493023125001", 1),
        ("1 – +493023125001", 1),
        ("+493023125001 (1)", 1),
        ("040 66969104", 2),
        ("06 12345678", 3),
        ("0549 123456", 6),
        ("+39 06 12345678", 3),
        ("+1 (202) 555-0107", 4),
        ("7654321", 7654321),
    ],
)
def test_a_phone_number_however_it_is_written(text: str, number: int) -> None:
    assert found(text, Catalog.PHONE_NUMBERS) == number


@pytest.mark.parametrize(
    "text", ["030/2312500", "+49 30 231250011", "0202 5550107", "23125001", "5550107", "+1 30 23125001"]
)
def test_a_phone_number_is_whole_or_none(text: str) -> None:
    assert refused(text, Catalog.PHONE_NUMBERS).code == "C111"


def test_assistants_are_known_by_their_names_in_any_unicode_form() -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        text = unicodedata.normalize(form, "BÄCKEREI grösse – Empfang".replace("grösse", "größe"))
        assert found(text, Catalog.ASSISTANTS) == 10001
    near = refused("Bäckerei Größe - Empfang", Catalog.ASSISTANTS)
    assert near.remedy.startswith("did you mean 10001 – Bäckerei Größe – Empfang?")


def test_of_several_lists_one_entry_that_stands_in_both_is_one() -> None:
    lists = (Catalog.MULTIMODAL_MODELS, Catalog.DUALPLEX_MODELS)
    assert found("GPT Realtime", *lists) == 1 and found("dualplex fast", *lists) == 3


def test_several_of_one_name_are_told_with_cells_that_stand_for_one_each() -> None:
    fault = refused("Clara")
    assert (fault.code, fault.message) == ("C131", "2 voices of the account are called Clara")
    assert fault.remedy == (
        "write 533 – Clara (de) or 534 – Clara (en). "
        "`batch-update choices voices the option search=Clara` lists what there is"
    )
    assert found("533 – Clara (de)") == 533 and found("534 – Clara (en)") == 534
    assert refused("hotel", Catalog.ASSISTANTS).code == "C131"


def test_of_very_many_of_one_name_a_few_are_told() -> None:
    many = Choices({Catalog.VOICES: tuple(Choice(n, "Anna") for n in range(1, 100))})
    remedy = refused("Anna", choices=many).remedy
    assert remedy.count("– Anna") == MOST_CANDIDATES and "(and 94 more)" in remedy


def test_an_unknown_name_is_told_with_what_is_near_and_how_to_list_all() -> None:
    fault = refused("Sabina")
    assert fault.remedy == "did you mean 412 – Sabine (de)? `batch-update choices voices` lists what there is"
    assert refused("Zorro").remedy == "`batch-update choices voices` lists what there is"
    assert refused("Susi (en)").remedy.startswith("did you mean 418 – Susi (de)?")
    assert refused("de-DE", Catalog.LANGUAGES).remedy.startswith("did you mean 1 – German?")


@pytest.mark.parametrize(
    ("text", "words", "remedy"),
    [
        (
            "412 – Clara (de)",
            "412 is called Sabine, and the cell says Clara (de)",
            "412 – Sabine (de) or 533",
        ),
        (
            "Clara (412)",
            "412 is called Sabine, and the cell says Clara",
            "412 – Sabine (de), 533 – Clara (de) or 534",
        ),
        ("412 – Sabine Alt", "412 is called Sabine, and the cell says Sabine Alt", "412 – Sabine (de)"),
        ("999 – Susi", "999 is not on the account, and the cell says Susi", "418 – Susi (de)"),
    ],
)
def test_an_id_and_a_name_that_do_not_go_together_are_told_both(text: str, words: str, remedy: str) -> None:
    fault = refused(text)
    assert (fault.code, fault.message) == ("C132", f"voice {words}")
    assert fault.remedy.startswith(f"write {remedy}")


def test_in_a_sheet_of_another_account_the_names_count_and_not_the_ids_beside_them() -> None:
    assert found("412 – Susi", foreign=True) == 418
    assert found("999 – Sabine (de)", foreign=True) == 412
    assert found("7 – +49 30 23125001", Catalog.PHONE_NUMBERS, foreign=True) == 1
    assert isinstance(found("7654321", Catalog.PHONE_NUMBERS, foreign=True), Fault), (
        "an id of another account"
    )
    unknown = found("412 – Zorro", foreign=True)
    assert isinstance(unknown, Fault) and unknown.code == "C111"


def test_a_sheet_is_foreign_where_all_that_it_remembers_is_another_account_s() -> None:
    own, other = remembered(5, "mine", {"name": "A"}), remembered(6, "theirs", {"name": "B"})
    assert origin_of(table_of("id _base", [5, own]), "mine") == Origin(assistants=frozenset({5}))
    assert origin_of(table_of("id _base", [6, other]), "mine") == Origin(is_foreign=True)
    assert origin_of(table_of("id _base", [5, own], [6, other]), "mine") == Origin(assistants=frozenset({5}))
    assert origin_of(table_of("id _base", [5, own]), "") == Origin(), "whose account it is was not told"
    assert origin_of(table_of("id _base", [5, ""]), "mine") == Origin()


@pytest.mark.parametrize("name", ["Sales; Berlin", "Weiß", "null", "", "\u200b"])
def test_a_name_that_would_be_read_otherwise_is_not_written_beside_its_id(name: str) -> None:
    choices = Choices({Catalog.LABELS: (Choice(3, name), Choice(4, "live"))})
    cell = Labels(choices).cell("label_ids", "3; 4", [3, 4])
    assert cell == ("3 – Weiß; 4 – live" if name == "Weiß" else cell)
    found = read_cell("label_ids", cell)
    assert with_ids(found, ids_of(names_in(found), choices))[0] == [3, 4]


def test_names_of_a_list_that_could_not_be_had_say_why() -> None:
    down = Choices({}, {Catalog.VOICES: "the server is down (503)"})
    fault = refused("Susi", choices=down)
    assert fault.code == "C133" and "the server is down (503)" in fault.message


def test_with_voices_the_languages_are_looked_up_by_which_they_are_told_apart() -> None:
    named = NamedChoice("Susi", (Catalog.VOICES,))
    assert catalogs_to_look_up([named]) == {Catalog.VOICES, Catalog.LANGUAGES}
    assert catalogs_to_look_up([]) == set()


def test_ten_thousand_names_that_nobody_has_are_told_without_a_search_for_each() -> None:
    names = [NamedChoice(f"Nobody {n} of this house", (Catalog.VOICES,)) for n in range(10_000)]
    voices = Choices({Catalog.VOICES: tuple(Choice(n, f"Voice {n}") for n in range(1, 2_001))})
    faults = ids_of(names, voices).values()
    assert all(isinstance(fault, Fault) and fault.code == "C111" for fault in faults)
    assert MOST_PROPOSED_FOR < 10_000


def test_the_longer_a_list_the_fewer_slips_are_looked_for() -> None:
    """Fifty names in a list of twenty thousand took most of a minute."""
    voices = Choices({Catalog.VOICES: tuple(Choice(n, f"Stimme {n}") for n in range(1, MOST_COMPARED // 2))})
    names = [NamedChoice(f"Stimmme {n}", (Catalog.VOICES,)) for n in range(1, 6)]
    remedies = [fault.remedy for fault in ids_of(names, voices).values() if isinstance(fault, Fault)]
    assert ["did you mean" in remedy for remedy in remedies] == [True, True, False, False, False]


def test_an_assistant_that_was_exported_from_here_is_meant_whatever_it_is_called_by_now() -> None:
    name = NamedChoice("10001 – Alter Name", (Catalog.ASSISTANTS,))
    assert ids_of([name], CHOICES, Origin(assistants=frozenset({10001})))[name] == 10001
    assert isinstance(ids_of([name], CHOICES)[name], Fault)
