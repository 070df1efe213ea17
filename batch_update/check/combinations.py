"""Problems between cells that are good: fields of one row that do not fit together, parts beside the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from batch_update.check.fault import Fault
from batch_update.check.judging.columns import FieldColumn, PartColumn
from batch_update.check.rows import ReadRows
from batch_update.fields.cells import LEAVE
from batch_update.fields.parts import part_name
from batch_update.fields.rules import MODE_FACTS, MODE_MODELS, RULES, Broken, Context, broken_rules
from batch_update.fields.tools import shown
from batch_update.model.named import NamedChoice
from batch_update.model.sheets import Problem, Severity

# ---------------------------------------------------------------- the fields of one row


def rule_problems(rows: ReadRows) -> Iterator[Problem]:
    """Yield a problem for each rule that a row breaks, at the first cell that breaks it."""
    for names in _ruled_together():
        columns = [rows.by_name[name] for name in names if name in rows.by_name]
        if columns:
            yield from _broken_combinations(rows, columns)
    if "tools" in rows.by_name:
        yield from _broken_by_id(rows, rows.by_name["tools"])


def _ruled_together() -> list[tuple[str, ...]]:
    """Return groups of fields that rules look at together: the smaller, the fewer distinct combinations arise."""
    modes = dict.fromkeys(("mode", *(fact.field for fact in MODE_FACTS), *MODE_MODELS.values()))
    return [tuple(modes), *(rule.fields for rule in RULES if not set(rule.fields) <= set(modes))]


def _broken_combinations(rows: ReadRows, columns: Sequence[FieldColumn]) -> Iterator[Problem]:
    """Yield the problems of these columns together. Each combination of texts is judged once."""
    combinations = partial(zip, *(column.told_apart() for column in columns), strict=True)
    judged = {texts: _broken_by(columns, texts) for texts in set(combinations())}
    broken = {texts: rules for texts, rules in judged.items() if rules}
    for row, texts in enumerate(combinations() if broken else ()):
        for rule in broken.get(texts, ()):
            yield _rule_problem(rows, row, rule)


def _broken_by(columns: Sequence[FieldColumn], texts: Sequence[str]) -> list[Broken]:
    values = {column.name: column.value(text) for column, text in zip(columns, texts, strict=True)}
    return list(
        broken_rules({name: value for name, value in values.items() if value is not LEAVE}, Context())
    )


def _broken_by_id(rows: ReadRows, tools: FieldColumn) -> Iterator[Problem]:
    """Yield the problems of rows whose tools name their own assistant."""
    named = {text: set(_assistants_named(tools.value(text))) for text in set(tools.texts)}
    for row, text in enumerate(tools.texts if any(named.values()) else ()):
        assistant_id = rows.assistant(row)
        if assistant_id in named[text]:
            for rule in broken_rules({"tools": tools.value(text)}, Context(assistant_id)):
                yield _rule_problem(rows, row, rule)


def _assistants_named(value: Any) -> Iterable[int]:
    tools = value if isinstance(value, list) else ()
    return (tool["assistant_id"] for tool in tools if isinstance(tool.get("assistant_id"), int))


def _rule_problem(rows: ReadRows, row: int, rule: Broken) -> Problem:
    columns = [rows.by_name[name] for name in rule.fields]
    given = ", ".join(f"{column.name} {shown(column.texts[row].strip())}".strip() for column in columns)
    severity = Severity.ERROR if rule.blocks else Severity.WARNING
    fault = Fault(rule.code, rule.sentence, given, remedy=rule.remedy, severity=severity)
    return rows.problem(row, columns[0].index, fault)


# ---------------------------------------------------------------- parts of values


def part_problems(rows: ReadRows) -> Iterator[Problem]:
    """Yield a problem for each row that sets a part in two ways: with the whole beside it, or added and taken away."""
    for column in rows.part_columns:
        whole = rows.by_name.get(column.whole)
        if whole is not None:
            yield from _with_the_whole(rows, column, whole)
        removed = rows.by_name.get(part_name(column.whole, (), "remove"))
        if column.operation == "add" and removed is not None:
            yield from _added_and_removed(rows, column, removed)


def _with_the_whole(rows: ReadRows, part: PartColumn, whole: FieldColumn) -> Iterator[Problem]:
    message = f"the row sets {part.name} and all of {whole.name}"
    fault = Fault("X240", message)
    for row, (own, beside) in enumerate(zip(part.texts, whole.texts, strict=True)):
        if own not in part.blanks and beside not in whole.blanks:
            yield rows.problem(row, part.index, fault)


def _added_and_removed(rows: ReadRows, added: FieldColumn, removed: FieldColumn) -> Iterator[Problem]:
    for row, (plus, minus) in enumerate(zip(added.texts, removed.texts, strict=True)):
        both = added.ids(plus) & removed.ids(minus)
        if both:
            message = f"{added.name} and {removed.name} both name {', '.join(sorted(map(_item_words, both)))}"
            yield rows.problem(row, removed.index, Fault("X245", message))


def _item_words(item: int | NamedChoice) -> str:
    return shown(item.text) if isinstance(item, NamedChoice) else str(item)


def parts_without_present(rows: ReadRows) -> Iterator[Problem]:
    """Yield a problem for each part that is set while it is not known what is there around it."""
    for column in rows.part_columns:
        message = (
            f"{column.name} can only be set beside the rest of {column.whole}, and what is there was not read"
        )
        fault = Fault("X243", message)
        for row, text in enumerate(column.texts):
            if column.value(text) is not LEAVE:
                yield rows.problem(row, column.index, fault)
