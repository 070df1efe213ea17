"""Every folder that is written to may be missing, a file, or somebody else's: that is an error that names it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_commands import SEND

HOMES = [
    {"HOME": "", "XDG_STATE_HOME": None},
    {"HOME": "/proc/nowhere", "XDG_STATE_HOME": None},
    {"HOME": "{}/good.csv", "XDG_STATE_HOME": None},
    {"XDG_STATE_HOME": "/proc/nowhere"},
    {"XDG_STATE_HOME": "{}/good.csv"},
    {"XDG_STATE_HOME": "{}/loop"},
]


@pytest.mark.parametrize("home", HOMES, ids=str)
@pytest.mark.parametrize(
    "words", [("apply", "good.csv", *SEND), ("export", "-o", "x.csv", "--sandbox"), ("sandbox",)]
)
def test_without_a_home_that_can_be_written_to_it_is_said_what_to_set(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    home: dict[str, str | None],
    words: tuple[str, ...],
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.delenv("BATCH_UPDATE_SANDBOX_STATE")
    for name, value in home.items():
        monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value.format(tmp_path))
    result = run(*words)
    assert result.exit == 2
    assert "HOME" in result.err and "--sandbox-state" in result.err


def test_a_real_account_without_a_home_is_told_of_locks_dir(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAMULOR_API_KEY", "live_0123456789abcdef")
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    nobody = ("--base-url", "http://127.0.0.1:9/api", "--max-outage", "0", "--max-attempts", "1")
    result = run("apply", "good.csv", "--yes", "--no-fetch", *nobody)
    assert (result.exit, "U112" in result.err, "--locks-dir" in result.err) == (2, True, True)
    assert "U112" not in run("apply", "good.csv", "--yes", "--no-fetch", *nobody, "--locks-dir", "locks").err


@pytest.mark.parametrize(
    ("flag", "command"),
    [
        ("--sandbox-state", ("apply", "good.csv", "--sandbox", "--yes")),
        ("--sandbox-state", ("sandbox", "--reset")),
        ("--sandbox-state", ("sandbox",)),
        ("--runs-dir", ("apply", "good.csv", *SEND)),
        ("--run-dir", ("apply", "good.csv", *SEND)),
        ("--locks-dir", ("apply", "good.csv", *SEND)),
        ("--output", ("export", "--sandbox")),
        ("--out", ("plan", "good.csv", "--sandbox")),
        ("--key-file", ("plan", "good.csv")),
    ],
)
@pytest.mark.parametrize("place", ["good.csv/x.csv", "loop/x.csv", "x" * 300 + ".csv", "/proc/x/y.csv"])
def test_a_place_that_can_be_none_is_an_error_that_names_it(
    run: Run, tmp_path: Path, flag: str, command: tuple[str, ...], place: str
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    place = place.replace(".csv", ".json") if flag == "--out" else place
    result = run(*command, f"{flag}={place}")
    assert result.exit == 2, result.err
    assert flag in result.err or place[:20] in result.err


@pytest.mark.parametrize("flag", ["--runs-dir", "--run-dir", "--locks-dir"])
def test_a_file_in_the_place_of_a_folder_is_told(run: Run, flag: str) -> None:
    result = run("apply", "good.csv", *SEND, flag, "good.csv")
    assert (result.exit, flag in result.err) == (2, True)
    assert "no folder" in result.err or "Not a directory" in result.err


@pytest.mark.parametrize(
    "place", ["good.csv", "loop", "x" * 300, "x/" * 3000, "/proc/x", "file:/etc/hostname"]
)
@pytest.mark.parametrize(
    "words", [("job", "check"), ("job", "run", "x"), ("runs", "show", "last"), ("report", "last")]
)
def test_a_folder_that_holds_nothing_is_an_error_with_its_flag(
    run: Run, tmp_path: Path, words: tuple[str, ...], place: str
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    flag = "--jobs-dir" if words[0] == "job" else "--runs-dir"
    result = run(*words, flag, place)
    assert result.exit == 2 and (flag in result.err or place[:20] in result.err)


def test_a_state_whose_path_is_too_long_leaves_no_folders(run: Run, tmp_path: Path) -> None:
    assert run("apply", "good.csv", *SEND, "--sandbox-state", "x/" * 3000 + "s.db").exit == 2
    assert not (tmp_path / "x").exists()


def test_a_state_may_have_the_name_of_an_address(run: Run, tmp_path: Path) -> None:
    assert run("apply", "good.csv", *SEND, "--sandbox-state", "file:s.db?mode=ro").exit == 0
    assert (tmp_path / "file:s.db?mode=ro").stat().st_size


def test_a_state_for_whose_log_there_is_no_name_is_told_at_once(run: Run) -> None:
    """SQLite adds four letters to the name."""
    begun = time.monotonic()
    assert run("apply", "good.csv", *SEND, "--sandbox-state", "x" * 254).exit == 2
    assert time.monotonic() - begun < 8
