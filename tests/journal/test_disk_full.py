"""A disk that really is full: a named error, nothing lost in silence, and the run goes on once there is room."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from batch_update.journal.reading import read_run
from batch_update.journal.recorded import report_of
from batch_update.journal.storing.reserve import RESERVE
from batch_update.journal.writing import Journal
from batch_update.model.plans import Status
from batch_update.model.reports import Pace, Reply, Report
from batch_update.sandbox.app import make_app
from batch_update.send.accounting import apply_plan
from tests.cli import conftest
from tests.cli.conftest import Run, run_apart
from tests.cli.test_commands import SEND, statuses
from tests.cli.test_undo import rows
from tests.clocks import virtual_clock
from tests.journal.journals import Witness, go_on
from tests.made import plan_of
from tests.run.fakes import Act, run_virtually
from tests.run.test_resuming import Account

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX file systems")

run = conftest.run
SIZE = "12m"
LONG = "x" * 2_000
"""What is said of each row: so much that the journal outgrows whatever room it has taken beforehand."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"no file system can be mounted here: {error.strerror}")
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> None:
    """Until not a byte is left."""
    with (disk / "filler").open("ab", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))


def make_room(disk: Path) -> None:
    (disk / "filler").unlink()


# ---------------------------------------------------------------- the journal


def test_a_full_disk_ends_the_run_with_everything_under_way_on_it(disk: Path) -> None:
    plan = plan_of(4_000)
    done = Reply(Status.UPDATED, message=LONG, http=200, attempts=1)
    client = Witness(
        lambda name: fill(disk), 5, {n: Act(done, flight=1 + n % 8 / 10) for n in range(1, 4_001)}
    )

    async def main() -> Report:
        with Journal.create(disk / "run", plan) as journal:
            return await apply_plan(
                plan, client, pace=Pace((), concurrency=8), journal=journal, clock=virtual_clock()
            )

    report = run_virtually(main)
    assert report.stopped is not None and report.stopped.code == "J101"
    assert "the disk is full" in report.stopped.message and str(disk / "run") in report.stopped.message
    updated = report.counts()[Status.UPDATED]
    assert report.counts() == {Status.UPDATED: updated, Status.NOT_SENT: 4_000 - updated}
    assert updated == len(client.begun), "nothing was sent that could not be written down first"
    assert not (disk / "run" / RESERVE).exists(), "its room was needed"
    recorded = read_run(disk / "run")
    assert report_of(recorded).outcomes == report.outcomes and not recorded.complete

    make_room(disk)
    again = Account({number: {"speech_speed": 0.9} for number in range(1, 4_001)})

    async def later() -> Report:
        return await go_on(disk / "run", again, clock=virtual_clock())

    report = run_virtually(later)
    assert report.counts() == {Status.UPDATED: 4_000} and read_run(disk / "run").complete
    assert not set(again.begun) & set(client.begun), "nothing is done twice"


def test_a_disk_that_is_full_before_anything_is_sent(disk: Path) -> None:
    fill(disk)
    with pytest.raises(Exception, match="cannot be written: ") as caught:
        Journal.create(disk / "run", plan_of(10))
    assert caught.value.code == "J101" and int(caught.value.exit) == 5
    remedy = caught.value.remedy
    assert "nothing was sent" in remedy and "resume" not in remedy, "there is nothing to go on with"


# ---------------------------------------------------------------- the command

ROWS = 400
PROMPT = "Be kind. " * 300
"""What each assistant is told: results of all rows take more room than the journal's reserve has."""


@pytest.fixture
def fills(tmp_path: Path, disk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, ...]]:
    """The flags of a run that fills the disk as its first request arrives."""
    sheet = "id,system_prompt\n" + "".join(f"{10001 + row},{PROMPT}{row}\n" for row in range(ROWS))
    (tmp_path / "sheet.csv").write_text(sheet, "utf-8")
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))

    def before(method: str, path: str, number: int) -> None:
        if (method, number) == ("PUT", 1):
            fill(disk)

    with conftest.at_a_server(before, monkeypatch, tmp_path, assistants=ROWS) as server:
        yield (*server, "--no-fetch", "--no-verify", "--concurrency", "1")  # a commit for each row


def test_the_command_says_so_with_5_and_goes_on_once_there_is_room(
    run: Run,
    fills: tuple[str, ...],
    disk: Path,
    tmp_path: Path,
) -> None:
    folder = disk / "run"
    result = run("apply", "sheet.csv", *fills, "--run-dir", str(folder))
    assert (result.exit, "[J101]" in result.out, "Traceback" in result.err) == (5, True, False)
    (command,) = [line for line in result.out.splitlines() if "batch-update resume " in line]
    assert command.endswith(f" --rate off --concurrency 1 {folder}")
    (found,) = [*folder.glob("results.csv"), *(tmp_path / "temp").glob("*/results.csv")]
    told = rows(found)
    assert len(told) == ROWS and {row["_status"] for row in told} == {"updated", "not_sent"}
    make_room(disk)
    again = run("resume", str(folder), *fills, "--json")
    assert (again.exit, again.json["counts"]["updated"]) == (0, ROWS)
    assert all(
        new == old for old, new in zip(told, rows(folder / "results.csv"), strict=True) if is_done(old)
    )


def is_done(row: dict[str, str]) -> bool:
    return row["_status"] == "updated"


def test_where_no_file_can_be_written_at_all_the_journal_still_has_it(
    run: Run,
    fills: tuple[str, ...],
    disk: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (disk / "temp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(disk / "temp"))
    folder = disk / "run"
    result = run("apply", "sheet.csv", *fills, "--run-dir", str(folder))
    assert (result.exit, "[J101]" in result.out, "Traceback" in result.err) == (5, True, False)
    assert not list(disk.rglob("*.csv")) and "batch-update report" in result.out
    make_room(disk)
    assert run("report", str(folder)).exit == 0
    assert len(statuses(folder / "results.csv")) == ROWS
    assert run("resume", str(folder), *fills).exit == 0


# ---------------------------------------------------------------- where nothing can be mounted

BOUNDED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
from batch_update.cli import main
sys.argv = ["batch-update", *sys.argv[1:]]
main()
"""


def test_a_file_that_may_not_grow_ends_the_run_before_anything_is_sent(tmp_path: Path) -> None:
    """The operating system refuses to write more than so much into one file: an error as of a full disk."""
    sheet = "id,name\n" + "".join(f"{10001 + row},{'x' * 200}{row}\n" for row in range(60))
    (tmp_path / "sheet.csv").write_text(sheet, "utf-8")
    # What the sandbox holds is there already and does not grow any more.
    make_app(tmp_path / "state.db", limits=()).close()
    flags = (*SEND, "--sandbox-state", "state.db", "--run-dir", "run")
    done = run_apart(BOUNDED, "apply", "sheet.csv", *flags, folder=tmp_path)
    assert (done.returncode, "J101" in done.stderr, "Traceback" in done.stderr) == (5, True, False)
