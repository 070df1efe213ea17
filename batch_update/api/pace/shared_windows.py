"""The rate windows as all processes of this machine share them: what is told in the ledger, and what is read there."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from batch_update.api.pace.ledger import UNANSWERED, Ledger
from batch_update.api.pace.windows import MARGIN, PATIENCE, Ticket, WindowLog
from batch_update.clock import Clock
from batch_update.model.reports import Event
from batch_update.text import how_long

GLANCE = 0.1
"""seconds between two looks into the ledger, where another process may make room at any time"""
TURN = 0.005
"""seconds after which to ask again, where another process looks into the ledger; never sooner, since its times are
rounded"""
MOST_REQUESTS = 20
"""requests that are written down ahead at most"""


class SharedWindows:
    """The windows of one pacer beside those of other processes with its key, whose requests count, too.

    A look into the ledger takes longer than all else in the pacer. While nobody else is seen there, one look writes
    down as many requests as the windows take within the next moment, `Ledger.ahead`, as if they went out at its end:
    those need no further look. What was not used of it is given back by the next look, which the pacer takes once
    nothing is under way and nobody waits. So others never see less than what is sent, and for a moment more.
    """

    def __init__(
        self,
        ledger: Ledger,
        logs: Sequence[WindowLog],
        flying: Collection[Ticket],
        *,
        on_event: Callable[[Event], None],
        clock: Clock,
    ) -> None:
        """`logs` and `flying` are the pacer's own, as they are at each moment."""
        self._ledger = ledger
        self._logs = logs
        self._flying = flying
        self._on_event = on_event
        self._clock = clock
        self.ahead = ledger.ahead
        """seconds for which leave is taken at a time"""
        self._spare = 0
        """requests that the ledger holds already and that have not gone out"""
        self._spare_until = -math.inf
        self._told_of_others = False

    @property
    def has_others(self) -> bool:
        """Whether requests of other processes count."""
        return any(log.is_shared for log in self._logs)

    @contextmanager
    def turn(self, *, capped: bool) -> Iterator[bool]:
        """Learn what others sent; inside nobody else gets leave, and at the end they learn what we sent.

        False where another process is at it. `capped`: a request without an answer counts no later than `PATIENCE`
        after it was sent.
        """
        now = self._clock.monotonic()
        self._spare = 0
        keep = max(log.seconds for log in self._logs) + MARGIN
        full = max(log.limit for log in self._logs)
        patience = PATIENCE if capped else UNANSWERED
        with self._ledger.turn(now, lambda: self._counted(patience), keep=keep, full=full) as others:
            if others is not None:
                for log in self._logs:
                    log.share(others, now)
            self._tell_news()
            yield others is not None
        self._tell_news()

    def tell(self, *, capped: bool) -> None:
        """Have others learn what we sent; where another process is at it, the next turn tells."""
        with self.turn(capped=capped):
            pass

    def take_ahead(self, now: float, spacing: float = 0.0) -> None:
        """Within a turn: have the ledger hold what else the windows take soon, where nobody else uses it.

        `spacing`: seconds between two requests, where they are evenly spaced.

        What counts now and does not then stands in it as well until the next look: others see more than there is.
        """
        if self.has_others:
            return
        until = now + self.ahead
        room = min(log.room(self._flying, until) for log in self._logs)
        if spacing:
            room = min(room, math.floor(self.ahead / spacing))
        self._spare, self._spare_until = min(max(room, 0), MOST_REQUESTS), until

    def use_ahead(self) -> bool:
        """Whether a request may go out without a look, since the ledger holds it already: it is used up with this."""
        if not self._spare or self._clock.monotonic() >= self._spare_until:
            return False
        self._spare -= 1
        return True

    def next_look(self, wait: float) -> float:
        """Return the seconds after which to look again, where there is room in so many; people are told, once."""
        if not self.has_others:
            return wait
        if not self._told_of_others and PATIENCE < wait < math.inf:
            self._told_of_others = True
            words = "another command used this key a moment ago, and the limit is for both together"
            self._on_event(Event("shared", f"{words}: waiting {how_long(math.ceil(wait))}", wait))
        # An answer to another process makes room earlier than it was to be expected.
        return max(min(wait, max(wait - PATIENCE - 2 * self.ahead, GLANCE)), TURN)

    def _counted(self, patience: float) -> list[float]:
        """Our requests: the latest moments at which the server may have counted them."""
        longest = max(self._logs, key=lambda log: log.seconds)
        # Between its leave and its first byte a request may wait for so long that it is not told anew.
        flying = (ticket.sent + (0.0 if ticket.left else self.ahead) + patience for ticket in self._flying)
        return [*longest.counted(), *flying, *[self._spare_until + self.ahead + patience] * self._spare]

    def _tell_news(self) -> None:
        if self._ledger.news:
            self._on_event(Event("ledger", self._ledger.news))
            self._ledger.news = ""
