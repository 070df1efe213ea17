"""A bar at the bottom of a terminal, which moves: failures and events stand above it, and it fits any width."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import ceil
from types import TracebackType
from typing import Self

from batch_update.cli.screens.displays import LABELS, Display, Teller, later
from batch_update.cli.screens.progress_line import progress_line, signs_for
from batch_update.cli.screens.terminal import drawing_on
from batch_update.cli.screens.wrapping import columns, wrap
from batch_update.model.plans import Change, Outcome
from batch_update.model.reports import Event
from batch_update.send.progress import Progress, Stage
from batch_update.text import cells, cut

STOPPING = "Stopping"
NARROWEST = 20
"""Cells of a bar, also on a narrower terminal."""


def can_draw(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether stderr is a terminal whose cursor can be moved, and somebody may be watching it."""
    return sys.stderr.isatty() and environ.get("TERM") not in {"dumb", "unknown"} and not environ.get("CI")


class Bar(Display):
    """One line that moves, with failures and events above it, and the latest failure below it once they are many."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        from rich.console import Console

        self._console = Console(
            file=drawing_on(sys.stderr), stderr=True, highlight=False, markup=False, emoji=False
        )
        self._clock = clock
        self._teller = Teller(lambda line: self._above(line, "red"), lambda line: self._above(line, "yellow"))
        self._signs = signs_for(sys.stderr)
        self._seen: Progress | None = None
        self._seen_at = 0.0
        self._label = LABELS[Stage.SENDING]
        self._is_on = False
        self._is_ending = False
        self._drawn: list[str] = []

    def __enter__(self) -> Self:
        self._is_on = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._console:
            self._erase()
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
        with self._console:
            self._erase()
            self._console.out(wrap(line, max(columns(sys.stderr), NARROWEST)), style=color)
        self._draw()

    def _draw(self) -> None:
        if not self._is_on or self._seen is None:
            return
        room = self._room()
        seen = later(self._seen, self._clock() - self._seen_at)
        if self._is_ending:
            seen = replace(seen, eta=None)  # it will not come to its end
        lines = [progress_line(seen, label=self._label, room=room, signs=self._signs)]
        if self._teller.latest:
            lines.append(f"  {self._teller.latest}")
        with self._console:
            self._erase()
            self._drawn = [cut(line, room) for line in lines]
            self._console.out("\n".join(self._drawn), end="")

    def _erase(self) -> None:
        """Take the bar away, also where a terminal that became narrower broke it over several lines."""
        from rich.control import Control
        from rich.segment import ControlType

        if not self._drawn:
            return
        width = max(columns(sys.stderr), 1)
        rows = sum(max(1, ceil(cells(line) / width)) for line in self._drawn)
        up = ((ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2))
        self._console.control(
            Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2), *(up * (rows - 1)))
        )
        self._drawn = []

    def _room(self) -> int:
        """Cells of the bar: in the last one some terminals begin a new line, and before it has to be room for ^C."""
        return max(columns(sys.stderr), NARROWEST) - 3
