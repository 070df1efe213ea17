"""The hands of a run of a job: a door lends them to see each turn of it through, and to tell what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, TypeVar

from batch_update.run.planning import Planned
from batch_update.run.steps.means import Means, Sequel
from batch_update.run.steps.session import Ended
from batch_update.settings.tunables import Settings

T = TypeVar("T")
Result: TypeAlias = "Ended | Planned | Exception"
"""What came of a turn: a run that came to an end, a plan that was made, or the error that ended it before."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of a run of a job: a sheet that is applied or planned, or a run that is gone on with."""

    job: str
    """its name"""
    verb: Literal["apply", "plan", "resume"]
    place: str
    """the sheet: a path, or "-" for stdin; of a resume the run's folder"""
    settings: Settings


class Hands(Protocol):
    """How a door sees the turns of a run through, and tells of them. It decides nothing."""

    def see(self, turn: Turn, begin: Callable[[Means], Sequel[T]]) -> T | Exception:
        """Begin a story with the means of the door, and see it to its end. An error is returned, and not raised."""
        ...

    def tell(self, turn: Turn, result: Result) -> None:
        """Tell what came of a turn."""
        ...
