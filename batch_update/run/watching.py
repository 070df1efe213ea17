"""Who watches a run: told what it does and what it meets, and asked before it does what needs a yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from batch_update.journal.recorded import RunFacts
from batch_update.model.plans import Change, Outcome, Plan, Tripped
from batch_update.model.reports import Event, Report
from batch_update.model.sheets import Sheet
from batch_update.report.documents.envelope import Purpose
from batch_update.send.progress import Progress, Stage
from batch_update.settings.tunables import Settings


@dataclass(frozen=True, slots=True)
class Prospect:
    """All that a run is about to do, and needs a yes for."""

    command: str
    """apply, resume or undo"""
    plan: Plan
    """as it was held against what is there; what is in its changes would be sent"""
    pages: int
    """requests that knowing what is there took"""
    settings: Settings
    """as they count: with the server or sandbox that the plan was made for"""
    allow: tuple[str, ...]
    """the hazards that are allowed already"""
    tripped: tuple[Tripped, ...]
    """the guards that forbid it; a yes lets hazards through, and no limit"""
    is_asked: bool
    """whether `may_send` will be asked"""


class Watcher:
    """Told how a run goes, and asked whether it may go on. This one does nothing, and its answer is no.

    What it is told comes from the run's own thread, between two requests: it should return soon. Raising from
    `progress`, `outcome` or `event` stops these three from being told, and nothing else.
    """

    @property
    def can_answer(self) -> bool:
        """Whether there is somebody to ask: without, a run that needs a yes ends before anything is sent."""
        return False

    # ------------------------------------------------------------ told

    def stage(self, stage: Stage, what: str = "") -> None:
        """The run begins to do this; `what` is the sheet, the server or the folder that it is about."""

    def warning(self, words: str) -> None:
        """Something about the key or the address is odd, and can be lived with."""

    def waiting(self, words: str) -> None:
        """Another run works on the account, and the setting wait has this one wait for it."""

    def proxied(self, server: str, proxy: str) -> None:
        """The server is reached through this proxy."""

    def sheet_read(self, sheet: Sheet) -> None:
        """A sheet was read, and this is what it holds."""

    def problems(self, plan: Plan, settings: Settings) -> None:
        """The problems of the plan's sheet, now that all of them are known; there may be none."""

    def left(self, folder: Path, *, changes: int, landed: int, doubtful: int) -> None:
        """A run goes on: so many changes are left, so many turned out to be done, so many may have been sent."""

    def planned(self, prospect: Prospect) -> None:
        """This would be sent now."""

    def progress(self, progress: Progress) -> None:
        """How far sending is."""

    def outcome(self, change: Change, outcome: Outcome) -> None:
        """A change came to its end."""

    def event(self, event: Event) -> None:
        """Something happened to the run as a whole."""

    def unwritable(self, words: str) -> None:
        """The results could not be written where they belong; where they are instead, if anywhere."""

    # ------------------------------------------------------------ asked

    def following(self, report: Report, facts: RunFacts) -> Mapping[Purpose, str]:
        """The commands that make sense after this run, by what they are for: its page shows them."""
        return {}

    def spelled(self, report: Report, facts: RunFacts) -> Report:
        """The report as its files tell it: whoever has commands of its own spells those in remedies."""
        return report

    def may_send(self, prospect: Prospect) -> bool:
        """Whether all of this may be sent, the hazards that tripped included."""
        return False

    async def may_go_on(self, question: str) -> bool:
        """Whether the next wave may be sent."""
        return False
