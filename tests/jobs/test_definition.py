"""Job files: a run written down; whatever is wrong in one is said at once, with the name that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_update.errors import UsageError
from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.definition.job_finding import find_job


def write(folder: Path, text: str, name: str = "nightly.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_job_says_which_sheet_and_how(tmp_path: Path) -> None:
    job = load_job(
        write(tmp_path, 'file = "a.csv"\ndescription = "x"\nskip-invalid = true\nrate = ["5/1", "9/9"]\n')
    )
    assert (job.name, job.tables.description, job.input.file) == ("nightly", "x", str(tmp_path / "a.csv"))
    assert job.settings.skip_invalid and [str(w) for w in job.settings.rate] == ["5/1", "9/9"]


def test_relative_paths_start_at_the_job_file(tmp_path: Path) -> None:
    job = load_job(write(tmp_path, 'file = "../a.csv"\nkey-file = "key"\n'))
    assert job.settings.key_file == tmp_path / "key"
    assert job.settings.runs_dir == tmp_path / "runs"
    assert Path(job.input.file) == tmp_path.parent / "a.csv"


def test_stdin_stays_stdin(tmp_path: Path) -> None:
    assert load_job(write(tmp_path, 'file = "-"')).input.file == "-"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('file = "a.csv"\nskip-invalit = true', "did you mean 'skip-invalid'"),
        ('fil = "a.csv"', "did you mean 'file'"),
        ('file = "a.csv"\ncron = "@daily"', "no key 'cron'; it belongs below [schedule]"),
        (
            'file = "a.csv"\n[log]\nfile = "b"\nlimit = 5',
            "'limit'; it belongs above the first line in brackets",
        ),
        (
            'file = "a.csv"\n[schedule]\ncron = "@daily"\nlimti = 5',
            "did you mean 'limit', which belongs above the first line in brackets?",
        ),
        ('file = "a.csv"\nbackps = 5', "did you mean 'backups', which belongs below [log]?"),
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
        (
            'file = "a.csv"\naccount = "hotel"\nkey = { env = "K" }',
            "line 3: key: says where the API key lies",
        ),
        (
            'file = "a.csv"\nkey-file = "k"\naccount = "hotel"',
            "line 2: key-file: says where the API key lies",
        ),
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
    said = caught.value.details
    for words in (
        "skip-invalid",
        "limit: given 0",
        "rate: given 5, wanted a list",
        "runs-dir:",
        "description:",
    ):
        assert sum(words in line for line in said) == 1, words
    assert len(said) == 5


def test_a_line_end_in_the_name_of_a_job_makes_no_other_complaint(tmp_path: Path) -> None:
    path = tmp_path / "night\nly.toml"
    path.write_text('file = "a.csv"\nlimit = 0\nrate = 5\n')
    with pytest.raises(UsageError) as caught:
        load_job(path)
    assert len(caught.value.details) == 2 and all("--" not in line for line in caught.value.details)


def test_what_is_no_text_is_told_with_its_line_and_encoding(tmp_path: Path) -> None:
    for content, words in (
        (b'yes = true\nfile = "\xd6l.csv"', "line 2: is no UTF-8 text, but Windows-1252"),
        ('file = "a.csv"'.encode("utf-16"), "line 1: is no UTF-8 text, but UTF-16"),
    ):
        (tmp_path / "odd.toml").write_bytes(content)
        with pytest.raises(UsageError, match=words):
            load_job(tmp_path / "odd.toml")


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("note = „nachts“", "straight quotes"),
        ("note = “nachts”", "straight quotes"),
        ("note = nachts", "straight quotes"),
        ('note = "nachts', "ends with the quotes"),
        ("note:  'nachts'", "not a colon"),
        ("yes: true  # ja", "not a colon"),
        ("yes = ja", "true or false"),
        ("yes = True", "true or false"),
        ("yes = true;", "without a semicolon"),
        ("pause = 1,5", "decimal point"),
        ("limit =", "a value is missing"),
        ("[log", "ends with ]"),
        ("file = 'b.csv'", "twice"),
    ],
)
def test_what_is_no_toml_is_told_with_how_toml_has_it(tmp_path: Path, line: str, hint: str) -> None:
    path = tmp_path / "night.toml"
    path.write_text(f'file = "a.csv"\n{line}\n', "utf-8")
    with pytest.raises(UsageError, match="line 2, column") as caught:
        load_job(path)
    assert hint in caught.value.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('file = "a.csv"\nruns-dir = "..\\new\\runs"', "line 2: runs-dir"),
        ('file = "..\\tables\\new.csv"', "line 1: file"),
        ('file = "a.csv"\n\n"key_file" = "C:\\bin\\key"', "line 3, column "),
        ('file = "C:\\Users\\me\\a.csv"', "line 1, column "),
        ('file = "a.csv"\nkey-file = "..\\famulor.key"', "line 2: key-file"),
        ('file = "a.csv"\nsandbox-state = "D:\\state.db"', "line 2, column "),
        ('file = "a.csv"\nlocks-dir = "\\server\\locks"', "line 2, column "),
        ('file = "a.csv"\r\nruns-dir = "x\\u0007y"\r\n', "line 2: runs-dir"),
    ],
)
def test_a_windows_path_in_double_quotes_is_told_at_its_line(tmp_path: Path, text: str, line: str) -> None:
    (tmp_path / "nightly.toml").write_bytes(text.encode())
    with pytest.raises(UsageError) as caught:
        load_job(tmp_path / "nightly.toml")
    assert line in caught.value.message
    assert "single quotes" in caught.value.message and "or with /" in caught.value.message


def test_a_windows_path_in_single_quotes_is_read(tmp_path: Path) -> None:
    job = load_job(write(tmp_path, "file = 'new\\runs.csv'\nruns-dir = \"a/b\"\n"))
    assert job.input.file.endswith("new\\runs.csv") and job.settings.runs_dir == tmp_path / "a" / "b"


def test_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbffile = 'a.csv'\r\n")
    assert load_job(tmp_path / "a.toml").input.file == str(tmp_path / "a.csv")


@pytest.mark.parametrize(
    "text",
    [
        "file = 'a.csv'\nonly = " + "[" * 5000 + "]" * 5000,
        "file = 'a.csv'\nlimit = " + "9" * 5000,
        "file = 'a.csv'\nsheet = '" + "x" * 2_000_000 + "'",
        "file = 'a.csv'\n" + "x" * 100_000 + " = 1",
        "a." * 100_000 + "b = 1",
        "['a" + "'.'a" * 50_000 + "']",
        'key = { "\\"' + '"."=' * 50_000 + '" = 1 }',
        "file = 'a.csv'\nlimit = '" + "x" * 100_000 + "'",
        "file = 'a.csv'\nonly = '" + "x" * 100_000 + "'",
        "file = 'a.csv'\nrate = '" + "x" * 100_000 + "'",
        "file = 'a.csv'\nallow = '" + "x" * 100_000 + "'",
        "file = 'a.csv'\nwaves = '" + "x" * 100_000 + "'",
        "file = 'a.csv'\nmap = '" + "x" * 100_000 + "'",
        "file = 'a.csv'\ndelimiter = '" + "x" * 100_000 + "'",
        "file = 'a.csv'\nbase-url = 'http://[" + "x" * 100_000 + "'",
        "file = 'a.csv'\nencoding = '" + "x" * 100_000 + "'",
        "file = [" + "1, " * 50_000 + "]",
        "file = 'a.csv'\ndescription = [" + "1, " * 50_000 + "]",
    ],
    ids=lambda text: text[:40],
)
def test_what_no_person_writes_is_refused_briefly(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_job(write(tmp_path, text))
    assert len(caught.value.message) < 1000


def test_relative_folders_of_locks_start_at_the_job_file(tmp_path: Path) -> None:
    assert load_job(write(tmp_path, 'file = "a.csv"\nlocks-dir = "l"')).settings.locks_dir == tmp_path / "l"


def test_dots_in_texts_and_comments_make_no_long_key(tmp_path: Path) -> None:
    dots = "." * 300
    texts = (f'"{dots}\\"{dots}"', f"'{dots}'", f'"""\n{dots}""{dots}"""', f"'''{dots}'{dots}'''")
    for text in texts:
        job = load_job(write(tmp_path, f'file = "a.csv"  # {dots}\ndescription = {text} # {dots}'))
        assert dots in job.tables.description
