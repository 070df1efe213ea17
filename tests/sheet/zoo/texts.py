"""CSV files as the module csv writes them, in the encodings and with the habits of German offices."""

from __future__ import annotations

from functools import partial

from tests.sheet.zoo.programs import by_csv
from tests.sheet.zoo.specimens import Refused, Specimen, Understood

GREETINGS = (
    ("id", "Name", "Sprechgeschwindigkeit", "Begrüßung"),
    ("10001", "Praxis Weiß", "1,1", "Grüß Gott, schön, dass Sie anrufen!"),
    ("10002", "Bäckerei Größe", "0,95", "Guten Tag, was können wir für Sie tun?"),
    ("10003", "Jürgen Müller", "", ""),
)
GREETED = Understood(
    "id | name | speech_speed | initial_message",
    {
        10001: {
            "name": "Praxis Weiß",
            "speech_speed": 1.1,
            "initial_message": "Grüß Gott, schön, dass Sie anrufen!",
        },
        10002: {
            "name": "Bäckerei Größe",
            "speech_speed": 0.95,
            "initial_message": "Guten Tag, was können wir für Sie tun?",
        },
        10003: {"name": "Jürgen Müller"},
    },
)
PROMPT = "Du bist der Empfang.\nSei freundlich; frage nach dem Namen.\n\n- „Wie kann ich helfen?“"
QUOTED = (
    ("Assistenten-ID", "System-Prompt", "Temperatur", "Aufzeichnung"),
    ("10001", PROMPT, "0,3", "ja"),
    ("10002", 'Sag "Hallo" und sonst nichts.', "0,25", "nein"),
)
PADDED = (
    ("Stimmenumstellung Herbst", "", "", ""),
    ("Stand: 24.11.2026", "", "", ""),
    ("", "", "", ""),
    ("id", "Stimme", "max. Dauer (Sek.)", ""),
    ("10001", "412", "600", ""),
    ("10002", "418", "300", ""),
    ("", "", "", ""),
    ("Summe", "", "", ""),
    ("", "", "", ""),
)
CODES = (
    ("id", "Ansage"),
    ("10001", "Sie erreichen die Bäckerei Größe, Straße der Einheit"),
    ("10002", "Unsere Öffnungszeiten können Sie auch später hören"),
)
CODED = Understood(
    "id | initial_message",
    {
        10001: {"initial_message": "Sie erreichen die Bäckerei Größe, Straße der Einheit"},
        10002: {"initial_message": "Unsere Öffnungszeiten können Sie auch später hören"},
    },
)
AS_GREETING = {"map": {"Ansage": "initial_message"}}

