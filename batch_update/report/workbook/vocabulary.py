"""The words of the workbooks of runs and plans, in English and in German. Codes and messages are English in both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from batch_update.report.headline.both_languages import Phrase
from batch_update.settings.locales import Language
from batch_update.sheet.extent.own_worksheets import OF_REPORTS
from batch_update.sheet.writing.painting import Continued


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All that a workbook says in one language."""

    language: Language
    words: Mapping[str, str]
    """by their English words; English itself needs none"""

    def __getitem__(self, words: str) -> str:
        return self.words.get(words, words)

    def phrase(self, said: Phrase) -> str:
        """Return a text that the page has, too."""
        return said.said(self.language)

    @property
    def titles(self) -> tuple[str, ...]:
        """Return the names of the worksheets: the first one, results, changes, problems, run, texts."""
        return OF_REPORTS[self.language]

    @property
    def continued(self) -> Continued:
        """Return the words of the worksheet on which long texts go on."""
        heads = (self["begins in"], self["part"], self["text"])
        return Continued(self.titles[-1], heads, self[" … {} more characters: worksheet {}, row {}"])


ENGLISH = Vocabulary("en", MappingProxyType({}))
GERMAN = Vocabulary(
    "de",
    MappingProxyType(
        {
            " … {} more characters: worksheet {}, row {}": " … {} weitere Zeichen: Blatt {}, Zeile {}",
            "begins in": "beginnt in",
            "part": "Teil",
            "text": "Text",
            # what stands above columns
            "row": "Zeile",
            "name": "Name",
            "field": "Feld",
            "before": "vorher",
            "after": "nachher",
            "result": "Ergebnis",
            "read back": "nachgelesen",
            "wave": "Welle",
            "cell": "Zelle",
            "kind": "Art",
            "code": "Code",
            "what is wrong": "was falsch ist",
            "what stands there": "was dort steht",
            "what may": "was dort stehen darf",
            "what to do": "was zu tun ist",
            "topic": "Thema",
            "what": "was",
            "value": "Wert",
            "meaning": "Bedeutung",
            "rows": "Zeilen",
            "assistants": "Assistenten",
            "typical change": "typische Änderung",
            "changes": "Änderungen",
            # the first page
            "Run report": "Bericht über einen Lauf",
            "Plan, nothing is sent yet": "Plan, noch ist nichts gesendet",
            "Sheet": "Tabelle",
            "Account": "Konto",
            "Server": "Server",
            "Began": "Beginn",
            "Took": "Dauer",
            "Sandbox: no real assistants": "Sandbox: keine echten Assistenten",
            "Digest of this plan": "Prüfsumme dieses Plans",
            "To send exactly this": "Genau das senden",
            "Approved by": "Freigegeben von",
            "Date": "Datum",
            "To mend": "Zu verbessern",
            "All that runs changed of an assistant": "Alle Änderungen an einem Assistenten",
            "the rows that are still to be done are in {}": "was noch zu tun ist, steht in {}",
            "What became of the rows": "Was aus den Zeilen wurde",
            "What the rows come to": "Was die Zeilen ergeben",
            "Changes by field": "Änderungen nach Feldern",
            "What is left, by code": "Was noch zu tun ist, nach Codes",
            "Problems, by code": "Probleme nach Codes",
            "How long a change took": "Wie lange eine Änderung dauerte",
            "Changes a second, over time": "Änderungen pro Sekunde im Verlauf",
            "Half of them, 95 %, 99 % took at most": "Die Hälfte, 95 %, 99 % dauerten höchstens",
            "seconds": "Sekunden",
            "sent a second": "gesendet pro Sekunde",
            "permitted": "erlaubt",
            "milliseconds": "Millisekunden",
            "Rows": "Zeilen",
            "Will take": "Dauert",
            "Something has to be allowed before it is sent.": "Vor dem Senden muss etwas erlaubt werden.",
            # the run
            "run": "Lauf",
            "settings": "Einstellungen",
            "event": "Ereignis",
            "file": "Datei",
            "SHA-256 of the file": "SHA-256 der Datei",
            "worksheet": "Blatt",
            "command": "Befehl",
            "began": "Beginn",
            "ended": "Ende",
            "seconds of sending": "Sekunden des Sendens",
            "requests": "Anfragen",
            "again": "wiederholt",
            "times that the server had everybody wait": "Pausen, die der Server verlangte",
            "times that a limit was lowered": "gesenkte Grenzen",
            "program": "Programm",
            "API key": "API-Schlüssel",
            "*** (never written down)": "*** (wird nie aufgeschrieben)",
            "ended early": "vorzeitig beendet",
            "note": "Notiz",
            "author": "von",
            "not known": "nicht bekannt",
            "empty": "leer",
            "error": "Fehler",
            "warning": "Warnung",
            "only a secret changes, which is not shown": "nur ein Geheimnis ändert sich, das nicht gezeigt wird",
            "not compared with what is there": "nicht mit dem verglichen, was da ist",
        }
    ),
)
VOCABULARIES: Mapping[Language, Vocabulary] = {"en": ENGLISH, "de": GERMAN}
