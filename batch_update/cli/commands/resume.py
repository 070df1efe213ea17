"""`resume`: goes on with a run that did not come to its end, in its own folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from batch_update.account.account import Account, account_of, only_here, placed
from batch_update.cli.commands.apply import agree, before_sending, caution_for
from batch_update.cli.commands.sending import Stage, tell, tell_guarded
from batch_update.cli.options import LAST_RUN, is_silent, settings_of, takes
from batch_update.cli.printed_commands import Errand
from batch_update.cli.screen import say, telling_errors
from batch_update.cli.targets import account_lock, at_home, say_way, warner
from batch_update.errors import GuardStopped
from batch_update.model.plans import ALL_HAZARDS, Status
from batch_update.model.reports import Exit, Report
from batch_update.settings.tunables import Settings
from batch_update.text import counted, printable

if TYPE_CHECKING:
    from batch_update.journal.recorded import RecordedRun, RunFacts
    from batch_update.report.files.folder import Written
    from batch_update.run.resuming import Rest

RETRY_FAILED = Annotated[
    bool,
    typer.Option("--retry-failed", help="Send the failed rows as well."),
]


@takes("resume")
def resume(given: dict[str, Any], run: LAST_RUN = "last", retry_failed: RETRY_FAILED = False) -> None:
    """Go on with a run after a crash, a signal, a guard or a full disk. What is done costs no request.

    Rows that may have been sent are compared with what is there first. The plan is in the run's journal: an edited
    sheet is no obstacle. The folder stays the same, and its report covers all rows. What --only and --limit leave out
    is left for another time.

    Exit status: as apply; that of the run where nothing is left to do.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.journal.finding import find_run, open_at

        folder = find_run(run, settings.runs_dir, last=open_at)
        raise typer.Exit(int(resume_folder(folder, settings, retry_failed=retry_failed)))


def resume_folder(folder: Path, settings: Settings, *, retry_failed: bool = False) -> Exit:
    """Go on with the run in this folder, with everything that people see of it."""
    from batch_update.journal.reading import read_run
    from batch_update.run.resuming import is_finished

    recorded = read_run(folder)
    # Also where nothing is left: the commands that it prints have to lead there.
    settings = at_home(settings, recorded.plan.server, recorded.facts.settings)
    if not is_finished(recorded, retry_failed=retry_failed):
        say_way(settings)
        account = account_of(settings, warner(settings))
        with account_lock(account, settings, "resume") as lock:
            lock.works_in(folder)
            only_here(folder, account, settings)
            # What it tells counts only now: until the lock was free, another process may have gone on with it.
            recorded = read_run(folder)
            if not is_finished(recorded, retry_failed=retry_failed):
                return _go_on(recorded, settings, account, retry_failed=retry_failed)
    return _nothing_left(recorded, settings)


def _nothing_left(recorded: RecordedRun, settings: Settings) -> Exit:
    from batch_update.journal.recorded import facts_of, report_of
    from batch_update.outcomes import exit_status
    from batch_update.report.files.folder import written_in

    report = report_of(recorded)
    if not is_silent(settings):
        say(f"{printable(str(recorded.folder))} is finished: nothing is left to send.")
    if exit_status(report) is Exit.OK and not settings.json_:
        return Exit.OK
    # Which rows were not done, and what can be done about them.
    errand = Errand("resume", str(recorded.folder), settings)
    tell(report, written_in(recorded.folder), recorded.folder, errand, facts_of(recorded))
    return exit_status(report)


def _go_on(recorded: RecordedRun, settings: Settings, account: Account, *, retry_failed: bool) -> Exit:
    stage = Stage(settings, account, recorded.plan.sheet.numbers)
    errand = Errand("resume", str(recorded.folder), settings)
    try:
        report, facts, files = anyio.run(_resume, recorded, stage, account.name, retry_failed)
    except GuardStopped as stop:
        return tell_guarded(stop, errand)
    return tell(report, files, recorded.folder, errand, facts)


async def _resume(
    recorded: RecordedRun, stage: Stage, key: str, retry_failed: bool
) -> tuple[Report, RunFacts, Written | None]:
    from batch_update.account.whose import refuse_another
    from batch_update.journal.recorded import Facts, with_stats
    from batch_update.journal.writing import Journal
    from batch_update.run.planning import Looked, expect
    from batch_update.run.resuming import look_at_rest, send_rest
    from batch_update.send.signals import open_interrupts

    folder, settings, client = recorded.folder, stage.settings, stage.client
    caution = caution_for(settings, client)
    expect(recorded.plan, settings.expect)
    async with client:
        with before_sending():
            if recorded.facts.key != key:  # one key at one server always is one account
                await refuse_another(recorded.plan, client)
            rest = await look_at_rest(
                recorded,
                client,
                retry_failed=retry_failed,
                only=settings.only,
                limit=settings.limit,
                fetch=not settings.no_fetch,
                to_end=settings.max_change_percent is not None,
            )
        if not is_silent(settings):
            say(_left_words(recorded, rest))
        if stop := agree(Looked(rest.plan, rest.pages, rest.total), settings, _allowed(recorded, settings)):
            raise stop
        facts = Facts("resume", settings=placed(settings), key=key)
        with Journal.open(folder, facts) as journal, open_interrupts() as interrupted:
            # A journal is only made once there is leave to leave out the rows with problems.
            manner = {**stage.manner(interrupted, caution), "skip_invalid": True}
            with stage.display:
                report = await send_rest(journal, client, recorded, rest, **manner)
            report = await stage.finish(report, journal, interrupted, sent=rest.plan.changes)
            known = with_stats(recorded, facts, client.stats)
            return report, known, await stage.write(report, folder, known)


def _left_words(recorded: RecordedRun, rest: Rest) -> str:
    """`runs/x: 12 assistants left to change; 2 that were under way had landed`."""
    left = f"{counted(len(rest.plan.changes), 'assistant')} left to change"
    words = [left if rest.plan.changes else "nothing is left to send, and what was sent is read back"]
    landed = sum(
        rest.found[c.indexes[0]].status is Status.UPDATED
        for c in recorded.plan.changes
        if c.indexes[0] in rest.found
    )
    if landed:
        words.append(f"{landed} whose answer was not seen turned out to be done")
    if rest.doubtful:
        words.append(f"{len(rest.doubtful)} of them may have been sent before")
    return f"{printable(str(recorded.folder))}: " + "; ".join(words)


def _allowed(recorded: RecordedRun, settings: Settings) -> tuple[str, ...]:
    """Return the hazards that are allowed: those of now and of when the run began; for an undo, all of them."""
    if recorded.facts.command == "undo":
        return (ALL_HAZARDS,)
    return (*settings.allow, *(recorded.facts.settings.allow if recorded.facts.settings else ()))
