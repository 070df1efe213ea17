"""Somebody at a terminal of the program in this process, who types on a real one once a question stands there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, TextIO

import pytest


class Seat:
    """Whoever sits there answers every question with the same words, and remembers the questions."""

    def __init__(self, ours: int) -> None:
        self.asked: list[str] = []
        self.words = ""
        self.on_question: Callable[[], None] = lambda: None
        self._ours = ours

    def shown(self, text: str) -> None:
        if "[y/N]" in text:
            self.asked.append(text.partition(" [y/N]")[0])
            self.on_question()
            os.write(self._ours, self.words.encode() or b"\x04")


class Screen:
    """What the program writes on stderr, which is a terminal, as it says."""

    def __init__(self, stream: TextIO, seat: Seat) -> None:
        self.stream = stream
        self._seat = seat

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        written = self.stream.write(text)
        self._seat.shown(text)
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


AtTerminal = Callable[[str], Seat]


@pytest.fixture
def at_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[AtTerminal]:
    """`at_terminal("y")`: from here on somebody is there who answers with these words; "" for the end of input."""
    pytest.importorskip("pty", reason="only Unix has pseudo terminals")
    ours, theirs = os.openpty()
    monkeypatch.setenv("NO_COLOR", "1")
    with os.fdopen(theirs, encoding="utf-8") as stdin:

        def sit(words: str) -> Seat:
            seat = Seat(ours)
            seat.words = words and f"{words}\n"
            monkeypatch.setattr(sys, "stdin", stdin)
            stderr = sys.stderr.stream if isinstance(sys.stderr, Screen) else sys.stderr
            monkeypatch.setattr(sys, "stderr", Screen(stderr, seat))
            return seat

        yield sit
        os.close(ours)
