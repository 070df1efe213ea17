"""The changes that the runs of a folder made, field by field: when, by which run, from what to what, undone or not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from batch_update.journal.across.glancing import Glimpse, RunHead
from batch_update.journal.across.in_fleets import fleet_of, name_of_run
from batch_update.journal.recorded import Occasion
from batch_update.journal.replaying import SentChange
from batch_update.model.plans import UNKNOWN
from batch_update.model.sheets import Json
from batch_update.report.changed import Became, FieldChange, changes_of
from batch_update.settings.tunables import SANDBOX_URL

MADE = frozenset({Became.APPLIED, Became.PERHAPS, Became.RESET})
"""The ends of a change that was made, or may have been."""


@dataclass(frozen=True, slots=True)
class PastChange:
    """A field of an assistant that a run changed, or may have changed."""

    at: datetime
    """UTC, when it was sent first"""
    head: RunHead
    """of the run"""
    occasion: Occasion
    """of the session that sent it: of a run that was resumed, with the run's note where the session has none"""
    what: FieldChange
    undone_by: str = ""
    """the run that took it back: what it is called"""
    left: Json = field(default=UNKNOWN, repr=False)
    """what was sent, secrets too: to be compared, and never shown"""

    @property
    def run(self) -> str:
        """Return what the run is called."""
        return name_of_run(self.head.folder)

    @property
    def is_sandbox(self) -> bool:
        """Whether the built-in imitation of the API was changed, and no server."""
        return self.head.server == SANDBOX_URL


@dataclass(frozen=True, slots=True)
class Selection:
    """Which changes are told: those of some fields, from one moment on and before another. By default all."""

    fields: Collection[str] = ()
    since: datetime | None = None
    before: datetime | None = None

    def holds(self, one: PastChange) -> bool:
        """Whether a change is among those that are told."""
        is_late_enough = self.since is None or one.at >= self.since
        is_early_enough = self.before is None or one.at < self.before
        return is_late_enough and is_early_enough and (not self.fields or one.what.field in self.fields)


def past_changes(last_first: Iterable[Glimpse], selection: Selection = Selection()) -> Iterator[PastChange]:
    """Yield what these runs changed. They come the last one first, so that an undo is known before what it took back.

    Of a run's changes the order is that of its sheet.
    """
    taken_back: dict[tuple[str, int, str], str] = {}
    for glimpse in last_first:
        head, run, parent = glimpse.head, name_of_run(glimpse.head.folder), _taken_back_by(glimpse.head)
        for one in _made_changes(glimpse):
            place = (one.what.assistant_id or 0, one.what.field)
            undone_by = taken_back.get((run, *place), "")
            # An undo that was itself taken back took nothing back in the end.
            if parent and not undone_by and one.what.became is Became.APPLIED:
                taken_back.setdefault((parent, *place), run)
            found = PastChange(one.at, head, one.occasion, one.what, undone_by, one.left)
            if selection.holds(found):
                yield found


def _taken_back_by(head: RunHead) -> str:
    """Return the name of the run that an undo takes back; "" for none. That of a fleet names the fleet alone."""
    is_of_fleet = head.parent and "/" not in head.parent and fleet_of(head.folder) is not None
    return f"{head.parent}/{head.folder.absolute().parent.name}" if is_of_fleet else head.parent


def _made_changes(glimpse: Glimpse) -> Iterator[PastChange]:
    for sent in glimpse.sent:
        at = sent.outcome.started or glimpse.head.created
        for what in changes_of(sent.change, sent.outcome, glimpse.numbers):
            if what.became in MADE:
                left = _value_left(sent, what)
                yield PastChange(at, glimpse.head, sent.occasion, what, left=left)


def _value_left(sent: SentChange, what: FieldChange) -> Json:
    """Return what the run left in the field, or may have left there."""
    values = sent.outcome.after_reset if what.became is Became.RESET else sent.change.body
    return values.get(what.field, UNKNOWN)
