"""A change beside what its assistant holds: what it will be afterwards, and which ids are new to it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from batch_update.fields.references import MODELS_OF_MODES, Reference, references, referring_fields
from batch_update.model.choices import OF_LANGUAGES, Catalog
from batch_update.model.plans import Change, Present
from batch_update.model.sheets import Json


@dataclass(frozen=True, slots=True)
class Subject:
    """An assistant as it will be once a change is sent, as far as that is known."""

    change: Change
    now: Present
    new: tuple[Reference, ...]
    """the ids that it does not hold yet"""

    def after(self, name: str) -> Json:
        """Return what a field will hold; None where that is not known, or nothing."""
        return self.change.body.get(name, self.now.get(name))

    @property
    def mode(self) -> str | None:
        """Return the mode that it will be in; None where it is not known, or none that this program knows."""
        mode = self.after("mode")
        return mode if mode in MODELS_OF_MODES else None

    @property
    def takes_calls(self) -> bool:
        return bool(self.after("type") == "inbound")

    def kept(self) -> list[Reference]:
        """Return the voice that it has and keeps, once for each field of its change that may ask for another one."""
        number = self.now.get("voice_id")
        if "voice_id" in self.change.body or not isinstance(number, int):
            return []
        return [Reference(name, (), number) for name in ("mode", "language_id") if name in self.change.body]

    def catalogs(self, reference: Reference) -> tuple[Catalog, ...]:
        """Return the lists that an id has to come from: of the models, those of the mode alone."""
        of_mode = MODELS_OF_MODES.get(self.mode or "")
        return (of_mode,) if of_mode in reference.catalogs else reference.catalogs


def subjects_of(changes: Iterable[Change], present: Mapping[int, Present]) -> list[Subject]:
    """Return the changes that may be about ids, beside what their assistants hold.

    An id that is there already is nobody's to complain of.
    """
    found, deciding = [], referring_fields() | {"type", "mode"}
    for change in changes:
        if deciding.isdisjoint(change.body):
            continue
        now = present.get(change.assistant_id, {})
        held = {
            (one.field, one.path, one.id) for one in references({n: now[n] for n in change.body if n in now})
        }
        new = (one for one in references(change.body) if (one.field, one.path, one.id) not in held)
        found.append(Subject(change, now, tuple(new)))
    return found


@dataclass(slots=True)
class Needed:
    """The lists that have to be looked up to judge the ids of some changes."""

    catalogs: set[Catalog] = field(default_factory=set)
    languages: set[int] = field(default_factory=set)
    """of which it has to be known which providers speak them"""

    def but(self, known: Collection[Catalog]) -> set[Catalog]:
        return self.catalogs - set(known)


def lists_needed(subjects: Iterable[Subject]) -> Needed:
    """Return which lists it takes: those of new ids. Assistants are told by the list of them, which was read."""
    needed = Needed()
    for subject in subjects:
        for catalog in _catalogs_for(subject):
            needed.catalogs.add(catalog)
            language = subject.after("language_id")
            if catalog in OF_LANGUAGES and isinstance(language, int):
                needed.languages.add(language)
    return needed


def _catalogs_for(subject: Subject) -> Iterator[Catalog]:
    for reference in subject.new:
        yield from (c for c in subject.catalogs(reference) if c is not Catalog.ASSISTANTS)
    if subject.kept():
        yield Catalog.VOICES
    if takes_a_number(subject):
        yield Catalog.PHONE_NUMBERS


def takes_a_number(subject: Subject) -> bool:
    """Whether it will be an inbound assistant with a number that it did not answer before."""
    has_number = isinstance(subject.after("phone_number_id"), int)
    return (
        subject.takes_calls and has_number and not {"phone_number_id", "type"}.isdisjoint(subject.change.body)
    )
