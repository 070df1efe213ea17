"""Fleets as people read them: which there are, and what one would change, account by account, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from batch_update.model.fleets import NO_ACCOUNT, AccountPlan, FleetStage
from batch_update.report.documents.fleets.of_fleet_plans import ListedFleet, PlannedFleetTotals
from batch_update.text import cells, counted, excerpt, how_long, listed, local_time, padded, printable

WIDEST_NAME = 30
"""cells of the name of an account; where it is longer, its figures stand on a line of their own"""
MOST_LINES = 20
"""accounts that are shown one by one, unless all are wanted"""
MOST_NAMES = 3
"""accounts that a line about several names"""
MOST_WORDS = 200
"""characters of what kept an account from being planned"""
CHANGE, SAME, WRONG, GUARDED = "~", "=", "x", "!"
"""the signs before an account: it changes, is so already, is not planned or has nothing but mistakes, needs a yes"""


_STAGES = {
    FleetStage.PLANNED: "nothing was sent yet",
    FleetStage.AT_WORK: "at work",
    FleetStage.OPEN: "to be resumed",
    FleetStage.OVER: "complete",
}


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
    words += f", {fleet.unplanned:,} could not be planned" if fleet.unplanned else ""
    return words + (f": {_STAGES[fleet.state]}" if fleet.state is not None else "")


# ---------------------------------------------------------------- a plan


def account_table(accounts: Sequence[AccountPlan], *, full: bool = False) -> Iterator[str]:
    """Yield the lines of a table of accounts: first those that could not be planned, then those with most changes.

    Unless `full`, accounts that the same keeps from being planned share a line, and so do those beyond the first.
    """
    wrong = [one for one in accounts if one.code]
    planned = [one for one in accounts if not one.code]
    changing = sorted((one for one in planned if one.changes or one.invalid), key=_rank)
    same = [one for one in planned if not one.changes and not one.invalid]
    shown = changing if full else changing[:MOST_LINES]
    singly = [*shown, *(same if full else ())]
    names = [printable(one.account) for one in (*wrong, *singly)]
    width = max((size for size in map(cells, ("account", *names)) if size <= WIDEST_NAME), default=0)
    yield from unplanned_lines(accounts, full=full)
    if singly:
        yield f"  {padded('account', width)}  {'changes':>9}{'rows':>9}{'invalid':>9}"
    for one in singly:
        yield from _figures(one, width)
    if rest := changing[len(shown) :]:
        most, least = rest[0].changes, rest[-1].changes
        each = f"{least:,}" if least == most else f"{least:,} to {most:,}"
        words = f"{counted(len(rest), 'more account')} with {each} changes"
        yield f"{CHANGE} {words}, {sum(one.changes for one in rest):,} in all"
    if same and not full:
        yield f"{SAME} {counted(len(same), 'account')} already so: {_some_names(same)}"


def _rank(one: AccountPlan) -> tuple[bool, bool, int, str]:
    """Return where an account comes: first what has to be allowed, then one of which nothing but mistakes is left."""
    return not one.tripped, bool(one.changes), -one.changes, one.account


def _figures(one: AccountPlan, width: int) -> Iterator[str]:
    sign = (GUARDED if one.tripped else CHANGE) if one.changes else WRONG if one.invalid else SAME
    name = printable(one.account)
    if cells(name) > width:
        yield f"{sign} {name}"
        sign, name = " ", ""
    guards = f"  {', '.join(dict.fromkeys(one.tripped))}" if one.tripped else ""
    invalid = f"{one.invalid:>9,}" if one.invalid else f"{'-':>9}"
    yield f"{sign} {padded(name, width)}  {one.changes:>9,}{one.rows:>9,}{invalid}{guards}"


def unplanned_lines(accounts: Sequence[AccountPlan], *, full: bool = False) -> Iterator[str]:
    """Yield two lines for each account that could not be planned; those that the same kept from it share them."""
    groups: dict[tuple[str, str], list[AccountPlan]] = {}
    for one in (one for one in accounts if one.code):
        alike = one.message.replace(one.account, "") if not full else one.account
        groups.setdefault((one.code, alike), []).append(one)
    for (code, _), alike_ones in groups.items():
        names = _some_names(alike_ones)
        yield f"{WRONG} left out" if names == NO_ACCOUNT else f"{WRONG} {names}: not planned"
        yield f"    {code} {excerpt(alike_ones[0].message, MOST_WORDS)}"


def _some_names(accounts: Sequence[AccountPlan]) -> str:
    return listed([printable(one.account) for one in accounts], MOST_NAMES)


def fleet_totals_line(totals: PlannedFleetTotals) -> str:
    """`108 assistants of 2 accounts to change, 1 account not planned, 2 rows invalid: about 1 min 10 s`."""
    words = [
        f"{counted(totals.changes, 'assistant')} of {counted(totals.changing, 'account')} to change",
        f"{counted(totals.unplanned, 'account')} not planned" if totals.unplanned else "",
        f"{counted(totals.invalid, 'row')} invalid" if totals.invalid else "",
    ]
    line = ", ".join(filter(None, words))
    return (
        f"{line}: about {how_long(totals.seconds)}, each account at its own pace" if totals.changes else line
    )


def beside_lines(left_out: Mapping[str, int], idle: Sequence[str]) -> Iterator[str]:
    """Yield what is not part of the plan: accounts that were not chosen, and those that have no row."""
    if left_out:
        rows = counted(sum(left_out.values()), "row")
        yield f"Left out: {rows} of {_not_chosen(list(left_out))}"
    if idle:
        names = listed(list(map(printable, idle)), MOST_NAMES)
        yield f"Without a row: {counted(len(idle), 'account')} of those chosen: {names}"


def _not_chosen(names: Sequence[str]) -> str:
    return (
        f"{counted(len(names), 'account')} that {'was' if len(names) == 1 else 'were'} not chosen: "
        + listed(list(map(printable, names)), MOST_NAMES)
    )
