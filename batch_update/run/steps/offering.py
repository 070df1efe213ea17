"""The lists that columns of a template offer: entries of the account as cells that people can choose by."""

from __future__ import annotations

from collections.abc import Iterable

from batch_update.fields.assistant import MODES
from batch_update.fields.cells import CellError, read_as, read_assistant
from batch_update.fields.names import ID, Heading
from batch_update.fields.references import catalogs_of
from batch_update.model.choices import Catalog, Choice, Choices
from batch_update.model.sheets import Role
from batch_update.plan.naming.labels import is_read_as
from batch_update.plan.naming.matching import label_of, with_languages
from batch_update.sheet.writing.template.form_columns import Offer, Offered
from batch_update.sheet.writing.template.wording import Words, list_title
from batch_update.sheet.writing.worksheet import without_unfit


def catalogs_to_offer(headings: Iterable[Heading], *, but_ids: bool) -> list[Catalog]:
    """Return the lists that columns are chosen from, and the languages, which tell more of a voice.

    `but_ids`: the assistants are not offered, since all of them stand there.
    """
    return with_languages(
        catalog
        for heading in headings
        for catalog in _catalogs_of(heading)
        if not (but_ids and heading.role is Role.ID)
    )


def offered(heading: Heading, choices: Choices, words: Words) -> Offered | None:
    """Return the list of a column; None where it has none, or where that is not known."""
    catalogs = [catalog for catalog in _catalogs_of(heading) if catalog in choices]
    if not catalogs:
        return None
    entries = {
        choice.id: (
            choice,
            Offer(str(choice.id), _label(heading, catalog, choice, choices), _note(choice, choices)),
        )
        for catalog in catalogs
        for choice in choices[catalog]
    }
    ordered = sorted(entries.values(), key=lambda pair: _order(pair[0], choices))
    name = "_".join(catalog.value.replace("-", "_") for catalog in catalogs)
    return Offered(name, list_title(catalogs, words), tuple(entry for _, entry in ordered))


def _label(heading: Heading, catalog: Catalog, choice: Choice, choices: Choices) -> str:
    """Return the cell that stands for an entry: with its name, or the id alone where that would be read otherwise."""
    label = without_unfit("", label_of(catalog, choice, choices))
    try:
        found = read_assistant(label) if heading.role is Role.ID else read_as(heading.facts, label)
    except CellError:
        return str(choice.id)
    languages = choices.lists.get(Catalog.LANGUAGES, ())
    return label if is_read_as(found, catalog, choice, languages) else str(choice.id)


def _catalogs_of(heading: Heading) -> tuple[Catalog, ...]:
    return catalogs_of(heading.field or ID, heading.path)


def _order(choice: Choice, choices: Choices) -> tuple[str, str, int]:
    """Return the place of an entry: voices by what they speak, and all by their names."""
    language = "" if choice.type else _language(choice, choices)
    return language, choice.name.casefold(), choice.id


def _language(choice: Choice, choices: Choices) -> str:
    found = choices.find(Catalog.LANGUAGES, choice.language_id)
    return found.name if found else ""


def _note(choice: Choice, choices: Choices) -> str:
    """Return what helps to choose: the language that it speaks, its modes where it is not for all, what it is."""
    modes = choice.modes if len(choice.modes) < len(MODES) else ()
    return "; ".join(filter(None, (_language(choice, choices), ", ".join(modes), choice.about)))
