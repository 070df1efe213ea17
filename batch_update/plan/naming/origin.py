"""The account whose ids stand beside the names of a sheet: an export remembers whose it is. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from batch_update.check.remembering import base_column
from batch_update.fields.remembered.memory import account_mark, recalled
from batch_update.model.sheets import Sheet


@dataclass(frozen=True, slots=True)
class Origin:
    """The account and the assistants that the rows of a sheet were exported from."""

    is_foreign: bool = False
    """whether it is an export of another account, whose ids mean nothing here: the names beside them count"""
    assistants: frozenset[int] = frozenset()
    """those of this account that it was exported from, whatever they are called by now"""


def origin_of(sheet: Sheet, account: str) -> Origin:
    """Return what a sheet remembers, held against an account as its list tells it; "" where that is not known.

    One that was put together from exports of several accounts counts as this one's.
    """
    column = base_column(sheet)
    if column is None or not account:
        return Origin()
    memories = [memory for text in set(sheet.columns[column].texts) if (memory := recalled(text))]
    mark = account_mark(account)
    own = frozenset(memory.assistant_id for memory in memories if memory.account == mark)
    return Origin(bool(memories) and not own, own)
