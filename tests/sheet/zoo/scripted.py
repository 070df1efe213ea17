"""Workbooks as openpyxl and odfpy write them: what scripts and other office programs make of a table."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from tests.sheet.zoo.programs import Formula, Page, Styled, by_odfpy, by_openpyxl
from tests.sheet.zoo.specimens import Refused, Specimen, Understood

VOICES = {10001: {"voice_id": 412}, 10002: {"voice_id": 418}}
PLAIN = (("id", "Stimme"), (10001, 412), (10002, 418))


def dressed(book: Any) -> None:
    """What people add to a list: a table, a drop-down, a frozen header, a link."""
    sheet = book.worksheets[0]
    sheet.add_table(Table(displayName="Liste", ref="A1:C3"))
    choice = DataValidation(type="list", formula1='"ja,nein"', allow_blank=True)
    choice.add("C2:C999")
    sheet.add_data_validation(choice)
    sheet.freeze_panes = "B2"
    sheet["A2"].hyperlink = "https://example.com/10001"


def colored(book: Any) -> None:
    """A greeting with a word in bold."""
    book.worksheets[0]["B2"].value = CellRichText(
        "Guten ", TextBlock(InlineFont(b=True), "Tag"), ", Praxis Weiß"
    )


TEXTS = (
    ("Assistant ID", "Speaking rate", "Max. Dauer", "Endpunkt-Empfindlichkeit", "Name"),
    ("10001", "1,1", "600", "2,5", "007"),
    ("10002", "0.95", "300,0", ",5", " Weiß & Söhne "),
    ("10003", "1,1 ", "1.200", "5,5", "1,5"),
)
UNCALCULATED = (("id", "Stimme", "Name"), (10001, Formula("=400+12"), "A"), (10002, 418, Formula('="P"&"1"')))
DATED = (
    ("id", "Begrüßung", "Zusatzsprachen", "Tempo"),
    (10001, Styled(date(2026, 12, 24), "dd.mm.yyyy"), "2, 3", 1),
    (10002, "Am 24.12. geschlossen", Styled(2.3, "General"), 1.1),
    (10003, None, datetime(2026, 3, 2), datetime(2026, 1, 1)),
)
WRITTEN_BACK = (
    ("_row", "id", "Stimme", "_status", "_code", "_message"),
    (2, 10001, 412, "failed", "A503", "Der Server war nicht da"),
    (3, 10002, 418, "invalid", "C101", None),
)
PARTS = (
    ("id", "variables.Firma", "Labels+", "Labels-", "filler_config.positive", "tools.end_call.description"),
    (10001, "Weiß & Söhne", "11", None, "Gut. | Verstanden.", None),
    (10002, None, "11; 12", "13", None, "Leg auf, wenn alles gesagt ist."),
    (10003, "Löwen", "11", "11", None, None),
)
JSON = (
    ("id", "Variablen", "Füllwort-Profile", "Auswertungsschema"),
    (10001, '{"firma": "Weiß", "plz": "01067"}', '{"positive": ["Gut."]}',
     '[{"name": "termin", "type": "bool", "description": "Ob ein Termin vereinbart ist"}]'),
    (10002, "{„firma“: „Weiß“}", None, None),
    (10003, "{'firma': 'Weiß'}", None, "{}"),
    (10004, '{"firma": "Weiß",}', None, None),
)  # fmt: skip
SHOWN = Page(
    (
        ("id", "Begrüßung", "Lautstärke der Musik", "variables.preis", "variables.termin"),
        (10001, "Guten Tag\nwas darf es\vsein?", Styled(0.25, "0 %", "25 %"), Styled(1234.5, "€", "1.234,50 €"),
         date(2026, 12, 24)),
        (10002, Styled(0.5, "0 %", "50 %"), 0.5, 12.5, "später"),
    )
)  # fmt: skip
HIDDEN = Page(
    (("id", "Stimme"), (10001, 412), (10002, 418), (10003, 412)), filtered="A1:B4", hidden_rows=(3,)
)
SPANNED = Page(
    (
        ("Umstellung – Praxen", None, None),
        ("id", "Stimme", "Aufnahme"),
        (10001, 412, True),
        (10002, None, False),
    ),
    merged=("A1:C1", "B3:B4"),
    comments={"C3": "nur mit Einwilligung"},
)

SCRIPTED = (
    Specimen(
        "zahlen-als-text.xlsx",
        "numbers as texts with decimal commas and points; names that look like numbers",
        partial(by_openpyxl, Page(TEXTS)),
        Understood(
            "id | speech_speed | max_duration | endpoint_sensitivity | name",
            {
                10001: {"speech_speed": 1.1, "max_duration": 600, "endpoint_sensitivity": 2.5, "name": "007"},
                10002: {"speech_speed": 0.95, "max_duration": 300, "endpoint_sensitivity": 0.5,
                        "name": " Weiß & Söhne "},
            },
            "C4 C103, D4 V104",
            "4 invalid",
        ),
    ),
    Specimen("tabelle.xlsx", "a table, drop-downs, a frozen header, links",
             partial(by_openpyxl, Page((("id", "Stimme", "Aufzeichnung"), (10001, 412, "ja"), (10002, 418, "nein"))),
                     then=dressed),
             Understood("id | voice_id | record",
                        {10001: {"voice_id": 412, "record": True}, 10002: {"voice_id": 418, "record": False}})),
    Specimen("fett.xlsx", "a greeting with a word in bold",
             partial(by_openpyxl, Page((("id", "Begrüßung"), (10001, ""))), then=colored),
             Understood("id | initial_message", {10001: {"initial_message": "Guten Tag, Praxis Weiß"}})),
    Specimen("ungerechnet.xlsx", "formulas that no program has calculated yet",
             partial(by_openpyxl, Page(UNCALCULATED)),
             Understood("id | voice_id | name", {}, "B2 S112, C3 S112", "2 invalid, 3 invalid")),
    Specimen(
        "datum.xlsx",
        "dates where a text, a list or a number is wanted; a list that became a number",
        partial(by_openpyxl, Page(DATED)),
        Understood("id | initial_message | secondary_language_ids | speech_speed", {},
                   "B2 S130, C3 C109, C4 C109, C4 S130, D4 C101", "2 invalid, 3 invalid, 4 invalid"),
    ),
    Specimen("nachgebessert.xlsx", "a sheet of results, sent again", partial(by_openpyxl, Page(WRITTEN_BACK)),
             Understood("_ | id | voice_id | _ | _ | _", VOICES)),
    Specimen(
        "teile.xlsx",
        "parts of values, ids added to a list and taken from it",
        partial(by_openpyxl, Page(PARTS)),
        Understood(
            "id | variables.Firma | label_ids+ | label_ids- | filler_config.positive | tools.end_call.description",
            {
                10001: {"variables.Firma": "Weiß & Söhne", "label_ids+": [11],
                        "filler_config.positive": ["Gut.", "Verstanden."]},
                10002: {"label_ids+": [11, 12], "label_ids-": [13],
                        "tools.end_call.description": "Leg auf, wenn alles gesagt ist."},
            },
            "D4 X245",
            "4 invalid",
        ),
    ),
    Specimen(
        "json.xlsx",
        "JSON, and what a spreadsheet program and people make of its quotes",
        partial(by_openpyxl, Page(JSON)),
        Understood(
            "id | variables | filler_config | post_call_schema",
            {
                10001: {
                    "variables": {"firma": "Weiß", "plz": "01067"},
                    "filler_config": {"positive": ["Gut."]},
                    "post_call_schema": [
                        {"name": "termin", "type": "bool", "description": "Ob ein Termin vereinbart ist"}
                    ],
                }
            },
            "B3 C110, B4 C110, B5 C110",
            "3 invalid, 4 invalid, 5 invalid",
        ),
    ),
    Specimen(
        "verborgen.xlsx",
        "hidden columns, one of a field and one of notes; a row in a group that is closed",
        partial(by_openpyxl, Page((("id", "Stimme", "intern"), (10001, 412, "x"), (10002, 418, None)),
                                  hidden_columns=("B:B", "C:C"), hidden_rows=(3,))),
        Understood("id | voice_id | -", VOICES, "3 S117, B1 S117"),
        {"ignore": ("intern",)},
    ),
    Specimen("einfach.ods", "a plain table", partial(by_odfpy, Page(PLAIN)), Understood("id | voice_id", VOICES)),
    Specimen(
        "gezeigt.ods",
        "the file holds what cells show: a text is that; line breaks and lines",
        partial(by_odfpy, SHOWN),
        Understood(
            "id | initial_message | ambient_sound_volume | variables.preis | variables.termin",
            {
                10001: {"initial_message": "Guten Tag\nwas darf es\nsein?", "ambient_sound_volume": 0.25,
                        "variables.preis": "1.234,50 €", "variables.termin": "24.12.2026"},
                10002: {"initial_message": "50 %", "ambient_sound_volume": 0.5, "variables.preis": "12,5",
                        "variables.termin": "später"},
            },
        ),
        {"map": {"Lautstärke der Musik": "ambient_sound_volume"}},
    ),
    Specimen("gefiltert.ods", "a row that a filter hides", partial(by_odfpy, HIDDEN),
             Understood("id | voice_id", VOICES | {10003: {"voice_id": 412}}, "3 S117")),
    Specimen("nur-sichtbar.ods", "a row that a filter hides, and the user wants what shows", partial(by_odfpy, HIDDEN),
             Understood("id | voice_id", {10001: {"voice_id": 412}, 10003: {"voice_id": 412}}),
             {"visible_only": True}),
    Specimen("verbunden.ods", "title over merged cells, a voice merged over two rows, a comment that is no text",
             partial(by_odfpy, SPANNED),
             Understood("id | voice_id | record", {10001: {"voice_id": 412, "record": True}}, "B4 S115", "4 invalid",
                        header=2)),
    Specimen("zwei-tabellen.ods", "two worksheets with a table",
             partial(by_odfpy, Page(PLAIN, "Nord"), Page(PLAIN, "Süd & West")),
             Refused("S132", ("Nord", "'Süd & West'"))),
)  # fmt: skip
