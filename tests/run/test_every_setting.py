"""Every setting through every door: the command line, Python and a job file send the same, or refuse the same."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
import xlsxwriter

import batch_update
from batch_update.account.account import account_of
from batch_update.account.locking import AccountLock
from batch_update.api.keys import ApiKey
from batch_update.errors import UsageError
from batch_update.fields.remembered.memory import remembered
from batch_update.model.reports import Exit
from batch_update.sandbox.app import make_app
from batch_update.settings.heeding import SCREEN, extra_of, heeded
from batch_update.settings.tunables import SANDBOX_KEY, Settings
from tests.run.doors import DOORS, STATE, Seen, alone, seen
from tests.sandbox.served import serving

HERE: dict[str, Any] = {
    "sandbox": True,
    "sandbox_state": str(STATE),
    "sandbox_limits": "off",
    "rate": "off",
    "concurrency": 1,
    "reread_after": 0.0,
    "yes": True,
}
"""A run that takes no time, whose requests come in one order; what a case sets stands in place of these."""
FOUR = [("id", "speech_speed"), *((str(number), "0.75") for number in range(10001, 10005))]
SPEEDS = [(number, {"speech_speed": 0.75}) for number in range(10001, 10005)]
VOICE = [("id", "voice_id"), ("10001", "418")]
MODES = [("id", "mode"), ("10001", "multimodal"), ("10002", "dualplex"), ("10003", "pipeline")]
EXPORTED = remembered(10001, "user 501 at sandbox", {"speech_speed": 0.9})
"""What the first row remembers of an export since which somebody else changed its speed."""
Table = list[tuple[str, ...]]


# ---------------------------------------------------------------- sheets


def csv(rows: Table = FOUR, *, encoding: str = "utf-8", sign: str = ",") -> Callable[[], str]:
    def write() -> str:
        Path("sheet.csv").write_text("".join(sign.join(row) + "\n" for row in rows), encoding)
        return "sheet.csv"

    return write


def xlsx(*worksheets: Table) -> Callable[[], str]:
    def write() -> str:
        with xlsxwriter.Workbook("sheet.xlsx") as book:
            book.set_properties({"created": datetime(2026, 11, 22)})
            for rows in worksheets:
                page = book.add_worksheet()
                for number, row in enumerate(rows):
                    page.write_row(number, 0, row)
        return "sheet.xlsx"

    return write


def filtered() -> str:
    """Two rows, the second of which does not show."""
    with xlsxwriter.Workbook("sheet.xlsx") as book:
        book.set_properties({"created": datetime(2026, 11, 22)})
        page = book.add_worksheet()
        for number, row in enumerate([("id", "name"), ("10001", "A"), ("10002", "B")]):
            page.write_row(number, 0, row)
        page.set_row(2, None, None, {"hidden": True})
    return "sheet.xlsx"


def with_notes(size: int, *, dense: bool = False) -> Table:
    """Four rows with a column of ours that holds so many characters; `dense`: such as cannot be packed."""
    dice = random.Random(1)
    cells = [dice.randbytes(15_000).hex() if dense else "x" * 30_000 for _ in range(size // 30_000)]
    return [(*FOUR[0], "_note"), *((*row, "") for row in FOUR[1:]), *(("", "", cell) for cell in cells)]


# ---------------------------------------------------------------- where the account is


@contextmanager
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mapping[str, Any]]:
    """A sandbox on a port of this machine, whose key stands in the environment."""
    monkeypatch.setenv("FAMULOR_API_KEY", SANDBOX_KEY)
    with make_app(STATE, limits=()) as app, serving(app) as address:
        yield {"base_url": f"{address}/api"}


@contextmanager
def with_key_file(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mapping[str, Any]]:
    """A sandbox on a port; the environment has a key that it does not take."""
    with served(monkeypatch) as place:
        monkeypatch.setenv("FAMULOR_API_KEY", "a-key-of-somebody-else")
        Path("key.txt").write_text(SANDBOX_KEY + "\n", "utf-8")
        Path("key.txt").chmod(0o600)
        yield place


@contextmanager
def in_a_list(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mapping[str, Any]]:
    """A sandbox on a port that a list of accounts leads to, and to its key."""
    with with_key_file(monkeypatch) as place:
        text = f'[accounts.hotel]\nbase-url = "{place["base_url"]}"\nkey = {{ file = "key.txt" }}\n'
        Path("list.toml").write_text(text, "utf-8")
        yield {"account": "hotel", "accounts_file": "list.toml"}


@contextmanager
def behind_a_dead_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mapping[str, Any]]:
    """A sandbox on a port, and a proxy in the environment that is not there."""
    with served(monkeypatch) as place:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        yield place


@contextmanager
def nobody_there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mapping[str, Any]]:
    """A port of this machine on which nobody listens."""
    monkeypatch.setenv("FAMULOR_API_KEY", SANDBOX_KEY)
    yield {"base_url": "http://127.0.0.1:9/api"}


@contextmanager
def with_company(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mapping[str, Any]]:
    """Another run works on the account, and ends while we wait for it."""
    here = {name: value for name, value in HERE.items() if name.startswith("sandbox")}
    STATE.parent.mkdir()
    lock = AccountLock(account_of(Settings(**here), key=ApiKey(SANDBOX_KEY)).lock)
    lock.__enter__()
    leaving = Timer(0.4, lambda: lock.__exit__(None, None, None))
    leaving.start()
    yield {}
    leaving.join()


@contextmanager
def with_kept_lists(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mapping[str, Any]]:
    """A sandbox whose voices were looked up a moment ago, and are kept since."""
    here = {name: value for name, value in HERE.items() if name.startswith("sandbox")}
    batch_update.choices("voices", rate="off", **here)
    yield {}


def looked_up(times: int) -> Callable[[Seen], bool]:
    """So often it was asked which voices there are; each time takes a request for each of the three modes."""
    return lambda run: sum("/voices" in path for _, path, _ in run.requests) == 3 * times


# ---------------------------------------------------------------- the table


@dataclass(frozen=True)
class Case:
    """A value other than the default, where it matters, and how one sees that it does."""

    value: Any
    shows: Callable[[Seen], bool]
    sheet: Callable[[], str] = field(default_factory=csv)
    more: Mapping[str, Any] = field(default_factory=dict)
    """other settings"""
    place: Callable[[pytest.MonkeyPatch], AbstractContextManager[Mapping[str, Any]]] | None = None
    """where the account is, with the settings that lead there; None: the sandbox in this process"""


def kept(name: str, value: Any) -> Callable[[Seen], bool]:
    """It cannot be seen in requests: run.json tells that it counted."""
    return lambda run: run.exit is Exit.OK and run.kept[name] == value


def refused(code: str, status: Exit) -> Callable[[Seen], bool]:
    return lambda run: (run.code, run.exit, run.updates) == (code, status, [])


def sent(*updates: tuple[int, Any]) -> Callable[[Seen], bool]:
    return lambda run: run.updates == list(updates)


NO_SHEET = Exit.SHEET_INVALID
CASES: dict[str, Case] = {
    # how the sheet is read
    "map": Case({"Pace": "speech_speed"}, sent(*SPEEDS), csv([("id", "Pace"), *FOUR[1:]])),
    "set": Case({"speech_speed": 0.75}, sent(*SPEEDS), csv([(row[0], "") for row in FOUR])),
    "ignore": Case(
        ["My note"], sent((10001, {"name": "A"})), csv([("id", "name", "My note"), ("10001", "A", "b")])
    ),
    "ignore_unknown": Case(
        True, sent((10001, {"name": "A"})), csv([("id", "name", "My note"), ("10001", "A", "b")])
    ),
    "header_row": Case(
        2, sent((10001, {"name": "A"})), csv([("id", "mode"), ("id", "name"), ("10001", "A")])
    ),
    "visible_only": Case(True, sent((10001, {"name": "A"})), filtered),
    "sheet": Case("2", sent(*SPEEDS), xlsx(MODES, FOUR)),
    "delimiter": Case(
        "tab", sent((10001, {"name": "A;B;C"})), csv([("id", "name"), ("10001", "A;B;C")], sign="\t")
    ),
    "encoding": Case(
        "cp850", sent((10001, {"name": "Bä"})), csv([("id", "name"), ("10001", "Bä")], encoding="cp850")
    ),
    "decimal": Case(
        ".", refused("X206", NO_SHEET), csv([("id", "speech_speed"), ("10001", "0,75")], sign=";")
    ),
    "on_duplicate": Case(
        "last", sent((10001, {"name": "B"})), csv([("id", "name"), ("10001", "A"), ("10001", "B")])
    ),
    "on_conflict": Case(
        "ours",
        sent(SPEEDS[0]),
        csv([("id", "speech_speed", "_base"), (*FOUR[1], EXPORTED)]),
    ),
    # what it may cost
    "max_csv_mb": Case(1, refused("S103", NO_SHEET), csv(with_notes(1_200_000))),
    "max_excel_mb": Case(1, refused("S103", NO_SHEET), xlsx(with_notes(2_400_000, dense=True))),
    "max_unpacked_mb": Case(1, refused("S103", NO_SHEET), xlsx(with_notes(1_200_000))),
    "max_rows": Case(3, refused("S103", NO_SHEET)),
    "max_columns": Case(1, refused("S103", NO_SHEET)),
    # which rows are sent
    "skip_invalid": Case(True, sent(SPEEDS[0]), csv([*FOUR[:2], ("10002", "7")])),
    "only": Case([10002, 10004], sent(SPEEDS[1], SPEEDS[3])),
    "limit": Case(2, sent(*SPEEDS[:2])),
    "yes": Case(False, refused("U102", Exit.USAGE)),
    "no_fetch": Case(True, lambda run: run.reads == 1 and len(run.updates) == 4),
    "no_verify": Case(True, lambda run: run.reads == 1 and len(run.updates) == 4),
    "reread_after": Case(0.25, lambda run: run.exit is Exit.OK),
    # what may be chosen
    "choices_max_age": Case(0, looked_up(2), csv(VOICE), place=with_kept_lists),
    "refresh": Case(True, looked_up(2), csv(VOICE), place=with_kept_lists),
    "no_lookup": Case(True, lambda run: run.statuses == ["failed"], csv([VOICE[0], ("10001", "9999")])),
    # what must not happen
    "max_changes": Case(3, refused("G120", Exit.STOPPED)),
    "max_change_percent": Case(5, refused("G121", Exit.STOPPED)),
    "allow": Case(["mode"], lambda run: len(run.updates) > 0 and run.exit is Exit.OK, csv(MODES)),
    "expect": Case("0123456789abcdef", refused("X311", Exit.STOPPED)),
    # how carefully
    "waves": Case("1,2,rest", lambda run: run.reads == 4 and run.updates == SPEEDS),
    "max_failures": Case(
        "2", lambda run: len(run.updates) == 2, more={"sandbox_faults": "422@1+", "waves": "1,rest"}
    ),
    "pause": Case("ask", refused("U101", Exit.USAGE), more={"waves": "1,rest"}),
    # the server
    "base_url": Case(None, sent(*SPEEDS), place=served),
    "key_file": Case("key.txt", sent(*SPEEDS), place=with_key_file),
    "account": Case("hotel", sent(*SPEEDS), place=in_a_list),
    "accounts_file": Case("list.toml", sent(*SPEEDS), place=in_a_list),
    "proxy": Case("off", sent(*SPEEDS), place=behind_a_dead_proxy),
    "locks_dir": Case("locks", lambda run: run.locks == [Path("locks")]),
    "timeout": Case(
        0.15,
        lambda run: run.statuses == ["unknown", *["updated"] * 3] or run.rows[0][4] == "1",
        more={"sandbox_faults": "slow@1:0.5", "max_attempts": 1},
    ),
    # the sandbox
    "sandbox": Case(True, sent(*SPEEDS)),
    "sandbox_limits": Case("1000/1", sent(*SPEEDS)),
    "sandbox_state": Case(str(STATE), sent(*SPEEDS)),
    "sandbox_faults": Case("422@2", lambda run: run.statuses == ["updated", "failed", "updated", "updated"]),
    # pace
    "rate": Case("500/1", kept("rate", ["500/1"])),
    "pace": Case("smooth", kept("pace", "smooth"), more={"rate": "1000/1"}),
    "concurrency": Case(2, kept("concurrency", 2)),
    "max_attempts": Case(
        1,
        lambda run: len(run.updates) == 4 and run.exit is Exit.SOME_FAILED,
        more={"sandbox_faults": "500@2"},
    ),
    "max_outage": Case(0, refused("R103", Exit.STOPPED), more={"max_attempts": 1}, place=nobody_there),
    "grace": Case(1.5, kept("grace", 1.5)),
    "wait": Case(30, sent(*SPEEDS), place=with_company),
    # where results are
    "run_dir": Case("mine", lambda run: run.folder == Path("mine")),
    "runs_dir": Case("many", lambda run: run.folder is not None and run.folder.parent == Path("many")),
    "note": Case("ticket 812", lambda run: run.told["note"] == "ticket 812"),
    "author": Case("anna", lambda run: run.told["author"] == "anna"),
}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sandbox that nobody has used, to be copied."""
    path = tmp_path_factory.mktemp("fresh") / "sandbox.db"
    with make_app(path, limits=()):
        return path


