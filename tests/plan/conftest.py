"""Sheets made by hand, so that these tests need no file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from batch_update.model import Column, Dialect, Problem, Role, Sheet


def _column(header: str, texts: list[str]) -> Column:
    if header == "id":
        return Column(header, texts, Role.ID)
    if header.startswith("_"):
        return Column(header, texts, Role.OWN)
    if header.startswith("?"):
        return Column(header, texts, Role.UNKNOWN)
    return Column(header, texts, Role.FIELD, header)


@pytest.fixture(scope="session")
def sheet_of() -> Callable[..., Sheet]:
    """`sheet_of("id voice_id", ["10001", "412"], ...)`: a sheet with these headers and rows; row 0 is number 2.

    Headers are names of fields, `id`, `_ours` or `?unknown`.
    """

    def make(
        headers: str, *rows: Sequence[Any], problems: Sequence[Problem] = (), decimal: str = "."
    ) -> Sheet:
        names = headers.split()
        cells = [[str(row[i]) for row in rows] for i in range(len(names))]
        columns = tuple(_column(name, texts) for name, texts in zip(names, cells, strict=True))
        numbers = range(2, len(rows) + 2)
        dialect = Dialect("csv", decimal=decimal)
        return Sheet("changes.csv", dialect, columns, numbers, numbers, problems=tuple(problems))

    return make
