"""A sequence whose items are made anew each time that they are looked at, from something that takes less memory."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar, overload

T = TypeVar("T")


class MadeAnew(Sequence[T]):
    """Equal to any other sequence of the same items, and shown as a tuple of them."""

    __slots__ = ()

    @abstractmethod
    def made(self, index: int) -> T:
        """Return the item with this index, which counts from 0."""

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            return tuple(self)[index]
        return self.made(index if index >= 0 else index + len(self))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # items may hold mappings, which have none

    def __repr__(self) -> str:
        return repr(tuple(self))
