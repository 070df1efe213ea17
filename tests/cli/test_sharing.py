"""One account, one lock, however its server is spelled and wherever locks lie; and keys that are none."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from batch_update.account.account import account_of
from batch_update.account.locking import AccountLock
from batch_update.settings.tunables import Settings
from tests.cli.conftest import Run
from tests.cli.test_commands import SEND

KEY = "live_0123456789abcdef"
SPELLINGS = [
    "http://localhost:9/api",
    "http://LOCALHOST:9/api/",
    "http://localhost.:9/api",
    "http://127.0.0.1:9/api",
    "http://[::1]:9",
]


@pytest.fixture
def key(run: Run, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FAMULOR_API_KEY", KEY)
    return KEY


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_second_run_is_kept_out_however_the_server_is_spelled(run: Run, key: str, spelling: str) -> None:
    account = account_of(Settings(base_url=SPELLINGS[0]))
    with AccountLock(account.lock, command="apply"):
        result = run("apply", "good.csv", "--yes", "--no-fetch", "--base-url", spelling)
    assert (result.exit, "R107" in result.err) == (75, True)
    assert account_of(Settings(base_url=spelling)).ledger == account.ledger


def test_locks_and_ledgers_lie_where_locks_dir_says(run: Run, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o2770)
    assert run("apply", "good.csv", "--sandbox", "--yes", "--locks-dir", str(shared)).exit == 0
    names = {entry.suffix for entry in shared.iterdir()}
    assert names == {".lock", ".ledger"}
    assert {stat.S_IMODE(entry.stat().st_mode) for entry in shared.iterdir()} == {0o660}
    assert not (tmp_path / "state" / "accounts").exists()


def test_two_users_who_share_a_folder_share_the_lock(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with a home of his own; the sandbox stands for the account."""
    flags = [*SEND, "--locks-dir", str(tmp_path / "shared")]
    assert run("apply", "good.csv", *flags).exit == 0
    (path,) = (tmp_path / "shared").glob("*[0-9a-f].lock")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another home"))
    with AccountLock(path, command="apply") as lock:
        lock.works_in(tmp_path / "runs" / "x")
        assert run("apply", "good.csv", *flags).exit == 75


def test_a_run_in_a_shared_folder_counts_as_running(run: Run, tmp_path: Path) -> None:
    flags = [*SEND, "--locks-dir", str(tmp_path / "shared")]
    assert run("apply", "good.csv", *flags).exit == 0
    (path,) = (tmp_path / "shared").glob("*[0-9a-f].lock")
    (folder,) = (tmp_path / "runs").iterdir()
    with AccountLock(path, command="apply") as lock:
        lock.works_in(folder)
        listed = run("runs", "list", "--json", "--locks-dir", str(tmp_path / "shared")).json["runs"]
    assert [entry["state"] for entry in listed] == ["running"]


@pytest.mark.parametrize("kind", ["pipe", "link", "folder", "file for the folder"])
def test_what_lies_in_the_place_of_a_lock_is_told(run: Run, tmp_path: Path, kind: str) -> None:
    flags = [*SEND, "--locks-dir", str(tmp_path / "shared")]
    assert run("apply", "good.csv", *flags).exit == 0
    (path,) = (tmp_path / "shared").glob("*[0-9a-f].lock")
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(tmp_path / "victim")
    elif kind == "folder":
        path.mkdir()
    else:
        flags[-1] = str(tmp_path / "good.csv")
    result = run("apply", "good.csv", *flags)
    assert (result.exit, "U112" in result.err, "--locks-dir" in result.err) == (2, True, True)
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize(
    "text",
    [
        f'"{KEY}"',
        f"FAMULOR_API_KEY={KEY}",
        f'export FAMULOR_API_KEY="{KEY}"',
        f"Bearer {KEY}",
        "fam_0123456789",
    ],
)
@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_what_is_no_key_ends_every_command_with_4_and_is_not_shown(
    run: Run, tmp_path: Path, text: str, flags: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text(text + "\r\n")
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "j.toml").write_text('file = "../good.csv"\nyes = true\nkey-file = "../key"\n')
    ways = [
        ("apply", "good.csv", "--yes", "--key-file", "key"),
        ("plan", "good.csv", "--key-file", "key"),
        ("export", "-o", "x.csv", "--key-file", "key"),
        ("job", "run", "j"),
    ]
    for words in ways:
        result = run(*words, *flags)
        assert (result.exit, "U105" in result.out + result.err) == (4, True), words
        assert KEY not in result.out + result.err
        if flags:
            assert json.loads(result.out)["error"]["exit"] == 4
    monkeypatch.setenv("FAMULOR_API_KEY", text)
    assert run("apply", "good.csv", "--yes").exit == 4
    assert not (tmp_path / "runs").exists(), "nothing was begun"


def test_a_key_file_that_others_may_read_is_said_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "key").chmod(0o644)
    nobody = ("--base-url", "http://127.0.0.1:9/api", "--max-outage", "0", "--max-attempts", "1")
    words = ("apply", "good.csv", "--yes", "--no-fetch", *nobody, "--key-file", "key")
    assert run(*words).err.count("others may read the key in key") == 1
    assert "others may read" not in run(*words, "--quiet").err


def test_an_address_without_its_path_is_mended(run: Run, key: str) -> None:
    result = run("plan", "good.csv", "--base-url", "https://app.example.invalid/")
    assert (result.exit, "--base-url https://app.example.invalid/api" in result.err) == (2, True)
