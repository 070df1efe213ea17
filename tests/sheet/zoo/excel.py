"""Workbooks as xlsxwriter writes them: the layouts and habits of people who live in Excel."""

from __future__ import annotations

from datetime import date, time
from functools import partial

from tests.sheet.zoo.programs import Formula, Page, Styled, by_xlsxwriter
from tests.sheet.zoo.specimens import Refused, Specimen, Understood

VOICES = {10001: {"voice_id": 412}, 10002: {"voice_id": 418}}
PLAIN = (("id", "Stimme"), (10001, 412), (10002, 418))
TITLED = Page(
    (
        ("Stimmenumstellung Q4/2026 – Praxisverbund", None, None, None, None),
        ("Stand:", date(2026, 11, 24), None, "bitte nicht umsortieren", None),
        (None,) * 5,
        ("Assistent-ID*", "Sprech-\ngeschwindigkeit (0,7–1,2)", "Max. Dauer [s]", "Begrüßung (max. 200 Zeichen)",
         "Kommentar"),
        (10001, 1.1, 600, "Grüß Gott!", "mit Frau Weiß geklärt"),
        ("10002 ", "0,95", "300", "Guten Tag!", None),
    ),
    "Umstellung",
    merged=("A1:E1",),
)  # fmt: skip
COVER = (
    Page((("Kunde:", "Praxis Weiß"), ("Projekt:", "Stimmen"), ("id des Projekts:", 4711)), "Deckblatt"),
    Page(PLAIN, "Assistenten"),
    Page((("Stimme", "Bedeutung"), (412, "Sabine"), (418, "Clara")), "Legende"),
)
TWO = (Page(PLAIN, "Januar"), Page((("id", "Stimme"), (10001, 418)), "Februar"))
FILTERED = Page(
    (("id", "Stimme", "Ort"), (10001, 412, "Köln"), (10002, 418, None), (10003, 412, "Bonn")),
    filtered="A1:C4",
    hidden_rows=(3,),
)
CHECKED = (
    ("id", "Aufzeichnung (ja/nein)", "Unterbrechungen erlauben", "Füllwörter", "Webhook aktiv"),
    (10001, True, "x", "✓", "aktiv"),
    (10002, False, "WAHR", "Nein", 0),
    (10003, 1, "falsch", "an", "deaktiviert"),
    (10004, "—", None, "jein", None),
)
TYPED = (
    ("id", "Lautstärke", "Begrüßung", "variables.preis", "variables.termin", "variables.tel", "variables.plz"),
    (10001, Styled(0.5, "0 %"), "Nur heute", Styled(1234.5, '#,##0.00 "€"'), date(2026, 12, 24), 49301234567,
     Styled(1067, "00000")),
    (10002, 0.25, True, "1.234,50 €", "24.12.2026", "030 1234567", "01067"),
    (10003, None, Styled(0.15, "0%"), 19.9, time(9, 30), 0, 10115),
)  # fmt: skip
SUMS = (
    ("id", "Stimme", "max_duration"),
    (10001, 412, 600),
    (10002, 418, 300),
    ("Summe", None, Formula("=SUM(C2:C3)", 900)),
)
IDS = (
    ("Assistenten-Nr.", "Stimme-ID"),
    ("00010001", "412"),
    ("10002\u00a0", " 418 "),
    (10003.0, 412),
    ("#10004", 412),
    (123456789012345678, 412),
    ("10006,0", 412),
    (None, 412),
)
TWICE = (
    ("id", "Stimme", "Notizen"),
    (10001, 412, "erste Liste"),
    (10002, 412, None),
    (10001, "412", "zweite Liste"),
    (10002, 418, "Helga"),
)
CHOSEN = (
    ("id", "Richtung", "Hintergrundgeräusch", "Betriebsart", "Zeitzone"),
    (10001, "eingehend", "Büro", "Pipeline", "Europe/berlin"),
    (10002, "Ausgehend", "aus", "Multi-Modal", "Berlin"),
    (10003, "INBOUND", "Café", "dualplex", "MEZ"),
    (10004, "beides", "Wald", None, "Europe/Vienna"),
)
FAILED = (
    ("id", "Stimme", "Begrüßung"),
    (10001, Formula("=VLOOKUP(A2,Stimmen!A:B,2,0)", "#N/A"), "Hallo"),
    (10002, Formula("=400+12", 412), Formula('="Guten "&"Tag"', "Guten Tag")),
)
LEVELS = Page(
    (
        (None, "Stimme & Tempo", None, "Gespräch", None),
        ("id", "Stimme", "Tempo", "Max. Dauer in Sekunden", "Aufnahme ja/nein"),
        (10001, 412, 1.1, 600, "ja"),
        (10002, 418, 0.9, 300, "nein"),
    ),
    merged=("B1:C1", "D1:E1"),
)
MERGED = Page(
    (("id", "Stimme", "Tempo"), (10001, 412, 1.1), (10002, None, 0.9), (10003, None, None), (10004, 418, 1)),
    merged=("B2:B4",),
)
NOTED = Page(
    (
        ("Nr.", "id", "Kunde", "Stimme", None, "Status", "Ansprechpartner"),
        (1, 10001, "Bäckerei", 412, None, "offen", "Helga"),
        (2, 10002, "Praxis", 418, None, "erledigt", "Tom"),
    ),
    comments={"D2": "Sabine klingt besser", "B1": "aus Famulor"},
)
CLEARED = (
    ("id", "Telefonnummer", "Labels", "variables.firma", "Voicemail-Text", "Begrüßung"),
    (10001, "null", "[]", "null", '"null"', None),
    (10002, "-", "11; 12", "Weiß & Söhne", "null", "null"),
    (10003, None, "11|12", None, None, "@@home"),
    (10004, None, "11, 12", None, None, "[]"),
)

