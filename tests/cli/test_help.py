"""Help lists what a command heeds, in groups; all else that people try gets the right words."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from batch_update.cli.app import command_line
from batch_update.cli.help import FEW, FIRST, GROUPS
from batch_update.cli.spelling import flag_of
from batch_update.sandbox.app import make_app
from batch_update.sandbox.many.switchboard import Manner, make_many
from batch_update.settings.heeding import HEEDED, heeded
from batch_update.settings.tunables import SANDBOX_KEY, Settings
from tests.cli.conftest import Run
from tests.cli.test_commands import LOOK, SEND
from tests.fleet.accounts_of_sandbox import write_list
from tests.fleet.planned_parts import NAME, UNPLANNED, fleet_at_sandbox
from tests.sandbox.served import serving
from tests.sheet.workbooks import xlsx


def paths(command: Any, path: str = "") -> Iterator[str]:
    """The program, its commands and theirs: "", "apply", "runs", "runs list"."""
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from paths(below, f"{path} {name}".strip())


OF_ACCOUNTS = {(f"fleet {verb}", name) for verb in ("apply", "resume", "undo") for name in ("waves", "pause")}
"""Options of a command that have the names of settings: those are for the changes of each account."""
COMMANDS = list(paths(command_line()))


def sections(shown: str) -> dict[str, str]:
    """Heading -> what stands below it."""
    parts = re.split(r"^(\S[^\n]*):\n", shown, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("command", HEEDED)
def test_help_lists_what_a_command_heeds_and_nothing_else(run: Run, command: str) -> None:
    shown = run(*command.split(), "--help").out
    listed = set(re.findall(r"^  (--[a-z-]+)", shown, flags=re.MULTILINE))
    settings = {flag_of(name) for name in Settings.model_fields}
    own = {f"--{name}" for verb, name in OF_ACCOUNTS if verb == command}
    assert listed & settings == {flag_of(name) for name in heeded(command)} | own


@pytest.mark.parametrize("command", HEEDED)
def test_the_five_that_most_people_need_come_first_then_groups_in_one_order(run: Run, command: str) -> None:
    found = sections(run(*command.split(), "--help").out)
    found.pop("Usage", None)
    found.pop("Arguments", None)
    if len(re.findall(r"^  -", "".join(found.values()), flags=re.MULTILINE)) <= FEW:
        assert list(found) == ["Options"]
        return
    assert next(iter(found)) == "Most needed"
    assert len(re.findall(r"^  --", found["Most needed"], flags=re.MULTILINE)) == FIRST
    required = [heading for heading, options in found.items() if "[required]" in options]
    assert required in ([], ["Most needed"]), "what has to be given stands first"
    groups = [heading for heading in found if heading in GROUPS]
    assert groups == [group for group in GROUPS if group in groups] and len(groups) >= 3
    assert list(found)[-1] == "Other" and "--help" in found["Other"]
    assert set(found) <= {"Most needed", "Options of this command", "Other", *GROUPS}


@pytest.mark.parametrize("columns", ["60", "80", "140"])
@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_the_terminal_and_breaks_no_flag(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    shown = run(*command.split(), "--help").out
    # Examples and what the sandbox serves stand as they are.
    raw = shown[shown.find("Examples:") :].partition("\n\n")[0] + shown.partition("Served below")[2]
    raw = raw if int(columns) < 80 else ""
    assert [line for line in shown.splitlines() if len(line) > int(columns) and line not in raw] == []
    assert not re.search(r"(^|\s)--?[a-z]*-$|[a-z]-$", shown, flags=re.MULTILINE)
    assert "..." not in shown and "{FILE}" not in shown and "env var" not in shown


@pytest.mark.parametrize("command", HEEDED)
def test_a_setting_that_a_command_does_not_heed_is_refused_with_words(run: Run, command: str) -> None:
    for name in set(Settings.model_fields) - set(heeded(command)):
        if (command, name) in {("runs prune", "yes"), ("sandbox", "sandbox"), *OF_ACCOUNTS}:
            continue
        result = run(*command.split(), "good.csv", flag_of(name), "1")
        told = str(result.json["error"]) if name == "json_" else result.err
        assert (result.exit, f"{command} does not heed {flag_of(name)}" in told) == (2, True), told
        assert "leave it out" in told


# ---------------------------------------------------------------- what is listed is heeded

SERVER = (
    "--base-url",
    "http://127.0.0.1:9/api",
    "--max-outage",
    "0",
    "--max-attempts",
    "1",
    "--timeout",
    "1",
)
ADD = ("hotel", "--key-from", "file:key", "--accounts-file", "new.toml")
NOBODY = ("--account", "nobody")
"""An account of a list that is not there."""
SEND_MANY = ("--yes", "--waves-inside", "1")
SITUATIONS: dict[str, list[tuple[str, ...]]] = {
    "check": [
        ("good.csv",),
        ("good.xlsx",),
        ("named.csv", *LOOK, "--online"),
        ("named.csv", *SERVER, "--online"),
        ("named.csv", *NOBODY, "--online"),
    ],
    "plan": [("good.csv", *LOOK), ("good.xlsx", *LOOK), ("good.csv", *SERVER), ("good.csv", *NOBODY)],
    "apply": [
        ("good.csv", *SEND, "--waves", "1", "--pause", "0", "--run-dir", "a"),
        ("good.xlsx", *SEND),
        ("good.csv", *SERVER),
        ("good.csv", *NOBODY),
    ],
    "job run": [
        ("j.toml", *SEND, "--waves", "1", "--pause", "0", "--run-dir", "b"),
        ("x.toml", *SEND),
        ("j.toml", *SERVER),
        ("j.toml", *NOBODY),
    ],
    "choices": [("voices", "-o", "x.csv", *LOOK), ("voices", *SERVER), ("voices", *NOBODY)],
    "export": [("-o", "x.csv", *LOOK), ("-o", "y.csv", *SERVER), ("-o", "y.csv", *NOBODY)],
    "template": [("x.xlsx", "--prefill", *LOOK), ("y.xlsx", *SERVER), ("z.xlsx", *NOBODY)],
    "resume": [
        ("half", *SEND, "--waves", "1", "--pause", "0", "--limit", "1"),
        ("half", *SEND),
        ("half", *NOBODY),
    ],
    "undo": [("half", *SEND, "--waves", "1", "--pause", "0", "--run-dir", "c"), ("half", *NOBODY)],
    "runs list": [()],
    "runs show": [("half",)],
    "runs prune": [("--keep", "0", "--force"), ("--keep", "0", "--force", "--yes")],
    "report": [("half",)],
    "accounts list": [()],
    "accounts check": [("--accounts-file", "list.toml", "--max-outage", "0", "--max-attempts", "1")],
    "accounts add": [(*ADD, "--offline"), ("other", *ADD[1:], *SERVER[:2])],
    "fleet list": [()],
    "fleet promote": [
        ("--from", "staging", "--to", "hotel-002", "--rate", "off", "-o", "ready.csv"),
        ("--from", "staging", "--to", "hotel-002", "--rate", "off", "--only", "110001"),
    ],
    "fleet report": [("last", "--account", "staging")],
    "fleet plan": [("many.csv", "--rate", "off"), ("good.xlsx", "--accounts", "staging", "--rate", "off")],
    "fleet apply": [
        ("fleet", *SEND_MANY),
        ("many.csv", *SEND_MANY, "--rate", "off"),
        ("good.xlsx", "--accounts", "staging", "--yes", "--rate", "off"),
    ],
    "fleet undo": [("fleet", *SEND_MANY)],
    "fleet resume": [("fleet", *SEND_MANY), ("far", "--yes")],
    "fleet status": [("fleet",)],
    "fleet shard": [("hotel-berlin", "--fleet", "f"), ("hotel-berlin", "--fleet", "far")],
    "history": [
        ("10001",),
        ("-o", "h.csv"),
        ("10001", "--blame", *LOOK),
        ("10001", "--blame", *SERVER),
        ("10001", "--blame", *NOBODY),
    ],
    "sandbox": [("--host", "256.0.0.1", "--port", "0")],
}
"""Command -> words with which it goes as far as it can, one way or another."""


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The names of the settings that are read, but for those that only serve to print a command."""
    found: set[str] = set()

    def recording(self: Any, name: str) -> Any:
        if name in Settings.model_fields and "printed_commands.py" not in sys._getframe(1).f_code.co_filename:
            found.add(name)
        return object.__getattribute__(self, name)

    monkeypatch.setattr(Settings, "__getattribute__", recording, raising=False)
    yield found


