"""Owns pandas DataFrames on their way out: columns of values, each with the type that its kind has in pandas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from batch_update.model.plans import UNKNOWN

if TYPE_CHECKING:  # it takes 40 MiB: what only sends, or writes a report without a frame, does without it
    import pandas as pd


class Kind(StrEnum):
    """The kinds of values that a column can have, as pandas names them."""

    TEXT = "str"
    WHOLE = "int64"
    MAYBE_WHOLE = "Int64"
    """whole numbers, some of which are missing"""
    TIME = "datetime64[us, UTC]"
    VALUE = "object"
    """JSON values; one that is not known is missing"""


@dataclass(frozen=True, slots=True)
class FrameColumn:
    """A column of a frame."""

    name: str
    kind: Kind
    values: Sequence[Any]
    choices: tuple[str, ...] = ()
    """all that its texts may be, in their order: they become categories"""


def frame_from(columns: Iterable[FrameColumn]) -> pd.DataFrame:
    """Return the columns as a DataFrame. Two may have one name, as in the sheet."""
    import pandas as pd

    given = list(columns)
    frame = pd.DataFrame({place: _series(column) for place, column in enumerate(given)})
    frame.columns = pd.Index([column.name for column in given], dtype=object)
    return frame


def _series(column: FrameColumn) -> pd.Series[Any]:
    import pandas as pd

    if column.choices:
        return pd.Series(pd.Categorical(list(column.values), categories=list(column.choices)))
    if column.kind is Kind.VALUE:
        known = [pd.NA if value is UNKNOWN else value for value in column.values]
        return pd.Series(known, dtype=object)
    return pd.Series(list(column.values), dtype=column.kind.value)
