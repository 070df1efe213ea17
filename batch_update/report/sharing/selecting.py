"""A report of some assistants alone, for one customer: nothing of the others is in it. Pure.

What tells of the run as a whole, or of the sheet around the rows, is left out: events, guards, the number of requests,
the name of the file and its digest, whatever stands above the table. Rows keep the numbers that they have in the sheet,
so that both sides can name one; they tell no more of the others than that there are rows before.

Whatever is added to these nouns is left out here until somebody has thought of it: they are made anew, field by field.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from batch_update.errors import UsageError
from batch_update.journal.recorded import RunFacts
from batch_update.model.choices import Catalog
from batch_update.model.plans import Change, Outcome, Plan
from batch_update.model.reports import Report
from batch_update.model.sheets import Column, Json, Problem, Role, Sheet, Surroundings
from batch_update.report.row_owners import assistants_of
from batch_update.report.sharing.told_of_whole import without_words
from batch_update.text import listed

T = TypeVar("T")
NAME = "selection"
"""Stands in place of the name of the sheet, which may be that of another customer."""
OTHER = "[another assistant]"
SHORTEST_NAME = 3
"""Letters of the name of another assistant that is looked for in sentences."""


def selected(report: Report, only: Collection[int]) -> Report:
    """Return the report of these assistants alone. Raises UsageError (U101) where no row is about one of them."""
    wanted, ids = frozenset(only), assistants_of(report.plan)
    if missing := sorted(wanted.difference(filter(None, ids))):
        raise UsageError(
            f"the setting only names assistants that no row of the run is about: {listed(missing)}",
            code="U101",
            remedy="check these ids, or leave them out",
        )
    selection = _Selection(report.plan, [index for index, number in enumerate(ids) if number in wanted], ids)
    outcomes = tuple(selection.outcome(report.outcomes[index]) for index in selection.rows)
    started, seconds = _time_of(outcomes)
    stopped = None if report.stopped is None else without_words(report.stopped)
    return Report(selection.plan(), outcomes, seconds=seconds, stopped=stopped, started=started)


def facts_of_selection(facts: RunFacts, only: Collection[int]) -> RunFacts:
    """Return what is told of the run beside its outcomes: nothing that counts the others, or names them."""
    settings = facts.settings and facts.settings.model_copy(
        update={"only": tuple(sorted(only)), "limit": None, "max_changes": None, "waves": ()}
    )
    return RunFacts(settings, None, facts.command)


class _Selection:
    """The rows of a plan that are kept, and what stands in sentences in place of all others."""

    def __init__(self, plan: Plan, rows: Sequence[int], ids: Sequence[int | None]) -> None:
        self.rows = rows
        self._plan = plan
        self._at = {index: place for place, index in enumerate(rows)}
        self._kept = {ids[index] for index in rows}
        self._other_ids = {str(number) for number in ids if number and number not in self._kept}
        names = {change.name for change in plan.changes if change.assistant_id not in self._kept}
        named = [column for column in plan.sheet.columns if column.field == "name"]
        others = [index for index in range(len(plan.sheet)) if index not in self._at]
        named += [column for column in plan.sheet.columns if column.role is Role.ID]
        names |= {column.texts[index].strip() for column in named for index in others}
        mine = {change.name for change in plan.changes if change.assistant_id in self._kept}
        mine |= {column.texts[index].strip() for column in named for index in rows}
        self._other_names = {
            name for name in names - mine if len(name) >= SHORTEST_NAME and not name.isdecimal()
        }

    def plan(self) -> Plan:
        plan = self._plan
        changes = tuple(self._change(one) for one in plan.changes if one.assistant_id in self._kept)
        return Plan(
            self._sheet(plan.sheet),
            changes,
            {self._at[index]: self.outcome(one) for index, one in plan.settled.items() if index in self._at},
            self._problems(plan.problems),
            plan.account,
            plan.server,
            plan.unseen,
            called=_called(plan.called, changes),
            left_to_others=self._of_kept(plan.left_to_others),
            excused=self._problems(plan.excused),
        )

    def outcome(self, outcome: Outcome) -> Outcome:
        if not (outcome.message or outcome.field_errors or outcome.wave):
            return outcome
        said = {name: tuple(map(self._words, texts)) for name, texts in outcome.field_errors.items()}
        return replace(outcome, message=self._words(outcome.message), field_errors=said, wave=0)

    def _of_kept(self, values: Mapping[int, T]) -> dict[int, T]:
        return {self._at[index]: value for index, value in values.items() if index in self._at}

    def _sheet(self, sheet: Sheet) -> Sheet:
        cells = {column.texts[index] for column in sheet.columns for index in self.rows}
        return Sheet(
            f"{NAME}.{sheet.dialect.format}",
            replace(sheet.dialect, worksheet=None),
            tuple(map(self._column, sheet.columns)),
            [sheet.numbers[index] for index in self.rows],
            None if sheet.lines is None else [sheet.lines[index] for index in self.rows],
            sheet.header_row,
            ragged=self._of_kept(sheet.ragged),
            problems=self._problems(sheet.problems),
            around=Surroundings(),
            totals=frozenset(self._at[index] for index in sheet.totals if index in self._at),
            files={cell: file for cell, file in sheet.files.items() if cell in cells},
        )

    def _column(self, column: Column) -> Column:
        return replace(column, texts=[column.texts[index] for index in self.rows])

    def _change(self, change: Change) -> Change:
        return replace(change, indexes=tuple(self._at[index] for index in change.indexes))

    def _problems(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return the problems of the rows; those of the sheet as a whole may count or name others."""
        return tuple(
            replace(
                one,
                index=self._at[one.index],
                also=tuple(self._at[index] for index in one.also if index in self._at),
                message=self._words(one.message),
                remedy=self._words(one.remedy),
            )
            for one in problems
            if one.index in self._at
        )

    def _words(self, text: str) -> str:
        """Return a sentence without the ids and names of other assistants."""
        for name in (name for name in self._other_names if name in text):
            text = text.replace(name, OTHER)
        text = _ASSISTANT(lambda found: found[0] if int(found[1]) in self._kept else OTHER, text)
        return _NUMBER(lambda found: OTHER if found[0] in self._other_ids else found[0], text)


_ASSISTANT = re.compile(r"\bassistants? (?:id )?([1-9][0-9]{0,17})\b").sub
_NUMBER = re.compile(r"(?<![\w.,])[1-9][0-9]{2,17}(?![\w]|[.,][0-9])").sub


def _called(
    called: Mapping[Catalog, Mapping[int, str]], changes: Iterable[Change]
) -> dict[Catalog, dict[int, str]]:
    """Return the names of those ids alone that the changes are about."""
    ids = {
        number for change in changes for values in (change.body, change.before) for number in _ids_in(values)
    }
    kept = {
        catalog: {key: name for key, name in names.items() if key in ids} for catalog, names in called.items()
    }
    return {catalog: names for catalog, names in kept.items() if names}


def _ids_in(value: Json) -> Iterator[int]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _ids_in(part)
    elif isinstance(value, int):
        yield value


def _time_of(outcomes: Iterable[Outcome]) -> tuple[datetime | None, float]:
    """Return when sending these began, and how many seconds it took from the first to the last."""
    spans = [
        (one.started, one.started + timedelta(milliseconds=one.ms or 0)) for one in outcomes if one.started
    ]
    if not spans:
        return None, 0.0
    began = min(start for start, _ in spans)
    return began, (max(end for _, end in spans) - began).total_seconds()
