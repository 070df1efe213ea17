"""The hands of the command line for a run of a job: screens while it goes on, and its last words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from batch_update.cli.commands.changing.sending import tell, tell_error, watch
from batch_update.cli.documents import heeding_signals
from batch_update.cli.printed_commands import Errand

if TYPE_CHECKING:
    from batch_update.jobs.running.hands import Result, Turn
    from batch_update.run.steps.means import Means, Sequel

T = TypeVar("T")


class ScreenHands:
    """Sees the turns of a job through as its own command would, with everything that people see of it."""

    def see(self, turn: Turn, begin: Callable[[Means], Sequel[T]]) -> T | Exception:
        try:
            with heeding_signals():
                return watch(_errand_of(turn), begin)
        except Exception as error:  # noqa: BLE001  # a job's trouble, a bug, too, must not keep others from running
            return error

    def tell(self, turn: Turn, result: Result) -> None:
        from batch_update.cli.commands.jobs.drift import tell_drift
        from batch_update.run.planning import Planned

        errand = _errand_of(turn)
        if isinstance(result, Exception):
            tell_error(result, errand)
        elif isinstance(result, Planned):
            tell_drift(result, errand.at(result.settings))
        else:
            tell(result, errand.at(result.settings))


def _errand_of(turn: Turn) -> Errand:
    return Errand(turn.verb, turn.place, turn.settings, turn.job)
