"""What holds for all tests."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import settings

from batch_update.model.sheets import Column, Dialect, Problem, Role, Sheet
from batch_update.send.signals import NUMBERS

# No test waits on real time, or fails by it: how fast something is, benchmarks tell.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

for number in NUMBERS:
    if signal.getsignal(number) is signal.SIG_IGN:
        # As nohup has it for a hang-up, and a script for Ctrl-C in what it starts with `&`. Children would ignore it,
        # too, so that what it does could not be tested; with a handler here they do not.
        signal.signal(number, lambda number, frame: None)

for name in list(os.environ):
    if name.lower() in {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}:
        # Servers of the tests are on this machine, and must be reached as they are.
        del os.environ[name]


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
