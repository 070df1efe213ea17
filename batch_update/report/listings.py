"""The lists to choose from as cells: of a table on the screen, and of a file that others read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from batch_update.fields.assistant import MODES
from batch_update.fields.references import fields_from
from batch_update.model.choices import Catalog, Choice, Choices

Languages = Mapping[int, Choice]
Cell = Callable[[Choice, Languages], str]


@dataclass(frozen=True, slots=True)
class Listing:
    """A column of a table of entries."""

    heading: str
    cell: Cell


def language_words(choice: Choice, languages: Languages) -> str:
    """`German (de)`; the id where its name is not known; `any` where it is for all."""
    if choice.language_id is None:
        return ""
    known = languages.get(choice.language_id)
    if known is None:
        return str(choice.language_id)
    return f"{known.name} ({known.code})" if known.code else known.name


def modes_words(choice: Choice) -> str:
    """`pipeline, dualplex`, or `all`."""
    return "all" if len(choice.modes) == len(MODES) else ", ".join(choice.modes)


def number_words(choice: Choice) -> str:
    """`free`, `taken`, or `caller id`; nothing where it is not known."""
    if choice.is_caller_id:
        return "caller id"
    return {None: "", True: "free", False: "taken"}[choice.is_free]


_ID = Listing("id", lambda choice, languages: str(choice.id))
_NAME = Listing("name", lambda choice, languages: choice.name)
_CODE = Listing("code", lambda choice, languages: choice.code)
_LANGUAGE = Listing("language", language_words)
_MODES = Listing("modes", lambda choice, languages: modes_words(choice))
_MODE = Listing("mode", lambda choice, languages: modes_words(choice))
_ABOUT = Listing("about", lambda choice, languages: choice.about)
_PREVIEW = Listing("preview", lambda choice, languages: choice.preview_url)
_OF_MODEL = (_ID, _NAME, _CODE)
_OF_GROUP = (_ID, _NAME, Listing("color", _ABOUT.cell))
COLUMNS: Mapping[Catalog, Sequence[Listing]] = {
    Catalog.VOICES: (_ID, _NAME, _LANGUAGE, _MODES, _ABOUT, _PREVIEW),
    Catalog.LANGUAGES: (_ID, _NAME, _CODE),
    Catalog.LLM_MODELS: _OF_MODEL,
    Catalog.MULTIMODAL_MODELS: _OF_MODEL,
    Catalog.DUALPLEX_MODELS: _OF_MODEL,
    Catalog.PHONE_NUMBERS: (
        _ID,
        Listing("number", _NAME.cell),
        Listing("country", _CODE.cell),
        Listing("inbound", lambda choice, languages: number_words(choice)),
        Listing("kind", _ABOUT.cell),
    ),
    Catalog.SYNTHESIZERS: _OF_MODEL,
    Catalog.TRANSCRIBERS: _OF_MODEL,
    Catalog.KNOWLEDGEBASES: (_ID, _NAME, Listing("status", _ABOUT.cell)),
    Catalog.TOOLS: (_ID, _NAME, _ABOUT),
    Catalog.FOLDERS: _OF_GROUP,
    Catalog.LABELS: _OF_GROUP,
    Catalog.ASSISTANTS: (
        _ID,
        _NAME,
        Listing("type", lambda choice, languages: choice.type),
        _MODE,
        _LANGUAGE,
        Listing("status", _ABOUT.cell),
    ),
}


def cells_of(catalog: Catalog, entries: Sequence[Choice], languages: Languages) -> Iterator[list[str]]:
    """Yield the cells of each entry, in the order of the list's columns."""
    for choice in entries:
        yield [column.cell(choice, languages) for column in COLUMNS[catalog]]


def choices_table(choices: Choices, languages: Languages) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of all entries, for a file.

    Ids stand under the field that they are for, all else in columns that a sheet's reader leaves alone: so a column of
    voices' names, put beside ids of assistants, does not rename them. Of several lists there is a column that tells
    which one it is.
    """
    catalogs = list(choices.lists)
    if len(catalogs) == 1:
        (catalog,) = catalogs
        names = [column.heading for column in COLUMNS[catalog][1:]]
        header = [id_header(catalog), *(f"_{name}" for name in names)]
        return header, list(cells_of(catalog, choices[catalog], languages))
    names = list(dict.fromkeys(column.heading for catalog in catalogs for column in COLUMNS[catalog]))
    return ["_list", *(f"_{name}" for name in names)], list(_of_several(choices, names, languages))


def id_header(catalog: Catalog) -> str:
    """Return the header of a column of these ids: the field that they are for."""
    return "id" if catalog is Catalog.ASSISTANTS else fields_from(catalog)[0]


def _of_several(choices: Choices, names: Sequence[str], languages: Languages) -> Iterator[list[str]]:
    for catalog, entries in choices.lists.items():
        headings = [column.heading for column in COLUMNS[catalog]]
        for cells in cells_of(catalog, entries, languages):
            found = dict(zip(headings, cells, strict=True))
            yield [catalog.value, *(found.get(name, "") for name in names)]
