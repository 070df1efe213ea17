"""The page of a run and of a plan: complete, harmless whatever it was made from, and the same in two languages."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from batch_update.journal.recorded import RunFacts
from batch_update.model.plans import Change, Outcome, Plan, Status, Tripped
from batch_update.model.reports import Event, Exit, Report
from batch_update.model.sheets import Problem, Severity
from batch_update.plan.saving import digest
from batch_update.report.documents.envelope import json_text
from batch_update.report.documents.of_runs import file_paths, run_file
from batch_update.report.documents.of_sheets import planned_sheet
from batch_update.report.figures.standing import standing_of
from batch_update.report.headline.headline import headline_of_plan, headline_of_run
from batch_update.report.page import rendering
from batch_update.report.page.fleet_words import FLEET_WORDS
from batch_update.report.page.of_plan import Planning, plan_page
from batch_update.report.page.of_run import run_page
from batch_update.report.page.page_words import WORDS
from batch_update.report.page.tiles import tiles_of_plan, tiles_of_run
from tests.made import ids, plan_of, sheet_of

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><!--<script>",
    "javascript:alert(1)",
    "{{ 7 * 7 }} ${alert(1)} &lt;b&gt;",
    "=cmd|' /C calc'!A0",
    "a\u202eb\u2028c\x00d\x1b[31m",
    "Größe 😀 مرحبا",
)
ASSETS = Path(__file__).parents[3] / "batch_update" / "report" / "page" / "assets"
SCRIPTS = [ASSETS / "scripts" / name for name in rendering.SCRIPTS]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Reader(HTMLParser):
    """Reads a page as a browser does: its elements, its texts, what its scripts hold."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: dict[str, str] = {}
        self.styles: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag, attributes = self.tags[-1] if self.tags else ("", {})
        if tag == "script" and self.cdata_elem:
            self.scripts[attributes.get("id") or "script"] = data
        elif tag == "style" and self.cdata_elem:
            self.styles.append(data)
        else:
            self.texts.append(data)

    def block(self, name: str) -> Any:
        return json.loads(self.scripts[name])


def hostile_plan() -> Plan:
    changes = [
        Change(100 + n, {"system_prompt": text, "name": text}, (n,), before={"name": text[::-1]}, name=text)
        for n, text in enumerate(HOSTILE)
    ]
    made = plan_of(changes)
    sheet = sheet_of(ids(100 + n for n in range(len(changes))), name=HOSTILE[1])
    problem = Problem("V104", HOSTILE[0], Severity.ERROR, index=None, given=HOSTILE[1], remedy=HOSTILE[2])
    return Plan(sheet, made.changes, {}, problems=(problem,), account=HOSTILE[1])


def hostile_report() -> Report:
    outcomes = tuple(
        Outcome(Status.FAILED, "A422", text, 422, 1, request_id=text, field_errors={text: (text,)})
        for text in HOSTILE
    )
    return Report(hostile_plan(), outcomes, events=(Event("gate", HOSTILE[0]),), started=NOON)


def planning_of(plan: Plan, *tripped: Tripped, is_blocked: bool = False) -> Planning:
    document = planned_sheet(plan, tripped, requests=3, digest=digest(plan))
    return Planning(document, tripped, is_blocked, 60.0, NOON, Exit.OK)


@pytest.mark.parametrize("kind", ["run", "plan"])
def test_whatever_a_sheet_or_a_server_sent_is_text_and_ends_no_element(kind: str) -> None:
    plan = hostile_plan()
    text = (
        run_page(hostile_report(), RunFacts(), "en")
        if kind == "run"
        else plan_page(plan, planning_of(plan), "de")
    )
    page = Reader(text)
    tags = [tag for tag, _ in page.tags]
    assert tags.count("script") == 4 and {"img", "iframe", "object", "link", "base"}.isdisjoint(tags)
    attributes = [(name, value or "") for _, given in page.tags for name, value in given.items()]
    assert not [name for name, value in attributes if name.startswith("on") or "javascript:" in value[:20]]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", text)


def test_each_row_is_inside_whole_and_in_the_order_of_the_sheet() -> None:
    block = Reader(run_page(hostile_report(), RunFacts(), "en")).block("rows-data")
    rows = [dict(zip(block["columns"], row, strict=True)) for row in block["rows"]]
    assert [row["name"] for row in rows] == list(HOSTILE)
    for row, text in zip(rows, HOSTILE, strict=True):
        changes = {block["fields"][field]: block["values"][after] for field, _, after, _ in row["changes"]}
        assert changes == {"system_prompt": text, "name": text}


def test_what_many_rows_share_stands_inside_once() -> None:
    prompt = "Sie sind die Stimme der Praxis. " * 20
    plan = plan_of([Change(n + 1, {"system_prompt": prompt}, (n,)) for n in range(50)])
    text = run_page(
        Report(plan, (Outcome(Status.UPDATED, changed=("system_prompt",)),) * 50), RunFacts(), "de"
    )
    assert text.count(prompt.strip()) == 1


def test_the_document_inside_is_run_json() -> None:
    report = hostile_report()
    inside = Reader(run_page(report, RunFacts(), "en")).block("document")
    beside = json.loads(json_text(run_file(report, RunFacts(), file_paths(report.files, names_only=True))))
    assert inside | {"at": ""} == beside | {"at": ""}


