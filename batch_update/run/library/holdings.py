"""The program for Python: what an account holds, as a table, as lists to choose from and as a sheet to fill in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from batch_update.account.connect import client_for
from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.api.pace.ledger import Ledger
from batch_update.model.choices import Choices
from batch_update.model.reports import Event
from batch_update.run.choosing import begin_choices, wish_of
from batch_update.run.exporting import Export, begin_export
from batch_update.run.library.forms import on_loop, run_to_end, then
from batch_update.run.library.of_calls import layered_settings, means_of_call, settings_of_call, several
from batch_update.run.steps.means import Sequel
from batch_update.run.templating import Template, begin_template, order_of
from batch_update.run.watching import Watcher
from batch_update.settings.tunables import Settings


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
    asked = settings_of_call("export", settings, given, environ)
    means = means_of_call(key, app, watcher, environ, share=share)
    path = None if to is None else Path(to)
    begun = begin_export(
        asked,
        means,
        to=path,
        force=force,
        fields=several(fields),
        where=several(where),
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
    asked = settings_of_call("choices", settings, given, environ)
    wish = wish_of(lists, mode=mode, language=None if language is None else str(language), search=search)
    means = means_of_call(key, app, watcher, environ, share=share)
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
    asked = settings_of_call("template", settings, given, environ)
    means = means_of_call(key, app, watcher, environ, share=share)
    order = order_of(
        to=None if to is None else Path(to),
        fields=several(fields),
        prefill=prefill,
        where=several(where),
        language=lang,
        environ=means.environ,
        delimiter=asked.delimiter,
        force=force,
    )
    return begin_template(order, asked, means)


choices, choices_async = run_to_end(_choices), on_loop(_choices)
export, export_async = run_to_end(_export), on_loop(_export)
template, template_async = run_to_end(_template), on_loop(_template)


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
    `ledger=Ledger(path)`, all processes of this machine that name the same path share the key's windows. Where the list
    of accounts names an owner, entering the client asks whose its key is, and raises RunStopped X312 for another's.
    """
    asked = layered_settings(settings, given, environ)
    means = means_of_call(key, app, None, environ, share=False)
    return client_for(asked, key=means.key, app=app, ledger=ledger, environ=means.environ, on_event=on_event)
