"""Sheets that LibreOffice saved in a German locale: typed there, or opened and saved again. `kept/` has them."""

from __future__ import annotations

from dataclasses import replace

from tests.sheet.zoo.excel import COVER, FILTERED, LEVELS, MERGED, PLAIN, SUMS, TITLED
from tests.sheet.zoo.programs import Page
from tests.sheet.zoo.specimens import Office, Refused, Specimen, Understood

CP1252, CP850, UTF8, UTF16 = 1, 4, 76, 65535
"""Encodings as the filter of LibreOffice numbers them."""

LIST = """\
id;Stimme;Sprechgeschwindigkeit;Max. Dauer;Aufzeichnung;Begrüßung;variables.Telefon;variables.Rabatt;variables.Termin
10001;412;1,1;600;WAHR;Grüß Gott – schön, dass Sie anrufen!;+49 30 1234500;50 %;24.12.2026
10002;Sabine;0,95;300;FALSCH;Guten Tag;0301234501;10;nach Absprache
10003;Clara (de);;;ja;;;;
"""
LIST_COLUMNS = (
    "id | voice_id | speech_speed | max_duration | record | initial_message | variables.Telefon | variables.Rabatt | "
    "variables.Termin"
)
LIST_REST = {
    10002: {
        "voice_id": 412, "speech_speed": 0.95, "max_duration": 300, "record": False, "initial_message": "Guten Tag",
        "variables.Telefon": "301234501", "variables.Rabatt": "10", "variables.Termin": "nach Absprache",
    },
    10003: {"voice_id": 418, "record": True},
}  # fmt: skip
LIST_FIRST = {
    "voice_id": 412, "speech_speed": 1.1, "max_duration": 600, "record": True,
    "initial_message": "Grüß Gott – schön, dass Sie anrufen!", "variables.Telefon": "+49 30 1234500",
    "variables.Rabatt": "50%", "variables.Termin": "24.12.2026",
}  # fmt: skip
HELD = Understood(LIST_COLUMNS, LIST_REST, "H2 S130, I2 S130", "2 invalid")
"""Workbooks of Excel hold what was typed as numbers and dates, and not what is seen."""
SEEN = Understood(LIST_COLUMNS, {10001: LIST_FIRST, **LIST_REST})

SLIPS = """\
id;Zusatzsprachen;Max. Dauer;Tempo;Klingeldauer
10001;2,3;3.11.;1.2;30
10002;2, 3;1.200;1,2;5 %
10003;2;09:30;0,7;20
"""
SLIPS_COLUMNS = "id | secondary_language_ids | max_duration | speech_speed | ringing_time"
NAMED = Page(
    (
        ("Assistent", "Stimme", "Sprache", "Sprachmodell", "Wissensdatenbank", "Werkzeuge", "Labels", "Ordner"),
        ("Praxis Weiß – Empfang", "Jürgen", "Deutsch", "GPT-4.1 mini", "Öffnungszeiten", "Termin buchen; Rückruf",
         "VIP", "Praxen Nord"),
        ("bäckerei grösse", "CLARA (en)", "en", "gpt-4.1-mini", None, "42", "2026|VIP", "22"),
        ("Hotel Löwen", "Sabine", None, None, None, None, None, None),
        ("10003 – Hotel Löwen", "Clara", None, None, None, None, None, None),
        ("10004", "Sabine (418)", None, None, None, None, None, None),
    )
)  # fmt: skip
NUMBERS = Page(
    (
        ("id", "Telefonnummer"),
        (10001, "+49 30 1234500"),
        (10002, 49301234501),
        (10003, "0043 1 2345678"),
        (10004, "030/999"),
    )
)

