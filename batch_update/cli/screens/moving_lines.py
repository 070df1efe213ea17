"""Lines at the bottom of a terminal that are drawn anew: what is said meanwhile stands above them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import ceil

from batch_update.cli.screens.terminal import drawing_on
from batch_update.cli.screens.wrapping import columns, wrap
from batch_update.text import cells, cut

NARROWEST = 20
"""Cells of a line, also on a narrower terminal."""


class MovingLines:
    """A few lines on stderr, a terminal, that can be taken away and drawn again."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(
            file=drawing_on(sys.stderr), stderr=True, highlight=False, markup=False, emoji=False
        )
        self._drawn: list[str] = []

    @property
    def room(self) -> int:
        """Return the cells of a line: in the last one some terminals begin a new line, and before it is room for ^C."""
        return max(columns(sys.stderr), NARROWEST) - 3

    def draw(self, lines: Sequence[str]) -> None:
        """Show these lines in place of those that are there."""
        room = self.room
        with self._console:
            self._erase()
            self._drawn = [cut(line, room) for line in lines]
            self._console.out("\n".join(self._drawn), end="")

    def above(self, line: str, color: str) -> None:
        """Say something where it stays; the lines are gone until they are drawn again."""
        with self._console:
            self._erase()
            self._console.out(wrap(line, max(columns(sys.stderr), NARROWEST)), style=color)

    def clear(self) -> None:
        """Take the lines away."""
        with self._console:
            self._erase()

    def _erase(self) -> None:
        """Take the lines away, also where a terminal that became narrower broke them over several."""
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
