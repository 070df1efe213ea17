"""A sheet checked, and written again where that is asked for: with its repairs, with what is wrong marked in it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from batch_update.check.advice.safe_repairs import repairs_of
from batch_update.check.checking import Checked, check_sheet
from batch_update.check.rows import ReadRows
from batch_update.errors import SheetError, UsageError
from batch_update.model.sheets import Severity, Sheet
from batch_update.report.files.annotations import notes_of
from batch_update.report.files.writable import unwritable
from batch_update.run.exporting import check_target
from batch_update.settings.locales import language_here
from batch_update.settings.tunables import Settings
from batch_update.sheet.reading import read_sheet
from batch_update.sheet.writing.annotated import write_annotated
from batch_update.sheet.writing.formats import format_to_write
from batch_update.sheet.writing.mended import write_mended


@dataclass(frozen=True, slots=True)
class WantedFiles:
    """The files that a check is to write."""

    fix: Path | None = None
    """for the sheet with its repairs"""
    annotate: Path | None = None
    """for the workbook that shows its problems; beside `fix` those that are left"""
    force: bool = False
    """whether they may be written over"""

    def require_alone(self, *, online: bool) -> None:
        """Raises UsageError where the sheet is mended and names are asked for, which are those of the first."""
        if self.fix is not None and online:
            raise UsageError(
                "the option fix writes another sheet than the one whose names the option online looks up",
                code="U101",
                remedy="mend the sheet first, then check what was written",
            )


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A sheet with what is wrong with it; where it was written again with its repairs, that one."""

    sheet: Sheet
    checked: Checked
    """the repairs in it are at their places in the first sheet"""
    settings: Settings
    """with which the sheet is read"""


def write_wanted(
    sheet: Sheet,
    checked: Checked,
    settings: Settings,
    wanted: WantedFiles,
    *,
    source: Path | None,
    spelled: Callable[[str], str] = str,
) -> Rewritten:
    """Write the files that are wanted of a sheet, and return what is left to be mended by hand.

    `source`: where the sheet lies; None where it lies nowhere. `spelled`: how messages spell settings. Raises
    UsageError where a file cannot be written, and U115 where it would not mean the same.
    """
    targets = [path for path in (wanted.fix, wanted.annotate) if path is not None]
    if not targets:
        return Rewritten(sheet, checked, settings)
    check_targets(source, targets, force=wanted.force)
    sheet = _with_what_counts(sheet, settings)
    folder = None if source is None else source.parent
    found = Rewritten(sheet, checked, settings)
    if wanted.fix is not None:
        found = mend(sheet, wanted.fix, settings, folder=folder)
        folder = wanted.fix.parent
    if wanted.annotate is not None:
        annotate(found.sheet, found.checked, wanted.annotate, found.settings, folder=folder, spelled=spelled)
    return found


def _with_what_counts(sheet: Sheet, settings: Settings) -> Sheet:
    """Return the sheet with those of its problems that count: a total that is left out may hold what it likes."""
    counting = set(check_sheet(sheet, on_duplicate=settings.on_duplicate).problems)
    return replace(sheet, problems=tuple(problem for problem in sheet.problems if problem in counting))


def check_targets(source: Path | None, targets: Sequence[Path], *, force: bool) -> None:
    """Raises UsageError where one of these files cannot be written, or is the sheet itself."""
    for path in targets:
        if path.name in ("", "-"):
            raise UsageError(
                f"the sheet is written again into a file, and {str(path)!r} is none",
                code="U101",
                remedy="let it end in .csv, .tsv, .xlsx or .jsonl",
            )
        if source is not None and _is_same(source, path):
            raise UsageError(
                f"{path} is the sheet itself, which is never written over",
                code="U109",
            )
        check_target(path, force=force)
    if len({path.resolve() for path in targets}) < len(targets):
        raise UsageError(f"{targets[0]} would be written twice", code="U101", remedy="choose two names")


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def mend(sheet: Sheet, path: Path, settings: Settings, *, folder: Path | None) -> Rewritten:
    """Write the sheet with its repairs and return it as it is read from there.

    It is read back before it gets its name: every row that was good means the same, or nothing is written and a
    UsageError (U115) says so. `folder`: where the sheet lies, if it lies anywhere. Raises UsageError, OSError.
    """
    _refuse_elsewhere(sheet, path, folder)
    repairs = repairs_of(sheet)
    again = reading_again(settings, sheet, path)
    written = _proved(path, sheet, again, partial(write_mended, sheet=sheet, repairs=repairs))
    checked = check_sheet(written, on_duplicate=again.on_duplicate, only=again.only)
    return Rewritten(written, replace(checked, repairs=repairs), again)


