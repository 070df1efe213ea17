"""The jobs of the folder `jobs`, in a copy of it: each runs against the sandbox as it stands, and keeps its promise."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.definition.job_finding import find_jobs
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
EXAMPLES = find_jobs(ROOT / "jobs")
NAMES = [path.stem for path in EXAMPLES]
QUICK = ("--rate", "off", "--pace", "burst")
"""At their own pace they would take half a minute; the pace is not what is tested here."""


@pytest.fixture
def night(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Runs jobs of the copy, and returns for each its exit status and how many assistants were changed."""
    monkeypatch.setenv("BATCH_UPDATE_SANDBOX_LIMITS", "off")
    monkeypatch.setenv("BATCH_UPDATE_REREAD_AFTER", "0")
    for name in ("jobs", "samples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    watching = tmp_path / "jobs" / "neue-blaetter.toml"
    rested = re.sub("settle = .*", "settle = 0", watching.read_text("utf-8"))  # the copy has just been made
    watching.write_text(rested, "utf-8")

    def nights(*words: str) -> dict[str, Any]:
        told = run("job", "run", *words, *QUICK, "--json").json
        runs = told.get("runs", [told])
        return {one["job"]: (one["exit"], one["counts"]["updated"]) for one in runs}

    return nights


def test_all_examples_run_one_after_another_and_no_two_want_another_value(
    night: Callable[..., Any], run: Run, tmp_path: Path
) -> None:
    first = night("--all")
    assert list(first) == NAMES
    assert {end for end, _ in first.values()} == {0}
    again = night("--all")
    swapped = {"hours-evening": (0, 4), "hours-morning": (0, 4)}
    assert again == dict.fromkeys(NAMES, (0, 0)) | swapped
    left = {path.name for path in tmp_path.iterdir()} - {"state", "good.csv", "bad.csv"}
    assert left == {"jobs", "samples", "runs"}
    assert "runs/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert run("job", "check").out.count("in order") == len(NAMES)


def test_morning_and_evening_each_change_what_the_other_did(night: Callable[..., Any], run: Run) -> None:
    def told(when: str) -> tuple[dict[str, Any], str]:
        changed = night(f"hours-{when}")
        return changed, run("export", "--sandbox", "--force", "--where", "id=10014", "-o", "-").out

    for when, said, other in (
        ("morning", "jetzt geöffnet", "geschlossen"),
        ("evening", "jetzt geschlossen", "geöffnet"),
        ("morning", "jetzt geöffnet", "geschlossen"),
    ):
        changed, now = told(when)
        assert changed == {f"hours-{when}": (0, 4)}
        assert said in now and other not in now


def test_the_weekly_report_tells_of_drift_until_the_sheet_was_sent(night: Callable[..., Any]) -> None:
    assert night("weekly-drift", "opening-hours")["weekly-drift"] == (10, 0)
    assert night("stimmen", "weekly-drift") == {"stimmen": (0, 8), "weekly-drift": (0, 0)}


def test_a_sheet_in_the_watched_folder_is_sent_once(night: Callable[..., Any], tmp_path: Path) -> None:
    def watched() -> Any:
        return night("neue-blaetter", "weekly-drift")["neue-blaetter"]

    assert [watched(), watched()] == [(0, 2), (0, 0)]
    new = tmp_path / "samples" / "inbox" / "2026-11-23-urlaub.csv"
    new.write_text("id;Sprechgeschwindigkeit\n10020;1,15\n", "utf-8")
    assert [watched(), watched()] == [(0, 1), (0, 0)]


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_an_example_says_what_it_is_for_and_when_it_runs(path: Path) -> None:
    tables = load_job(path).tables
    assert tables.description and tables.schedule and tables.keep
    assert path.read_text("utf-8").startswith("# ")


def test_list_shows_the_examples_and_what_they_share_is_no_job(run: Run) -> None:
    shown = run("job", "list", "--jobs-dir", str(ROOT / "jobs"), "--json").json["jobs"]
    assert [row["name"] for row in shown] == NAMES
    assert "hours-base" not in NAMES and len(NAMES) >= 6
