"""How a fleet stands, in one sentence in both languages: its page and its workbook begin with it."""

from __future__ import annotations

from collections.abc import Mapping

from batch_update.model.plans import Status
from batch_update.model.reports import Exit
from batch_update.outcomes import DONE
from batch_update.report.fleet.account_states import AccountState, FleetStanding
from batch_update.report.headline.both_languages import Phrase, joined, said_count, thousands
from batch_update.report.headline.ends import ROW_ENDS
from batch_update.report.headline.headline import ROW, Headline
from batch_update.text import printable

_ACCOUNT = Phrase("account", "Konto"), Phrase("accounts", "Konten")
_DONE = Phrase("Done", "Erledigt")
_NOT_ALL = Phrase("Not all done", "Nicht alles erledigt")
_STOPPED = Phrase("Stopped", "Angehalten")
_AT_WORK = Phrase("At work", "In Arbeit")
_NOTHING_SENT = Phrase("Nothing sent", "Nichts gesendet")

TONES_OF_STATES: Mapping[AccountState, str] = {
    AccountState.STOPPED: "bad",
    AccountState.NOT_PLANNED: "bad",
    AccountState.NOT_ALL: "open",
    AccountState.NOT_BEGUN: "open",
    AccountState.AT_WORK: "quiet",
    AccountState.AS_WANTED: "good",
}
"""The tones in which it is told how far accounts are."""


def headline_of_fleet(standing: FleetStanding) -> Headline:
    """Return how a fleet ended: how many accounts are as wanted, what is left of their rows."""
    end, whole = standing.end, standing.whole
    counts = standing.counts
    done = standing.states.get(AccountState.AS_WANTED, 0)
    why = (f"{printable(end.message)} [{end.code}]",) if end.code else ()
    changed = _changed_words(counts.get(Status.UPDATED, 0))
    if done == len(standing.accounts) and end.own_exit is Exit.OK:
        return Headline("good", _DONE, joined(_all_words(whole), changed), why)
    sentence = joined(_done_words(done, whole), _left_words(standing, counts))
    if AccountState.AT_WORK in standing.states:
        return Headline("open", _AT_WORK, sentence, why)
    if not any(counts.get(status) for status in (*DONE, Status.FAILED, Status.UNKNOWN)):
        return Headline("bad", _NOTHING_SENT, sentence, why)
    is_bad = end.code or {AccountState.STOPPED, AccountState.NOT_PLANNED} & standing.states.keys()
    return Headline("bad" if is_bad else "open", _STOPPED if end.code else _NOT_ALL, sentence, why)


def _all_words(whole: int) -> Phrase:
    if whole == 1:
        return Phrase("The one account is as wanted.", "Das eine Konto ist wie gewünscht.")
    number = thousands(whole)
    return Phrase(f"All {number.en} accounts are as wanted.", f"Alle {number.de} Konten sind wie gewünscht.")


def _done_words(done: int, whole: int) -> Phrase:
    """`197 of 200 accounts are as wanted.`"""
    number, total = thousands(done), said_count(whole, *_ACCOUNT)
    be = ("is", "ist") if done == 1 else ("are", "sind")
    return Phrase(
        f"{number.en} of {total.en} {be[0]} as wanted.", f"{number.de} von {total.de} {be[1]} wie gewünscht."
    )


def _left_words(standing: FleetStanding, counts: dict[Status, int]) -> Phrase:
    """`46 of 10,000 rows are still to do: 12 failed, 34 not sent.`"""
    left, rows = standing.left, sum(counts.values())
    if not left:
        return Phrase("", "")
    kinds = [joined(thousands(n), ROW_ENDS[status]) for status, n in counts.items() if status not in DONE]
    number, total, told = thousands(left), said_count(rows, *ROW), joined(*kinds, by=", ")
    be = ("is", "ist") if left == 1 else ("are", "sind")
    which = Phrase(f": {told.en}", f": {told.de}") if kinds else Phrase("", "")
    return Phrase(
        f"{number.en} of {total.en} {be[0]} still to do{which.en}.",
        f"{number.de} von {total.de} {be[1]} noch zu erledigen{which.de}.",
    )


def _changed_words(updated: int) -> Phrase:
    if not updated:
        return Phrase("No assistant was changed.", "Kein Assistent wurde geändert.")
    rows = said_count(updated, *ROW)
    be = ("was", "wurde") if updated == 1 else ("were", "wurden")
    return Phrase(f"{rows.en} {be[0]} changed.", f"{rows.de} {be[1]} geändert.")
