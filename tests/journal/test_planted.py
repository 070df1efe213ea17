"""In a folder that others may write to, nothing that they put there is followed; what is made is its owner's alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from batch_update.errors import BatchUpdateError
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import report_of
from batch_update.journal.storing.database import JOURNAL
from batch_update.journal.storing.mark import MARK
from batch_update.journal.storing.reserve import RESERVE
from batch_update.journal.writing import Journal
from batch_update.report.files.folder import write_run
from batch_update.report.files.private_text import write_text
from tests.cli import conftest
from tests.cli.conftest import GOOD, Run
from tests.journal.journals import journalled
from tests.made import plan_of
from tests.run.fakes import FakeClient

run = conftest.run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX links and rights")

FIXED = (RESERVE, MARK, f"{JOURNAL}-wal", f"{JOURNAL}-shm", f"{JOURNAL}-journal")
GUESSED = tuple(
    f".{name}.PID.part" for name in ("run.json", "results.csv", "failed.csv", "undo.csv", JOURNAL)
)
WRITTEN = ("run.json", "results.csv", "failed.csv", "undo.csv")
SECRET = b"somebody's own words"


def named(name: str) -> str:
    """The name, with the number of this process where somebody could guess it."""
    return name.replace("PID", str(os.getpid()))


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "victim"
    path.write_bytes(SECRET)
    return path


@pytest.mark.parametrize("target", ["victim", "nothing"])
@pytest.mark.parametrize("name", [*FIXED, *GUESSED, *WRITTEN])
def test_a_link_that_somebody_put_there_is_not_followed(
    tmp_path: Path, victim: Path, name: str, target: str
) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / named(name)).symlink_to(tmp_path / target)
    try:
        report = journalled(plan_of(2), folder, FakeClient())
        write_run(report, folder)
        assert report_of(read_run(folder)).outcomes == report.outcomes
    except BatchUpdateError as error:  # one that cannot be removed stops the run, which says so
        assert error.code == "J101"
    assert victim.read_bytes() == SECRET and not (tmp_path / "nothing").exists()
    with pytest.raises(BatchUpdateError):
        Journal.create(folder, plan_of(2))


def test_a_journal_that_is_a_link_is_no_folder_to_take(tmp_path: Path, victim: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / JOURNAL).symlink_to(tmp_path / "nothing")
    with pytest.raises(BatchUpdateError) as caught:
        Journal.create(folder, plan_of(2))
    assert caught.value.code == "U107" and not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("name", ["plan.json", ".plan.json.PID.part"])
def test_a_text_goes_where_its_name_says_and_not_where_a_link_leads(
    tmp_path: Path, victim: Path, name: str
) -> None:
    (tmp_path / named(name)).symlink_to(victim)
    write_text(tmp_path / "plan.json", "{}")
    assert victim.read_bytes() == SECRET and (tmp_path / "plan.json").read_bytes() == b"{}"
    assert not (tmp_path / "plan.json").is_symlink()


def test_whatever_the_umask_folders_and_files_are_their_owners_alone(
    run: Run,
    tmp_path: Path,
) -> None:
    before = {*tmp_path.rglob("*")}
    old = os.umask(0)
    try:
        words = ("--sandbox", "--yes", "--rate", "off", "--sandbox-limits", "off")
        assert run("apply", "good.csv", *words, "--runs-dir", "deep/er/runs").exit == 0
        assert run("apply", "good.csv", *words, "--run-dir", "other/of/mine").exit == 0
        assert run("plan", "good.csv", "--sandbox", "--out", "plan.json").exit == 0
    finally:
        os.umask(old)
    made = {*tmp_path.rglob("*")} - before
    odd = {path.name: oct(path.stat().st_mode) for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077}
    assert odd == {} and GOOD and any(path.name == "mine" for path in made)
