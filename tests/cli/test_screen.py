"""What is written to stdout and stderr, and how."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter

from batch_update.cli.documents import out_failure, out_with_lists, safe_text
from batch_update.cli.screens.displays import event_teller
from batch_update.cli.screens.screen import MOST_WORDS, out_raw, show_error
from batch_update.errors import UsageError
from batch_update.model.reports import Event
from batch_update.report.documents.envelope import told_error
from batch_update.settings.tunables import Settings
from tests.cli.conftest import Run


@pytest.mark.parametrize("count", [0, 1, 2, 1000, 1001, 2500])
def test_a_list_that_is_written_bit_by_bit_is_the_same_document(
    count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    items = [{"row": n, "given": 'a\nb\u2028"]', "also": [n], "none": [], "ü": None} for n in range(count)]
    out_raw(safe_text({"counts": {"invalid": count}, "list": []} | {"problems": items}))
    whole = capsys.readouterr().out
    out_with_lists({"counts": {"invalid": count}, "list": []}, {"problems": iter(items)})
    assert capsys.readouterr().out == whole and len(json.loads(whole)["problems"]) == count


def test_a_long_list_is_not_held_in_memory(capsys: pytest.CaptureFixture[str]) -> None:
    def items() -> Iterator[int]:
        yield from range(2500)
        assert " 1999" in (written := capsys.readouterr().out) and " 2499" not in written

    out_with_lists({"a": 1}, {"items": items()})


def test_an_error_of_any_length_is_an_excerpt_on_the_screen_and_in_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = UsageError(details=["m" * 100_000] * 2, code="U101", remedy="r" * 100_000)
    show_error(error)
    said = capsys.readouterr().err
    out_failure(error, error.exit)
    document = capsys.readouterr().out
    for text, times in ((said, 3), (document, 5)):  # in JSON, `message` and `details` both have them
        assert sum(text.count(sign * 100) for sign in "mr") >= 4 and len(text) < 6 * MOST_WORDS
        assert text.count("...") == times


def test_each_thing_that_is_wrong_has_a_line_and_a_line_end_in_a_value_makes_no_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = UsageError(details=["a\nb: is wrong", "c: is wrong"], code="U101", remedy="mend them")
    show_error(error)
    assert capsys.readouterr().err.splitlines() == [
        "error[U101]: a\\nb: is wrong",
        "  c: is wrong",
        "  = help: mend them",
    ]
    assert told_error(error).details == ("a\nb: is wrong", "c: is wrong")
    assert told_error(UsageError("a\nb", code="U101")).details == ("a\nb",)


def test_json_says_all_and_steers_no_terminal() -> None:
    """0x9b alone begins a command to a terminal, and 0x202e turns what follows round; umlauts stay readable."""
    said = "Weiß \x00\x1b[2J\x7f\x9b2J\u2028\u202e\ud800\u200b"
    text = safe_text({"name": said})
    assert json.loads(text) == {"name": said} and "Weiß" in text
    assert all(c.isprintable() or c == "\n" for c in text)


def test_what_happens_meanwhile_is_told_and_with_quiet_it_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    event = Event("gate", "the server asked for a pause of 9 s")
    event_teller(Settings(quiet=True))(event)
    assert capsys.readouterr().err == ""
    event_teller(Settings())(event)
    assert capsys.readouterr().err == "  the server asked for a pause of 9 s\n"


def test_rows_that_nobody_sees_are_told_to_the_quiet_too(run: Run, tmp_path: Path) -> None:
    """Whoever filters a sheet and applies it at night has to learn that all of it was sent."""
    book = xlsxwriter.Workbook(tmp_path / "filtered.xlsx")
    sheet = book.add_worksheet()
    for number, row in enumerate((("id", "Tempo"), ("10001", "1.1"), ("10002", "1.1"))):
        sheet.write_row(number, 0, row)
    sheet.set_row(2, None, None, {"hidden": True})
    book.close()
    quiet = ("apply", str(tmp_path / "filtered.xlsx"), "--sandbox", "--yes", "--quiet")
    assert "S117" in run(*quiet).err
    assert "S117" not in run(*quiet, "--visible-only").err
