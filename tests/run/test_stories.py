"""A story with its means handed in: its clock, its signals, an application in place of a server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.api.keys import ApiKey
from batch_update.errors import Interrupted, KeyMissing, RunStopped, UsageError
from batch_update.journal.reading import read_run
from batch_update.model.plans import Change, Outcome, Status, Verified
from batch_update.run.applying import begin_apply
from batch_update.run.resuming import begin_resume
from batch_update.run.steps.means import Means
from batch_update.run.steps.session import Ended
from batch_update.run.watching import Watcher
from batch_update.sandbox.app import make_app
from batch_update.settings.tunables import SANDBOX_KEY, Settings
from tests.clocks import FakeTime

SHEET = "id,speech_speed\n" + "".join(f"{10001 + n},0.75\n" for n in range(6))


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An account in this process, in a folder with a sheet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "sheet.csv").write_text(SHEET, "utf-8")
    with make_app(None, limits=()) as app:
        yield app


def means_of(app: Any, time: FakeTime | None = None, **more: Any) -> Means:
    return Means(key=ApiKey(SANDBOX_KEY), app=app, clock=(time or FakeTime()).clock, **more)


def applied(means: Means, **given: Any) -> Ended:
    return anyio.run(begin_apply("sheet.csv", Settings(rate=(), yes=True, **given), means))


class Failing:
    """Passes on to an application, until so many updates have been made; then a path is answered with a 503."""

    def __init__(self, app: Any, path: str, after: int) -> None:
        self._app = app
        self._path = path
        self._left = after

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._left -= scope["method"] == "PUT"
        if self._left < 0 or (self._left == 0 and self._path in scope["path"]):
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await self._app(scope, receive, send)


def test_a_run_pauses_by_the_clock_that_it_is_given(app: Any) -> None:
    time = FakeTime()
    ended = applied(means_of(app, time), waves=("2", "rest"), pause=900.0, run_dir=Path("it"))
    assert ended.report.counts() == {Status.UPDATED: 6} and 900.0 in time.pauses
    assert ended.report.started == time.clock.wall()


def test_where_it_cannot_be_read_back_the_rows_are_updated_and_resume_reads_them(app: Any) -> None:
    ended = applied(means_of(Failing(app, "/get", 6)), run_dir=Path("it"), max_outage=0.0, max_attempts=1)
    assert {(o.status, o.verified) for o in ended.report.outcomes} == {(Status.UPDATED, Verified.NOT_READ)}
    assert any(event.kind == "verify" for event in ended.report.events)
    settings = Settings(rate=(), yes=True)
    again = anyio.run(begin_resume(Path("it"), settings, means_of(app))).report
    assert {(o.status, o.verified) for o in again.outcomes} == {(Status.UPDATED, Verified.VERIFIED)}
    assert (again.folder, len(read_run(Path("it")).sessions)) == (Path("it"), 2)


def test_where_it_cannot_be_told_what_is_there_nothing_is_sent_and_the_error_says_so(app: Any) -> None:
    with pytest.raises(RunStopped, match="nothing was sent by this command"):
        applied(means_of(Failing(app, "/get", 0)), max_outage=0.0, max_attempts=1)
    assert not Path("runs").exists() and not any(seen.method == "PUT" for seen in app.requests_seen())


class Signals:
    """A stream of signals that a test fills."""

    def __init__(self) -> None:
        self._comes = anyio.Event()

    def send(self) -> None:
        self._comes.set()

    @contextmanager
    def open(self) -> Iterator[AsyncIterator[int]]:
        self._comes = anyio.Event()
        yield self._stream()

    async def _stream(self) -> AsyncIterator[int]:
        await self._comes.wait()
        yield 15
        await anyio.sleep_forever()


class After(Watcher):
    """Does something once so many changes are done."""

    def __init__(self, done: int, do: Callable[[], None]) -> None:
        self._left = done
        self._do = do

    def outcome(self, change: Change, outcome: Outcome) -> None:
        self._left -= 1
        if self._left == 0:
            self._do()


def test_a_signal_out_of_the_stream_ends_sending_and_every_row_is_written(app: Any) -> None:
    signals = Signals()
    means = means_of(app, watcher=After(2, signals.send), interrupts=signals.open)
    ended = applied(means, concurrency=1, run_dir=Path("it"))
    assert isinstance(ended.report.stopped, Interrupted) and ended.report.files is not None
    counts = ended.report.counts()
    assert sum(counts.values()) == 6 and counts[Status.UPDATED] >= 2 and counts[Status.NOT_SENT] >= 1
    again = anyio.run(begin_resume(Path("it"), Settings(rate=(), yes=True), means_of(app)))
    assert again.report.counts() == {Status.UPDATED: 6}


def test_a_story_that_is_cancelled_can_be_gone_on_with(app: Any) -> None:
    """Whoever awaits it may lose patience: what was under way is in doubt then, and resume clears it up."""
    settings = Settings(rate=(), yes=True, concurrency=1, run_dir=Path("it"))

    async def main() -> bool:
        with anyio.CancelScope() as scope:
            await begin_apply("sheet.csv", settings, means_of(app, watcher=After(2, scope.cancel)))()
        return scope.cancelled_caught

    assert anyio.run(main) and not read_run(Path("it")).complete
    again = anyio.run(begin_resume(Path("it"), Settings(rate=(), yes=True), means_of(app)))
    assert again.report.counts() == {Status.UPDATED: 6}


def test_a_folder_that_cannot_take_the_results_does_not_lose_them(app: Any, tmp_path: Path) -> None:
    told: list[str] = []

    class Told(Watcher):
        def unwritable(self, words: str) -> None:
            told.append(words)

        def outcome(self, change: Change, outcome: Outcome) -> None:
            (tmp_path / "it" / "results.csv").mkdir(exist_ok=True)

    ended = applied(means_of(app, watcher=Told()), run_dir=Path("it"))
    assert ended.report.files is not None and ended.report.folder == Path("it")
    assert ended.report.files.results.is_file() and ended.report.files.results.parent != Path("it")
    assert any("cannot be written" in words for words in told)


def test_nor_does_a_watcher_that_breaks_when_it_is_told_so(app: Any, tmp_path: Path) -> None:
    class Broken(Watcher):
        def unwritable(self, words: str) -> None:
            raise RuntimeError("closed")

        def outcome(self, change: Change, outcome: Outcome) -> None:
            (tmp_path / "it" / "results.csv").mkdir(exist_ok=True)

    ended = applied(means_of(app, watcher=Broken()), run_dir=Path("it"))
    assert ended.report.files is not None and ended.report.files.results.is_file()


def test_a_yes_and_a_key_are_needed_in_this_order_and_nothing_is_left_behind(app: Any) -> None:
    with pytest.raises(UsageError, match="nobody can be asked"):
        anyio.run(begin_apply("sheet.csv", Settings(rate=()), means_of(app)))
    with pytest.raises(KeyMissing):
        begin_apply("sheet.csv", Settings(yes=True), Means(environ={}))
    assert not Path("runs").exists()
