"""The workbooks of a run: they mean what its CSV means, cut nothing, hold no formula, and can be mended and applied."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from batch_update.fields.values.differences import SAME_BUT_SECRETS
from batch_update.journal.recorded import RunFacts
from batch_update.model.plans import Change, Plan, Verified
from batch_update.model.reports import Report
from batch_update.model.sheets import Dialect, NamedFile, Problem, Sheet
from batch_update.report.changed import Became, changed_by_run
from batch_update.report.documents.envelope import Purpose
from batch_update.report.figures.by_field import FieldFigure
from batch_update.report.figures.figures import figures_of_run
from batch_update.report.figures.standing import standing_of
from batch_update.report.figures.throughput import Permitted, Throughput
from batch_update.report.files.folder import write_again, write_run
from batch_update.report.headline.headline import headline_of_run
from batch_update.report.workbook.result_rows import STATUSES
from batch_update.report.workbook.run_book import why_no_workbook, write_run_book
from batch_update.report.workbook.run_pages import fields_block, run_cover
from batch_update.report.workbook.shared_pages import changes_page
from batch_update.report.workbook.vocabulary import VOCABULARIES
from batch_update.settings.locales import Language
from batch_update.sheet.reading import read_sheet
from batch_update.sheet.writing.covers import shaded
from batch_update.sheet.writing.leaves import Paint, Painted, number_or_text
from tests.made import column, sheet_of
from tests.office import Office
from tests.office import office as office
from tests.report.outcomes import FAILED, INVALID, OK, UNCHANGED

BOOK = Dialect("xlsx", worksheet="Mai")
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "@SUM(A1)",
    "-1+1",
    "\u202eevil",
    "😀\n\ttwo",
    "_x0041_",
    '"><img onerror=x>',
)


def hostile_report(**more: Any) -> Report:
    """A run of a workbook with a row for each hostile text, of which every other one failed."""
    rows = len(HOSTILE)
    ends = [replace(FAILED, message=text) if n % 2 else OK for n, text in enumerate(HOSTILE)]
    changes = tuple(
        Change(101 + n, {"name": text, "speech_speed": 1.1}, (n,), before={"name": "", "speech_speed": 1.0})
        for n, text in enumerate(HOSTILE)
    )
    columns = (
        column("id", [str(101 + n) for n in range(rows)]),
        column("name", HOSTILE),
        column("Tempo", ["1.1"] * rows, "speech_speed"),
        column("_telefon", ["004930123"] * rows),
    )
    sheet = sheet_of(*columns, dialect=BOOK, name="=1+1.xlsx", lines=None)
    plan = Plan(sheet, changes, {})
    return Report(plan, tuple(ends), started=datetime(2026, 11, 22, 8, 31, 5, tzinfo=UTC), **more)


def cells(sheet: Sheet) -> list[tuple[str, ...]]:
    """The cells of the sheet's own columns and of ours, but for the times, which people see as local ones."""
    return [tuple(c.texts) for c in sheet.columns if c.header != "_started"]


def formulas(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [
            name
            for name in archive.namelist()
            if name.startswith("xl/worksheets/") and b"<f>" in archive.read(name)
        ]


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_results_as_a_workbook_are_read_as_the_csv_is(tmp_path: Path, language: Language) -> None:
    """Of all its worksheets the right one, cell for cell; numbers are numbers, and what could lose by it is a text."""
    report = hostile_report()
    results = write_run(report, tmp_path).results
    book = write_run_book(report, RunFacts(), tmp_path / "book.xlsx", language)
    sheet, table = read_sheet(book), read_sheet(results)
    assert cells(sheet) == cells(table) and not sheet.problems
    assert sheet.around.worksheets == () and formulas(book) == []
    frame = pd.read_excel(
        book, sheet_name=sheet.dialect.worksheet, engine="calamine", dtype={"_telefon": str}
    )
    assert frame["Tempo"].tolist() == [1.1] * len(HOSTILE) and frame["_telefon"][0] == "004930123"
    assert frame["name"].tolist() == list(HOSTILE) and frame["id"].tolist()[0] == 101


def test_results_written_again_are_the_workbook_of_the_run_byte_for_byte(tmp_path: Path) -> None:
    """With the file of the rows to mend and the command that both name, whichever door they are written by."""

    def following(report: Report, facts: RunFacts) -> dict[Purpose, str]:
        return {"history": "batch-update history"}

    report = hostile_report()
    written = write_run(report, tmp_path, following=following)
    assert written.workbook and written.failed
    before = written.workbook.read_bytes()
    written.workbook.unlink()
    assert list(write_again(report, tmp_path, ["xlsx"], RunFacts(), following)) == [written.workbook]
    assert written.workbook.read_bytes() == before
    first = pd.read_excel(written.workbook, engine="calamine", header=None).fillna("")[1]
    told = list(map(str, first))
    assert "batch-update history ID" in told and any(text.endswith("failed.xlsx") for text in told)


def test_libreoffice_saves_the_results_as_they_are(tmp_path: Path, office: Office) -> None:
    written = write_run(hostile_report(), tmp_path)
    assert written.workbook
    again = office.fill(written.workbook, tmp_path / "again.xlsx", {})
    assert cells(read_sheet(again)) == cells(read_sheet(written.results)) and formulas(again) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("412", 412), ("-3", -3), ("0", 0), ("0.7", 0.7), ("123456789012345", 123456789012345)),
        *(
            (text, text)
            for text in ("007", "+4930", "1234567890123456", "1e5", "-0", "1.", ".5", " 1", "", "٣", "1,7")
        ),
    ],
)
def test_a_number_is_one_only_where_nothing_is_lost(text: str, value: object) -> None:
    assert number_or_text(text) == value


