"""A run of a job that has ended, from what came of its turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from batch_update.errors import BatchUpdateError, GuardStopped
from batch_update.jobs.input.taken import Intake, NoSheet
from batch_update.jobs.record.job_run import MOST_FAILURES, Ending, JobRun
from batch_update.jobs.running.hands import Came, Result
from batch_update.jobs.running.unbegun import MOST_WORDS, code_of, error_line, error_message
from batch_update.model.plans import Plan, Status
from batch_update.model.reports import WORST_LAST, Exit, Report, worst
from batch_update.outcomes import as_wanted
from batch_update.report.messages import row_message
from batch_update.report.screen.summary import counted_outcomes, counts_line
from batch_update.run.planning import Planned
from batch_update.run.steps.plan_files import exit_of_plan
from batch_update.run.steps.session import Ended
from batch_update.send.accounting import blocking_problems
from batch_update.text import counted, excerpt, printable

_ENDINGS = (
    Ending.NOTHING,
    Ending.UNCHANGED,
    Ending.SUCCESS,
    Ending.DRIFT,
    Ending.CONFLICT,
    Ending.GUARD,
    Ending.FAILURE,
)
"""Endings by how much they count where several turns make one."""


def plan_in(came: Came) -> Plan | None:
    """Return the plan of a turn; None where it came to none."""
    if isinstance(came.result, Exception):
        return None
    return came.result.report.plan if isinstance(came.result, Ended) else came.result.plan


def stop_of(came: Came) -> Exception | None:
    """Return what ended a turn early."""
    if isinstance(came.result, Ended):
        return came.result.report.stopped
    return came.result if isinstance(came.result, Exception) else None


def exit_of(came: Came) -> Exit:
    """Return the exit status of a turn."""
    if isinstance(came.result, Ended):
        return came.result.exit
    if isinstance(came.result, Planned):
        return exit_of_plan(came.result)
    return came.result.exit if isinstance(came.result, BatchUpdateError) else Exit.BUG


def ending_of(came: Came) -> Ending:
    """Return how a turn ended."""
    stop, exit = stop_of(came), exit_of(came)
    if isinstance(stop, GuardStopped):
        return Ending.GUARD
    if exit is Exit.CHANGES_PENDING:
        return Ending.DRIFT
    if exit is Exit.OK:
        is_sent = isinstance(came.result, Ended) and _has_sent(came.result.report)
        return Ending.SUCCESS if is_sent else Ending.UNCHANGED
    return Ending.CONFLICT if stop is None and _is_conflict(came.result) else Ending.FAILURE


def line_of(came: Came) -> str:
    """Return what became of a turn, in a line that is safe to show."""
    if isinstance(came.result, Exception):
        line = error_line(came.result)
    else:
        line = _line_of_run(came.result) if isinstance(came.result, Ended) else line_of_plan(came.result)
    if came.turn.verb == "resume":
        line = f"went on with {printable(Path(came.turn.place).name)}: {line}"
    return "; ".join((line, *came.notes))


def job_run_of(
    job: str,
    came: Sequence[Came],
    *,
    due: datetime | None,
    began: datetime,
    ended: datetime,
    intake: Intake,
) -> JobRun:
    """Return a run of a job as it ended. Of several turns the worst counts, and all rows."""
    bad = max(came, key=_badness, default=None)
    good = [
        one.digest or plan.sheet.sha256 for one in came if exit_of(one) is Exit.OK and (plan := plan_in(one))
    ]
    reports = [one.result.report for one in came if isinstance(one.result, Ended)]
    counts = Counter(outcome.status for report in reports for outcome in report.outcomes)
    unsent = Ending.UNCHANGED if intake.nothing is NoSheet.UNCHANGED else Ending.NOTHING
    return JobRun(
        job,
        due,
        began,
        ended,
        ending_of(bad) if bad else unsent,
        worst(map(exit_of, came)),
        _line_of_all(came, intake),
        sheets=tuple(one.origin for one in intake.sheets),
        digests=tuple(filter(None, good)) + tuple(one.digest for one in intake.skipped),
        folders=tuple(one.folder for one in came if one.folder is not None),
        counts={status: counts[status] for status in Status if counts[status]},
        code=code_of(stop_of(bad)) if bad else "",
        message=error_message(stop_of(bad)) if bad else "",
        failures=tuple(islice(_failures(reports), MOST_FAILURES)),
    )


def _badness(came: Came) -> tuple[int, int]:
    return _ENDINGS.index(ending_of(came)), WORST_LAST.index(exit_of(came))


def _has_sent(report: Report) -> bool:
    return any(outcome.status is Status.UPDATED for outcome in report.outcomes)


def _is_conflict(result: Result) -> bool:
    """Whether conflicts are all that keeps a run from being as wanted."""
    if not isinstance(result, Ended):
        return False
    left = {outcome.status for outcome in result.report.outcomes if not as_wanted(outcome)}
    return left == {Status.CONFLICT}


def _line_of_run(ended: Ended) -> str:
    stop = ended.report.stopped
    if stop is not None and not ended.facts.stats:
        return error_line(stop)
    line = counts_line(ended.report, ended.facts.stats)
    return line if stop is None else f"{line}; {error_line(stop)}"


def line_of_plan(found: Planned) -> str:
    """`drift: 12 assistants differ`, or that none does."""
    blocking = blocking_problems(found.plan, skip_invalid=found.settings.skip_invalid)
    if blocking:
        return f"error[X206]: the sheet has {counted(len(blocking), 'error')}"
    if not found.plan.changes:
        return "no drift: all is as the sheet wants it"
    number = len(found.plan.changes)
    return f"drift: {counted(number, 'assistant')} {'differs' if number == 1 else 'differ'} from the sheet"


def _line_of_all(came: Sequence[Came], intake: Intake) -> str:
    told = [intake.line] if intake.line else []
    if len(came) == 1:
        told.append(line_of(came[0]))
    elif came and not any(one.is_run for one in came):
        told += map(line_of, came)
    elif came:
        reports = [one.result.report for one in came if isinstance(one.result, Ended)]
        outcomes = [outcome for report in reports for outcome in report.outcomes]
        number = sum(one.is_run for one in came)
        told.append(f"{counted(number, 'run')}: {counted_outcomes(outcomes)}")
        told += ["; ".join(one.notes) if exit_of(one) is Exit.OK else line_of(one) for one in came]
    return "; ".join(filter(None, [*told, *intake.notes])) or "there was nothing to do"


def _failures(reports: Iterable[Report]) -> Iterator[str]:
    """Yield a line for each row that is not as wanted."""
    for report in reports:
        for index, outcome in enumerate(report.outcomes):
            if not as_wanted(outcome):
                yield _failure(report, index)


def _failure(report: Report, index: int) -> str:
    """Return what became of a row, without secrets that stand in it: a server may quote them."""
    number, outcome = int(report.plan.sheet.numbers[index]), report.outcomes[index]
    told = " ".join(filter(None, (outcome.code, row_message(report, index))))
    return excerpt(f"row {number}: {outcome.status} {told}".rstrip(), MOST_WORDS)
