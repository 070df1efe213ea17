"""The exceptions that end a command. What is wrong with a single row is a value, never one of these.

BatchUpdateError
  UsageError           a flag, setting or job file is wrong                     exit 2
  SheetError           a sheet that cannot be read, or holds problems           exit 3
  AccessError          no key, or the server refuses it                         exit 4
    KeyMissing
    KeyMalformed
    KeyRefused
  ApiError             a look-up that the server does not answer                exit 5
  RunStopped           failures that concern every row                          exit 5
    GuardStopped       what has to be allowed first                             exit 5
  RunLocked            another run holds the lock                               exit 75
  JournalError         a run folder whose journal cannot be read                exit 2
  Interrupted          a signal                                                 exit 129, 130 or 143
"""

from __future__ import annotations

from collections.abc import Iterable

from batch_update.codes import remedy_of
from batch_update.model.plans import Tripped
from batch_update.model.reports import Exit
from batch_update.model.sheets import Problem


class BatchUpdateError(Exception):
    """Base of all: `code` is explained by `batch-update explain CODE`, `remedy` says what to do.

    Made without a remedy, it has its code's.
    """

    exit = Exit.BUG

    def __init__(
        self, message: str = "", *, code: str = "", remedy: str = "", details: Iterable[str] = ()
    ) -> None:
        """`details`: a line for each of several things that are to be told, in place of a message."""
        self._details = tuple(details)
        self.message = message or "\n".join(self._details)
        super().__init__(self.message)
        self.code = code
        self.remedy = remedy or remedy_of(code)
        if self.remedy:
            self.add_note(self.remedy)  # so that a traceback, as notebooks show it, says what to do

    @property
    def details(self) -> tuple[str, ...]:
        """Return the lines that the message is made of."""
        return self._details or (self.message,)


class UsageError(BatchUpdateError):
    """A flag, a setting or a job file is wrong."""

    exit = Exit.USAGE


class SheetError(BatchUpdateError):
    """A sheet that cannot be read at all, or whose problems forbid sending anything."""

    exit = Exit.SHEET_INVALID

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        remedy: str = "",
        details: Iterable[str] = (),
        problems: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__(message, code=code, remedy=remedy, details=details)
        self.problems = problems


class AccessError(BatchUpdateError):
    """No key, or the server refuses it."""

    exit = Exit.KEY_REFUSED


class KeyMissing(AccessError):
    """No API key was given in any of the places where one may be."""


class KeyMalformed(AccessError):
    """The text given as the API key cannot be one, or not one for this platform."""


class KeyRefused(AccessError):
    """The server refuses the key: no row can succeed."""


class ApiError(BatchUpdateError):
    """A look-up that the server does not answer, or not in a form that makes sense."""

    exit = Exit.STOPPED


class RunStopped(BatchUpdateError):
    """Going on makes no sense or would do harm. What was not sent can be sent later."""

    exit = Exit.STOPPED


class GuardStopped(RunStopped):
    """Something dangerous, or too much of it: `tripped` lists what has to be allowed before it is sent."""

    def __init__(
        self, message: str, *, code: str = "", remedy: str = "", tripped: tuple[Tripped, ...] = ()
    ) -> None:
        super().__init__(message, code=code, remedy=remedy)
        self.tripped = tripped


class RunLocked(BatchUpdateError):
    """Another run holds the lock."""

    exit = Exit.LOCKED


class JournalError(BatchUpdateError):
    """The journal of a run is missing, damaged, something else, or of a newer version."""

    exit = Exit.USAGE


class Interrupted(BatchUpdateError):
    """A signal asked the run to end, or its deadline."""

    def __init__(self, message: str, *, signal: int, code: str = "R130", remedy: str = "") -> None:
        super().__init__(message, code=code, remedy=remedy)
        self.signal = signal
        self.exit = Exit(128 + signal)
