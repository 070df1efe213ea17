"""Job files from the command line."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from batch_update.jobs.definition.job_file import load_job
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]


def test_a_wrong_job_is_listed_and_told_apart(run: Run, tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "odd.toml").write_text('file = "../bad.csv"\nskip-invalit = true\n', "utf-8")
    (tmp_path / "jobs" / "bad.toml").write_text('file = "../bad.csv"\nsandbox = true\nyes = true\n', "utf-8")
    assert "job check" in run("job", "list").out
    result = run("job", "check")
    assert (result.exit, "did you mean 'skip-invalid'" in result.out, "1 invalid row" in result.out) == (
        2,
        True,
        True,
    )
    assert run("job", "check", "bad").exit == 3
    assert run("job", "run", "odd").exit == 2


def test_flags_win_over_the_job_file_and_that_over_the_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jobs").mkdir()
    text = 'file = "../good.csv"\nsandbox = true\nyes = true\nrate = "off"\nlimit = 1\nno-fetch = true\n'
    (tmp_path / "jobs" / "one.toml").write_text(text, "utf-8")
    monkeypatch.setenv("BATCH_UPDATE_LIMIT", "3")
    assert run("job", "run", "one", "--json").json["counts"]["updated"] == 1
    assert run("job", "run", "one", "--json", "--limit", "2").json["counts"]["updated"] == 2


def test_the_job_files_of_the_page_about_jobs_are_in_order(run: Run, tmp_path: Path) -> None:
    text, *others = re.findall(
        r"```toml\n(.*?)```", (ROOT / "docs" / "jobs.md").read_text("utf-8"), re.DOTALL
    )
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "nightly.toml").write_text(
        text.replace("../samples", str(ROOT / "samples")), "utf-8"
    )
    assert run("job", "check", "nightly").exit == 0
    (tmp_path / "jobs" / "base.toml").write_text("limit = 9\n", "utf-8")
    for number, other in enumerate(others):
        path = tmp_path / "jobs" / f"other{number}.toml"
        path.write_text(other, "utf-8")
        load_job(path)


@pytest.mark.skipif(sys.platform == "win32", reason="no file may be called so there")
@pytest.mark.parametrize("command", ["list", "check"])
def test_the_name_of_a_job_file_steers_no_terminal(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "a\x1b[2Jb.toml").write_text(
        'file = "../good.csv"\nsandbox = true\nyes = true\n', "utf-8"
    )
    result = run("job", command)
    assert (result.exit, "\x1b" in result.out, "\\x1b[2Jb" in result.out) == (0, False, True)


def test_a_job_that_writes_into_a_log_has_one_dated_line_a_night(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its name: where all went well, where a row failed (the rest stands below it), where it did not begin."""
    (tmp_path / "jobs").mkdir()
    text = 'file = "../good.csv"\nsandbox = true\nyes = true\nrate = "off"\nsandbox-limits = "off"\n'
    (tmp_path / "jobs" / "night.toml").write_text(text, "utf-8")
    dated = r"\d{4}-\d\d-\d\d \d\d:\d\d \S+  night: "
    folder = r"jobs/runs/\S+-night\S*"
    assert re.fullmatch(rf"{dated}3 updated in .* s; exit 0, {folder}\n", run("job", "run", "night").out)
    assert run("job", "run", "night", "--quiet").out == ""
    monkeypatch.setenv("COLUMNS", "40")
    assert run("job", "run", "night").out.count("\n") == 1, "a log has it in one line, however long it is"
    monkeypatch.setenv("COLUMNS", "1000")
    (tmp_path / "good.csv").write_text("id,speech_speed\n10001,1.2\n99999,1.2\n", "utf-8")
    first, *below = run("job", "run", "night", "--no-fetch").out.splitlines()
    assert re.match(rf"{dated}1 updated, 1 failed in .*; exit 1, {folder}$", first), first
    assert below[-1].startswith("Fix ")
    (tmp_path / "good.csv").unlink()
    unbegun = run("job", "run", "night")
    assert re.fullmatch(f"{dated}error\\[S1..\\]: .*; exit 3\n  = help: .*\n", unbegun.out)
    assert "no sheet is there" not in unbegun.err, "cron mails both, and it is told once"
    (tmp_path / "jobs" / "night.toml").write_text("fiel = 'x'\nyess = true\n", "utf-8")
    told = run("job", "run", "night").out
    assert told.count("'yess'") == told.count("'fiel'") == 1
    assert f"batch-update job check {tmp_path}/jobs/night.toml tells" in told, "wherever that is read"
    assert not re.match(dated, run("apply", "bad.csv", "--sandbox", "--yes").out)


def test_what_helps_a_job_is_told_as_the_key_of_its_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    text = 'file = "../good.csv"\nsandbox = true\nyes = true\nsheet = "x"\n'
    (tmp_path / "jobs" / "night.toml").write_text(text, "utf-8")
    told = run("job", "run", "night")
    assert "Leave out the key sheet" in told.out + told.err and "--sheet" not in told.out + told.err
    assert "Leave out --sheet" in run("plan", "good.csv", "--sandbox", "--sheet", "x").err


