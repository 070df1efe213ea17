"""Sheets, plans and reports as Python users see them: one line, a DataFrame, a table of a notebook."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

import batch_update
from batch_update.errors import KeyRefused
from batch_update.model.plans import (
    UNKNOWN,
    Change,
    Conflict,
    Outcome,
    Part,
    Plan,
    Status,
    Tripped,
    Verified,
    Why,
)
from batch_update.model.reports import Report
from batch_update.model.sheets import Problem, Sheet
from batch_update.report.own_columns import RESULT_COLUMNS
from batch_update.run.exporting import Export
from tests.made import column, ids, plan_of, report_of, sheet_of

STARTED = datetime(2026, 11, 22, 8, 31, 5, 120_000, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\u202e&\n\x1b[31m"


def a_report() -> Report:
    sheet = sheet_of(
        ids(["10001", "0010002", "no id", "10004"]),
        column("name", ["A", "B", "", HOSTILE]),
        column("_status", ["", "", "", "updated"]),
        column("_mine", ["1", "2", "3", "4"]),
    )
    return report_of(
        Outcome(Status.UPDATED, http=200, attempts=1, changed=("name", "voice_id"), started=STARTED, ms=17),
        Outcome(Status.FAILED, "A422", "refused", http=422, field_errors={"name": ("too long",)}),
        Outcome(Status.INVALID, "C111", "no id"),
        Outcome(Status.UPDATED, verified=Verified.VERIFIED),
        sheet=sheet,
    )


# ---------------------------------------------------------------- frames


def test_a_report_is_a_frame_with_a_row_for_each_of_the_sheet() -> None:
    """The user's own columns stand there as they are; ours are those of results.csv, and the id that was read."""
    frame = a_report().to_frame()
    ours = [*RESULT_COLUMNS[:1], "_id", *RESULT_COLUMNS[1:]]
    assert list(frame.columns) == ["id", "name", "_mine", *ours]
    assert list(frame["name"]) == ["A", "B", "", HOSTILE] and list(frame["_mine"]) == ["1", "2", "3", "4"]
    assert list(frame["_row"]) == [2, 3, 4, 5]
    assert list(frame["_id"][[0, 1, 3]]) == [10001, 10002, 10004] and frame["_id"][2] is pd.NA
    assert list(frame["_changed"]) == [("name", "voice_id"), (), (), ()]
    assert frame["_message"][1] == "refused; name at B3: too long"


def test_the_columns_of_a_report_have_the_types_that_their_values_have() -> None:
    frame = a_report().to_frame()
    assert {name: str(frame[name].dtype) for name in ("_row", "_id", "_http", "_attempts", "_ms")} == {
        "_row": "int64",
        "_id": "Int64",
        "_http": "Int64",
        "_attempts": "int64",
        "_ms": "Int64",
    }
    assert list(frame["_status"].cat.categories) == list(map(str, Status))
    assert list(frame["_code"].cat.categories) == ["", "A422", "C111"]
    assert frame["_started"][0] == pd.Timestamp(STARTED) and pd.isna(frame["_started"][1])
    assert str(frame["_started"].dt.tz) == "UTC"
    assert frame.query("_status == 'updated'")["_row"].tolist() == [2, 5]
    assert frame.groupby("_status", observed=True).size().to_dict() == {
        "updated": 2,
        "invalid": 1,
        "failed": 1,
    }


def test_a_frame_of_no_rows_has_the_same_columns_and_types() -> None:
    empty = report_of(sheet=sheet_of(ids([]), column("name", []))).to_frame()
    full = a_report().to_frame()
    shared = [name for name in full.columns if name in empty.columns and name != "_code"]
    assert len(empty) == 0
    assert [str(empty[name].dtype) for name in shared] == [str(full[name].dtype) for name in shared]
    assert len(plan_of(0).to_frame()) == 0 and len(sheet_of(ids([])).to_frame()) == 0


