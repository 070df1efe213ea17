"""The commands: what goes to which stream, which exit status, and that nothing is sent without a yes."""

from __future__ import annotations

import csv
import io
import json
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from batch_update.cli.app import command_line
from batch_update.cli.help import CommandGroup
from batch_update.cli.program.command_table import options_of
from batch_update.cli.screens import screen
from batch_update.cli.spelling import flag_of
from batch_update.report.tones import Piece, Tone, plain
from batch_update.sandbox.routes import ROUTES
from batch_update.settings.layers import OPTIONS, VARIABLES_ALONE, variable_of
from batch_update.settings.tunables import Settings
from batch_update.sheet.reading import read_sheet
from tests.cli.conftest import Run
from tests.office import Office
from tests.office import office as office
from tests.sheet.workbooks import xlsx
from tests.vendor import FACTS

SEND = ("--sandbox", "--sandbox-limits", "off", "--rate", "off", "--yes")
LOOK = SEND[:-1]
"""The same for commands that send nothing."""


def statuses(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["_status"] for row in csv.DictReader(file)]


def only_run(folder: Path) -> Path:
    (found,) = folder.glob("runs/*")
    return found


def loaded_by(command: list[str]) -> set[str]:
    """Every module that is there once the command is over."""
    code = (
        "import sys; sys.argv = ['batch-update', *sys.argv[1:]]\n"
        "from batch_update.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "print(end='\\0' + ' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    shown, _, modules = done.stdout.partition("\0")
    assert shown.strip() or command[0] == "job"
    return set(modules.split())


@pytest.mark.parametrize(
    "command",
    [
        ["--help"],
        ["fields"],
        ["explain", "V104"],
        ["apply", "--help"],
        ["job", "--help"],
        ["fleet", "apply", "--help"],
    ],
)
def test_help_and_reference_load_neither_pandas_nor_the_network(command: list[str]) -> None:
    heavy = {
        "pandas",
        "numpy",
        "httpx",
        "starlette",
        "uvicorn",
        "rich",
        "platformdirs",
        "distributed",
        "dask",
    }
    assert not heavy & loaded_by(command)


def test_a_round_in_which_nothing_is_due_loads_next_to_nothing(tmp_path: Path) -> None:
    """Cron starts one each minute of each day."""
    (tmp_path / "nightly.toml").write_text('file = "x.csv"\n[schedule]\ncron = "0 3 * * *"\n', "utf-8")
    for command in (["run", "--due"], ["list"], ["next"], ["log"]):
        loaded = loaded_by(["job", *command, "--jobs-dir", str(tmp_path)])
        assert not {"pandas", "numpy", "httpx", "jinja2", "apprise"} & loaded


def test_a_check_of_a_workbook_loads_neither_pandas_nor_numpy_nor_the_network(tmp_path: Path) -> None:
    """They take longer to be loaded than a small workbook to be checked."""
    sheet = tmp_path / "sheet.xlsx"
    sheet.write_bytes(xlsx([["id", "speech_speed"], [10001, 1.1]]))
    assert not {"pandas", "numpy", "httpx", "olefile"} & loaded_by(["check", str(sheet)])


@pytest.mark.parametrize("command", [["--help"], ["--version"]])
def test_help_of_the_program_loads_no_command_and_no_setting(command: list[str]) -> None:
    """They take three times as long as all the rest."""
    loaded = loaded_by(command)
    assert not [name for name in loaded if name.startswith("batch_update.cli.commands")]
    assert not {"pydantic", "anyio", "batch_update.settings", "batch_update.errors"} & loaded


def test_a_command_loads_no_other_and_help_builds_nothing_that_it_does_not_show() -> None:
    """Models of the fields, and what checks the settings, take as long as all the rest."""
    loaded = loaded_by(["check", "--help"])
    assert "batch_update.fields.assistant" not in loaded
    assert {name for name in loaded if name.startswith("batch_update.cli.commands.")} == {
        "batch_update.cli.commands.check"
    }
    code = "from batch_update.settings.tunables import Settings; assert not Settings.__pydantic_complete__"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_what_help_says_of_a_command_is_the_first_sentence_of_its_own_help() -> None:
    """The table of commands says it once more, so that help of the program loads none of them."""
    program = command_line()
    own = dict(CommandGroup.rows(program))
    assert dict(program.rows()) == own
    assert list(own) == list(program.commands)


def test_help_starts_with_examples(run: Run) -> None:
    shown = run("--help").out
    assert shown.index("Examples:") < shown.index("Options:")


def test_the_sandbox_s_help_lists_every_call_that_it_serves(run: Run) -> None:
    shown = run("sandbox", "--help").out.splitlines()
    assert [line.split() for line in shown if line.startswith("    ") and " /" in line] == [
        [route.method, route.path] for route in ROUTES
    ]


def test_apply_has_a_flag_for_every_setting(run: Run) -> None:
    shown = run("apply", "--help").out
    assert [name for name in Settings.model_fields if flag_of(name) not in shown] == []


def test_check_of_a_good_sheet(run: Run) -> None:
    result = run("check", "good.csv")
    assert (result.exit, "No problems. 3 assistants to change" in result.out) == (0, True)


def test_check_shows_place_given_allowed_and_remedy(run: Run) -> None:
    result = run("check", "bad.csv")
    assert result.exit == 3
    for words in (
        "error[V104]",
        "bad.csv:2",
        "row 2, cell B2",
        "assistant 10001",
        "1.7",
        "0.7 to 1.2",
        "help:",
    ):
        assert words in result.out


def test_check_as_json_is_one_document(run: Run) -> None:
    result = run("check", "bad.csv", "--json")
    (problem,) = result.json["problems"]
    assert (problem["code"], problem["row"], problem["line"], problem["cell"]) == ("V104", 2, 2, "B2")
    assert (result.exit, result.err) == (3, "")


def test_a_file_that_is_not_there(run: Run) -> None:
    result = run("check", "none.csv")
    assert (result.exit, "S101" in result.err, result.out) == (3, True, "")


@pytest.mark.parametrize("command", ["check", "apply"])
def test_errors_are_json_too(run: Run, command: str) -> None:
    result = run(command, "none.csv", "--json")
    assert (result.exit, result.json["error"]["code"], result.json["error"]["exit"]) == (3, "S101", 3)


def test_apply_changes_the_assistants_and_the_sandbox_remembers(run: Run, tmp_path: Path) -> None:
    result = run("apply", "good.csv", *SEND)
    assert (result.exit, "3 updated" in result.out) == (0, True)
    assert statuses(only_run(tmp_path) / "results.csv") == ["updated"] * 3
    state = sqlite3.connect(tmp_path / "state" / "sandbox.db")
    ((settings,),) = state.execute("SELECT settings FROM assistant WHERE id = 10001")
    state.close()
    assert json.loads(settings)["name"] == "Praxis Dr. Weiß"


def test_without_a_terminal_it_needs_a_yes_and_sends_nothing(run: Run, tmp_path: Path) -> None:
    result = run("apply", "good.csv", *SEND[:-1])
    assert (result.exit, "U102" in result.err, "--yes" in result.err) == (2, True, True)
    assert not (tmp_path / "runs").exists()


def test_a_flag_may_come_from_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCH_UPDATE_YES", "1")
    assert run("apply", "good.csv", *SEND[:-1]).exit == 0


def test_invalid_rows_stop_everything_and_are_reported(run: Run, tmp_path: Path) -> None:
    result = run("apply", "bad.csv", *SEND)
    assert result.exit == 3
    assert statuses(only_run(tmp_path) / "results.csv") == ["invalid", "not_sent"]
    assert not (tmp_path / "state" / "sandbox.db").exists(), "the sandbox was never opened"


def test_skip_invalid_sends_the_good_rows(run: Run, tmp_path: Path) -> None:
    result = run("apply", "bad.csv", *SEND, "--skip-invalid")
    assert result.exit == 1
    assert statuses(only_run(tmp_path) / "results.csv") == ["invalid", "updated"]


def test_failed_csv_can_be_mended_and_applied(run: Run, tmp_path: Path) -> None:
    run("apply", "bad.csv", *SEND, "--skip-invalid")
    failed = only_run(tmp_path) / "failed.csv"
    failed.write_text(failed.read_text("utf-8-sig").replace("1.7", "1.2", 1), "utf-8")
    assert run("apply", str(failed), *SEND, "--run-dir", "second").exit == 0
    assert statuses(tmp_path / "second" / "results.csv") == ["updated"]


def test_the_command_for_the_failed_rows_of_a_worksheet_works_as_it_is_shown(
    run: Run, tmp_path: Path
) -> None:
    """They are a workbook again, with a worksheet of their own; what names the columns still holds."""
    rows = [["Nr", "speech_speed"], [10001, 1.7], [10002, 1.1]]
    (tmp_path / "book.xlsx").write_bytes(
        xlsx(fill=lambda book, sheet: two_rows(book.add_worksheet("Zwei"), rows))
    )
    given = ("--sheet", "Zwei", "--map", "Nr=id")
    shown = run("apply", "book.xlsx", *SEND, *given, "--skip-invalid", "--run-dir", "first").out
    (fix,) = (line for line in shown.splitlines() if line.startswith("Fix"))
    words = shlex.split(fix.partition("batch-update ")[2])
    assert "--map" in words and words[-1].endswith("failed.xlsx") and "edit failed.xlsx there" in fix
    assert run(*words, "--yes", "--run-dir", "second").exit == 3, "read, and still invalid"
    assert statuses(tmp_path / "second" / "results.csv") == ["invalid"]


def two_rows(sheet: Any, rows: list[list[Any]]) -> None:
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)


def test_failed_rows_mended_in_libreoffice_are_done_and_nothing_else(
    run: Run, tmp_path: Path, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a German, from `_base` to drop-downs: the export of an account, a slip, the workbook that tells of it."""
    run("export", "-o", "book.xlsx", "--sandbox", "--fields", "speech_speed,record")
    edited = office.fill(tmp_path / "book.xlsx", tmp_path / "edited.xlsx", {"B2": "1,7", "B3": "1,1"})
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    run("apply", str(edited), *SEND, "--skip-invalid", "--run-dir", "first")
    failed = tmp_path / "first" / "failed.xlsx"
    mended = office.fill(failed, tmp_path / "mended.xlsx", {"B2": "1,2"})
    assert run("apply", str(mended), *SEND, "--run-dir", "second").exit == 0
    second = read_sheet(tmp_path / "second" / "results.xlsx")
    assert [column.header for column in second.columns][:4] == ["id", "speech_speed", "record", "_base"]
    assert ";updated;" in (tmp_path / "second" / "results.csv").read_text("utf-8-sig")


def test_limit_and_only_choose_rows(run: Run, tmp_path: Path) -> None:
    assert run("apply", "good.csv", *SEND, "--limit", "1", "--run-dir", "a").exit == 0
    assert statuses(tmp_path / "a" / "results.csv") == ["updated", "not_sent", "not_sent"]
    assert run("apply", "good.csv", *SEND, "--only", "10002,10003", "--run-dir", "b").exit == 0
    assert statuses(tmp_path / "b" / "results.csv") == ["not_sent", "updated", "updated"]


def test_an_explicit_run_folder_is_used_exactly_and_never_overwritten(run: Run, tmp_path: Path) -> None:
    assert run("apply", "good.csv", *SEND, "--run-dir", "mine").exit == 0
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {
        "journal.db",
        "report.html",
        "results.csv",
        "run.json",
        "undo.csv",
    }
    result = run("apply", "good.csv", *SEND, "--run-dir", "mine")
    assert (result.exit, "U107" in result.err) == (2, True)


def test_apply_as_json_is_one_document(run: Run) -> None:
    result = run("apply", "good.csv", *SEND, "--json")
    assert result.json["counts"]["updated"] == 3
    assert (result.exit, result.err) == (0, "")


def test_quiet_says_nothing_when_all_is_well(run: Run) -> None:
    result = run("apply", "good.csv", *SEND, "--quiet")
    assert (result.exit, result.out, result.err) == (0, "", "")


def test_quiet_still_tells_what_went_wrong(run: Run) -> None:
    result = run("apply", "bad.csv", *SEND, "--skip-invalid", "--quiet")
    assert (result.exit, "1 invalid" in result.out) == (1, True)


def test_without_a_key_nothing_begins(run: Run, tmp_path: Path) -> None:
    result = run("apply", "good.csv", "--yes", "--base-url", "http://127.0.0.1:9")
    assert (result.exit, "U104" in result.err) == (4, True)
    assert not (tmp_path / "runs").exists()


def test_a_refused_key_ends_the_run_at_once(run: Run, tmp_path: Path) -> None:
    result = run("apply", "good.csv", *SEND, "--sandbox-faults", "401@1+", "--concurrency", "1")
    assert (result.exit, "A401" in result.out) == (4, True)
    assert sorted(statuses(only_run(tmp_path) / "results.csv")) == ["failed", "not_sent", "not_sent"]


def test_trouble_on_the_way_is_survived(run: Run) -> None:
    result = run("apply", "good.csv", *SEND, "--sandbox-faults", "503@1,cut-before@2", "--concurrency", "1")
    assert (result.exit, "3 updated" in result.out) == (0, True)


def test_faults_that_cannot_be_read_are_a_usage_error(run: Run) -> None:
    assert run("apply", "good.csv", *SEND, "--sandbox-faults", "nonsense").exit == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["aply"], "apply"),
        (["apply", "good.csv", "--concurency", "3"], "--concurrency"),
        (["apply", "good.csv", "--concurrency", "100"], "--concurrency"),
        (["apply", "good.csv", "--rate", "fast"], "REQUESTS/SECONDS"),
        (["apply", "good.csv", "--base-url", "http://example.org", "--yes"], "U103"),
        (["fields", "speech_sped"], "speech_speed"),
        (["explain", "V99"], "there is no code"),
        (["job", "run", "none"], "there is no job"),
    ],
)
def test_wrong_words_are_answered_with_what_was_meant(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.setenv("FAMULOR_API_KEY", "not-a-real-key")
    result = run(*words)
    assert (result.exit, message in result.err) == (2, True), result.err


def test_fields_lists_all_and_tells_all_about_one(run: Run) -> None:
    listed = run("fields").out
    assert sum(line.startswith("  ") for line in listed.splitlines()) == len(FACTS)
    assert "0.7 to 1.2" in run("fields", "Sprechgeschwindigkeit").out
    assert len(run("fields", "--json").json["fields"]) == len(FACTS)


def test_explain_tells_meaning_and_remedy(run: Run) -> None:
    assert "What to do" in run("explain", "v104").out


def test_the_key_shows_nowhere(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAMULOR_API_KEY", "a-very-secret-key-0123456789")
    nowhere = ("--base-url", "http://127.0.0.1:9", "--yes", "--max-outage", "0", "--max-attempts", "1")
    fetching = run("apply", "good.csv", *nowhere)
    result = run("apply", "good.csv", *nowhere, "--no-fetch")
    written = "".join(path.read_bytes().decode("latin-1") for path in only_run(tmp_path).iterdir())
    assert (fetching.exit, result.exit in {1, 5}) == (5, True)
    assert "a-very-secret-key" not in fetching.out + fetching.err + result.out + result.err + written


@pytest.mark.parametrize(
    "words",
    [
        ["aply"],
        ["check"],
        ["check", "good.csv", "--nonsense"],
        ["check", "good.csv", "--limit", "x"],
        ["fields", "nobody"],
        ["job", "run", "none"],
    ],
)
@pytest.mark.parametrize("by_variable", [False, True])
def test_wrong_words_are_json_too(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: list[str], by_variable: bool
) -> None:
    if by_variable:
        monkeypatch.setenv("BATCH_UPDATE_JSON", "1")
    result = run(*words) if by_variable else run(*words, "--json")
    assert (result.exit, result.json["error"]["exit"], result.err) == (2, 2, "")


OF_FLEETS = {"--accounts", "--to", "--assistant", "--canary", "--tag"}


def test_every_flag_of_every_command_has_an_environment_variable() -> None:
    """Settings read theirs themselves, and so do the lists that are none; typer reads all others."""
    flags = {max(option.opts, key=len): option for option in options_of(command_line())}
    assert {"--keep", "--port", "--jobs-dir", "--retry-failed", "--max-attempts"} <= flags.keys()
    for flag, option in flags.items():
        assert (
            flag in {"--field", "--fields", "--where", "--format", "--redact", *OF_FLEETS}
            or option.name in Settings.model_fields
            or option.envvar
        ), flag


def test_every_option_that_is_no_setting_is_known_by_its_variable() -> None:
    options = list(options_of(command_line()))
    names = {variable_of(max(option.opts, key=len)) for option in options}
    names |= {option.envvar for option in options if isinstance(option.envvar, str)}
    assert names - set(map(variable_of, Settings.model_fields)) == set(
        map(variable_of, (*OPTIONS, *VARIABLES_ALONE))
    )


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_that_wants_no_color_gets_none(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", Terminal())
    pieces = [Piece("error", Tone.ERROR), Piece("[V104]: x\nerror[V104] stands in a cell")]
    assert "\033" in screen.paint("x", "error")
    first, second = screen.painted(pieces).splitlines()
    assert "\033" in first and second == "error[V104] stands in a cell"
    monkeypatch.setenv(name, value)
    assert screen.paint("x", "error") == "x" and screen.painted(pieces) == plain(pieces)


def test_a_flag_that_is_no_setting_comes_from_the_environment(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "nightly.toml").write_text('file = "a.csv"\n', "utf-8")
    monkeypatch.setenv("BATCH_UPDATE_JOBS_DIR", "elsewhere")
    assert "nightly" in run("job", "list").out


def test_a_variable_that_nobody_reads_is_an_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCH_UPDATE_MAX_CHANGE", "10")
    result = run("check", "good.csv")
    assert (result.exit, "did you mean 'BATCH_UPDATE_MAX_CHANGES'?" in result.err) == (2, True), result.err
    monkeypatch.delenv("BATCH_UPDATE_MAX_CHANGE")
    monkeypatch.setenv("BATCH_UPDATE_O", "out.csv")  # -o is a flag, and this is not its variable
    assert run("check", "good.csv").exit == 2


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Sprech-Geschwindigkeit", "0.7 to 1.2"),
        ("label_ids+", "Added to label_ids; the rest is kept"),
        ("variables.company_name", "text, or null"),
        ("Tools.End Call.description", "tools.end_call.description"),
        ("Assistant ID", "a whole number above 0"),
    ],
)
def test_fields_knows_what_a_header_may_be(run: Run, words: str, shown: str) -> None:
    assert shown in run("fields", words).out


def test_the_next_command_is_about_the_same_sheet(run: Run, tmp_path: Path) -> None:
    (tmp_path / "-odd.csv").write_text("Nr,speech_speed\n10001,1.7\n10002,1\n", "utf-8")
    shown = run("check", "--map", "Nr=id", "--", "-odd.csv").out
    assert "batch-update check --map Nr=id ./-odd.csv" in shown
    assert "batch-update apply --map Nr=id --skip-invalid ./-odd.csv" in shown
    (tmp_path / "-odd.csv").write_text("Nr,speech_speed\n10002,1\n", "utf-8")
    assert (
        "Next: batch-update plan --map Nr=id ./-odd.csv" in run("check", "--map", "Nr=id", "./-odd.csv").out
    )
    (tmp_path / "odd.csv").write_text("Nr,speech_speed\n10002,9\n", "utf-8")
    told = run("apply", "odd.csv", "--sandbox", "--yes", "--map", "Nr=id").err
    assert "batch-update plan --map Nr=id --sandbox" in told


def test_nothing_to_send_has_no_progress(run: Run, tmp_path: Path) -> None:
    (tmp_path / "nothing.csv").write_text("id,name\n10001,\n", "utf-8")
    assert "0/0" not in run("apply", "nothing.csv", "--sandbox", "--yes").err
