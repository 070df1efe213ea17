"""The words of the page over many accounts, as far as they are others than those of a run, in English and in German."""

from __future__ import annotations

from collections.abc import Mapping

from batch_update.report.headline.both_languages import Phrase
from batch_update.report.page.page_parts import ColumnHead

# fmt: off
ACCOUNT_STATES: Mapping[str, Phrase] = {
    "stopped": Phrase("stopped", "angehalten"),
    "not_planned": Phrase("not planned", "nicht geplant"),
    "not_all": Phrase("not all done", "nicht alles erledigt"),
    "not_begun": Phrase("not begun", "nicht begonnen"),
    "at_work": Phrase("at work", "in Arbeit"),
    "as_wanted": Phrase("as wanted", "wie gewünscht"),
}
"""State of an account -> its words within a sentence."""
FLEET_WORDS: dict[str, Phrase] = {
    "fleet": Phrase("Report on many accounts", "Bericht über mehrere Konten"),
    "accounts": Phrase("Accounts", "Konten"),
    "skip": Phrase("Skip to the accounts", "Zu den Konten springen"),
    "no_script": Phrase(
        "The table of accounts needs the script of this page, which your browser does not run. fleet.csv holds all.",
        "Die Tabelle braucht das Skript dieser Seite, das Ihr Browser nicht ausführt. fleet.csv enthält alle Konten.",
    ),
    "search": Phrase("Search in all accounts", "In allen Konten suchen"),
    "search_hint": Phrase("Name, owner, message, code …", "Name, Inhaber, Meldung, Code …"),
    "todo": Phrase("Not as wanted", "Nicht wie gewünscht"),
    "show_all": Phrase("Show all accounts", "Alle Konten zeigen"),
    "none_found": Phrase("No account fits these filters.", "Kein Konto passt zu diesen Filtern."),
    "count_all": Phrase("{all} accounts, the worst first", "{all} Konten, die schlechtesten zuerst"),
    "count_some": Phrase("{n} of {all} accounts", "{n} von {all} Konten"),
    "printed_all": Phrase(
        "All {n} accounts that the filters let through are printed.",
        "Alle {n} Konten, die die Filter durchlassen, sind gedruckt.",
    ),
    "printed_some": Phrase(
        "The first {to} of {n} accounts are printed; the page itself holds all of them. Filter it to print others.",
        "Gedruckt sind die ersten {to} von {n} Konten; die Seite selbst enthält alle. Für andere vorher filtern.",
    ),
    "printed_left": Phrase(
        "The first 100 rows are printed; the file of failed rows holds all of them.",
        "Gedruckt sind die ersten 100 Zeilen; die Datei der offenen Zeilen enthält alle.",
    ),
    "open_account": Phrase("show all about it", "alles darüber zeigen"),
    "no_account": Phrase("no account that is known", "kein bekanntes Konto"),
    "rank": Phrase("No.", "Nr."),
    "ends": Phrase("Rows, and why not all", "Zeilen, und warum nicht alle"),
    "changes": Phrase("To change", "Zu ändern"),
    "why": Phrase("Why", "Warum"),
    "own_report": Phrase("Report", "Bericht"),
    "rows_left": Phrase("Still to do, {n}", "Noch zu tun, {n}"),
    "owner": Phrase("Owner", "Inhaber"),
    "left": Phrase("Still to do", "Noch zu tun"),
    "ended": Phrase("Ended", "Ende"),
    "epoch": Phrase("Begun, times", "Begonnen, Mal"),
    "fleet_digest": Phrase("Digest over all plans", "Prüfsumme über alle Pläne"),
    "taken_back": Phrase("Takes back", "Nimmt zurück"),
    **{f"state_{state}": said for state, said in ACCOUNT_STATES.items()},
}
# fmt: on
ACCOUNT_HEADS = (
    ColumnHead("row", FLEET_WORDS["rank"], "at"),
    ColumnHead("account", Phrase("Account", "Konto")),
    ColumnHead("state", Phrase("State", "Stand")),
    ColumnHead("left", FLEET_WORDS["ends"]),
    ColumnHead("changes", FLEET_WORDS["changes"], "figure"),
    ColumnHead("requests", Phrase("Requests", "Anfragen"), "figure"),
    ColumnHead("seconds", Phrase("Took", "Dauer"), "figure"),
)
FLEET_NEXT: Mapping[str, Phrase] = {
    "apply": Phrase("Send what was planned; it asks first", "Senden, was geplant ist; vorher wird gefragt"),
    "resume": Phrase(
        "Go on with the accounts that did not come to their end",
        "Mit den Konten weitermachen, die nicht fertig wurden",
    ),
    "apply_failed": Phrase(
        "Mend the file that the command names, then plan its rows anew",
        "Die genannte Datei verbessern, dann ihre Zeilen neu planen",
    ),
    "undo": Phrase("Take it back in all accounts", "In allen Konten zurücknehmen"),
    "report": Phrase("Write these files again", "Diese Dateien neu schreiben"),
}
"""Purpose of a next command after a fleet -> a sentence about what it does."""
