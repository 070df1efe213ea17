"""The document of `fleet promote`: how ready each account is to take the assistants of another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from batch_update.model.plans import Tripped
from batch_update.model.promotions import Carried, Lack, Readiness, TargetReadiness
from batch_update.report.documents.nouns import ToldGuard, ToldProblem, told_guard


@dataclass(frozen=True, slots=True)
class ToldLack:
    """Something that an account has not, or has several times."""

    kind: str
    """such as voice, tool, assistant"""
    name: str
    """as the source calls it"""
    found: int
    """entries of that name: 0, or several"""
    why: str
    """why it cannot be told; empty where it can"""


@dataclass(frozen=True, slots=True)
class ToldCandidate:
    """An assistant of the source in one account."""

    name: str
    """as the source calls it"""
    source_id: int
    """its id in the source"""
    id: int | None
    """of the one of that name; null where there is none, or several"""
    ready: bool
    """whether it can be carried over"""
    missing: tuple[ToldLack, ...]
    """what it needs, and what the account has not"""
    secrets: tuple[str, ...]
    """fields that hold a secret, which is not carried over"""
    left: str
    """values that no update takes, so that they stay as they are; empty for none"""


@dataclass(frozen=True, slots=True)
class ToldWords:
    """A value of a variable of the source that its texts spell out, so that they would in each account."""

    variable: str
    """its name, which a placeholder in the text could stand for"""
    value: str
    """as the texts have it"""
    assistants: tuple[str, ...]
    """of the source, whose texts do"""


@dataclass(frozen=True, slots=True)
class ToldTarget:
    """How ready one account is to take the assistants."""

    account: str
    """its name in the list of accounts"""
    ready: bool
    """whether all chosen assistants can be carried over"""
    assistants: tuple[ToldCandidate, ...]
    """one for each that was chosen; empty where the account could not be looked at"""
    code: str
    """of what kept it from being looked at; empty for nothing"""
    message: str
    """of the same"""


@dataclass(frozen=True, slots=True)
class Promotion:
    """How ready accounts are to take the assistants of another one, and the fleet that was planned for them."""

    KIND: ClassVar[str] = "promotion"

    source: str
    """the account that they come from"""
    assistants: tuple[str, ...]
    """by their names"""
    fields: tuple[str, ...]
    """that are carried over"""
    left_out: tuple[str, ...]
    """fields that stay as they are, since they are each account's own"""
    unreported: tuple[str, ...]
    """fields that stay as they are, since the API does not tell what they hold"""
    own_words: tuple[ToldWords, ...]
    """values of the source's variables that are carried over as they stand in texts"""
    targets: tuple[ToldTarget, ...]
    """by name"""
    fleet: str | None
    """the folder of the plan; null where nothing could be planned"""
    digest: str
    """over all accounts of the plan; empty where there is none"""
    changes: int
    """assistants that would change"""
    guards: tuple[ToldGuard, ...]
    """what has to be lifted before that is sent; what all accounts share is one of them"""
    problems: tuple[ToldProblem, ...]
    """of the rows that were made, one for each assistant of each account"""
    file: str | None
    """where the table of all this was written; null for nowhere"""


def told_target(target: TargetReadiness) -> ToldTarget:
    """Return how an account stands, as documents tell it."""
    told = tuple(map(_told_candidate, target.candidates))
    return ToldTarget(target.account, target.is_ready, told, target.code, target.message)


def _told_candidate(one: Carried) -> ToldCandidate:
    missing = tuple(map(_told_lack, one.lacks))
    return ToldCandidate(one.name, one.source_id, one.target_id, one.is_ready, missing, one.secrets, one.left)


def _told_lack(lack: Lack) -> ToldLack:
    return ToldLack(lack.catalog.noun, lack.name, lack.found, lack.why)


def told_promotion(
    found: Readiness,
    *,
    fleet: str | None,
    digest: str,
    changes: int,
    guards: Sequence[Tripped],
    problems: Sequence[ToldProblem],
    file: str | None,
) -> Promotion:
    """Return the document of what was found and planned."""
    targets = tuple(map(told_target, found.targets))
    return Promotion(
        found.source,
        found.assistants,
        found.fields,
        found.left_out,
        found.unreported,
        tuple(ToldWords(one.variable, one.value, one.assistants) for one in found.own_words),
        targets,
        fleet,
        digest,
        changes,
        tuple(map(told_guard, guards)),
        tuple(problems),
        file,
    )
