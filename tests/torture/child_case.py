"""One hostile case in a forked process: what it said, how long it took, how much memory it had, how it ended."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

SECONDS = 20
"""a case that takes longer hangs"""
MIB = 300
"""a case that takes more memory, the interpreter and its libraries included, is a bomb that went off"""
KILLED_AFTER = 3 * SECONDS
FRESH_MIB = 110
"""what a new process of this program holds once it has read a sheet"""
MEMORY_CEILING = 6 * 1024**3
"""so that a bomb ends its own process and not the machine"""
ESCAPED = 99
"""exit status of a case that an exception left; its traceback is in what was said"""
SIGNS = ("Traceback (most recent call last)", "panicked at", "internal error")


@dataclass(frozen=True)
class Verdict:
    """What came of one case."""

    exit: int
    """exit status; minus the signal where one ended it"""
    said: str
    """stdout and stderr together, the file descriptors themselves: panics of compiled code too"""
    seconds: float
    mib: float
    """peak memory of the process; what its parent held beyond a new process of this program is not the case's"""

    def faults(self) -> Iterator[str]:
        """What no input may cause, as words for the table; none for a case that went well."""
        if self.exit < 0:
            yield f"ended by signal {-self.exit}"
        if self.exit in {ESCAPED, 70}:
            yield f"exit {self.exit}"
        yield from (f"said {sign!r}" for sign in SIGNS if sign in self.said)
        if self.seconds > SECONDS:
            yield f"took {self.seconds:.0f} s"
        if self.mib > MIB:
            yield f"took {self.mib:.0f} MiB"


def run_case(case: Callable[[], int | None]) -> Verdict:
    """Run a function in a fork of this process; its return value is the exit status, SystemExit counts too."""
    with tempfile.TemporaryFile() as said:
        began, inherited = time.monotonic(), max(0.0, _resident_mib() - FRESH_MIB)
        pid = os.fork()
        if pid == 0:
            _be_the_case(case, said.fileno())
        status, usage = _wait(pid, began + KILLED_AFTER)
        seconds = time.monotonic() - began
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    code = os.waitstatus_to_exitcode(status)
    return Verdict(code, text, seconds, usage.ru_maxrss / 1024 - inherited)


def _resident_mib() -> float:
    """Return what this process holds in memory now; 0 where the system does not tell it."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return 0.0
    return pages * resource.getpagesize() / 1024**2


def _be_the_case(case: Callable[[], int | None], said: int) -> None:
    code = ESCAPED
    with contextlib.suppress(BaseException):
        os.dup2(said, 1)
        os.dup2(said, 2)
        # Whoever started this may have put something else in their place, as pytest does.
        sys.stdout, sys.stderr = (
            os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2)
        )
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_CEILING, MEMORY_CEILING))
        try:
            code = int(case() or 0)
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        except BaseException:  # noqa: BLE001 - the fork must not go on as the test that made it
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _wait(pid: int, deadline: float) -> tuple[int, resource.struct_rusage]:
    while time.monotonic() < deadline:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            return status, usage
        time.sleep(0.001)
    os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    return status, usage
