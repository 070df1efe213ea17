"""Names in place of ids: looked up once a run, sent as ids, and told at their cells where they stand for nothing."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import batch_update
from batch_update.fields.remembered.memory import remembered
from batch_update.model.plans import Plan, Status
from batch_update.sandbox.app import make_app
from batch_update.settings.tunables import SANDBOX_KEY, Settings
from tests.sandbox.served import asked_first

CASES = Path(__file__).parent / "names"
QUIET = Settings(rate=(), max_attempts=1, max_outage=0.0)
EMPFANG = "Bäckerei Größe – Empfang"


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return make_app(None, limits=())


def planned(what: Any, app: Any, **more: Any) -> Plan:
    return batch_update.plan(what, QUIET, key=SANDBOX_KEY, app=app, **more)


def sheet(*lines: str) -> Path:
    path = Path("changes.csv")
    path.write_text("\n".join(lines) + "\n", "utf-8-sig")
    return path


def wrong(plan: Plan) -> dict[int, str]:
    """Row number -> the code of what is wrong with it."""
    return {plan.sheet.numbers[p.index]: p.code for p in plan.errors if p.index is not None}


def wanted(plan: Plan) -> dict[int, dict[str, Any]]:
    return {change.assistant_id: dict(change.body) for change in plan.changes}


# ---------------------------------------------------------------- workbooks as people have them


@pytest.mark.parametrize(
    ("name", "codes", "sent"),
    [
        ("voice_names", {4: "C132", 5: "C132"}, {10002: {"voice_id": 533}}),
        ("language_names", {4: "C111"}, {10005: {"language_id": 2}}),
        ("phone_numbers", {2: "C111", 3: "C111", 4: "C111"}, {}),
        ("asst_names", {}, {10002: {"voice_id": 418}}),
        ("asst_names_id", {}, {}),
    ],
)
def test_workbooks_with_names_are_understood(
    box: Any, name: str, codes: dict[int, str], sent: dict[int, Any]
) -> None:
    before = sheet("id,voice_id,language_id", "10001,412,1", "10002,421,1", "10005,430,1")
    batch_update.apply(before, QUIET, key=SANDBOX_KEY, app=box, journal=False)
    plan = planned(CASES / f"{name}.xlsx", box)
    assert (wrong(plan), wanted(plan)) == (codes, sent)
    assert all("batch-update choices" in p.remedy or p.code == "C132" for p in plan.errors)


# ---------------------------------------------------------------- what is sent, and what is written down


def test_names_of_all_lists_are_sent_as_the_ids_that_they_stand_for(box: Any) -> None:
    plan = planned(
        sheet(
            "Assistent;Stimme;Weitere Sprachen;label_ids;Ordner;Wissensdatenbank;tool_ids;Telefonnummer;LLM",
            f"{EMPFANG};Clara;en, Französisch;live | 3 – wichtig;sales;Häufige Fragen;"
            "book_table;040/66969104;gpt-4.1",
        ),
        box,
    )
    assert wrong(plan) == {}
    assert wanted(plan) == {
        10001: {
            "voice_id": 533,
            "secondary_language_ids": [2, 3],
            "label_ids": [1, 3],
            "folder_id": 2,
            "knowledgebase_id": 2,
            "tool_ids": [5],
            "phone_number_id": 4,
            "llm_model_id": 2,
        }
    }


def test_lists_are_added_to_and_taken_from_by_name(box: Any) -> None:
    plan = planned(sheet("id,tools.assistant_transfer.assistant_id", "10001,Hotel Seeblick – Rückruf"), box)
    assert wrong(plan) == {2: "X244"}, "the name is good, and there is no such tool"


def test_rows_of_one_assistant_by_its_id_and_by_its_name_are_one_assistants(box: Any) -> None:
    same = planned(sheet("id,voice_id", "10001,Clara", f"{EMPFANG},533"), box)
    assert [change.indexes for change in same.changes] == [(0, 1)]
    differing = planned(sheet("id,voice_id", "10001,Clara", f"{EMPFANG},Susi"), box)
    assert wrong(differing) == {3: "X201"} and differing.changes == ()
    chosen = planned(sheet("id,voice_id", "10001,Clara", f"{EMPFANG},Jonas"), box, on_duplicate="last")
    assert wanted(chosen) == {10001: {"voice_id": 421}}


def test_only_and_limit_choose_among_rows_by_name(box: Any) -> None:
    path = sheet("id,voice_id", f"{EMPFANG},Clara", "10002,Clara", "10003,Clara")
    assert list(wanted(planned(path, box, only="10001"))) == [10001]
    assert list(wanted(planned(path, box, limit=2))) == [10001, 10002]
    assert list(wanted(planned(path, box, no_fetch=True))) == [10001, 10002, 10003]


def test_a_plan_knows_the_names_of_its_ids_also_once_it_was_saved(box: Any) -> None:
    plan = planned(sheet("id,voice_id", "10002,Clara"), box, out="p.json")
    again = planned("p.json", box)
    assert plan.called == again.called == {"voices": {418: "Susi", 533: "Clara"}}
    assert "Clara" not in str(wanted(again)) and not plan.unnamed


def test_results_and_failed_rows_keep_the_cells_as_they_were(box: Any) -> None:
    path = sheet("id,voice_id,speech_speed", f"{EMPFANG},Clara,1.1", "10002,Nobody,1.1")
    report = batch_update.apply(path, QUIET, key=SANDBOX_KEY, app=box, skip_invalid=True, share=False)
    assert [outcome.status for outcome in report.outcomes] == [Status.UPDATED, Status.INVALID]
    assert list(report.to_frame()["_id"]) == [10001, 10002]
    assert report.files is not None and report.files.failed is not None
    with report.files.results.open(encoding="utf-8-sig", newline="") as file:
        assert [row[:2] for row in csv.reader(file)][1:] == [[EMPFANG, "Clara"], ["10002", "Nobody"]]
    again = planned(report.files.failed, box)
    assert wrong(again) == {2: "C111"}
    undone = batch_update.undo(report.folder or "", QUIET, key=SANDBOX_KEY, app=box, share=False)
    assert [outcome.status for outcome in undone.outcomes] == [Status.UPDATED]


# ---------------------------------------------------------------- how it is looked up


def counting(app: Any, refuse: Callable[[str], bool] = lambda path: False) -> tuple[Any, Counter[str]]:
    """The app, and how often each path of it was asked; paths that are refused are said not to be there."""
    asked: Counter[str] = Counter()

    def before(method: str, path: str, nth: int) -> tuple[int, Any] | None:
        asked[path.rpartition("/")[2]] += 1
        return (404, {"message": "no such route"}) if refuse(path) else None

    return asked_first(app, before), asked


def test_lists_are_looked_up_once_a_run_and_only_where_names_stand(box: Any) -> None:
    app, asked = counting(box)
    rows = [f"{10001 + n % 40},{name}" for n, name in enumerate(["Clara", "clara", "CLARA (de)"] * 30)]
    planned(sheet("id,voice_id", *rows), app)
    assert (asked["languages"], asked["models"], asked["labels"]) == (1, 0, 0)
    assert asked["voices"] == 3, "one request for each mode"


def test_where_a_list_cannot_be_had_rows_with_ids_alone_still_work(box: Any) -> None:
    app, _ = counting(box, lambda path: path.endswith("/voices"))
    plan = planned(sheet("id,voice_id,language_id", "10001,533,en", "10002,Clara,1", "10003,421,1"), app)
    assert wrong(plan) == {3: "C133"}
    assert 10001 in wanted(plan) and wanted(plan)[10001] == {"voice_id": 533, "language_id": 2}


def test_check_counts_names_and_looks_them_up_only_when_asked(box: Any) -> None:
    app, asked = counting(box)
    path = sheet("id,voice_id", "10001,Clara", "Nobody,Nobody", "10003,412")
    offline = batch_update.check(path)
    assert (offline.problems, len(offline.names), offline.to_change) == ((), 3, 3) and not asked
    online = batch_update.check(path, QUIET, online=True, key=SANDBOX_KEY, app=app)
    assert [(p.index, p.column, p.code) for p in online.problems] == [(1, 0, "C111"), (1, 1, "C111")]
    assert (online.names, online.to_change, online.invalid_rows) == (frozenset(), 2, 1)


def test_check_holds_ids_against_the_account_where_it_is_asked_to(box: Any) -> None:
    """As a plan does: what an assistant has already is nobody's to complain of."""
    app, _ = counting(box)
    path = sheet("id,voice_id", "10001,9999", "10002,418", "99999,412")
    assert not batch_update.check(path).problems
    online = batch_update.check(path, QUIET, online=True, key=SANDBOX_KEY, app=app)
    assert [(p.index, p.code) for p in online.problems] == [
        (p.index, p.code) for p in planned(path, app).problems
    ]
    assert {p.code for p in online.problems} >= {"X271"} and online.invalid_rows == 2


