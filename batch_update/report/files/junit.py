"""A run as JUnit XML, as build servers read it: a test case for each row, failed where something is left to do."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from batch_update.errors import BatchUpdateError
from batch_update.model.plans import Outcome, Status
from batch_update.model.reports import Report
from batch_update.outcomes import as_wanted
from batch_update.report.messages import row_message
from batch_update.report.row_owners import assistants_of
from batch_update.text import excerpt, printable, utc_text
from batch_update.version import __version__

TOOL = "batch-update"
MOST_WORDS = 1_000
"""Characters of the message of a row."""


def junit_text(report: Report) -> str:
    """Return the report as JUnit XML. Control characters, which XML cannot hold, and what reorders text are escaped.

    Failed are the rows that `failed.csv` holds; skipped is what somebody chose to leave out; all others passed. Why a
    run ended early is in `system-err`.
    """
    cases = list(_cases(report))
    figures = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": "0",
        "skipped": str(sum(case.find("skipped") is not None for case in cases)),
        "time": f"{report.seconds:.3f}",
    }
    top = ElementTree.Element("testsuites", {"name": TOOL, **figures})
    suite = ElementTree.SubElement(top, "testsuite", {"name": printable(report.plan.sheet.name), **figures})
    if report.started is not None:
        suite.set("timestamp", utc_text(report.started).removesuffix("Z"))
    properties = ElementTree.SubElement(suite, "properties")
    ElementTree.SubElement(properties, "property", {"name": "tool", "value": f"{TOOL} {__version__}"})
    suite.extend(cases)
    if report.stopped is not None:
        ElementTree.SubElement(suite, "system-err").text = _stop_words(report.stopped)
    ElementTree.indent(top)
    return ElementTree.tostring(top, encoding="unicode", xml_declaration=False) + "\n"


def _cases(report: Report) -> Iterator[ElementTree.Element]:
    sheet, ids = report.plan.sheet, assistants_of(report.plan)
    names = {index: change.name for change in report.plan.changes for index in change.indexes}
    for index, outcome in enumerate(report.outcomes):
        who = f" assistant {ids[index]}" if ids[index] else ""
        called = f" {excerpt(names[index], 60)}" if names.get(index) else ""
        case = ElementTree.Element(
            "testcase",
            {
                "classname": printable(sheet.name),
                "name": printable(f"row {sheet.numbers[index]}{who}{called}"),
                "time": f"{(outcome.ms or 0) / 1000:.3f}",
            },
        )
        if not as_wanted(outcome):
            _add_end(case, "failure", outcome, row_message(report, index))
        elif outcome.status is Status.NOT_SENT:
            _add_end(case, "skipped", outcome, row_message(report, index))
        yield case


def _add_end(case: ElementTree.Element, kind: str, outcome: Outcome, words: str) -> None:
    words = printable(excerpt(words, MOST_WORDS) or str(outcome.status))
    end = ElementTree.SubElement(case, kind, {"message": words})
    if kind == "failure":
        end.set("type", outcome.code or str(outcome.status))
        end.text = words


def _stop_words(stopped: Exception) -> str:
    """Return why the run ended early; of a bug only its kind, since its text could hold anything."""
    if not isinstance(stopped, BatchUpdateError):
        return f"a bug in {TOOL}: {type(stopped).__name__}"
    lines = (f"{stopped.code} {stopped.message}".strip(), stopped.remedy)
    return "\n".join(printable(line) for text in lines for line in text.splitlines())
