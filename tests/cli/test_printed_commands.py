"""Every command that is printed can be pasted and works, whatever the files are called and wherever things lie."""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_update.cli.app import command_line
from batch_update.cli.commands.sandbox import faults_words, first_commands
from batch_update.cli.printed_commands import told_here
from batch_update.codes import CODES
from batch_update.model.sheets import Problem
from batch_update.sandbox.many.ready_list import ReadyList
from batch_update.sandbox.many.tenants import tenants
from batch_update.sandbox.many.troubles import faults_of_each
from batch_update.settings.tunables import Settings
from tests.cli.conftest import Result, Run
from tests.sheet.workbooks import xlsx

ROOT = Path(__file__).parents[2]
BAD_SAMPLES = [path for path in sorted((ROOT / "samples/bad").iterdir()) if "expected" not in path.name]
PRINTED = re.compile(r"(?:: |^[A-Z][a-z ]{6} |^  +)(batch-update [a-z].*)$", re.MULTILINE)
"""A command stands at the end of a line, behind a colon, a label or nothing."""
NAMES = [
    "plain.csv",
    "two words.csv",
    'it\'s "said".csv',
    "Größe & Öl $HOME.csv",
    "-dash.csv",
    "#1;2|3.csv",
    "*.csv",
]
STATE = "my state/sand box.db"
SANDBOX = ("--sandbox", "--sandbox-state", STATE, "--sandbox-limits", "off", "--rate", "off")
RUNS = ("--runs-dir", "my runs")
DANGER = "id,mode,multimodal_model_id,phone_number_id\n10001,multimodal,1,null\n10002,,,null\n"
GOOD = "Nr;Tempo;Extra\n10001;0,75;x\n10002;0,75;y\n10003;0,75;z\n"
READ = (
    "--map",
    "Nr=id",
    "--map",
    "Tempo=speech_speed",
    "--ignore",
    "Extra",
    "--delimiter",
    ";",
    "--decimal",
    ",",
)
MIXED = GOOD.replace("10002;0,75", "10002;9")
WRONG = "id,speech_speed\n10001,1\n" + "".join(f"{10002 + row},9\n" for row in range(5))


