"""The changes of a plan in a few bytes each, while they wait to be sent: a fleet holds hundreds of thousands."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace

from batch_update.model.compact.made_anew import MadeAnew
from batch_update.model.plans import Change

NO_ASSISTANT = 0
"""stands for that of a change in what several changes have in common"""


def packed(changes: Sequence[Change]) -> Sequence[Change]:
    """Return the changes in less memory where several say the same, as `alike` reads them, else as they are.

    Each is made anew whenever it is looked at. What an assistant is called is left out: nothing that sends asks for it.
    """
    kinds: dict[tuple[int, int], Change] = {}
    of_each = []
    for change in changes:
        if change.parts or change.held or change.base or change.wave:
            return changes
        kind = kinds.get((id(change.body), id(change.before)))
        if kind is None:
            kind = replace(change, assistant_id=NO_ASSISTANT, indexes=(), name="")
            kinds[id(change.body), id(change.before)] = kind
        of_each.append(kind)
    return changes if len(kinds) * 2 > len(changes) else _Packed(changes, of_each)


class _Packed(MadeAnew[Change]):
    """Changes of which many have the same values."""

    __slots__ = ("_assistants", "_indexes", "_kinds")

    def __init__(self, changes: Sequence[Change], kinds: list[Change]) -> None:
        """`kinds`: of each change what it has in common with others."""
        self._kinds = kinds
        self._assistants = array("q", (change.assistant_id for change in changes))
        self._indexes = [change.indexes for change in changes]

    def __len__(self) -> int:
        return len(self._kinds)

    def __iter__(self) -> Iterator[Change]:
        return map(_unpacked, self._kinds, self._assistants, self._indexes)

    def made(self, index: int) -> Change:
        return _unpacked(self._kinds[index], self._assistants[index], self._indexes[index])


def _unpacked(kind: Change, assistant: int, indexes: tuple[int, ...]) -> Change:
    return Change(assistant, kind.body, indexes, before=kind.before)
