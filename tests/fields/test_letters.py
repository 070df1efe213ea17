"""A word that is spelled as no language spells is odd; words of European languages are not, whichever they are."""

from __future__ import annotations

import pytest

from batch_update.fields.garbled.letters import is_odd

WORDS = [
    "résumé",
    "señor",
    "Schön",
    "Straße",
    "mañana",
    "coração",
    "informações",
    "Łódź",
    "Hyvää",
    "ő",
    "nő",
    "Příliš",
    "žluťoučký",
    "ţară",
    "şirket",
    "ğ",
    "İstanbul",
    "Þór",
    "naïve",
    "São",
]
MIXED = ["çaß", "ñaß", "łß", "GrŁße", "Zażółćß", "přčß", "åß", "õß"]
SPELLED = ["Dzieñ", "GrŸ§e", "Sch”n"]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_a_language_is_not_odd(word: str) -> None:
    assert not is_odd(word)


@pytest.mark.parametrize("word", MIXED)
def test_letters_that_no_language_has_together_make_a_word_odd(word: str) -> None:
    assert is_odd(word)


@pytest.mark.parametrize("word", SPELLED)
def test_a_letter_or_sign_where_none_stands_makes_a_word_odd(word: str) -> None:
    assert is_odd(word)
