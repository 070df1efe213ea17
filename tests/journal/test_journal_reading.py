"""A journal can be read whatever a kill left, by whoever may read its files, in a folder that nobody may write to."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_update.errors import JournalError
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import report_of
from batch_update.journal.storing.database import JOURNAL
from batch_update.journal.storing.mark import MARK
from batch_update.journal.writing import Journal
from batch_update.model.plans import Outcome, Status
from tests.journal.journals import copy_of, journalled
from tests.made import plan_of
from tests.run.fakes import NOON, FakeClient

ROWS = 4
NOBODY = 65534
pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX rights")


def begun(folder: Path, *, shared_memory: bool = True) -> Journal:
    """A run under way: one row is done, one is about to be sent."""
    if not shared_memory:
        (folder / f"{JOURNAL}-shm").mkdir(parents=True)  # as on a file system where processes can share none
    journal = Journal.create(folder, plan_of(ROWS))
    journal.begin(NOON)
    journal.settle({0: Outcome(Status.UPDATED)})
    return journal


def closed(folder: Path) -> Path:
    journalled(plan_of(ROWS), folder, FakeClient())
    return folder


def killed(folder: Path) -> Path:
    with begun(folder.with_name("run")) as journal:
        return copy_of(journal.folder, folder)


def killed_with_its_memory(folder: Path) -> Path:
    with begun(folder.with_name("run")) as journal:
        copy_of(journal.folder, folder)
        shutil.copy(journal.folder / f"{JOURNAL}-shm", folder)
    return folder


def killed_without_a_log(folder: Path) -> Path:
    """At the worst moment: the rollback journal is on the disk, and a half of what follows is in the file."""
    with begun(folder.with_name("run"), shared_memory=False) as journal:
        path = journal.folder / JOURNAL
        journal._db.execute("PRAGMA cache_size = 1")
        journal._db.execute("BEGIN IMMEDIATE")
        journal._db.execute("INSERT INTO log VALUES (99, ?, 0)", ("x" * 1_000_000,))
        assert path.with_name(f"{JOURNAL}-journal").stat().st_size
        copy_of(journal.folder, folder)
        journal._db.execute("ROLLBACK")
    return folder


def killed_while_it_was_closed(folder: Path) -> Path:
    """As another program may do it: the file leaves the log, and the process dies before it removes what was before."""
    closed(folder)
    path = folder / JOURNAL
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = DELETE")
    db.execute("BEGIN IMMEDIATE")
    db.execute("PRAGMA user_version = 99")
    db.execute("PRAGMA cache_spill = ON")
    db.execute("PRAGMA cache_size = 1")
    db.execute("INSERT INTO log VALUES (99, ?, 0)", ("x" * 1_000_000,))
    shutil.copytree(folder, folder.with_name("copy"))
    db.execute("ROLLBACK")
    db.close()
    return folder.with_name("copy")


LEFT = [closed, killed, killed_with_its_memory, killed_without_a_log, killed_while_it_was_closed]


def statuses(folder: Path) -> list[str]:
    return [str(outcome.status) for outcome in report_of(read_run(folder)).outcomes]


@pytest.fixture
def open_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that others can look into."""
    place = tmp_path_factory.mktemp("open")
    for folder in (place, *place.parents):
        if folder.is_relative_to(tempfile.gettempdir()) and folder != Path(tempfile.gettempdir()):
            folder.chmod(0o755)
    yield place
    for folder in (place, *place.rglob("*")):
        if folder.is_dir():
            folder.chmod(0o755)


def as_another(folder: Path) -> list[str]:
    """What another user is told, who may read all and write nothing there."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            os.write(into, ",".join(statuses(folder)).encode())
        except BaseException as error:  # noqa: BLE001 - the fork must not go on as the test that made it
            os.write(into, repr(error).encode())
        os._exit(0)
    os.close(into)
    with os.fdopen(out) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return text.split(",")


@pytest.mark.parametrize("leave", LEFT)
def test_it_can_be_read_and_nothing_of_it_changes(tmp_path: Path, leave) -> None:
    folder = leave(tmp_path / "left")
    before = {path.name: path.read_bytes() for path in folder.glob("journal.db*") if path.is_file()}
    assert statuses(folder)[0] == "updated"
    after = {path.name: path.read_bytes() for path in folder.glob("journal.db*") if path.is_file()}
    shared = f"{JOURNAL}-shm"  # only tells where to find what, and is made anew at any time
    assert {**before, shared: b""} == {**after, shared: b""}


@pytest.mark.parametrize("leave", LEFT)
def test_it_can_be_read_in_a_folder_that_is_read_only_by_another_user(open_place: Path, leave) -> None:
    folder = leave(open_place / "left")
    expected = statuses(folder)
    for path in folder.iterdir():
        path.chmod(0o755 if path.is_dir() else 0o444)
    folder.chmod(0o555)
    assert as_another(folder) == expected


@pytest.mark.parametrize("leave", LEFT)
def test_it_can_be_gone_on_with(tmp_path: Path, leave) -> None:
    folder = leave(tmp_path / "left")
    with Journal.open(folder) as journal:
        journal.begin(NOON)
        journal.settle({row: Outcome(Status.UPDATED) for row in range(ROWS)})
        journal.end(1.0, None)
        assert journal.trouble is None
    recorded = read_run(folder)
    assert recorded.complete and report_of(recorded).counts() == {Status.UPDATED: ROWS}
    assert not (folder / MARK).exists()


def test_without_memory_to_share_a_run_is_written_all_the_same(tmp_path: Path) -> None:
    (tmp_path / f"{JOURNAL}-shm").mkdir()
    journalled(plan_of(ROWS), tmp_path, FakeClient())
    assert read_run(tmp_path).complete
    assert (tmp_path / JOURNAL).read_bytes()[18:20] == b"\x01\x01"  # of no log: sqlite.org/fileformat.html


def test_a_run_that_was_killed_elsewhere_goes_on_where_no_memory_can_be_shared(tmp_path: Path) -> None:
    """As of one that was copied to a network drive: what its log tells is taken over."""
    folder = killed(tmp_path / "left")
    (folder / f"{JOURNAL}-shm").mkdir()
    assert statuses(folder)[0] == "updated"
    with Journal.open(folder) as journal:
        journal.begin(NOON)
        journal.settle({1: Outcome(Status.UPDATED)})
    assert statuses(folder)[:2] == ["updated", "updated"]


def test_a_journal_that_was_emptied_is_damaged_and_never_said_to_have_sent_nothing(tmp_path: Path) -> None:
    folder = killed(tmp_path / "left")
    assert (folder / MARK).is_file()
    (folder / f"{JOURNAL}-wal").unlink(missing_ok=True)
    (folder / JOURNAL).write_bytes(b"")
    with pytest.raises(JournalError) as caught:
        read_run(folder)
    assert caught.value.code == "J104"


def test_an_empty_journal_holds_no_plan_whatever_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).touch()
    for name in (f"{JOURNAL}-wal", f"{JOURNAL}-journal", MARK):
        (tmp_path / name).touch()
        with pytest.raises(JournalError) as caught:
            read_run(tmp_path)
        assert caught.value.code == "J107"
