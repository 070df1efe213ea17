"""Cells that say an id and its name, `412 – Sabine (de)`, which other accounts read by the name. Pure."""

from __future__ import annotations

from batch_update.check.settled_names import with_ids
from batch_update.fields.cells import CellError, read_assistant, read_cell
from batch_update.fields.references import catalogs_of
from batch_update.model.choices import Catalog, Choice, Choices
from batch_update.model.named import names_in
from batch_update.model.sheets import Json
from batch_update.plan.naming.matching import ids_of, label_of


def is_read_as(found: Json, catalog: Catalog, choice: Choice, languages: tuple[Choice, ...] = ()) -> bool:
    """Whether what was read from a cell is one name, and this entry is called so; its languages may stand in it."""
    names = list(names_in(found))
    alone = Choices({Catalog.LANGUAGES: languages, catalog: (choice,)})
    return len(names) == 1 and ids_of(names, alone)[names[0]] == choice.id


class Labels:
    """Puts names beside ids. A cell with names is proved first: read back, it says the same; else it is left plain."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._cells: dict[tuple[str, str], str] = {}

    def cell(self, field: str, text: str, value: Json) -> str:
        """Return the cell of a field with names beside its ids; `text` is the plain one."""
        if not text or value is None or not catalogs_of(field):
            return text
        key = field, text
        if key not in self._cells:
            self._cells[key] = self._proved(field, text, value)
        return self._cells[key]

    def assistant(self, number: int, name: str) -> str:
        """Return the cell of the id column for an assistant that is called so."""
        label = f"{number} – {name}"
        try:
            found = read_assistant(label)
        except CellError:
            return str(number)
        return label if is_read_as(found, Catalog.ASSISTANTS, Choice(number, name)) else str(number)

    def _proved(self, field: str, text: str, value: Json) -> str:
        labels = [self._label(field, item) for item in (value if isinstance(value, list) else [value])]
        cell = "; ".join(labels)
        try:
            found = read_cell(field, cell)
        except CellError:
            return text
        names = set(names_in(found))
        is_so = bool(names) and with_ids(found, ids_of(names, self._choices))[0] == value
        return cell if is_so else text

    def _label(self, field: str, number: int) -> str:
        known = ((one, self._choices.find(one, number)) for one in catalogs_of(field))
        labels = (label_of(one, choice, self._choices) for one, choice in known if choice is not None)
        return next(labels, str(number))
