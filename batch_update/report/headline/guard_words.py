"""What has to be allowed by name before a plan is sent, in both languages, for its page and its workbook."""

from __future__ import annotations

from collections.abc import Iterable

from batch_update.model.plans import Tripped
from batch_update.report.guards import FIRST_ROWS
from batch_update.report.headline.both_languages import Phrase, alike, joined, said_count
from batch_update.report.headline.code_titles import code_title
from batch_update.report.headline.headline import ASSISTANT, ROW
from batch_update.report.places import run_text, runs_of

_BLIND = Phrase("(not compared with what is there)", "(nicht mit dem verglichen, was da ist)")


def guard_words(one: Tripped) -> Phrase:
    """Return what would happen; of a limit the English words stand in German, too, since they have the numbers."""
    title = code_title(one.code).de
    told = Phrase(one.words, title if one.hazard else f"{title}: {one.words}")
    return joined(told, _BLIND) if one.is_blind else told


def guard_sentence(one: Tripped) -> Phrase:
    """`G101 mode: the engine mode changes, which resets settings (2 assistants, rows 3-4)`."""
    name = one.hazard or next(iter(one.lifts)).replace("_", "-")
    code = alike(f"{one.code} {name}:")
    return joined(code, guard_words(one), _whom(one)) if one.rows else joined(code, guard_words(one))


def _whom(one: Tripped) -> Phrase:
    who, rows = said_count(one.assistants, *ASSISTANT), _row_words(one.rows)
    return Phrase(f"({who.en}, {rows.en})", f"({who.de}, {rows.de})")


def _row_words(numbers: Iterable[int]) -> Phrase:
    """`rows 3-4, 9 and 4 more places`, in both languages."""
    runs = runs_of(numbers)
    noun = ROW[0] if len(runs) == 1 and runs[0][0] == runs[0][1] else ROW[1]
    named, left = ", ".join(map(run_text, runs[:FIRST_ROWS])), len(runs) - FIRST_ROWS
    more = Phrase(f"and {left} more places", f"und {left} weitere Stellen") if left > 0 else alike("")
    return joined(noun, alike(named), more)
