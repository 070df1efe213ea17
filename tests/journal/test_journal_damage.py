"""A journal that is damaged, foreign, newer or missing is named; it is never half believed."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from batch_update.errors import JournalError
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import RecordedRun
from batch_update.journal.storing import schema
from batch_update.journal.storing.database import JOURNAL
from batch_update.journal.storing.schema import MOST_IN_LINE, VERSION
from batch_update.journal.writing import Journal
from batch_update.model.as_json import time_value
from batch_update.model.plans import Outcome, Plan, Status
from tests.journal.journals import copy_of, journalled
from tests.made import plan_of
from tests.run.fakes import NOON, FakeClient


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of 60 rows that came to its end."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    journalled(plan_of(60), folder, FakeClient())
    return folder


def told(recorded: RecordedRun) -> Any:
    """All that a journal tells, with the sheet as rows."""
    sheet = recorded.plan.sheet
    rows = [sheet.row(index) for index in range(len(sheet))]
    rest = (
        recorded.plan.changes,
        recorded.plan.settled,
        recorded.outcomes,
        recorded.in_flight,
        recorded.events,
    )
    return rows, rest, [(s.started, s.seconds, s.ended) for s in recorded.sessions], recorded.complete


def code_of(folder: Path) -> str:
    with pytest.raises(JournalError) as caught:
        read_run(folder)
    assert caught.value.remedy and int(caught.value.exit) == 2
    with pytest.raises(JournalError) as again:
        Journal.open(folder)
    assert again.value.code == caught.value.code
    return caught.value.code


@pytest.mark.parametrize("seed", range(40))
def test_random_bytes_are_noticed_or_make_no_difference(made: Path, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    folder = copy_of(made, tmp_path / "copy")
    content = bytearray((folder / JOURNAL).read_bytes())
    for _ in range(dice.choice([1, 1, 3, 100])):
        start = dice.randrange(len(content))
        length = dice.choice([1, 2, 16, 4096])
        content[start : start + length] = dice.randbytes(min(length, len(content) - start))
    (folder / JOURNAL).write_bytes(content)
    before = told(read_run(made))
    try:
        recorded = read_run(folder)
    except JournalError as error:
        assert error.code in {"J104", "J105", "J106", "J107"}
    else:
        assert told(recorded) == before


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.2, 0.5, 0.8, 0.999])
def test_a_truncated_file_is_noticed(made: Path, tmp_path: Path, share: float) -> None:
    folder = copy_of(made, tmp_path / "copy")
    content = (folder / JOURNAL).read_bytes()
    (folder / JOURNAL).write_bytes(content[: int(len(content) * share)])
    assert code_of(folder) in {"J104", "J105", "J107"}


def test_a_value_that_was_changed_behind_its_back_is_noticed(made: Path, tmp_path: Path) -> None:
    folder = copy_of(made, tmp_path / "copy")
    change(folder, "UPDATE change SET data = replace(data, '1.1', '1.9')")
    assert code_of(folder) == "J104"


@pytest.mark.parametrize("table", ["run", "sheet_row", "change", "log"])
def test_a_line_that_is_missing_is_noticed(made: Path, tmp_path: Path, table: str) -> None:
    folder = copy_of(made, tmp_path / "copy")
    change(folder, f"DELETE FROM {table} WHERE n = 1")
    assert code_of(folder) == "J104"


@pytest.mark.parametrize("table", ["sheet_row", "change", "log"])
def test_lines_that_were_exchanged_are_noticed(tmp_path: Path, table: str) -> None:
    journalled(plan_of(3 * MOST_IN_LINE), tmp_path, FakeClient())
    for old, new in ((2, -2), (3, 2), (-2, 3)):
        change(tmp_path, f"UPDATE {table} SET n = {new} WHERE n = {old}")
    assert code_of(tmp_path) == "J104"


@pytest.mark.parametrize("table", ["sheet_row", "change"])
def test_lines_missing_at_the_end_of_the_plan_are_noticed(tmp_path: Path, table: str) -> None:
    with Journal.create(tmp_path, plan_of(MOST_IN_LINE + 1)):
        pass
    assert len(read_run(tmp_path).plan.changes) == MOST_IN_LINE + 1
    change(tmp_path, f"DELETE FROM {table} WHERE n = 2")
    assert code_of(tmp_path) == "J104"


def test_lines_that_are_whole_and_make_no_sense_are_damage_too(tmp_path: Path) -> None:
    with Journal.create(tmp_path, plan_of(1)) as journal:
        journal._groups.add((1, "surprise", 0, []))
    assert code_of(tmp_path) == "J104"
    shutil.rmtree(tmp_path)
    with Journal.create(tmp_path, plan_of(1)) as journal:
        journal._groups.add((1, "outcome", 0, {"status": "flown"}))
    assert code_of(tmp_path) == "J104"


AT = time_value(NOON)
FAILED: dict[str, Any] = {"status": "failed"}
DEEP = "[" * 5_000 + "]" * 5_000


def ending(**values: Any) -> list[Any]:
    return [1, "ending", -1, {"seconds": 1, "stopped": None, "stats": None} | values]


@pytest.mark.parametrize(
    "entries",
    [
        *("", "[", "[] []", "[]", "{}", "null", "3", '"abcd"', '["abcd"]', DEEP, f'[[1,"event",-1,{DEEP}]]'),
        *([[1, "outcome", 0]], [[1, "outcome", 0, FAILED, 1]], [[[1, "outcome", 0, FAILED]]]),
        *([[session, "outcome", 0, FAILED] for session in ("1", True, 1.0, None, -1, 0, 3, 99, 10**30)]),
        *([[1, "outcome", row, FAILED] for row in (77, -1, True, 1.0, "1", None, 4)]),
        *([[1, "attempt", row, [1, AT]] for row in (77, -1, 3, 4)]),
        *([[1, "attempt", 0, value] for value in (None, [1], [0, AT], ["1", AT], [1, AT, 1])]),
        *([[1, "attempt", 0, [1, at]] for at in (NOON.isoformat(), True, 10**40, None)]),
        *([[1, kind, -1, None] for kind in ("event", "session", "ending", "surprise", None, ["outcome"])]),
        [0, "outcome", 4, {"status": "invalid"}],
        [1, "outcome", 0, None],
        [1, "outcome", 2, FAILED],
        *([[1, "outcome", 0, {"status": status}] for status in ("flown", "", None, ["failed"])]),
        *([[1, "outcome", 0, FAILED | {name: {"a": [1]}}] for name in Outcome.__slots__ if name != "after_reset"]),
        *([[1, "outcome", 0, FAILED | {name: "x"}] for name in ("changed", "started", "http", "attempts", "ms")]),
        [1, "outcome", 0, {"status": "failed", "started": NOON.isoformat()}],
        '[[1,"outcome",0,{"status":"failed","ms":NaN}]]',
        *([ending(seconds=seconds) for seconds in ("1", None, -1, True, 10**400)]),
        *(f'[[1,"ending",-1,{{"seconds":{n},"stopped":null,"stats":null}}]]' for n in ("NaN", "1e999")),
        *([ending(stats=stats) for stats in ("x", [], {"requests": "x"}, {"requests": None})]),
        *([ending(stopped=stopped) for stopped in ("x", {"kind": "Exit", "message": 5}, {"bug": 5})]),
        ending(stopped={"kind": "RunStopped", "message": "x", "code": [], "remedy": ""}),
        *([[1, "event", -1, [AT, {"kind": "gate", "message": "x"} | more]]
           for more in ({"kind": 5}, {"seconds": "x"})]),
        [1, "event", 0, [AT, {"kind": "gate", "message": "x"}]],
        *([[number, "session", -1, {"command": "apply", "settings": None, "started": AT}] for number in (1, 3)]),
        *([[2, "session", -1, {"command": "resume", "settings": None, "started": AT} | more]
           for more in ({"command": 5}, {"settings": [1]}, {"started": NOON.isoformat()})]),
    ],
)  # fmt: skip
def test_entries_that_are_whole_and_make_no_sense_are_damage(tmp_path: Path, entries: Any) -> None:
    """Whatever a line of the log holds, sealed as it should be: it is named, never believed, and never a bug."""
    plan = plan_of({1: (0,), 2: (1,), 3: (2, 3)}, {4: Outcome(Status.INVALID, "V104")})
    journalled(plan, tmp_path / "run", FakeClient())
    text = (
        entries
        if isinstance(entries, str)
        else json.dumps([entries] if not isinstance(entries[0], list) else entries)
    )
    db = sqlite3.connect(tmp_path / "run" / JOURNAL, isolation_level=None)
    (lines,) = db.execute("SELECT count(*) FROM log").fetchone()
    db.execute(schema.insertion("log"), schema.sealed(lines + 1, text))
    db.close()
    assert code_of(tmp_path / "run") == "J104"


def test_a_part_of_what_a_change_settles_is_damage(tmp_path: Path) -> None:
    with Journal.create(tmp_path, plan_of({1: (0, 1)})) as journal:
        journal.begin(NOON)
        journal.settle({0: Outcome(Status.UPDATED)})
    assert code_of(tmp_path) == "J104"


def test_no_journal_in_the_folder(tmp_path: Path) -> None:
    assert code_of(tmp_path) == "J103"
    assert code_of(tmp_path / "nowhere") == "J103"
    (tmp_path / JOURNAL).mkdir()
    assert code_of(tmp_path) == "J103"


def test_something_else_under_its_name(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).write_text("id,speech_speed\n101,1.1\n" * 100, "utf-8")
    assert code_of(tmp_path) == "J105"
    (tmp_path / JOURNAL).unlink()
    change(tmp_path, "CREATE TABLE bookmark (url TEXT)")
    assert code_of(tmp_path) == "J105"


@pytest.mark.parametrize("version", [VERSION - 1, VERSION + 1])
def test_another_version(made: Path, tmp_path: Path, version: int) -> None:
    folder = copy_of(made, tmp_path / "copy")
    change(folder, f"PRAGMA user_version = {version}")
    assert code_of(folder) == "J106"


def test_a_run_that_was_killed_before_its_plan_was_there(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).touch()
    assert code_of(tmp_path) == "J107"


def test_the_log_beside_it_counts_even_if_the_file_does_not_know_of_it(tmp_path: Path) -> None:
    """The bytes that say so were damaged: without the log, what came last would silently be missing."""
    with Journal.create(tmp_path / "run", plan_of(2)) as journal:
        journal.begin(NOON)
        journal.settle({0: Outcome(Status.UPDATED)})
        folder = copy_of(tmp_path / "run", tmp_path / "copy")
    content = bytearray((folder / JOURNAL).read_bytes())
    content[18:20] = b"\x01\x01"  # https://www.sqlite.org/fileformat.html: write and read version
    (folder / JOURNAL).write_bytes(content)
    assert read_run(folder).outcomes == {0: Outcome(Status.UPDATED)}


def test_a_row_that_nothing_accounts_for_is_noticed(tmp_path: Path) -> None:
    plan = plan_of(2)
    with Journal.create(tmp_path, Plan(plan.sheet, plan.changes[:1], {})):
        pass
    assert code_of(tmp_path) == "J104"


def change(folder: Path, statement: str) -> None:
    db = sqlite3.connect(folder / JOURNAL, isolation_level=None)
    db.execute(statement)
    db.close()


def test_one_that_may_not_be_read_is_not_called_damaged(made: Path, tmp_path: Path) -> None:
    """As of a run that another user began: nothing is wrong with it, and no copy of it is needed."""
    folder = copy_of(made, tmp_path / "copy")
    change(folder, "PRAGMA journal_mode = WAL")
    (folder / f"{JOURNAL}-wal").unlink(missing_ok=True)
    (
        folder / f"{JOURNAL}-wal"
    ).mkdir()  # SQLite says of this what it says where rights are missing, to root as well
    assert code_of(folder) == "J108"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_somebody_elses_journal(made: Path, tmp_path: Path) -> None:
    folder = copy_of(made, tmp_path / "copy")
    (folder / JOURNAL).chmod(0)
    assert code_of(folder) == "J108"
