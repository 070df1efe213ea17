"""What page, charts and workbook say in two languages: no word that nothing says, and none without its German."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from batch_update.fields.values.differences import SAME_BUT_SECRETS
from batch_update.model.plans import Status, Verified
from batch_update.model.sheets import Severity
from batch_update.report.changed import Became
from batch_update.report.charts.speech import PHRASES
from batch_update.report.headline.ends import CHANGE_ENDS, LEFT_OUT, READ_BACK, ROW_ENDS, end_and_effect
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


def test_each_word_of_a_workbook_has_its_german() -> None:
    source = sources("workbook")
    said = re.findall(r'words\["([^"]+)"\]', source) + re.findall(r'\("([a-z ]+)", \d+[,)]', source)
    assert len(said) > 60 and set(said) - set(GERMAN.words) == {"id"}
