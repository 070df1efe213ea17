"""`fields` and `explain`: what may stand in a column, and what a code means. Neither loads pandas nor the network."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from batch_update.cli.documents import out_document
from batch_update.cli.options import AS_JSON
from batch_update.cli.printed_commands import program
from batch_update.cli.screens.screen import out
from batch_update.codes import CODES
from batch_update.errors import UsageError
from batch_update.text import did_you_mean, printable

if TYPE_CHECKING:
    from batch_update.fields.facts import Field


def fields(
    field: Annotated[
        str | None, typer.Argument(metavar="FIELD", help="One field, for all that is known of it.")
    ] = None,
    as_json: AS_JSON = False,
) -> None:
    """Show what a column may hold: every field, or all about one."""
    from batch_update.fields.facts import all_fields

    every = all_fields()
    found = None if field is None else _find(field)
    if as_json:
        from batch_update.report.documents.of_lists import ListedFields, listed_field

        out_document(ListedFields(tuple(map(listed_field, every.values() if found is None else [found]))))
    elif found is None:
        _show_all(every)
    else:
        _show_one(found)


def _find(text: str) -> Field:
    """The field, or the part of one, that a column with this header would set."""
    from batch_update.fields.cells.grammar import ID_COLUMN
    from batch_update.fields.names import known_names, meaning, normalize
    from batch_update.model.sheets import Role

    found = meaning(text)
    if found is not None and found.role is Role.ID:
        return ID_COLUMN
    if found is not None and found.field is not None:
        return found.facts
    raise UsageError(
        f"there is no field {printable(text)!r}",
        code="U101",
        remedy=did_you_mean(normalize(text), known_names()) or "batch-update fields lists them all",
    )


def _show_all(every: Mapping[str, Field]) -> None:
    for group, members in groupby(every.values(), key=lambda known: known.group):
        out(f"\n{group}")
        for known in members:
            modes = "" if len(known.modes) == 3 else f"  ({', '.join(known.modes)} only)"
            out(f"  {known.name:<32} {known.allowed}{modes}")
    out(f"\nAll about one: {program()} fields {next(iter(every))}")


def _show_one(known: Field) -> None:
    out(f"{known.name}: {known.help}")
    rows = {
        "allowed": known.allowed,
        "clear it": _clearing(known),
        "modes": "all" if len(known.modes) == 3 else ", ".join(known.modes),
        "also written": ", ".join(known.aliases),
        "look up": _listing(known),
        "source": "the vendor's wider docs" if known.wider else "the vendor's page of the endpoint",
    }
    for name, text in rows.items():
        if text:
            out(f"  {name:<13} {text}")
    out("An empty cell leaves the field as it is.")


def _listing(known: Field) -> str:
    """Return the command that lists the ids of a field; "" where it holds none."""
    from batch_update.fields.references import catalogs_of

    if not known.look_up:
        return ""
    return f"ids of the account: {program()} choices {' '.join(catalogs_of(known.name))}"


def _clearing(known: Field) -> str:
    words = ["null"] if known.nullable else []
    if known.empty:
        words.append("{}" if known.kind == "object" else "[]")
    return f"write {' or '.join(words)}" if words else "not possible"


def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="For instance V104.")], as_json: AS_JSON = False
) -> None:
    """Explain a code of a problem, an outcome or a stop: what it means and what to do."""
    found = CODES.get(code.strip(" []:.,").upper())
    if found is None:
        raise UsageError(
            f"there is no code {printable(code)!r}",
            code="U101",
            remedy="a code is a letter and three digits, as it stands in brackets behind a message: V104",
        )
    if as_json:
        from batch_update.report.documents.of_lists import explained_code

        out_document(explained_code(found))
        return
    out(f"{found.code}: {found.title}\n\n{found.meaning}\n\nWhat to do: {found.remedy}")
