"""History as people read it: what each run changed, one below the other, and who set what an assistant holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from batch_update.fields.values.differences import BRIEFLY, SAME_BUT_SECRETS, Showing, brief_value, difference
from batch_update.model.plans import UNKNOWN, Verified
from batch_update.report.changed import Became, FieldChange
from batch_update.report.history.blame import Blamed, Provenance
from batch_update.report.history.past import PastChange
from batch_update.report.screen.run_list import MOST_NOTE, where_words, who_words
from batch_update.text import excerpt, local_time, printable

_READ_BACK = {
    Verified.VERIFIED: "verified",
    Verified.MISMATCH: "does not read back as sent",
    Verified.UNVERIFIABLE: "the API does not report it",
    Verified.NOT_READ: "not read back",
}
_BECAME = {
    Became.PERHAPS: "no answer seen: perhaps",
    Became.RESET: "reset by the change of mode",
}


def history_lines(
    changes: Iterable[PastChange], *, showing: Showing = BRIEFLY, names_each: bool = True
) -> Iterator[str]:
    """Yield lines about each assistant that a run changed, and about each field. `names_each`: with the assistant."""
    for _, group in groupby(changes, key=_occurrence):
        members = list(group)
        yield from _occurrence_head(members, names_each=names_each)
        width = max(len(one.what.field) for one in members)
        for one in members:
            yield f"    {one.what.field:<{width}}  {_change_words(one.what, showing)}{_aside(one, members)}"
        yield ""


def _occurrence(one: PastChange) -> tuple[object, ...]:
    return one.head.folder, one.what.assistant_id, one.at


def _occurrence_head(members: Sequence[PastChange], *, names_each: bool) -> Iterator[str]:
    first = members[0]
    yield f"{local_time(first.at)}   {printable(first.run)}"
    assistant = f"{first.what.assistant_id} {excerpt(first.what.name, 60)}".rstrip() if names_each else ""
    where = where_words(first.head.account or first.head.server, is_sandbox=first.is_sandbox)
    said = ", ".join(filter(None, (assistant, who_words(first.occasion), where, _ending(members))))
    yield f"  {said}"
    if first.head.parent:
        yield f"  undo of {printable(first.head.parent)}"
    if first.occasion.note:
        yield f"  note: {excerpt(first.occasion.note, MOST_NOTE)}"


def _ending(members: Sequence[PastChange]) -> str:
    """`verified, undone by 2026-11-23T1000-undo-of-changes`, as far as all of them share it."""
    read_back = _READ_BACK[members[0].what.verified]
    undone = {one.undone_by for one in members}
    by_one = f"undone by {printable(members[0].undone_by)}" if len(undone) == 1 and "" not in undone else ""
    return ", ".join(filter(None, (read_back, by_one)))


def _aside(one: PastChange, members: Sequence[PastChange]) -> str:
    """Return what is to be said of one field alone."""
    is_shared = len({other.undone_by for other in members}) == 1
    undone = f"undone by {printable(one.undone_by)}" if one.undone_by and not is_shared else ""
    words = ", ".join(filter(None, (_BECAME.get(one.what.became, ""), undone)))
    return f"   ({words})" if words else ""


def _change_words(what: FieldChange, showing: Showing) -> str:
    return SAME_BUT_SECRETS if what.is_secret else difference(what.before, what.after, showing)


# ---------------------------------------------------------------- who set what is there


def blame_lines(fields: Iterable[Blamed]) -> Iterator[str]:
    """Yield a line or two for each field that a run set or that was changed outside; how many none did at the end."""
    told = list(fields)
    shown = [one for one in told if one.last is not None]
    width = max((len(one.field) for one in shown), default=0)
    for one in shown:
        yield f"  {one.field:<{width}}  {_blame_words(one)}"
    if untouched := sum(one.last is None for one in told):
        yield f"  {untouched} more {'field was' if untouched == 1 else 'fields were'} set by no run of this folder"


def _blame_words(one: Blamed) -> str:
    last = one.last
    assert last is not None, "only fields that a run set are shown so"
    who = ", ".join(filter(None, (local_time(last.at), printable(last.run), who_words(last.occasion))))
    if one.origin is Provenance.OUTSIDE:
        return f"changed outside: now {_said_briefly(one.now)}; {_left_words(last)} by {who}"
    if one.origin is Provenance.UNTOUCHED:
        return f"{_said_briefly(one.now)}, as before {who}, which did not arrive"
    perhaps = ", perhaps" if last.what.became is Became.PERHAPS and one.origin is Provenance.NOT_SEEN else ""
    return f"{_said_briefly(last.what.after)}   {who}{perhaps}"


def _left_words(last: PastChange) -> str:
    return f"set to {_said_briefly(last.what.after)}"


def _said_briefly(value: object) -> str:
    return "?" if value is UNKNOWN else brief_value(value, 40)
