"""The runs of a folder as people read them: what became of each, where, by whom and what for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from batch_update.journal.across.in_fleets import name_of_run
from batch_update.journal.folders import Entry, RunState, host_of
from batch_update.journal.recorded import Occasion, RecordedRun
from batch_update.settings.tunables import SANDBOX_URL
from batch_update.text import excerpt, listed, local_time, printable

WIDEST_NAME = 34
"""Characters of a run's name beside which its time stands; it stands on a line by itself where it is longer."""
MOST_NOTE = 200
"""Characters of a note."""
_INDENT = "    "


def run_lines(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield the head line, and the lines of each run: they break at words where they are too long."""
    names = [printable(entry.folder.name) for entry in entries]
    width = max((len(name) for name in ("run", *names) if len(name) <= WIDEST_NAME), default=0)
    times = [local_time(entry.started or entry.worked_on) for entry in entries]
    began = max(map(len, ("began", *times)))
    yield f"{'run':<{width}}   {'began':<{began}}   state"
    for entry, name, time in zip(entries, names, times, strict=True):
        if len(name) > width:
            yield name
            name = ""
        yield f"{name:<{width}}   {time:<{began}}   {entry.state}"
        yield from (f"{_INDENT}{line}" for line in _details(entry))
        yield from _note_line(entry.occasion)


def heading_lines(recorded: RecordedRun, state: RunState, done_by: Sequence[str] = ()) -> Iterator[str]:
    """Yield what a run was, in a few lines: its name, sheet, time and state, where, by whom and what for."""
    plan, facts = recorded.plan, recorded.facts
    began = local_time(recorded.sessions[0].started if recorded.sessions else recorded.created)
    name = printable(name_of_run(recorded.folder))
    yield f"{name}: {facts.command} of {printable(plan.sheet.name)}, {began}, {state}"
    yield from (f"{_INDENT}{line}" for line in _done_words(done_by))
    where = where_words(plan.account or host_of(plan.server), is_sandbox=plan.server == SANDBOX_URL)
    if said := ", ".join(filter(None, (where, who_words(facts.occasion)))):
        yield f"{_INDENT}{said}"
    yield from _note_line(facts.occasion)


def _done_words(done_by: Sequence[str]) -> Iterator[str]:
    if done_by:
        yield f"what it left open was done by {listed(list(map(printable, done_by)), 2)}"


def _note_line(occasion: Occasion) -> Iterator[str]:
    if occasion.note:
        yield f"{_INDENT}note: {excerpt(occasion.note, MOST_NOTE)}"


def _details(entry: Entry) -> Iterator[str]:
    yield from _done_words(entry.done_by)
    if entry.error is not None:
        yield printable(entry.error.message)
    counts = ", ".join(f"{number:,} {status}" for status, number in entry.counts.items())
    if entry.mismatches:
        counts += f" ({entry.mismatches:,} mismatch)"
    of_sheet = f"{entry.command or 'apply'} of {printable(entry.sheet)}" if entry.sheet else ""
    if rows := ": ".join(filter(None, (of_sheet, counts))):
        yield rows
    if where := where_words(entry.account or entry.server, is_sandbox=entry.is_sandbox):
        yield ", ".join(filter(None, (where, who_words(entry.occasion))))


def where_words(place: str, *, is_sandbox: bool) -> str:
    """`sandbox`, or `user 501 at app.famulor.de`; "" where nothing tells."""
    return "sandbox" if is_sandbox else excerpt(place, 60)


def who_words(occasion: Occasion) -> str:
    """`by anna, job nightly`; "" where nothing tells."""
    by = f"by {excerpt(occasion.author, 60)}" if occasion.author else ""
    job = f"job {excerpt(occasion.job, 60)}" if occasion.job else ""
    return ", ".join(filter(None, (by, job)))
