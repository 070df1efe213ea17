"""Files in folders that others may write to: nothing planted is followed, and their rights are the folder's."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from batch_update.disk import (
    draft_beside,
    make_folder,
    read_plain,
    replace_plain,
    replace_private,
    write_plain,
)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest):
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_folders_that_are_made_are_for_their_owner_alone(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b" / "c")
    make_folder(tmp_path / "a" / "b" / "c")
    assert {mode_of(tmp_path / name) for name in ("a", "a/b", "a/b/c")} == {0o700}


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(
    ("folder", "file"), [(0o700, 0o600), (0o755, 0o600), (0o770, 0o660), (0o2775, 0o660), (0o777, 0o666)]
)
@pytest.mark.parametrize("write", [write_plain, replace_plain])
def test_who_may_write_into_the_folder_may_write_the_file(
    write: Callable[[Path, bytes], None], folder: int, file: int, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(folder)
    write(shared / "f", b"first and long")
    write(shared / "f", b"second")
    assert (mode_of(shared / "f"), read_plain(shared / "f", 100)) == (file, b"second")
    assert [entry.name for entry in shared.iterdir()] == ["f"]


def link(path: Path) -> None:
    (path.parent / "victim").write_bytes(b"precious")
    path.symlink_to("victim")


def dangling(path: Path) -> None:
    path.symlink_to("victim")


def second_name(path: Path) -> None:
    (path.parent / "victim").write_bytes(b"precious")
    path.hardlink_to(path.parent / "victim")


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


PLANTED = {
    "a link": link,
    "a link to nothing": dangling,
    "a second name": second_name,
    "a pipe": os.mkfifo,
    "a folder": os.mkdir,
    "a socket": a_socket,
}


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED.keys())
def test_nothing_that_was_planted_is_read_or_written(plant: Callable[[Path], None], tmp_path: Path) -> None:
    plant(tmp_path / "f")
    before = sorted(entry.name for entry in tmp_path.iterdir())
    for use in (lambda: read_plain(tmp_path / "f", 9), lambda: write_plain(tmp_path / "f", b"x")):
        with pytest.raises(OSError, match=r"it is a |second name"):
            use()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == before
    assert not (tmp_path / "victim").exists() or (tmp_path / "victim").read_bytes() == b"precious"


@pytest.mark.parametrize("plant", [link, dangling, second_name, os.mkfifo])
def test_replacing_takes_the_place_of_what_was_planted(plant: Callable[[Path], None], tmp_path: Path) -> None:
    plant(tmp_path / "f")
    replace_plain(tmp_path / "f", b"x")
    assert (tmp_path / "f").lstat().st_size == 1 and (tmp_path / "f").is_file()
    assert not (tmp_path / "victim").exists() or (tmp_path / "victim").read_bytes() == b"precious"


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="Not a directory"):
        make_folder(tmp_path / "file" / "x")


@pytest.mark.usefixtures("umask")
def test_a_draft_that_is_not_renamed_is_gone_with_its_companions(tmp_path: Path) -> None:
    with draft_beside(tmp_path / "f", companions=("-log",)) as draft:
        draft.with_name(draft.name + "-log").write_bytes(b"x")
        assert (mode_of(draft), draft.parent, len(list(tmp_path.iterdir()))) == (0o600, tmp_path, 2)
    assert list(tmp_path.iterdir()) == []


def test_what_is_raised_leaves_what_was_there_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"before")
    with pytest.raises(RuntimeError), draft_beside(tmp_path / "f") as draft:
        draft.write_bytes(b"half")
        raise RuntimeError
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("f", b"before")]


@pytest.mark.usefixtures("umask")
def test_a_private_file_is_for_its_owner_whatever_the_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    replace_private(tmp_path / "f", b"x")
    assert (mode_of(tmp_path / "f"), read_plain(tmp_path / "f", 9)) == (0o600, b"x")