TEXTS = (
    Specimen(
        "utf8-marke.csv",
        "semicolons, decimal commas and a byte order mark, as Excel saves CSV UTF-8",
        partial(by_csv, GREETINGS, "utf-8-sig"),
        GREETED,
    ),
    Specimen(
        "utf8.csv",
        "commas in quoted texts, decimal points",
        partial(by_csv, [[cell.replace("1,1", "1.1").replace("0,95", "0.95") for cell in row] for row in GREETINGS],
                "utf-8", ",", newline="\n"),
        GREETED,
    ),
    Specimen("cp1252.csv", "as Excel saves CSV in Germany", partial(by_csv, GREETINGS, "cp1252"), GREETED),
    Specimen(
        "cp1252-prompt.csv",
        "line breaks, semicolons and quotes inside texts; quotation marks that only Windows has",
        partial(by_csv, QUOTED, "cp1252"),
        Understood(
            "id | system_prompt | llm_temperature | record",
            {
                10001: {"system_prompt": PROMPT, "llm_temperature": 0.3, "record": True},
                10002: {
                    "system_prompt": 'Sag "Hallo" und sonst nichts.',
                    "llm_temperature": 0.25,
                    "record": False,
                },
            },
        ),
    ),
    Specimen(
        "unicode-text.txt",
        "UTF-16 with a mark and tabs, as Excel saves Unicode Text",
        partial(by_csv, GREETINGS, "utf-16", "\t"),
        GREETED,
    ),
    Specimen("utf16-gross.csv", "UTF-16, big end first, with a mark",
             partial(by_csv, GREETINGS, "utf-16-be", before="\ufeff"), GREETED),
    Specimen(
        "cp850.csv",
        "the code page of a German DOS box: no word of it is one in cp1252",
        partial(by_csv, CODES, "cp850"),
        Refused("S121", ("cp850", "encoding=cp850", "Bäckerei Größe")),
        AS_GREETING,
    ),
    Specimen("cp850-gesagt.csv", "a DOS code page, which the user names", partial(by_csv, CODES, "cp850"), CODED,
             AS_GREETING | {"encoding": "cp850"}),
    Specimen(
        "mac.csv",
        "an old program of a Mac",
        partial(by_csv, CODES, "mac-roman", newline="\r"),
        Refused("S121", ("mac-roman", "encoding=mac-roman", "Bäckerei Größe")),
        AS_GREETING,
    ),
    Specimen("mac-gesagt.csv", "old Mac letters and line ends, which the user names",
             partial(by_csv, CODES, "mac-roman", newline="\r"), CODED, AS_GREETING | {"encoding": "mac-roman"}),
    Specimen("latin9.csv", "ISO 8859-15: its umlauts stand where those of Windows do",
             partial(by_csv, GREETINGS, "iso-8859-15", newline="\n"), GREETED),
    Specimen(
        "latin9-euro.csv",
        "the euro of ISO 8859-15 is another sign in Windows",
        partial(by_csv, [["id", "Begrüßung"], ["10001", "Heute für 5 €"], ["10002", "Nur 3 € und 2 € dazu"]],
                "iso-8859-15", newline="\n"),
        Refused("S121", ("iso8859-15", "5 €")),
    ),
    Specimen(
        "sep.csv",
        "Excel's own first line, and a column between without anything",
        partial(by_csv, [["id", "", "Stimme", "_message"], ["10001", "", "412", "alt"], ["10002", "", "418", ""]],
                "cp1252", before="sep=;\r\n"),
        Understood("id | - | voice_id | _", {10001: {"voice_id": 412}, 10002: {"voice_id": 418}}),
    ),
    Specimen(
        "aufgefuellt.csv",
        "title, date, total and rows of delimiters, as Excel fills a sheet up",
        partial(by_csv, PADDED, "cp1252"),
        Understood(
            "id | voice_id | max_duration | -",
            {10001: {"voice_id": 412, "max_duration": 600}, 10002: {"voice_id": 418, "max_duration": 300}},
            "A8 S133",
            "8 unchanged",
            header=4,
        ),
    ),
    Specimen(
        "kaputte-zellen.csv",
        "words for nothing, failed formulas and numbers that Excel wrote as it liked",
        partial(
            by_csv,
            [
                ["id", "Stimme", "Sprechtempo", "Max. Dauer", "Begrüßung", "Telefonnummer"],
                ["10001", "k.A.", "1,1", "600", "Hallo", "7"],
                ["10002", "412", "-", "1.200", "#NV", "7"],
                ["1,0003E+04", "412", "1", "600", "Hallo", ""],
                ["10004", "412", "1,3", "10 min", "########", "null"],
                ["10005", "412", "0,7", "600,0", "?", "null"],
            ],
            "cp1252",
        ),
        Understood(
            "id | voice_id | speech_speed | max_duration | initial_message | phone_number_id",
            {},
            "B2 C105, C3 C105, D3 C103, E3 C106, A4 C107, C5 V104, D5 C102, E5 C106, E6 C105",
            "2 invalid, 3 invalid, 4 invalid, 5 invalid, 6 invalid",
        ),
    ),
    Specimen(
        "verschoben.csv",
        "a semicolon in a greeting that nobody put in quotes",
        lambda: "id;Begrüßung;Stimme\r\n10001;Hallo; guten Tag;412\r\n10002;Hallo;418\r\n".encode("cp1252"),
        Understood("id | initial_message | voice_id", {10002: {"initial_message": "Hallo", "voice_id": 418}},
                   "2 S106", "2 invalid"),
    ),
)  # fmt: skip
