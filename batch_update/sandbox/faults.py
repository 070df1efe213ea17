"""Faults on request: which update meets which trouble. The same text and seed give the same troubles each time."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Self

_ITEM = re.compile(
    r"(?P<what>[45]\d\d(?:-after)?|cut-before|cut-after|slow)"
    r"@(?:(?P<first>\d{1,9})(?:-(?P<last>\d{1,9})|(?P<on>\+))?|(?P<percent>\d{1,3}(?:\.\d+)?)%|(?P<all>all))"
    r"(?::(?P<seconds>\d{1,6}(?:\.\d{1,3})?))?"
)
_WANTED = (
    "write WHAT@WHEN or WHAT@WHEN:SECONDS; WHAT is a status of 400 to 599, a 5xx with -after, cut-before, cut-after or "
    "slow; WHEN is 5 (the fifth update), 5-8, 50+, 10% or all (each request, reads too); for instance "
    "429@5:2,503@12,cut-after@20,slow@7:3,401@all"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One trouble, and the updates that meet it."""

    what: str
    """a status such as `503`, or `503-after`, `cut-before`, `cut-after`, `slow`"""
    first: int = 1
    last: int | None = None
    """None: to the end"""
    share: float = 1.0
    """of the updates from first to last"""
    reads_too: bool = False
    """every request meets it, not updates alone"""
    seconds: float | None = None
    """how slow; for 429 and 503 what Retry-After says. None: the default, for 503 no Retry-After"""

    @property
    def status(self) -> int | None:
        """Return the answer that it puts in place of the true one; None for a cut and for slow."""
        return int(self.what[:3]) if self.what[0].isdigit() else None

    @property
    def cuts(self) -> bool:
        """The connection ends without an answer."""
        return self.what.startswith("cut")

    @property
    def applies(self) -> bool:
        """The update is applied all the same."""
        return self.what.endswith("-after") or self.what == "slow"

    @property
    def ends_the_key(self) -> bool:
        """From its first update on, every request is refused."""
        return self.status == 401 and self.last is None and self.share == 1

    @property
    def begins_at(self) -> int:
        """Return how many updates there must have been: none, for what every request meets."""
        return 0 if self.reads_too else self.first


@dataclass(frozen=True, slots=True)
class Faults:
    """All troubles of a sandbox. Updates are counted from 1, those that the rate windows refuse left out."""

    faults: tuple[Fault, ...] = ()
    seed: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """`429@5:2,503@12,cut-after@20,slow@7:3,502@10%,401@50+,seed=3`; "" is none. Raises ValueError."""
        faults: list[Fault] = []
        seed = 0
        for item in filter(None, (part.strip() for part in text.split(","))):
            if match := re.fullmatch(r"seed=(\d{1,9})", item):
                seed = int(match[1])
            else:
                faults.append(_read(item))
        return cls(tuple(faults), seed)

    def at(self, update: int) -> Fault | None:
        """Return the trouble that the n-th update meets: the first one that is listed for it."""
        for index, fault in enumerate(self.faults):
            if fault.first <= update and (fault.last is None or update <= fault.last):
                drawn = random.Random(f"{self.seed}/{index}/{update}").random()
                if drawn < fault.share:
                    return fault
        return None

    @property
    def on_all(self) -> Fault | None:
        """Return the trouble that every request meets; None for none."""
        return next((fault for fault in self.faults if fault.reads_too), None)

    def key_is_dead(self, updates: int) -> bool:
        """After so many updates, whether the key is refused for good."""
        return any(fault.ends_the_key and fault.begins_at <= updates for fault in self.faults)


def _read(item: str) -> Fault:
    match = _ITEM.fullmatch(item)
    if match is None:
        raise ValueError(f"{item!r} is no fault: {_WANTED}")
    what, percent = match["what"], match["percent"]
    seconds = None if match["seconds"] is None else float(match["seconds"])
    if what.endswith("-after") and what[0] == "4":
        raise ValueError(
            f"{item!r} is no fault: a 4xx is never applied, so -after goes with 5xx and cut only"
        )
    if seconds is not None and what not in ("slow", "429", "503"):
        raise ValueError(f"{item!r} is no fault: only slow, 429 and 503 take seconds")
    if match["all"]:
        if what == "slow" or what.endswith("-after"):
            raise ValueError(f"{item!r} is no fault: all goes with a status and cut-before only")
        return Fault(what, reads_too=True, seconds=seconds)
    if percent is not None:
        if not 0 < float(percent) <= 100:
            raise ValueError(f"{item!r} is no fault: a share is above 0% and at most 100%")
        return Fault(what, share=float(percent) / 100, seconds=seconds)
    first = int(match["first"])
    last = None if match["on"] else int(match["last"] or first)
    if first < 1 or (last is not None and last < first):
        raise ValueError(f"{item!r} is no fault: updates count from 1, and a range goes upward")
    return Fault(what, first, last, seconds=seconds)
