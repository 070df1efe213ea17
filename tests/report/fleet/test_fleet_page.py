"""The page over all accounts: it tells what the journals tell, and whatever an account or a server says is text."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from batch_update.model.plans import Outcome, Status
from batch_update.model.reports import Exit
from batch_update.report.fleet.first_left import MOST_SHOWN
from batch_update.report.fleet.fleet_commands import FleetCommands
from batch_update.report.fleet.fleet_files import WrittenFleet, write_fleet_report
from batch_update.report.fleet.fleet_headline import headline_of_fleet
from tests.chromium import Chromium, chromium
from tests.report.fleet.made_fleets import REFUSED, UPDATED, Made, made_fleet
from tests.report.page.test_page import HOSTILE, Reader

__all__ = ["chromium"]
COMMANDS = FleetCommands(
    resume="batch-update fleet resume last",
    apply="batch-update fleet apply",
    undo="batch-update fleet undo last",
)


def written(path: Path, accounts: dict[str, Made], **more: str) -> tuple[WrittenFleet, str]:
    """A fleet's files, and the text of its page."""
    end, folder = made_fleet(path / "fleet", accounts)
    end = replace(end, **more)
    found = write_fleet_report(end, folder, COMMANDS)
    assert found.files.page is not None and found.files.told == ()
    return found, found.files.page.read_text("utf-8")


def test_whatever_an_account_or_a_server_says_is_text_in_page_and_tables(tmp_path: Path) -> None:
    refusals = tuple(Outcome(Status.FAILED, "A422", text, 422, 1) for text in HOSTILE)
    accounts = {
        "anna": Made(refusals, notes=[text for text in HOSTILE if text.isprintable()]),
        **{f"b{n}": Made(rows=1, code="A401", message=text) for n, text in enumerate(HOSTILE)},
    }
    found, text = written(tmp_path, accounts, message=HOSTILE[0], code="R130")
    page = Reader(text)
    tags = [tag for tag, _ in page.tags]
    assert tags.count("script") == 4 and {"img", "iframe", "object", "link", "base"}.isdisjoint(tags)
    attributes = [(name, value or "") for _, given in page.tags for name, value in given.items()]
    assert not [name for name, value in attributes if name.startswith("on") or "javascript:" in value[:20]]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", text)
    for path in (found.files.accounts, found.files.results, found.files.failed):
        assert path is not None
        cells = [
            cell for row in csv.reader(StringIO(path.read_text("utf-8-sig")), delimiter=";") for cell in row
        ]
        assert not [cell for cell in cells if cell.startswith(("=", "@", "\t", "\r"))]


def test_the_page_tells_what_the_tables_tell(tmp_path: Path) -> None:
    accounts = {
        "anna": Made((UPDATED, UPDATED)),
        "berta": Made((REFUSED, UPDATED, REFUSED)),
        "carl": Made((UPDATED,) * 2, exit=Exit.STOPPED, code="R103", message="no answer"),
    }
    found, text = written(tmp_path, accounts)
    page = Reader(text)
    block = page.block("rows-data")
    rows = [dict(zip(block["columns"], row, strict=True)) for row in block["rows"]]
    assert [row["account"] for row in rows] == [one.account for one in found.standing.accounts]
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(dict(row["counts"]))
    assert (
        counts
        == {str(status): n for status, n in found.standing.end.counts().items()}
        == {"updated": 5, "failed": 2}
    )
    assert (rows[1]["codes"], rows[1]["left"], sum(row["left"] for row in rows)) == ([["A422", 2]], 2, 2)
    inside = page.block("document")
    assert (inside["left"], inside["next"].keys()) == (2, {"resume", "apply_failed", "undo"})
    said = "".join(page.texts)
    assert "1 of 3 accounts is as wanted." in said and "1 von 3 Konten ist wie gewünscht." in said


def test_an_account_links_to_its_own_report_where_that_lies_there(tmp_path: Path) -> None:
    end, folder = made_fleet(tmp_path / "fleet", {"anna": Made((UPDATED,)), "berta": Made((UPDATED,))})
    (folder.run_of("anna", 1) / "report.html").touch()
    page = write_fleet_report(end, folder).files.page
    assert page is not None
    block = Reader(page.read_text("utf-8")).block("rows-data")
    links = {row[1]: row[block["columns"].index("link")] for row in block["rows"]}
    assert links == {"anna": "accounts/anna/1/report.html", "berta": ""}


def test_the_rows_on_the_page_are_bounded_and_it_says_where_the_others_are(tmp_path: Path) -> None:
    many = {"anna": Made(rows=MOST_SHOWN + 20), "berta": Made((REFUSED,))}
    _, text = written(tmp_path, many)
    rows = re.findall(r'<td role="cell" class="who"><bdi>(\w+)</bdi>', text)
    assert (len(rows), rows[0]) == (MOST_SHOWN, "berta"), "what failed comes before what was only not sent"
    assert "The first 500 of 521" in text and "Alle: failed.csv" in text


def test_a_fleet_is_good_only_where_all_accounts_are(tmp_path: Path) -> None:
    found, _ = written(tmp_path, {"anna": Made((UPDATED,)), "berta": Made((UPDATED,))})
    headline = headline_of_fleet(found.standing)
    assert (headline.tone, headline.sentence.en) == (
        "good",
        "All 2 accounts are as wanted. 2 rows were changed.",
    )
    stopped = replace(found.standing, end=replace(found.standing.end, own_exit=Exit.INTERRUPTED))
    assert headline_of_fleet(stopped).tone != "good"


@pytest.mark.browser
def test_accounts_are_searched_filtered_sorted_and_opened(tmp_path: Path, chromium: Chromium) -> None:
    accounts = {f"hotel-{n:03}": Made(rows=1) for n in range(130)} | {
        "praxis": Made((REFUSED, UPDATED)),
        "kanzlei": Made(rows=1, code="A401", message="<b>refused</b>"),
    }
    found, _ = written(tmp_path, accounts)
    assert found.files.page is not None

    def look(page: Any) -> list[object]:
        def names() -> list[str]:
            return list(page.locator("tr.line .who bdi").all_inner_texts())

        seen: list[object] = [names()[:3], len(names())]
        page.locator(".chip[data-status=stopped]").click()
        seen.append(names())
        page.locator("tr.line .opener").first.click()
        seen.append("<b>refused</b>" in page.locator(".detail").inner_text())
        page.locator("#clear").click()
        page.locator("#search").fill("a422")
        seen.append(names())
        page.locator("#search").fill("")
        page.locator("[data-sort-by=account]").click()
        page.locator("[data-sort-by=account]").click()
        seen.append(names()[:2])
        seen.append(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
        return seen

    assert chromium.see(found.files.page, look, "#lang=de", viewport={"width": 375, "height": 800}) == [
        ["kanzlei", "praxis", "hotel-000"],
        100,
        ["kanzlei"],
        True,
        ["praxis"],
        ["praxis", "kanzlei"],
        True,
    ]