def test_a_number_with_a_comma_is_one_in_a_sheet_with_commas() -> None:
    assert (number_or_text("1,7", ","), number_or_text("1.700", ",")) == (1.7, "1.700")


def test_the_workbook_of_failed_rows_has_these_alone_and_is_refused_until_it_is_mended(
    tmp_path: Path,
) -> None:
    report = hostile_report()
    problem = Problem("V104", "too large", index=1, column=1, given="7", wanted="at most 1.2")
    report = replace(report, plan=replace(report.plan, problems=(problem,)))
    failed = write_run(report, tmp_path).failed
    assert failed and failed.name == "failed.xlsx" and not (tmp_path / "failed.csv").exists()
    sheet = read_sheet(failed)
    assert sheet.columns[0].texts == ["102", "104", "106"] and formulas(failed) == []
    assert sheet.columns[1].texts == list(HOSTILE[1::2])
    with zipfile.ZipFile(failed) as archive:
        assert "too large" in archive.read("xl/comments1.xml").decode()


def test_a_text_of_a_file_that_no_cell_holds_leaves_the_failed_rows_a_csv(tmp_path: Path) -> None:
    files = {"@long.md": NamedFile("long.md", "x" * 40_000)}
    sheet = sheet_of(column("id", ["1"]), column("system_prompt", ["@long.md"]), dialect=BOOK, files=files)
    written = write_run(Report(Plan(sheet, (), {0: FAILED}), (FAILED,)), tmp_path)
    assert written.failed and written.failed.name == "failed.csv" and "32,767" in written.told[0]
    assert read_sheet(written.failed).columns[1].texts == ["x" * 40_000]
    assert written.workbook
    told = pd.read_excel(written.workbook, header=None, engine="calamine").fillna("")[1].tolist()
    assert any(str(text).endswith("failed.csv") for text in told), "the workbook names the file that there is"


def test_a_long_text_goes_on_elsewhere_and_nothing_is_cut(tmp_path: Path) -> None:
    text = "Öffnungszeiten 😀 " * 4_000
    change = Change(1, {"system_prompt": text}, (0,), before={"system_prompt": "kurz"})
    sheet = sheet_of(column("id", ["1"]), column("system_prompt", ["@long.md"]), dialect=BOOK)
    report = Report(Plan(sheet, (change,), {}), (replace(OK, changed=("system_prompt",)),))
    book = write_run_book(report, RunFacts(), tmp_path / "book.xlsx", "en")
    pages = pd.read_excel(book, sheet_name=None, engine="calamine")
    begin, _, rest = pages["Changes"]["after"][0].partition(" … ")
    assert "worksheet Texts, row 2" in rest
    assert begin + "".join(pages["Texts"]["text"]) == text


def test_what_no_workbook_holds_is_a_csv_alone_and_it_is_said(tmp_path: Path) -> None:
    many = replace(sheet_of(column("id", ["1"]), dialect=BOOK), numbers=range(2, (1 << 20) + 3))
    assert "1,048,576" in why_no_workbook(many)
    sheet = sheet_of(column("id", ["1"]), column("name", ["x" * 40_000]), dialect=BOOK)
    (tmp_path / "results.xlsx").touch()
    written = write_run(Report(Plan(sheet, (), {0: UNCHANGED}), (UNCHANGED,)), tmp_path)
    assert (written.workbook, (tmp_path / "results.xlsx").exists()) == (None, False)
    assert "no results.xlsx beside results.csv" in written.told[0] and "40,000" in written.told[0]


def test_status_has_a_color_and_times_their_zone(tmp_path: Path) -> None:
    began = datetime(2026, 7, 1, 8, tzinfo=UTC)
    ends = (replace(OK, verified=Verified.MISMATCH, started=began), INVALID)
    report = Report(Plan(sheet_of(column("id", ["1", "2"]), dialect=BOOK), (), dict(enumerate(ends))), ends)
    book = write_run_book(report, RunFacts(), tmp_path / "book.xlsx", "en")
    with zipfile.ZipFile(book) as archive:
        styles = archive.read("xl/styles.xml").decode()
    zone = began.astimezone().tzname()
    assert "FFFFC7CE" in styles and "FFE2F0D9" in styles and f"&quot;{zone}&quot;" in styles


