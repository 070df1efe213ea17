"""Owns `choose`: from a job's input and what was sent before to the sheets of this run, or why there is none."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from batch_update.clock import SYSTEM, Clock
from batch_update.disk import sha256_of
from batch_update.errors import SheetError, UsageError
from batch_update.jobs.definition.job_tables import Input
from batch_update.jobs.definition.sheet_address import is_address
from batch_update.jobs.input.archiving import require_archive
from batch_update.jobs.input.candidates import Candidate, FoundFiles, find_sheets, source_of
from batch_update.jobs.input.from_web import fetched_sheet
from batch_update.jobs.input.resting import rested
from batch_update.jobs.input.taken import Intake, NoSheet, TakenSheet
from batch_update.plan.saving import is_saved_plan
from batch_update.settings.tunables import Settings
from batch_update.sheet.opening import STDIN, opened
from batch_update.sheet.reading import reading_of
from batch_update.text import counted, how_long, listed, printable


async def choose(
    wanted: Input,
    settings: Settings,
    *,
    folder: Path,
    inbox: Path,
    sent: Collection[str] = (),
    environ: Mapping[str, str] = os.environ,
    clock: Clock = SYSTEM,
    only_look: bool = False,
) -> Intake:
    """Return the sheets that a run takes, or why there is none.

    A relative path begins at `folder`, that of the job file. What an address answers is kept below `inbox`, a folder
    of this job alone, until the next run. `sent`: digests of sheets that need not be sent again. `only_look`: nothing
    is waited for, and no archive is made. Raises UsageError, SheetError or ApiError where the run cannot go on: also
    where no sheet is there and the job says that this fails.
    """
    if wanted.file == STDIN:
        return Intake((TakenSheet(Path(STDIN), "", STDIN),))
    require_archive_of(wanted, folder, only_look=only_look)
    if is_address(wanted.file):
        sheet = await fetched_sheet(wanted.file, settings, inbox, environ=environ, clock=clock)
        return _without_sent((sheet,), sent if wanted.unchanged == "skip" else (), ())
    found = _wanted_files(wanted, folder)
    files, notes = found.files, _strangers_told(found)
    missing = f"no sheet is there: {printable(str(folder / wanted.file))}"
    if not files:
        return _nothing(NoSheet.MISSING, missing, wanted, notes)
    ready = await rested(files, 0 if only_look else wanted.settle, clock)
    if not ready:
        return _nothing(NoSheet.UNSETTLED, _unsettled_line(files[:1], wanted), wanted, notes)
    if waiting := files[len(ready) :]:
        notes = (*notes, _unsettled_line(waiting, wanted))
    sheets = _digested(ready, settings)
    if not sheets:
        return _nothing(NoSheet.MISSING, missing, wanted, notes)
    return _without_sent(sheets, sent if wanted.unchanged == "skip" else (), (*notes, *_twins_told(sheets)))


def _wanted_files(wanted: Input, folder: Path) -> FoundFiles:
    """Return the files that are to be taken, the oldest first. Raises SheetError S101 or S142."""
    found = find_sheets(folder / wanted.file, folder / wanted.archive if wanted.archive else None)
    if wanted.take == "one" and len(found.files) > 1:
        raise SheetError(
            f"{counted(len(found.files), 'sheet')} fit {printable(wanted.file)}: {_called(found.files)}",
            code="S142",
        )
    return found if wanted.take == "all" else replace(found, files=found.files[-1:])


def require_archive_of(wanted: Input, folder: Path, *, only_look: bool) -> None:
    """Raise UsageError U121 or U122 where the job has an archive that its sheets cannot be moved to."""
    if not wanted.archive:
        return
    if is_address(wanted.file):
        raise UsageError(
            "the sheet of an address cannot be moved to an archive",
            code="U122",
            remedy="Leave out the key archive of the table input: what was fetched is kept with its run.",
        )
    require_archive(folder / wanted.archive, source_of(folder / wanted.file), only_look=only_look)


def _nothing(why: NoSheet, line: str, wanted: Input, notes: Sequence[str]) -> Intake:
    """Return that there is nothing to take. Raises SheetError S140 or S141 where the job says that this fails."""
    if wanted.missing == "nothing":
        return Intake(nothing=why, line=line, notes=tuple(notes))
    raise SheetError(line, code="S140" if why is NoSheet.MISSING else "S141")


def _without_sent(sheets: Sequence[TakenSheet], sent: Collection[str], notes: Sequence[str]) -> Intake:
    """Return the sheets that are to be sent, and apart from them those that need not be.

    What stands behind a new one is sent again, whatever it holds: the new one may change what it had set.
    """
    skipped = tuple(takewhile(lambda one: one.digest in sent, sheets))
    new = tuple(sheets[len(skipped) :])
    if new or not skipped:
        return Intake(new, skipped, notes=tuple(notes))
    whose = "the sheet is as it was" if len(skipped) == 1 else f"all {len(skipped)} sheets are as they were"
    return Intake((), skipped, NoSheet.UNCHANGED, f"{whose} when it was sent last", tuple(notes))


def _digested(files: Sequence[Candidate], settings: Settings) -> tuple[TakenSheet, ...]:
    """Return the files as sheets; those that have vanished meanwhile are left out."""
    return tuple(sheet for one in files if (sheet := _sheet_at(one.path, settings)))


def _sheet_at(path: Path, settings: Settings) -> TakenSheet | None:
    sheet = TakenSheet(path, "", printable(str(path)))
    try:
        with opened(path, None, reading_of(settings).limits) as file:
            return replace(sheet, is_plan=is_saved_plan(file), digest=sha256_of(file))
    except SheetError:
        return sheet if os.path.lexists(path) else None


# ---------------------------------------------------------------- told


def _called(files: Sequence[Candidate]) -> str:
    return listed([printable(one.path.name) for one in files], 5)


def _unsettled_line(files: Sequence[Candidate], wanted: Input) -> str:
    rest = how_long(wanted.settle)
    return f"{_called(files)}: changed less than {rest} ago, or still being written; taken once it has rested"


def _strangers_told(found: FoundFiles) -> tuple[str, ...]:
    if not found.strangers:
        return ()
    names = listed([printable(path.name) for path in found.strangers], 5)
    return (f"left out, since no sheet has such an ending: {names}",)


def _twins_told(sheets: Sequence[TakenSheet]) -> tuple[str, ...]:
    """Return a line for each sheet that holds what one before it holds."""
    first: dict[str, str] = {}
    lines = []
    for one in sheets:
        name = printable(one.path.name)
        if one.digest and (earlier := first.setdefault(one.digest, name)) is not name:
            lines.append(f"{name} holds the same as {earlier}, byte for byte; both are taken")
    return tuple(lines)
