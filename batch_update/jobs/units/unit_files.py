"""Units as files in a folder."""

from __future__ import annotations

from pathlib import Path

from batch_update.disk import make_folder, replace_plain
from batch_update.errors import UsageError
from batch_update.jobs.units.task import Unit, UnitForm
from batch_update.report.files.writable import unwritable
from batch_update.text import printable


def save(unit: Unit, folder: Path, *, force: bool = False) -> list[Path]:
    """Write the files of a unit into a folder, which is made; return their paths.

    Raises UsageError U109 where one is there already, unless `force` is given, U110 where it cannot be written.
    """
    paths = [folder / file.name for file in unit.files]
    for path in paths:
        if path.exists() and not force:
            remedy = "choose another folder, or add the option force"
            raise UsageError(f"{printable(str(path))} is there already", code="U109", remedy=remedy)
    # schtasks of older Windows takes no other
    encoding = "utf-16" if unit.form is UnitForm.WINDOWS_TASK else "utf-8"
    for path, file in zip(paths, unit.files, strict=True):
        try:
            make_folder(path.parent)
            replace_plain(path, file.text.encode(encoding))
        except OSError as error:
            raise unwritable(path, error.strerror or str(error)) from None
    return paths
