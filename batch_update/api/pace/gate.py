"""The one gate for all attempts: closed by a refusal or an outage, tried with one probe, then open again."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from enum import Enum

MARGIN = 1.0
"""seconds waited beyond what the server asks for: servers round down"""
MOST_WAIT = 300.0
MOST_REFUSALS = 5
"""gates without a success between, after which going on makes no sense"""
OUTAGE_ROWS = 5
"""different rows that fail in a row before the server counts as down"""
OUTAGE_LOOKS = 3
"""the same for the attempts of one look-up, beside which there are no rows"""
PROBES = (15.0, 30.0, 60.0)
"""seconds before the first, second and every later probe of a server that is down"""


class GateState(Enum):
    OPEN = "open"
    REFUSED = "refused"
    DOWN = "down"


@dataclass(slots=True)
class Gate:
    """Whether requests may go out. Times are seconds of the pacer's clock."""

    most_outage: float
    rng: random.Random
    state: GateState = GateState.OPEN
    until: float = 0.0
    """a closed gate lets one probe through from then on"""
    probing: bool = False
    """the probe is under way"""
    refusals: int = 0
    """gates since the last success"""
    _down_since: float = math.inf
    _failed_rows: set[int] = field(default_factory=set)
    _probes: int = 0

    def ready_at(self, now: float) -> float:
        """Return when the next request may go out; `inf` where only the probe's answer can tell."""
        if self.state is GateState.OPEN:
            return now
        return math.inf if self.probing else max(now, self.until)

    def refused(self, now: float, asked: float | None) -> float:
        """Close the gate, as the server asks. Returns for how many seconds; `inf`: too long, stop."""
        if self.refusals >= MOST_REFUSALS or (asked is not None and asked > MOST_WAIT):
            return math.inf
        self._failed_rows.clear()
        self._down_since = math.inf
        wait = self._wait(asked) + MARGIN + self.rng.uniform(0, 0.25)
        self.state, self.until, self.probing = GateState.REFUSED, now + wait, False
        self.refusals += 1
        return wait

    def _wait(self, asked: float | None) -> float:
        """Return the wait that was asked for; where that turns out too little, or nothing was said, more each time."""
        if asked is None:
            return min(60.0, 10.0 * 2.0**self.refusals)
        return max(asked, 2.5 * 2.0**self.refusals) if self.refusals else asked

    def failed(self, row: int, now: float, *, enough: int = OUTAGE_ROWS) -> bool:
        """Take in a sign that the server is down. True where that ends this row's try without its fault.

        `enough`: how many rows show it.
        """
        self._down_since = min(self._down_since, now)
        self._failed_rows.add(row)
        if self.state is not GateState.DOWN and len(self._failed_rows) < enough:
            return False
        if self.state is not GateState.DOWN:
            self.state, self._probes, self.probing = GateState.DOWN, 0, False
            self._rest(now)
        return True

    def probe_failed(self, now: float) -> None:
        """The probe brought nothing: the next one comes later, or at once behind a gate that only was refused."""
        self.probing = False
        if self.state is GateState.DOWN:
            self._rest(now)

    def _rest(self, now: float) -> None:
        wait = PROBES[min(self._probes, len(PROBES) - 1)]
        self._probes += 1
        self.until = min(now + wait, max(now, self._down_since + self.most_outage))

    def outage_over_limit(self, now: float) -> bool:
        """Whether the server has been down for as long as one is ready to wait."""
        return self.state is GateState.DOWN and now >= self._down_since + self.most_outage

    def succeeded(self, probe: bool) -> GateState:
        """Open the gate, since the server answers. Returns the state that this ends; OPEN where it ends none."""
        self._failed_rows.clear()
        self._down_since = math.inf
        before = self.state
        if before is GateState.REFUSED and not probe:
            return GateState.OPEN
        self.state, self.probing, self.refusals = GateState.OPEN, False, 0
        return before