@pytest.fixture
def through(tmp_path: Path, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Case, str], Seen]:
    """Runs a case through a door, in a folder and with a sandbox of its own."""
    for name in alone():
        monkeypatch.delenv(name)

    def run(name: str, case: Case, door: str) -> Seen:
        folder = tmp_path / door
        folder.mkdir()
        monkeypatch.chdir(folder)
        monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
        place = case.place(monkeypatch) if case.place else nullcontext({})
        with place as there:
            if not STATE.exists() and not there:
                STATE.parent.mkdir(exist_ok=True)
                shutil.copy(fresh, STATE)
            elsewhere = [one for one in HERE if there and one.startswith("sandbox")]
            given = {one: value for one, value in HERE.items() if one not in elsewhere}
            given |= {**case.more, **there} | ({name: case.value} if case.value is not None else {})
            return seen(folder, DOORS[door](case.sheet(), given))

    return run


@pytest.mark.parametrize("name", CASES)
def test_a_setting_means_one_thing_through_every_door(
    name: str, through: Callable[[str, Case, str], Seen]
) -> None:
    case = CASES[name]
    runs = {door: through(name, case, door) for door in DOORS}
    for door, run in runs.items():
        assert case.shows(run), f"{door}: {run}"
        assert run == next(iter(runs.values())), door


def test_every_setting_is_in_the_table() -> None:
    """But for those that say how a result is shown on a screen."""
    assert {*CASES, *SCREEN} == set(Settings.model_fields) == set(heeded("apply")) == set(heeded("job run"))
    for name, case in CASES.items():
        default = Settings.model_fields[name].default
        assert (
            case.value is None
            or Settings(**{name: case.value}) != Settings(**{name: default})
            or name == "yes"
        )


@pytest.mark.parametrize("name", SCREEN)
def test_how_a_result_is_shown_changes_no_request_and_is_for_the_command_line_alone(
    name: str, through: Callable[[str, Case, str], Seen]
) -> None:
    case = Case(True, sent(*SPEEDS))
    assert case.shows(through(name, case, "command line"))
    if extra_of(name)["job"]:
        assert case.shows(through(name, case, "job file"))
    else:
        assert through(name, case, "job file").code == "U106"
    with pytest.raises(UsageError, match="is for the command line"):
        batch_update.apply("sheet.csv", **{name: True})
