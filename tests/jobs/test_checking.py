"""A look at a job before its night finds what would fail then, and tells what is merely odd apart."""

from __future__ import annotations

import sys
from pathlib import Path

import anyio
import pytest

from batch_update.jobs.checking.looking import LookedAt, look_at_job
from batch_update.jobs.checking.origins import counting_keys
from batch_update.jobs.definition.job_file import load_job
from batch_update.model.reports import Exit
from batch_update.plan.saving import save_plan
from tests.made import plan_of

ENVIRON = {"FAMULOR_API_KEY": "a-key-of-some-kind"}
IN_ORDER = "file = 'a.csv'\nyes = true\n"


def looked(folder: Path, text: str, environ: dict[str, str] = ENVIRON) -> LookedAt:
    (folder / "a.csv").write_text("id,name\n10001,Anna\n", "utf-8")
    (folder / "night.toml").write_text(text, "utf-8")
    return anyio.run(lambda: look_at_job(folder / "night.toml", environ))


@pytest.mark.parametrize(
    ("text", "words", "status"),
    [
        ("file = 'a.csv'", "the key yes is not set", Exit.USAGE),
        (f"{IN_ORDER}pause = 'ask'", "nobody can be asked", Exit.USAGE),
        (f"{IN_ORDER}run-dir = 'x'", "run-dir", Exit.USAGE),
        (f"{IN_ORDER}runs-dir = 'a.csv/runs'", "a.csv is no folder", Exit.USAGE),
        (f"{IN_ORDER}key = {{ env = 'NIGHT' }}", "the variable NIGHT", Exit.KEY_REFUSED),
        ("file = 'b.csv'\nyes = true", "no sheet is there", Exit.SHEET_INVALID),
        ("yes = true\ninput = { file = 'b*.csv', missing = 'nothing' }", "no sheet is there", Exit.OK),
        ("yes = true\ninput = { file = 'a.csv', archive = 'a.csv/x' }", "a.csv is no folder", Exit.USAGE),
        ("yes = true\ninput = { file = 'a.csv', archive = '.' }", "taken from, or one above", Exit.USAGE),
        ("yes = true\ninput = { file = 'https://x.de/a.csv', archive = 'b' }", "of an address", Exit.USAGE),
        ("file = '-'\nyes = true", "stdin", Exit.OK),
        (f"{IN_ORDER}notify = {{ to = [] }}", "names nobody", Exit.OK),
        (f"{IN_ORDER}monitor = {{ ping = {{ env = 'PING' }} }}", "PING", Exit.USAGE),
        (f"{IN_ORDER}monitor = {{ on-failure = ['./none'] }}", "no command", Exit.USAGE),
        (f"{IN_ORDER}log = {{ file = 'a.csv/log' }}", "is no folder", Exit.OK),
        ("file = 'a.csv'\nlimti = 1", "did you mean 'limit'", Exit.USAGE),
    ],
)
def test_each_thing_is_told_with_a_remedy(tmp_path: Path, text: str, words: str, status: Exit) -> None:
    seen = looked(tmp_path, text)
    (found,) = seen.findings
    assert words in found.message and found.remedy
    assert (seen.exit, found.exit, found.is_warning) == (status, status, status is Exit.OK)


def test_a_look_takes_what_the_night_would_take_and_makes_no_archive(tmp_path: Path) -> None:
    """What lies in the archive is no sheet of the next run, whatever pattern it fits; nothing is waited for."""
    text = "yes = true\n[input]\nfile = '**/*.csv'\nsettle = 9999\narchive = 'done'\n"
    assert looked(tmp_path, text).findings == () and not (tmp_path / "done").exists()
    (tmp_path / "done").mkdir()
    (tmp_path / "done" / "a.csv").write_text("id,name\n10001,Berta\n")
    assert looked(tmp_path, text).findings == ()


def test_a_saved_plan_is_looked_at_as_one_and_not_as_a_sheet(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(save_plan(plan_of(1)), "utf-8")
    seen = looked(tmp_path, "file = 'plan.json'\nyes = true")
    assert (seen.findings, seen.note) == ((), "1 assistant to change")
    (tmp_path / "plan.json").write_text(save_plan(plan_of(1)).replace("1.1", "1.2"))
    (found,) = looked(tmp_path, "file = 'plan.json'\nyes = true").findings
    assert found.exit is Exit.SHEET_INVALID and found.remedy


def test_a_report_that_could_not_be_written_is_odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert looked(tmp_path, f"{IN_ORDER}reports = ['parquet']").findings == ()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (found,) = looked(tmp_path, f"{IN_ORDER}reports = ['parquet']").findings
    assert found.is_warning and "pyarrow" in found.message and "pip install" in found.remedy


def test_a_row_that_only_the_account_refuses_is_found_before_the_night(tmp_path: Path) -> None:
    (tmp_path / "gone.csv").write_text("id,name\n10001,Anna\n99999,Berta\n", "utf-8")
    text = "file = 'gone.csv'\nyes = true\nsandbox = true\nsandbox-state = 's.db'\nsandbox-limits = 'off'\n"
    (found,) = looked(tmp_path, text).findings
    assert (
        found.exit is Exit.SHEET_INVALID and "1 invalid row: " in found.message and "99999" in found.message
    )
    assert not looked(tmp_path, text + "skip-invalid = true").findings


def test_a_job_that_only_looks_needs_no_yes_and_without_a_key_it_is_said_where_one_may_lie(
    tmp_path: Path,
) -> None:
    assert looked(tmp_path, "file = 'a.csv'\nmode = 'plan'").findings == ()
    seen = looked(tmp_path, IN_ORDER, {})
    assert seen.exit is Exit.KEY_REFUSED and "key = { env" in seen.findings[0].remedy


def test_a_guard_that_would_stop_a_run_is_found_and_stops_none_that_only_looks(tmp_path: Path) -> None:
    text = "file = 'a.csv'\nsandbox = true\nyes = true\nmax-changes = 0\n"
    seen = looked(tmp_path, text)
    assert [(found.exit, "G120" in found.message) for found in seen.findings] == [(Exit.STOPPED, True)]
    assert looked(tmp_path, f"{text}mode = 'plan'").findings == ()


def test_what_counts_is_told_with_where_it_comes_from_and_secrets_as_references(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("\nlimit = 3\n[schedule]\ncron = '0 3 * * *'\n", "utf-8")
    text = (
        "extends = 'base.toml'\nfile = 'https://example.com/geheim/pub?token=geheim'\nkey = { env = 'K' }\n"
    )
    (tmp_path / "night.toml").write_text(text + "[schedule]\njitter = 5\n", "utf-8")
    environ = {**ENVIRON, "K": "geheim-12345", "BATCH_UPDATE_PACE": "smooth"}
    keys = counting_keys(load_job(tmp_path / "night.toml"), environ)
    told = {".".join(map(str, key.path)): key for key in keys}
    base, night = tmp_path / "base.toml", tmp_path / "night.toml"
    assert (told["limit"].value, told["limit"].file, told["limit"].line) == (3, base, 2)
    assert (told["schedule.cron"].file, told["schedule.cron"].line) == (base, 4)
    assert (told["schedule.jitter"].file, told["schedule.jitter"].line) == (night, 5)
    assert (told["pace"].source, told["pace"].variable) == ("environment", "BATCH_UPDATE_PACE")
    assert (told["key"].value, told["timeout"].source) == ({"env": "K"}, "default")
    assert "geheim" not in str(keys).replace(str(tmp_path), "")
