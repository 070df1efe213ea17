"""The story of `export`: an account as a sheet, whose cells read back to the values that its assistants hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from batch_update.account.account import Account, server_name
from batch_update.account.fetching import Lister, fetch_present
from batch_update.account.known.of_settings import at_account
from batch_update.disk import refuse_no_file
from batch_update.errors import UsageError
from batch_update.fields.facts import all_fields
from batch_update.fields.names import ID
from batch_update.fields.references import catalogs_of
from batch_update.fields.remembered.memory import BASE
from batch_update.model.plans import Present
from batch_update.plan.conditions import Condition, find_field, read_condition
from batch_update.plan.naming.labels import Labels
from batch_update.plan.naming.matching import with_languages
from batch_update.plan.stating import Statement
from batch_update.report.files.writable import require_folder, unwritable
from batch_update.report.own_columns import REPORTED
from batch_update.run.steps.desk import Desk, desk_of
from batch_update.run.steps.identifying import with_ids_in
from batch_update.run.steps.means import Means, Sequel, speaking, tell_way
from batch_update.run.watching import Watcher
from batch_update.send.progress import Stage
from batch_update.settings.locales import signs_wanted
from batch_update.settings.tunables import Settings
from batch_update.sheet.writing.formats import format_to_write, write_export
from batch_update.text import counted, listed, printable

Told = dict[int, tuple[tuple[str, ...], str]]
"""Assistant -> its cells, and the values that no cell can say."""


@dataclass(frozen=True, slots=True)
class Export:
    """A table of texts under the grammar of sheets, with what has to be said of it."""

    header: tuple[str, ...]
    """`id`, then fields; `_reported`, where something is reported that an update would not take; last `_base`, which
    remembers what was there"""
    rows: tuple[tuple[str, ...], ...]
    """by id"""
    account: str
    """whose assistants these are"""
    pages: int
    """requests that it took"""
    secrets: int
    """cells that hold a secret; they are empty where secrets were not wanted"""
    left_empty: Mapping[str, int]
    """field -> cells that are empty although there is a value, since it could not be sent as it is"""
    unreported: tuple[str, ...]
    """columns that are empty since the API does not report them"""

    def __repr__(self) -> str:
        size = f"{counted(len(self.rows), 'assistant')}, {counted(len(self.header), 'column')}"
        return f"<Export: {size}; {self.account}>"

    def to_frame(self) -> Any:
        """Return the table as a pandas DataFrame: ids as int64 unless names stand beside them, all else as texts."""
        from batch_update.sheet.writing.framing import FrameColumn, Kind, frame_from

        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(self.header)
        whole = ID if all(row[0].isdecimal() for row in self.rows) else None
        kinds = (Kind.WHOLE if name == whole else Kind.TEXT for name in self.header)
        return frame_from(map(FrameColumn, self.header, kinds, columns))


@dataclass(frozen=True, slots=True)
class Exported:
    """An export that was made, and where it was written."""

    table: Export
    path: Path | None
    """None: nowhere"""


def begin_export(
    settings: Settings,
    means: Means,
    *,
    to: Path | None = None,
    force: bool = False,
    fields: Iterable[str] = (),
    where: Iterable[str] = (),
    secrets: bool = True,
    with_names: bool = False,
) -> Sequel[Exported]:
    """Find out what is asked for; the sequel reads the account's assistants, and writes them where `to` says.

    `to`: a .csv, .tsv, .xlsx or .jsonl, which `force` lets it write over. `fields`: names of columns; none: all.
    `where`: conditions such as `speech_speed>1` that an assistant has to fulfill. `secrets`: whether cells that hold
    one are written. `with_names`: whether names stand beside ids. Raises UsageError where that makes no sense,
    AccessError, ApiError and RunStopped where the account cannot be read.
    """
    if to is not None:
        check_target(to, force=force)
    names = choose_fields(fields)
    conditions = [read_condition(text) for text in where]
    settings = at_account(settings)
    tell_way(settings, means)
    means.watcher.stage(Stage.LOOKING, server_name(settings))
    account = means.account(settings)
    asked = partial(export, fields=names, only=settings.only, secrets=secrets)
    return partial(_export, asked, conditions, to, force, with_names, account, settings, means)


async def _export(
    asked: Callable[..., Awaitable[Export]],
    conditions: Sequence[Condition],
    to: Path | None,
    force: bool,
    with_names: bool,
    account: Account,
    settings: Settings,
    means: Means,
) -> Exported:
    async with speaking(settings, account, means, means.watcher.event) as client:
        desk = desk_of(client, account, settings, means)
        where = await with_ids_in(conditions, desk)
        labels = partial(_labels, desk, means.watcher) if with_names else None
        table = await asked(client, where=where, labels=labels)
    if to is None:
        return Exported(table, None)
    signs = signs_wanted(settings.delimiter, means.environ)
    check_target(to, force=force)  # reading took its time
    try:
        return Exported(table, write_export(to, table.header, table.rows, signs))
    except OSError as error:
        raise unwritable(to, error.strerror or str(error)) from None


async def _labels(desk: Desk, watcher: Watcher, fields: Iterable[str]) -> Labels:
    """Look up what the ids of these fields are called; of a list that cannot be had, ids stay alone."""
    found = await desk.lists(with_languages(catalog for name in fields for catalog in catalogs_of(name)))
    for catalog, why in found.unknown.items():
        watcher.warning(f"without the names of each {catalog.noun}, whose list could not be had: {why}")
    return Labels(found)


def check_target(path: Path, *, force: bool) -> None:
    """Raises UsageError where an export cannot be written there, or would write over something without `force`."""
    format_to_write(printable(str(path)))
    try:
        require_folder(path)
        if path.is_dir():
            raise unwritable(path, "it is a folder")
        refuse_no_file(path)
        if path.exists() and not force:
            raise UsageError(
                f"{path} is there already", code="U109", remedy="choose another name, or add the option force"
            )
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from None


async def export(
    client: Lister,
    *,
    fields: Sequence[str] = (),
    only: Collection[int] = (),
    where: Iterable[Condition] = (),
    secrets: bool = True,
    labels: Callable[[Iterable[str]], Awaitable[Labels]] | None = None,
) -> Export:
    """Return the account's assistants as a table.

    `fields`: names, as `choose_fields` gives them; none: all that the catalogue calls reported, and whatever else some
    answer carries. `only`: these assistants; none: all. `where`: conditions that an assistant has to fulfill.
    `secrets`: whether cells that hold a secret are written. `labels`: looks up names that shall stand beside the ids of
    some fields. Raises UsageError where `only` or `where` cannot be
    answered, and what the client raises.
    """
    fetched = await fetch_present(client, only or None)
    _refuse_missing(only, fetched.present)
    conditions = tuple(where)
    _refuse_unknown(conditions, fetched.present)
    chosen = _chosen(fetched.present, conditions)
    carried = {name for now in chosen.values() for name in now}
    names = tuple(fields) or _fields_to_tell(carried)
    statement = Statement(names, with_secrets=secrets)
    told = {number: statement.row(number, now) for number, now in chosen.items()}
    ids = {number: str(number) for number in told}
    if labels is not None:
        called = await labels(names)
        ids = {number: called.assistant(number, str(now.get("name") or "")) for number, now in chosen.items()}
        told = _named(told, names, chosen, called)
    own, rows = _told_columns(told, ids)
    memories = (statement.memory(number, fetched.account, now) for number, now in chosen.items())
    return Export(
        (ID, *names, *own, BASE),
        tuple((*row, memory) for row, memory in zip(rows, memories, strict=True)),
        fetched.account,
        fetched.pages,
        statement.secrets,
        dict(+statement.left_empty),
        tuple(name for name in names if chosen and name not in carried),
    )


def _named(told: Told, fields: Sequence[str], present: Mapping[int, Present], labels: Labels) -> Told:
    """Return the cells with names beside their ids."""
    named: Told = {}
    for number, (cells, unsaid) in told.items():
        texts = zip(fields, cells, strict=True)
        with_names = (labels.cell(name, text, present[number].get(name)) for name, text in texts)
        named[number] = tuple(with_names), unsaid
    return named


def _chosen(present: Mapping[int, Present], conditions: Sequence[Condition]) -> dict[int, Present]:
    """Return the assistants that fulfill all conditions, by id."""
    return {
        number: now
        for number, now in sorted(present.items())
        if all(condition.holds(number, now) for condition in conditions)
    }


def _fields_to_tell(carried: Collection[str]) -> tuple[str, ...]:
    """Return the fields that the catalogue calls reported, and whatever else some answer carries."""
    return tuple(one.name for one in all_fields().values() if one.reported or one.name in carried)


def _told_columns(told: Told, ids: Mapping[int, str]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the header of our own column, if there has to be one, and the rows with its cells."""
    if not any(unsaid for _, unsaid in told.values()):
        return (), tuple((ids[number], *cells) for number, (cells, _) in told.items())
    return (REPORTED,), tuple((ids[number], *cells, unsaid) for number, (cells, unsaid) in told.items())


def choose_fields(names: Iterable[str]) -> tuple[str, ...]:
    """Fields from names and aliases, in their order; `id` is always there. Raises UsageError (U101)."""
    parts = (part for name in names for part in name.split(",") if part.strip())
    found = dict.fromkeys(find_field(part, "the option fields") for part in parts)
    return tuple(name for name in found if name != ID)


def _refuse_missing(only: Collection[int], present: Mapping[int, Present]) -> None:
    missing = sorted(set(only).difference(present))
    if missing:
        raise UsageError(
            f"the setting only names what is not on this account: {listed(missing)}",
            code="X241",
        )


def _refuse_unknown(conditions: Iterable[Condition], present: Mapping[int, Present]) -> None:
    """Raise UsageError for a condition on what no assistant tells: an empty answer would say that none is so."""
    for condition in conditions:
        if present and not any(condition.is_known(now) for now in present.values()):
            raise UsageError(
                f"the option where={condition.field}: the API does not report {condition.field}",
                code="U101",
                remedy="choose by another field",
            )
