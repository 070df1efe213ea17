"""Secrets of job files and of lists of accounts are references: what they lead to is read there, and shows nowhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from batch_update.errors import KeyMalformed, KeyMissing, UsageError
from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.definition.job_key_place import key_of_job
from batch_update.secrets.printed import printed_by
from batch_update.secrets.reading_secrets import read_secret, referred_key
from batch_update.secrets.secret import Secret, where_it_lies
from batch_update.settings.layers import read_settings

HIDDEN = "ntfy://user:geheim@example.com/top"


def test_a_secret_is_read_from_a_variable_a_file_or_a_credential(tmp_path: Path) -> None:
    (tmp_path / "url").write_bytes(b"\xef\xbb\xbf" + HIDDEN.encode() + b"\r\n")
    environ = {"PING": f" {HIDDEN}\n", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    for secret in (Secret(env="PING"), Secret(file=tmp_path / "url"), Secret(credential="url")):
        assert read_secret(secret, environ) == HIDDEN


@pytest.mark.parametrize("content", ["", " \n", f"{HIDDEN}\n{HIDDEN}", HIDDEN * 200, None])
@pytest.mark.parametrize("kind", ["env", "file", "credential"])
def test_one_that_cannot_be_taken_is_an_error_that_names_its_place_and_shows_none_of_it(
    tmp_path: Path, content: str | None, kind: str
) -> None:
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    if content is not None:
        environ["ping_url"] = content
        (tmp_path / "ping_url").write_text(content)
    given = tmp_path / "ping_url" if kind == "file" else "ping_url"
    with pytest.raises(UsageError) as caught:
        read_secret(Secret.model_validate({kind: given}), environ)
    assert caught.value.code == "U117" and "ping_url" in caught.value.message and caught.value.remedy
    assert "geheim" not in f"{caught.value.message}{caught.value.remedy}{caught.value.__notes__}"


@pytest.mark.skipif(os.name != "posix", reason="rights of files are told otherwise there")
def test_it_is_said_where_others_may_read_it(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(HIDDEN)
    (tmp_path / "url").chmod(0o644)
    said: list[str] = []
    read_secret(Secret(file=tmp_path / "url"), {}, said.append)
    assert len(said) == 1 and "chmod 600" in said[0] and "geheim" not in said[0]


def test_the_key_of_a_job_wins_over_the_environment_and_a_flag_over_that(tmp_path: Path) -> None:
    (tmp_path / "night.toml").write_text('file = "a.csv"\nkey = { env = "NIGHT_KEY" }\n')
    job = load_job(tmp_path / "night.toml")
    environ = {"NIGHT_KEY": "the-key-of-the-night", "BATCH_UPDATE_KEY_FILE": "other"}
    key = key_of_job(job.tables.key, read_settings(job.given, environ=environ), environ)
    assert key is not None and key.reveal() == "the-key-of-the-night"
    for flags in ({"key_file": "mine"}, {"sandbox": True}):
        assert key_of_job(job.tables.key, read_settings(job.given, flags, environ=environ), environ) is None


def test_a_key_that_is_missing_and_one_that_is_none_end_as_keys_do() -> None:
    assert referred_key(Secret(env="KEY"), {"KEY": "a-key-of-some-kind"}).reveal() == "a-key-of-some-kind"
    with pytest.raises(KeyMissing, match="the variable KEY"):
        referred_key(Secret(env="KEY"), {})
    with pytest.raises(KeyMalformed, match="the variable KEY"):
        referred_key(Secret(env="KEY"), {"KEY": "Bearer a-key-of-some-kind"})


def _prints(code: str) -> Secret:
    return Secret(command=(sys.executable, "-c", code))


def test_a_command_prints_a_secret_and_is_told_nothing_by_a_keyboard() -> None:
    environ = {"WHOSE": HIDDEN}
    code = "import os, sys; print(os.environ['WHOSE'] + sys.stdin.read())"
    assert read_secret(_prints(code), environ) == HIDDEN


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("pass", "prints nothing"),
        (f"print('{HIDDEN}\\n{HIDDEN}')", "one line is wanted"),
        (f"import itertools\nfor _ in itertools.count(): print('{HIDDEN}')", "one line is wanted"),
        (
            f"import sys; print('{HIDDEN}', flush=True); sys.exit('no \\x1b[31m {HIDDEN}')",
            r"exit status 1: no \x1b[31m [secret]",
        ),
    ],
)
def test_of_a_command_that_fails_its_complaint_is_told_and_nothing_of_what_it_printed(
    code: str, told: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read_secret(_prints(code), {})
    assert caught.value.code == "U117" and told in caught.value.message
    assert "geheim" not in caught.value.message.removeprefix(where_it_lies(_prints(code)))


def test_a_command_that_takes_too_long_is_ended_and_one_that_is_not_there_is_told() -> None:
    with pytest.raises(ValueError, match=r"took more than 0\.05 seconds"):
        printed_by((sys.executable, "-c", "import time; time.sleep(60)"), {}, patience=0.05)
    with pytest.raises(UsageError, match="the command no-such-program-here: it cannot be run"):
        read_secret(Secret(command=("no-such-program-here",)), {})


def test_a_word_of_a_command_that_might_be_a_token_does_not_show() -> None:
    secret = Secret(command=("vault", "read", "-token=hvs0123456789abcdef", "famulor/hotel"))
    assert where_it_lies(secret) == "the command vault read ... famulor/hotel"


@pytest.mark.parametrize(
    "command", [[], [""], ["echo", "the-key-itself"], ["/bin/printf", "the-key-itself"], ["a\0"]]
)
def test_what_runs_nothing_and_what_holds_the_secret_itself_is_no_command(command: list[str]) -> None:
    with pytest.raises(ValidationError, match="command") as caught:
        Secret.model_validate({"command": command})
    assert "the-key-itself" not in caught.value.errors()[0]["msg"]


def test_a_program_of_a_job_file_with_a_folder_in_it_begins_at_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "night.toml").write_text('file = "a.csv"\nkey = { command = ["./key.sh", "a/b"] }\n')
    key = load_job(tmp_path / "night.toml").tables.key
    assert key == Secret(command=(str(tmp_path / "key.sh"), "a/b"))