def test_columns_of_one_name_stay_apart() -> None:
    sheet = sheet_of(ids([1]), column("?Note", ["a"]), column("?Note", ["b"]), column("?", ["c"]))
    frame = report_of(Outcome(Status.UPDATED), sheet=sheet).to_frame()
    assert list(frame.columns[:4]) == ["id", "?Note", "?Note", "?"]
    assert [frame.iloc[0, place] for place in range(4)] == ["1", "a", "b", "c"]


def test_a_plan_is_a_frame_with_a_row_for_each_field_that_would_change() -> None:
    changes = [
        Change(7, {"speech_speed": 1.1, "name": None}, (1, 2), before={"speech_speed": 0.9}, name="Clara"),
        Change(8, {}, (0,), parts=(Part("variables", ("city",), "Bonn"), Part("label_ids", (), [3], "add"))),
    ]
    frame = plan_of(changes).to_frame()
    assert list(frame.columns) == ["row", "id", "name", "field", "before", "after"]
    assert list(frame["field"]) == ["speech_speed", "name", "variables.city", "label_ids+"]
    assert list(frame["row"]) == [3, 3, 2, 2] and str(frame["id"].dtype) == "int64"
    assert list(frame["after"]) == [1.1, None, "Bonn", [3]]
    assert frame["before"][0] == 0.9 and frame["before"][1] is pd.NA, "null is a value, and not known is none"


def test_no_frame_or_table_of_ours_shows_a_secret() -> None:
    tools = [{"type": "calcom", "calcom_api_key": "cal_live_1234567890"}]
    plan = plan_of([Change(7, {"tools": tools}, (0,), before={"tools": []})])
    assert "cal_live" not in plan.to_frame().to_string() + plan._repr_html_()
    cell = column("tools", ['[{"calcom_api_key": "cal_live_1234567890"}]'])
    assert "cal_live" not in sheet_of(ids([7]), cell)._repr_html_()


def test_a_sheet_and_an_export_are_frames_too() -> None:
    frame = sheet_of(ids(["0010001", "x"]), column("name", ["", "B"])).to_frame()
    assert frame.to_dict("list") == {"_row": [2, 3], "id": ["0010001", "x"], "name": ["", "B"]}
    table = Export(("id", "name"), (("7", "A"), ("8", "")), "", 1, 0, {}, ()).to_frame()
    assert table.to_dict("list") == {"id": [7, 8], "name": ["A", ""]} and str(table["id"].dtype) == "int64"
    assert list(Export(("id", "name"), (), "", 1, 0, {}, ()).to_frame().columns) == ["id", "name"]


# ---------------------------------------------------------------- one line


def test_a_repr_says_what_it_is_how_much_and_where() -> None:
    stopped = KeyRefused("the key is refused")
    outcomes = (Outcome(Status.UPDATED), Outcome(Status.NOT_SENT))
    assert repr(sheet_of(ids([1, 2]), column("name", ["", ""]))) == "<Sheet 'changes.csv': 2 rows, 2 columns>"
    assert repr(plan_of(2, {2: Outcome(Status.INVALID)}, account="user 501 at app.famulor.de")) == (
        "<Plan of 'changes.csv': 2 to change, 1 invalid; user 501 at app.famulor.de>"
    )
    assert repr(report_of(*outcomes, stopped=stopped, folder=Path("runs/x"))) == (
        "<Report of 'changes.csv': 1 updated, 1 not sent; ended early by KeyRefused; runs/x>"
    )


# ---------------------------------------------------------------- notebooks


