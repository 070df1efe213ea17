"""Phone numbers of inbound assistants: each rings at one, is free, and can be called. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from batch_update.check.fault import Fault
from batch_update.fields.references import Reference
from batch_update.model.choices import Catalog, Choices
from batch_update.model.plans import Present
from batch_update.model.sheets import Severity
from batch_update.plan.fitting.misfit import Misfit, entry_words, list_command
from batch_update.plan.fitting.subjects import Subject, takes_a_number

FIELD = "phone_number_id"
_FREE = f"what is free: {list_command(Catalog.PHONE_NUMBERS)}"


def number_misfits(
    subjects: Sequence[Subject], present: Mapping[int, Present], choices: Choices
) -> Iterator[Misfit]:
    """Yield what is wrong with the numbers that inbound assistants of a plan get."""
    takers: dict[int, list[Subject]] = {}
    for subject in subjects:
        if takes_a_number(subject):
            takers.setdefault(subject.after(FIELD), []).append(subject)
    holders = _holders(present)
    changed = {subject.change.assistant_id: subject for subject in subjects}
    for number, wanting in takers.items():
        for subject in wanting:
            if (found := _misfit(number, subject, wanting, holders, changed, choices)) is not None:
                yield found


def _holders(present: Mapping[int, Present]) -> dict[int, list[int]]:
    """Return the inbound assistants that are known to have a number, by that number."""
    found: dict[int, list[int]] = {}
    for assistant_id, now in present.items():
        if now.get("type") == "inbound" and isinstance(number := now.get(FIELD), int):
            found.setdefault(number, []).append(assistant_id)
    return found


def _misfit(
    number: int,
    subject: Subject,
    wanting: Sequence[Subject],
    holders: Mapping[int, Sequence[int]],
    changed: Mapping[int, Subject],
    choices: Choices,
) -> Misfit | None:
    choice = choices.find(Catalog.PHONE_NUMBERS, number)
    words = entry_words(Catalog.PHONE_NUMBERS, choice) if choice else f"phone number {number}"
    if choice is not None and choice.is_caller_id:
        message = f"{words} is a caller id: it cannot be called, and so not be an inbound assistant's"
        return _number_misfit(
            number, subject, Fault("X276", message, str(number), remedy=_FREE), by_list=True
        )
    others = [one for one in wanting if one is not subject]
    if others:
        return _wanted_twice(number, words, subject, others)
    holder = next(iter(holders.get(number, ())), None)
    if holder is not None:
        in_circle = _is_circle(subject, holder, holders, changed)
        return _held(number, words, subject, holder, changed.get(holder), in_circle=in_circle)
    if choice is not None and choice.is_free is False:
        message = f"{words} rings at another inbound assistant"
        return _number_misfit(
            number, subject, Fault("X274", message, str(number), remedy=_FREE), by_list=True
        )
    return None


def _wanted_twice(number: int, words: str, subject: Subject, others: Sequence[Subject]) -> Misfit:
    ids = ", ".join(str(other.change.assistant_id) for other in others[:5])
    message = f"{words} cannot ring at two inbound assistants: {subject.change.assistant_id} and {ids}"
    also = tuple(index for other in others for index in other.change.indexes)
    return _number_misfit(number, subject, Fault("X275", message, str(number)), also=also)


def _is_circle(
    subject: Subject,
    holder: int,
    holders: Mapping[int, Sequence[int]],
    changed: Mapping[int, Subject],
) -> bool:
    """Whether the holder of a number waits for one that, in the end, waits for the assistant that is to get it."""
    seen: set[int] = set()
    while holder != subject.change.assistant_id:
        change = changed.get(holder)
        if change is None or holder in seen or not change.takes_calls:
            return False
        seen.add(holder)
        holder = next(iter(holders.get(change.after(FIELD), ())), 0)
    return True


def _held(
    number: int, words: str, subject: Subject, holder: int, change: Subject | None, *, in_circle: bool
) -> Misfit:
    """Return what to say of a number that another assistant has, of which the sheet may know."""
    if change is not None and not (change.takes_calls and change.after(FIELD) == number):
        message = f"{words} still rings at assistant {holder}, which gives it up in this sheet"
        remedy = f"give it up first, with the setting only={holder}, where the server refuses this row"
        if in_circle:  # none of them can be the first
            remedy = (
                f"where the server refuses this row, write null for assistant {holder} in a sheet of its own, "
                "apply that, and then this one"
            )
        fault = Fault("X274", message, str(number), remedy=remedy, severity=Severity.WARNING)
        return _number_misfit(number, subject, fault, also=change.change.indexes)
    message = f"{words} rings at assistant {holder}"
    return _number_misfit(number, subject, Fault("X274", message, str(number), remedy=_FREE))


def _number_misfit(
    number: int, subject: Subject, fault: Fault, *, by_list: bool = False, also: tuple[int, ...] = ()
) -> Misfit:
    catalogs = (Catalog.PHONE_NUMBERS,) if by_list else ()
    return Misfit(subject, Reference(FIELD, (), number), fault, catalogs, also)
