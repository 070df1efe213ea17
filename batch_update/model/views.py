"""Nouns as Python sees them: one line wherever an object is shown, a DataFrame, and a table in notebooks.

Frames and tables are made further up, where values become text. No noun looks up there: the front door hands in who
makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol


class Viewer(Protocol):
    """Makes of a noun what Python users see."""

    def frame_of(self, noun: Any) -> Any:
        """Return the noun as a pandas DataFrame."""

    def html_of(self, noun: Any) -> str:
        """Return the noun as a table for notebooks."""


class Viewed:
    """A noun that can be seen as a DataFrame, and that notebooks show as a table."""

    __slots__ = ()
    viewer: ClassVar[staticmethod[[], Viewer]]
    """loads who makes frames and tables; handed in by the front door"""

    def _repr_html_(self) -> str:
        return self.viewer().html_of(self)


def sizes(counts: Mapping[str, int]) -> str:
    """`4 rows, 1 problem`; what there is none of is left out."""
    from batch_update.text import counted  # the front door loads this module, and nothing that costs time

    return ", ".join(counted(n, noun) for noun, n in counts.items() if n) or "empty"


def amounts(counts: Mapping[Any, int]) -> str:
    """`117 updated, 1 failed`; what there is none of is left out."""
    return ", ".join(f"{n:,} {word.replace('_', ' ')}" for word, n in counts.items() if n) or "no rows"
