"""A job file that is written anew is in order as it stands and with its comments; the schema knows job files."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from batch_update.errors import UsageError
from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.definition.job_schema import job_schema
from batch_update.jobs.definition.new_job import SCHEMA, new_job
from batch_update.settings.heeding import job_settings
from batch_update.settings.refusals import job_key

ROOT = Path(__file__).parents[2]
VALIDATOR = jsonschema.Draft7Validator(job_schema())


def errors(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(tomllib.loads(text))]


def test_a_new_job_is_in_order_and_names_every_setting(tmp_path: Path) -> None:
    path = new_job("night", tmp_path / "jobs", str(tmp_path / "Preise März.csv"))
    text = path.read_text("utf-8")
    job = load_job(path)
    assert job.input.file == str(tmp_path / "Preise März.csv") and job.settings.yes and job.settings.sandbox
    assert errors(text) == []
    assert set(map(job_key, job_settings())) <= set(re.findall(r"^#?([a-z-]+) = ", text, re.M))
    assert text.startswith(f"#:schema ./{SCHEMA}\n")
    assert json.loads((path.parent / SCHEMA).read_text("utf-8")) == job_schema()


def test_every_comment_of_a_new_job_can_be_taken_out(tmp_path: Path) -> None:
    path = new_job("night", tmp_path)
    (tmp_path / "base.toml").write_text("limit = 3\n")
    whole = re.sub(r"^#(?! |:)", "", path.read_text("utf-8"), flags=re.M)
    whole = re.sub(r"^# (?=\[)", "", whole, flags=re.M)
    text = re.sub("^(file|key-file|account) = .*\n", "", whole, count=3, flags=re.M)  # one of each pair alone
    assert errors(text) == []
    path.write_text(text, "utf-8")
    job = load_job(path)
    assert job.tables.schedule and job.tables.log and job.tables.notify and job.tables.monitor


def test_nothing_is_written_over(tmp_path: Path) -> None:
    new_job("night", tmp_path).write_text("mine")
    (tmp_path / SCHEMA).write_text("{}")
    with pytest.raises(UsageError) as caught:
        new_job("night", tmp_path)
    assert (caught.value.code, (tmp_path / "night.toml").read_text()) == ("U109", "mine")
    new_job("night", tmp_path, force=True)
    assert (tmp_path / SCHEMA).read_text() == "{}"
    for name in ("", "..", "a/b", "a\\b", "\x1b[2J"):
        with pytest.raises(UsageError, match="no name of a job"):
            new_job(name, tmp_path)


@pytest.mark.parametrize("path", sorted((ROOT / "jobs").glob("*.toml")), ids=lambda path: path.stem)
def test_the_schema_takes_the_examples(path: Path) -> None:
    assert errors(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "skip-invalit = true",
        "limit = 0",
        'key = "a-key-of-some-kind"',
        "key = { env = 'A', file = 'b' }",
        "[input]\nfile = 'b.csv'",
        "[schedule]\ntimezone = 'UTC'",
        "[notify]\non = ['sucess']",
        "[log]\nfile = 'x'\nmax-mb = 0",
        "timeout = true",
        "on-conflict = 'mine'",
        "set = { name = [1] }",
        "mode = 'look'",
    ],
)
def test_the_schema_refuses_what_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.toml").write_text(whole := f"file = 'a.csv'\n{text}\n")
    assert errors(whole)
    with pytest.raises(UsageError):
        load_job(tmp_path / "a.toml")
