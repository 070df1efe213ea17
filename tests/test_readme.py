"""What README tells to type works as pasted, line by line, in the order in which it stands there."""

from __future__ import annotations

import itertools
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from batch_update.check.checking import check_sheet
from batch_update.sheet.reading import read_sheet

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
FOUND_WRONG, SOME_NOT = 3, 1
EXPECTED = {
    "batch-update check samples/demo.csv": FOUND_WRONG,
    "batch-update plan samples/demo.csv --sandbox": FOUND_WRONG,
    "batch-update apply samples/demo.csv --sandbox --skip-invalid": SOME_NOT,
}
"""Exit statuses other than 0, of sheets that are wrong on purpose"""
STAND_INS = {
    "python3": '[ "$*" = "-m venv .venv" ] && exec "$PYTHON" -m venv --without-pip .venv',
    "pip": '[ "$*" = "install -e ." ] && [ -n "$VIRTUAL_ENV" ] && cp "$STAND_INS/program" .venv/bin/batch-update',
    "program": 'export PYTHONPATH="$ROOT"; [ "$1" = demo ] && set -- demo --help; exec "$PYTHON" -m batch_update "$@"',
}
"""What installs takes no network here, and the demo, which keeps a real pace, is only asked for its help."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the lines are for a shell")


def console(text: str) -> list[list[str]]:
    """The lines of each block for a terminal, without what stands behind them as a comment."""
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return [[re.sub(r"\s+#.*", "", line) for line in block.splitlines()] for block in blocks]


class Terminal:
    """A folder with what a clone holds, and a shell in it that reaches the sandbox alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "clone"
        stand_ins = folder / "bin"
        for place in (self.folder, stand_ins, folder / "home"):
            place.mkdir()
        for name in ("samples", "jobs"):
            shutil.copytree(ROOT / name, self.folder / name)
        for name, line in STAND_INS.items():
            (stand_ins / name).write_text(f"#!/bin/sh\n{line}\n", "utf-8")
            (stand_ins / name).chmod(0o755)
        self._environ = {
            "PATH": f"{stand_ins}:/usr/bin:/bin",
            "HOME": str(folder / "home"),
            "PYTHON": sys.executable,
            "ROOT": str(ROOT),
            "STAND_INS": str(stand_ins),
            "https_proxy": "http://127.0.0.1:9",  # nothing is there: whatever would leave this machine fails
            "BATCH_UPDATE_YES": "1",
            "BATCH_UPDATE_RATE": "off",
            "BATCH_UPDATE_SANDBOX_LIMITS": "off",
            "BATCH_UPDATE_REREAD_AFTER": "0",
        }

    def types(self, *lines: str, **environ: str) -> None:
        """Each line ends as it should, in one shell."""
        script = ["[ -e .venv ] && source .venv/bin/activate", ": >$HOME/ends"]
        script += (f"{line}\necho $? >>$HOME/ends" for line in lines)
        done = subprocess.run(
            ["bash", "-c", "\n".join(script)],
            cwd=self.folder,
            env=self._environ | environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        ends = map(int, Path(self._environ["HOME"], "ends").read_text("utf-8").split())
        assert dict(zip(lines, ends, strict=True)) == {line: EXPECTED.get(line, 0) for line in lines}, (
            done.stdout + done.stderr
        )

    def account(self) -> pd.DataFrame:
        self.types("batch-update export --sandbox --force -o now.csv")
        return pd.read_csv(self.folder / "now.csv", dtype=str, keep_default_na=False, index_col="id")

    def runs(self) -> list[str]:
        """The names of all runs, the newest first."""
        folders = sorted(
            (self.folder / "runs").iterdir(), key=lambda one: (one / "journal.db").stat().st_mtime
        )
        return [one.name for one in reversed(folders)]


def differences(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Assistant and field of every value that is another one; our own columns say of it in another way."""
    ours = ["_reported", "_base"]
    both = before.drop(columns=ours), after.drop(columns=ours)
    for (one, field), is_other in (both[0] != both[1]).stack().items():
        if is_other:
            yield one, field


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    made = Terminal(tmp_path_factory.mktemp("readme"))
    made.types(*console(README)[0])
    yield made


def test_as_many_mistakes_are_found_as_are_promised() -> None:
    (promised,) = re.findall(r"check samples/demo.csv +# (\w+) mistakes", README)
    problems = check_sheet(read_sheet(ROOT / "samples" / "demo.csv")).problems
    assert [None, "one", "two", "three", "four"][len(problems)] == promised


def test_the_program_is_on_the_path_once_it_is_installed(terminal: Terminal) -> None:
    terminal.types("batch-update --version")


def test_after_the_first_five_minutes_the_sandbox_is_as_it_was(terminal: Terminal) -> None:
    """But for the one value that `undo` says it cannot bring back: there the sandbox holds what no update may set."""
    before = terminal.account()
    *lines, undo = console(README)[1]
    terminal.types(*lines)
    assert not terminal.account().equals(before)
    terminal.types(undo)
    assert list(differences(before, terminal.account())) == [("10037", "max_duration")]


def test_what_is_said_of_a_real_account_leads_back_to_where_it_began(terminal: Terminal) -> None:
    """In the sandbox here. `undo last` takes back the second run alone, as README says."""
    export, undos = console(README)[2:4]
    before = terminal.account()
    wanted = pd.DataFrame({"id": list(before.index[:8]), "speech_speed": 0.75})
    wanted.to_excel(terminal.folder / "changes.xlsx", index=False, engine="xlsxwriter")
    terminal.types(*export, BATCH_UPDATE_SANDBOX="1")
    _, first = terminal.runs()[:2]
    changed = [(one, "speech_speed") for one in before.index[:8]]
    assert list(differences(before, terminal.account())) == changed
    listing, undo_last, undo_first = undos
    terminal.types(listing, undo_last)
    assert list(differences(before, terminal.account())) == changed[:5]
    assert "NAME" in undo_first
    terminal.types(undo_first.replace("NAME", shlex.quote(first)))
    assert terminal.account().equals(before)


def test_five_commands_lead_from_nothing_to_a_scheduled_job(terminal: Terminal) -> None:
    lines = console(README)[4]
    terminal.types(*lines)
    assert len(lines) == 5 and (terminal.folder / "runs" / ".jobs" / "nightly.jsonl").exists()


def test_the_job_files_page_works_as_pasted(terminal: Terminal) -> None:
    """The job that it begins with holds what it shows of it."""
    page = (ROOT / "docs" / "jobs.md").read_text("utf-8")
    terminal.types("rm -f jobs/nightly.toml", *itertools.chain.from_iterable(console(page)))
    shown = tomllib.loads(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[0])
    written = tomllib.loads((terminal.folder / "jobs" / "nightly.toml").read_text("utf-8"))
    assert shown == written


def test_every_target_of_make_that_a_page_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for words in re.findall(
            r"(?:`|^)(?:\w+=\w+ )?make ([a-z ]+)(?:`|$)", page.read_text("utf-8"), re.MULTILINE
        ):
            assert set(words.split()) <= targets, f"{page.name}: make {words}"


def test_what_the_readme_calls_ci_is_what_ci_runs() -> None:
    (named,) = re.findall(r"`make ([a-z ]+)` is what CI runs", README)
    run = re.findall(r"^make (\w+)", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    assert sorted(named.split()) == sorted(run)
