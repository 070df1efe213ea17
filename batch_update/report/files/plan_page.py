"""The page of a plan as a file: where it may be written, and written over."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from batch_update.disk import refuse_no_file
from batch_update.errors import UsageError
from batch_update.report.documents.envelope import Purpose
from batch_update.report.files.private_text import write_text
from batch_update.settings.locales import language_here
from batch_update.text import printable

if TYPE_CHECKING:
    from batch_update.model.plans import Plan
    from batch_update.report.page.of_plan import Planning

_SIGNS = ('content="batch-update', 'body class="plan"')
"""By which the page of a plan is known, at its beginning."""
_BEGINNING = 100_000


def check_place_of_page(path: Path) -> None:
    """Raises UsageError where the page of a plan cannot be written there; only another one is written over."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise UsageError(
            f"the option html={path}: the page of a plan is an .html", code="U101", remedy="name it FILE.html"
        )
    try:
        if not path.parent.is_dir():
            raise _unwritable(path, f"there is no folder {path.parent}")
        refuse_no_file(path)
        if path.exists() and not _is_page_of_plan(path):
            raise UsageError(f"{path} is there already, and no page of a plan", code="U109")
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from None


def _is_page_of_plan(path: Path) -> bool:
    with path.open("rb") as file:
        beginning = file.read(_BEGINNING).decode("utf-8", "replace")
    return all(sign in beginning for sign in _SIGNS)


def _unwritable(path: Path, why: str) -> UsageError:
    return UsageError(f"{printable(str(path))} cannot be written: {why}", code="U110")


def write_plan_page(path: Path, plan: Plan, planning: Planning, commands: Mapping[Purpose, str]) -> None:
    """Write the page of a plan, readable by its owner alone. Raises UsageError U110."""
    from batch_update.report.page.of_plan import plan_page

    try:
        write_text(path, plan_page(plan, planning, language_here(os.environ), commands))
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from None
