"""`runs list`, `runs show` and `runs prune`: what became of the runs, from their journals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from batch_update.cli.after_run import allowing, as_recorded, mending
from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.help import Command, command_group
from batch_update.cli.options import ANY, LAST_RUN, run_meant, settings_of, takes
from batch_update.cli.printed_commands import Errand, Following, command_of, next_lines
from batch_update.cli.screens.screen import ask, on_terminal, out, say
from batch_update.errors import GuardStopped, UsageError
from batch_update.model.reports import Exit
from batch_update.settings.layers import ENV_PREFIX
from batch_update.settings.tunables import Settings
from batch_update.text import counted, printable

if TYPE_CHECKING:
    from batch_update.journal.folders import Entry, RunState
    from batch_update.journal.recorded import RecordedRun
    from batch_update.model.reports import Report
    from batch_update.report.documents.envelope import Purpose

app = command_group("The runs of a folder: what became of them, and removing old ones.")
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
MOST_AGE = 100_000


@app.command("list", cls=Command)
@takes("runs list")
def list_runs(given: dict[str, Any]) -> None:
    """List the runs, the last one first: when, how far, what became of the rows, where, who, what for."""
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.journal.across.in_fleets import fleets_in
        from batch_update.run.steps.overview import known_runs

        entries, fleets = known_runs(settings), [one.name for one in fleets_in(settings.runs_dir)]
    following = _to_show(entries, settings)
    if settings.json_:
        from batch_update.report.documents.of_lists import ListedRuns, listed_run

        out_document(ListedRuns(tuple(map(listed_run, entries)), tuple(fleets)), following=following)
        return
    if not entries:
        say(f"{printable(str(settings.runs_dir))} holds no runs.")
    else:
        _list_entries(entries, following)
    if fleets:
        say(f"{counted(len(fleets), 'fleet')} beside them: {command_of('fleet list', settings)}")


def _list_entries(entries: Sequence[Entry], following: Following) -> None:
    from batch_update.report.screen.run_list import run_lines

    for line in run_lines(entries):
        out(line)
    if following:
        out("\n" + next_lines(following))


def _to_show(entries: Sequence[Entry], settings: Settings) -> Following:
    """Return the command that shows the last run of which a journal tells."""
    known = (entry.folder.name for entry in entries if entry.error is None and entry.started is not None)
    first = next(known, None)
    return {} if first is None else {"show": command_of("runs show", settings, first)}


@app.command("show", cls=Command)
@takes("runs show")
def show(given: dict[str, Any], run: LAST_RUN = "last", any_run: ANY = False) -> None:
    """Show what became of a run: its summary, made from its journal now."""
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.journal.finding import find_run
        from batch_update.journal.folders import RunState, state_of
        from batch_update.journal.reading import read_run
        from batch_update.journal.recorded import facts_of, report_of
        from batch_update.report.documents.of_runs import shown_run
        from batch_update.report.files.folder import written_in
        from batch_update.report.screen.run_list import heading_lines
        from batch_update.report.screen.summary import summary
        from batch_update.report.tones import plain
        from batch_update.run.steps.overview import doers_of, runs_at_work

        run = run_meant(run, settings, any_run=any_run)
        try:
            recorded = read_run(find_run(run, settings.runs_dir))
        except UsageError as error:
            if error.code == "J103" and not settings.json_ and _shown_unsent(run, settings):
                return
            raise
        report, facts = report_of(recorded), facts_of(recorded)
        report = replace(report, folder=recorded.folder, files=written_in(recorded.folder))
        state = state_of(recorded, runs_at_work(settings))
        done_by = doers_of(recorded, settings) if state is RunState.OPEN else ()
        state = RunState.OVERTAKEN if done_by else state
        following = _following(recorded, report, state)
        if settings.json_:
            out_document(shown_run(report, facts, state, done_by=done_by), following=following)
            return
        for line in heading_lines(recorded, state, done_by):
            out(line)
        out(plain(summary(report, stats=facts.stats)))
        for line in _files_and_next(report, following):
            out(line)


def _shown_unsent(run: str, settings: Settings) -> bool:
    """Show a run that never sent anything and has no journal, as the list does; False where there is none."""
    from batch_update.report.files.folder import written_in
    from batch_update.report.screen.run_list import run_lines
    from batch_update.run.steps.overview import unsent_run

    entry = unsent_run(run, settings)
    if entry is None:
        return False
    for line in run_lines([entry]):
        out(line)
    if files := written_in(entry.folder):
        out(f"Report  {printable(str(files.page or files.results))}")
    return True


@app.command("prune", cls=Command)
@takes("runs prune")
def prune(
    given: dict[str, Any],
    keep: Annotated[
        int | None, typer.Option("--keep", metavar="N", min=0, help="Keep the N newest runs.")
    ] = None,
    older_than: Annotated[
        str | None,
        typer.Option("--older-than", metavar="AGE", help="Remove only what is older: 12h, 30d, 8w."),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Also remove runs that are not complete, or damaged.",
            envvar=f"{ENV_PREFIX}PRUNE_FORCE",  # the one of --force lets export overwrite a file
        ),
    ] = False,
) -> None:
    """Remove the folders of old runs. What they hold is gone then: reports, and what undo would need.

    Nothing is removed that is running or holds no journal, nor, without --force, what is not complete. Fleets stay.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        if keep is None and older_than is None:
            raise UsageError(
                "it is not said what may go", code="U101", remedy="give --keep N, --older-than AGE, or both"
            )
        age = None if older_than is None else _read_age(older_than)
        _prune(settings, keep, age, force=force)


