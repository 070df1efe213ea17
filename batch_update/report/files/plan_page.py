"""The page of a plan as a file: where it may be written, and written over."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from batch_update.errors import UsageError
from batch_update.report.documents.envelope import Purpose
from batch_update.report.files.private_text import write_text
from batch_update.report.files.writable import check_place_of_plan, unwritable
from batch_update.settings.locales import language_here

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
    check_place_of_plan(path, _is_page_of_plan, "page of a plan")


def _is_page_of_plan(path: Path) -> bool:
    with path.open("rb") as file:
        beginning = file.read(_BEGINNING).decode("utf-8", "replace")
    return all(sign in beginning for sign in _SIGNS)


def write_plan_page(path: Path, plan: Plan, planning: Planning, commands: Mapping[Purpose, str]) -> None:
    """Write the page of a plan, readable by its owner alone. Raises UsageError U110."""
    from batch_update.report.page.of_plan import plan_page

    try:
        write_text(path, plan_page(plan, planning, language_here(os.environ), commands))
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from None
