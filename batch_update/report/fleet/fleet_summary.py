"""A fleet in a screenful: how many accounts are as wanted, the worst of the others, files, the next command."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, starmap
from pathlib import Path

from batch_update.codes import CODES
from batch_update.model.plans import Status
from batch_update.model.reports import Exit
from batch_update.report.documents.envelope import Purpose
from batch_update.report.fleet.account_states import (
    AccountStanding,
    AccountState,
    FleetStanding,
)
from batch_update.report.fleet.fleet_commands import FleetCommands, commands_for_fleet
from batch_update.report.fleet.fleet_paths import FleetFiles
from batch_update.report.page.fleet_words import ACCOUNT_STATES
from batch_update.report.screen.gone_wrong import Room
from batch_update.report.screen.summary import FEWEST_LINES, WORDS
from batch_update.report.tones import Piece, Tone
from batch_update.text import counted, excerpt, how_long, listed, printable

MOST_WORDS = 70
"""Characters of what is said of an account."""
MOST_NAMES = 3
"""Accounts that a line names."""
STATES = {state: ACCOUNT_STATES[state].en for state in AccountState}
"""State of an account -> its words within a sentence."""
_LABELS: Mapping[Purpose, str] = {
    "apply": "Send    ",
    "resume": "Go on   ",
    "apply_failed": "Fix     edit {} there, then: ",
    "undo": "Undo    ",
}


def fleet_summary(
    standing: FleetStanding,
    files: FleetFiles | None = None,
    *,
    commands: FleetCommands | None = None,
    room: Room | None = None,
) -> list[Piece]:
    """Return a fleet as text that ends in no line break, its first line in a tone of its own.

    Accounts come the worst first, and as many as fit into `room` beside the files and the next commands.
    """
    room, commands = room or Room(), commands or FleetCommands()
    first, why = fleet_line(standing), list(_why_ended(standing))
    end = [*_file_lines_of(files), *_next_of(standing, files, commands)]
    free = max(FEWEST_LINES, room.lines - room.of((first, *why, *end)))
    lines = [*why, *account_lines(standing, free, room, files), *end]
    tone = Tone.GOOD if standing.end.exit is Exit.OK else Tone.ERROR
    return [Piece(first, tone), *(Piece(f"\n{line}") for line in lines)]


def fleet_line(standing: FleetStanding) -> str:
    """`2 of 3 accounts as wanted: 230 updated, 12 failed in 1 min 10 s`; while some are at work: what is to do yet."""
    whole = standing.whole
    done = standing.states.get(AccountState.AS_WANTED, 0)
    counts = standing.counts
    if AccountState.AT_WORK in standing.states:
        counts.pop(Status.NOT_SENT, None)
        told = [counts_words(counts)] if counts else []
        words = ", ".join([*told, f"{counted(standing.left, 'row')} to do"])
        return f"{done:,} of {counted(whole, 'account')} as wanted so far: {words}"
    return (
        f"{done:,} of {counted(whole, 'account')} as wanted: {counts_words(counts)} "
        f"in {how_long(standing.seconds)}"
    )


def counts_words(counts: Mapping[Status, int]) -> str:
    """`230 updated, 12 failed`."""
    parts = [f"{counts[status]:,} {words}" for status, words in WORDS.items() if counts.get(status)]
    return ", ".join(parts) or "no rows"


def account_lines(
    standing: FleetStanding, most: int, room: Room, files: FleetFiles | None = None
) -> Iterator[str]:
    """Yield a line for each account that is not as wanted, the worst first, in at most so many lines of the screen.

    Where they are too many, a line tells of all that ended alike.
    """
    told = [one for one in standing.accounts if one.state is not AccountState.AS_WANTED]
    width = max((len(_account_called(one)) for one in told[:most]), default=0)
    if len(told) <= most and room.of(lines := [_account_line(one, width) for one in told]) <= most:
        yield from lines
        return
    groups: dict[tuple[str, ...], list[AccountStanding]] = {}
    for one in told:
        codes = "" if one.state is AccountState.NOT_BEGUN else one.code or ", ".join(one.codes)
        groups.setdefault((STATES[one.state], codes), []).append(one)
    blocks = list(starmap(_group_line, groups.items()))
    ends = list(accumulate(room.of([line]) for line in blocks))
    shown = bisect_right(ends, most) if ends[-1] <= most else max(1, bisect_right(ends, most - 1))
    yield from blocks[:shown]
    rest = sum(map(len, list(groups.values())[shown:]))
    if rest:
        where = "fleet.csv" if files is None or files.accounts is None else files.accounts.name
        yield f"  and {counted(rest, 'more account')}: see {printable(where)}"


def _account_line(one: AccountStanding, width: int) -> str:
    """`  stopped       krone   A401 the key is refused; 50 rows to do`."""
    left = f"{counted(one.left, 'row')} to do" if one.left else ""
    why = f"{one.code} {excerpt(one.why, MOST_WORDS)}" if one.code else ""
    if one.codes and not why and one.state is not AccountState.NOT_BEGUN:
        left += f" ({', '.join(f'{count}x {code}' for code, count in one.codes.items())})"
    said = "; ".join(filter(None, (why, left)))
    return f"  {STATES[one.state]:<12}  {_account_called(one):<{width}}  {said}".rstrip()


def _account_called(one: AccountStanding) -> str:
    return one.account if one.is_one else "(no account)"


def _group_line(kind: tuple[str, ...], accounts: Sequence[AccountStanding]) -> str:
    """`  4x stopped A401 the key is refused: krone, sonne and 2 more; 200 rows to do`."""
    state, codes = kind
    title = f" {CODES[codes].title}" if codes in CODES else ""
    names = listed(list(map(_account_called, accounts)), MOST_NAMES)
    rows = counted(sum(one.left for one in accounts), "row")
    return f"  {len(accounts):,}x {state}{f' {codes}' if codes else ''}{title}: {names}; {rows} to do"


def _why_ended(standing: FleetStanding) -> Iterator[str]:
    end = standing.end
    if end.code:
        yield f"Stopped {printable(end.message)} [{end.code}]"


def _file_lines_of(files: FleetFiles | None) -> Iterator[str]:
    if files is None:
        return
    found: Iterable[Path | None] = (files.page, files.workbook or files.accounts)
    for place, path in enumerate(filter(None, found)):
        yield f"{'Report' if not place else '':<8}{printable(str(path))}"
    yield from (f"        {printable(told)}" for told in files.told)


def _next_of(standing: FleetStanding, files: FleetFiles | None, commands: FleetCommands) -> Iterator[str]:
    files = files or FleetFiles()
    failed = printable(files.failed.name) if files.failed else ""
    for purpose, command in commands_for_fleet(standing, files, commands).items():
        yield f"{_LABELS[purpose].format(failed)}{command}"
