"""Fleets as people read them: which there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from batch_update.report.documents.fleets.of_fleet_plans import ListedFleet
from batch_update.text import counted, local_time, printable


def fleet_lines(fleets: Sequence[ListedFleet]) -> Iterator[str]:
    """Yield two lines for each fleet: its name and when it was planned, and what it would change."""
    for fleet in fleets:
        made = f"   {local_time(fleet.made)}" if fleet.made is not None else ""
        yield f"{printable(fleet.name)}{made}"
        yield f"    {_words_of(fleet)}"


def _words_of(fleet: ListedFleet) -> str:
    if fleet.error is not None:
        return printable(fleet.error)
    words = (
        f"{fleet.command} of {printable(fleet.sheet)}: {counted(fleet.changes, 'change')} in "
        f"{fleet.changing:,} of {counted(fleet.accounts, 'account')}"
    )
    return words + (f", {fleet.unplanned:,} could not be planned" if fleet.unplanned else "")
