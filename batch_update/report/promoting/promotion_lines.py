"""How ready accounts are to take the assistants of another one, in a screenful: alike what is missing in many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from batch_update.fields.references import catalogs_of
from batch_update.model.promotions import Lack, Readiness, TargetReadiness, lacking
from batch_update.model.sheets import Problem, Severity
from batch_update.text import counted, excerpt, listed, printable

MOST_NAMES = 3
"""Accounts or assistants that a line names."""
MOST_LINES = 15
"""lines about what is missing, and about accounts that could not be looked at"""
_MOST_WORDS = 100


def promotion_lines(found: Readiness, *, rest_in: str = "") -> Iterator[str]:
    """Yield how all targets stand, in a screenful. `rest_in`: the file that tells of each."""
    yield (
        f"From {found.source} to {counted(len(found.targets), 'account')}: "
        f"{counted(len(found.assistants), 'assistant')}, {counted(len(found.fields), 'field')} of each."
    )
    ready = [one for one in found.targets if one.is_ready]
    if ready:
        yield f"  ready      {_accounts(ready)}"
    yield from lack_lines(found, rest_in=rest_in)
    yield from _staying(found)
    for words in found.own_words[:MOST_NAMES]:
        yield (
            f"  look       texts of {listed([printable(name) for name in words.assistants], MOST_NAMES)} say "
            f'"{excerpt(words.value)}", and would there: {{{{{printable(words.variable)}}}}} says each account\'s own'
        )


def lack_lines(found: Readiness, *, rest_in: str = "") -> Iterator[str]:
    """Yield what keeps assistants from being carried over: accounts that could not be looked at, and what is missing.

    `rest_in`: the file that tells of each.
    """
    blind = [one for one in found.targets if one.code]
    lines = [
        *(f"  unknown    {one.account}: {one.code} {excerpt(one.message, _MOST_WORDS)}" for one in blind),
        *(_missing_line(*item) for item in lacking(found.targets).items()),
    ]
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"  and {counted(len(lines) - MOST_LINES, 'more line')}: {rest_in or 'the option output writes all'}"


def problem_lines(found: Readiness, problems: Iterable[Problem]) -> Iterator[str]:
    """Yield what is to be told of the rows that were made for the targets: alike problems of many in a line."""
    places = [(target, one.name) for target in found.targets for one in target.ready]
    kinds: dict[tuple[str, str, Severity, str], list[int]] = {}
    for problem in problems:
        rows = kinds.setdefault((problem.code, problem.message, problem.severity, problem.given), [])
        rows += [] if problem.index is None else [problem.index]
    for (code, message, severity, given), rows in islice(kinds.items(), MOST_LINES):
        head = "invalid" if severity is Severity.ERROR else "look"
        names = listed(list(dict.fromkeys(printable(places[row][1]) for row in rows)), MOST_NAMES)
        targets = list({places[row][0].account: places[row][0] for row in rows}.values())
        said = f"{message}: {excerpt(given)}" if given else message
        yield f"  {head:<9}  {code} {said}" + (f" ({names}): {_accounts(targets)}" if rows else "")
    if len(kinds) > MOST_LINES:
        yield f"  and {counted(len(kinds) - MOST_LINES, 'more line')}: the setting json tells of each row"


def _missing_line(lack: Lack, targets: Sequence[TargetReadiness]) -> str:
    """`  missing    voice "Clara" (Reception): hotel-007, praxis-012 and 3 more`."""
    needing = list(dict.fromkeys(name for one in targets for name in one.lacks[lack]))
    names = [printable(name) for name in needing if name != lack.name]
    whose = f" ({listed(names, MOST_NAMES)})" if names else ""
    head = "unclear" if lack.found or lack.why else "missing"
    return f"  {head:<9}  {printable(lack.words)}{whose}: {_accounts(targets)}"


def _staying(found: Readiness) -> Iterator[str]:
    """Yield what is not carried over at all, and why."""
    if found.left_out:
        yield f"  stays      {', '.join(found.left_out)}: each account's own"
    if ids := [name for name in found.unreported if catalogs_of(name)]:
        yield (
            f"  stays      {', '.join(ids)}: the API does not tell which of them {found.source} uses; "
            "a sheet for fleet apply can set them, by name"
        )
    if others := [name for name in found.unreported if name not in ids]:
        yield f"  stays      {', '.join(others)}: the API does not tell what is there"
    candidates = [one for target in found.targets for one in target.candidates]
    if secrets := sorted({(one.name, field) for one in candidates for field in one.secrets}):
        places = [f"{field} of {printable(name)}" for name, field in secrets]
        yield f"  stays      {listed(places, MOST_NAMES)}: a secret in it"
    if left := sorted({(one.name, one.left) for one in candidates if one.left}):
        places = [f"{printable(name)} ({excerpt(words)})" for name, words in left]
        yield f"  stays      {listed(places, MOST_NAMES)}: no update takes such a value"


def _accounts(targets: Sequence[TargetReadiness]) -> str:
    names = [printable(one.account) for one in targets]
    return (
        listed(names, MOST_NAMES)
        if len(names) < 2
        else f"{len(names):,} accounts: {listed(names, MOST_NAMES)}"
    )