SAVED = (
    Specimen("liste.xlsx", "a table typed in a German program: percents, dates, yes and no",
             Office(typed=LIST), HELD),
    Specimen("liste.xls", "the same table in the format of old programs", Office(typed=LIST), HELD),
    Specimen("liste.ods", "the same table where the file tells what is seen", Office(typed=LIST),
             replace(SEEN, sends={**SEEN.sends, 10001: LIST_FIRST | {"variables.Rabatt": "50,00\u00a0%",
                                                                    "variables.Termin": "24.12.26"}})),
    Specimen("liste.csv", "the same table as text in cp1252", Office(typed=LIST, charset=CP1252), SEEN),
    Specimen("liste-utf16.csv", "the same table as text in UTF-16", Office(typed=LIST, charset=UTF16), SEEN),
    Specimen("liste-dos.csv", "the same table in a DOS code page, which has no long dash",
             Office(typed=LIST.replace("–", "und"), charset=CP850), Refused("S121", ("cp850", "Begrüßung"))),
    Specimen(
        "vertippt.xlsx",
        "lists that became numbers, days and times where seconds are wanted",
        Office(typed=SLIPS),
        Understood(SLIPS_COLUMNS, {}, "B2 C109, C2 C102, E3 C102, C4 C102", "2 invalid, 3 invalid, 4 invalid"),
    ),
    Specimen(
        "vertippt.csv",
        "the same as text: a list is one again",
        Office(typed=SLIPS, charset=UTF8),
        Understood(SLIPS_COLUMNS, {}, "C2 C102, E3 C102, C4 C102", "2 invalid, 3 invalid, 4 invalid"),
    ),
    Specimen(
        "titel.ods",
        "title, date and notes above the header, headers with units",
        Office((TITLED,)),
        Understood(
            "id | speech_speed | max_duration | initial_message | -",
            {
                10001: {"speech_speed": 1.1, "max_duration": 600, "initial_message": "Grüß Gott!"},
                10002: {"speech_speed": 0.95, "max_duration": 300, "initial_message": "Guten Tag!"},
            },
            header=4,
            worksheet="Umstellung",
        ),
        {"ignore_unknown": True},
    ),
    Specimen("deckblatt.xls", "a cover sheet before the data, a legend after it", Office(COVER),
             Understood("id | voice_id", {10001: {"voice_id": 412}, 10002: {"voice_id": 418}},
                        worksheet="Assistenten")),
    Specimen("gefiltert.xls", "a row that a filter hides", Office((FILTERED,)),
             Understood("id | voice_id | -",
                        {10001: {"voice_id": 412}, 10002: {"voice_id": 418}, 10003: {"voice_id": 412}}, "3 S117"),
             {"ignore": ("Ort",)}),
    Specimen("zwei-ebenen.ods", "groups over the headers", Office((LEVELS,)),
             Understood("id | voice_id | speech_speed | max_duration | record",
                        {10001: {"voice_id": 412, "speech_speed": 1.1, "max_duration": 600, "record": True},
                         10002: {"voice_id": 418, "speech_speed": 0.9, "max_duration": 300, "record": False}},
                        header=2)),
    Specimen("verbunden.xls", "one voice merged over three rows", Office((MERGED,)),
             Understood("id | voice_id | speech_speed",
                        {10001: {"voice_id": 412, "speech_speed": 1.1}, 10004: {"voice_id": 418, "speech_speed": 1.0}},
                        "B3 S115, B4 S115", "3 invalid, 4 invalid")),
    Specimen("summe.ods", "a sum in the column of a field", Office((Page(SUMS),)),
             Understood("id | voice_id | max_duration",
                        {10001: {"voice_id": 412, "max_duration": 600}, 10002: {"voice_id": 418, "max_duration": 300}},
                        "A4 S133", "4 invalid")),
    Specimen("zwei-tabellen.xls", "two worksheets with a table", Office((Page(PLAIN, "Nord"), Page(PLAIN, "Süd"))),
             Refused("S132", ("Nord", "Süd"))),
    Specimen(
        "namen.ods",
        "names in place of ids in every column, the assistant's own too; digits are an id, though a label is called so",
        Office((NAMED,)),
        Understood(
            "id | voice_id | language_id | llm_model_id | knowledgebase_id | tool_ids | label_ids | folder_id",
            {
                10001: {"voice_id": 430, "language_id": 1, "llm_model_id": 3, "knowledgebase_id": 31,
                        "tool_ids": [41, 42], "label_ids": [11], "folder_id": 21},
                10002: {"voice_id": 421, "language_id": 2, "llm_model_id": 3, "tool_ids": [42],
                        "label_ids": [2026, 11], "folder_id": 22},
            },
            "A4 C131, B5 C131, B6 C132",
            "4 invalid, 5 invalid, 6 invalid",
        ),
    ),
    Specimen(
        "nummern.xls",
        "phone numbers as texts and as numbers in place of their ids",
        Office((NUMBERS,)),
        Understood("id | phone_number_id",
                   {10001: {"phone_number_id": 7}, 10002: {"phone_number_id": 8}, 10003: {"phone_number_id": 9}},
                   "B5 C111", "5 invalid"),
    ),
)  # fmt: skip
