"""The page of a run as people have it before them: in a real browser, from its file, without a network."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from shutil import which
from subprocess import run
from typing import Any

import pytest

from batch_update.journal.recorded import RunFacts
from batch_update.model.plans import Change, Outcome, Plan, Status
from batch_update.model.reports import Report
from batch_update.report.page.of_run import run_page
from batch_update.settings.locales import Language
from batch_update.sheet.formulas import disarm
from tests.chromium import Chromium, chromium
from tests.made import ids, sheet_of
from tests.report.page.test_page import HOSTILE, hostile_report

pytestmark = pytest.mark.browser
__all__ = ["chromium"]

PROMPT = "Sie sind die freundliche Stimme der Praxis und helfen allen, die anrufen, von 9-18 Uhr."
ROWS = 450


def page_of(report: Report, folder: Path, language: Language = "en") -> Path:
    """The page of a report as a file."""
    path = folder / "report.html"
    text = run_page(report, RunFacts(), language, {"history": "batch-update history"})
    path.write_bytes(text.encode("utf-8", "backslashreplace"))
    return path


def mixed() -> Report:
    """A run of 450 rows: every tenth failed, every ninth was so already."""
    changes = [
        Change(
            1000 + n,
            {"system_prompt": PROMPT.replace("9-18", "8-17")} if n % 2 else {"voice_id": 533},
            (n,),
            before={"system_prompt": PROMPT, "voice_id": 412},
            name=f"Praxis {n}",
        )
        for n in range(ROWS)
        if n % 9
    ]
    outcomes = [
        Outcome(Status.UNCHANGED, "X250", "already so")
        if n % 9 == 0
        else Outcome(Status.FAILED, "A422", "refused (422)", 422, 1)
        if n % 10 == 0
        else Outcome(Status.UPDATED, http=200, attempts=1, changed=("voice_id",), wave=1 + n % 2, ms=n)
        for n in range(ROWS)
    ]
    settled = {n: outcome for n, outcome in enumerate(outcomes) if n % 9 == 0}
    sheet = sheet_of(ids(1000 + n for n in range(ROWS)))
    return Report(Plan(sheet, tuple(changes), settled), tuple(outcomes))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return page_of(mixed(), tmp_path_factory.mktemp("page"))


def numbers(page: Any) -> list[int]:
    """The numbers of the rows that are shown."""
    return [int(text) for text in page.locator("tbody .opener").all_inner_texts()]


FAILED = [n + 2 for n in range(ROWS) if n % 9 and n % 10 == 0]


def test_rows_are_filtered_searched_and_sorted_and_the_address_leads_there_again(
    chromium: Chromium, path: Path
) -> None:
    found = [row for row in reversed(FAILED) if "10" in f"{row} {row + 998} {row - 2}"]

    def look(page: Any) -> str:
        assert len(numbers(page)) == 100 and page.inner_text("#count") == f"{ROWS} rows"
        page.click(".chip[data-status=failed]")
        assert numbers(page) == FAILED
        page.fill("#search", "praxis 10")
        page.click("th[data-sort=row] button")
        page.click("th[data-sort=row] button")
        assert numbers(page) == found
        page.select_option("#by-code", "A422")
        return str(page.evaluate("location.hash"))

    hash = chromium.see(path, look)
    assert "status=failed" in hash and "q=praxis" in hash and "sort=-row" in hash and "code=A422" in hash
    again = chromium.see(path, lambda page: (numbers(page), page.input_value("#search")), hash)
    assert again == (found, "praxis 10")
    odd = "#sort=__proto__&field=constructor&page=-7&open=__proto__&code=&wave=&lang=xx"
    assert len(chromium.see(path, numbers, odd)) == 100, "an address that names nothing shows all"


def test_a_row_opens_to_what_it_was_before_and_after_by_keys_too(chromium: Chromium, path: Path) -> None:
    def look(page: Any) -> None:
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "search"
        page.locator("tbody .opener").nth(3).focus()
        page.keyboard.press("Enter")
        detail = page.locator(".detail")
        assert "9-18" in detail.locator("del").inner_text()
        assert "8-17" in detail.locator("ins").inner_text() and "open=5" in page.evaluate("location.hash")
        assert "batch-update history 1003" in detail.locator("code").all_inner_texts()
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.textContent") == "6"

    chromium.see(path, look)


def test_the_page_speaks_german_and_fits_narrow_screens(chromium: Chromium, path: Path) -> None:
    def look(page: Any) -> tuple[str, str, int]:
        page.click("[data-lang=de]")
        wide = page.evaluate("document.documentElement.scrollWidth")
        return page.inner_text("h1"), page.title(), wide

    for width in (375, 768, 1440):
        headline, title, wide = chromium.see(path, look, viewport={"width": width, "height": 800})
        assert "Zeilen sind noch zu erledigen" in headline and title.startswith("Nicht alles erledigt")
        assert wide <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screen_reader_finds_its_way(chromium: Chromium, path: Path, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    def look(page: Any) -> list[str]:
        page.click("tbody .opener")
        found = Axe().run(page).response["violations"]
        return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]

    assert chromium.see(path, look, "#q=praxis+44", color_scheme=scheme) == []


def test_what_a_sheet_holds_is_shown_as_text_and_what_hides_in_it_as_its_code(
    chromium: Chromium, tmp_path: Path
) -> None:
    def look(page: Any) -> list[str]:
        for opener in page.locator(".opener").all():
            opener.click()
        return [str(name) for name in page.locator("tr.line .who bdi:first-child").all_inner_texts()]

    shown = chromium.see(page_of(hostile_report(), tmp_path), look)
    assert (
        shown[:2] == list(HOSTILE[:2])
        and shown[6] == "a\\u202eb\\u2028c\\x00d\\x1b[31m"
        and shown[7] == HOSTILE[7]
    )


def test_the_rows_that_are_shown_are_downloaded_and_no_cell_is_a_formula(
    chromium: Chromium, tmp_path: Path
) -> None:
    """Each cell is disarmed as in the sheets that a run writes."""
    names = [
        *HOSTILE,
        "+49 30 1",
        "-5",
        "-a",
        "x;=1",
        "a, -5, b",
        "\t=1",
        "＝1",
        "'=1",
        " =1",
        "- a\n- b",
        "a|+b!c",
    ]
    plan = Plan(
        sheet_of(ids(range(1, len(names) + 1))),
        tuple(Change(n + 1, {"voice_id": 5}, (n,), name=name) for n, name in enumerate(names)),
        {},
    )
    report = Report(plan, (Outcome(Status.UPDATED, changed=("voice_id",)),) * len(names))

    def look(page: Any) -> str:
        with page.expect_download() as caught:
            page.click("#download")
        return Path(caught.value.path()).read_bytes().decode("utf-8-sig")

    lines = list(csv.reader(StringIO(chromium.see(page_of(report, tmp_path), look), newline="")))
    header, *rows = lines
    name = header.index("_name")
    assert [row[name] for row in rows] == [disarm(one) for one in names]


def test_on_paper_are_all_rows_that_the_filters_let_through(chromium: Chromium, path: Path) -> None:
    def look(page: Any) -> tuple[int, int, str, bytes]:
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        told = page.inner_text("#printed")
        return len(numbers(page)), page.locator(".detail").count(), told, page.pdf()

    lines, opened, told, pdf = chromium.see(path, look)
    assert (lines, opened) == (ROWS, ROWS) and f"{ROWS}" in told and pdf.startswith(b"%PDF")
    if which("pdftotext"):
        _, *of_rows = texts_of_pages(pdf).partition("Row  ")[2].split("\f")
        assert len(of_rows) > 50 and all("What changes" in page for page in of_rows if "Praxis" in page)


def texts_of_pages(pdf: bytes) -> str:
    """The texts of the pages of a PDF, each page ended by a form feed."""
    found = run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True, timeout=30)
    return found.stdout.decode()


def test_the_data_inside_can_be_read_by_other_programs(path: Path) -> None:
    text = path.read_text("utf-8")
    block = json.loads(text.split('id="rows-data">')[1].split("</script>")[0])
    assert len(block["rows"]) == ROWS