def test_a_sheet_that_is_wrong_anyway_comes_to_its_end_without_a_look_at_the_account(box: Any) -> None:
    app, asked = counting(box)
    report = batch_update.apply(
        sheet("id,voice_id,speech_speed", "10001,Clara,", "10002,,9"), QUIET, key=SANDBOX_KEY, app=app
    )
    assert [outcome.code for outcome in report.outcomes] == ["X261", "V104"] and not asked


def test_ten_thousand_rows_of_names_among_two_thousand_voices(tmp_path: Path, box: Any) -> None:
    app, asked = counting(make_app(None, limits=(), further_voices=2_000))
    rows = [f"{10001 + n},{(412, 'Sabine', 'sabine (de)', '412 – Sabine')[n % 4]}" for n in range(10_000)]
    path = sheet("id,voice_id", *rows)
    checked = batch_update.check(path, QUIET, online=True, key=SANDBOX_KEY, app=app)
    assert not {p.code for p in checked.problems if p.code.startswith("C")} and asked["voices"] == 3


# ---------------------------------------------------------------- exports with names


def exported(app: Any, **more: Any) -> Path:
    path = Path("export.csv")
    names = "name,voice_id,language_id,phone_number_id,knowledgebase_id,multimodal_model_id,llm_model_id"
    batch_update.export(
        QUIET, key=SANDBOX_KEY, app=app, to=path, force=True, fields=names, names=True, **more
    )
    return path


