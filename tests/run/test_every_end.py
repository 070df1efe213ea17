"""Every end of a run through every door: one status and code, a line for each row, and another door goes on with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.account.account import account_of
from batch_update.account.locking import AccountLock
from batch_update.api.keys import ApiKey
from batch_update.errors import BatchUpdateError
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import report_of
from batch_update.journal.storing.database import JOURNAL
from batch_update.model.reports import Exit
from batch_update.sandbox.app import make_app
from batch_update.sandbox.faults import Faults
from batch_update.settings.tunables import SANDBOX_KEY, Settings
from tests.run.doors import DOORS, RESUMING, STATE, Seen, alone, seen
from tests.sandbox.served import serving

HERE: dict[str, Any] = {"rate": "off", "concurrency": 1, "reread_after": 0.0, "yes": True, "runs_dir": "runs"}
OTHER = {"command line": "Python", "Python": "command line", "job file": "Python"}
"""Which door goes on with a run that was begun through another."""


@dataclass
class Place:
    """Where a run takes place."""

    folder: Path
    address: str = ""
    """of the server"""
    child: subprocess.Popen[bytes] | None = None
    """the process of the run, where it has one of its own"""
    mending: list[Callable[[], object]] = field(default_factory=list)
    """takes away what ended the run"""


def nothing(place: Place) -> None:
    """Happens most of the time."""


@dataclass(frozen=True)
class End:
    """How a run ends, how that is brought about, and how it ends once another door went on with it."""

    exit: int
    code: str
    """of `Report.stopped`, or of the error"""
    statuses: list[str]
    """of its rows, one for all that follow each other; none: there are no results"""
    given: Mapping[str, Any] = field(default_factory=dict)
    faults: str = ""
    act: Callable[[Place], None] = nothing
    """done as the third update comes, before it is taken in"""
    around: Callable[[Place], AbstractContextManager[None]] = lambda place: nullcontext()
    is_apart: bool = False
    """whether the run needs a process of its own"""
    is_steady: bool = True
    """whether it comes at the same row each time"""
    rows: int = 10
    then: tuple[int, list[str]] = (Exit.OK, ["updated"])


# ---------------------------------------------------------------- what ends a run


class Server:
    """A sandbox at which something happens when its third update comes, until `mended` stands in its place.

    It keeps no connection: on one that was kept, a refusal that comes sooner than any answer before is rightly doubted
    and the row sent once more, and on a machine at work the answers before may have been slow.
    """

    def __init__(self, troubled: Any, mended: Any, act: Callable[[], None]) -> None:
        self._app, self._mended, self._act = troubled, mended, act
        self._updates = 0

    def mend(self) -> None:
        self._app, self._act = self._mended, lambda: None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope.get("method") == "PUT":
            self._updates += 1
            if self._updates == 3:
                await anyio.to_thread.run_sync(self._act)

        async def send_and_close(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = message | {"headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)

        await self._app(scope, receive, send_and_close)


def send_signal(name: str) -> Callable[[Place], None]:
    def act(place: Place) -> None:
        assert place.child is not None
        place.child.send_signal(getattr(signal, name))
        with suppress(subprocess.TimeoutExpired):
            place.child.wait(0.3)  # so that the signal is there before the answer

    return act


@contextmanager
def small_disk(place: Place) -> Iterator[None]:
    """The folder of runs is a file system of its own."""
    (place.folder / "runs").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place.folder / "runs")]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except OSError:
        done = None
    if done is None or done.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place.folder / "runs")], check=True)


def fill_disk(place: Place) -> None:
    filler = place.folder / "runs" / "filler"
    place.mending.append(filler.unlink)
    with filler.open("ab", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))


@contextmanager
def company(place: Place) -> Iterator[None]:
    """Another run works on the account."""
    lock = AccountLock(account_of(Settings(base_url=place.address), key=ApiKey(SANDBOX_KEY)).lock)
    lock.__enter__()
    place.mending.append(lambda: lock.__exit__(None, None, None))
    yield


ENDS: dict[str, End] = {
    "in order": End(Exit.OK, "", ["updated"]),
    "rows that failed": End(
        Exit.SOME_FAILED,
        "",
        ["updated", "failed", "updated"],
        faults="422@2",
        then=(Exit.SOME_FAILED, ["updated", "failed", "updated"]),
    ),
    "key refused": End(Exit.KEY_REFUSED, "A401", ["updated", "failed", "not_sent"], faults="401@3"),
    "guard": End(Exit.STOPPED, "G120", ["not_sent"], {"max_changes": 3}),
    "too many failures": End(
        Exit.STOPPED,
        "R108",
        ["updated", "failed", "not_sent"],
        {"waves": "2,rest"},
        faults="422@2",
        then=(Exit.SOME_FAILED, ["updated", "failed", "updated"]),
    ),
    "server down": End(
        Exit.STOPPED,
        "R103",
        ["updated", "unknown", "not_sent"],
        {"max_outage": 0, "max_attempts": 1},
        faults="cut-after@3,cut-before@4-8",
    ),
    "another run": End(Exit.LOCKED, "R107", [], around=company),
    "signal": End(
        143, "R130", ["updated", "not_sent"], act=send_signal("SIGTERM"), is_apart=True, is_steady=False
    ),
    "crash": End(-9, "", [], act=send_signal("SIGKILL"), is_apart=True, is_steady=False),
    "full disk": End(
        Exit.STOPPED,
        "J101",
        ["updated", "not_sent"],
        act=fill_disk,
        around=small_disk,
        is_steady=False,
        rows=400,
    ),
}


# ---------------------------------------------------------------- a run and its sequel


@contextmanager
def served(place: Place, end: End) -> Iterator[None]:
    """A sandbox on a port, with what brings the end about."""
    made = partial(make_app, place.folder / STATE, limits=(), assistants=400)
    with made(faults=Faults.parse(end.faults)) as troubled, made() as mended:
        server = Server(troubled, mended, lambda: end.act(place))
        place.mending.append(server.mend)
        with serving(server) as address:
            place.address = f"{address}/api"
            yield


def begun(place: Place, door: str, end: End, given: Mapping[str, Any]) -> Seen:
    """The run through a door, in this process or in one of its own."""
    if not end.is_apart:
        return seen(place.folder, DOORS[door]("sheet.csv", given), place.folder / STATE)
    words = [sys.executable, "-m", "tests.run.doors", door, "sheet.csv", json.dumps(given)]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    place.child = subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, said = place.child.communicate(timeout=120)
    return seen(place.folder, (place.child.returncode, "", said.decode()), place.folder / STATE)


def gone_on(place: Place, door: str, given: Mapping[str, Any]) -> Seen:
    """What the run has done once another door went on with it; it begins anew where nothing had begun."""
    told = RESUMING[door]("last", given) if journals(place) else DOORS[door]("sheet.csv", given)
    return seen(place.folder, told, place.folder / STATE)


def journals(place: Place) -> list[Path]:
    return [path.parent for path in place.folder.rglob(JOURNAL)]


def in_short(run: Seen) -> list[str]:
    return [status for status, _ in groupby(run.statuses)]


def check_journal(place: Place, run: Seen) -> None:
    """It tells of the run what its results tell."""
    for folder in journals(place):
        report = report_of(read_run(folder))
        told = [str(outcome.status) for outcome in report.outcomes]
        assert told == run.statuses or not run.rows
        assert not run.rows or getattr(report.stopped, "code", "") == run.code
        assert report.stopped is None or isinstance(report.stopped, BatchUpdateError)


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize("name", ENDS)
def test_a_run_ends_alike_through_every_door_and_another_goes_on_with_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in alone():
        monkeypatch.delenv(variable)
    monkeypatch.setenv("FAMULOR_API_KEY", SANDBOX_KEY)
    end, runs = ENDS[name], list[Seen]()
    for door, other in OTHER.items():
        place = Place(tmp_path / door)
        (place.folder / STATE).parent.mkdir(parents=True)
        monkeypatch.chdir(place.folder)
        monkeypatch.setenv("XDG_STATE_HOME", str(place.folder / "state"))
        monkeypatch.setattr(tempfile, "tempdir", str(place.folder))
        ids = range(10001, 10001 + end.rows)
        Path("sheet.csv").write_text("id,speech_speed\n" + "".join(f"{n},0.75\n" for n in ids), "utf-8")
        with served(place, end), end.around(place):
            given = HERE | {"base_url": place.address}
            run = begun(place, door, end, given | dict(end.given))
            for mend in place.mending:
                mend()
            assert (run.exit, run.code, in_short(run)) == (end.exit, end.code, end.statuses), (
                f"{door}: {run.words}"
            )
            assert len(run.rows) in {0, end.rows}
            check_journal(place, run)
            bound = {"max_changes": end.rows} if "max_changes" in dict(end.given) else {}
            last = gone_on(place, other, given | bound)  # what stopped a run has to be lifted
            assert (last.exit, in_short(last), len(last.rows)) == (*end.then, end.rows), (
                f"{other}: {last.words}"
            )
            check_journal(place, last)
        done = {number for number, status in zip(ids, run.statuses, strict=False) if status == "updated"}
        again = [path for method, path, _ in last.requests[len(run.requests) :] if method == "PUT"]
        assert done.isdisjoint(int(path.rpartition("/")[2]) for path in again), "nothing is done twice"
        runs.append(run)
    assert not end.is_steady or runs == [runs[0]] * len(runs)
