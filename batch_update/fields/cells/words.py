"""The words of a cell: those for yes and no, those that stand for nothing, those of failed formulas, units."""

from __future__ import annotations

import re

FLAGS = {
    **dict.fromkeys(("true", "yes", "y", "on", "1", "1.0", "1,0", "wahr", "ja", "j", "an", "ein", "x"), True),
    **dict.fromkeys(
        ("active", "activated", "enabled", "aktiv", "aktiviert", "eingeschaltet", "angeschaltet"), True
    ),
    **dict.fromkeys(("✓", "✔", "☑", "✅", "🗸"), True),
    **dict.fromkeys(("false", "no", "n", "off", "0", "0.0", "0,0", "falsch", "nein", "aus"), False),
    **dict.fromkeys(
        ("inactive", "deactivated", "disabled", "inaktiv", "deaktiviert", "ausgeschaltet"), False
    ),
    **dict.fromkeys(("nicht aktiv", "abgeschaltet", "✗", "✘", "❌", "☐"), False),
}
"""Folded word -> what it means where a yes or no is wanted."""

NOTHINGS = frozenset(
    {
        *("nan", "-nan", "+nan", "nat", "none", "nil", "null", "undefined", "void", "\\n"),
        *("na", "n/a", "n.a.", "n. a.", "n/a.", "n.a", "n\\a", "k.a.", "k. a.", "k.a", "n/v", "n.v."),
        *("entf.", "entfällt"),
        *("(blank)", "(empty)", "(leer)", "(vide)", "(vacío)", "(vazio)", "(vuoto)", "(pusty)", "(leeg)"),
        *("<na>", "<n/a>", "<nan>", "<none>", "<null>", "<nil>", "(null)", "(none)", "(nil)"),
        *("-", "--", "---", "–", "—", "−", "?", "??", "???", ".", "..", "...", "…", "/", "_"),
    }
)  # fmt: skip
"""Folded words that programs and people write for `nothing`. `null` in lower case never comes this far."""

LONGEST_WORD = 20
"""No word above, and no error value below, is longer."""

# As the program's English, German, French, Spanish, Portuguese, Italian, Polish and Dutch editions show them.
_ERRORS = (
    r"#(?:N/A|NV|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!"
    r"|EXTERNAL!|PYTHON!|ERROR!|BEZUG!|WERT!|ZAHL!|ÜBERLAUF!|KALK!|FELD!|BLOCKIERT!|VERBINDEN!"
    r"|UNBEKANNT!|BESCHÄFTIGT!"
    r"|VALEUR!|NOM\?|NOMBRE!|NUL!|(?:¡|¿)?(?:VALOR|NÚM|NUM|NULO|REF|DIV/0|NOMBRE)[!?]|VALORE!|NOME\?|RIF!|NULLO!"
    r"|ARG!|ADR!|NAZWA\?|LICZBA!|ZERO!|WAARDE!|NAAM\?|VERW!|GETAL!|DEEL/0!|LEEG!|N/D|N/B)"
)
# Begins with the # itself, so that the search can jump from one to the next: prompts have many, as headings.
_ERROR_INSIDE = re.compile(rf"#(?<![\w&/#]#){_ERRORS[1:]}(?!\w)")
_ERROR_ALONE = re.compile(
    rf"\s*(?:{_ERRORS}|#N/V|#NAME|#GETTING_DATA|#DATEN_ABRUFEN|Err:[0-9]{{3}})\s*", re.IGNORECASE
)
_SHOWN_INSTEAD = re.compile(
    r"\s*(?:(?:Loading|Lädt|Laden|Wird geladen|Cargando|Chargement|Caricamento|Carregando|Ładowanie)"
    r" ?(?:\.{2,3}|…)"
    r"|\[object [A-Z]\w*\](?:\s*,\s*\[object [A-Z]\w*\])*|System\.(?:Object|DBNull|(?:String|Byte|Object)\[\])"
    r"|<[\w.]+ object at 0x[0-9A-Fa-f]+>|\[L?[\w.]+;@[0-9a-f]+)\s*",
    re.IGNORECASE,
)
"""What programs show, or write, in place of a value that they do not have yet or cannot write."""
ENDS_INSTEAD = ".…]"
"""With one of these a word ends that a program shows in place of a value, if it begins with a letter."""
_HASHES = re.compile(r"\s*#(?:\s*#)+\s*|\s*＃{2,}\s*")
"""What a column shows that is too narrow, at any length; also several of them."""

_TOTALS = frozenset(
    {
        *(
            "summe",
            "summen",
            "gesamt",
            "gesamtsumme",
            "endsumme",
            "zwischensumme",
            "insgesamt",
            "gesamtergebnis",
        ),
        *(
            "ergebnis",
            "teilergebnis",
            "total",
            "totals",
            "grand total",
            "sub total",
            "subtotal",
            "sum",
            "sums",
            "σ",
            "∑",
        ),
        *("anzahl", "mittelwert", "durchschnitt", "average", "count"),
    }
)
"""Folded words that stand in the row of a total. `Total` may be a name, too, and `Total Hamburg` is one."""
_AFTER_TOTAL = re.compile(r"\s*(?:\([^()]*\)|[:=*])*(?:(?<=[:=])\s*[0-9][0-9.,]*)?\s*\Z")

UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "sek", "sekunde", "sekunden"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten"), 60),
    **dict.fromkeys(("h", "std", "hour", "hours", "stunde", "stunden"), 3600),
}
"""Folded unit -> seconds."""
_MONTH = "jan|feb|m[aä]r|mrz|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]"
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+)?"  # as a workbook hands it over
    r"|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}"
    rf"|[0-9]{{1,2}}[. -]{{1,2}}(?:{_MONTH})[a-zä]*\.?(?:[ -]?[0-9]{{2,4}})?|(?:{_MONTH})[a-zä]*\.?[ -]?[0-9]{{1,4}}",
    re.IGNORECASE,
)


def is_total(text: str) -> bool:
    """Whether a cell is a word for a total, as a whole: `Summe`, `Gesamt: 26`, `Total (26)`."""
    if len(text) > 2 * LONGEST_WORD:
        return False
    return " ".join(_AFTER_TOTAL.sub("", text, count=1).casefold().split()) in _TOTALS


def is_date(text: str) -> bool:
    """Whether a cell is a date: where a number is wanted, a spreadsheet program made one of 1.1 or 2.3."""
    return len(text) <= 2 * LONGEST_WORD and _DATE.fullmatch(text.strip()) is not None


def stands_for_nothing(text: str) -> bool:
    """Whether this trimmed text is, as a whole, a word for `nothing`."""
    return len(text) <= LONGEST_WORD and text.casefold() in NOTHINGS


def is_failed_formula(text: str) -> bool:
    """Whether a cell is, as a whole, what a program shows for a formula that failed, or in place of a value."""
    if text.strip()[:1] in ("#", "＃") and _HASHES.fullmatch(text):
        return True
    is_short = len(text) <= 2 * LONGEST_WORD
    return is_short and (_ERROR_ALONE.fullmatch(text) or _SHOWN_INSTEAD.fullmatch(text)) is not None


def holds_failed_formula(text: str) -> bool:
    """Whether a cell shows that a formula failed, alone or inside a longer text: `Dear #N/A, ...`."""
    if is_failed_formula(text):
        return True
    return "#" in text and _ERROR_INSIDE.search(text) is not None
