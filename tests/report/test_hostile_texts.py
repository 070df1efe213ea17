"""Whatever cells, names and answers hold: in every form of a report it is a text, and no form is broken by it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from pyarrow.parquet import read_table

from batch_update.journal.recorded import RunFacts
from batch_update.model.plans import Change, Conflict, Outcome, Plan, Status, Why
from batch_update.model.reports import Event, Report
from batch_update.report.files.one_file import WRITERS, write_form
from batch_update.report.messages import row_message
from batch_update.report.screen.summary import summary
from batch_update.report.tones import plain
from batch_update.sheet.formulas import disarm, rearm
from batch_update.sheet.reading import read_sheet
from batch_update.text import is_hidden
from tests.made import column, ids, sheet_of

TEXTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "+49 30 1234",
    "-2+3",
    "javascript:alert(1)",
    "]]>&amp;&lt;!--",
    "a\x00b\x08c\x1b[31md\x7fe\x85",
    "\u202egpj.exe\u2066\u200f",
    "😀👩‍👩‍👧 Grüße",
    "\ud800 half",
    "'=1+1",
    "_x0041_ _xD83D__xDE00_",
    "\tzuerst\r\ndann\nzuletzt,;|",
    "#REF!",
)


def hostile() -> Report:
    """A run of a row for each text, which stands wherever a text may."""
    numbers = range(1, len(TEXTS) + 1)
    sheet = sheet_of(
        ids(numbers), column("name", TEXTS), column("?" + TEXTS[1], TEXTS), name=TEXTS[0] + TEXTS[8]
    )
    changes, outcomes = [], []
    for index, text in enumerate(TEXTS):
        held = Conflict("name", Why.CHANGED, text, text * 2, text[::-1])
        changes.append(
            Change(index + 1, {"name": text, "variables": {text: text}}, (index,), name=text, held=(held,))
        )
        said = {"name": (text,), text: (text,)}
        status = Status.FAILED if index % 2 else Status.CONFLICT
        outcomes.append(Outcome(status, "X301", text, field_errors=said, conflicts=(held,), request_id=text))
    events = tuple(Event("list", text) for text in TEXTS)
    return Report(Plan(sheet, tuple(changes), {}), tuple(outcomes), events, stopped=RuntimeError(TEXTS[0]))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("hostile")
    endings = {"junit": "xml"}
    return {
        form: write_form(hostile(), RunFacts(), folder / f"report.{endings.get(form, form)}", form)
        for form in WRITERS
    }


def test_no_cell_of_a_table_is_a_formula(written: dict[str, Path]) -> None:
    rows = list(csv.reader(io.StringIO(written["csv"].read_text("utf-8"), newline="")))
    assert [cell for row in rows for cell in row if disarm(rearm(cell)) != cell] == []
    with ZipFile(written["xlsx"]) as book:
        parts = {name: ElementTree.fromstring(book.read(name)) for name in book.namelist()}
    cells = [part for name, whole in parts.items() if "worksheets/sheet" in name for part in whole.iter()]
    assert not [part for part in cells if part.tag.endswith(("}f", "}oleObject"))]
    assert not [
        part for whole in parts.values() for part in whole.iter() if part.get("TargetMode") == "External"
    ]


def test_a_table_is_read_again_as_the_texts_that_it_was_made_of(written: dict[str, Path]) -> None:
    """But for what the format has no character for."""
    wanted = [text.replace("\x00", "").replace("\ud800", "?").replace("\r\n", "\n") for text in TEXTS]
    found = [text.replace("\r\n", "\n") for text in read_sheet(written["csv"]).columns[1].texts]
    assert found == wanted
    lines = [json.loads(line) for line in written["jsonl"].read_text("utf-8").split("\n")[:-1]]
    assert [line["name"].replace("\r\n", "\n").replace("\x00", "") for line in lines] == wanted
    table = read_table(written["parquet"])
    assert [
        text.replace("\r\n", "\n").replace("\x00", "") for text in table.column("name").to_pylist()
    ] == wanted


def test_what_is_said_beside_the_cells_shows_what_it_holds(written: dict[str, Path]) -> None:
    """Nothing in it does something to a screen, or to the order of what is read."""
    said = [row_message(hostile(), index) for index in range(len(TEXTS))]
    suite = ElementTree.parse(written["junit"]).getroot()
    said += [text for part in suite.iter() for text in (*part.attrib.values(), (part.text or "").strip())]
    said += plain(summary(hostile())).splitlines()
    assert [text for text in said if any(map(is_hidden, text))] == []
    assert len(list(suite.iter("failure"))) == len(TEXTS) and json.loads(written["json"].read_text("utf-8"))


def test_a_report_without_names_or_of_one_assistant_is_as_sound(tmp_path: Path) -> None:
    from batch_update.report.sharing.shared import shared

    for number, text in enumerate(TEXTS, 1):
        report, _ = shared(hostile(), RunFacts(), redact=["name", "variables"], only=[number])
        outcome = replace(report.outcomes[0], request_id="")
        assert text not in repr((report.plan.changes, outcome.message, outcome.conflicts))
        assert report.outcomes[0].message == "somebody changed it since"
