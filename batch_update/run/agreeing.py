"""Guards and the question: what forbids sending a plan, and the yes that it needs."""

from __future__ import annotations

from batch_update.errors import GuardStopped, UsageError
from batch_update.plan.guarding import refusal
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
    can_ask = watcher.can_answer and all(one.hazard for one in tripped)
    has_to_ask = bool(looked.plan.changes) and (bool(tripped) or not settings.yes)
    prospect = Prospect(
        command, looked.plan, looked.pages, settings, allow, tripped, is_asked=can_ask and has_to_ask
    )
    watcher.planned(prospect)
    if tripped and not can_ask:
        return refusal(tripped)
    if has_to_ask and not can_ask:
        raise UsageError("sending needs a yes, and nobody can be asked here", code="U102")
    if has_to_ask and not watcher.may_send(prospect):
        raise UsageError("nothing was sent", code="U102", remedy="answer y to send")
    return None
