"""Lines for a terminal: broken between words at its width, what goes on indented, and never inside a command."""

from __future__ import annotations

import os
import re
from math import ceil
from typing import TextIO

from batch_update.text import cells

NARROWEST = 40
"""Cells of a line, also on a narrower terminal."""
FARTHEST = 34
"""Characters from the left up to which what goes on is indented."""

_COLOR = re.compile(r"\033\[[0-9;]*m")
_EXCERPT = re.compile(r" *[0-9]* \|")
"""A line of an excerpt of a sheet, which is as wide as it has to be and is marked by the line below it."""
_COMMAND = re.compile(r"(?:: |^[A-Z][a-z ]{6} |^ {2,})(?=\S*batch-update [a-z])")
"""What stands before a command that can be pasted: it goes on to the end of the line, however long it is."""
_ATOM = re.compile(
    r"([^ `]*`[^`]*batch-update'? [^`]+`[^ ]*|batch-update [a-z]+(?: (?:list|show|prune|run|check|last)\b)?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} [^ ]+|\(?rows? [0-9][^ ]*)| +|[^ ]+"
)
"""What stays on one line: a command in backquotes, or the verb of one that is only named; a time with its zone; the
number of a row; a word."""
_PLACE = re.compile(r"(?:Report|Page|Book) {2,}")
"""What stands before a file that can be pasted, in whose path there may be blanks."""
_COLUMN = re.compile(r" *(?:= \w+: |\S.*? {2,}(?=\S))")
"""What stands left of a second column, or of what a help line says."""


def width(stream: TextIO) -> int:
    """Cells of a line on the terminal that the stream is, as far as text is fitted to it; 80 where it is none."""
    return max(columns(stream), NARROWEST)


def columns(stream: TextIO) -> int:
    """Cells of a line on the terminal that the stream is now; 80 where it is none. COLUMNS wins."""
    return _measured(stream, "COLUMNS", 0) or 80


def height(stream: TextIO) -> int:
    """Lines of the terminal that the stream is now; 24 where it is none. LINES wins."""
    return _measured(stream, "LINES", 1) or 24


def _measured(stream: TextIO, name: str, side: int) -> int:
    said = os.environ.get(name, "")
    try:
        return int(said) if said.isdecimal() else os.get_terminal_size(stream.fileno())[side]
    except (OSError, ValueError):
        return 0


def rows_of(text: str, most: int) -> int:
    """Return how many rows of a terminal a text takes once it is wrapped: a command goes on in the next one."""
    return sum(max(1, ceil(_length(line) / most)) for line in wrap(text, most).split("\n"))


def wrap(text: str, most: int) -> str:
    """Return the text with each line at most so long, where it has a blank to be broken at."""
    return "\n".join(part for line in text.split("\n") for part in _wrapped(line, most))


def _wrapped(line: str, most: int) -> list[str]:
    if _length(line) <= most or _EXCERPT.match(line) or _PLACE.match(line) or _COMMAND.search(line):
        return [line]
    indent = " " * _hanging(line, most)
    lines, here = [], ""
    for piece in (match[0] for match in _ATOM.finditer(line)):
        if here.strip() and _length(here) + _length(piece) > most and piece.strip():
            lines.append(here.rstrip())
            here = indent
        if piece.strip() or here.strip() or not lines:
            here += piece
    return [*lines, here.rstrip()]


def _hanging(line: str, most: int) -> int:
    """How far what goes on is indented: to the second column where there is one, else four beyond the beginning."""
    plain = _COLOR.sub("", line)
    column = _COLUMN.match(plain)
    if column and column.end() <= min(FARTHEST, most // 2):
        return column.end()
    return len(plain) - len(plain.lstrip(" ")) + 4


def _length(text: str) -> int:
    """Cells that are seen."""
    return cells(_COLOR.sub("", text) if "\033" in text else text)
