"""The flags of commands that send a fleet: how its accounts are sent. What each account heeds are settings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from batch_update.cli.after_run import from_here
from batch_update.cli.options import or_environment, with_options
from batch_update.errors import UsageError
from batch_update.settings.heeding import group_of
from batch_update.settings.layers import variable_of
from batch_update.text import listed, no_such, quoted, quoted_path

if TYPE_CHECKING:
    from batch_update.fleet.engine.engine_order import EngineOrder
    from batch_update.fleet.engine.scheduler_address import SchedulerAddress
    from batch_update.fleet.record.fleet_entries import FleetManner
    from batch_update.fleet.running.fleet_order import FleetOrder

INSIDE = "waves"
"""The setting that `--waves-inside` gives: waves of the changes of each account."""
ACCOUNT_WAVES = "account_waves"
"""The variable of `--waves`, which is of accounts here: that of its own name is what `--waves-inside` gives."""

WAVES = Annotated[
    str | None,
    typer.Option(
        "--waves",
        metavar="SIZES",
        envvar=variable_of(ACCOUNT_WAVES),
        help="Send accounts in waves, each over before the next begins: 1,5,20%,rest.",
        show_default=False,
    ),
]
CANARY = Annotated[
    list[str] | None,
    typer.Option(
        "--canary",
        metavar="NAME",
        help="An account that is sent before all waves; where it fails, no other is begun. Repeatable.",
        show_default=False,
    ),
]
MAX_FAILED = Annotated[
    str | None,
    typer.Option(
        "--max-failed-accounts",
        metavar="N|P%",
        help="Stop when N, or P%, of a wave or of all accounts failed. With waves 1, unless given.",
        show_default=False,
    ),
]
WAVES_INSIDE = Annotated[
    str | None,
    typer.Option(
        "--waves-inside",
        metavar="SIZES",
        envvar=variable_of(INSIDE),
        help="Waves of each account's own changes: 1,5,20%,rest.",
        show_default=False,
    ),
]
PAUSE = Annotated[
    str | None,
    typer.Option(
        "--pause",
        metavar="SECONDS|ask",
        envvar=variable_of("account_pause"),
        help="Before each further wave of accounts wait so many seconds, or ask.",
        show_default=False,
    ),
]
ENGINE = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="here|dask",
        help="What works on the accounts: this program, or Dask. Default: here.",
        show_default=False,
    ),
]
SCHEDULER = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="The scheduler of workers elsewhere: tls://HOST:8786. Without it: workers of our own.",
        show_default=False,
    ),
]
SCHEDULER_CA = Annotated[
    Path | None,
    typer.Option(
        "--scheduler-ca",
        metavar="FILE",
        help="The certificates by which scheduler and workers are known.",
        show_default=False,
    ),
]
SCHEDULER_CERT = Annotated[
    Path | None,
    typer.Option(
        "--scheduler-cert",
        metavar="FILE",
        help="The certificate by which they know this process.",
        show_default=False,
    ),
]
SCHEDULER_KEY = Annotated[
    Path | None,
    typer.Option(
        "--scheduler-key",
        metavar="FILE",
        help="The key of that certificate, unless it stands in the same file.",
        show_default=False,
    ),
]
SCHEDULER_PLAIN = Annotated[
    bool | None,
    typer.Option(
        "--scheduler-plain",
        help="Take a scheduler on the network without TLS: whoever reaches it can run commands on its workers.",
        show_default=False,
    ),
]
WORKERS = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        min=1,
        max=64,
        help="Processes of this machine that work on accounts. Default: one for each 400 accounts at once, as far as "
        "there are cores; with dask 2.",
        show_default=False,
    ),
]

_FLAGS: dict[str, Any] = {
    "waves": WAVES,
    "canary": CANARY,
    "max_failed": MAX_FAILED,
    "pause": PAUSE,
    "waves_inside": WAVES_INSIDE,
    "engine": ENGINE,
    "scheduler": SCHEDULER,
    "scheduler_ca": SCHEDULER_CA,
    "scheduler_cert": SCHEDULER_CERT,
    "scheduler_key": SCHEDULER_KEY,
    "scheduler_plain": SCHEDULER_PLAIN,
    "workers": WORKERS,
}
_OF_THE_COMMAND = ("yes", "json_", "quiet", "runs_dir", "expect", "max_changes", "max_change_percent")
"""Settings of the command itself, which mean nothing to a single account."""


@dataclass(frozen=True, slots=True)
class FleetFlags:
    """The flags of a command that sends a fleet, beside its settings."""

    waves: str | None = None
    canary: tuple[str, ...] = ()
    max_failed: str | None = None
    pause: str | None = None
    waves_inside: str | None = None
    engine: str = "here"
    scheduler: str | None = None
    scheduler_ca: Path | None = None
    scheduler_cert: Path | None = None
    scheduler_key: Path | None = None
    scheduler_plain: bool | None = None
    workers: int | None = None

    def settings(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the settings that were given, with the waves inside of each account."""
        return given | ({INSIDE: self.waves_inside} if self.waves_inside else {})

    def order(self, given: Mapping[str, Any], *, retry_failed: bool = False) -> FleetOrder:
        """Return how the fleet is to be sent. `given`: the settings of accounts. Raises UsageError U101."""
        from batch_update.fleet.engine.engine_order import ENGINES, EngineOrder
        from batch_update.fleet.running.fleet_order import FleetOrder

        if self.engine not in ENGINES:
            raise UsageError(
                no_such("engine", self.engine, ENGINES), code="U101", remedy=f"one of {listed(ENGINES)}"
            )
        for_accounts = {
            name: value
            for name, value in given.items()
            if name not in _OF_THE_COMMAND and group_of(name) not in ("Sheet", "Limits")
        }
        engine = EngineOrder(self.engine, self._scheduler(), self.workers)
        return FleetOrder(for_accounts, self._manner(), retry_failed, engine)

    def _scheduler(self) -> SchedulerAddress | None:
        """Return the scheduler that was named. Raises UsageError for one that anybody could use, or without a use."""
        from batch_update.fleet.engine.scheduler_address import SchedulerAddress

        files = self.scheduler_ca, self.scheduler_cert, self.scheduler_key
        if self.scheduler is None and not any(files):
            return None
        if self.engine != "dask":
            raise UsageError("a scheduler is of the engine dask", code="U101", remedy="add --engine dask")
        found = SchedulerAddress(self.scheduler or "", *files, plain=bool(self.scheduler_plain))
        found.refuse_unsafe()
        return found

    def _manner(self) -> FleetManner | None:
        """Return how carefully it is to be sent; None where nothing of it was given."""
        from batch_update.fleet.record.fleet_entries import manner_of

        found = {
            "canary": self.canary,
            "waves": self.waves,
            "max_failed_accounts": self.max_failed,
            "pause": self.pause,
        }
        given = {name: value for name, value in found.items() if value}
        return manner_of(given) if given else None


def engine_flags(engine: EngineOrder) -> list[str]:
    """Return the flags that name an engine, as they can be pasted here."""
    found = [] if engine.name == FleetFlags().engine else ["--engine", quoted(engine.name)]
    if (at := engine.scheduler) is None:
        return found + (["--workers", str(engine.workers)] if engine.workers is not None else [])
    found += ["--scheduler", quoted(at.url)]
    for flag, path in (("ca", at.ca), ("cert", at.cert), ("key", at.key)):
        found += [f"--scheduler-{flag}", quoted_path(from_here(path))] if path else []
    return found + (["--scheduler-plain"] if at.plain else [])


def orders(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the flags of this module; its keyword `flags` receives them."""
    defaults = FleetFlags()
    options = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=getattr(defaults, name) or None,
            annotation=annotation,
        )
        for name, annotation in _FLAGS.items()
    ]
    return with_options(command, "flags", options, _flags_of)


def _flags_of(values: dict[str, Any]) -> FleetFlags:
    return FleetFlags(**{**values, "canary": tuple(or_environment(values["canary"], "canary"))})
