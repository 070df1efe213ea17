"""How a run or a plan stands, in one sentence in both languages: the page and the workbook both begin with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from batch_update.errors import BatchUpdateError
from batch_update.model.plans import Plan, Status, Tripped
from batch_update.model.reports import Exit, Report
from batch_update.report.documents.of_sheets import totals_of
from batch_update.report.figures.standing import Reached, Standing
from batch_update.report.headline.both_languages import Phrase, joined, said_count, thousands
from batch_update.report.headline.ends import ROW_ENDS


@dataclass(frozen=True, slots=True)
class Headline:
    """How a run or a plan stands, in a sentence."""

    tone: str
    """good, open (something is left to do) or bad (it was stopped)"""
    mark: Phrase
    """in a word or two, for who does not see colors"""
    sentence: Phrase
    why: tuple[str, ...] = ()
    """what stopped it and what to do about that, in the words of the program"""


ROW = Phrase("row", "Zeile"), Phrase("rows", "Zeilen")
ASSISTANT = Phrase("assistant", "Assistent"), Phrase("assistants", "Assistenten")

_MARKS = {
    Reached.ALL: Phrase("Done", "Erledigt"),
    Reached.NOTHING_TO_DO: Phrase("Nothing to do", "Nichts zu tun"),
    Reached.PART: Phrase("Not all done", "Nicht alles erledigt"),
    Reached.STOPPED: Phrase("Stopped", "Angehalten"),
    Reached.NOT_SENT: Phrase("Nothing sent", "Nichts gesendet"),
    Reached.INVALID: Phrase("Nothing sent", "Nichts gesendet"),
}
TONES_OF_ENDS = {
    Status.UPDATED: "good",
    Status.UNCHANGED: "quiet",
    Status.FAILED: "bad",
    Status.INVALID: "bad",
    Status.CONFLICT: "open",
    Status.UNKNOWN: "open",
    Status.NOT_SENT: "open",
}
"""The tones of the ends of rows: those of a headline, and quiet."""
_TONES = {Reached.ALL: "good", Reached.NOTHING_TO_DO: "good", Reached.PART: "open"}
_ALL_AS_WANTED = Phrase("Every row is as wanted.", "Alle Zeilen sind wie gewünscht.")
_AS_WANTED_BEFORE = Phrase(
    "Nothing had to be changed: every row was as wanted already.",
    "Nichts war zu ändern: alle Zeilen waren schon wie gewünscht.",
)
_INVALID = Phrase(
    "The sheet has errors, so nothing was changed.", "Die Tabelle hat Fehler, deshalb wurde nichts geändert."
)
_NOT_BEGUN = Phrase(
    "The run was stopped before anything was changed.",
    "Der Lauf wurde angehalten, bevor etwas geändert wurde.",
)
_NOT_READ = Phrase("Not all of it was read back.", "Nicht alles wurde nachgelesen.")
_KINDS = {**ROW_ENDS, Status.UPDATED: Phrase("read back otherwise", "anders nachgelesen")}
"""The ends of rows that are not as wanted, within a sentence."""


def headline_of_run(report: Report, standing: Standing) -> Headline:
    """Return how a run ended."""
    reached = standing.reached
    tone = _TONES.get(reached, "bad")
    is_unread = tone == "good" and standing.exit is not Exit.OK
    sentence = _sentence(standing)
    if is_unread:
        return Headline("open", _MARKS[Reached.PART], joined(sentence, _NOT_READ))
    return Headline(tone, _MARKS[reached], sentence, _why(report.stopped) if report.stopped else ())


def _sentence(standing: Standing) -> Phrase:
    match standing.reached:
        case Reached.INVALID:
            return _INVALID
        case Reached.NOT_SENT:
            return _NOT_BEGUN
        case Reached.NOTHING_TO_DO:
            return _AS_WANTED_BEFORE
        case Reached.ALL:
            return joined(_ALL_AS_WANTED, _were_changed(standing))
    return joined(_left(standing), _were_changed(standing))


def _were_changed(standing: Standing) -> Phrase:
    """`118 assistants were changed, and read back as they were sent.`"""
    number = standing.assistants
    if number == 0:
        return Phrase("No assistant was changed.", "Kein Assistent wurde geändert.")
    who = said_count(number, *ASSISTANT)
    be = ("was", "wurde") if number == 1 else ("were", "wurden")
    told = Phrase(f"{who.en} {be[0]} changed", f"{who.de} {be[1]} geändert")
    checked = Phrase(" and read back.", " und nachgelesen.")
    return joined(told, checked if standing.verified == number else Phrase(".", "."), by="")


def _left(standing: Standing) -> Phrase:
    """`3 of 214 rows are still to do: 2 failed, 1 invalid.`"""
    count = sum(standing.left.values())
    if not count:
        return Phrase("", "")
    kinds = [joined(thousands(n), _KINDS[status]) for status, n in standing.left.items() if n]
    number, total, told = thousands(count), said_count(standing.rows, *ROW), joined(*kinds, by=", ")
    be = ("is", "ist") if count == 1 else ("are", "sind")
    return Phrase(
        f"{number.en} of {total.en} {be[0]} still to do: {told.en}.",
        f"{number.de} von {total.de} {be[1]} noch zu erledigen: {told.de}.",
    )


def _why(stopped: Exception) -> tuple[str, ...]:
    """Return what ended a run, and what to do about it. Of a bug only its kind is told: its text could hold a key."""
    if not isinstance(stopped, BatchUpdateError):
        return (f"a bug in batch-update ({type(stopped).__name__}): please report it",)
    return tuple(filter(None, (*stopped.message.split("\n"), stopped.remedy)))


# ---------------------------------------------------------------- of a plan


def headline_of_plan(plan: Plan, tripped: Sequence[Tripped], *, is_blocked: bool) -> Headline:
    """Return how a plan stands. `is_blocked`: whether its errors forbid to send the rest."""
    totals = totals_of(plan)
    would = _would_change(totals.change, totals.already_so)
    if is_blocked:
        return Headline("bad", Phrase("Not ready", "Nicht bereit"), joined(_errors(totals.invalid), would))
    if totals.invalid:
        would = joined(would, _errors(totals.invalid, and_then=_LEFT_OUT))
    if not plan.changes:
        return Headline("good", _MARKS[Reached.NOTHING_TO_DO], would)
    if tripped:
        return Headline("open", Phrase("Needs a yes", "Braucht ein Ja"), would)
    return Headline("good", Phrase("Ready", "Bereit"), would)


_NO_MORE, _LEFT_OUT = Phrase("", ""), Phrase(" and would be left out", " und würden ausgelassen")


def _errors(invalid: int, and_then: Phrase = _NO_MORE) -> Phrase:
    if not invalid:
        return Phrase("The sheet has errors.", "Die Tabelle hat Fehler.")
    rows = said_count(invalid, *ROW)
    have = ("has", "hat") if invalid == 1 else ("have", "haben")
    return Phrase(f"{rows.en} {have[0]} errors{and_then.en}.", f"{rows.de} {have[1]} Fehler{and_then.de}.")


def _would_change(change: int, already_so: int) -> Phrase:
    who, rows = said_count(change, *ASSISTANT), said_count(already_so, *ROW)
    verb = "würde" if change == 1 else "würden"
    be = ("is", "ist") if already_so == 1 else ("are", "sind")
    told = Phrase(f"{who.en} would change.", f"{who.de} {verb} geändert.")
    same = Phrase(f"{rows.en} {be[0]} already so.", f"{rows.de} {be[1]} schon so.")
    return joined(told, same) if already_so else told
