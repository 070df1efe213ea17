"""Secrets of job files are references: what they lead to is read there, and shows nowhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from batch_update.errors import KeyMalformed, KeyMissing, UsageError
from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.definition.job_tables import Secret
from batch_update.jobs.definition.secrets import key_of_job, read_secret, referred_key
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
