"""Sheets as people have them, by the programs that they use: each is understood, or refused in words that help."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from batch_update.errors import SheetError
from batch_update.fields.names import Heading
from batch_update.fields.parts import part_name
from batch_update.model.plans import Change, Plan
from batch_update.model.sheets import Column, Problem, Role, Sheet
from batch_update.plan.from_sheet import make_plan
from batch_update.plan.naming.matching import ids_of
from batch_update.settings.tunables import Settings
from batch_update.sheet.reading import read_sheet
from batch_update.text import column_letters
from tests.sheet.zoo.account import ACCOUNT
from tests.sheet.zoo.excel import EXCEL
from tests.sheet.zoo.messy import MESSY
from tests.sheet.zoo.saved import SAVED
from tests.sheet.zoo.scripted import SCRIPTED
from tests.sheet.zoo.specimens import KEPT, Office, Refused, Specimen, Understood
from tests.sheet.zoo.texts import TEXTS

ZOO = (*TEXTS, *EXCEL, *SCRIPTED, *SAVED, *MESSY)
LARGEST = 12_000
"""bytes of a file that is kept"""
_MARKS = {Role.IGNORED: "-", Role.OWN: "_", Role.UNKNOWN: "?"}


def read(specimen: Specimen, folder: Path) -> Sheet:
    path = folder / specimen.file
    path.write_bytes(specimen.content())
    return read_sheet(path, Settings(**specimen.settings))


def planned(sheet: Sheet) -> Plan:
    """The plan of a sheet, its names looked up on the account of the zoo."""
    plan = make_plan(sheet, fetched=True)
    return make_plan(sheet, fetched=True, names=ids_of(plan.unnamed, ACCOUNT)) if plan.unnamed else plan


def understood(sheet: Sheet, plan: Plan, right: Understood) -> Understood:
    """What came of a sheet, in the words in which it is written down."""
    return Understood(
        columns=" | ".join(map(_purpose, sheet.columns)),
        sends={change.assistant_id: _sent(change) for change in plan.changes},
        problems=", ".join(sorted(_place(sheet, problem) for problem in plan.problems)),
        others=", ".join(
            f"{sheet.numbers[index]} {outcome.status}" for index, outcome in plan.settled.items()
        ),
        header=sheet.header_row,
        worksheet=sheet.dialect.worksheet if right.worksheet else None,
    )


def _purpose(column: Column) -> str:
    heading = Heading(column.role, column.field, column.path, column.operation)
    return _MARKS.get(column.role) or heading.name or ""


def _sent(change: Change) -> dict[str, object]:
    parts = {part_name(part.field, part.path, part.operation): part.value for part in change.parts}
    return {**change.body, **parts}


def _place(sheet: Sheet, problem: Problem) -> str:
    letters = "" if problem.column is None else column_letters(problem.column)
    if problem.index is None:
        number = str(sheet.header_row) if letters else ""
    else:
        number = str(sheet.numbers[problem.index])
    return f"{letters}{number} {problem.code}".strip()


@pytest.mark.parametrize("specimen", ZOO, ids=lambda specimen: specimen.file)
def test_a_sheet_is_understood_as_its_people_meant_it(specimen: Specimen, tmp_path: Path) -> None:
    right = specimen.right
    if isinstance(right, Refused):
        with pytest.raises(SheetError) as refused:
            read(specimen, tmp_path)
        told = f"{refused.value} {refused.value.remedy}"
        assert refused.value.code == right.code
        assert [words for words in right.words if words not in told] == [], told
        return
    sheet = read(specimen, tmp_path)
    found = understood(sheet, planned(sheet), right)
    in_order = ", ".join(sorted(right.problems.split(", ")))
    assert found == replace(right, problems=in_order)


def test_each_sheet_has_a_name_of_its_own_and_those_that_an_office_program_saved_are_there_and_small() -> (
    None
):
    """`python -m tests.sheet.zoo.keep` makes them."""
    names = [specimen.file for specimen in ZOO]
    assert sorted(names) == sorted(set(names))
    saved = {specimen.file for specimen in ZOO if isinstance(specimen.made, Office)}
    assert {path.name for path in KEPT.iterdir()} == saved
    assert [path.name for path in KEPT.iterdir() if path.stat().st_size > LARGEST] == []
