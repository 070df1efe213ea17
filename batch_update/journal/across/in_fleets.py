"""The runs that are parts of fleets: `FLEET/accounts/ACCOUNT/EPOCH`, and which fleet a run is a part of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from batch_update.errors import UsageError
from batch_update.journal.storing.database import JOURNAL

PLAN, ACCOUNTS = "fleet.json", "accounts"
"""In the folder of a fleet: its plan, and the folder that holds one for each account."""
END = "end.json"
"""In the folder of a run of an account: how that ended, once it did."""


def fleets_in(runs_dir: Path) -> list[Path]:
    """Return the folders of the fleets that lie among runs, by their names. Raises UsageError U111."""
    try:
        found = (path.parent for path in runs_dir.glob(f"*/{PLAN}") if path.is_file())
        return sorted(folder for folder in found if not folder.name.startswith("."))
    except OSError as error:
        raise UsageError(f"{runs_dir} cannot be listed: {error.strerror}", code="U111") from error


def runs_in_fleets(runs_dir: Path) -> list[Path]:
    """Return the newest run of each account of each fleet: it holds all that earlier ones sent. Raises UsageError U111.

    Where it was never written down, or did not come home, the newest one that lies there counts.
    """
    return [run for fleet in fleets_in(runs_dir) for run in _newest_runs(fleet / ACCOUNTS)]


def run_in_fleet(name: str, runs_dir: Path) -> Path | None:
    """Return the newest run that is called `FLEET/ACCOUNT`; None where there is none. Raises UsageError U111."""
    fleet, _, account = name.rpartition("/")
    if not fleet or account in ("", ".", ".."):
        return None
    found = next((one for one in fleets_in(runs_dir) if one.name == fleet), None)
    return found and _newest_run(found / ACCOUNTS / account)


def _newest_runs(accounts: Path) -> Iterator[Path]:
    for account in sorted(accounts.glob("*/")):
        if newest := _newest_run(account):
            yield newest


def _newest_run(account: Path) -> Path | None:
    runs = (account / str(epoch) for epoch in reversed(epochs_in(account)))
    return next((run for run in runs if (run / JOURNAL).is_file()), None)


def epochs_in(account: Path) -> list[int]:
    """Return the numbers of the runs in the folder of an account of a fleet, the newest last; none where it is not."""
    try:
        names = [path.name for path in account.iterdir() if path.is_dir()]
    except OSError:
        return []
    return sorted(int(name) for name in names if _is_number(name))


def fleet_of(run: Path) -> Path | None:
    """Return the folder of the fleet that a run is a part of; None for any other run."""
    folder = run.absolute()
    if len(folder.parents) < 3 or folder.parents[1].name != ACCOUNTS or not _is_number(folder.name):
        return None
    fleet = folder.parents[2]
    return fleet if (fleet / PLAN).is_file() else None


def account_in_fleet(run: Path) -> str:
    """Return the account of a fleet that a run is for; "" for any other run."""
    return "" if fleet_of(run) is None else run.absolute().parent.name


def name_of_run(run: Path) -> str:
    """Return what a run is called: its folder's name; in a fleet `FLEET/ACCOUNT`, whichever of its epochs it is."""
    fleet = fleet_of(run)
    return run.name if fleet is None else f"{fleet.name}/{run.absolute().parent.name}"


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal() and name[0] != "0"