def test_one_job_that_fails_does_not_keep_the_others_from_running(run: Run, tmp_path: Path) -> None:
    """The exit status is the worst; a line for each, and with --json one document of all."""
    (tmp_path / "jobs").mkdir()
    text = 'sandbox = true\nyes = true\nrate = "off"\nsandbox-limits = "off"\n'
    (tmp_path / "jobs" / "a.toml").write_text(f'file = "../gone.csv"\n{text}', "utf-8")
    (tmp_path / "jobs" / "b.toml").write_text('file = "../good.csv"\nlimti = 3\n', "utf-8")
    (tmp_path / "jobs" / "c.toml").write_text(f'file = "../good.csv"\n{text}', "utf-8")
    result = run("job", "run", "--all")
    first, second, third = re.findall(r"UTC  (\w): (\S+ \S+)", result.out) or result.out.splitlines()[:3]
    assert (first[0], second[0], third) == ("a", "b", ("c", "3 updated"))
    assert result.exit == 2, "a job file that is wrong counts more than a sheet"
    told = run("job", "run", "c", "a", "--json")
    assert [(one["job"], one["ending"], one["exit"]) for one in told.json["runs"]] == [
        ("c", "unchanged", 0),
        ("a", "failure", 3),
    ]
    assert (told.exit, told.json["exit"], told.json["runs"][0]["counts"]["unchanged"]) == (3, 3, 3)
    assert run("job", "run").exit == run("job", "run", "c", "--all").exit == 2


def test_a_job_that_only_looks_leaves_its_plan_to_look_at_and_to_apply(run: Run, tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    text = 'mode = "plan"\nsandbox = true\nyes = true\nrate = "off"\nsandbox-limits = "off"\n'
    (tmp_path / "jobs" / "drift.toml").write_text(f'file = "../good.csv"\n{text}', "utf-8")
    result = run("job", "run", "drift")
    line, page = result.out.splitlines()
    assert (result.exit, "drift: 3 assistants differ from the sheet; exit 10" in line) == (10, True)
    (folder,) = (tmp_path / "jobs" / "runs").glob("*-drift")
    assert str(page.split()[-1]).endswith("plan.html")
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["plan.html", "plan.json", "run.json"]
    assert "apply" in (folder / "plan.html").read_text("utf-8"), "the page says how to go on"
    runs = ("--runs-dir", "jobs/runs")
    listed = run("runs", "list", *runs).out
    assert "only looked" in listed and "job drift" in listed
    assert "only looked" in run("runs", "show", folder.name, *runs).out
    assert run("apply", str(folder / "plan.json"), "--sandbox", "--yes", "--rate", "off", *runs).exit == 0
    assert run("job", "run", "drift").exit == 0, "nothing differs any more"
    assert run("runs", "prune", "--keep", "0", "--yes", *runs).exit == 0
    assert not folder.exists()


def test_a_job_from_nothing_is_checked_shown_and_run(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is printed can be pasted; what counts is told with where it comes from."""
    made = run("job", "init", "night", "good.csv")
    assert made.exit == 0 and "\nNext: batch-update job check jobs/night.toml\n" in made.out
    assert run("job", "check", "night").out.startswith(
        "night                    in order: 3 assistants to change"
    )
    again = run("job", "init", "night", "good.csv")
    assert again.exit == 2 and "--force" in again.err
    monkeypatch.setenv("BATCH_UPDATE_LIMIT", "2")
    lines = run("job", "show", "night").out.splitlines()
    at = (tmp_path / "jobs" / "night.toml").read_text("utf-8").splitlines().index("yes = true") + 1
    assert {"limit = 2   # BATCH_UPDATE_LIMIT", f"yes = true   # jobs/night.toml, line {at}"} <= set(lines)
    assert "concurrency = 8   # default" in lines
    assert run("job", "run", "night", "--rate", "off", "--sandbox-limits", "off").exit == 0


def test_what_would_fail_at_night_is_told_with_its_remedy_and_warnings_apart(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "mode.csv").write_text("id,mode\n10003,multimodal\n", "utf-8")
    text = 'file = "../mode.csv"\nsandbox = true\nnotify = { to = [] }\n'
    (tmp_path / "jobs" / "risky.toml").write_text(text + "yes = true\n", "utf-8")
    (tmp_path / "jobs" / "shy.toml").write_text(text, "utf-8")
    risky = run("job", "check", "risky")
    assert (risky.exit, "[G101]" in risky.out, 'allow = ["mode"]' in risky.out) == (5, True, True)
    assert "warning: the table notify names nobody" in risky.out
    shy = run("job", "check", "shy", "--json").json["jobs"][0]
    assert (shy["exit"], len(shy["notes"]), [one["is_warning"] for one in shy["findings"]].count(True)) == (
        2,
        2,
        1,
    )


def test_where_there_is_no_job_yet_it_is_told_how_to_begin(run: Run, tmp_path: Path) -> None:
    begin = "batch-update job init nightly changes.csv"
    assert run("job", "list").exit == 0
    for words in ("list",), ("check",), ("run", "--due"), ("run", "--all"), ("init",):
        assert begin in (told := run("job", *words)).err, told
    run(*begin.split()[1:])
    (tmp_path / "jobs" / "odd.toml").write_text("limti = 3", "utf-8")
    assert "Next: batch-update job check jobs/odd.toml" in run("job", "list").out
