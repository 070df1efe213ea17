"""The program for Python: the stories of the command line as functions, each plain and for an event loop."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any, BinaryIO

import anyio

from batch_update.account.connect import client_for
from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.api.pace.ledger import Ledger
from batch_update.check.checking import Checked, check_sheet
from batch_update.errors import UsageError
from batch_update.journal.folders import Entry
from batch_update.model.choices import Choices
from batch_update.model.plans import Plan
from batch_update.model.reports import Event, Report
from batch_update.model.sheets import Sheet
from batch_update.run.applying import begin_apply
from batch_update.run.choosing import begin_choices, wish_of
from batch_update.run.exporting import Export, begin_export
from batch_update.run.forms import on_loop, run_to_end, then
from batch_update.run.inquiring import begin_inquiry
from batch_update.run.mending import WantedFiles, write_wanted
from batch_update.run.planning import What, begin_plan
from batch_update.run.resuming import begin_resume, run_to_resume
from batch_update.run.steps.means import Means, Sequel
from batch_update.run.steps.overview import known_runs
from batch_update.run.templating import Template, begin_template, order_of
from batch_update.run.undoing import begin_undo, run_to_undo
from batch_update.run.watching import Watcher
from batch_update.send.signals import no_interrupts, open_interrupts
from batch_update.settings.heeding import refuse_unheeded
from batch_update.settings.layers import python_name, read_settings, refuse_unknown
from batch_update.settings.tunables import Settings
from batch_update.sheet import reading
from batch_update.sheet.reading import Source

_OF_FILES = ("sheet", "delimiter", "encoding", "max_csv_mb", "max_excel_mb", "max_unpacked_mb")
"""Settings that decide how a file is read: they mean nothing to a DataFrame."""
_OF_CELLS = ("map", "ignore", "decimal")
"""Those that decide what its cells are: they mean nothing to a sheet that was read already."""
_OF_ROWS = ("only", "on_duplicate")
"""Those that choose among its rows: they mean nothing to whoever only reads it."""


# ---------------------------------------------------------------- settings and means


def _settings_of_call(
    command: str,
    settings: Settings | None,
    given: Mapping[str, Any],
    environ: Mapping[str, str] | None,
    *,
    but: Collection[str] = (),
) -> Settings:
    """Return a call's settings: those by name win over those of `settings`, and these over the environment's.

    Raises UsageError for a value that is not allowed, and for a setting that means nothing here (see `heeding`).
    """
    read = _layered(settings, given, environ)
    explicit = {*(settings.model_fields_set if settings else ()), *map(python_name, given)}
    refuse_unheeded(explicit, command, but=but)
    # Whoever calls a function that sends wants it sent: only who says no here is asked.
    return read if "yes" in explicit else read.model_copy(update={"yes": True})


def _layered(
    settings: Settings | None, given: Mapping[str, Any], environ: Mapping[str, str] | None
) -> Settings:
    environ = os.environ if environ is None else environ
    refuse_unknown(environ)
    told = {name: getattr(settings, name) for name in settings.model_fields_set} if settings else {}
    return read_settings(told, given, environ=environ)


def _means(
    key: ApiKey | str | None,
    app: Any,
    watcher: Watcher | None,
    environ: Mapping[str, str] | None,
    *,
    share: bool,
    signals: bool = False,
    journal: bool = True,
) -> Means:
    if signals and current_thread() is not main_thread():
        raise UsageError(
            "signals=True: only the main thread gets signals, and this is another",
            code="U101",
            remedy="leave it out, and cancel what is awaited to end it, or call this in the main thread",
        )
    return Means(
        watcher or Watcher(),
        key=ApiKey(key) if isinstance(key, str) else key,
        app=app,
        environ=os.environ if environ is None else environ,
        interrupts=open_interrupts if signals else no_interrupts,
        journal=journal,
        share=share,
    )


def _unread(what: What) -> tuple[str, ...]:
    """Return the settings that mean nothing, since no file, or no sheet any more, is read."""
    if isinstance(what, Plan):
        return ("Sheet", "Limits", "on_conflict")
    if isinstance(what, Sheet):
        return (*_OF_CELLS, *_OF_FILES, "max_rows", "max_columns")
    return () if isinstance(what, (str, os.PathLike)) else _OF_FILES


# ---------------------------------------------------------------- the stories


def _plan(
    what: What,
    /,
    settings: Settings | None = None,
    *,
    out: Path | str | None = None,
    key: ApiKey | str | None = None,
    app: Any = None,
    watcher: Watcher | None = None,
    share: bool = True,
    environ: Mapping[str, str] | None = None,
    **given: Any,
) -> Sequel[Plan]:
    """Return what a sheet would change, held against what is there. Nothing is sent.

    `what`: the path of a sheet or of a saved plan, a DataFrame, a sheet, or a plan. `out`: where to save the plan, a
    .json. Settings are read as the command line reads them: those given by name here, then those of `settings`, then
    BATCH_UPDATE_ variables of `environ` (the program's), then the defaults; one that means nothing to a plan is
    refused. `key` wins over the setting key_file, and that over FAMULOR_API_KEY; `app` is an ASGI application in place
    of a server. `share=False` takes no part in the pace that the processes of this machine share. `Plan.guards` is what
    has to be allowed before it is sent. Raises SheetError, UsageError, AccessError, ApiError and RunStopped.
    """
    asked = _settings_of_call("plan", settings, given, environ, but=_unread(what))
    means = _means(key, app, watcher, environ, share=share)
    begun = begin_plan(what, asked, means, out=None if out is None else Path(out))
    return then(begun, lambda planned: replace(planned.plan, guards=planned.tripped))


def _apply(
    what: What,
    /,
    settings: Settings | None = None,
    *,
    key: ApiKey | str | None = None,
    app: Any = None,
    watcher: Watcher | None = None,
    signals: bool = False,
    journal: bool = True,
    share: bool = True,
    environ: Mapping[str, str] | None = None,
    **given: Any,
) -> Sequel[Report]:
    """Send what differs from what is there, read it back, and return a report that accounts for every row.

    `what`, `settings`, `key`, `app`, `environ` and settings by name as for `plan`. A plan that was held against what
    was there is sent as it was reviewed: what somebody changed since is held back. The call is the yes to the plan;
    hazards have to be allowed by the setting allow, unless a `watcher` is asked and says yes to them.

    The run has a folder below the setting runs_dir, is written down in it as it happens, so that `resume` and `undo`
    work, and has its results there at the end (`Report.folder`, `Report.files`); not with `journal=False`. The account
    is locked for other runs meanwhile and its pace shared with other processes; not with `share=False`. With
    `signals=True`, which the main thread alone can have, SIGINT, SIGTERM and a hang-up end sending in good order.

    What goes wrong with a row is in its outcome, and why a run ended early in `Report.stopped`: a sheet that is wrong
    (SheetError), a guard (GuardStopped), a refused key, a signal. Raises SheetError for a sheet that cannot be read,
    UsageError, AccessError, RunLocked, and ApiError or RunStopped where it cannot be told what is there.
    """
    but = (*_unread(what), *(() if journal else ("run_dir", "runs_dir")))
    asked = _settings_of_call("apply", settings, given, environ, but=but)
    means = _means(key, app, watcher, environ, share=share, signals=signals, journal=journal)
    return then(begin_apply(what, asked, means), lambda ended: ended.report)


def _resume(
    run: Path | str = "last",
    /,
    settings: Settings | None = None,
    *,
    retry_failed: bool = False,
    key: ApiKey | str | None = None,
    app: Any = None,
    watcher: Watcher | None = None,
    signals: bool = False,
    share: bool = True,
    environ: Mapping[str, str] | None = None,
    **given: Any,
) -> Sequel[Report]:
    """Go on with a run after a crash, a signal, a guard or a full disk; the report covers all of its rows.

    `run`: a folder, a name below the setting runs_dir, a unique beginning of one, or last. `retry_failed`: the failed
    rows are sent as well. All else is as for `apply`, and so is what it raises, with JournalError where the run's
    journal cannot be read. Where a guard forbids going on, `Report.stopped` says so, and the run stays as it was.
    """
    asked = _settings_of_call("resume", settings, given, environ)
    means = _means(key, app, watcher, environ, share=share, signals=signals)
    begun = begin_resume(run_to_resume(str(run), asked), asked, means, retry_failed=retry_failed)
    return then(begun, lambda ended: ended.report)


def _undo(
    run: Path | str,
    /,
    settings: Settings | None = None,
    *,
    key: ApiKey | str | None = None,
    app: Any = None,
    watcher: Watcher | None = None,
    signals: bool = False,
    journal: bool = True,
    share: bool = True,
    environ: Mapping[str, str] | None = None,
    **given: Any,
) -> Sequel[Report]:
    """Take back a run: every field that still holds what it wrote gets back what it held before.

    `run` as for `resume`; last is the one that last changed something. An undo is a run with a folder of its own, and
    can be undone. It may do what the setting allow is for. All else is as for `apply`.
    """
    but = () if journal else ("run_dir", "runs_dir")
    asked = _settings_of_call("undo", settings, given, environ, but=but)
    means = _means(key, app, watcher, environ, share=share, signals=signals, journal=journal)
    return then(begin_undo(run_to_undo(str(run), asked), asked, means), lambda ended: ended.report)


def _export(
    settings: Settings | None = None,
    *,
    to: Path | str | None = None,
    force: bool = False,
    fields: str | Iterable[str] = (),
    where: str | Iterable[str] = (),
    secrets: bool = True,
    names: bool = False,
    key: ApiKey | str | None = None,
    app: Any = None,
    watcher: Watcher | None = None,
    share: bool = True,
    environ: Mapping[str, str] | None = None,
    **given: Any,
) -> Sequel[Export]:
    """Return what the assistants hold as a table of texts, which reads back to the same values.

    `to`: a .csv, .tsv, .xlsx or .jsonl to write it to, which `force` lets it write over. `fields`: columns, all by
    default. `where`: conditions such as `speech_speed>1`, which all have to hold. `secrets`: whether cells that hold a
    secret are filled. `names`: whether names stand beside ids, so that the sheet can be read in another account, too.
    All else is as for `plan`.
    """
    asked = _settings_of_call("export", settings, given, environ)
    means = _means(key, app, watcher, environ, share=share)
    path = None if to is None else Path(to)
    begun = begin_export(
        asked,
        means,
        to=path,
        force=force,
        fields=_several(fields),
        where=_several(where),
        secrets=secrets,
        with_names=names,
    )
    return then(begun, lambda exported: exported.table)


def _choices(
    *lists: str,
    settings: Settings | None = None,
    mode: str | None = None,
    language: str | int | None = None,
    search: str | None = None,
    to: Path | str | None = None,
    force: bool = False,
    key: ApiKey | str | None = None,
    app: Any = None,
    watcher: Watcher | None = None,
    share: bool = True,
    environ: Mapping[str, str] | None = None,
    **given: Any,
) -> Sequel[Choices]:
    """Return what may be chosen on the account: `choices("voices", mode="dualplex")["voices"]` are voices.

    `lists`: voices, languages, models (or those of a mode, such as llm-models), phone-numbers, synthesizers,
    transcribers, knowledgebases, tools, folders, labels, assistants; none: all. `mode`, `language` (its id, code or
    name) and `search` leave out what does not fit. `to`: a .csv, .tsv, .xlsx or .jsonl to write them to, which `force`
    lets it write over. A list that cannot be had is in `Choices.unknown`, with the reason. Lists are kept on this
    machine for the setting choices_max_age; not with `share=False`. All else is as for `plan`.
    """
    asked = _settings_of_call("choices", settings, given, environ)
    wish = wish_of(lists, mode=mode, language=None if language is None else str(language), search=search)
    means = _means(key, app, watcher, environ, share=share)
    begun = begin_choices(wish, asked, means, to=None if to is None else Path(to), force=force)
    return then(begun, lambda chosen: chosen.choices)


def _template(
    to: Path | str | None = None,
    /,
    settings: Settings | None = None,
    *,
    fields: str | Iterable[str] = (),
    prefill: bool = False,
    where: str | Iterable[str] = (),
    lang: str | None = None,
    force: bool = False,
    key: ApiKey | str | None = None,
    app: Any = None,
    watcher: Watcher | None = None,
    share: bool = True,
    environ: Mapping[str, str] | None = None,
    **given: Any,
) -> Sequel[Template]:
    """Write a sheet to be filled in, with what the account has to choose from as drop-downs.

    `to`: an .xlsx, or a .csv or .tsv without drop-downs, which `force` lets it write over. `fields`: headers of its
    columns, all fields by default. `prefill`: what is there is written into it, of those assistants alone for which
    the conditions `where` hold; never a secret. `lang`: en or de; None: the system's. Without a key it has no lists of
    an account (`Template.keyless`). All else is as for `plan`.
    """
    asked = _settings_of_call("template", settings, given, environ)
    means = _means(key, app, watcher, environ, share=share)
    order = order_of(
        to=None if to is None else Path(to),
        fields=_several(fields),
        prefill=prefill,
        where=_several(where),
        language=lang,
        environ=means.environ,
        force=force,
    )
    return begin_template(order, asked, means)


def _several(texts: str | Iterable[str]) -> Iterable[str]:
    """Return the texts; one by itself is one, and not its letters."""
    return (texts,) if isinstance(texts, str) else texts


def _runs(
    settings: Settings | None = None, *, environ: Mapping[str, str] | None = None, **given: Any
) -> Sequel[list[Entry]]:
    """Return the runs below the setting runs_dir, the one that was last worked on first, with how far each is."""
    asked = _settings_of_call("runs list", settings, given, environ)
    return partial(anyio.to_thread.run_sync, known_runs, asked)


plan, plan_async = run_to_end(_plan), on_loop(_plan)
apply, apply_async = run_to_end(_apply), on_loop(_apply)
resume, resume_async = run_to_end(_resume), on_loop(_resume)
undo, undo_async = run_to_end(_undo), on_loop(_undo)
choices, choices_async = run_to_end(_choices), on_loop(_choices)
export, export_async = run_to_end(_export), on_loop(_export)
template, template_async = run_to_end(_template), on_loop(_template)
runs, runs_async = run_to_end(_runs), on_loop(_runs)


# ---------------------------------------------------------------- what needs no story


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
    asked = _settings_of_call("check", settings, given, environ, but=(*_unread(source), *_OF_ROWS))
    return reading.read_sheet(source, asked, stdin=stdin)


def check(
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
) -> Checked:
    """Return every problem of a sheet, and how many rows would do what. Nothing is sent.

    A server is asked only with `online`, and only where names stand in the sheet in place of ids; else they are in
    `Checked.names`. `fix`: a .csv, .tsv, .xlsx or .jsonl to which the sheet is written again with the repairs that are
    safe; the answer is about that one then, and has the repairs. `annotate`: an .xlsx that shows the sheet as it was
    with its problems. `force` lets both write over what lies there, but never over the sheet. Raises SheetError where
    the sheet cannot be read, UsageError for a setting that is wrong or means nothing here, and for a file that cannot
    be written; online also AccessError, ApiError and RunStopped.
    """
    wanted = _wanted_files(fix, annotate, force=force, online=online)
    sheet, asked, checked, inquiry = _checked(what, settings, key, app, environ, given, online=online)
    found = checked if inquiry is None else run_to_end(inquiry)()
    return write_wanted(sheet, found, asked, wanted, source=_place_of(what)).checked


async def check_async(
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
) -> Checked:
    """Do what `check` does on an event loop that is running already, asyncio's or trio's."""
    wanted = _wanted_files(fix, annotate, force=force, online=online)
    sheet, asked, checked, inquiry = _checked(what, settings, key, app, environ, given, online=online)
    found = checked if inquiry is None else await inquiry()()
    return write_wanted(sheet, found, asked, wanted, source=_place_of(what)).checked


def _wanted_files(
    fix: Path | str | None, annotate: Path | str | None, *, force: bool, online: bool
) -> WantedFiles:
    fixed, annotated = (None if path is None else Path(path) for path in (fix, annotate))
    wanted = WantedFiles(fixed, annotated, force=force)
    wanted.require_alone(online=online)
    return wanted


def _place_of(what: Sheet | Source) -> Path | None:
    """Return where a sheet lies; None for one that lies nowhere."""
    return Path(what) if isinstance(what, (str, os.PathLike)) and str(what) != "-" else None


def _checked(
    what: Sheet | Source,
    settings: Settings | None,
    key: ApiKey | str | None,
    app: Any,
    environ: Mapping[str, str] | None,
    given: Mapping[str, Any],
    *,
    online: bool,
) -> tuple[Sheet, Settings, Checked, Callable[[], Sequel[Checked]] | None]:
    """Return a sheet with what is wrong with it by itself, and what asks about its names, where that is wanted."""
    asked = _settings_of_call("check", settings, given, environ, but=_unread(what))
    sheet = what if isinstance(what, Sheet) else reading.read_sheet(what, asked)
    checked = check_sheet(sheet, on_duplicate=asked.on_duplicate, only=asked.only)
    if not online or not checked.names:
        return sheet, asked, checked, None

    def check() -> Sequel[Checked]:
        return begin_inquiry(sheet, checked, asked, _means(key, app, None, environ, share=True))

    return sheet, asked, checked, check


def connect(
    settings: Settings | None = None,
    *,
    key: ApiKey | str | None = None,
    app: Any = None,
    ledger: Ledger | None = None,
    environ: Mapping[str, str] | None = None,
    on_event: Callable[[Event], None] | None = None,
    **given: Any,
) -> Client:
    """Return a client of the API, for what no story tells: look-ups, and updates of one's own.

    Settings and `key` are found as for `plan`; those that a client has no use for are let be. With
    `ledger=Ledger(path)`, all processes of this machine that name the same path share the key's windows.
    """
    asked = _layered(settings, given, environ)
    means = _means(key, app, None, environ, share=False)
    return client_for(asked, key=means.key, app=app, ledger=ledger, environ=means.environ, on_event=on_event)
