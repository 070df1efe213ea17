"""Another process that makes the reports of accounts that have ended, one after another, while this one sends."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import anyio
from anyio.abc import Process

from batch_update.own_process import holding_signals_back

_MAKER = (sys.executable, "-P", "-m", "batch_update.fleet.processes.report_maker")
"""-P: what lies in the folder where people stand is not imported"""


class ReportsBeside:
    """The place of that process: begun with the first report, and another one in its place where it dies."""

    def __init__(self) -> None:
        self._process: Process | None = None

    async def make(self, run: Path) -> None:
        """Return once the reports of a run are made, or cannot be."""
        try:
            if self._process is None:
                self._process = await _maker()
            assert self._process.stdin is not None and self._process.stdout is not None
            await self._process.stdin.send(json.dumps(str(run)).encode("ascii") + b"\n")
            await self._process.stdout.receive(1)
        except Exception:  # noqa: BLE001  # whatever it is, no report may end what sends: the journal has it all
            await self.end()

    async def end(self) -> None:
        """End the process at once."""
        process, self._process = self._process, None
        if process is not None:
            with anyio.CancelScope(shield=True):
                with suppress(OSError):  # it may be gone already
                    process.kill()
                await process.aclose()


async def _maker() -> Process:
    """Begin the process; a Ctrl-C of that moment waits until it can say that it heeds none."""
    with holding_signals_back():
        return await anyio.open_process(
            _MAKER, stderr=subprocess.DEVNULL, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0)
        )