@contextmanager
def served_accounts(folder: Path) -> Iterator[None]:
    """Serve a sandbox with two accounts, with a list of them and a sheet for both in this folder."""
    (folder / "many.csv").write_text("account,id,name\nstaging,110001,x\nhotel-002,210001,x\n", "utf-8")
    with closing(make_many(2, manner=Manner(limits=()))) as app, serving(app) as address:
        write_list(folder, 2, f"{address}/api")
        yield


@pytest.mark.parametrize("command", HEEDED)
def test_every_setting_that_is_listed_is_heeded(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reads: set[str], command: str
) -> None:
    rows = [["id", "speech_speed"], [10001, 1.1], [10002, 1.1]]
    book = xlsx(fill=lambda book, sheet: [sheet.write_row(n, 0, row) for n, row in enumerate(rows)])
    (tmp_path / "good.xlsx").write_bytes(book)
    listed = '[accounts.hotel]\nkey = { file = "key" }\nbase-url = "http://127.0.0.1:9/api"\n'
    (tmp_path / "list.toml").write_text(listed, "utf-8")
    (tmp_path / "named.csv").write_text("id,voice_id\n10001,Susi\n", "utf-8")
    (tmp_path / "j.toml").write_text('file = "good.csv"\n', "utf-8")
    (tmp_path / "x.toml").write_text('file = "good.xlsx"\n', "utf-8")
    (tmp_path / "key").write_text("a-key-of-nobody-0123\n", "utf-8")
    monkeypatch.setenv("FAMULOR_API_KEY", "a-key-of-nobody-0123")
    broken = ("--run-dir", "runs/half", "--sandbox-faults", "401@2+", "--concurrency", "1")
    assert command in SITUATIONS, "the command needs a line there"
    if any("half" in words for words in SITUATIONS[command]) or command.startswith("runs"):
        run("apply", "good.csv", *SEND, *broken)
    if command in {"fleet apply", "fleet undo", "fleet resume", "fleet status"}:
        fleet_at_sandbox(tmp_path / "runs" / "fleet", UNPLANNED)
    if command == "fleet undo":
        run("fleet", "apply", "fleet", "--yes")
    if command in {"fleet resume", "fleet status"}:
        fleet_at_sandbox(tmp_path / "runs" / "far", UNPLANNED, sandbox=False)
        text = f'[accounts.{NAME}]\nbase_url = "http://127.0.0.1:9/api"\nkey = {{ env = "HOTEL" }}\n'
        (tmp_path / "accounts.toml").write_text(text, "utf-8")
        monkeypatch.setenv("HOTEL", SANDBOX_KEY)
    if command == "fleet shard":
        fleet_at_sandbox(tmp_path / "runs" / "f")
        fleet_at_sandbox(tmp_path / "runs" / "far", sandbox=False)
    if command == "fleet report":
        with served_accounts(tmp_path):
            run("fleet", "plan", "many.csv", "--rate", "off")
    reads.clear()
    at_accounts = command in {"fleet plan", "fleet apply", "fleet promote"}
    with served_accounts(tmp_path) if at_accounts else nullcontext():
        for words in SITUATIONS[command]:
            run(*command.split(), *words)
    if command in {"resume", "undo"}:  # which go to the server alone that the run went to
        with serving(make_app(tmp_path / "served.db", limits=())) as address:
            monkeypatch.setenv("FAMULOR_API_KEY", SANDBOX_KEY)
            server = ("--base-url", f"{address}/api", "--yes", "--rate", "off")
            before = set(reads)
            held = ("--max-changes", "0") if command == "resume" else ()
            assert run("apply", "good.csv", *server, *held, "--run-dir", "real").exit == (5 if held else 0)
            reads.intersection_update(before)
            lifted = ("--max-changes", "3") if held else ()
            assert run(command, "real", *server, *lifted).exit == 0
    assert set(heeded(command)) - reads == set(), (
        f"{command} lists these and reads them in none of its SITUATIONS: read them, give it a situation in which it "
        "does, or take them out of its line in batch_update/settings/heeding.py"
    )


