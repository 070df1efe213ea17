"""What page, charts and workbook say in two languages: no word that nothing says, and none without its German."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from batch_update.codes import CODES
from batch_update.fields.values.differences import SAME_BUT_SECRETS
from batch_update.model.plans import HAZARDS, Status, Tripped, Verified
from batch_update.model.sheets import Severity
from batch_update.report.changed import Became
from batch_update.report.charts.speech import PHRASES
from batch_update.report.headline.both_languages import Phrase
from batch_update.report.headline.code_titles import FAMILIES, GERMAN_TITLES, code_title
from batch_update.report.headline.ends import CHANGE_ENDS, LEFT_OUT, READ_BACK, ROW_ENDS, end_and_effect
from batch_update.report.headline.guard_words import guard_sentence
from batch_update.report.headline.headline import TONES_OF_ENDS
from batch_update.report.page.page_words import WORDS
from batch_update.report.workbook.vocabulary import GERMAN

REPORT = Path(__file__).parents[2] / "batch_update" / "report"
MADE_OF = re.compile("status_|field_|held_|verified_|one_|many_")
"""How keys begin that are put together where they are said."""


def sources(folder: str) -> str:
    words = {"speech.py", "page_words.py", "vocabulary.py"}
    files = (path for path in (REPORT / folder).rglob("*.*") if path.suffix in (".py", ".js", ".html"))
    return "".join(path.read_text("utf-8") for path in files if path.name not in words)


def unsaid(keys: Iterable[str], source: str) -> list[str]:
    plain = (key for key in keys if type(key) is str and not MADE_OF.match(key))
    return [
        key
        for key in plain
        if not re.search(f"[\"']{re.escape(key)}[\"']|\\bw\\.{re.escape(key)}\\b", source)
    ]


@pytest.mark.parametrize(
    ("folder", "keys"), [("page", WORDS), ("charts", PHRASES), ("workbook", GERMAN.words)]
)
def test_each_word_is_said_somewhere(folder: str, keys: Iterable[str]) -> None:
    elsewhere = {" … {} more characters: worksheet {}, row {}", "begins in", "part", "text", SAME_BUT_SECRETS}
    elsewhere |= {*Severity}
    assert set(unsaid(keys, sources(folder))) <= elsewhere


def test_every_end_has_its_words_and_page_charts_and_workbook_say_the_same() -> None:
    """No other table says how a row or a change ends, in either language."""
    assert {*ROW_ENDS} == {*TONES_OF_ENDS} == {*Status}
    assert {*CHANGE_ENDS} == {*Became} and {*READ_BACK} == {*Verified}
    ends = [*ROW_ENDS.values(), LEFT_OUT, CHANGE_ENDS[Became.HELD], READ_BACK[Verified.MISMATCH]]
    for language in (0, 1):
        said = [(end.en, end.de)[language] for end in ends]
        assert len({*said}) == len(ends) and all(said)
        elsewhere = {pair[language] for pair in PHRASES.values()}
        elsewhere |= {pair for german in GERMAN.words.items() for pair in german}
        assert not elsewhere & {*said}
    assert end_and_effect(Status.FAILED).de == "fehlgeschlagen, nicht geändert"
    assert end_and_effect(Status.UPDATED) == ROW_ENDS[Status.UPDATED]


def test_each_code_that_stands_in_a_report_has_its_german_title_and_no_other_has_one() -> None:
    assert {*GERMAN_TITLES} == {code for code in CODES if code.startswith(FAMILIES)}, (
        "a title for report/headline/code_titles.py"
    )
    assert all(title and title == title.strip(" .") for title in GERMAN_TITLES.values())
    assert len({*GERMAN_TITLES.values()}) > len(GERMAN_TITLES) - 3, "no line was copied and left so"
    assert code_title("V104") == Phrase(CODES["V104"].title, GERMAN_TITLES["V104"])
    assert code_title("Z1") == Phrase("", "")


@pytest.mark.parametrize(
    "code", ["U104", "U105", "U117", "X312", "A401", "R140", "R150", "R155", "R158", "S150"]
)
def test_whatever_keeps_an_account_of_a_fleet_from_its_end_is_told_in_german_too(code: str) -> None:
    title = code_title(code)
    assert title.de != title.en and "Account" not in title.de


def test_a_guard_says_in_both_languages_what_would_happen_and_to_whom() -> None:
    many = Tripped("G101", "mode", HAZARDS["mode"].words, 1200, "", (2, 4, 6, 8, 10), is_blind=True)
    assert guard_sentence(many).de == (
        "G101 mode: der Modus würde sich ändern, was Einstellungen zurücksetzt (nicht mit dem verglichen, was da ist) "
        "(1.200 Assistenten, Zeilen 2, 4, 6 und 2 weitere Stellen)"
    )
    limit = Tripped("G120", "", "60 assistants would change", 60, "", lifts={"max_changes": 60})
    assert guard_sentence(limit) == Phrase(
        "G120 max-changes: 60 assistants would change",
        "G120 max-changes: zu viele Änderungen: 60 assistants would change",
    )
    assert {one.code for one in HAZARDS.values()} <= {*GERMAN_TITLES}


def test_each_word_of_a_workbook_has_its_german() -> None:
    source = sources("workbook")
    said = re.findall(r'words\["([^"]+)"\]', source) + re.findall(r'\("([a-z ]+)", \d+[,)]', source)
    assert len(said) > 60 and set(said) - set(GERMAN.words) == {"id"}
