"""A report that is shared holds nothing of what was left out, in whatever form it is written."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile, is_zipfile

import pyarrow as pa
import pytest
from pyarrow.parquet import read_table

from batch_update.errors import RunStopped, SheetError, UsageError
from batch_update.fields.left_out import GROUPS, marker_of
from batch_update.journal.recorded import RunFacts
from batch_update.model.choices import Catalog
from batch_update.model.plans import Change, Conflict, Outcome, Plan, Status, Verified, Why
from batch_update.model.reports import Event, Report, Stats
from batch_update.model.sheets import NamedFile, Problem, Surroundings
from batch_update.outcomes import left_under_way, not_begun
from batch_update.plan.from_sheet import make_plan
from batch_update.report.files.folder import write_run
from batch_update.report.files.one_file import WRITERS, form_of, write_form
from batch_update.report.sharing.scrubbing import scrubbed
from batch_update.report.sharing.shared import shared
from batch_update.settings.tunables import Settings
from batch_update.sheet.reading import read_sheet
from batch_update.text import REDACTED
from tests.made import column, ids, report_of, sheet_of
from tests.report.outcomes import FAILED, LEFT_OUT, NOT_SENT, OK, UNCHANGED

PROMPT = 'Frau Geheim sagt "Grüß Gott",\nund nennt niemals <den> Preis von 4711 Euro & Cent.'
PIECES = ("Geheim", "Grüß", "4711", "Preis", "Gr\\u00fc", "Gr\\xfc")
OTHER = ("Kunde Zwo", "10002", "876543", "+49 30 222", "zwo.xlsx", "Blatt Zwo")
STARTED = datetime(2026, 11, 22, 8, 31, 5, tzinfo=UTC)


def everywhere() -> Report:
    """A run of three assistants with the prompt of each wherever a report can have one."""
    sheet = sheet_of(
        ids([10001, 10002, 10003]),
        column("name", ["Kunde Eins", "Kunde Zwo", "Kunde Drei"]),
        column("system_prompt", [PROMPT, "@zwo.txt", PROMPT]),
        column("_base", ["b1:10001:abc", "b1:10002:abc", ""]),
        column("?Alter Prompt", [PROMPT, "", "Notiz"]),
        name="zwo.xlsx",
        ragged={2: ("10003", PROMPT, "zu viel")},
        problems=(Problem("C116", f"system_prompt: {PROMPT[:40]}", index=2, column=2, given=PROMPT[:60]),),
        around=Surroundings(above=f"Kunde Zwo: {PROMPT}", worksheets=("Blatt Zwo",)),
        files={"@zwo.txt": NamedFile("zwo.txt", PROMPT)},
        sha256="ab" * 32,
    )
    held = Conflict("system_prompt", Why.CHANGED, PROMPT, f"{PROMPT}!", PROMPT[5:])
    changes = (
        Change(
            10001, {"system_prompt": PROMPT, "phone_number_id": 7}, (0,), before={"system_prompt": PROMPT[9:]},
            name="Kunde Eins", held=(held,),
        ),
        Change(10002, {"system_prompt": f"Kunde Zwo: {PROMPT}", "phone_number_id": 8}, (1,), name="Kunde Zwo"),
    )  # fmt: skip
    outcomes = (
        Outcome(
            Status.CONFLICT, "X301", f"refused: {PROMPT[20:60]} is what assistant 10002 (Kunde Zwo) says", 422,
            conflicts=(held,), field_errors={"system_prompt": (f"not {json.dumps(PROMPT)}",)},
            after_reset={"system_prompt": PROMPT}, started=STARTED, ms=1500,
        ),
        Outcome(Status.UPDATED, verified=Verified.MISMATCH, code="V301", message=f"reads back as {PROMPT}"),
        Outcome(Status.INVALID, "C116", f"system_prompt: escape ({PROMPT[:30]}, allowed text)"),
    )  # fmt: skip
    problems = sheet.problems
    plan = Plan(
        sheet,
        changes,
        {2: outcomes[2]},
        (*problems, Problem("X274", "7 rings at assistant 876543", index=0)),
        "user 501",
        called={Catalog.PHONE_NUMBERS: {7: "+49 30 111", 8: "+49 30 222"}},
    )
    stop = SheetError("1 of 3 rows is wrong: 10002", code="X201", problems=problems)
    return Report(plan, outcomes, (Event("wave", "wave 1 of 2: Kunde Zwo"),), 61.0, stop, STARTED)


def all_that_is_written(report: Report, facts: RunFacts, folder: Path) -> str:
    """The texts of all files that are made of a report, workbooks unpacked."""
    folder.mkdir(exist_ok=True)
    for form in WRITERS:
        write_form(report, facts, folder / ("report.xml" if form == "junit" else f"report.{form}"), form)
    write_run(report, folder / "run", facts)
    texts = [repr(report.plan.sheet), repr(report.plan.changes), repr(report.outcomes), report._repr_html_()]
    for path in filter(Path.is_file, folder.rglob("*")):
        if is_zipfile(path):
            with ZipFile(path) as book:
                texts += [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
        elif path.suffix == ".parquet":
            texts.append(repr(read_table(path).to_pylist()))
        elif (
            path.suffix == ".html"
        ):  # without what is the same on every page: its style, its script, its words
            same = r'<style>.*?</style>|<script>.*?</script>|<script[^>]*"words">.*?</script>|<[^>]*>'
            texts.append(re.sub(same, " ", path.read_text("utf-8"), flags=re.DOTALL))
        else:
            texts.append(path.read_text("utf-8"))
    return "\n".join(texts)


FACTS = RunFacts(Settings(only=(10001, 10002), limit=5), Stats(98765432, 3, 1, 0))


@pytest.mark.parametrize("names", [["prompts"], ["System Prompt"], ["secrets,System_Prompt", "name"]])
def test_what_was_left_out_is_in_no_form_of_a_report(tmp_path: Path, names: list[str]) -> None:
    report, facts = shared(everywhere(), FACTS, redact=[*names, "?Alter Prompt"])
    written = all_that_is_written(report, facts, tmp_path)
    assert [piece for piece in PIECES if piece in written] == []
    assert marker_of(PROMPT) in written and "10001" in written and "b1:" not in written
    assert ("Kunde Eins" in written) is ("name" not in names[-1])


def test_what_stopped_a_run_and_what_happened_on_the_way_quote_no_value_that_was_left_out(
    tmp_path: Path,
) -> None:
    """They repeat what a server said of one row, for the run and for all rows whose turn did not come."""
    said = "the first 10 rows were all refused; refused (422): not Geheim for 4711"
    rest = (
        not_begun(RunStopped(said, code="R102")),
        left_under_way(1, STARTED, RunStopped(said, code="R102")),
    )
    kinds = ("gate", "pause", "stop", "list", "stored", "verify", "display", "wave", "a kind of later")
    ours = {"gate", "wave"}
    events = tuple(Event(kind, "all is ours" if kind in ours else said, at=STARTED) for kind in kinds)
    whole = everywhere()
    whole = replace(
        whole,
        outcomes=(whole.outcomes[0], *rest),
        events=events,
        stopped=RunStopped(said, code="R102", remedy=said),
    )
    report, facts = shared(whole, FACTS, redact=["prompts", "?Alter Prompt"])
    written = all_that_is_written(report, facts, tmp_path)
    assert [piece for piece in PIECES if piece in written] == []
    assert {event.message for event in report.events if event.kind in ours} == {"all is ours"}
    counted = RunStopped("1 of 6 changes went wrong", code="R108")
    assert shared(replace(whole, stopped=counted), FACTS, redact=["prompts"])[0].stopped is counted


def test_of_other_assistants_nothing_is_in_any_form_of_a_report(tmp_path: Path) -> None:
    report, facts = shared(everywhere(), FACTS, only=[10001])
    written = all_that_is_written(report, facts, tmp_path)
    assert [text for text in (*OTHER, "ab" * 8, "98765432", "1 of 3", "wave 1 of") if text in written] == []
    assert "Kunde Eins" in written and "+49 30 111" in written
    assert report.counts() == {Status.CONFLICT: 1} and report.plan.called == {
        Catalog.PHONE_NUMBERS: {7: "+49 30 111"}
    }


def test_both_at_once_and_a_report_of_all_that_is_as_it_was() -> None:
    whole = everywhere()
    assert shared(whole, FACTS) == (whole, FACTS)
    report, _ = shared(whole, FACTS, redact=["prompts"], only=[10003])
    assert not [piece for piece in (*PIECES, *OTHER) if piece in repr((report.plan.changes, report.outcomes))]
    assert list(report.plan.sheet.numbers) == [4] and list(report.plan.sheet.ragged) == [0]


def test_the_sheet_of_a_redacted_report_is_never_applied(tmp_path: Path) -> None:
    """Nor one with a secret: every row in which something stands in place of a value is invalid."""
    tools = json.dumps(
        [{"type": "calendar_integration", "calcom_api_key": "cal_live_0123", "calcom_event_slug": "x"}]
    )
    hook = "https://h.example/x?token=sesam"
    columns = [ids([1, 2, 3]), column("tools", [tools, "", ""]), column("webhook_url", ["", hook, ""])]
    report, facts = shared(report_of(OK, OK, OK, columns=columns), RunFacts(), redact=["secrets"])
    path = write_form(report, facts, tmp_path / "a.csv", "csv")
    assert "cal_live" not in path.read_text("utf-8") and "sesam" not in path.read_text("utf-8")
    plan = make_plan(read_sheet(path))
    assert [(problem.code, problem.index) for problem in plan.errors] == [("C119", 0), ("C119", 1)]


def test_what_a_group_names_are_fields_and_what_nobody_knows_is_refused() -> None:
    report = everywhere()
    for name in (*GROUPS, *(field for fields in GROUPS.values() for field in fields)):
        shared(report, FACTS, redact=[name])
    for name, remedy in (
        ("promts", "prompts"),
        ("id", "only"),
        ("Systemprompt neu", "system_prompt"),
        ("xyz", "batch-update fields"),
    ):
        with pytest.raises(UsageError, match="the option redact") as caught:
            shared(report, FACTS, redact=[name])
        assert remedy in caught.value.remedy
    with pytest.raises(UsageError, match="no row of the run is about: 4"):
        shared(report, FACTS, only=[10001, 4])


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("voice 412 is unknown, 4120 not", "voice [redacted] is unknown, 4120 not"),
        ("nothing of it", "nothing of it"),
        ('{"a": "Zeile 1\\nZeile 2"}', '{"a": "[redacted]"}'),
        ("Zeile 1 Zeile 2 &lt;b&gt; und", "[redacted] &lt;b&gt; und"),
    ],
)
def test_a_sentence_keeps_all_but_what_it_quotes(said: str, wanted: str) -> None:
    assert scrubbed(said, [412, "Zeile 1\nZeile 2", True, None]) == wanted


# ---------------------------------------------------------------- the forms


def test_in_junit_those_rows_failed_that_are_still_to_be_done(tmp_path: Path) -> None:
    hostile = replace(FAILED, message='\x1b[31m</failure>]]>&"\ud800\u202e😀\x00')
    report = report_of(OK, hostile, NOT_SENT, LEFT_OUT, UNCHANGED, stopped=RunStopped("over", code="R103"))
    suite = ElementTree.parse(write_form(report, RunFacts(), tmp_path / "a.xml", "junit")).getroot()[0]
    ends = [[part.tag for part in case] for case in suite.iter("testcase")]
    assert ends == [[], ["failure"], ["failure"], ["skipped"], []]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("5", "2", "1")
    assert "</failure>]]>" in (suite.findtext("testcase/failure") or "") and "R103" in (
        suite.findtext("system-err") or ""
    )


def test_parquet_has_types_and_every_row(tmp_path: Path) -> None:
    done = replace(OK, started=STARTED, ms=12, changed=("name",))
    columns = [ids([1, 2]), column("name", ["a\ud800", "b"]), column("name", ["c", "d"])]
    path = write_form(report_of(done, FAILED, columns=columns), RunFacts(), tmp_path / "a.parquet", "parquet")
    table = read_table(path)
    assert table.column_names[:3] == ["id", "name", "name (column 3)"]
    assert table.schema.field("_started").type == pa.timestamp("us", tz="UTC")
    assert table.schema.field("_row").type == table.schema.field("_ms").type == pa.int64()
    assert table.column("_changed").to_pylist() == [["name"], []]
    nothing = write_form(report_of(), RunFacts(), tmp_path / "b.parquet", "parquet")
    assert read_table(nothing).num_rows == 0


def test_without_its_library_parquet_is_refused_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError) as caught:
        write_form(report_of(OK), RunFacts(), tmp_path / "a.parquet", "parquet")
    assert caught.value.code == "U116" and "pip install" in caught.value.remedy
    assert not list(tmp_path.iterdir())


def test_an_earlier_report_is_written_over_and_nothing_that_somebody_may_have_edited(tmp_path: Path) -> None:
    for form in WRITERS:
        path = tmp_path / f"{form}.{'xml' if form == 'junit' else form}"
        write_form(report_of(OK), RunFacts(), path, form)
        if form in ("csv", "xlsx", "jsonl"):
            with pytest.raises(UsageError) as caught:
                write_form(report_of(FAILED), RunFacts(), path, form)
            assert caught.value.code == "U109"
        else:
            write_form(report_of(FAILED), RunFacts(), path, form)
            path.write_bytes(b'{"schema": "somebody/else"}')
            with pytest.raises(UsageError):
                write_form(report_of(OK), RunFacts(), path, form)
        write_form(report_of(OK), RunFacts(), path, form, force=True)


def test_the_name_of_a_file_tells_its_form() -> None:
    assert form_of(Path("a.XML")) == "junit" and form_of(Path("a.txt"), "csv") == "csv"
    for name, asked in (("a.txt", None), ("a.csv", "xlsx"), ("a.xlsx", "csv"), ("report", None)):
        with pytest.raises(UsageError):
            form_of(Path(name), asked)


def test_a_value_is_found_in_the_spelling_of_a_terminal_of_json_and_of_a_page() -> None:
    for quoted in ('<b>"x"</b>', "&lt;b&gt;&quot;x&quot;&lt;/b&gt;", r"<b>\"x\"</b>"):
        assert (
            scrubbed(f"refused: {quoted} is too short", ['<b>"x"</b>']) == f"refused: {REDACTED} is too short"
        )
