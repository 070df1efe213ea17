"""The words of the page in English and in German: those that it is written with, and those that its script says."""

from __future__ import annotations

from collections.abc import Mapping

from batch_update.report.changed import Became
from batch_update.report.headline.both_languages import Phrase
from batch_update.report.headline.ends import CHANGE_ENDS, LEFT_OUT, READ_BACK, ROW_ENDS, TO_CHANGE
from batch_update.report.page.page_parts import ColumnHead

# fmt: off
WORDS: dict[str, Phrase] = {
    # what stands around
    "run": Phrase("Run report", "Bericht über einen Lauf"),
    "plan": Phrase("Plan, nothing is sent yet", "Plan, noch ist nichts gesendet"),
    "language": Phrase("Language", "Sprache"),
    "colors": Phrase("Colors", "Farben"),
    "color_auto": Phrase("Auto", "Auto"),
    "color_light": Phrase("Light", "Hell"),
    "color_dark": Phrase("Dark", "Dunkel"),
    "next": Phrase("Next", "Nächster Schritt"),
    "then": Phrase("Or", "Oder"),
    "copy_it": Phrase("Copy", "Kopieren"),
    "copied": Phrase("Copied", "Kopiert"),
    "not_copied": Phrase("Selected: copy it with Ctrl+C", "Markiert: mit Strg+C kopieren"),
    "figures": Phrase("In figures", "In Zahlen"),
    "charts": Phrase("How it went", "Verlauf"),
    "charts_of_plan": Phrase("At a glance", "Überblick"),
    "guards": Phrase("Has to be allowed before it is sent", "Muss vor dem Senden erlaubt werden"),
    "events": Phrase("What happened on the way", "Was unterwegs geschah"),
    "problems": Phrase("Problems of the whole sheet", "Probleme der ganzen Tabelle"),
    "rows": Phrase("Rows", "Zeilen"),
    "about": Phrase("About this report", "Zu diesem Bericht"),
    "files": Phrase("Files in the same folder", "Dateien im selben Ordner"),
    "skip": Phrase("Skip to the rows", "Zu den Zeilen springen"),
    "no_script": Phrase(
        "The table of rows needs the script of this page, which your browser does not run. results.csv holds all rows.",
        "Die Tabelle braucht das Skript dieser Seite, das Ihr Browser nicht ausführt. results.csv enthält alle Zeilen.",
    ),
    "messages_english": Phrase(
        "",
        "Meldungen des Programms und des Servers stehen im englischen Wortlaut.",
    ),
    # facts
    "sheet": Phrase("Sheet", "Tabelle"),
    "account": Phrase("Account", "Konto"),
    "server": Phrase("Server", "Server"),
    "began": Phrase("Began", "Beginn"),
    "made": Phrase("Made", "Erstellt"),
    "duration": Phrase("Took", "Dauer"),
    "requests": Phrase("Requests", "Anfragen"),
    "command": Phrase("Command", "Befehl"),
    "version": Phrase("Program", "Programm"),
    "sheet_digest": Phrase("SHA-256 of the sheet", "SHA-256 der Tabelle"),
    "digest": Phrase("Digest of this plan", "Prüfsumme dieses Plans"),
    "sandbox": Phrase("Sandbox: no real assistants", "Sandbox: keine echten Assistenten"),
    "estimate": Phrase("Will take", "Dauert"),
    "signed": Phrase("Approved by", "Freigegeben von"),
    "signed_on": Phrase("Date", "Datum"),
    "signature": Phrase("Signature", "Unterschrift"),
    # the rows
    "search": Phrase("Search in all rows", "In allen Zeilen suchen"),
    "search_hint": Phrase("Name, id, text, code …", "Name, ID, Text, Code …"),
    "by_code": Phrase("Code", "Code"),
    "by_field": Phrase("Field", "Feld"),
    "by_wave": Phrase("Wave", "Welle"),
    "by_status": Phrase("Show", "Anzeigen"),
    "any_code": Phrase("Every code", "Alle Codes"),
    "any_field": Phrase("Every field", "Alle Felder"),
    "any_wave": Phrase("Every wave", "Alle Wellen"),
    "all": Phrase("All", "Alle"),
    "mismatch": Phrase("read back otherwise", "weicht ab"),
    "assistants_change": Phrase("assistants would change", "Assistenten würden geändert"),
    "left_to_others": Phrase("values left as others made them", "Werte, die andere änderten, bleiben"),
    "todo": Phrase("Still to do", "Noch zu tun"),
    "show_all": Phrase("Show all rows", "Alle Zeilen zeigen"),
    "download": Phrase("Download as CSV", "Als CSV laden"),
    "share": Phrase("Copy link to this view", "Link zu dieser Ansicht kopieren"),
    "print": Phrase("Print", "Drucken"),
    "row": Phrase("Row", "Zeile"),
    "assistant": Phrase("Assistant", "Assistent"),
    "state": Phrase("Result", "Ergebnis"),
    "state_plan": Phrase("Plan", "Plan"),
    "what": Phrase("What changes, or why not", "Was sich ändert, oder warum nicht"),
    "sort": Phrase("Sort by", "Sortieren nach"),
    "none_found": Phrase("No row fits these filters.", "Keine Zeile passt zu diesen Filtern."),
    "count_all": Phrase("{all} rows", "{all} Zeilen"),
    "count_some": Phrase("{n} of {all} rows", "{n} von {all} Zeilen"),
    "range": Phrase("{from}–{to} of {n}", "{from}–{to} von {n}"),
    "before_page": Phrase("Previous", "Zurück"),
    "next_page": Phrase("More", "Weiter"),
    "printed_all": Phrase(
        "All {n} rows that the filters let through are printed.",
        "Alle {n} Zeilen, die die Filter durchlassen, sind gedruckt.",
    ),
    "printed_some": Phrase(
        "The first {to} of {n} rows are printed; the page itself holds all of them. Filter it to print others.",
        "Gedruckt sind die ersten {to} von {n} Zeilen; die Seite selbst enthält alle. Für andere vorher filtern.",
    ),
    "open_row": Phrase("show what changed", "zeigen, was sich änderte"),
    "unnamed": Phrase("Assistant", "Assistent"),
    "more_fields": Phrase("and {n} more", "und {n} weitere"),
    "held_back": Phrase("{n} held back", "{n} zurückgehalten"),
    "text_changes": Phrase("text changes", "Text geändert"),
    # a row that is open
    "remedy": Phrase("What to do:", "Was zu tun ist:"),
    "before": Phrase("before:", "vorher:"),
    "after": Phrase("after:", "nachher:"),
    "gone": Phrase("removed:", "entfernt:"),
    "came": Phrase("added:", "hinzugefügt:"),
    "not_known": Phrase("not known", "nicht bekannt"),
    "nothing": Phrase("nothing", "nichts"),
    "empty": Phrase("empty", "leer"),
    "unchanged_words": Phrase("… {n} words unchanged …", "… {n} Wörter unverändert …"),
    "stays": Phrase("stays", "bleibt"),
    "secret_changes": Phrase(
        "only a secret changes, which is not shown", "nur ein vertraulicher Wert ändert sich, der nicht gezeigt wird"
    ),
    "reset_by_mode": CHANGE_ENDS[Became.RESET],
    "from_file": Phrase("from the file", "aus der Datei"),
    "held_planned": Phrase("Planned from", "Geplant von"),
    "held_now": Phrase("Now", "Jetzt"),
    "held_wanted": Phrase("Wanted", "Gewünscht"),
    "verified": Phrase("Read back", "Nachgelesen"),
    "started": Phrase("Sent", "Gesendet"),
    "took": Phrase("Took", "Dauer"),
    "http": Phrase("HTTP", "HTTP"),
    "attempts": Phrase("Attempts", "Versuche"),
    "wave": Phrase("Wave", "Welle"),
    "request_id": Phrase("Request", "Anfrage"),
    "history": Phrase("All that runs changed of it:", "Alle Änderungen an diesem Assistenten:"),
    # how rows end
    "status_to_change": TO_CHANGE,
    "status_left_out": LEFT_OUT,
    **{f"status_{status}": said for status, said in ROW_ENDS.items()},
    **{f"verified_{verified}": said for verified, said in READ_BACK.items() if verified},
}
# fmt: on
ROW_HEADS = (
    ColumnHead("row", WORDS["row"], "at"),
    ColumnHead("name", WORDS["assistant"]),
    ColumnHead("status", WORDS["state"]),
    ColumnHead("changes", WORDS["what"]),
)
"""The heads of the table of a run's rows."""
NEXT: Mapping[str, Phrase] = {
    "apply": Phrase("Send this plan", "Diesen Plan senden"),
    "apply_good_rows": Phrase("Send the good rows", "Die guten Zeilen senden"),
    "plan_again": Phrase("Mend the sheet, then plan it again", "Die Tabelle verbessern, dann neu planen"),
    "leave_out": Phrase(
        "Leave out the columns that match no field", "Spalten weglassen, die zu keinem Feld passen"
    ),
    "plan_ours": Phrase(
        "Put yours over what others changed", "Eigene Werte über die Änderungen anderer setzen"
    ),
    "look": Phrase("See what it is about", "Ansehen, worum es geht"),
    "go_on": Phrase("Allow it and go on", "Erlauben und fortfahren"),
    "resume": Phrase("Go on with the run", "Den Lauf fortsetzen"),
    "apply_failed": Phrase(
        "Mend the file that the command names, then send its rows",
        "Die genannte Datei verbessern, dann ihre Zeilen senden",
    ),
    "report": Phrase("Write the files of the run again", "Die Dateien des Laufs neu schreiben"),
    "undo": Phrase("Take this run back", "Diesen Lauf zurücknehmen"),
}
"""What a next command does, by its purpose."""
