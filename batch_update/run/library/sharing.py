"""The program for Python: one report in one file, to be shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from batch_update.journal.finding import find_run
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import RunFacts, facts_of, report_of
from batch_update.model.reports import Report
from batch_update.report.files.one_file import form_of, write_form
from batch_update.report.sharing.shared import shared
from batch_update.run.library.of_calls import settings_of_call
from batch_update.settings.tunables import Settings


def write_report(
    what: Report | Path | str,
    path: Path | str,
    /,
    settings: Settings | None = None,
    *,
    redact: Iterable[str] | str = (),
    format: str | None = None,
    force: bool = False,
    environ: Mapping[str, str] | None = None,
    **given: Any,
) -> Path:
    """Write one report of a run into a file, and return where it lies.

    `what`: a report, or a run as `resume` takes it. The form is `format`, or what the ending of `path` tells: csv,
    html, json, jsonl, junit (.xml), parquet or xlsx. `redact`: values to leave out: prompts, secrets, fields, columns
    of the sheet. The setting only: a report of these assistants alone. `force`: write over a table, too. Raises
    UsageError, and JournalError where the run's journal cannot be read.
    """
    asked = settings_of_call("report", settings, given, environ)
    target = Path(path)
    form = form_of(target, format)
    report, facts = _known(what, asked)
    names = [redact] if isinstance(redact, str) else list(redact)
    report, facts = shared(report, facts, redact=names, only=asked.only)
    return write_form(report, facts, target, form, force=force)


def _known(what: Report | Path | str, settings: Settings) -> tuple[Report, RunFacts]:
    """Return a report, and what its journal tells beside it; nothing of a report that has none."""
    if isinstance(what, Report):
        return what, RunFacts() if what.folder is None else facts_of(read_run(what.folder))
    recorded = read_run(find_run(str(what), settings.runs_dir))
    return report_of(recorded), facts_of(recorded)
