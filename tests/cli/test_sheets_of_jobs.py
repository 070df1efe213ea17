"""What job list, check and run have to do with the sheets of a job: patterns, folders, addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def _key(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a-key-of-some-kind")
    (tmp_path / "key").chmod(0o600)


def test_the_address_of_a_sheet_shows_nowhere_whole(run: Run, tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    text = 'file = "https://docs.google.com/spreadsheets/d/e/2PACX-s3cr3t/pub?output=csv"\nyes = true\n'
    text += 'key-file = "../key"\n'
    (tmp_path / "jobs" / "web.toml").write_text(text, "utf-8")
    (tmp_path / "jobs" / "edit.toml").write_text(
        text.replace("e/2PACX-s3cr3t/pub?output=csv", "s3cr3t/edit#gid=7"), "utf-8"
    )
    told = [
        run("job", "list"),
        run("job", "list", "--json"),
        run("job", "check"),
        run("job", "check", "--json"),
    ]
    assert all("s3cr3t" not in result.out + result.err for result in told)
    assert "https://docs.google.com/.../pub" in told[0].out and "fetched by each run" in told[2].out
    assert "/export?format=csv&gid=7" in told[2].out


def test_check_looks_at_each_sheet_that_a_run_would_take(run: Run, tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "inbox").mkdir()
    job = tmp_path / "jobs" / "new.toml"
    text = 'yes = true\nkey-file = "../key"\n[input]\nfile = "../inbox/*.csv"\n'
    job.write_text(text, "utf-8")
    assert (run("job", "check", "new").exit, "no sheet is there" in run("job", "check", "new").out) == (
        3,
        True,
    )
    job.write_text(text + 'take = "all"\nmissing = "nothing"\n', "utf-8")
    assert run("job", "check", "new").exit == 0
    (tmp_path / "inbox" / "a.csv").write_text("id,speech_speed\n10001,1.2\n", "utf-8")
    assert "1 assistant to change" in run("job", "check", "new").out
    (tmp_path / "inbox" / "b.CSV").write_text("id,speech_speed\n10001,9\n", "utf-8")
    assert (run("job", "check", "new").exit, "b.CSV" in run("job", "check", "new").out) == (3, True)
