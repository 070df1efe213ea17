"""The story of `template`: a sheet to be filled in, with what the account has to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from batch_update.account.account import Account, server_name
from batch_update.account.known.of_settings import at_account
from batch_update.api.client import Client
from batch_update.errors import KeyMissing, UsageError
from batch_update.fields.facts import all_fields
from batch_update.fields.names import ID, Heading, meaning
from batch_update.model.choices import Catalog, Choices
from batch_update.model.sheets import Role
from batch_update.plan.conditions import Condition, find_field, read_condition
from batch_update.report.files.writable import unwritable
from batch_update.run.exporting import Export, check_target, export
from batch_update.run.steps.desk import desk_of
from batch_update.run.steps.identifying import with_ids_in
from batch_update.run.steps.means import Means, Sequel, speaking, tell_way
from batch_update.run.steps.offering import catalogs_to_offer, offered
from batch_update.send.progress import Stage
from batch_update.settings.locales import OF_COMMAS, Language, Signs, language_here, signs_wanted
from batch_update.settings.tunables import Settings
from batch_update.sheet.writing.formats import format_to_write
from batch_update.sheet.writing.records import write_whole
from batch_update.sheet.writing.template.bare import write_bare
from batch_update.sheet.writing.template.book import Blueprint, write_template
from batch_update.sheet.writing.template.form_columns import TemplateColumn
from batch_update.sheet.writing.template.wording import WORDS
from batch_update.text import counted, first_twice, printable


@dataclass(frozen=True, slots=True)
class Template:
    """A sheet to be filled in, with what has to be said of it."""

    header: tuple[str, ...]
    """`id`, then fields and parts of fields; last columns of our own, where it was filled in beforehand"""
    rows: tuple[tuple[str, ...], ...]
    """what is there, as texts of the grammar; none where that was not asked for"""
    language: Language
    lists: Mapping[Catalog, int]
    """what can be chosen from -> how many there are"""
    unknown: Mapping[Catalog, str]
    """lists that it lacks since they could not be looked up -> why"""
    keyless: bool
    """whether it has no lists of an account since no key was given"""
    before: Export | None = None
    """what is there, where that was asked for"""
    parts: tuple[str, ...] = ()
    """columns that are empty since they are parts of values, and what is there is written only for whole ones"""
    path: Path | None = None
    """where it was written; None: nowhere"""

    def __repr__(self) -> str:
        size = f"{counted(len(self.header), 'column')}, {counted(len(self.rows), 'row')}"
        return f"<Template: {size}, {counted(len(self.lists), 'list')} to choose from>"


@dataclass(frozen=True, slots=True)
class Order:
    """A template as it is wanted: its columns, what is written into it, and where."""

    to: Path | None = None
    """an .xlsx, .csv or .tsv; None: it is written nowhere"""
    headers: tuple[str, ...] = ()
    """of the columns, as they are to stand there; none: all fields"""
    prefill: bool = False
    """whether what is there is written into it"""
    where: tuple[Condition, ...] = ()
    """that an assistant has to fulfill to stand in it"""
    language: Language = "en"
    signs: Signs = OF_COMMAS
    """with which a CSV is written"""
    force: bool = False
    """whether a file that is there is written over"""

    @property
    def is_plain(self) -> bool:
        """Whether it has cells alone, and nothing to choose from."""
        return self.to is None or format_to_write(self.to.name) != "xlsx"


def order_of(
    *,
    to: Path | None,
    fields: Iterable[str] = (),
    prefill: bool = False,
    where: Iterable[str] = (),
    language: str | None = None,
    environ: Mapping[str, str],
    delimiter: str | None = None,
    force: bool = False,
) -> Order:
    """Return what is wanted, from the words of a user. Raises UsageError (U101) for what makes no sense.

    `delimiter`: between the cells of a CSV.
    """
    conditions = tuple(read_condition(text) for text in where)
    if conditions and not prefill:
        raise _only_of_what_is_there("option where")
    if to is not None and format_to_write(to.name) not in ("xlsx", "csv", "tsv"):
        raise UsageError(
            f"{printable(str(to))}: a template is a workbook, or a CSV",
            code="U101",
            remedy="let it end in .xlsx, .csv or .tsv",
        )
    headers = _wanted_headers(fields)
    spoken = language_of(language, environ)
    signs = signs_wanted(delimiter, environ, language=None if language is None else spoken)
    return Order(to, headers, prefill, conditions, spoken, signs, force)


def _only_of_what_is_there(name: str) -> UsageError:
    return UsageError(
        f"the {name} chooses among what is there, which is written with the option prefill alone",
        code="U101",
        remedy="give both, or none of them",
    )


def language_of(given: str | None, environ: Mapping[str, str]) -> Language:
    """Return the language that is asked for, or that of the user's programs: German, or else English."""
    if given is not None:
        for language in WORDS:
            if given.strip().lower() == language:
                return language
        raise UsageError(
            f"the option lang: {given.strip()!r} is no language of a template",
            code="U101",
            remedy=f"there are {' and '.join(WORDS)}",
        )
    return language_here(environ)


