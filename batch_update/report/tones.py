"""Text in pieces, each with the tone that it is told in: who shows it decides whether and how that is painted."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Tone(StrEnum):
    """The spirit in which something is told."""

    PLAIN = ""
    ERROR = "error"
    WARNING = "warning"
    GOOD = "good"


class Piece(NamedTuple):
    """A part of a text."""

    text: str
    tone: Tone = Tone.PLAIN


def plain(pieces: Iterable[Piece]) -> str:
    """Return the text of the pieces, for a reader who sees no colors."""
    return "".join(piece.text for piece in pieces)