def test_page_and_workbook_of_a_run_begin_with_one_sentence_and_name_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    report = hostile_report()
    written = write_run(report, tmp_path)
    verdict = headline_of_run(report, standing_of(report))
    page = (tmp_path / "report.html").read_text("utf-8")
    summary = pd.read_excel(written.workbook, sheet_name="Übersicht", header=None, engine="calamine")
    problems = pd.read_excel(written.failed, sheet_name="Probleme", engine="calamine")
    assert problems.columns[0] == "Stelle"
    assert f"{verdict.mark.de}: {verdict.sentence.de}" in summary[0].tolist()
    assert verdict.sentence.de in page and "failed.csv" not in page
    assert {"failed.xlsx", "results.xlsx"} <= set(re.findall(r'href="([^"]+)"', page))


def test_a_change_that_reads_back_otherwise_is_red_and_tells_its_wave() -> None:
    report = hostile_report()
    ends = [replace(one, verified=Verified.MISMATCH, wave=2) for one in report.outcomes]
    told = list(changed_by_run(replace(report, outcomes=tuple(ends))))
    for row in changes_page(told, report.plan, VOCABULARIES["en"]).rows:
        assert row[-2:] == [Painted("differs", Paint.ERROR), 2]


def test_of_a_change_of_a_secret_alone_the_workbook_says_that_it_is_one() -> None:
    report = hostile_report()
    told = [replace(one, is_secret=True) for one in changed_by_run(report)]
    german = VOCABULARIES["de"]
    for row in changes_page(told, report.plan, german).rows:
        assert list(row[4:6]) == [german.words[SAME_BUT_SECRETS]] * 2


def test_a_workbook_says_that_it_was_made_when_the_run_began_so_that_it_can_be_made_again(
    tmp_path: Path,
) -> None:
    write_run(hostile_report(), tmp_path)
    for name in ("results.xlsx", "failed.xlsx"):
        with zipfile.ZipFile(tmp_path / name) as archive:
            assert b"2026-11-22T08:31:05Z</dcterms:created>" in archive.read("docProps/core.xml")


def test_no_two_ends_have_one_color_in_the_ring() -> None:
    assert len({*shaded(list(STATUSES.values()))}) == len(STATUSES)


def test_what_was_permitted_stands_beside_the_rate_from_the_moment_on_that_it_was(tmp_path: Path) -> None:
    steps = (Permitted(0, 2.0), Permitted(10, 0.555), Permitted(20, None))
    report, english = hostile_report(), VOCABULARIES["en"]
    flow = Throughput(40, 10, (5, 3, 1, 1), (), steps, ())
    figures = replace(figures_of_run(report, RunFacts()), throughput=flow)
    cover = run_cover(report, RunFacts(), figures, english, failed="", history="")
    (block,) = (one for one in cover.blocks if "permitted" in one.header)
    assert block.rows == [[0, 0.5, 2.0], [10, 0.3, 0.56], [20, 0.1, None], [30, 0.1, None]]


def test_a_field_that_a_change_of_mode_resets_is_no_change_of_the_sheet() -> None:
    fields = tuple(
        FieldFigure(name, {became: 2}, 0, 0, None)
        for name, became in (("mode", Became.APPLIED), ("llm_model_id", Became.RESET))
    )
    block = fields_block(fields, hostile_report().plan, VOCABULARIES["en"])
    assert [row[:2] for row in block.rows] == [["mode", 2]]


def test_the_chart_of_durations_draws_no_bar_for_the_line_that_sums_up(tmp_path: Path) -> None:
    report = hostile_report()
    ends = tuple(replace(one, ms=40 * (n + 1)) for n, one in enumerate(report.outcomes))
    report = replace(report, outcomes=ends)
    book = write_run_book(report, RunFacts(), tmp_path / "book.xlsx", "en")
    bins = len(figures_of_run(report, RunFacts()).latency.bins)
    first = pd.read_excel(book, header=None, engine="calamine")[0].tolist()
    begin = first.index("milliseconds") + 2
    assert first[begin + bins - 1] == "Half of them, 95 %, 99 % took at most"
    with zipfile.ZipFile(book) as archive:
        charts = "".join(archive.read(n).decode() for n in archive.namelist() if "charts/chart" in n)
    assert f"$B${begin}:$B${begin + bins - 1}<" in charts


def test_the_words_of_an_invalid_row_stand_at_its_cells_and_once_alone(tmp_path: Path) -> None:
    """The others, whose words no cell has, have them in their row."""
    report = hostile_report()
    problem = Problem("V104", "too large", index=0, column=1)
    report = replace(
        report,
        outcomes=(INVALID, *report.outcomes[1:]),
        plan=replace(report.plan, problems=(problem,)),
    )
    failed = {c.header: c.texts for c in read_sheet(write_run(report, tmp_path).failed).columns}
    assert failed["_status"] == ["invalid", "failed", "failed", "failed"]
    assert failed["_message"][0] == "" and all(failed["_message"][1:])
    problems = pd.read_excel(tmp_path / "results.xlsx", sheet_name="Problems", engine="calamine")
    assert problems["row"].tolist() == [2, 3, 5, 7], "each row that is left once"
