"""The words and numbers of charts in English and in German."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from batch_update.report.headline.both_languages import Phrase
from batch_update.settings.locales import Language
from batch_update.text import how_long

# fmt: off
PHRASES: Mapping[str, tuple[str, str]] = {
    # titles
    "outcomes": ("How the rows ended", "Wie die Zeilen ausgingen"),
    "plan": ("What the plan comes to", "Was der Plan ergibt"),
    "over_time": ("Changes a second", "Änderungen pro Sekunde"),
    "latency": ("How long a change took", "Wie lange eine Änderung dauerte"),
    "failures": ("Why rows are still to do", "Warum Zeilen noch zu tun sind"),
    "problems": ("Problems in the sheet", "Probleme in der Tabelle"),
    "fields": ("Changes by field", "Änderungen nach Feldern"),
    "accounts": ("Rows by account", "Zeilen nach Konten"),
    "numbers": ("Numbers", "Zahlen"),
    # columns
    "end": ("Result", "Ergebnis"),
    "rows": ("Rows", "Zeilen"),
    "share": ("Share", "Anteil"),
    "code": ("Code", "Code"),
    "meaning": ("Meaning", "Bedeutung"),
    "field": ("Field", "Feld"),
    "account": ("Account", "Konto"),
    "assistants": ("Assistants", "Assistenten"),
    "typical": ("Typical change", "Typische Änderung"),
    "from": ("From", "Ab"),
    "lasted": ("Lasted", "Dauer"),
    "changes": ("Changes", "Änderungen"),
    "a_second": ("A second", "Pro Sekunde"),
    "event": ("Event", "Ereignis"),
    # over time
    "begun": ("begun, by their first attempt", "begonnen, nach erstem Versuch"),
    "permitted": ("permitted at most: {rate}", "erlaubt höchstens: {rate}"),
    "rate_note": (
        "{changes} in {time}: {mean} on average, {peak} at most, counted every {width}.",
        "{changes} in {time}: {mean} im Mittel, {peak} höchstens, gezählt je {width}.",
    ),
    "windows_note": ("Permitted are {windows}.", "Erlaubt sind {windows}."),
    "window": ("{limit} in {time}", "{limit} in {time}"),
    "or": (" and ", " und "),
    "unlimited_note": ("No limit was set.", "Keine Grenze war gesetzt."),
    "gaps_note": ("The time between sessions is left out.", "Die Zeit zwischen den Sitzungen ist ausgelassen."),
    "gate": ("the server asked to wait (429, 503)", "der Server bat zu warten (429, 503)"),
    "pause": ("pause", "Pause"),
    "shared": ("others used the key", "andere nutzten den Schlüssel"),
    "slow": ("slowed down", "langsamer"),
    "limit": ("the server's limit is lower", "Grenze des Servers ist niedriger"),
    "wave": ("wave", "Welle"),
    "resumed": ("resumed", "fortgesetzt"),
    "waits": ("Waits", "Pausen"),
    "waves": ("Waves", "Wellen"),
    "in_all": ("{number} × {what}, {time} in all", "{number} × {what}, zusammen {time}"),
    "times": ("{number} × {what}", "{number} × {what}"),
    "per_second": ("{rate}/s", "{rate}/s"),
    # latency
    "latency_note": (
        "From the first attempt to the last answer, with retries and pauses between; not the wait for its turn.",
        "Vom ersten Versuch bis zur letzten Antwort, mit Wiederholungen und Pausen dazwischen; ohne das Warten davor.",
    ),
    "again_note": (
        " {number} of {all} took more than one attempt.",
        " {number} von {all} brauchten mehr als einen Versuch.",
    ),
    "half": ("half of them", "die Hälfte"),
    "most_of": ("{percent} % of them", "{percent} % davon"),
    "all_of": ("the slowest", "die langsamste"),
    "at_most": ("At most", "Höchstens"),
    "of_changes": ("Of {n} changes", "Von {n} Änderungen"),
    # others
    "no_code": ("no code", "kein Code"),
    "others": ("{n} others", "{n} weitere"),
    "one_change": ("1 change", "1 Änderung"),
    "many_changes": ("{n} changes", "{n} Änderungen"),
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Speech:
    """Says things in one language."""

    language: Language

    def __call__(self, key: str, **values: str) -> str:
        """Return the phrase of this key, with its places filled in."""
        return PHRASES[key][self.language == "de"].format(**values)

    def phrase(self, said: Phrase) -> str:
        """Return a text of the page, which stands in both languages."""
        return said.said(self.language)

    def whole(self, number: int) -> str:
        """`20,000` and `20.000`."""
        return self._signed(f"{number:,}")

    def rate(self, number: float) -> str:
        """`1.67`, `0.05`, `120`: in three digits."""
        digits = 0 if number >= 100 else 1 if number >= 10 else 2
        text = f"{number:,.{digits}f}"
        return self._signed(text.rstrip("0").rstrip(".") if "." in text else text)

    def share(self, part: int, of: int) -> str:
        """`0.4 %`; never 0 of what there is, nor 100 of what is not all."""
        exact = 100 * part / of if of else 0.0
        text = "< 0.1" if 0 < exact < 0.1 else "> 99.9" if 99.9 < exact < 100 else f"{exact:.1f}"
        return self._signed(text.removesuffix(".0")) + " %"

    def time(self, seconds: float) -> str:
        """`0.4 s`, `1 min 10 s`, `3 h 5 min`."""
        return self._signed(how_long(seconds))

    def milliseconds(self, ms: int) -> str:
        """`80 ms`, `1.2 s`, `2 min 5 s`."""
        return f"{ms} ms" if ms < 1000 else self.time(ms / 1000)

    def changes(self, number: int) -> str:
        """`1 change`, `118 changes`."""
        return self("one_change") if number == 1 else self("many_changes", n=self.whole(number))

    def _signed(self, text: str) -> str:
        """Return a number with the signs of the language."""
        return text if self.language == "en" else text.translate(_GERMAN_SIGNS)


_GERMAN_SIGNS = str.maketrans(",.", ".,")
