"""The language of who sits at this machine, and the signs of the spreadsheet program there, as the system tells."""

from __future__ import annotations

import locale
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Literal, NamedTuple

Language = Literal["en", "de"]
"""In which templates and reports are written."""


class Signs(NamedTuple):
    """The signs with which spreadsheet programs of a country write a CSV."""

    delimiter: str
    decimal: str


OF_COMMAS = Signs(",", ".")
OF_SEMICOLONS = Signs(";", ",")
"""Where a comma stands in numbers it cannot stand between cells."""
_SWISS = Signs(";", ".")
_WITH_SEMICOLONS = """
    bg ca cs da de el et eu fi fr gl hr hu id is it lt lv mk nb nl nn no pl pt ro ru sk sl sq sr sv tr uk vi
"""
"""Languages in which numbers have a comma."""


def language_here(environ: Mapping[str, str]) -> Language:
    """Return the language of the user's programs: German, or else English."""
    return "de" if _language_of(_locale_of("LC_MESSAGES", environ)) == "de" else "en"


def signs_here(environ: Mapping[str, str]) -> Signs:
    """Return the signs of the user's spreadsheet program: commas between cells where nothing tells, as for cron."""
    name = _said_by("LC_NUMERIC", environ)
    return _signs_of_windows() or _signs_of(_system()) if name is None else _signs_of(name)


def signs_wanted(
    delimiter: str | None, environ: Mapping[str, str], *, language: Language | None = None
) -> Signs:
    """Return the signs to write a CSV with: those asked for, of the language that was asked for, or of the user.

    `delimiter`: as the setting has it, `tab` is a word there. What is written with it has a point in its numbers
    beside commas, and a comma beside semicolons, unless the user's own programs write it otherwise.
    """
    here = signs_here(environ) if language is None else OF_SEMICOLONS if language == "de" else OF_COMMAS
    sign = here.delimiter if delimiter is None else {"tab": "\t"}.get(delimiter, delimiter)
    if sign == here.delimiter:
        return here
    return {",": OF_COMMAS, ";": OF_SEMICOLONS}.get(sign, Signs(sign, here.decimal))


def _locale_of(category: str, environ: Mapping[str, str]) -> str:
    """Return the name of a locale, such as `de_CH.UTF-8`, or `German_Germany.1252` from Windows; "" for none."""
    name = _said_by(category, environ)
    return _system() if name is None else name


def _said_by(category: str, environ: Mapping[str, str]) -> str | None:
    """Return the locale that a variable names, the strongest one that says anything; None where none does."""
    variables = (environ.get(name, "") for name in ("LC_ALL", category, "LANG"))
    return next(filter(None, variables), None)


def _system() -> str:
    return locale.getlocale()[0] or ""


def _language_of(name: str) -> str:
    word = name.lower().replace("-", "_").partition(".")[0].partition("_")[0]
    return {"german": "de", "french": "fr", "italian": "it", "dutch": "nl", "polish": "pl"}.get(word, word)


def _signs_of(name: str) -> Signs:
    language, place = _language_of(name), name.lower().replace("-", "_").partition(".")[0]
    if place.endswith(("_ch", "_li", "_switzerland", "_liechtenstein")):
        return _SWISS
    is_spanish = place.startswith("es_es")  # in America numbers mostly have a point
    return OF_SEMICOLONS if language in _WITH_SEMICOLONS.split() or is_spanish else OF_COMMAS


def _signs_of_windows() -> Signs | None:
    """Return the signs that Windows keeps for its programs, whatever its language; None elsewhere."""
    if sys.platform == "win32":
        import winreg

        with (
            suppress(OSError),
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, r"Control Panel\International") as key,
        ):
            delimiter, decimal = (str(winreg.QueryValueEx(key, name)[0]) for name in ("sList", "sDecimal"))
            if delimiter in (",", ";") and decimal in (",", ".") and delimiter != decimal:
                return Signs(delimiter, decimal)
    return None