@pytest.fixture
def pasted(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The program where nothing but the flags says where the sandbox and the runs lie, and where yes is said."""
    monkeypatch.delenv("BATCH_UPDATE_SANDBOX_STATE")
    monkeypatch.setenv("BATCH_UPDATE_YES", "1")
    monkeypatch.setenv("BATCH_UPDATE_LOCKS_DIR", str(tmp_path / "locks"))
    return run


def commands_in(*results: Result) -> list[str]:
    return [match[1] for result in results for match in PRINTED.finditer(result.out + "\n" + result.err)]


def paste(run: Run, folder: Path, commands: list[str]) -> Iterator[tuple[str, Result]]:
    """Each of these commands as a shell would take it apart, each in the folder as it is now."""
    copy = folder.with_name(folder.name + "-before")
    shutil.copytree(folder, copy, symlinks=True)
    for command in commands:
        program, *words = shlex.split(command)
        assert program == "batch-update"
        yield command, run(*words)
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(copy, folder, symlinks=True, dirs_exist_ok=True)
    shutil.rmtree(copy)


def sheet(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, "utf-8")
    return f"./{name}" if name.startswith("-") else name


STOPPED = ("--sandbox-faults", "401@2+", "--concurrency", "1")
SITUATIONS: dict[str, tuple[str, list[tuple[str, ...]], int]] = {
    "a good sheet is checked": (GOOD, [("check", "SHEET", *READ)], 1),
    "a sheet with wrong rows is checked": (MIXED, [("check", "SHEET", *READ)], 2),
    "a sheet of which no row is right is checked": ("id,speech_speed\n10001,9\n", [("check", "SHEET")], 1),
    "a sheet with many wrong rows is checked": (WRONG, [("check", "SHEET")], 3),
    "what could be repaired is checked": (
        "id,timezone\n10001,europe / berlin\n10002,Berlin\n",
        [("check", "SHEET")],
        2,
    ),
    "what is wrong was marked": (MIXED, [("check", "SHEET", *READ, "--annotate", "a book.xlsx")], 2),
    "a sheet without an id is checked": ("Nr,name\n1,x\n", [("check", "SHEET")], 1),
    "a good sheet is planned": (GOOD, [("plan", "SHEET", *READ, *SANDBOX, "--limit", "2")], 1),
    "a plan is saved": (
        GOOD,
        [("plan", "SHEET", *READ, *SANDBOX, "--only", "10001", "--out", "a plan.json")],
        1,
    ),
    "a sheet with wrong rows is planned": (MIXED, [("plan", "SHEET", *READ, *SANDBOX)], 2),
    "what is dangerous is planned": (DANGER, [("plan", "SHEET", *SANDBOX, "--max-changes", "1")], 1),
    "what is dangerous is applied": (DANGER, [("apply", "SHEET", *SANDBOX, *RUNS, "--max-changes", "1")], 2),
    "too large a part is applied": (
        GOOD,
        [("apply", "SHEET", *READ, *SANDBOX, "--max-change-percent", "1")],
        2,
    ),
    "a part of nobody knows what": (
        GOOD,
        [("apply", "SHEET", *READ, *SANDBOX, "--no-fetch", "--max-change-percent", "1", "--wait", "1")],
        2,
    ),
    "a sheet with wrong rows is applied": (MIXED, [("apply", "SHEET", *READ, *SANDBOX, *RUNS)], 2),
    "the good rows are applied": (MIXED, [("apply", "SHEET", *READ, *SANDBOX, *RUNS, "--skip-invalid")], 2),
    "a part is applied": (GOOD, [("apply", "SHEET", *READ, *SANDBOX, *RUNS, "--limit", "1")], 1),
    "a run is stopped": (GOOD, [("apply", "SHEET", *READ, *SANDBOX, *RUNS, *STOPPED)], 2),
    "a row is refused": (GOOD, [("apply", "SHEET", *READ, *SANDBOX, *RUNS, "--sandbox-faults", "422@2")], 2),
    "a wave goes wrong": (
        GOOD,
        [("apply", "SHEET", *READ, *SANDBOX, *RUNS, "--waves", "1,rest", "--sandbox-faults", "422@1")],
        2,
    ),
    "a row goes unanswered": (
        GOOD,
        [
            (
                "apply",
                "SHEET",
                *READ,
                *SANDBOX,
                *RUNS,
                "--max-attempts",
                "1",
                "--sandbox-faults",
                "cut-after@2",
            )
        ],
        1,
    ),
    "a run is resumed in part": (
        GOOD,
        [
            ("apply", "SHEET", *READ, *SANDBOX, "--run-dir", "a run", *STOPPED),
            ("resume", "a run", *SANDBOX, "--limit", "1"),
        ],
        2,
    ),
    "a guard holds what is resumed": (
        DANGER,
        [("apply", "SHEET", *SANDBOX, "--run-dir", "a run"), ("resume", "a run", *SANDBOX)],
        1,
    ),
    "a run is taken back": (
        GOOD,
        [
            ("apply", "SHEET", *READ, *SANDBOX, "--run-dir", "a run"),
            ("undo", "a run", *SANDBOX, *RUNS),
        ],
        1,
    ),
    "a limit holds an undo": (
        GOOD,
        [
            ("apply", "SHEET", *READ, *SANDBOX, "--run-dir", "a run"),
            ("undo", "a run", *SANDBOX, *RUNS, "--max-changes", "1"),
        ],
        1,
    ),
    "somebody changed what a plan was made for": (
        GOOD,
        [
            ("plan", "SHEET", *READ, *SANDBOX, "--out", "a plan.json"),
            ("apply", "other.csv", *SANDBOX, "--run-dir", "x"),
            ("apply", "a plan.json", *SANDBOX, *RUNS),
        ],
        2,
    ),
    "the runs are listed": (
        GOOD,
        [
            ("apply", "SHEET", *READ, *SANDBOX, "--run-dir", "my runs/a run", *STOPPED),
            ("runs", "list", "--runs-dir", "my runs"),
        ],
        1,
    ),
    "a run is shown": (
        DANGER,
        [
            ("apply", "SHEET", *SANDBOX, "--run-dir", "my runs/a run"),
            ("runs", "show", "a run", "--runs-dir", "my runs"),
        ],
        1,
    ),
    "the account is exported": ("", [("export", "-o", "SHEET", *SANDBOX, "--force")], 1),
    "a sheet is named without a command": (GOOD.replace("Nr", "id"), [("SHEET",)], 1),
    "a dry run is asked for": (GOOD, [("apply", "SHEET", "--dry-run")], 1),
    "nothing is named": (GOOD, [("apply", "SHEET", *READ, *SANDBOX), ("undo",)], 1),
}
"""What is the matter -> the sheet, the commands that lead there, how many commands are printed at least."""


@pytest.mark.parametrize("name", ["plain.csv", 'it\'s "two words" & Öl $HOME.csv', "-dash.csv"])
@pytest.mark.parametrize("situation", SITUATIONS)
def test_what_is_printed_works_as_it_stands(pasted: Run, tmp_path: Path, situation: str, name: str) -> None:
    text, steps, least = SITUATIONS[situation]
    place = sheet(tmp_path, name, text)
    sheet(tmp_path, "other.csv", "id,speech_speed\n10001,0.95\n")
    last = [pasted(*(place if word == "SHEET" else word for word in step)) for step in steps][-1]
    assert last.exit != 70
    found = commands_in(last)
    assert len(found) >= least, last.out + last.err
    for command, result in paste(pasted, tmp_path, found):
        about_settings = "no such" in result.err or "does not heed" in result.err
        assert result.exit not in {2, 70, 75} and not about_settings, f"{command}\n{result.err}"
        assert "S101" not in result.err, command
        if " --allow " in command or (command.startswith("batch-update apply") and "--max-change" in command):
            assert result.exit == 0, f"{command}\n{result.out}"


@pytest.mark.parametrize("name", NAMES)
def test_any_name_can_be_pasted(pasted: Run, tmp_path: Path, name: str) -> None:
    place = sheet(tmp_path, name, "id,speech_speed\n10001,0.75\n")
    (check,) = commands_in(pasted("check", place))
    for _, result in paste(pasted, tmp_path, [check + " --sandbox --sandbox-state s.db"]):
        assert result.exit == 0


@pytest.mark.parametrize("path", BAD_SAMPLES, ids=lambda path: path.name)
def test_what_is_printed_about_the_bad_samples_works(pasted: Run, tmp_path: Path, path: Path) -> None:
    if path.suffix == ".md":
        pytest.skip("tells of the others")
    place = tmp_path / f"a {path.name}"
    shutil.copy(path, place)
    shown = pasted("check", place.name)
    for command, result in paste(pasted, tmp_path, commands_in(shown)):
        assert result.exit in {0, 3, 4}, command


def test_a_worksheet_and_a_key_file_are_named_again(pasted: Run, tmp_path: Path) -> None:
    rows = [["id", "speech_speed"], [10001, 0.75]]

    def fill(book, first) -> None:
        second = book.add_worksheet("Blatt zwei")
        for number, row in enumerate(rows):
            second.write_row(number, 0, row)

    (tmp_path / "a book.xlsx").write_bytes(xlsx(fill=fill))
    (tmp_path / "the key").write_text("a-key-of-nobody-0123\n", "utf-8")
    checked = commands_in(pasted("check", "a book.xlsx", "--sheet", "Blatt zwei"))
    assert checked == ["batch-update plan --sheet 'Blatt zwei' 'a book.xlsx'"]
    server = ("--base-url", "http://127.0.0.1:9/api", "--key-file", "the key", "--max-outage", "0")
    bad = sheet(tmp_path, "bad.csv", "id,speech_speed\n10001,9\n")
    told = commands_in(pasted("apply", bad, *server, "--locks-dir", "my locks"))
    assert told and all("--key-file 'the key'" in one and "http://127.0.0.1:9/api" in one for one in told)
    assert all("--max-outage 0 " in one for one in told)
    assert any("--locks-dir 'my locks'" in one for one in told)


# ---------------------------------------------------------------- what stands in texts


def written() -> Iterator[tuple[str, str]]:
    """Commands in code blocks and in backquotes of the documents, and in what the program says."""
    for page in sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")} - {ROOT / "CHANGELOG.md"}):
        name, text = page.relative_to(ROOT).as_posix(), page.read_text("utf-8")
        for document in re.findall(r"```json\n(.*?)```", text, re.DOTALL):
            yield from ((name, command) for command in json.loads(document)["next"].values())
        text = re.sub(r"```json\n.*?```", "", text, flags=re.DOTALL)
        blocks = "\n".join(re.findall(r"```\w*\n(.*?)```", text, re.DOTALL))
        for command in re.findall(r"(batch-update [a-z][^\n]*)", blocks):
            yield name, re.split(r"  #| \|\| ", command)[0]
        for command in re.findall(r"`(batch-update [a-z][^`]*)`", text):
            yield name, " ".join(command.split())
    for code in CODES.values():
        yield from ((code.code, one) for one in re.findall(r"`(batch-update [a-z][^`]*)`", code.remedy))


WRITTEN = sorted(set(written()))


@pytest.mark.parametrize(("place", "command"), WRITTEN, ids=[f"{p}: {c}" for p, c in WRITTEN])
def test_what_the_documents_say_is_a_command(place: str, command: str) -> None:
    assert parses(shlex.split(command)[1:]), command


@pytest.mark.parametrize("count", [1, 12])
def test_what_a_sandbox_with_accounts_tells_its_user_to_type_is_a_command(count: int, tmp_path: Path) -> None:
    told = list(first_commands(ReadyList(tmp_path / "my list.toml"), tenants(count)))
    assert told and all(parses(shlex.split(command)[1:]) for command in told)
    assert any("--to tag:hotel" in command for command in told) == (count > 1), "one has nobody to promote to"


def test_what_is_said_of_an_account_that_is_not_known_adds_it_to_the_list_that_was_given() -> None:
    unknown = Problem("S150", "there is no account 'linde'", index=0, column=0)
    told = told_here([unknown], Settings(accounts_file=Path("my lists/all.toml")))[0].remedy
    assert "batch-update accounts add --accounts-file 'my lists/all.toml' puts" in told
    assert "batch-update accounts add puts" in told_here([unknown], Settings())[0].remedy


def test_a_sandbox_with_accounts_says_that_each_counts_the_updates_that_faults_are_about(
    tmp_path: Path,
) -> None:
    """Its own sheet has fewer rows of an account than `422@3` needs."""
    accounts, ready_list = tenants(12), ReadyList(tmp_path / "accounts.toml")
    ready_list.write(accounts, "http://127.0.0.1:8080/api")
    rows = ready_list.sheet.read_text("utf-8").count(f"\n{accounts[0].name},")
    told = faults_words("422@3", accounts[-1].name, ready_list)
    assert "(422@3) each account counts its own updates" in told and f" has {rows} for each" in told
    alone = faults_of_each(re.findall(r"\S+/\d+@\d+", told)[0], accounts)
    assert [name for name, faults in alone.items() if faults.faults] == [accounts[-1].name]


def parses(words: list[str]) -> bool:
    """Whether the program takes these words, without doing anything."""
    command, path = command_line(), []
    while hasattr(command, "commands") and words and words[0] in command.commands:
        command, path, words = command.commands[words[0]], [*path, words[0]], words[1:]
    if hasattr(command, "commands"):
        return False
    try:
        command.make_context(" ".join(path), list(words))
    except Exception:  # noqa: BLE001  # whatever typer has to say
        return False
    return True


def sentences() -> Iterator[str]:
    """Every sentence of the program that names a command."""
    for path in sorted((ROOT / "batch_update").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            if node.body and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield from re.findall(
                    r"batch-update ((?:runs |job |fleet |accounts )?[a-z-]+(?: [A-Z0-9.a-z-]+)?)", node.value
                )


def test_a_command_in_a_sentence_works_by_its_name_alone_or_with_the_word_behind_it() -> None:
    not_commands = {"account", "ended", "on"}
    completed = {"accounts add", "apply", "fleet apply", "fleet plan", "export -o", "job notify-test"}
    """what a path is put behind"""
    wrong = []
    for words in sorted(set(sentences())):
        first = words.split()[0]
        size = 2 if first in {"runs", "job", "fleet", "accounts"} else 1
        whole = words.split()
        if (
            first not in not_commands
            and words not in completed
            and not parses(whole[:size])
            and not parses(whole)
        ):
            wrong.append(words)
    assert wrong == []
