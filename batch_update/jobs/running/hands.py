"""The hands of a run of a job: a door lends them to see each turn of it through, and to tell what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, TypeVar

from batch_update.jobs.record.job_run import JobRun
from batch_update.journal.recorded import RunFacts
from batch_update.model.reports import Report
from batch_update.report.documents.envelope import Purpose
from batch_update.run.planning import Planned
from batch_update.run.steps.means import Means, Sequel
from batch_update.run.steps.session import Ended
from batch_update.settings.tunables import Settings

T = TypeVar("T")
Result: TypeAlias = "Ended | Planned | Exception"
"""What came of a turn: a run that came to an end, a plan that was made, or the error that ended it before."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of a run of a job: a sheet is chosen, applied, planned, put away, or an earlier run is gone on with."""

    job: str
    """its name"""
    verb: Literal["choose", "apply", "plan", "archive", "resume"]
    place: str
    """the sheet: a path, or "-" for stdin; of a resume the run's folder"""
    settings: Settings


@dataclass(frozen=True, slots=True)
class Came:
    """A turn, and what came of it."""

    turn: Turn
    result: Result
    folder: Path | None = None
    """the run folder that it has; None for none"""
    notes: tuple[str, ...] = ()
    """what else is to be told, safe to show"""
    digest: str = ""
    """SHA-256 of the file that was taken, where that is not the sheet itself: a saved plan"""

    @property
    def is_run(self) -> bool:
        """Whether it was more than the choice of a sheet, or its way to the archive."""
        return self.turn.verb not in ("choose", "archive")


class Hands(Protocol):
    """How a door sees the turns of a run through, and tells of them. It decides nothing."""

    def see(self, turn: Turn, begin: Callable[[Means], Sequel[T]]) -> T | Exception:
        """Begin a story with the means of the door, and see it to its end. An error is returned, and not raised."""
        ...

    def tell(self, came: Came) -> None:
        """Tell what came of a turn."""
        ...

    def nothing(self, run: JobRun, settings: Settings) -> None:
        """Tell of a run that had nothing to do."""
        ...

    def warn(self, job: str, words: str) -> None:
        """Tell what went wrong beside a run, and does not change how it ended."""
        ...

    def following(self, came: Came) -> Mapping[Purpose, str]:
        """Return the commands that make sense after a turn, by what they are for, as this door spells them."""
        ...

    def spelled(self, report: Report, facts: RunFacts) -> Report:
        """Return the report with remedies that name commands as this door spells them."""
        ...

    def on_page(self, report: Report, facts: RunFacts) -> Mapping[Purpose, str]:
        """Return the commands that the files of a run show, by what they are for."""
        ...

    def resuming(self, folder: Path, settings: Settings) -> str:
        """Return the command that goes on with a run."""
        ...
