"""Names in place of ids: the id that each stands for on an account, or why it stands for none. Pure.

Names are compared without regard to case, spaces and Unicode form, and never by likeness: what is merely near is
proposed, and never taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from batch_update.check.fault import Fault
from batch_update.check.settled_names import Names
from batch_update.fields.references import references
from batch_update.fields.tools import shown
from batch_update.model.choices import Catalog, Choice, Choices
from batch_update.model.named import NamedChoice
from batch_update.model.plans import Plan
from batch_update.plan.naming.languages import names_of_language, translated
from batch_update.plan.naming.origin import Origin
from batch_update.plan.naming.spellings import Beside, dialed_as, folded, in_country, readings
from batch_update.text import asked, counted, either, nearest, quoted

UNKNOWN_ORIGIN = Origin()
MOST_CANDIDATES = 5
"""Entries that a message proposes."""
MOST_PROPOSED_FOR = 50
"""Unknown names for which something near is looked for: with more of them, it is not the names that are wrong."""
MOST_COMPARED = 50_000
"""Names that unknown ones are held against to find a slip, all in all: about a second's work."""
_CODED = frozenset(
    {
        Catalog.LANGUAGES,
        Catalog.LLM_MODELS,
        Catalog.MULTIMODAL_MODELS,
        Catalog.DUALPLEX_MODELS,
        Catalog.SYNTHESIZERS,
        Catalog.TRANSCRIBERS,
    }
)
"""Lists whose entries can be named by their codes, too."""


def catalogs_to_look_up(names: Iterable[NamedChoice]) -> set[Catalog]:
    """Return the lists that say what these names stand for."""
    return set(with_languages(catalog for name in names for catalog in name.catalogs))


def with_languages(catalogs: Iterable[Catalog]) -> list[Catalog]:
    """Return these lists, each once; with voices the languages, by which they are told apart."""
    found = list(dict.fromkeys(catalogs))
    return (
        [*found, Catalog.LANGUAGES] if Catalog.VOICES in found and Catalog.LANGUAGES not in found else found
    )


def ids_of(names: Iterable[NamedChoice], choices: Choices, origin: Origin = UNKNOWN_ORIGIN) -> Names:
    """Return the id that each name stands for, or the fault that it is.

    `origin`: whose ids stand beside names. Where they are another account's, the names alone count; where an assistant
    was exported from here, its id counts, whatever it is called by now.
    """
    wanted = sorted(names, key=lambda name: (name.catalogs, name.text))
    lists = {catalogs: _Lists(catalogs, choices) for catalogs in {name.catalogs for name in wanted}}
    return {name: lists[name.catalogs].find(name.text, origin) for name in wanted}


def called_in(plan: Plan, choices: Choices) -> Mapping[Catalog, Mapping[int, str]]:
    """Return what the account calls the ids that a plan takes away and sets, as far as its lists are known."""
    bodies = [body for change in plan.changes for body in (change.before, change.body)]
    held = chain(*(one.conflicts for one in plan.settled.values()), *(change.held for change in plan.changes))
    bodies += ({one.field: value} for one in held for value in (one.planned, one.wanted, one.now))
    wanted = {(catalog, one.id) for body in bodies for one in references(body) for catalog in one.catalogs}
    called: dict[Catalog, dict[int, str]] = {}
    for catalog, number in sorted(wanted):
        if (choice := choices.find(catalog, number)) is not None and choice.name:
            called.setdefault(catalog, {})[number] = choice.name
    return called


def label_of(catalog: Catalog, choice: Choice, choices: Choices) -> str:
    """Return a cell that stands for this entry and for no other: `533 – Clara (de)`."""
    language = choices.find(Catalog.LANGUAGES, choice.language_id) if catalog is Catalog.VOICES else None
    tail = f" ({language.code})" if language is not None and language.code else ""
    return f"{choice.id} – {choice.name}{tail}"


