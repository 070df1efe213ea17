"""Owns Parquet: the results of a run as a table of typed columns, where pyarrow is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from batch_update.errors import UsageError
from batch_update.model.reports import Report
from batch_update.report.notebook.frame_columns import columns_of_report
from batch_update.sheet.writing.formats import distinct
from batch_update.sheet.writing.framing import FrameColumn, Kind
from batch_update.sheet.writing.records import write_whole
from batch_update.version import __version__

MARK = b"batch-update"
"""The key under which a file says that we wrote it."""


def require_parquet() -> None:
    """Raises UsageError (U116) where no library that writes Parquet is there."""
    try:
        import pyarrow  # noqa: F401  # asked only whether it is there
    except ImportError:
        raise UsageError("the format parquet needs pyarrow, which is not installed", code="U116") from None


def write_parquet(report: Report, path: Path) -> Path:
    """Write the columns that `Report.to_frame` has beside its place, rename it, and tell where it lies.

    The sheet's own cells are texts as they stand; ours have types. A header that stands twice gets its number.
    Raises UsageError (U116), OSError.
    """
    require_parquet()
    import pyarrow as pa
    from pyarrow.parquet import write_table

    columns = list(columns_of_report(report))
    names = distinct([column.name for column in columns])
    arrays = [_array(column) for column in columns]
    table = pa.table(dict(zip(names, arrays, strict=True)))
    table = table.replace_schema_metadata({MARK: __version__.encode()})
    return write_whole(path, lambda draft: write_table(table, str(draft)))


def is_our_parquet(path: Path) -> bool:
    """Whether this is a Parquet file that we wrote. Raises UsageError (U116)."""
    require_parquet()
    import pyarrow as pa
    from pyarrow.parquet import read_schema

    try:
        return MARK in (read_schema(str(path)).metadata or {})
    except (OSError, pa.ArrowException):
        return False


def _array(column: FrameColumn) -> Any:
    import pyarrow as pa

    if column.choices:
        return pa.array(_whole_texts(column.values), pa.string()).dictionary_encode()
    if column.kind is Kind.VALUE:  # the names of fields
        return pa.array([list(value) for value in column.values], pa.list_(pa.string()))
    if column.kind is Kind.TEXT:
        return pa.array(_whole_texts(column.values), pa.string())
    types = {Kind.WHOLE: pa.int64(), Kind.MAYBE_WHOLE: pa.int64(), Kind.TIME: pa.timestamp("us", tz="UTC")}
    return pa.array(list(column.values), types[column.kind])


def _whole_texts(values: Sequence[Any]) -> Iterable[str]:
    """Return the texts with a question mark for each half of a character, which no encoding has."""
    return [value.encode("utf-8", "replace").decode("utf-8") for value in values]
