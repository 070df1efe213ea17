"""The program for Python: a sheet alone, read and checked, where a server is asked about names and ids at most."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from batch_update.api.keys import ApiKey
from batch_update.check.checking import Checked, check_sheet
from batch_update.model.sheets import Sheet
from batch_update.run.inquiring import begin_inquiry
from batch_update.run.library.forms import AtOnce, on_loop, run_to_end, then
from batch_update.run.library.of_calls import OF_ROWS, means_of_call, settings_of_call, unread
from batch_update.run.mending import WantedFiles, write_wanted
from batch_update.run.steps.means import Sequel
from batch_update.settings.tunables import Settings
from batch_update.sheet import reading
from batch_update.sheet.reading import Source


def read_sheet(
    source: Source,
    /,
    settings: Settings | None = None,
    *,
    stdin: BinaryIO | None = None,
    environ: Mapping[str, str] | None = None,
    **given: Any,
) -> Sheet:
    """Return the cells of a CSV, TSV, workbook or JSON Lines file, or of a DataFrame, as they stand.

    The source "-" is `stdin` (the process's own). Settings are found as for `plan`. A frame's first row is row 2, as in
    a file; named levels of its index are columns, an index without a name is none. What is wrong with rows, cells and
    headers is in `Sheet.problems`. Raises SheetError (codes S1xx) for what cannot be read at all, UsageError for a
    setting that is wrong, means nothing here, or names a column, field or encoding that does not exist.
    """
    asked = settings_of_call("check", settings, given, environ, but=(*unread(source), *OF_ROWS))
    return reading.read_sheet(source, asked, stdin=stdin, environ=os.environ if environ is None else environ)


def _check(
    what: Sheet | Source,
    /,
    settings: Settings | None = None,
    *,
    key: ApiKey | str | None = None,
    app: Any = None,
    online: bool = False,
    fix: Path | str | None = None,
    annotate: Path | str | None = None,
    force: bool = False,
    environ: Mapping[str, str] | None = None,
    **given: Any,
) -> Sequel[Checked]:
    """Return every problem of a sheet, and how many rows would do what. Nothing is sent.

    A server is asked only with `online`: whether names and ids are right, as for `plan`; else the names that stand in
    place of ids are in `Checked.names`. `fix`: a .csv, .tsv, .xlsx or .jsonl to which the sheet is written again with
    the repairs that are safe; the answer is about that one then, and has the repairs. `annotate`: an .xlsx that shows
    the sheet as it was with its problems. `force` lets both write over what lies there, but never over the sheet.
    Raises SheetError where the sheet cannot be read, UsageError for a setting that is wrong or means nothing here, and
    for a file that cannot be written; online also AccessError, ApiError and RunStopped.
    """
    fixed, annotated = (None if path is None else Path(path) for path in (fix, annotate))
    wanted = WantedFiles(fixed, annotated, force=force)
    wanted.require_alone(online=online)
    asked = settings_of_call("check", settings, given, environ, but=unread(what))
    sheet = what if isinstance(what, Sheet) else reading.read_sheet(what, asked)
    checked = check_sheet(sheet, on_duplicate=asked.on_duplicate, only=asked.only)

    def written(found: Checked) -> Checked:
        return write_wanted(sheet, found, asked, wanted, source=_place_of(what)).checked

    if not online:
        return AtOnce(written(checked))
    means = means_of_call(key, app, None, environ, share=True)
    return then(begin_inquiry(sheet, checked, asked, means), written)


def _place_of(what: Sheet | Source) -> Path | None:
    """Return where a sheet lies; None for one that lies nowhere."""
    return Path(what) if isinstance(what, (str, os.PathLike)) and str(what) != "-" else None


check, check_async = run_to_end(_check, may_end_at_once=True), on_loop(_check)
