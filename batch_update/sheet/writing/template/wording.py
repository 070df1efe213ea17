"""The words of a template in English and in German: of its worksheets, of its messages, of what cells may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from batch_update.fields.assistant import MODES
from batch_update.fields.facts import Field, Kind
from batch_update.fields.names import ID
from batch_update.model.sheets import Role
from batch_update.settings.locales import Language
from batch_update.sheet.extent.own_worksheets import HELP, LISTS
from batch_update.sheet.writing.template.form_columns import TemplateColumn
from batch_update.sheet.writing.template.german import GERMAN
from batch_update.text import either


@dataclass(frozen=True, slots=True)
class Words:
    """All that a template says in one language, beside what fields mean."""

    language: Language
    decimal: str
    yes: str
    no: str
    data: str
    """title of the worksheet that is filled in; so the next two"""
    lists: str
    help: str
    allowed: str
    example: str
    empty: str
    several: str
    """how several ids are written; with a place for the title of their list"""
    several_ids: str
    only_modes: str
    fits_not: str
    """title of the question that a cell raises which does not fit"""
    ask_anyway: str
    from_list: str
    """what is allowed where there is a list, with a place for its title"""
    hint: str
    """above the second column of a list"""
    columns: tuple[str, ...]
    """header of the table in the help"""
    titles: Mapping[str, str]
    """of lists, by the names of their ranges"""
    guide: tuple[tuple[str, str], ...]
    """what the help says: topic, sentences"""


ENGLISH = Words(
    "en",
    ".",
    "yes",
    "no",
    "Assistants",
    LISTS["en"],
    HELP["en"],
    "Allowed: {}",
    "Example: {}",
    "Empty: stays as it is.",
    'Several with ; between them, from the sheet Lists, column "{}".',
    "Several with ; between them.",
    "Only in {}.",
    "This may not fit",
    "Wanted: {}. A name, an id or null may be right, too: batch-update check tells.",
    "from the sheet Lists: {}; or a name, an id",
    "note",
    ("column", "also called", "what it is", "allowed", "example", "only in"),
    {},
    (
        ("Rows", "One row is one assistant. The column id says which: its number, or number and name."),
        ("Cells", "An empty cell leaves the field as it is. null clears it, where that is allowed."),
        (
            "Drop-downs",
            "Cells with a drop-down take a value of the sheet Lists. Another one may be right, too: a name, an id, "
            "null. The spreadsheet program asks then, and takes it.",
        ),
        (
            "Several values",
            "Columns with several ids (tool_ids, label_ids ...) have no drop-down: copy entries from the sheet Lists, "
            "with ; between them.",
        ),
        (
            "Columns",
            "Columns that are not needed may be deleted. Columns of your own: begin their header with _ and they are "
            "left out.",
        ),
        (
            "Colors",
            "In a sheet that was filled beforehand, a cell that was changed is yellow. One that was emptied is gray: "
            "it leaves the field as it is; write null to clear it.",
        ),
        (
            "Then",
            "Save it, and let it be checked: batch-update check FILE. What it would change: batch-update plan FILE. "
            "To send it: batch-update apply FILE.",
        ),
    ),
)
GERMAN_WORDS = Words(
    "de",
    ",",
    "ja",
    "nein",
    "Assistenten",
    LISTS["de"],
    HELP["de"],
    "Erlaubt: {}",
    "Beispiel: {}",
    "Leer: bleibt, wie es ist.",
    "Mehrere durch ; getrennt, vom Blatt Listen, Spalte „{}“.",
    "Mehrere durch ; getrennt.",
    "Nur in {}.",
    "Das passt vielleicht nicht",
    "Erwartet: {}. Auch ein Name, eine Id oder null kann richtig sein: batch-update check sagt es.",
    "vom Blatt Listen: {}; oder ein Name, eine Id",
    "Hinweis",
    ("Spalte", "heißt auch", "was es ist", "erlaubt", "Beispiel", "nur in"),
    {
        "assistants": "Assistenten",
        "voices": "Stimmen",
        "languages": "Sprachen",
        "llm_models": "Sprachmodelle",
        "multimodal_models": "Multimodale Modelle",
        "dualplex_models": "Dualplex-Modelle",
        "phone_numbers": "Telefonnummern",
        "synthesizers": "Sprachausgabe",
        "transcribers": "Spracherkennung",
        "knowledgebases": "Wissensdatenbanken",
        "tools": "Werkzeuge",
        "folders": "Ordner",
        "labels": "Etiketten",
        "time_zones": "Zeitzonen",
    },
    (
        (
            "Zeilen",
            "Eine Zeile ist ein Assistent. Die Spalte id sagt, welcher: seine Nummer, oder Nummer und Name.",
        ),
        (
            "Zellen",
            "Eine leere Zelle lässt das Feld, wie es ist. null löscht es, wo das erlaubt ist.",
        ),
        (
            "Auswahllisten",
            "Zellen mit einer Auswahlliste nehmen einen Wert vom Blatt Listen. Auch ein anderer kann richtig sein: ein "
            "Name, eine Id, null. Excel fragt dann nach und nimmt ihn.",
        ),
        (
            "Mehrere Werte",
            "Spalten mit mehreren Ids (tool_ids, label_ids ...) haben keine Auswahlliste: Einträge vom Blatt Listen "
            "hineinkopieren, durch ; getrennt.",
        ),
        (
            "Spalten",
            "Spalten, die nicht gebraucht werden, dürfen gelöscht werden. Eigene Spalten: ihr Kopf beginnt mit _, dann "
            "werden sie ausgelassen.",
        ),
        (
            "Farben",
            "In einer vorausgefüllten Tabelle ist eine geänderte Zelle gelb. Eine geleerte ist grau: sie lässt das "
            "Feld, wie es ist; zum Löschen null schreiben.",
        ),
        (
            "Danach",
            "Speichern und prüfen lassen: batch-update check DATEI. Was sich ändern würde: batch-update plan DATEI. "
            "Senden: batch-update apply DATEI.",
        ),
    ),
)
WORDS: Mapping[Language, Words] = {"en": ENGLISH, "de": GERMAN_WORDS}

_GERMAN_KINDS: Mapping[Kind, str] = {
    "text": "Text",
    "url": "eine Webadresse",
    "timezone": "eine Zeitzone wie Europe/Berlin",
    "id": "eine Id, eine ganze Zahl über 0",
    "integer": "eine ganze Zahl",
    "number": "eine Zahl",
    "flag": "ja oder nein",
    "ids": "Ids, etwa 2; 3; 4",
    "array": "ein JSON-Array",
    "object": "ein JSON-Objekt",
    "phrases": "Worte, etwa Okay. | Mhm.",
}


def name_in(column: TemplateColumn, words: Words) -> str:
    """Return what the column is called in this language: `voice_id`, `Stimme`. For parts of fields, the part."""
    is_part = column.heading.role is Role.PART
    return column.name if is_part or words.language == "en" else GERMAN[column.name][0]


def purpose_of(column: TemplateColumn, words: Words) -> str:
    """Return what the column sets, in a sentence without its end."""
    facts = column.facts
    if words.language == "en":
        return facts.help
    if column.heading.role is not Role.PART:
        return GERMAN[column.name][1]
    does = {"add": "Kommt hinzu zu", "remove": "Wird entfernt aus"}.get(
        column.heading.operation, "Ein Teil von"
    )
    return f"{does} {column.heading.field}; der Rest bleibt"


def allowed_in(column: TemplateColumn, words: Words) -> str:
    """Return in short which values are allowed."""
    facts = column.facts
    if column.offered is not None and facts.kind == "id":
        null = {"en": ", or null", "de": ", oder null"}[words.language] if facts.nullable else ""
        return words.from_list.format(column.offered.title) + null
    if words.language == "en":
        return facts.allowed.replace("true or false", "yes or no")
    return _german_values(facts) + (" oder null" if facts.nullable else "")


def _german_values(facts: Field) -> str:
    if facts.choices:
        return either(facts.choices).replace(" or ", " oder ")
    if facts.minimum is not None and facts.maximum is not None and facts.name != ID:
        unit = f" {facts.unit}" if facts.unit else ""
        return f"{facts.minimum:g} bis {facts.maximum:g}".replace(".", ",") + unit
    if facts.max_length is not None:
        return f"bis {facts.max_length} Zeichen"
    return _GERMAN_KINDS[facts.kind]


def modes_of(column: TemplateColumn) -> str:
    """Return the modes that have the field, by comma; "" where all have it."""
    modes = column.facts.modes
    return "" if len(modes) in (0, len(MODES)) else ", ".join(modes)


def list_title(names: Sequence[str], words: Words) -> str:
    """Return the title of a list, or of several in one, by the names of the account's lists: `llm-models`."""
    plain = [name.replace("-", "_") for name in names]
    return ", ".join(words.titles.get(name, name.replace("_", " ")) for name in plain)
