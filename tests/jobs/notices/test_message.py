"""What is said of a run, on which occasions: nothing in it is anything but text, wherever it is read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.jobs.notices.harmless import harmless
from batch_update.jobs.notices.message import notice_of
from batch_update.jobs.notices.occasions import occasions_of
from batch_update.jobs.record.job_run import MOST_FAILURES, Ending
from batch_update.text import is_hidden
from tests.jobs.notices.made_runs import BAD, WELL

CALLS_OR_LINKS = re.compile(r"[<>]|[@＠]\S|\][(\[:]|://|[\r\n]")


@given(st.text(max_size=60) | st.text("<>@＠[](): !/ae\\`*_\n", max_size=30))
def test_no_text_of_a_sheet_or_server_calls_anybody_or_leads_anywhere(text: str) -> None:
    shown = harmless(text)
    assert not CALLS_OR_LINKS.search(shown) and not any(map(is_hidden, shown))
    assert harmless(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@everyone max@a.example", "@ everyone max@ a.example"),
        ("<!channel> <@U1|x>", "‹!channel› ‹@ U1|x›"),
        ("[x](javascript:alert(1))", "[x] (javascript:alert(1))"),
        ("https://evil.example/a", "https: //evil.example/a"),
        ("row 3: llm_temperature 1,7 is above 1 (A104)", "row 3: llm_temperature 1,7 is above 1 (A104)"),
    ],
)
def test_what_is_put_between_can_be_seen(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_a_message_says_what_became_of_the_run_and_what_to_do_about_it() -> None:
    run = replace(
        BAD, code="R108", message="too many went wrong", folders=(Path("/srv/runs/2026-11-22T0300-nightly"),)
    )
    command = "batch-update apply --base-url https://a.example/api runs/2026-11-22T0300-nightly/failed.csv"
    message = notice_of(
        run, None, language="en", advice=[("apply_failed", command), ("undo", "batch-update undo a@b")]
    )
    assert message.subject == "batch-update nightly: failed" and message.kind == "failure"
    lines = message.body.splitlines()
    assert re.match(r"2026-11-22 0\d:00 \S+  nightly: 116 updated, 1 failed in 1 min 10 s", lines[0])
    assert {"Rows: 116 updated, 1 failed", "Exit status: 1", "Why: R108 too many went wrong"} <= set(lines)
    assert "- row 41: A422 voice_id does not fit" in lines and f"  {command}" in lines
    assert "Folder: /srv/runs/2026-11-22T0300-nightly" in lines
    assert "undo" not in message.body, "a command that a chat would change is left out"


def test_a_german_reads_german_and_a_long_night_is_told_shortly() -> None:
    run = replace(BAD, failures=tuple(f"row {n}: " + "x" * 9_000 for n in range(MOST_FAILURES)))
    message = notice_of(run, None, language="de")
    assert message.subject == "batch-update nightly: fehlgeschlagen"
    assert "Zeilen: 116 geändert, 1 fehlgeschlagen" in message.body
    assert message.body.count("\n- row") == MOST_FAILURES and len(message.body) < 6_000


def test_a_message_has_no_key_that_a_server_quotes() -> None:
    said = 'refused: Authorization: Bearer hunter2; calcom_api_key: "hunter3"; https://a:hunter4@b.example/?k=hunter5'
    message = notice_of(replace(BAD, line=said, message=said, failures=(said,)), None, language="en")
    assert "refused: Authorization" in message.body and "hunter" not in message.body


def test_who_asked_for_an_occasion_hears_of_it() -> None:
    told = {ending: set(occasions_of(replace(WELL, ending=ending), None)) for ending in Ending}
    assert told == {
        Ending.SUCCESS: {"success"},
        Ending.UNCHANGED: {"success", "nothing"},
        Ending.NOTHING: {"nothing"},
        Ending.DRIFT: {"drift"},
        Ending.CONFLICT: {"conflict"},
        Ending.GUARD: {"guard"},
        Ending.FAILURE: {"failure"},
    }


def test_the_first_good_run_after_a_bad_one_is_a_recovery() -> None:
    bad = replace(BAD, began=BAD.began - timedelta(days=1))
    nothing = replace(WELL, ending=Ending.NOTHING)
    assert occasions_of(WELL, bad) == {"success", "recovery"}
    assert occasions_of(WELL, WELL) == {"success"} and occasions_of(BAD, bad) == {"failure"}
    assert occasions_of(nothing, bad) == {"nothing"}, "without a sheet nobody knows"
    assert notice_of(WELL, bad, language="en").subject == "batch-update nightly: well again"
