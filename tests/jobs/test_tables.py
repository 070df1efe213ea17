"""The tables of a job file: each mistake is told at its file and line, and what a file extends counts beneath it."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from batch_update.errors import BatchUpdateError, UsageError
from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.definition.job_finding import find_jobs
from batch_update.jobs.definition.job_key_place import key_of_job
from batch_update.jobs.definition.job_tables import Input
from batch_update.settings.layers import read_settings

WHOLE = """\
description = "Jede Nacht"
mode = "plan"
keep = 30
key = { env = "NIGHT_KEY" }
sandbox = true
map = { "Stimme neu" = "voice_id" }

[input]
file = "inbox/*.xlsx"
take = "newest"
settle = 60
missing = "nothing"
archive = "done"

[schedule]
cron = "0 3 * * 1-5"
timezone = "Europe/Berlin"
catch_up = "none"

[notify]
on = ["failure", "success"]
to = [{ env = "MAIL" }, { file = "secret/ntfy" }]

[monitor]
ping = { credential = "ping" }
metrics = "night.prom"
on-failure = ["./tell.sh", "now"]

[log]
file = "batch-update.log"
"""

DAMAGE = ("", "\0", "[", "'", '"', "\\", "=", "é", "-1", "\n", "{", "true", "#", "[[notify.to]]\n", "set.")


def written(folder: Path, text: str, name: str = "night.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder / name


def complaints(path: Path) -> list[str]:
    with pytest.raises(UsageError) as caught:
        load_job(path)
    assert caught.value.code == "U106"
    return [line.removeprefix(f"{path}: ") for line in caught.value.details]


def test_paths_in_tables_begin_at_the_folder_of_the_job_file(tmp_path: Path) -> None:
    job = load_job(written(tmp_path, WHOLE))
    tables = job.tables
    assert tables.monitor and tables.log and tables.notify and tables.schedule
    assert job.input.file == str(tmp_path / "inbox/*.xlsx")
    assert job.input.archive == tmp_path / "done"
    assert tables.monitor.metrics == tmp_path / "night.prom"
    assert tables.monitor.on_failure == (str(tmp_path / "tell.sh"), "now")
    assert (tables.notify.to[1].file, tables.notify.to[0].env) == (tmp_path / "secret/ntfy", "MAIL")
    assert (tables.log.file, tables.schedule.catch_up) == (tmp_path / "batch-update.log", "none")


@pytest.mark.parametrize(
    "file", ["https://docs.example.com/pub?output=csv", "http://127.0.0.1:8080/a.csv", "-"]
)
def test_addresses_and_stdin_stay_as_they_are(tmp_path: Path, file: str) -> None:
    assert load_job(written(tmp_path, f'file = "{file}"')).input == Input(file=file)


def test_every_complaint_is_told_at_once_and_at_its_line(tmp_path: Path) -> None:
    text = """\
file = "a.csv"
skip-invalit = true
[input]
file = "b.csv"
take = "latest"
setle = 3
[schedule]
timezone = 5
catch-up = "none"
catch_up = "once"
[notify]
on = ["failure",
  "sucess"]
