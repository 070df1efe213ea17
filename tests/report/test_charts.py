"""Charts: SVG with a text alternative and numbers, in two languages, without a style of their own or foreign markup."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from batch_update.model.plans import Change, Outcome, Status, Verified
from batch_update.model.reports import Event, Report, Window
from batch_update.model.sheets import Problem
from batch_update.report.charts.charts import chart_grid, chart_style, charts, plan_charts
from batch_update.report.charts.speech import PHRASES, Speech
from batch_update.report.figures.figures import AccountFigure, figures_of, figures_of_plan
from batch_update.settings.locales import Language
from tests.clocks import NOON
from tests.made import plan_of

HOSTILE = '"><script>alert(1)</script>\u202e\x00'
LANGUAGES: tuple[Language, ...] = ("en", "de")


def report(changes: int = 90) -> Report:
    """A run with waits, waves, a slow-down, a second session, failures, and fields that want to be markup."""
    planned = [
        Change(n, {"name": HOSTILE, "voice_id": 533}, (n - 1,), before={"voice_id": 412})
        for n in range(1, changes + 1)
    ]
    ends = [
        Outcome(
            Status.FAILED if n % 9 == 0 else Status.UPDATED,
            HOSTILE if n % 9 == 0 else "",
            attempts=1 + n % 2,
            changed=() if n % 9 == 0 else ("voice_id",),
            started=NOON + timedelta(seconds=n),
            ms=40 * n,
            verified=Verified.VERIFIED,
        )
        for n in range(1, changes + 1)
    ]
    kinds = [
        ("gate", 4.0),
        ("slow", None),
        ("pause", 5.0),
        ("wave", 30.0),
        ("limit", None),
        ("resumed", None),
    ]
    events = [
        Event(
            kind,
            HOSTILE,
            seconds,
            NOON + timedelta(seconds=40),
            Window(14, 10) if kind == "slow" else None,
            wave=1,
        )
        for kind, seconds in kinds
    ]
    return Report(plan_of(planned), tuple(ends), tuple(events), 95.0, started=NOON)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_chart_is_well_formed_has_a_text_alternative_and_its_numbers_below(language: Language) -> None:
    figures = figures_of(report(), (Window(20, 10), Window(100, 60)))
    figures = replace(figures, accounts=tuple(AccountFigure(name, figures.counts) for name in ("a", HOSTILE)))
    problems = tuple(Problem("V104", HOSTILE, index=0) for _ in range(2))
    made = charts(figures, language) + plan_charts(
        figures_of_plan(replace(report().plan, problems=problems)), language
    )
    assert len(made) == 9
    for chart in made:
        root = ElementTree.fromstring(chart)
        pictures = [one for one in root.iter("svg") if one.get("role") == "img"]
        assert len(pictures) == 1 and len(list(root.iter("table"))) >= 1
        names = {one.get("id"): one.text for one in root.iter() if one.get("id")}
        assert names[pictures[0].get("aria-labelledby")] and names[pictures[0].get("aria-describedby")]
        assert root.find(".//h3") is not None


def test_a_rate_over_time_is_drawn_where_there_is_a_course_to_be_seen() -> None:
    """Not of a few rows that are shared by themselves, and not of a moment."""
    title = Speech("en")("over_time")
    for whole, drawn in ((report(10), True), (report(9), False)):
        assert any(title in one for one in charts(figures_of(whole), "en")) is drawn
    at_once = tuple(replace(one, started=NOON, ms=5) for one in report(90).outcomes)
    moment = replace(report(90), outcomes=at_once, events=(), seconds=0.05)
    assert not any(title in one for one in charts(figures_of(moment), "en"))


def test_nothing_from_outside_becomes_markup_and_no_style_stands_in_an_element() -> None:
    page = chart_grid({language: charts(figures_of(report()), language) for language in LANGUAGES})
    assert "<script" not in page and "\u202e" not in page and "\x00" not in page
    assert not re.search(r"\sstyle=|\son\w+=|https?:", page + chart_style())
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids)), "both languages stand in one page"


def test_a_chart_stays_small_however_long_the_run_was() -> None:
    long = report(2_000)
    later = [
        replace(one, started=NOON + timedelta(seconds=20 * place)) for place, one in enumerate(long.outcomes)
    ]
    made = charts(figures_of(replace(long, outcomes=tuple(later)), (Window(100, 60),)), "de")
    assert max(map(len, made)) < 14_000


def test_every_phrase_is_there_in_both_languages_and_takes_the_same_values() -> None:
    for key, (english, german) in PHRASES.items():
        assert english and german, key
        assert set(re.findall(r"{\w*}", english)) == set(re.findall(r"{\w*}", german)), key


def test_numbers_are_written_as_the_language_has_them() -> None:
    english, german = map(Speech, LANGUAGES)
    assert (english.whole(20_000), german.whole(20_000)) == ("20,000", "20.000")
    assert (english.rate(1.666), german.rate(1.666), german.rate(1_234.5)) == ("1.67", "1,67", "1.234")
    assert (english.share(1, 20_000), german.share(19_999, 20_000)) == ("< 0.1 %", "> 99,9 %")
    assert (english.share(0, 5), english.share(5, 5)) == ("0 %", "100 %")
    assert german.milliseconds(1_250) == "1,2 s"
