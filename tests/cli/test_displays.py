"""How far a run is: told in any width, in any encoding, and never in more lines than somebody reads."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest

from batch_update.cli.screens.bar import Bar, can_draw
from batch_update.cli.screens.displays import MOST_TOLD, Display, Log
from batch_update.cli.screens.progress_line import BLOCKS, PLAIN, progress_line, signs_for
from batch_update.model.plans import Change, Outcome, Status
from batch_update.model.reports import Event, Window
from batch_update.send.progress import Progress, Stage
from batch_update.text import cells, cut
from tests.clocks import FakeTime

HALF = Progress(71, 118, {Status.UPDATED: 70, Status.FAILED: 1}, 1.7, 28.0, Window(100, 60))
WAITING = Progress(71, 118, {Status.UPDATED: 71}, 1.7, 65.0, Window(100, 60), waiting=23.2)
FAILED = Outcome(Status.FAILED, "A422", "refused (422)")


def log() -> tuple[Log, list[str], FakeTime]:
    lines: list[str] = []
    time = FakeTime()
    return Log(clock=time.clock.monotonic, tell=lines.append), lines, time


def test_all_of_it_where_there_is_room() -> None:
    line = progress_line(HALF, label="Applying", room=200, signs=PLAIN)
    bar = "#" * 16 + "." * 12
    assert line == f"Applying  {bar}  71/118  1.7/s (limit 100/60s)  ok 70  failed 1  0:28 left"
    assert "71/118  waiting 0:23  ok 71  1:05 left" in progress_line(WAITING, label="", room=80)


def test_on_80_columns_nothing_is_missing_and_on_fewer_what_matters_least() -> None:
    for room, words in (
        (79, "Applying ##. 71/118 1.7/s (limit 100/60s) ok 70 failed 1 0:28 left"),
        (60, "Applying ##. 71/118 1.7/s ok 70 failed 1 0:28 left"),
        (39, "71/118 1.7/s failed 1 0:28 left"),
        (30, "71/118 failed 1 0:28 left"),
        (8, "71/118"),
    ):
        line = progress_line(HALF, label="Applying", room=room, signs=PLAIN)
        assert len(line) <= room
        assert [word for word in line.split() if word[0] not in "#."] == words.replace("##. ", "").split()
        assert ("#" in line) == ("#" in words)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1", "cp850", "utf-8", "cp437"])
def test_a_bar_is_made_of_signs_that_the_stream_can_show(encoding: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    signs = signs_for(stream)
    stream.write(progress_line(HALF, label="Applying", room=79, signs=signs))
    assert signs == (BLOCKS if encoding in {"utf-8", "cp850", "cp437"} else PLAIN)


def test_no_bar_where_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not can_draw({"TERM": "xterm"})
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert can_draw({"TERM": "xterm"}) and can_draw({})
    assert not can_draw({"TERM": "dumb"}) and not can_draw({"TERM": "xterm", "CI": "true"})


def test_a_log_tells_the_start_each_tenth_the_end_and_how_it_goes_on_meanwhile() -> None:
    display, lines, time = log()
    for done in range(101):
        display.progress(Progress(done, 100, {Status.UPDATED: done}, 1.0, 100.0 - done))
    assert [line.split()[0] for line in lines] == [f"{n}/100" for n in range(0, 101, 10)]
    lines.clear()
    display.progress(Progress(5, 100, {}, 1.0, 50.0, waiting=45.0))
    for _ in range(80):
        time.skipped += 0.5
        display.tick()
    assert lines == ["5/100  waiting 0:15  0:20 left"]


def test_of_many_failures_the_first_have_a_line_and_then_the_latest_now_and_then() -> None:
    display, lines, _ = log()
    display.numbers = range(2, 20_002)
    for number in range(20_000):
        display.outcome(Change(number + 1, {}, (number,)), FAILED)
        if number % 1000 == 999:
            display.progress(Progress(number + 1, 20_000, {Status.FAILED: number + 1}, 1.0, 9.0))
    assert len(lines) == MOST_TOLD + 1 + 2 * 11
    assert lines[0] == "  failed A422 row 2, assistant 1: refused (422)"
    assert "counted" in lines[MOST_TOLD] and lines[-1].startswith(
        "  the latest failure: failed A422 row 20001"
    )


def test_of_many_events_of_a_kind_the_first_are_told() -> None:
    display, lines, _ = log()
    for number in range(1000):
        display.event(Event("gate", f"pause {number}"))
    display.event(Event("wave", "wave 1 of 3"))
    assert len(lines) == MOST_TOLD + 2 and lines[-1] == "  wave 1 of 3" and "run.json" in lines[-2]


def test_with_quiet_nothing_is_shown_and_reading_back_is_told_with_its_time() -> None:
    Display().progress(HALF)
    display, lines, _ = log()
    display.progress(HALF)
    display.stage(Stage.VERIFYING)
    assert lines[-1] == "Reading back what was sent ... about 28 s"


def test_wide_letters_are_measured_by_the_cells_that_they_take() -> None:
    assert [cells(text) for text in ("abc", "東京", "e\u0301", "👍", "Größe")] == [3, 4, 1, 2, 5]
    assert cut("東京都港区芝公園", 11) == "東京都 ..." and cut("abc", 3) == "abc"


def drawn(act: Callable[[Bar], None], *, size: tuple[int, int] = (80, 24)) -> str:
    """What a bar wrote on a real terminal."""
    pty = pytest.importorskip("pty", reason="only Unix has pseudo terminals")
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    ours, theirs = pty.openpty()
    fcntl.ioctl(
        theirs,
        termios.TIOCSWINSZ,
        size[1].to_bytes(2, sys.byteorder) + size[0].to_bytes(2, sys.byteorder) + b"\0" * 4,
    )
    before, sys.stderr = sys.stderr, os.fdopen(theirs, "w", encoding="utf-8")
    try:
        with Bar() as bar:
            act(bar)
        sys.stderr.flush()
    finally:
        sys.stderr.close()
        sys.stderr = before
    shown = b""
    with suppress(OSError):
        while piece := os.read(ours, 4096):
            shown += piece
    os.close(ours)
    return shown.decode()


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_bar_is_one_line_of_any_terminal_and_leaves_nothing_behind(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)

    def act(bar: Bar) -> None:
        bar.numbers = range(2, 100)
        bar.progress(HALF)
        bar.outcome(Change(10_001, {}, (0,)), Outcome(Status.FAILED, "A422", "東京 " * 40))
        bar.stage(Stage.VERIFYING)

    shown = drawn(act, size=(columns, 24))
    lines = (
        shown.replace("\x1b[2K", "")
        .replace("\x1b[31m", "")
        .replace("\x1b[0m", "")
        .replace("\r", "\n")
        .split("\n")
    )
    assert all(cells(line) < columns + 1 for line in lines)
    assert shown.endswith("\r\x1b[2K") and ("Reading back" in shown or columns == 40)