def begin_template(order: Order, settings: Settings, means: Means) -> Sequel[Template]:
    """Find out whose lists are wanted; the sequel looks them up, and writes the template.

    Without a key it has no lists of an account. Raises UsageError where that makes no sense, AccessError, RunStopped,
    and ApiError where what is there is wanted and cannot be read.
    """
    if settings.only and not order.prefill:
        raise _only_of_what_is_there("setting only")
    if order.to is not None:
        check_target(order.to, force=order.force)
    if order.is_plain and not order.prefill:
        return partial(_without_account, order, keyless=False)
    settings = at_account(settings)
    try:
        account = means.account(settings)
    except KeyMissing:
        if order.prefill or settings.account:
            raise
        return partial(_without_account, order, keyless=True)
    tell_way(settings, means)
    means.watcher.stage(Stage.LOOKING, server_name(settings))
    return partial(_with_account, order, account, settings, means)


async def _without_account(order: Order, *, keyless: bool) -> Template:
    return _make(order, _headings(order.headers or tuple(all_fields())), Choices(), None, keyless=keyless)


async def _with_account(order: Order, account: Account, settings: Settings, means: Means) -> Template:
    async with speaking(settings, account, means, means.watcher.event) as client:
        desk = desk_of(client, account, settings, means)
        before = None
        if order.prefill:
            before = await _what_is_there(order, client, settings, await with_ids_in(order.where, desk))
        headings = _headings(order.headers or _usual_fields(before))
        wanted = [] if order.is_plain else catalogs_to_offer(headings.values(), but_ids=order.prefill)
        choices = await desk.lists(wanted)
    if order.to is not None:
        check_target(order.to, force=order.force)  # looking up took its time
    return _make(order, headings, choices, before, keyless=False)


async def _what_is_there(
    order: Order, client: Client, settings: Settings, where: Iterable[Condition]
) -> Export:
    headings = _headings(order.headers).values()
    names = [heading.name for heading in headings if heading.role is Role.FIELD and heading.name]
    # Asked for no field an export has all of them: a template of parts alone needs the ids.
    names = names or (["name"] if order.headers else [])
    return await export(client, fields=names, only=settings.only, where=where, secrets=False)


# ---------------------------------------------------------------- its columns


def _wanted_headers(fields: Iterable[str]) -> tuple[str, ...]:
    """Return the headers that are asked for, without that of the id column. Raises UsageError (U101)."""
    headers = [part.strip() for text in fields for part in text.split(",") if part.strip()]
    for header in headers:
        if meaning(header) is None:
            find_field(header, "the option fields")
    headers = [header for header in dict.fromkeys(headers) if _heading(header).role is not Role.ID]
    names = [_heading(header).name or "" for header in headers]
    if len({*names}) < len(names):
        twice = first_twice(names)
        raise UsageError(
            f"the option fields names {twice} twice", code="U101", remedy="leave one of them out"
        )
    return tuple(headers)


def _heading(header: str) -> Heading:
    found = meaning(header)
    assert found is not None, "the header was looked at"
    return found


def _headings(headers: Iterable[str]) -> dict[str, Heading]:
    return {header: _heading(header) for header in (ID, *headers)}


def _usual_fields(before: Export | None) -> tuple[str, ...]:
    """Return the fields that a template has unless told: all, or those that are told of what is there."""
    if before is None:
        return tuple(all_fields())
    return tuple(name for name in before.header if name in all_fields())


# ---------------------------------------------------------------- writing it


def _make(
    order: Order,
    headings: Mapping[str, Heading],
    choices: Choices,
    before: Export | None,
    *,
    keyless: bool,
) -> Template:
    words = WORDS[order.language]
    columns = tuple(
        TemplateColumn(header, one, offered(one, choices, words)) for header, one in headings.items()
    )
    own = tuple(name for name in before.header if name.startswith("_")) if before else ()
    form = Blueprint(words, columns, own, _rows(columns, own, before))
    template = Template(
        form.header,
        tuple(map(tuple, form.rows)),
        order.language,
        {catalog: len(choices[catalog]) for catalog in choices.lists},
        choices.unknown,
        keyless,
        before,
        tuple(column.header for column in columns if before and column.heading.role is Role.PART),
    )
    return template if order.to is None else replace(template, path=_write(order.to, form, order.signs))


def _rows(
    columns: Iterable[TemplateColumn], own: Iterable[str], before: Export | None
) -> tuple[tuple[str, ...], ...]:
    """Return what is there in the order of the columns; a part of a value is an empty cell."""
    if before is None:
        return ()
    places = {name: place for place, name in enumerate(before.header)}
    wanted = [places.get(name) for name in (*(column.name for column in columns), *own)]
    return tuple(tuple("" if place is None else row[place] for place in wanted) for row in before.rows)


def _write(path: Path, form: Blueprint, signs: Signs) -> Path:
    try:
        if format_to_write(path.name) == "xlsx":
            return write_whole(path, partial(write_template, form=form))
        return write_bare(path, form, signs)
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from None
