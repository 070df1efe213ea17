"""The program for Python: the stories that change assistants, each plain and for an event loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from batch_update.api.keys import ApiKey
from batch_update.journal.folders import Entry
from batch_update.model.plans import Plan
from batch_update.model.reports import Report
from batch_update.run.applying import begin_apply
from batch_update.run.library.forms import on_loop, run_to_end, then
from batch_update.run.library.of_calls import ONLINE, means_of_call, settings_of_call, several, unread
from batch_update.run.planning import What, begin_plan
from batch_update.run.recalling import Past, past_of, question_of
from batch_update.run.resuming import begin_resume, run_to_resume
from batch_update.run.steps.means import Sequel
from batch_update.run.steps.overview import known_runs
from batch_update.run.undoing import begin_undo, run_to_undo
from batch_update.run.watching import Watcher
from batch_update.settings.tunables import Settings


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
    asked = settings_of_call("plan", settings, given, environ, but=unread(what))
    means = means_of_call(key, app, watcher, environ, share=share)
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
    but = (*unread(what), *(() if journal else ("run_dir", "runs_dir")))
    asked = settings_of_call("apply", settings, given, environ, but=but)
    means = means_of_call(key, app, watcher, environ, share=share, signals=signals, journal=journal)
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
    asked = settings_of_call("resume", settings, given, environ)
    means = means_of_call(key, app, watcher, environ, share=share, signals=signals)
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
    asked = settings_of_call("undo", settings, given, environ, but=but)
    means = means_of_call(key, app, watcher, environ, share=share, signals=signals, journal=journal)
    return then(begin_undo(run_to_undo(str(run), asked), asked, means), lambda ended: ended.report)


def _runs(
    settings: Settings | None = None, *, environ: Mapping[str, str] | None = None, **given: Any
) -> Sequel[list[Entry]]:
    """Return the runs below the setting runs_dir, the one that was last worked on first, with how far each is."""
    asked = settings_of_call("runs list", settings, given, environ)
    return partial(anyio.to_thread.run_sync, known_runs, asked)


def _history(
    assistant: int | str | None = None,
    /,
    settings: Settings | None = None,
    *,
    fields: str | Iterable[str] = (),
    since: str | datetime | None = None,
    until: str | datetime | None = None,
    environ: Mapping[str, str] | None = None,
    **given: Any,
) -> Sequel[Past]:
    """Return what the runs below the setting runs_dir changed: of one assistant, by its id or its name, or of all.

    `fields`, `account`: of these alone. `since`, `until`: a day, such as 2026-10-01, or a moment, local without a zone.
    Each change knows its run, its time, note and author, what it was before and after, and the run that undid it.
    Nothing is asked of a server. Raises UsageError.
    """
    asked = settings_of_call("history", settings, given, environ, but=(*ONLINE, "delimiter"))
    question = question_of(assistant, fields=several(fields), since=since, until=until)
    return partial(anyio.to_thread.run_sync, past_of, question, asked)


plan, plan_async = run_to_end(_plan), on_loop(_plan)
apply, apply_async = run_to_end(_apply), on_loop(_apply)
resume, resume_async = run_to_end(_resume), on_loop(_resume)
undo, undo_async = run_to_end(_undo), on_loop(_undo)
runs, runs_async = run_to_end(_runs), on_loop(_runs)
history, history_async = run_to_end(_history), on_loop(_history)
