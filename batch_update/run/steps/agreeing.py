"""Guards and the question: what forbids sending a plan, and the yes that it needs."""

from __future__ import annotations

from collections.abc import Sequence

from batch_update.errors import GuardStopped, UsageError
from batch_update.model.plans import Plan, Tripped
from batch_update.plan.guarding import guards_error
from batch_update.run.planning import Looked, tripped_by
from batch_update.run.watching import Prospect, Watcher
from batch_update.settings.tunables import Settings


def agree(
    looked: Looked, command: str, settings: Settings, watcher: Watcher, *, allow: tuple[str, ...]
) -> GuardStopped | None:
    """Tell what would be sent, and get the yes that it needs. Returns why a guard forbids it.

    A yes of somebody who is asked lets hazards through, the setting yes does not. Limits are lifted by their own
    settings alone. Raises UsageError (U102) where the answer is no, or nobody can give one.
    """
    tripped = tripped_by(looked, settings, allow)
    can_ask = watcher.can_answer and _is_hazards_alone(tripped)
    has_to_ask = _needs_yes(looked.plan, tripped, settings)
    prospect = Prospect(
        command, looked.plan, looked.pages, settings, allow, tripped, is_asked=can_ask and has_to_ask
    )
    watcher.planned(prospect)
    if tripped and not can_ask:
        return guards_error(tripped)
    if has_to_ask:
        _get_yes(prospect, watcher)
    return None


def _is_hazards_alone(tripped: Sequence[Tripped]) -> bool:
    """Whether a yes lets all of it through: no limit is among what tripped."""
    return all(one.hazard for one in tripped)


def _needs_yes(plan: Plan, tripped: Sequence[Tripped], settings: Settings) -> bool:
    return bool(plan.changes) and (bool(tripped) or not settings.yes)


def _get_yes(prospect: Prospect, watcher: Watcher) -> None:
    """Ask. Raises UsageError (U102) where the answer is no, or nobody can give one."""
    if not prospect.is_asked:
        raise UsageError("sending needs a yes, and nobody can be asked here", code="U102")
    # True alone is a yes: a text is none, nor is what an `async def` returns when nobody awaits it.
    if watcher.may_send(prospect) is not True:
        raise UsageError("nothing was sent", code="U102", remedy="answer y to send")
