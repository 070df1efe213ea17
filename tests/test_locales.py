"""The language and the signs of the user: by the variables that programs heed for them, the strongest first."""

from __future__ import annotations

import pytest

from batch_update.settings.locales import (
    OF_COMMAS,
    OF_SEMICOLONS,
    Signs,
    language_here,
    signs_here,
    signs_wanted,
)


@pytest.mark.parametrize(
    ("environ", "signs"),
    [
        ({"LANG": "de_DE.UTF-8"}, OF_SEMICOLONS),
        ({"LANG": "en_US.UTF-8", "LC_NUMERIC": "de_AT"}, OF_SEMICOLONS),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C.UTF-8"}, OF_COMMAS),  # as cron has it
        ({"LANG": "de_DE.UTF-8", "LC_NUMERIC": "C"}, OF_COMMAS),
        ({"LANG": "German_Germany.1252"}, OF_SEMICOLONS),
        ({"LANG": "German_Switzerland.1252"}, Signs(";", ".")),
        ({"LANG": "de_CH.UTF-8"}, Signs(";", ".")),
        ({"LANG": "fr_FR@euro"}, OF_SEMICOLONS),
        ({"LANG": "es_MX.UTF-8"}, OF_COMMAS),
        ({"LANG": "delulu"}, OF_COMMAS),
    ],
)
def test_the_signs_are_those_of_the_spreadsheet_program(environ: dict[str, str], signs: Signs) -> None:
    assert signs_here(environ) == signs


@pytest.mark.parametrize(
    ("delimiter", "place", "signs"),
    [
        (None, "de_DE", OF_SEMICOLONS),
        (",", "de_DE", OF_COMMAS),
        (";", "C", OF_SEMICOLONS),
        (";", "de_CH", Signs(";", ".")),
        ("tab", "de_DE", Signs("\t", ",")),
        ("|", "C", Signs("|", ".")),
    ],
)
def test_the_delimiter_that_is_asked_for_is_taken(delimiter: str | None, place: str, signs: Signs) -> None:
    """A comma that stands between cells stands in no number."""
    assert signs_wanted(delimiter, {"LC_ALL": place}) == signs


def test_words_follow_the_messages_and_numbers_the_numbers() -> None:
    environ = {"LC_MESSAGES": "de_DE.UTF-8", "LC_NUMERIC": "en_US.UTF-8"}
    assert (language_here(environ), signs_here(environ)) == ("de", OF_COMMAS)
