"""Sheets that are moved once their run went well: nothing is written over, lost, or sent twice unseen."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from batch_update.errors import SheetError, UsageError
from batch_update.jobs.input.archiving import archive
from batch_update.jobs.input.taken import Archived, TakenSheet
from tests.jobs.input.test_picking import chosen, put

NIGHT = datetime(2026, 11, 22, 3, 0, 12)


def archived(path: Path, folder: Path, content: str) -> Archived:
    digest = sha256(content.encode()).hexdigest()
    return archive(TakenSheet(path, digest, str(path)), folder, digest=digest, now=NIGHT)


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_sheet_is_moved_and_one_of_its_name_gets_a_second_with_the_time(tmp_path: Path) -> None:
    folder = tmp_path / "done" / "2026"
    for text in ("one", "two", "three"):
        found = archived(put(tmp_path / "in" / "plan.xlsx", text), folder, text)
        assert (found.place is not None, found.code) == (True, "")
    assert contents(tmp_path) == {
        "done/2026/plan.xlsx": "one",
        "done/2026/plan-2026-11-22T030012.xlsx": "two",
        "done/2026/plan-2026-11-22T030012-2.xlsx": "three",
    }


def test_a_sheet_that_was_replaced_during_the_run_stays_for_the_next(tmp_path: Path) -> None:
    path = put(tmp_path / "in" / "plan.xlsx", "newer")
    found = archived(path, tmp_path / "done", "what was sent")
    assert (found.place, found.code, "replaced" in found.message) == (None, "", True)
    assert contents(tmp_path) == {"in/plan.xlsx": "newer"}


def test_a_name_as_long_as_a_disk_allows_finds_room_for_the_time(tmp_path: Path) -> None:
    name = "ü" * 125 + ".xlsx"
    for text in ("one", "two"):
        archived(put(tmp_path / "in" / name, text), tmp_path / "done", text)
    assert sorted(contents(tmp_path / "done").values()) == ["one", "two"]


def test_of_a_link_the_content_is_archived_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    put(tmp_path / "store" / "a.csv", "x")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "latest.csv").symlink_to(Path("../store/a.csv"))
    archived(tmp_path / "in" / "latest.csv", tmp_path / "done", "x")
    assert contents(tmp_path) == {"store/a.csv": "x", "done/latest.csv": "x"}


def test_to_another_disk_it_is_copied_and_a_second_time_under_a_second_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another_disk(source: object, target: object) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "link", another_disk)
    for text in ("one", "two"):
        archived(put(tmp_path / "in" / "a.csv", text, minutes_ago=77), tmp_path / "done", text)
    assert contents(tmp_path) == {"done/a.csv": "one", "done/a-2026-11-22T030012.csv": "two"}


@pytest.mark.parametrize("call", ["link", "unlink"])
def test_a_sheet_that_cannot_be_moved_stays_alone_where_it_is_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """Also where it could be copied and not be removed: else each night would add one to the archive."""
    path, real = put(tmp_path / "in" / "a.csv", "x"), os.unlink

    def refuses(target: Path, *more: object, **other: object) -> None:
        if call == "link" or target == path:
            raise OSError(errno.EACCES, "no")
        real(target)

    monkeypatch.setattr(os, call, refuses)
    if call == "link":
        monkeypatch.setattr(os, "open", refuses)
    found = archived(path, tmp_path / "done", "x")
    monkeypatch.undo()
    assert (found.place, found.code, "a.csv stays where it is" in found.message) == (None, "U121", True)
    assert contents(tmp_path) == {"in/a.csv": "x"}


def test_a_sheet_that_is_gone_is_told_and_harms_nothing(tmp_path: Path) -> None:
    found = archived(tmp_path / "in" / "a.csv", tmp_path / "done", "x")
    assert (found.code, "a.csv is gone" in found.message) == ("", True)


@pytest.mark.parametrize("put_there", [os.link, shutil.copy2])
def test_what_a_killed_run_had_put_into_the_archive_is_not_put_there_once_more(
    tmp_path: Path, put_there: Callable[[Path, Path], object]
) -> None:
    path = put(tmp_path / "in" / "a.csv", "x", minutes_ago=9)
    (tmp_path / "done").mkdir()
    put_there(path, tmp_path / "done" / "a.csv")
    archived(path, tmp_path / "done", "x")
    assert contents(tmp_path) == {"done/a.csv": "x"}


def test_a_copy_has_its_name_once_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed while it copies leaves nothing that looks like a sheet."""
    path, done = put(tmp_path / "in" / "a.csv", "x"), tmp_path / "done"
    seen: list[list[str]] = []

    def another_disk(source: object, target: object) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "link", another_disk)
    monkeypatch.setattr(os, "fsync", lambda number: seen.append([one.suffix for one in done.iterdir()]))
    archived(path, done, "x")
    assert seen[0] == [".part"]
    assert contents(tmp_path) == {"done/a.csv": "x"}


def test_an_archive_that_cannot_be_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    put(tmp_path / "in" / "a.csv")
    put(tmp_path / "file")
    for folder in (tmp_path / "in", tmp_path, tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises((UsageError, SheetError)) as caught:
            chosen(tmp_path, "in/*.csv", archive=folder)
        assert caught.value.code == "U121"
    assert contents(tmp_path / "in").keys() == {"a.csv"}
    assert chosen(tmp_path, "in/*.csv", archive=tmp_path / "in" / "done").sheets


def test_an_archive_inside_a_share_that_is_not_mounted_is_not_made_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(SheetError) as caught:
        chosen(tmp_path, "share/*.csv", archive=tmp_path / "share" / "done")
    assert (caught.value.code, list(tmp_path.iterdir())) == ("S101", [])
