"""The brake of a run: it ends where more went wrong than its settings allow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from batch_update.account.fetching import Lister
from batch_update.errors import RunStopped
from batch_update.model.plans import Change, Outcome, Status
from batch_update.model.reports import Reply, Report, Share
from batch_update.model.sheets import Body
from batch_update.outcomes import as_wanted
from batch_update.send.dispatch import Sender
from batch_update.send.progress import Stage
from batch_update.text import counted


def tell_nobody(stage: Stage) -> None:
    """Nobody wants to know what the run does now."""


@dataclass(frozen=True, slots=True)
class Caution:
    """How carefully a plan is sent."""

    waves: tuple[Share, ...] = ()
    """shares of the changes, one after another, and then the rest; none: all at once"""
    max_failures: Share | None = None
    """stop when so many changes failed, are unknown or read back differently: of a wave, or of all"""
    reader: Lister | None = None
    """reads each wave back; None: nothing is read back between waves"""
    again: float = 5.0
    """seconds after which what does not read back as sent is read once more; 0 for never"""
    pause: float = 0.0
    """seconds before each further wave"""
    waves_before: int = 0
    """of earlier sessions of the run: counting goes on from there"""
    ask: Callable[[str], Awaitable[bool]] | None = None
    """asks before each further wave; no ends the run"""
    tell: Callable[[Stage], None] = tell_nobody
    """told when a wave is over, and when the next one begins"""


def check_failures(
    report: Report, max_failures: Share | None, sent: Sequence[Change] | None = None
) -> Report:
    """Return the report of a run that was read back as a whole, stopped where too much of it went wrong.

    `sent`: the changes that count, where an earlier session of the run sent others.
    """
    changes = report.plan.changes if sent is None else sent
    brake = Brake(max_failures, len(changes))
    brake.begin(len(changes))
    brake.recount([report.outcomes[change.indexes[0]] for change in changes])
    return report if report.stopped else replace(report, stopped=brake.stop())


class Brake:
    """Counts what went wrong, in this wave and in all, against the limit."""

    def __init__(self, limit: Share | None, total: int) -> None:
        self._limit = limit
        self._total = total
        self._size = total
        self._before = 0
        self._wave = 0

    def begin(self, size: int) -> None:
        """A wave of so many changes begins."""
        self._before += self._wave
        self._size, self._wave = size, 0

    def add(self) -> None:
        self._wave += 1

    def recount(self, outcomes: Iterable[Outcome]) -> None:
        """Count anew what went wrong in this wave, now that it was read back: an outcome for each change."""
        self._wave = sum(map(_went_wrong, outcomes))

    def stop(self) -> RunStopped | None:
        """Return why the run has to stop; None where it may go on."""
        if self._limit is None:
            return None
        for count, of in ((self._wave, self._size), (self._before + self._wave, self._total)):
            if count >= self._limit.of(of):
                return RunStopped(
                    f"{count} of {counted(of, 'change')} went wrong, and the setting max_failures is {self._limit}",
                    code="R108",
                )
        return None


def _went_wrong(outcome: Outcome) -> bool:
    return outcome.status in {Status.FAILED, Status.UNKNOWN, Status.UPDATED} and not as_wanted(outcome)


class BrakedSender:
    """A client whose replies end the run once too many went wrong."""

    def __init__(self, client: Sender, brake: Brake) -> None:
        self._client = client
        self._brake = brake

    async def update(
        self, assistant_id: int, body: Body, *, before_send: Callable[[int], Awaitable[None]] | None = None
    ) -> Reply:
        reply = await self._client.update(assistant_id, body, before_send=before_send)
        if reply.status not in {Status.FAILED, Status.UNKNOWN}:
            return reply
        self._brake.add()
        return replace(reply, stop=reply.stop or self._brake.stop())

    def stop_sending(self) -> None:
        self._client.stop_sending()
