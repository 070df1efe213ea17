"""Sheets made of assistants: cells that say what is there, and would leave everything as it is. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from batch_update.check.fault import has_errors
from batch_update.check.judging.cells import cell_of, judge_cell
from batch_update.fields.cells import LEAVE
from batch_update.fields.facts import all_fields
from batch_update.fields.remembered.memory import remembered
from batch_update.fields.rules import Context, broken_rules
from batch_update.fields.tools import has_secret
from batch_update.fields.values.differences import brief_value
from batch_update.fields.values.same import same_value
from batch_update.model.plans import Present
from batch_update.model.sheets import Json, picked

_NOTHING: tuple[Json, ...] = (None, "", [], {})


class Statement:
    """Makes rows of cells of what assistants hold, and counts the cells that it had to leave empty.

    A cell that is written is proved first: read back, it is a value that may be sent and the same as what is there;
    and the cells of a row break no rule together. All else is an empty cell, which leaves the field alone: what is
    unknown, null where null cannot be sent, what is out of bounds or holds half a character, what the mode does not
    have.
    """

    def __init__(self, fields: Sequence[str], *, with_secrets: bool) -> None:
        self.fields = tuple(fields)
        self.secrets = 0
        """cells that hold a secret, written or not"""
        self.left_empty: Counter[str] = Counter()
        """field -> cells of values that could not be sent as they are"""
        self._with_secrets = with_secrets
        self._proved: dict[tuple[str, str], bool] = {}

    def row(self, assistant_id: int, present: Present) -> tuple[tuple[str, ...], str]:
        """Return a cell for each of the fields, and briefly the values that no cell can say: `max_duration: 1800`."""
        texts = {name: self._cell(name, value) for name, value in picked(present, self.fields).items()}
        kept = {name: present[name] for name, text in texts.items() if text}
        for name in _against_rules(assistant_id, kept, present):
            self.left_empty[name] += 1
            texts[name] = ""
        unsaid = (name for name, text in texts.items() if not text and self._is_told(present[name]))
        unsaid_words = "; ".join(f"{name}: {brief_value(present[name])}" for name in unsaid)
        return tuple(texts.get(name, "") for name in self.fields), unsaid_words

    def memory(self, assistant_id: int, account: str, present: Present) -> str:
        """Return the cell that remembers what is there of the fields, whether or not a cell of theirs can say it.

        Secrets that are left out are not remembered, so that nobody can try out what they might be.
        """
        seen = picked(present, self.fields)
        if not self._with_secrets:
            seen = {name: value for name, value in seen.items() if not has_secret(value)}
        return remembered(assistant_id, account, seen)

    def _is_told(self, value: Json) -> bool:
        """Whether it is told that no cell says this: secrets are left out on purpose, and nothing needs no words."""
        return value not in _NOTHING and (self._with_secrets or not has_secret(value))

    def _cell(self, name: str, value: Json) -> str:
        field = all_fields()[name]
        if value is None:
            return "null" if field.nullable else ""
        if value in ({}, []) and not field.empty:
            return ""  # nothing is there, and nothing can be said to leave it so
        if self._is_secret(value):
            return ""
        text = self._text(name, value)
        if not text:
            self.left_empty[name] += 1
        return text

    def _is_secret(self, value: Json) -> bool:
        """Count the value where it holds a secret, and return whether it is left out for that."""
        if not has_secret(value):
            return False
        self.secrets += 1
        return not self._with_secrets

    def _text(self, name: str, value: Json) -> str:
        """Return the cell of a value; "" where none would be read as the same."""
        text = cell_of(name, value)
        if text is None:
            return ""
        key = name, text
        if key not in self._proved:
            self._proved[key] = _reads_back(name, text, value)
        return text if self._proved[key] else ""


def _reads_back(name: str, text: str, value: Json) -> bool:
    said, faults = judge_cell(all_fields()[name], text, ".")
    return not has_errors(faults) and said is not LEAVE and same_value(name, said, value)


def _against_rules(assistant_id: int, kept: dict[str, Json], present: Present) -> set[str]:
    """Return the fields that could not be sent together. The mode is what the others have to fit."""
    mode = present.get("mode")
    known = mode if mode in all_fields()["mode"].choices else None
    broken = broken_rules(kept, Context(assistant_id, known, present))
    return {name for rule in broken if rule.blocks for name in rule.fields} - {"mode"}