EXCEL = (
    Specimen(
        "titel.xlsx",
        "title over merged cells, a date, headers with units, bounds, line breaks and asterisks, ids and numbers as "
        "texts, a comment column that the user leaves out",
        partial(by_xlsxwriter, TITLED),
        Understood(
            "id | speech_speed | max_duration | initial_message | -",
            {
                10001: {"speech_speed": 1.1, "max_duration": 600, "initial_message": "Grüß Gott!"},
                10002: {"speech_speed": 0.95, "max_duration": 300, "initial_message": "Guten Tag!"},
            },
            header=4,
            worksheet="Umstellung",
        ),
        {"ignore": ("Kommentar",)},
    ),
    Specimen("deckblatt.xlsx", "a cover sheet before the data, a legend with a known header after it",
             partial(by_xlsxwriter, *COVER), Understood("id | voice_id", VOICES, worksheet="Assistenten")),
    Specimen("zwei-tabellen.xlsx", "two worksheets with a table", partial(by_xlsxwriter, *TWO),
             Refused("S132", ("Januar", "Februar", "sheet=Februar"))),
    Specimen("zwei-tabellen-gesagt.xlsx", "two worksheets, of which the user says one", partial(by_xlsxwriter, *TWO),
             Understood("id | voice_id", {10001: {"voice_id": 418}}, worksheet="Februar"), {"sheet": "Februar"}),
    Specimen(
        "archiv.xlsx",
        "last year's table in a hidden worksheet",
        partial(by_xlsxwriter, Page(PLAIN, "2025", hidden=True), Page((("id", "Stimme"), (10001, 418)), "2026")),
        Understood("id | voice_id", {10001: {"voice_id": 418}}, worksheet="2026"),
    ),
    Specimen(
        "gefiltert.xlsx",
        "a row that a filter hides: sent like all others, with a warning",
        partial(by_xlsxwriter, FILTERED),
        Understood("id | voice_id | -", VOICES | {10003: {"voice_id": 412}}, "3 S117"),
        {"ignore": ("Ort",)},
    ),
    Specimen(
        "nur-sichtbar.xlsx",
        "a row that a filter hides, and the user wants what shows",
        partial(by_xlsxwriter, FILTERED),
        Understood("id | voice_id | -", {10001: {"voice_id": 412}, 10003: {"voice_id": 412}}),
        {"ignore": ("Ort",), "visible_only": True},
    ),
    Specimen(
        "haken.xlsx",
        "yes and no as booleans, numbers, words and marks",
        partial(by_xlsxwriter, Page(CHECKED)),
        Understood(
            "id | record | allow_interruptions | fillers | is_webhook_active",
            {
                10001: {"record": True, "allow_interruptions": True, "fillers": True, "is_webhook_active": True},
                10002: {"record": False, "allow_interruptions": True, "fillers": False, "is_webhook_active": False},
                10003: {"record": True, "allow_interruptions": False, "fillers": True, "is_webhook_active": False},
            },
            "B5 C105, D5 C104",
            "5 invalid",
        ),
    ),
    Specimen(
        "formate.xlsx",
        "cells that show one thing and hold another, where a text is wanted",
        partial(by_xlsxwriter, Page(TYPED)),
        Understood(
            "id | ambient_sound_volume | initial_message | variables.preis | variables.termin | variables.tel | "
            "variables.plz",
            {},
            "D2 S130, E2 S130, G2 S130, C3 S130, C4 S130, E4 S130",
            "2 invalid, 3 invalid, 4 invalid",
        ),
        {"map": {"Lautstärke": "ambient_sound_volume"}},
    ),
    Specimen(
        "formate-als-text.xlsx",
        "what these cells show, typed as texts; whole numbers as they are",
        partial(by_xlsxwriter, Page((TYPED[0], (10001, Styled(0.5, "0 %"), "50 %", "1.234,50 €", "24.12.2026",
                                                49301234567, "01067")))),
        Understood(
            "id | ambient_sound_volume | initial_message | variables.preis | variables.termin | variables.tel | "
            "variables.plz",
            {10001: {"ambient_sound_volume": 0.5, "initial_message": "50 %", "variables.preis": "1.234,50 €",
                     "variables.termin": "24.12.2026", "variables.tel": "49301234567", "variables.plz": "01067"}},
        ),
        {"map": {"Lautstärke": "ambient_sound_volume"}},
    ),
    Specimen("summe.xlsx", "a total below, without anything that could be sent",
             partial(by_xlsxwriter, Page((*PLAIN, (None, None), ("Summe", None)))),
             Understood("id | voice_id", VOICES, "A5 S133", "5 unchanged")),
    Specimen("zwischensummen.xlsx", "totals between and below, with numbers; an assistant that is called like one",
             partial(by_xlsxwriter, Page((PLAIN[0], PLAIN[1], ("Zwischensumme", None), PLAIN[2], ("Anzahl: 2", None),
                                          ("Total 24", 412)))),
             Understood("id | voice_id", VOICES, "A3 S133, A5 S133, A6 C111",
                        "3 unchanged, 5 unchanged, 6 invalid")),
    Specimen("summe-formel.xlsx", "a sum in the column of a field: it would be sent, were it a row",
             partial(by_xlsxwriter, Page(SUMS)),
             Understood("id | voice_id | max_duration",
                        {10001: {"voice_id": 412, "max_duration": 600}, 10002: {"voice_id": 418, "max_duration": 300}},
                        "A4 S133", "4 invalid")),
    Specimen(
        "ids.xlsx",
        "ids as texts with zeros, spaces and decimals; one that Excel rounded, one that is missing",
        partial(by_xlsxwriter, Page(IDS)),
        Understood(
            "id | voice_id",
            {10001: {"voice_id": 412}, 10002: {"voice_id": 418}, 10003: {"voice_id": 412}, 10006: {"voice_id": 412}},
            "A5 C108, A6 C107, A8 C113",
            "5 invalid, 6 invalid, 8 invalid",
        ),
    ),
    Specimen(
        "doppelt.xlsx",
        "assistants in two rows, with one value and with two",
        partial(by_xlsxwriter, Page(TWICE)),
        Understood("id | voice_id | -", {10001: {"voice_id": 412}}, "A4 X202, A5 X201", "3 invalid, 5 invalid"),
        {"ignore_unknown": True},
    ),
    Specimen(
        "doppelte-spalte.xlsx",
        "a header twice, of which the user leaves one out by its letter",
        partial(by_xlsxwriter, Page((("id", "Stimme", "Stimme"), (10001, 412, 418)))),
        Understood("id | voice_id | -", {10001: {"voice_id": 412}}),
        {"ignore": ("column:C",)},
    ),
    Specimen(
        "deutsche-werte.xlsx",
        "choices and time zones in German",
        partial(by_xlsxwriter, Page(CHOSEN)),
        Understood(
            "id | type | ambient_sound | mode | timezone",
            {10001: {"type": "inbound", "ambient_sound": "office", "mode": "pipeline", "timezone": "Europe/Berlin"}},
            "E3 V108, E4 V108, B5 V105",
            "3 invalid, 4 invalid, 5 invalid",
        ),
    ),
    Specimen(
        "formeln.xlsx",
        "formulas with values, one of which failed",
        partial(by_xlsxwriter, Page(FAILED), Page(((412, "Sabine"),), "Stimmen")),
        Understood("id | voice_id | initial_message",
                   {10002: {"voice_id": 412, "initial_message": "Guten Tag"}}, "B2 C106", "2 invalid"),
    ),
    Specimen(
        "zwei-ebenen.xlsx",
        "groups over the headers, two of them called like a field",
        partial(by_xlsxwriter, LEVELS),
        Understood(
            "id | voice_id | speech_speed | max_duration | record",
            {
                10001: {"voice_id": 412, "speech_speed": 1.1, "max_duration": 600, "record": True},
                10002: {"voice_id": 418, "speech_speed": 0.9, "max_duration": 300, "record": False},
            },
            header=2,
        ),
    ),
    Specimen(
        "verbunden.xlsx",
        "one voice merged over three rows: the others would be sent without it",
        partial(by_xlsxwriter, MERGED),
        Understood("id | voice_id | speech_speed",
                   {10001: {"voice_id": 412, "speech_speed": 1.1}, 10004: {"voice_id": 418, "speech_speed": 1.0}},
                   "B3 S115, B4 S115", "3 invalid, 4 invalid"),
    ),
    Specimen(
        "notizen.xlsx",
        "note columns, an empty one, comments at cells: nothing is dropped in silence",
        partial(by_xlsxwriter, NOTED),
        Understood("? | id | ? | voice_id | - | ? | ?", {}, "A1 H102, C1 H102, F1 H102, G1 H102",
                   "2 not_sent, 3 not_sent"),
    ),
    Specimen(
        "notizen-weg.xlsx",
        "note columns, which the user leaves out all at once",
        partial(by_xlsxwriter, NOTED),
        Understood("- | id | - | voice_id | - | - | -", VOICES),
        {"ignore_unknown": True},
    ),
    Specimen(
        "leeren.xlsx",
        "null, empty lists and lists of ids with every separator; what only looks so",
        partial(by_xlsxwriter, Page(CLEARED)),
        Understood(
            "id | phone_number_id | label_ids | variables.firma | voice_mail_message | initial_message",
            {
                10001: {"phone_number_id": None, "label_ids": [], "variables.firma": None,
                        "voice_mail_message": "null"},
                10003: {"label_ids": [11, 12], "initial_message": "@home"},
            },
            "B3 C105, F3 V106, F5 V107",
            "3 invalid, 5 invalid",
        ),
    ),
    Specimen(
        "ohne-kopf.xlsx",
        "values right of the table, under no header",
        partial(by_xlsxwriter, Page((("id", "Stimme", None), (10001, 412, "neu seit Mai"), (10002, 418, None)))),
        Understood("id | voice_id | ?", {}, "C1 H104", "2 not_sent, 3 not_sent"),
    ),
)  # fmt: skip