def _read_age(text: str) -> timedelta:
    """`30d`, `12h` or `8w` as a time. Raises UsageError (U101)."""
    match = re.fullmatch(r"\s*([0-9]{1,6})\s*([hdw])\s*", text)
    if not match or int(match[1]) > MOST_AGE:
        raise UsageError(
            f"--older-than: {text!r} is no age",
            code="U101",
            remedy="write a number with h, d or w: 12h, 30d, 8w",
        )
    return int(match[1]) * UNITS[match[2]]


# ---------------------------------------------------------------- what goes


def _prune(settings: Settings, keep: int | None, age: timedelta | None, *, force: bool) -> None:
    from batch_update.journal.across.in_fleets import fleets_in
    from batch_update.journal.folders import outdated, reason_to_stay
    from batch_update.run.steps.overview import known_runs

    old = outdated(known_runs(settings), keep=keep, older_than=age, now=datetime.now(UTC))
    staying = {entry.folder: reason for entry in old if (reason := reason_to_stay(entry, force=force))}
    going = [entry for entry in old if entry.folder not in staying]
    if going and not settings.yes:
        _confirm(going)
    if settings.json_:
        _remove_silently(going, staying)
        return
    for folder, reason in staying.items():
        say(f"{printable(folder.name)} stays: it {reason}.")
    for folder in _removed(going):
        out(f"removed {printable(str(folder))}")
    if not going:
        say("Nothing to remove.")
    if fleets := len(fleets_in(settings.runs_dir)):
        say(
            f"{counted(fleets, 'fleet')} {'stays' if fleets == 1 else 'stay'}: each is one whole, for resume and undo."
        )


def _remove_silently(going: list[Entry], staying: Mapping[Path, str]) -> None:
    """Remove them and print the one document, which tells what is gone also where a folder cannot be removed."""
    from batch_update.report.documents.of_lists import PrunedRuns, StayingRun

    removed: list[str] = []
    failure = None
    try:
        removed.extend(map(str, _removed(going)))
    except UsageError as error:
        failure = error
    stays = tuple(StayingRun(str(folder), reason) for folder, reason in staying.items())
    status = Exit.OK if failure is None else failure.exit
    out_document(PrunedRuns(tuple(removed), stays), exit=status, error=failure)
    raise typer.Exit(int(status))


def _removed(going: list[Entry]) -> Iterator[Path]:
    """Remove these folders, and yield each once it is gone. Raises UsageError."""
    from batch_update.journal.folders import remove

    for entry in going:
        try:
            remove(entry.folder)
        except OSError as error:
            raise UsageError(
                f"{entry.folder} cannot be removed: {error.strerror}",
                code="U110",
                remedy="see to the rights of its folder",
            ) from error
        yield entry.folder


def _confirm(going: list[Entry]) -> None:
    """Raises UsageError where the answer is no, or nobody can give one."""
    if not on_terminal():
        raise UsageError("removing needs a yes, and nobody can be asked here", code="U102")
    for entry in going:
        say(f"  {printable(entry.folder.name)}")
    if not ask(f"Remove {counted(len(going), 'run')} with their reports?"):
        raise UsageError("nothing was removed", code="U102", remedy="answer y to remove")


# ---------------------------------------------------------------- how it is shown


def _files_and_next(report: Report, following: Following) -> list[str]:
    """Where its files are, and the commands that make sense now."""
    failed = report.files.failed if report.files else None
    labels: dict[Purpose, str] = {
        "report": "Report  ",
        "apply_failed": f"Fix     edit {failed.name if failed else 'them'} there, then: ",
        "resume": "Go on   ",
        "undo": "Undo    ",
    }
    lines = [f"{label}{following[purpose]}" for purpose, label in labels.items() if purpose in following]
    results = report.files and f"Report  {printable(str(report.files.page or report.files.results))}"
    return [results, *lines] if results else lines


def _following(recorded: RecordedRun, report: Report, state: RunState) -> Following:
    """Return the commands that make sense now: to make its files again, to go on, to mend rows, to take it back."""
    from batch_update.journal.folders import RunState

    settings, where = as_recorded(recorded.facts.settings)
    folder = recorded.folder
    found: Following = {}
    if not (folder / "results.csv").exists():
        found["report"] = command_of("report", settings, folder)
    if state is not RunState.RUNNING and (mended := mending(report, settings, where)):
        found["apply_failed"] = mended
    if state in (RunState.OPEN, RunState.GUARDED):
        found["resume"] = _resuming(recorded, settings, where)
    if state != RunState.RUNNING and (folder / "undo.csv").exists():
        found["undo"] = command_of("undo", settings, folder, groups=where)
    return found


def _resuming(recorded: RecordedRun, settings: Settings, where: tuple[str, ...]) -> str:
    """The command that goes on with a run; where a guard stopped it, with what that asks for."""
    if isinstance(recorded.stopped, GuardStopped):
        return allowing(recorded.stopped, Errand("resume", str(recorded.folder), settings), groups=where)[1]
    return command_of("resume", settings, recorded.folder, groups=where)
