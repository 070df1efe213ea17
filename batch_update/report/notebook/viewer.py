"""How nouns are seen in Python: a frame and a table for each, made only when somebody looks."""

from __future__ import annotations

from typing import Any

from batch_update.model.plans import Plan
from batch_update.model.reports import Report
from batch_update.model.sheets import Sheet
from batch_update.report.notebook import frame_columns, html_tables

Noun = Sheet | Plan | Report


def frame_of(noun: Noun) -> Any:
    """Return a sheet, plan or report as a pandas DataFrame."""
    from batch_update.sheet.writing import framing

    match noun:
        case Sheet():
            return framing.frame_from(frame_columns.columns_of_sheet(noun))
        case Plan():
            return framing.frame_from(frame_columns.columns_of_plan(noun))
        case Report():
            return framing.frame_from(frame_columns.columns_of_report(noun))


def html_of(noun: Noun) -> str:
    """Return a sheet, plan or report as a table for notebooks."""
    match noun:
        case Sheet():
            return html_tables.sheet_table(noun)
        case Plan():
            return html_tables.plan_table(noun)
        case Report():
            return html_tables.report_table(noun)
