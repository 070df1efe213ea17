"""Columns whose cells nearly all differ are not read cell by cell; what comes of them must be the same."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batch_update.check.checking import check_sheet
from batch_update.check.judging.cells import judge_cell
from batch_update.check.judging.columns import FieldColumn, IdColumn
from batch_update.fields.cells import LEAVE, CellError, read_cell, read_id
from batch_update.fields.cells.words import NOTHINGS
from batch_update.fields.facts import all_fields
from batch_update.model.sheets import Column, Dialect, Role, Severity, Sheet

NAMES = [f"Bäckerei Größe, Filiale {number}" for number in range(600)]
NUMBERS = [str(number) for number in range(10001, 10601)]
ADDRESSES = [f"https://hooks.example.com/kunden/{number}?a=b&c=d_e" for number in range(600)]
PADDING = ["", " ", "\t", "\n", "\u00a0", "          "]
WORDS = [
    *sorted(NOTHINGS),
    "null",
    "#N/A",
    "#REF!",
    "#NAME?",
    "#BEZUG!",
    "Err:502",
    "####",
    "#" * 300,
    "Loading...",
    "Lädt…",
    "System.Object[]",
    "GrÃ¼ÃŸe an alle in unserem Haus",
    "Hallo zusammen_x000D_, und weiter",
    "Gr\ufffde, ein langer Text, der folgt",
    "x" * 32_767,
    "\u200b",
    '"null"',
    "@file",
    "@@at",
]

odd_texts = st.one_of(
    st.text(max_size=30),
    st.builds("{}{}{}".format, st.sampled_from(PADDING), st.sampled_from(WORDS), st.sampled_from(PADDING)),
    st.sampled_from(WORDS).map(str.swapcase),
    st.sampled_from(WORDS).map(lambda word: f"Dear {word}, this is no name at all"),
    st.integers(200, 260).map(lambda length: "ä" * length),
    st.text("ab\r\n# ", min_size=10, max_size=30),
)
odd_ids = st.one_of(
    st.from_regex(r"[0-9]{0,20}", fullmatch=True),
    st.text("0123456789\n ._-²١", max_size=8),
    st.sampled_from(["0", "007", "1\n2", "\n", "1.0", "1e3", "null", "12345678901234567", "+5", "1_000"]),
)
odd_addresses = st.one_of(
    st.from_regex(
        r"(?:https?|HTTPS|ftp)?(?::|//|://)[a-z.:@\[\]-]{0,9}[/?#&;_x0-9A-F%\\ -]{0,12}", fullmatch=True
    ),
    st.builds("https://a.de/{}".format, odd_texts),
    st.builds("{}https://a.de{}".format, st.sampled_from(PADDING), st.sampled_from(PADDING)),
    odd_texts,
)


def _same_as_judged(name: str, texts: list[str], odd: list[str]) -> None:
    field = all_fields()[name]
    column = FieldColumn(1, field, texts, ".")
    for text in odd:
        value, faults = judge_cell(field, text, ".")
        assert column.value(text) == value and type(column.value(text)) is type(value)
        assert column.faults.get(text, ()) == faults
        is_wrong = any(fault.severity is Severity.ERROR for fault in faults)
        assert (text in column.blanks) == (value is LEAVE and not is_wrong)
    assert set(column.faults) <= set(odd)


@given(st.lists(odd_texts, max_size=5), st.integers(0, 600))
def test_an_odd_text_among_many_is_judged_as_if_it_stood_alone(odd: list[str], at: int) -> None:
    _same_as_judged("name", [*NAMES[:at], *odd, *NAMES[at:]], odd)


@given(st.lists(odd_ids, max_size=5), st.integers(0, 600))
def test_an_odd_id_among_many_is_judged_as_if_it_stood_alone(odd: list[str], at: int) -> None:
    _same_as_judged("voice_id", [*NUMBERS[:at], *odd, *NUMBERS[at:]], odd)


@given(st.lists(odd_addresses, max_size=5))
@example(
    [
        "https://a.de/_x000D_",
        "https://a.de/&auml;",
        "https://a.de/?q=#N/A",
        "https://-",
        "https://a.de:99999/",
    ]
)
def test_an_odd_web_address_is_judged_as_if_it_stood_alone(odd: list[str]) -> None:
    _same_as_judged("webhook_url", [*ADDRESSES, *odd], odd)


def test_rules_see_a_web_address_that_is_taken_away_among_many_that_are_not() -> None:
    addresses = Column("webhook_url", [*ADDRESSES, "null", ""], Role.FIELD, "webhook_url")
    active = Column("is_webhook_active", ["yes"] * 602, Role.FIELD, "is_webhook_active")
    ids = Column("id", [str(number) for number in range(1, 603)], Role.ID)
    sheet = Sheet("x", Dialect("csv"), (ids, active, addresses), range(2, 604), None)
    assert [(p.code, p.index) for p in check_sheet(sheet).problems] == [("X230", 600)]


@pytest.mark.parametrize("word", WORDS)
def test_no_word_for_nothing_passes_for_a_name(word: str) -> None:
    """Each alone among good names: another odd one beside it would have all of them looked at closely."""
    for before, after in product(PADDING, PADDING):
        for odd in (f"{before}{word}{after}", f"{before}{word.upper()}{after}"):
            _same_as_judged("name", [*NAMES, odd], [odd])


@pytest.mark.parametrize(
    "text",
    [
        "Dear #N/A, this is no name at all",
        "two lines\r\nof which the first ends in a way of its own",
        '"a text in JSON quotes, with \\n inside"',
        "@prompts/a-file-with-a-long-name.md",
        "@@home, with two signs for one",
        "  leading spaces are part of a text",
        "trailing spaces are part of a text  ",
        "n" * 256,
        "ä" * 255,
    ],
)
def test_no_text_that_means_something_passes_for_a_name(text: str) -> None:
    _same_as_judged("name", [*NAMES, text], [text])


def test_names_that_are_plainly_names_mean_themselves() -> None:
    column = FieldColumn(1, all_fields()["name"], NAMES, ".")
    assert column.faults == {} and column.blanks == frozenset()
    assert [column.value(text) for text in NAMES] == NAMES == [read_cell("name", text) for text in NAMES]


def _read_alone(text: str) -> int | None:
    try:
        return read_id(text)
    except CellError:
        return None


@pytest.mark.parametrize(
    "text", ["12345678901234000", "123456789012345678", "007", "0", "1\n2", "", "²", "١"]
)
def test_an_id_that_is_not_plain_is_read_with_care(text: str) -> None:
    assert IdColumn([*NUMBERS, text])[len(NUMBERS)] == _read_alone(text)


@given(st.lists(st.one_of(odd_ids, st.sampled_from(NUMBERS)), max_size=8))
def test_ids_are_read_one_by_one_or_all_at_once_with_the_same_result(texts: list[str]) -> None:
    column = IdColumn(texts)
    for row, text in enumerate(texts):
        assert column[row] == _read_alone(text)
        assert (column[row] is None) == (row in column.faults or row in column.missing)
    groups: dict[int, list[int]] = {}
    for row in range(len(texts)):
        number = column[row]
        if number is not None:
            groups.setdefault(number, []).append(row)
    assert column.repeated() == [rows for rows in groups.values() if len(rows) > 1]


def test_a_row_whose_id_is_no_matter_is_neither_wrong_nor_missing() -> None:
    column = IdColumn(["10001", "", "x y", ""], without={1, 2})
    assert column.faults == {} and column.missing == {3}