class Page(HTMLParser):
    """The texts of a table, and the tags of the page; it has to be closed as it was opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.rows: list[list[str]] = []
        self.open: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1] in {"td", "th"}:
            self.rows[-1][-1] += data


def nouns() -> list[Sheet | Plan | Report]:
    """One of each, with texts that try to be more than texts."""
    report = a_report()
    hostile = Change(7, {"name": HOSTILE}, (0,), before={"name": "A"}, name=HOSTILE)
    held = Change(8, {"name": "B"}, (1,), held=(Conflict("voice_id", Why.CHANGED, 1, 2, HOSTILE),))
    plan = plan_of([hostile, held], account=HOSTILE, guards=(Tripped("G101", "mode", HOSTILE, 1, "--allow"),))
    stopped = report_of(
        Outcome(Status.FAILED, "A422", HOSTILE), stopped=ValueError(HOSTILE), folder=Path(HOSTILE)
    )
    return [report.plan.sheet, report, plan, stopped, report_of()]


@pytest.mark.parametrize("noun", nouns(), ids=lambda noun: type(noun).__name__)
def test_no_text_of_a_sheet_or_server_is_more_than_text_in_a_notebook(noun: Sheet | Plan | Report) -> None:
    page = Page(noun._repr_html_())
    assert set(page.tags) <= {"div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td"}
    assert not re.search("[\u202e\x1b]", noun._repr_html_())
    assert "color:" not in noun._repr_html_().replace("color: inherit", ""), (
        "light and dark pages have their own"
    )


def test_a_notebook_shows_twenty_rows_and_says_how_many_more_there_are() -> None:
    outcomes = [Outcome(Status.UPDATED)] * 60 + [Outcome(Status.FAILED, "A422", "refused")] * 2
    html = report_of(*outcomes)._repr_html_()
    page = Page(html)
    assert len(page.rows) == 1 + 20 and "42 more rows" in html
    assert [row[2] for row in page.rows[1:4]] == ["failed", "failed", "updated"], (
        "what needs a look is on top"
    )
    assert "60 updated, 2 failed" in html
    assert len(Page(plan_of(500)._repr_html_()).rows) == 21
    wide = sheet_of(*(column(f"?{n}", ["x"] * 300) for n in range(40)))
    rows = Page(wide._repr_html_()).rows
    assert len(rows) == 21 and {len(row) for row in rows} == {13} and "28 more columns" in wide._repr_html_()


def test_a_sheet_in_a_notebook_tells_of_its_problems() -> None:
    sheet = sheet_of(ids([1]), problems=(Problem("C105", "odd", index=0),))
    assert "1 problem" in sheet._repr_html_()


def test_ipython_shows_the_table_and_the_line() -> None:
    shell = InteractiveShell.instance()
    try:
        shown, _ = shell.display_formatter.format(plan_of(2))
    finally:
        InteractiveShell.clear_instance()
    assert shown["text/plain"] == "<Plan of 'changes.csv': 2 to change>"
    assert shown["text/html"].startswith("<div>")


def test_a_report_that_comes_from_another_process_has_its_frame(tmp_path: Path) -> None:
    """Whatever was imported first: nothing of the front door has been used there."""
    (tmp_path / "report").write_bytes(pickle.dumps(a_report()))
    code = (
        "import pickle, sys; report = pickle.load(open('report', 'rb'));"
        "assert 'pandas' not in sys.modules; print(len(report.to_frame()), len(report._repr_html_()) > 99)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "4 True\n"


def test_what_is_not_known_is_no_value() -> None:
    change = Change(7, {"name": "A"}, (0,))
    assert plan_of([change]).to_frame()["before"][0] is pd.NA
    assert UNKNOWN not in list(plan_of([change]).to_frame()["before"])


def test_a_notebook_tells_what_is_wrong_with_a_plan_and_what_to_do_about_an_end(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("id,speech_speed\n10001,7\n10002,8\n", "utf-8")
    plan = batch_update.make_plan(batch_update.read_sheet(tmp_path / "bad.csv"))
    shown = plan._repr_html_()
    assert "error V104 row 2, cell B2, assistant 10001: speech_speed is above the maximum (7)" in shown
    assert "10002: speech_speed" in shown
    stop = batch_update.RunStopped("the server is down", remedy="wait for it")
    report = batch_update.Report(plan, tuple(plan.settled.values()), stopped=stop)
    assert "Ended early: the server is down; wait for it" in report._repr_html_()


def test_a_check_is_shown_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("id,speech_speed\n10001,7\n10002,1\n", "utf-8")
    assert repr(batch_update.check(tmp_path / "bad.csv")) == "<Checked: 1 to change, 1 invalid; 1 problem>"
