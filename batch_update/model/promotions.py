"""The nouns of carrying assistants over: what each target has of them, what it lacks, and what would be sent there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from batch_update.model.choices import Catalog


@dataclass(frozen=True, slots=True, order=True)
class Lack:
    """Something that a target has not, or has several times, so that nobody knows which one is meant."""

    catalog: Catalog
    name: str
    """as the source calls it"""
    found: int = 0
    """entries of this name: 0, or several"""
    why: str = ""
    """why it cannot be told: a list could not be had, the source itself does not know it; "" where it can"""

    @property
    def words(self) -> str:
        """Return it in a few words: `voice "Clara"`, `2 tools "send_sms"`."""
        if self.why:
            return f"{self.catalog.noun} {self.name}: {self.why}"
        return f'{f"{self.found} x " if self.found else ""}{self.catalog.noun} "{self.name}"'


@dataclass(frozen=True, slots=True)
class Carried:
    """An assistant of the source, in one target."""

    name: str
    """as the source calls it"""
    source_id: int
    target_id: int | None
    """None where the target has none of this name, or several"""
    lacks: tuple[Lack, ...] = ()
    cells: tuple[str, ...] = ()
    """of the fields that are carried over, as a sheet has them; none where something is lacking"""
    left: str = ""
    """values that no cell can say, so that they stay as they are in the target"""
    secrets: tuple[str, ...] = ()
    """fields that hold a secret, which stays where it is"""

    @property
    def is_ready(self) -> bool:
        """Whether it can be carried over."""
        return self.target_id is not None and not self.lacks


@dataclass(frozen=True, slots=True)
class TargetReadiness:
    """How one target stands."""

    account: str
    candidates: tuple[Carried, ...] = ()
    """one for each chosen assistant of the source; none where the target could not be looked at"""
    code: str = ""
    """of what kept it from being looked at: a key that is missing, a server that is down; "" for none"""
    message: str = ""
    """of the same"""

    @property
    def ready(self) -> tuple[Carried, ...]:
        """Return the assistants that can be carried over."""
        return tuple(one for one in self.candidates if one.is_ready)

    @property
    def is_ready(self) -> bool:
        """Whether all chosen assistants can be carried over."""
        return not self.code and len(self.ready) == len(self.candidates)

    @property
    def lacks(self) -> dict[Lack, tuple[str, ...]]:
        """Return what is missing -> the assistants of the source that need it."""
        found: dict[Lack, list[str]] = {}
        for one in self.candidates:
            for lack in one.lacks:
                found.setdefault(lack, []).append(one.name)
        return {lack: tuple(names) for lack, names in sorted(found.items())}


@dataclass(frozen=True, slots=True)
class OwnWords:
    """A value of a variable of the source that its texts spell out: in a target they would name the wrong one."""

    variable: str
    value: str
    assistants: tuple[str, ...]
    """whose texts do"""


@dataclass(frozen=True, slots=True)
class Readiness:
    """How all targets stand, before anything is sent."""

    source: str
    """the name of the account"""
    assistants: tuple[str, ...]
    """those of the source that were chosen, by their names"""
    fields: tuple[str, ...]
    """that are carried over"""
    left_out: tuple[str, ...]
    """fields that are each account's own, and stay as they are in each target"""
    unreported: tuple[str, ...]
    """fields that would be carried over, if the API told what they hold"""
    own_words: tuple[OwnWords, ...] = ()
    targets: tuple[TargetReadiness, ...] = ()
    """by name"""

    @property
    def is_ready(self) -> bool:
        """Whether every target can take every chosen assistant."""
        return all(one.is_ready for one in self.targets)


def lacking(targets: Iterable[TargetReadiness]) -> dict[Lack, tuple[TargetReadiness, ...]]:
    """Return what is missing -> the targets that lack it, what most of them lack first."""
    found: dict[Lack, list[TargetReadiness]] = {}
    for target in targets:
        for lack in target.lacks:
            found.setdefault(lack, []).append(target)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return {lack: tuple(those) for lack, those in ordered}
