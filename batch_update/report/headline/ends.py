"""How rows and changes of fields end, in words of both languages: page, charts and workbooks say it with these."""

from __future__ import annotations

from collections.abc import Mapping

from batch_update.model.plans import Status, Verified
from batch_update.report.changed import Became
from batch_update.report.headline.both_languages import Phrase, joined

TO_CHANGE = Phrase("to change", "zu ändern")
"""of a row of a plan that is to be sent"""
LEFT_OUT = Phrase("left out", "ausgelassen")
"""of a row that a plan does not send, since it was asked for others alone"""
ROW_ENDS: Mapping[Status, Phrase] = {
    Status.UPDATED: Phrase("updated", "geändert"),
    Status.UNCHANGED: Phrase("already so", "schon so"),
    Status.INVALID: Phrase("invalid", "ungültig"),
    Status.FAILED: Phrase("failed", "fehlgeschlagen"),
    Status.UNKNOWN: Phrase("unknown", "ungewiss"),
    Status.NOT_SENT: Phrase("not sent", "nicht gesendet"),
    Status.CONFLICT: Phrase("in conflict", "im Konflikt"),
}
"""The end of a row in a word or two, for a badge or within a sentence."""
_SO = {
    Status.INVALID: Phrase("not sent", "nicht gesendet"),
    Status.FAILED: Phrase("not changed", "nicht geändert"),
    Status.UNKNOWN: Phrase("perhaps changed", "vielleicht geändert"),
    Status.CONFLICT: Phrase("held back", "zurückgehalten"),
}
"""What an end comes to for the assistant, where its word alone does not tell that."""
CHANGE_ENDS: Mapping[Became, Phrase] = {
    Became.PLANNED: TO_CHANGE,
    Became.APPLIED: Phrase("changed", "geändert"),
    Became.PERHAPS: Phrase("perhaps changed", "vielleicht geändert"),
    Became.NOT_APPLIED: Phrase("not changed", "nicht geändert"),
    Became.HELD: Phrase("held back", "zurückgehalten"),
    Became.RESET: Phrase("reset by the change of mode", "durch den Moduswechsel zurückgesetzt"),
}
"""The end of the change of a field."""
CHANGED_AND_READ_BACK = Phrase("changed and read back", "geändert und nachgelesen")
READ_BACK: Mapping[Verified, Phrase] = {
    Verified.NOT_READ: Phrase("", ""),
    Verified.VERIFIED: Phrase("verified", "bestätigt"),
    Verified.MISMATCH: Phrase("differs", "weicht ab"),
    Verified.UNVERIFIABLE: Phrase("cannot be read back", "nicht nachlesbar"),
}
"""What reading back told."""


def end_and_effect(status: Status) -> Phrase:
    """`failed, not changed`: the end of a row with what it comes to, where there is room for both."""
    return joined(ROW_ENDS[status], _SO[status], by=", ") if status in _SO else ROW_ENDS[status]
