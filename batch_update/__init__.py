"""Change many Famulor assistants from one sheet: read it, check it, apply it, get an outcome for each row.

    import batch_update

    sheet = batch_update.read_sheet("changes.csv")
    plan = batch_update.make_plan(sheet)
    for problem in plan.errors:
        print(problem.code, problem.message)
    report = batch_update.apply(plan)
    for row, outcome in report:
        print(row.number, outcome.status, outcome.message)

Names are loaded when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from batch_update.version import __version__ as __version__

if TYPE_CHECKING:
    from batch_update.api.client import Client
    from batch_update.errors import (
        AccessError,
        ApiError,
        BatchUpdateError,
        Interrupted,
        KeyMissing,
        KeyRefused,
        RunStopped,
        SheetError,
        UsageError,
    )
    from batch_update.fields.assistant import AssistantUpdate
    from batch_update.model.plans import Change, Outcome, Plan, Status
    from batch_update.model.reports import Exit, Report, Window
    from batch_update.model.sheets import Problem, Row, Severity, Sheet
    from batch_update.plan.from_sheet import make_plan
    from batch_update.report.files.folder import write_run
    from batch_update.run.library import apply, apply_async, preview, preview_async
    from batch_update.settings.layers import read_settings
    from batch_update.settings.tunables import Settings
    from batch_update.sheet.reading import read_sheet

_HOMES = {
    "AccessError": "errors",
    "ApiError": "errors",
    "AssistantUpdate": "fields.assistant",
    "BatchUpdateError": "errors",
    "Change": "model.plans",
    "Client": "api.client",
    "Exit": "model.reports",
    "Interrupted": "errors",
    "KeyMissing": "errors",
    "KeyRefused": "errors",
    "Outcome": "model.plans",
    "Plan": "model.plans",
    "Problem": "model.sheets",
    "Report": "model.reports",
    "Row": "model.sheets",
    "RunStopped": "errors",
    "Settings": "settings.tunables",
    "Severity": "model.sheets",
    "Sheet": "model.sheets",
    "SheetError": "errors",
    "Status": "model.plans",
    "UsageError": "errors",
    "Window": "model.reports",
    "apply": "run.library",
    "apply_async": "run.library",
    "make_plan": "plan.from_sheet",
    "preview": "run.library",
    "preview_async": "run.library",
    "read_settings": "settings.layers",
    "read_sheet": "sheet.reading",
    "write_run": "report.files.folder",
}

__all__ = [
    "AccessError",
    "ApiError",
    "AssistantUpdate",
    "BatchUpdateError",
    "Change",
    "Client",
    "Exit",
    "Interrupted",
    "KeyMissing",
    "KeyRefused",
    "Outcome",
    "Plan",
    "Problem",
    "Report",
    "Row",
    "RunStopped",
    "Settings",
    "Severity",
    "Sheet",
    "SheetError",
    "Status",
    "UsageError",
    "Window",
    "apply",
    "apply_async",
    "make_plan",
    "preview",
    "preview_async",
    "read_settings",
    "read_sheet",
    "write_run",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'batch_update' has no attribute {name!r}")
    return getattr(import_module(f"batch_update.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
