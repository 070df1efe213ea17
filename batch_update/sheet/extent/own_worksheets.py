"""Owns the names of the worksheets that this program adds to workbooks: help, lists of choices, problems, reports."""

from __future__ import annotations

from collections.abc import Collection

PROBLEMS = {"en": "Problems", "de": "Probleme"}
HELP = {"en": "Help", "de": "Hilfe"}
LISTS = {"en": "Lists", "de": "Listen"}
OF_REPORTS = {
    "en": ("Summary", "Results", "Changes", "Problems", "Run", "Texts"),
    "de": ("Übersicht", "Ergebnisse", "Änderungen", "Probleme", "Lauf", "Texte"),
}
"""Language -> the worksheets of a report, of which the second one is a sheet again."""
OF_PLANS = {
    language: (titles[0], titles[2], {"en": "Rows", "de": "Zeilen"}[language], titles[3], titles[4])
    for language, titles in OF_REPORTS.items()
}
"""Language -> the worksheets of a plan, none of which is a sheet."""
_ENOUGH = 3
"""Worksheets of a report by which it is known as one: a single name may be anybody's."""
_NAMES = frozenset({*PROBLEMS.values(), *HELP.values(), *LISTS.values()})


def are_of_plan(names: Collection[str]) -> bool:
    """Whether these are the worksheets of a plan, which is there to be read."""
    return any({*titles} <= {*names} for titles in OF_PLANS.values())


def own_among(names: Collection[str]) -> frozenset[str]:
    """Return the worksheets that are probably ours, with no assistants; `_` begins such names, too.

    Of a report that is all but its results: in a workbook of somebody else's, a worksheet Changes may be what is meant.
    """
    found = {name for name in names if name in _NAMES or name.startswith("_")}
    for titles in OF_REPORTS.values():
        if titles[1] in names and len({*titles}.intersection(names)) >= _ENOUGH:
            found |= {*titles} - {titles[1]}
    return frozenset(found)
