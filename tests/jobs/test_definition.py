"""Job files: a run written down; whatever is wrong in one is said at once, with the name that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_update.errors import UsageError
from batch_update.jobs.definition import find_job, load_job


def write(folder: Path, text: str, name: str = "nightly.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_job_says_which_sheet_and_how(tmp_path: Path) -> None:
    job = load_job(
        write(tmp_path, 'file = "a.csv"\ndescription = "x"\nskip-invalid = true\nrate = ["5/1", "9/9"]\n')
    )
    assert (job.name, job.description, job.file) == ("nightly", "x", str(tmp_path / "a.csv"))
    assert job.settings.skip_invalid and [str(w) for w in job.settings.rate] == ["5/1", "9/9"]


def test_relative_paths_start_at_the_job_file(tmp_path: Path) -> None:
    job = load_job(write(tmp_path, 'file = "../a.csv"\nkey-file = "key"\n'))
    assert job.settings.key_file == tmp_path / "key"
    assert job.settings.runs_dir == tmp_path / "runs"
    assert Path(job.file) == tmp_path.parent / "a.csv"


def test_stdin_stays_stdin(tmp_path: Path) -> None:
    assert load_job(write(tmp_path, 'file = "-"')).file == "-"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('file = "a.csv"\nskip-invalit = true', "did you mean 'skip-invalid'"),
        ('fil = "a.csv"', "did you mean 'file'"),
        ("concurrency = 3", "'file' is missing"),
        ('file = "a.csv"\nconcurrency = 0', "concurrency"),
        ('file = "a.csv"\ntimeout = true', "timeout: given True, wanted a number"),
        ('file = "a.csv"\nonly = ["x"]', "no assistant id"),
        ('file = "a.csv"\njson = true', "no key 'json'"),
        ("file = 3", "wanted a path"),
        ('file = "a\\u0000b"', "wanted a path"),
        ('file = "a.csv"\nrun-dir = "x"\nrun_dir = "y"', "twice"),
        ('file = "a.csv"\nruns-dir = 7', "wanted a path"),
        ('file = "a.csv"\ndescription = 7', "wanted text"),
        ("file = ", "no TOML"),
    ],
)
def test_what_is_wrong_is_said_with_the_file(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_job(write(tmp_path, text))
    assert message in caught.value.message
    assert "nightly.toml" in caught.value.message
    assert caught.value.code == "U106"


def test_a_file_that_is_not_there_is_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_job(tmp_path / "none.toml")


def test_a_job_is_found_by_name_and_by_path(tmp_path: Path) -> None:
    path = write(tmp_path, 'file = "a.csv"')
    assert find_job("nightly", tmp_path) == path
    assert find_job(str(path), Path("elsewhere")) == path


def test_a_job_that_is_not_there_is_guessed(tmp_path: Path) -> None:
    write(tmp_path, 'file = "a.csv"')
    with pytest.raises(UsageError, match="did you mean 'nightly'"):
        find_job("nihgtly", tmp_path)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = 'file = "a.csv"\nskip-invalit = true\nlimit = 0\nrate = 5\nruns-dir = 7\ndescription = 5\n'
    with pytest.raises(UsageError) as caught:
        load_job(write(tmp_path, text))
    said = caught.value.message.split("\n")
    for words in (
        "skip-invalid",
        "limit: given 0",
        "rate: given 5, wanted a list",
        "runs-dir:",
        "description:",
    ):
        assert sum(words in line for line in said) == 1, words
    assert len(said) == 5


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_bytes(b'file = "\xff"')
    with pytest.raises(UsageError, match="no UTF-8"):
        load_job(tmp_path / "odd.toml")
