"""The command line as the watcher of a fleet: a block that moves, a line for each account that ends with trouble."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from batch_update.cli.screens.bar import can_draw
from batch_update.cli.screens.displays import LOG_SECONDS, LOG_SHARE, MOST_TOLD
from batch_update.cli.screens.fleet_block import block_lines, fleet_log_line
from batch_update.cli.screens.moving_lines import MovingLines
from batch_update.cli.screens.progress_line import signs_for
from batch_update.cli.screens.screen import ask_meanwhile, on_terminal, say
from batch_update.cli.spelling import as_flags
from batch_update.fleet.outlook.fleet_meter import FleetMeter
from batch_update.fleet.running.account_brake import failed
from batch_update.fleet.running.account_waves import AccountWave
from batch_update.fleet.running.fleet_watcher import FleetWatcher
from batch_update.model.fleets import FleetPlan, ShardEnd
from batch_update.report.fleet.account_states import FLEET_STOPPED
from batch_update.report.fleet.fleet_summary import counts_words
from batch_update.send.progress import Progress
from batch_update.text import counted, excerpt, printable

EVERY = 0.2
"""seconds between two drawings, so that showing a thousand accounts never slows sending"""
_RED, _YELLOW = "red", "yellow"


class FleetOnlooker(FleetWatcher):
    """Watches a fleet for people: a context manager, which leaves no block behind."""

    def __init__(self, *, is_silent: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._is_silent = is_silent
        self._clock = clock
        self._lines = MovingLines() if can_draw() and not is_silent else None
        self._signs = signs_for(sys.stderr)
        self._is_asking = False
        self._meter: FleetMeter | None = None
        self._drawn_at = self._told_at = float("-inf")
        self._told_over = 0
        self._told = 0
        self._words = 0

    @property
    def can_answer(self) -> bool:
        return on_terminal()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lines is not None:
            self._lines.clear()
        self._meter = None

    # ------------------------------------------------------------ told

    def fleet_begun(self, plan: FleetPlan, ends: Sequence[ShardEnd], waves: Sequence[AccountWave]) -> None:
        self._meter = FleetMeter(plan, ends, self._clock)
        self._show(at_once=True)

    def wave_begun(self, wave: AccountWave) -> None:
        if self._meter is not None:
            self._meter.wave_begun(wave)
            if not wave.is_whole:
                self._say(f"  {wave.name}: {counted(len(wave.accounts), 'account')}", "")

    def shard_begun(self, account: str) -> None:
        if self._meter is not None:
            self._meter.shard_begun(account)

    def rows_done(self, account: str, progress: Progress) -> None:
        if self._meter is not None:
            self._meter.rows_done(account, progress)
            self._show()

    def shard_ended(self, end: ShardEnd) -> None:
        if self._meter is None:
            return
        self._meter.shard_ended(end)
        if failed(end) and end.code != FLEET_STOPPED:  # of these it was told once
            self._told += 1
            if self._told <= MOST_TOLD:
                self._say(_failed_line(end), _RED)
            if self._told == MOST_TOLD:
                self._say("  from here on they are counted; the report has all of them", _RED)
        self._show()

    def worker_lost(self, account: str, times: int) -> None:
        self._say(f"  {account}: its worker was lost, for the {_nth(times)} time", _YELLOW)

    def fleet_told(self, words: str) -> None:
        self._words += 1
        if self._words <= MOST_TOLD:
            self._say(f"  {printable(words)}", _YELLOW)
        if self._words == MOST_TOLD:
            self._say("  from here on nothing of that kind is told", _YELLOW)

    def stopping(self, reason: Exception) -> None:
        self._say(
            f"  Stopping: {excerpt(as_flags(str(reason)), 200)}. Requests under way are finished.", _YELLOW
        )

    async def may_begin(self, wave: AccountWave) -> bool:
        if self._lines is not None:
            self._lines.clear()
        seen = self._meter.seen() if self._meter is not None else None
        so_far = f"{counted(seen.failed, 'account')} failed so far. " if seen is not None else ""
        self._is_asking = True  # what moves would be drawn over the question
        try:
            return await ask_meanwhile(
                f"{so_far}Go on with {wave.name}, {counted(len(wave.accounts), 'account')}?"
            )
        finally:
            self._is_asking = False

    def tick(self) -> None:
        """Some time went by: what is shown goes on though nothing happens."""
        self._show()

    # ------------------------------------------------------------ shown

    def _say(self, line: str, color: str) -> None:
        if self._is_silent:
            return
        if self._lines is None:
            say(line)
        else:
            self._lines.above(line, color)
            self._show(at_once=True)

    def _show(self, *, at_once: bool = False) -> None:
        if self._is_silent or self._is_asking or self._meter is None:
            return
        now = self._clock()
        if self._lines is None:
            self._log(now)
        elif at_once or now - self._drawn_at >= EVERY:
            self._drawn_at = now
            self._lines.draw(block_lines(self._meter.seen(), room=self._lines.room, signs=self._signs))

    def _log(self, now: float) -> None:
        if self._meter is None or now - self._drawn_at < EVERY:
            return
        self._drawn_at = now
        seen = self._meter.seen()
        is_far = seen.over - self._told_over >= max(1, seen.accounts * LOG_SHARE)
        is_end = seen.over == seen.accounts != self._told_over
        if now - self._told_at >= LOG_SECONDS or is_end or is_far:
            self._told_at, self._told_over = now, seen.over
            say(fleet_log_line(seen))


def _failed_line(end: ShardEnd) -> str:
    """`  krone: A401 the server refuses the key (401)`, or how its rows ended."""
    said = f"{end.code} {excerpt(as_flags(end.message), 160)}".strip() if end.code or end.message else ""
    return f"  {printable(end.account)}: {said or counts_words(end.counts)}"


def _nth(times: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(times, f"{times}th")
