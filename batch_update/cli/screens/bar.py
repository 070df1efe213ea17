"""A bar at the bottom of a terminal, which moves: failures and events stand above it, and it fits any width."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Self

from batch_update.cli.screens.displays import LABELS, Display, Teller, later
from batch_update.cli.screens.moving_lines import MovingLines
from batch_update.cli.screens.progress_line import progress_line, signs_for
from batch_update.model.plans import Change, Outcome
from batch_update.model.reports import Event
from batch_update.send.progress import Progress, Stage

STOPPING = "Stopping"


def can_draw(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether stderr is a terminal whose cursor can be moved, and somebody may be watching it."""
    return sys.stderr.isatty() and environ.get("TERM") not in {"dumb", "unknown"} and not environ.get("CI")


class Bar(Display):
    """One line that moves, with failures and events above it, and the latest failure below it once they are many."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._lines = MovingLines()
        self._clock = clock
        self._teller = Teller(lambda line: self._above(line, "red"), lambda line: self._above(line, "yellow"))
        self._signs = signs_for(sys.stderr)
        self._seen: Progress | None = None
        self._seen_at = 0.0
        self._label = LABELS[Stage.SENDING]
        self._is_on = False
        self._is_ending = False

    def __enter__(self) -> Self:
        self._is_on = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.clear()
        self._is_on = False

    def stage(self, stage: Stage) -> None:
        self._label = STOPPING if self._is_ending else LABELS.get(stage, self._label)
        self._draw()

    def progress(self, progress: Progress) -> None:
        self._seen, self._seen_at = progress, self._clock()
        self._draw()

    def tick(self) -> None:
        self._draw()

    def event(self, event: Event) -> None:
        self._teller.event(event)
        if event.kind == "stop" and self._seen is not None:
            self._label, self._is_ending = STOPPING, True
            self._draw()

    def outcome(self, change: Change, outcome: Outcome) -> None:
        self._teller.failure(change, outcome, self.numbers)

    # ------------------------------------------------------------ drawn

    def _above(self, line: str, color: str) -> None:
        self._lines.above(line, color)
        self._draw()

    def _draw(self) -> None:
        if not self._is_on or self._seen is None:
            return
        seen = later(self._seen, self._clock() - self._seen_at)
        if self._is_ending:
            seen = replace(seen, eta=None)  # it will not come to its end
        lines = [progress_line(seen, label=self._label, room=self._lines.room, signs=self._signs)]
        if self._teller.latest:
            lines.append(f"  {self._teller.latest}")
        self._lines.draw(lines)
