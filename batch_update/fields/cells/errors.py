"""How a cell is refused: the error, and what it shows of the cell."""

from __future__ import annotations

from batch_update.codes import CODES, remedy_of
from batch_update.fields.cells.words import is_date, is_failed_formula, stands_for_nothing
from batch_update.fields.facts import Field
from batch_update.fields.tools import shown

DATED = "a spreadsheet program may have made a date of it: format the column as text, then type it again"


class CellError(ValueError):
    """A cell that cannot be read.

    `str(error)` is a sentence without the place; `code` is one of C101 to C119; `given` an excerpt that is safe
    to print, "" where the cell holds a secret; `wanted` what is allowed; `remedy` what to do.
    """

    def __init__(self, code: str, message: str, *, given: str, wanted: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.given = given
        self.wanted = wanted
        self.remedy = remedy


def refusal(code: str, field: Field, text: str, remedy: str = "", *, detail: str = "") -> CellError:
    """Return the error of this code for a cell; `detail` ends its sentence, `remedy` replaces the code's own."""
    return CellError(
        code,
        f"{field.name}: {CODES[code].title}{detail}",
        given=shown(text),
        wanted=field.allowed,
        remedy=remedy or remedy_of(code),
    )


def unreadable(code: str, field: Field, text: str, remedy: str = "", *, detail: str = "") -> CellError:
    """Return the error of this code, or another one where the cell is a word for nothing or a failed formula."""
    if stands_for_nothing(text):
        return refusal("C105", field, text, instead_of_nothing(field))
    if is_failed_formula(text):
        return refusal("C106", field, text)
    if is_date(text):
        remedy = DATED
    return refusal(code, field, text, remedy, detail=detail)


def instead_of_nothing(field: Field) -> str:
    """Return what to write in this field in place of N/A and the like."""
    clear = ", or write null to clear it" if field.nullable else ""
    if field.empty:
        clear = f", or write {'{}' if field.kind == 'object' else '[]'} to empty it"
    quotes = "; where the text itself is meant, put it in double quotes" if field.kind == "text" else ""
    return f"leave the cell empty to leave the field alone{clear}{quotes}"