def annotate(
    sheet: Sheet,
    checked: Checked,
    path: Path,
    settings: Settings,
    *,
    folder: Path | None,
    spelled: Callable[[str], str] = str,
) -> None:
    """Write the sheet as it was into a workbook that shows its problems. As `mend` otherwise.

    `spelled`: how messages spell settings.
    """
    if format_to_write(path.name) != "xlsx":
        raise UsageError(
            f"the option annotate={path}: colors and comments are for a workbook",
            code="U101",
            remedy="name it .xlsx",
        )
    _refuse_elsewhere(sheet, path, folder)
    notes = list(notes_of(sheet, checked.problems, spelled))
    again = reading_again(settings, sheet, path)
    write = partial(write_annotated, sheet=sheet, notes=notes, language=language_here(os.environ))
    _proved(path, sheet, again, write)


_OF_PLACE = ("sheet", "header_row", "visible_only")
_OF_FILE = (*_OF_PLACE, "delimiter", "encoding")
"""Settings that say where the table lies in its file, and how the file is written down."""


def reading_again(settings: Settings, sheet: Sheet, path: Path) -> Settings:
    """Return the settings with which a sheet is read that was written again: those of its cells alone."""
    format = format_to_write(path.name)
    changed = _OF_PLACE if format == sheet.dialect.format else _OF_FILE
    if format == "jsonl":  # which has points
        changed = (*changed, "decimal")
    return settings.model_copy(update={name: Settings.model_fields[name].default for name in changed})


def _refuse_elsewhere(sheet: Sheet, path: Path, folder: Path | None) -> None:
    """Raises UsageError where a cell names a file that would be another one from there."""
    if sheet.files and folder is not None and folder.resolve() != path.parent.resolve():
        named = next(iter(sheet.files.values())).path
        raise UsageError(
            f"{path} lies in another folder than the sheet, whose cells name files there, such as {named}",
            code="U101",
            remedy=f"write it into {folder}",
        )


def _proved(path: Path, sheet: Sheet, settings: Settings, write: Callable[[Path], Path]) -> Sheet:
    """Write a file, read it back, and give it its name where it means the same; returns it as it was read."""
    try:
        number, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=path.suffix, dir=path.parent)
        os.close(number)
        try:
            write(Path(name))
            found = _read_back(path, Path(name), sheet, settings)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from None
    return replace(found, name=path.name)


def _read_back(path: Path, draft: Path, sheet: Sheet, settings: Settings) -> Sheet:
    """Return the sheet as it is read from the draft. Raises UsageError (U115) where it means something else."""
    try:
        found = read_sheet(draft, settings)
        where = _otherwise(ReadRows(sheet), ReadRows(found))
    except (SheetError, UsageError) as error:
        where = str(error)
    if where:
        raise UsageError(f"{path} would be read otherwise: {where}", code="U115")
    return found


def _otherwise(before: ReadRows, after: ReadRows) -> str:
    """Return the first row that would mean something else, `row 14`, or what is lost of the whole; "" for none."""
    if len(before.sheet) != len(after.sheet):
        return f"{len(after.sheet)} rows in place of {len(before.sheet)}"
    if (lost := _codes_of_all(before.sheet)) and not _codes_of_all(after.sheet):
        return f"{min(lost)} would not be found any more"
    wrong, wrong_then = _wrong_rows(before), _wrong_rows(after)
    unread = {p.index for p in before.sheet.problems if p.severity is Severity.ERROR}
    for index, number in enumerate(before.sheet.numbers):
        if index not in wrong and (index in wrong_then or not _is_alike(before, after, index)):
            return f"row {number}"
        if index in unread and index not in wrong_then:
            return f"row {number}, which could not be read"
    return ""


def _codes_of_all(sheet: Sheet) -> set[str]:
    return {p.code for p in sheet.problems if p.index is None and p.severity is Severity.ERROR}


def _wrong_rows(rows: ReadRows) -> set[int]:
    problems = (*rows.sheet.problems, *rows.cell_problems())
    return {p.index for p in problems if p.index is not None and p.severity is Severity.ERROR}


def _is_alike(before: ReadRows, after: ReadRows, index: int) -> bool:
    return (before.assistant(index), before.wanted(index)) == (after.assistant(index), after.wanted(index))