@dataclass(slots=True)
class _Lists:
    """The entries that a name may stand for, by what they may be called."""

    catalogs: tuple[Catalog, ...]
    choices: Choices
    proposed_for: int = 0
    compared: int = 0
    by_id: dict[int, Choice] = field(default_factory=dict)
    by_name: dict[str, list[Choice]] = field(default_factory=dict)
    by_code: dict[str, list[Choice]] = field(default_factory=dict)
    by_tongue: dict[str, list[Choice]] = field(default_factory=dict)
    """languages, by what they are called in English and German"""
    by_rest: dict[str, list[Choice]] = field(default_factory=dict)
    """phone numbers, by what is dialed within their country"""

    def __post_init__(self) -> None:
        for catalog in self.catalogs:
            for choice in self.choices.lists.get(catalog, ()):
                if self.by_id.setdefault(choice.id, choice) is choice:
                    self._file(catalog, choice)

    def _file(self, catalog: Catalog, choice: Choice) -> None:
        if catalog is Catalog.PHONE_NUMBERS:
            number = dialed_as(choice.name).digits
            self.by_name.setdefault(number, []).append(choice)
            for rest in in_country(number):
                self.by_rest.setdefault(rest, []).append(choice)
            return
        self.by_name.setdefault(folded(choice.name), []).append(choice)
        if catalog in _CODED and choice.code:
            self.by_code.setdefault(folded(choice.code), []).append(choice)
        for name in translated(choice.code) if catalog is Catalog.LANGUAGES else ():
            self.by_tongue.setdefault(folded(name), []).append(choice)

    # ------------------------------------------------------------ finding

    def find(self, text: str, origin: Origin) -> int | Fault:
        """Return the id of the one entry that this text stands for, or why there is not one."""
        for catalog in self.catalogs:
            if catalog in self.choices.unknown:
                return _not_looked_up(catalog, text, self.choices.unknown[catalog])
        is_foreign = origin.is_foreign
        if (
            text.isdigit() and int(text) in self.by_id and not is_foreign
        ):  # digits are an id, where there is one
            return int(text)
        beside = [one for one in readings(text) if one.id is not None]
        if self.catalogs == (Catalog.ASSISTANTS,):
            for one in beside:
                if one.id in origin.assistants and one.id in self.by_id:
                    return one.id
        found = {choice.id: choice for choice in self._called(text)}
        for one in beside:
            here = self._called(one.name) if is_foreign else filter(None, [self._beside(one)])
            found |= {choice.id: choice for choice in here}
        if not found and beside and not is_foreign:
            return self._disagreement(text, beside[0])
        return self._verdict(text, list(found.values()))

    def _beside(self, one: Beside) -> Choice | None:
        """Return the entry of an id, where the name beside it is its own."""
        choice = self.by_id.get(one.id or 0)
        return choice if choice is not None and choice in self._called(one.name) else None

    def _called(self, text: str) -> list[Choice]:
        """Return the entries of this name; `Clara (de)` are those of the name Clara that are for de."""
        if exact := self._by_any_name(text):
            return exact
        for one in readings(text):
            if one.id is None and (found := self._by_any_name(one.name)):
                return [choice for choice in found if self._is_described(choice, one.note)]
        return []

    def _by_any_name(self, text: str) -> list[Choice]:
        if self.catalogs == (Catalog.PHONE_NUMBERS,):
            dialed = dialed_as(text)
            return (self.by_name if dialed.is_whole else self.by_rest).get(dialed.digits, [])
        key = folded(text)
        return self.by_name.get(key) or self.by_code.get(key) or self.by_tongue.get(key) or []

    def _is_described(self, choice: Choice, note: str) -> bool:
        """Whether what stands in brackets after a name is said of this entry: its language, its code or a mode."""
        language = self.choices.find(Catalog.LANGUAGES, choice.language_id)
        said = [choice.code, *choice.modes, *(names_of_language(language) if language else ())]
        return folded(note) in {folded(word) for word in said if word}

    # ------------------------------------------------------------ what is wrong

    def _verdict(self, text: str, found: Sequence[Choice]) -> int | Fault:
        if len(found) == 1:
            return found[0].id
        return self._several(text, found) if found else self._none(text)

    @property
    def _noun(self) -> str:
        return self.catalogs[0].noun if len(self.catalogs) == 1 else "model"

    def _none(self, text: str) -> Fault:
        words = f"no {self._noun} of the account is called {shown(text)}"
        near = self._near(text)
        guess = asked(either([self._label(choice) for choice in near])) if near else ""
        return Fault("C111", words, shown(text), remedy=" ".join(filter(None, (guess, self._lister()))))

    def _several(self, text: str, found: Sequence[Choice]) -> Fault:
        words = f"{counted(len(found), self._noun)} of the account are called {shown(text)}"
        labels = [self._label(choice) for choice in found[:MOST_CANDIDATES]]
        more = f" (and {len(found) - MOST_CANDIDATES} more)" if len(found) > MOST_CANDIDATES else ""
        return Fault("C131", words, shown(text), remedy=f"write {either(labels)}{more}. {self._lister(text)}")

    def _disagreement(self, text: str, one: Beside) -> Fault:
        """Return what is wrong with `412 – Clara`, where 412 is not there or is called otherwise."""
        here, called = self.by_id.get(one.id or 0), self._called(one.name)
        is_what = f"is called {shown(here.name)}" if here else "is not on the account"
        words = f"{self._noun} {one.id} {is_what}, and the cell says {shown(one.name)}"
        labels = [self._label(choice) for choice in (*([here] if here else []), *called)][:MOST_CANDIDATES]
        remedy = f"write {either(labels)}" if labels else self._lister()
        return Fault("C132", words, shown(text), remedy=remedy)

    def _label(self, choice: Choice) -> str:
        catalog = next(catalog for catalog in self.catalogs if choice in self.choices.lists.get(catalog, ()))
        return label_of(catalog, choice, self.choices)

    def _lister(self, text: str = "") -> str:
        """Return which command lists what there is; with a text, only that which has it in its name."""
        name = next((one.name for one in readings(text)), text)
        search = f" the option search={quoted(shown(name))}" if text else ""
        commands = (f"`batch-update choices {catalog}{search}`" for catalog in self.catalogs)
        return f"{either(list(commands))} lists what there is"

    def _near(self, text: str) -> list[Choice]:
        """Return the few entries whose names are near this one, or hold it."""
        self.proposed_for += 1
        key = folded(text)
        if self.proposed_for > MOST_PROPOSED_FOR or not key:
            return []
        if described := [choice for one in readings(text) for choice in self._by_any_name(one.name)]:
            return described[:MOST_CANDIDATES]
        if self.catalogs == (Catalog.LANGUAGES,) and (
            spoken := self.by_code.get(folded(re.split("[-_]", text)[0]))
        ):
            return spoken[:MOST_CANDIDATES]
        self.compared += len(self.by_name)
        if self.compared <= MOST_COMPARED and (close := nearest(key, {name: name for name in self.by_name})):
            return self.by_name[close][:MOST_CANDIDATES]
        holding = [choice for name, found in self.by_name.items() if key in name for choice in found]
        return holding if len(holding) <= MOST_CANDIDATES else []


def _not_looked_up(catalog: Catalog, text: str, why: str) -> Fault:
    words = f"{shown(text)} could not be looked up, since the account's list of {catalog.noun}s could not be had: {why}"
    return Fault("C133", words, shown(text))