[monitor]
metrics = "..\\new.prom"
[[notify.to]]
env = "MAIL"
[[notify.to]]
file = "..\\new\\ntfy"
[log]
max-mb = 0
"""
    said = complaints(written(tmp_path, text))
    for words in (
        "line 1: file: is short for the key file of the table input",
        "line 2: there is no key 'skip-invalit'; did you mean 'skip-invalid'?",
        "line 5: input.take: given 'latest', wanted 'one', 'newest' or 'all'",
        "line 6: input: there is no key 'setle'; did you mean 'settle'?",
        "line 7: schedule: the key 'cron' is missing",
        "line 8: schedule.timezone: given 5, wanted text",
        "line 9: schedule.catch-up: stands there twice",
        "line 12: notify.on[2]: given 'sucess', wanted",
        "line 15: monitor.metrics: given '..\\new.prom', wanted a path without control characters; in double",
        "line 19: notify.to[2].file: wanted a path without control characters",
        "line 20: log: the key 'file' is missing",
        "line 21: log.max-mb: given 0, wanted more than 0",
    ):
        assert sum(line.startswith(words) for line in said) == 1, (words, said)
    assert len(said) == 12


def test_times_that_are_none_and_a_zone_that_is_none_are_told_when_a_job_is_read(tmp_path: Path) -> None:
    text = "file = 'a.csv'\n[schedule]\ncron = '99 25 * * *'\ntimezone = 'Berlin'\n"
    said = complaints(written(tmp_path, text))
    assert [line[:21] for line in said] == ["line 3: schedule.cron"] * 2 + ["line 4: schedule.time"]
    assert "'Europe/Berlin'" in said[2]
    (never,) = complaints(written(tmp_path, "file = 'a.csv'\nschedule = { cron = '0 3 30 2 *' }\n"))
    assert never.startswith("line 2: schedule.cron: ") and "never runs" in never


@pytest.mark.parametrize(
    "text",
    [
        'key = "geheim-123456"',
        'notify = { to = "geheim-123456" }',
        'notify = { to = ["geheim-123456"] }',
        'monitor = { ping = "geheim-123456" }',
        "key = { env = 'geheim-123456' }",
        "key = { credential = 'https://geheim-123456' }",
        "key = { env = 'A', file = 'geheim-123456' }",
        "key = ['geheim-123456']",
        "key = { file = 'x\\u0007geheim-123456' }".replace("'", '"'),
        'file = "http://geheim-123456@example.com/a.csv"',
    ],
)
def test_a_secret_in_the_wrong_place_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    said = complaints(written(tmp_path, f'description = "x"\n{text}\nlimit = 0\n'))
    assert any(line.startswith("line 2: ") for line in said) and "geheim" not in "".join(said)


def test_the_keys_of_a_base_count_where_the_job_has_none(tmp_path: Path) -> None:
    written(
        tmp_path / "common", 'rate = "5/1"\nlocks-dir = "locks"\n[schedule]\ncron = "0 1 * * *"\n', "all.toml"
    )
    base = 'extends = "../common/all.toml"\nkey-file = "k"\nlimit = 9\n[schedule]\ncron = "0 2 * * *"\njitter = 5\n'
    written(tmp_path / "jobs", base, "base.toml")
    text = 'extends = "base.toml"\nfile = "a.csv"\nlimit = 3\nkey = { env = "K" }\n[schedule]\ntimezone = "UTC"\n'
    job = load_job(written(tmp_path / "jobs", text))
    settings, schedule = job.settings, job.tables.schedule
    assert schedule and (schedule.cron, schedule.jitter, schedule.timezone) == ("0 2 * * *", 5, "UTC")
    assert (settings.limit, [str(rate) for rate in settings.rate], settings.key_file) == (3, ["5/1"], None)
    assert settings.locks_dir == tmp_path / "common" / "locks"
    assert settings.runs_dir == tmp_path / "jobs" / "runs"


def test_what_is_wrong_in_a_base_is_told_at_its_file_and_line(tmp_path: Path) -> None:
    base = written(tmp_path, "\nlimit = 0\n[log]\nmax-mb = 1\n", "base.toml")
    said = complaints(written(tmp_path, 'extends = "base.toml"\nfile = "a.csv"\n'))
    assert said == [
        f"{base}: line 2: limit: given 0, wanted at least 1",
        f"{base}: line 3: log: the key 'file' is missing",
    ]


def test_bases_that_are_missing_or_lead_in_a_circle_are_named(tmp_path: Path) -> None:
    path = written(tmp_path, '\nextends = "none.toml"')
    assert complaints(path) == [
        f"line 2: extends: {tmp_path / 'none.toml'}: cannot be read: No such file or directory"
    ]
    written(tmp_path, 'extends = "night.toml"\nfile = "a.csv"', "b.toml")
    assert complaints(written(tmp_path, 'extends = "b.toml"')) == [
        f"{tmp_path / 'b.toml'}: line 1: extends: it leads in a circle: night.toml extends b.toml extends night.toml"
    ]
    assert complaints(written(tmp_path, "extends = 5")) == [
        "line 1: extends: given 5, wanted the path of another job file"
    ]


def test_a_file_without_an_input_that_another_extends_is_no_job(tmp_path: Path) -> None:
    written(tmp_path, "limit = 3", "base.toml")
    written(tmp_path, "limit = 3", "forgotten.toml")
    written(tmp_path, 'extends = "base.toml"\nfile = "a.csv"', "night.toml")
    assert [path.stem for path in find_jobs(tmp_path)] == ["forgotten", "night"]


def test_a_damaged_job_file_is_an_error_and_never_a_crash(tmp_path: Path) -> None:
    chance = random.Random(14)
    for _ in range(150):
        text = list(WHOLE)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(text))
            text[at : at + chance.randint(0, 9)] = chance.choice(DAMAGE)
        try:
            load_job(written(tmp_path, "".join(text)))
        except BatchUpdateError as error:
            assert error.details and all(len(line) < 1000 for line in error.details)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are of POSIX")
def test_what_is_no_file_is_never_waited_for(tmp_path: Path) -> None:
    """A pipe that nobody writes to would hold up all other jobs of the folder for ever."""
    os.mkfifo(tmp_path / "pipe")
    (said,) = complaints(written(tmp_path, "extends = 'pipe'\n"))
    assert said.startswith("line 1: extends: ") and "it is a pipe" in said
    (said,) = complaints(written(tmp_path, "extends = '/dev/zero'\n"))
    assert "it is a device" in said


@pytest.mark.parametrize("text", [".".join("a" * 3000) + " = 1", "\n".join(f"k{n} = 1" for n in range(3000))])
def test_what_no_job_file_holds_keeps_no_other_job_from_running(tmp_path: Path, text: str) -> None:
    (said,) = complaints(written(tmp_path, text))
    assert "too many" in said


def test_the_key_of_a_job_wins_over_an_account_of_the_environment_and_one_that_is_given_over_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "night.toml"
    path.write_text('file = "a.csv"\nkey = { env = "NIGHT_KEY" }\n', "utf-8")
    job, environ = load_job(path), {"BATCH_UPDATE_ACCOUNT": "hotel", "NIGHT_KEY": "the-key-of-the-night"}
    settings = read_settings(job.given, environ=environ)
    key = key_of_job(job.tables.key, settings, environ)
    assert settings.account is None and key is not None and key.reveal() == environ["NIGHT_KEY"]
    settings = read_settings(job.given, {"account": "praxis"}, environ=environ)
    assert settings.account == "praxis" and key_of_job(job.tables.key, settings, environ) is None
