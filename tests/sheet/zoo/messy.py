"""Five sheets as an agency's customers send them: everything at once, by five programs."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from openpyxl.worksheet.datavalidation import DataValidation

from tests.sheet.zoo.programs import Formula, Page, Styled, by_odfpy, by_openpyxl, by_xlsxwriter
from tests.sheet.zoo.specimens import Office, Specimen, Understood

HOTELS = (
    Page(
        (
            ("Hotelgruppe Löwen GmbH",),
            ("Ansprechpartnerin: Frau Weiß",),
            ("Bitte nur das Blatt „Liste“ ausfüllen!",),
        ),
        "Deckblatt",
    ),
    Page(
        (
            ("Umstellung Sprachassistenten – 6 Häuser", *(None,) * 10),
            ("Stand:", date(2026, 11, 24), None, "Version", Styled(1.3, "0.0"), *(None,) * 6),
            (None,) * 11,
            (None, "Assistent", None, "Stimme & Sprache", None, None, "Gespräch", None, None, None, "intern"),
            (
                "Lfd. Nr.",
                "Assistent-ID ",
                "Haus",
                "Stimme*",
                "Sprache",
                "Sprech-\ngeschwindigkeit (0,7-1,2)",
                "Max. Dauer [s]",
                "Aufzeichnung\n(ja/nein)",
                "Begrüßung (max. 200 Zeichen)",
                "Telefonnummer",
                "Bearbeiter",
            ),
            (
                1,
                10001,
                "Löwen Köln",
                "Sabine",
                "Deutsch",
                "1,1",
                600,
                "ja",
                "Grüß Gott – Hotel „Löwen“ 👋",
                "+49 30 1234500",
                "Helga",
            ),
            (
                2,
                "10002\u00a0",
                "Löwen Bonn",
                "Clara (de)",
                "de",
                1.1,
                "300",
                True,
                "Guten Tag!",
                49301234501,
                "Tom",
            ),
            (3, 10003, "Löwen Wien", "418 – Clara", "German", 0.9, None, "x", None, "+43 1 2345678", None),
            (4, 10004, "Löwen Bern", "Clara", "Französisch", 1, 900, "nein", None, None, "Helga"),
            (5, 10005, "Löwen Graz", "Klara", None, None, None, None, None, None, None),
            (6, "folgt", "Löwen Ulm", "Sabine", None, None, None, None, None, None, None),
            (None,) * 11,
            (None, "Gesamt", "6 Häuser", *(None,) * 8),
            (None,) * 11,
            ("* Stimmen laut Angebot vom 3.11.", *(None,) * 10),
        ),
        "Liste",
        merged=("A1:K1", "D4:F4", "G4:J4"),
        comments={"D6": "Sabine klingt freundlicher", "J7": "Nummer portiert"},
        filtered="A5:K11",
        hidden_rows=(9,),
    ),
    Page((("Stimme", "Beschreibung"), ("Sabine", "weiblich, warm"), ("x", "ja")), "Legende"),
)
BAKERIES = (
    Page(
        (
            ("Bäckereien – bitte bis Freitag zurück", *(None,) * 8),
            (None,) * 9,
            ("Assistent", "Filiale", "Stimme", "Tempo", "Hintergrundgeräusch", "Hintergrundlautstärke", "Labels+",
             "variables.Rabatt", "Notiz"),
            ("Praxis Weiß – Empfang", "Köln", 412, 1.05, "Café", Styled(0.25, "0%", "25%"), "VIP, Testkunde",
             Styled(0.1, "0%", "10%"), "Probe"),
            ("Bäckerei Größe", "Bonn", "Jürgen", "0,9", "aus", 0, None, "keiner", None),
            ("Hotel Löwen", "Wien", 412, 1, "Stadt", None, None, None, "welches?"),
            ("Konditorei Süß", "Graz", 412, None, None, None, None, None, None),
            ("10003 – Hotel Löwen", "Linz", None, Styled(1.1, "0.0"), "laut", None, "2026", date(2026, 12, 24), None),
            (None,) * 9,
            ("Gesamt", "5 Filialen", *(None,) * 7),
        ),
        "Filialen",
        merged=("A1:I1",),
        comments={"A6": "Wien oder Linz?"},
    ),
    Page((("Preise",), (4.5,)), "Intern"),
)  # fmt: skip
GARAGES = (
    Page(
        (
            ("Autohaus Schröder – Assistenten", *(None,) * 8),
            ("gelb = ändern", *(None,) * 8),
            ("Nr", "Agent ID", "Standort", "Modus", "Richtung", "Klingeldauer (Sek.)", "Nachfrage-Text", "Zeitzone",
             "Erledigt"),
            (1, 10001, "Köln", "Pipeline", "eingehend", 20, "Sind Sie noch da?", "Europe/Berlin", "x"),
            (2, 10002, None, "Multimodal", "ausgehend", "20 s", "Hallo?", "Europe/berlin", None),
            (3, 10003, "Bonn", None, "eingehend", 90, True, "MEZ", None),
            (4, 10001, "Köln", "Pipeline", "eingehend", 20, "Sind Sie noch da?", "Europe/Berlin", "doppelt"),
            (5, 10004, "Wien", "pipeline", "ausgehend", 15, None, "Europe/Vienna", None),
            ("Summe", None, None, None, None, None, None, None, Formula('=COUNTIF(I4:I8,"x")', 1)),
        ),
        "Tabelle1",
        merged=("A1:I1", "C4:C5"),
        hidden_columns=("H:H",),
    ),
    Page(((None,),), "Tabelle2"),
    Page(((None,),), "Tabelle3"),
)  # fmt: skip
DENTISTS = """\
Zahnärzte im Zentrum;;;;;;;
Ansprechpartner:;Dr. Weiß;;;;;;
;;;;;;;
Assistent-ID;Praxis;Begrüßungstext;Stimmstabilität (0–1);Telefonnummer;Wissensdatenbank;Rauschunterdrückung;Bemerkung
10001;Dr. Groß;Grüß Gott, „Praxis Groß“!;0,75;+49 30 1234500;Öffnungszeiten;WAHR;
10002;Dr. Süß;"Guten Tag,
hier ist die Praxis Süß.";75 %;030/1234501;Preise 2026;FALSCH;Mo–Fr
10003;Dr. Maß;;0,5;;;ja;ruft zurück
;;;;;;;
10004;Dr. Kuß;#NV;0,5;;31;nein;
Summe;4 Praxen;;;;;;
"""
UTILITIES = (
    Page((("id", "Stimme"), (10001, 430)), "Archiv 2025", hidden=True),
    Page(
        (
            ("Stadtwerke: bitte Änderungen eintragen", *(None,) * 7),
            ("assistant_id", "Voice", "Sprache", "Aufnahme", "max. Stille (s)", "Webhook-Adresse", "Webhook aktiv",
             "Kommentar"),
            (10001, "412 – Sabine (de)", "de", "✓", "40", "https://example.com/anruf", "ja", None),
            (10002, "Sabine (412)", "Deutsch", "–", "40 Sek.", "example.com/anruf", "ja", "prüfen!"),
            (10003, "Clara (en)", "Englisch", "✗", 40, None, None, None),
            (None, "Jürgen", "de", None, None, None, None, "Nummer fehlt noch"),
            (10004, Formula("=VLOOKUP(A7,Stimmen!A:B,2,0)"), "de", None, None, None, None, None),
            ("10005", "412", "1", "Nein", "400", "null", "aus", None),
        ),
        "Änderungen",
        merged=("A1:H1",),
        comments={"B2": "aus der Liste wählen"},
    ),
    Page((("Stimme", "ID"), ("Sabine", 412)), "Stimmen"),
)  # fmt: skip


def with_choices(book: Any) -> None:
    """A drop-down for yes and no, and a header that stays."""
    sheet = book["Änderungen"]
    choice = DataValidation(type="list", formula1='"✓,✗"', allow_blank=True)
    choice.add("D3:D99")
    sheet.add_data_validation(choice)
    sheet.freeze_panes = "A3"


MESSY = (
    Specimen(
        "hotelgruppe.xlsx",
        "cover sheet, title, date, groups over the headers, notes, names, a filter that hides, a total, a footnote",
        partial(by_xlsxwriter, *HOTELS),
        Understood(
            "- | id | - | voice_id | language_id | speech_speed | max_duration | record | initial_message | "
            "phone_number_id | -",
            {
                10001: {"voice_id": 412, "language_id": 1, "speech_speed": 1.1, "max_duration": 600, "record": True,
                        "initial_message": "Grüß Gott – Hotel „Löwen“ 👋", "phone_number_id": 7},
                10002: {"voice_id": 418, "language_id": 1, "speech_speed": 1.1, "max_duration": 300, "record": True,
                        "initial_message": "Guten Tag!", "phone_number_id": 8},
                10003: {"voice_id": 418, "language_id": 1, "speech_speed": 0.9, "record": True, "phone_number_id": 9},
            },
            "9 S117, D9 C131, D10 C111, B11 C111, B13 S133",
            "9 invalid, 10 invalid, 11 invalid, 13 unchanged, 15 unchanged",
            header=5,
            worksheet="Liste",
        ),
        {"ignore_unknown": True},
    ),
    Specimen(
        "baeckereien.ods",
        "assistants by their names, formats, ids to add by their names, a date in a text, a total",
        partial(by_odfpy, *BAKERIES),
        Understood(
            "id | - | voice_id | speech_speed | ambient_sound | ambient_sound_volume | label_ids+ | variables.Rabatt | "
            "-",
            {
                10001: {"voice_id": 412, "speech_speed": 1.05, "ambient_sound": "cafe", "ambient_sound_volume": 0.25,
                        "label_ids+": [11, 12], "variables.Rabatt": "10%"},
                10002: {"voice_id": 430, "speech_speed": 0.9, "ambient_sound": "off", "ambient_sound_volume": 0.0,
                        "variables.Rabatt": "keiner"},
            },
            "A6 C131, A7 C111, E8 V105, A10 S133",
            "6 invalid, 7 invalid, 8 invalid, 10 unchanged",
            header=3,
            worksheet="Filialen",
        ),
        {"ignore": ("Filiale", "Notiz")},
    ),
    Specimen(
        "autohaus.xls",
        "LibreOffice for an old Excel: merged notes, a hidden column, an assistant twice, units in cells, empty sheets",
        Office(GARAGES),
        Understood(
            "- | id | - | mode | type | ringing_time | reengagement_prompt | timezone | -",
            {
                10001: {"mode": "pipeline", "type": "inbound", "ringing_time": 20,
                        "reengagement_prompt": "Sind Sie noch da?", "timezone": "Europe/Berlin"},
                10004: {"mode": "pipeline", "type": "outbound", "ringing_time": 15, "timezone": "Europe/Vienna"},
            },
            "H3 S117, F5 C102, F6 V104, G6 S130, H6 V108, B7 X202, B9 S133",
            "5 invalid, 6 invalid, 9 unchanged",
            header=3,
            worksheet="Tabelle1",
        ),
        {"ignore": ("Nr", "Standort", "Erledigt")},
    ),
    Specimen(
        "zahnaerzte.csv",
        "LibreOffice, cp1252: title, line break in a cell, decimal commas, a percentage, a failed formula, a total",
        Office(typed=DENTISTS, charset=1),
        Understood(
            "id | - | initial_message | voice_stability | phone_number_id | knowledgebase_id | "
            "enable_noise_cancellation | -",
            {
                10001: {"initial_message": "Grüß Gott, „Praxis Groß“!", "voice_stability": 0.75, "phone_number_id": 7,
                        "knowledgebase_id": 31, "enable_noise_cancellation": True},
                10003: {"voice_stability": 0.5, "enable_noise_cancellation": True},
            },
            "D6 C101, C9 C106, A10 S133",
            "6 invalid, 9 invalid, 10 unchanged",
            header=4,
        ),
        {"ignore_unknown": True},
    ),
    Specimen(
        "stadtwerke.xlsx",
        "last year's sheet hidden, a list of voices that looks like the table, drop-downs, a missing id, a formula "
        "that nobody calculated",
        partial(by_openpyxl, *UTILITIES, then=with_choices),
        Understood(
            "id | voice_id | language_id | record | max_silence_duration | webhook_url | is_webhook_active | -",
            {
                10001: {"voice_id": 412, "language_id": 1, "record": True, "max_silence_duration": 40,
                        "webhook_url": "https://example.com/anruf", "is_webhook_active": True},
                10003: {"voice_id": 421, "language_id": 2, "record": False, "max_silence_duration": 40},
            },
            "D4 C105, E4 C102, F4 V109, A6 C113, B7 S112, E8 V104",
            "4 invalid, 6 invalid, 7 invalid, 8 invalid",
            header=2,
            worksheet="Änderungen",
        ),
        {"ignore_unknown": True, "sheet": "Änderungen"},
    ),
)  # fmt: skip