def test_an_export_with_names_says_both_and_changes_nothing(box: Any) -> None:
    path = exported(box)
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = next(csv.DictReader(file))
    assert (first["id"], first["voice_id"]) == (f"10001 – {EMPFANG}", "412 – Sabine (de)")
    assert (first["language_id"], first["phone_number_id"]) == ("1 – German", "1 – +493023125001")
    plan = planned(path, box)
    assert (wrong(plan), wanted(plan)) == ({}, {}) and len(plan.settled) == 60


def test_a_sheet_of_another_account_is_read_by_its_names(box: Any) -> None:
    """There 412 is another voice, 10001 another assistant."""
    path = exported(box, only="10001")
    here = path.read_text("utf-8-sig")
    assert "b1:10001:" in here
    other = here.replace("412 – Sabine", "421 – Sabine").replace("10001 –", "10002 –")
    cell = next(csv.DictReader(other.splitlines()))["_base"]
    path.write_text(
        other.replace(cell, remembered(10002, "user 7 at elsewhere", {"voice_id": 421})), "utf-8-sig"
    )
    plan = planned(path, box)
    assert wrong(plan) == {} and [change.assistant_id for change in plan.changes] in ([], [10001])
    path.write_text(other.replace(cell, ""), "utf-8-sig")
    assert wrong(planned(path, box)) == {2: "C132"}, "without what it remembers, id and name have to agree"


def test_an_export_with_names_can_be_applied_again_once_it_renamed_somebody(box: Any) -> None:
    path = exported(box, only="10003")
    text = path.read_text("utf-8-sig")
    path.write_text(text.replace(",Hotel Seeblick – Rückruf,", ",Hotel am See,"), "utf-8-sig")
    report = batch_update.apply(path, QUIET, key=SANDBOX_KEY, app=box, journal=False)
    assert [outcome.status for outcome in report.outcomes] == [Status.UPDATED]
    again = planned(path, box)
    assert (wrong(again), wanted(again)) == ({}, {})


def test_an_export_keeps_ids_alone_where_their_list_cannot_be_had(box: Any) -> None:
    app, _ = counting(box, lambda path: path.endswith("/voices"))
    text = exported(app, only="10001").read_text("utf-8-sig")
    assert ",412," in text and "1 – German" in text