# ---------------------------------------------------------------- words that people try


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("help", "Commands:"),
        ("/?", "Commands:"),
        ("help apply", "Usage: batch-update apply"),
        ("help runs prune", "Usage: batch-update runs prune"),
        ("apply help", "Usage: batch-update apply"),
        ("runs help list", "Usage: batch-update runs list"),
        ("-h", "Commands:"),
    ],
)
def test_whoever_asks_for_help_gets_it(run: Run, words: str, shown: str) -> None:
    result = run(*words.split())
    assert (result.exit, shown in result.out, result.err) == (0, True, "")


def test_no_word_at_all_shows_the_help(run: Run) -> None:
    result = run()
    assert (result.exit, "Examples:" in result.err) == (2, True)


KEY = ("--key-file", "FAMULOR_API_KEY")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["updaet"], ["did you mean apply?"]),
        (["update", "good.csv"], ["did you mean apply?"]),
        (["chekc", "good.csv"], ["did you mean check?"]),
        (["status"], ["did you mean runs list?"]),
        (["rollback"], ["did you mean undo?"]),
        (["runs", "lst"], ["did you mean runs list?"]),
        (["job", "runn"], ["did you mean job run?"]),
        (["frobnicate"], ["batch-update --help"]),
        (["good.csv"], ["batch-update plan good.csv"]),
        (["my changes.xlsx"], ["batch-update plan 'my changes.xlsx'"]),
        (["apply", "good.csv", "--dry-run"], ["sends nothing: batch-update plan good.csv"]),
        (["apply", "--dry-run", "good.csv"], ["sends nothing: batch-update plan good.csv"]),
        (["plan", "good.csv", "--dry-run"], ["leave it out"]),
        (["fleet", "apply", "good.csv", "--dry-run"], ["sends nothing: batch-update fleet plan good.csv"]),
        (["apply", "good.csv", "--key", "a-very-secret-key"], KEY),
        (["apply", "good.csv", "--key=a-very-secret-key"], KEY),
        (["apply", "good.csv", "--api-key", "a-very-secret-key"], KEY),
        (["export", "-o", "x.csv", "--token", "a-very-secret-key"], KEY),
        (["apply", "good.csv", "-y"], ["--yes"]),
        (["apply", "good.csv", "--force"], ["--yes", "--allow", "--skip-invalid"]),
        (["apply", "good.csv", "-f"], ["--yes", "--allow", "--skip-invalid"]),
        (["apply", "good.csv", "-n", "5"], ["--limit"]),
        (["apply", "good.csv", "-limit", "5"], ["two hyphens", "--limit"]),
        (["apply", "good.csv", "–limit", "5"], ["two hyphens", "--limit"]),
        (["apply", "good.csv", "--limt", "5"], ["did you mean --limit?"]),
        (["apply", "good.csv", "--limit"], ["batch-update apply --help"]),
        (["apply", "good.csv", "--workers", "4"], ["--concurrency"]),
        (["apply", "good.csv", "--verbose"], ["run.json"]),
        (["apply", "good.csv", "--out", "x"], ["--run-dir"]),
        (["check", "good.csv", "--limit", "5"], ["check does not heed --limit", "apply"]),
        (["undo", "last", "--allow", "mode"], ["undo does not heed --allow"]),
        (["apply"], ["batch-update apply changes.csv"]),
        (["undo"], ["batch-update undo last"]),
        (["export"], ["batch-update export -o account.xlsx"]),
        (["explain"], ["batch-update explain V104"]),
        (["job", "run"], ["batch-update job list"]),
        (["apply", "two", "words.csv"], ["batch-update apply 'two words.csv'"]),
        (["apply", "good.csv", "bad.csv"], ["bad.csv", "quotes"]),
        (["export", "--out", "x.csv"], ["it is --output"]),
        (["plan", "good.csv", "-o", "plan.json"], ["it is --out"]),
        (["undo", "last", "--dry-run"], ["undo shows what it would do and asks first"]),
        (["resume", "last", "--dry-run"], ["resume shows what it would do and asks first"]),
        (["job", "run", "nightly", "--dry-run"], ["batch-update job check"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("as_json", [False, True])
def test_words_that_people_try_get_the_right_words_back(
    run: Run, tmp_path: Path, words: list[str], told: list[str], as_json: bool
) -> None:
    (tmp_path / "two words.csv").write_text("id,name\n10001,x\n", "utf-8")
    if as_json and words[-1] in {"--limit", "explain"}:
        pytest.skip("--json would be the value of the one, and the other has none")
    result = run(*words, *(["--json"] if as_json else []))
    text = " ".join(map(str, result.json["error"].values())) if as_json else result.err
    assert result.exit == 2 and [part for part in told if part not in text] == [], text
    assert "a-very-secret-key" not in result.out + result.err and not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--dry-run", "sends nothing: batch-update plan changes.csv"),
        ("--sandbox", "it stands behind one: batch-update plan --sandbox"),
        ("--Help", "batch-update --help"),
        ("--version-", "batch-update --help"),
        ("explain V999", "a letter and three digits"),
        ("fields Modell", "lists them all"),
        ("fields speech_sped", "did you mean speech_speed?"),
    ],
)
def test_words_that_are_not_known_get_a_remedy(run: Run, words: str, told: str) -> None:
    result = run(*words.split())
    assert (result.exit, told in " ".join(result.err.split())) == (2, True), result.err


@pytest.mark.parametrize("words", ["login", "init", "key", "config", "explain V999", "fields Modell"])
def test_a_wrong_guess_is_not_made(run: Run, words: str) -> None:
    result = run(*words.split())
    assert result.exit == 2 and "did you mean" not in result.err, result.err


def test_a_code_may_be_named_as_it_stands_in_brackets(run: Run) -> None:
    assert run("explain", "[V104]").out == run("explain", "V104").out
