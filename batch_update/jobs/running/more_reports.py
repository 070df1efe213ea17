"""The further reports that a job file asks for, in the folder of each of its runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from batch_update.errors import BatchUpdateError
from batch_update.report.files.folder import Following, write_again
from batch_update.run.steps.session import Ended


def write_more(ended: Ended, forms: Sequence[str], following: Following | None = None) -> Iterator[str]:
    """Write a run in these forms beside its own files, and yield why one could not be written.

    A run that was finished before, or was left as it was, is none that anything has become of.
    """
    report = ended.report
    if report.folder is None or report.files is None or ended.was_finished or ended.was_held:
        return
    for form in forms:
        try:
            list(write_again(report, report.folder, (form,), ended.facts, following))
        except OSError as error:
            yield f"the report as {form} cannot be written: {error.strerror or error}"
        except BatchUpdateError as error:
            yield f"the report as {form} is not written: {error.message}"