def test_the_policy_lets_in_the_script_and_the_style_inside_and_nothing_else() -> None:
    page = Reader(run_page(hostile_report(), RunFacts(), "en"))
    policy = next(a["content"] for tag, a in page.tags if tag == "meta" and "http-equiv" in a) or ""
    hashes = {
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in (page.scripts["script"], *page.styles)
    }
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
    assert set(re.findall(r"'sha256-[^']*'", policy)) == hashes
    assert not any("style" in attributes for _, attributes in page.tags)


def test_the_script_makes_no_markup_of_texts_and_asks_for_nothing() -> None:
    script = "".join(path.read_text("utf-8") for path in SCRIPTS)
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|Function\(|fetch\(|XMLHttp", script
    )
    assert not re.search("https?:|</script|<!--", script)


def test_each_script_and_style_beside_the_page_is_in_it() -> None:
    listed = {
        *(f"scripts/{name}" for name in rendering.SCRIPTS),
        *(f"styles/{name}" for name in rendering.STYLES),
    }
    assert {path.relative_to(ASSETS).as_posix() for path in ASSETS.glob("*/*")} == listed


def test_both_languages_say_the_same_things() -> None:
    texts = "".join(path.read_text("utf-8") for path in SCRIPTS)
    for key in re.findall(r"\b(?:t|aside)\(\"(\w+)\"", texts):
        assert key in WORDS | FLEET_WORDS, key
    for key, said in (*WORDS.items(), *FLEET_WORDS.items()):
        assert said.de and (said.en or key == "messages_english"), key
        assert set(re.findall(r"\{\w+\}", said.en)) == set(re.findall(r"\{\w+\}", said.de)), key


def test_no_secret_is_in_a_page() -> None:
    tools = [{"type": "calendar_integration", "calcom_api_key": "cal_live_hidden"}]
    change = Change(7, {"tools": tools}, (0,), before={"tools": [{"calcom_api_key": "cal_live_before"}]})
    plan = plan_of([change])
    run = run_page(Report(plan, (Outcome(Status.UPDATED, changed=("tools",)),)), RunFacts(), "en")
    assert "cal_live" not in run + plan_page(plan, planning_of(plan), "en")


def test_the_page_of_a_plan_cuts_nothing_and_has_the_digest_to_sign() -> None:
    prompt = " ".join(f"word{n}" for n in range(3000))
    plan = plan_of([Change(n + 1, {"system_prompt": f"{prompt} {n}"}, (n,)) for n in range(150)])
    page = Reader(plan_page(plan, planning_of(plan), "en"))
    inside = page.block("document")
    assert [change["after"]["system_prompt"] for change in inside["changes"]] == [
        f"{prompt} {n}" for n in range(150)
    ]
    assert digest(plan) == inside["digest"] and digest(plan) in page.texts


def test_what_has_to_be_allowed_stands_on_the_page_of_a_plan() -> None:
    plan = plan_of(3)
    tripped = Tripped(
        "G103", "phone_number_id", "the phone number changes", 2, "allow=phone_number_id", (2, 3)
    )
    text = plan_page(plan, planning_of(plan, tripped), "de", {"apply": "batch-update apply x.csv --allow y"})
    told = Reader(text).texts
    assert "G103 phone_number_id: the phone number changes (2 assistants, rows 2-3)" in told
    assert "G103 phone_number_id: die Telefonnummer würde sich ändern (2 Assistenten, Zeilen 2-3)" in told
    assert {"about 1 min", "etwa 1 min"} <= {*told}
    assert "batch-update apply x.csv --allow y" in "".join(told)


def test_a_number_that_is_none_is_told_quietly() -> None:
    report = Report(plan_of(1), (Outcome(Status.UPDATED, changed=("speech_speed",)),))
    assert [(t.number.en, t.tone) for t in tiles_of_run(report)] == [("1", "good"), ("0", "quiet")]
    report = replace(report, outcomes=(Outcome(Status.FAILED, "A422"),))
    assert [(t.number.en, t.tone) for t in tiles_of_run(report)] == [("0", "quiet"), ("1", "bad")]
    assert [(t.number.en, t.tone) for t in tiles_of_plan(plan_of(0))] == [("0", "quiet"), ("0", "quiet")]


def test_a_headline_tells_that_all_was_read_back_only_where_it_was() -> None:
    report = Report(plan_of(2), (Outcome(Status.UPDATED, changed=("speech_speed",)),) * 2)
    standing = replace(standing_of(report), exit=Exit.OK)
    for verified, said in (
        (2, "2 assistants were changed and read back."),
        (1, "2 assistants were changed."),
    ):
        assert headline_of_run(report, replace(standing, verified=verified)).sentence.en.endswith(said)


def test_a_headline_is_good_only_where_nothing_is_left() -> None:
    """What was not read back is not done, and a plan whose errors forbid to send the rest is not ready."""
    report = Report(plan_of(1), (Outcome(Status.UPDATED, changed=("speech_speed",)),))
    standing = replace(standing_of(report), exit=Exit.OK)
    assert headline_of_run(report, standing).tone == "good"
    assert headline_of_run(report, replace(standing, exit=Exit.SOME_FAILED)).tone == "open"
    assert headline_of_plan(report.plan, (), is_blocked=False).tone == "good"
    assert headline_of_plan(report.plan, (), is_blocked=True).tone == "bad"
