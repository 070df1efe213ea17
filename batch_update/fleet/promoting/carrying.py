"""Carries what an assistant holds from one account to another, with the ids that the other has. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from batch_update.fields.facts import all_fields
from batch_update.fields.references import IN_TOOLS, MODELS_OF_MODES, catalogs_of, references
from batch_update.fields.tools import has_secret
from batch_update.fleet.promoting.namesakes import Namesakes
from batch_update.model.choices import Catalog, Choice, Choices
from batch_update.model.plans import Present
from batch_update.model.promotions import Carried, Lack, OwnWords
from batch_update.model.sheets import Json, picked
from batch_update.plan.naming.spellings import folded
from batch_update.plan.stating import Statement

OF_EACH_ACCOUNT = (
    "name",
    "phone_number_id",
    "variables",
    "is_webhook_active",
    "webhook_url",
    "conversation_ended_webhook_url",
)
"""Fields that are carried over only where they are asked for: they say who is called, and where things are sent."""


_TELLING = 4
"""Letters from which on a value is no word that stands anywhere."""


@dataclass(frozen=True, slots=True)
class Original:
    """The source: its chosen assistants, what may be chosen there, and the fields that are carried over."""

    account: str
    assistants: Mapping[int, Present]
    """those that are carried over, by id"""
    choices: Choices
    """its lists, that of its assistants included"""
    fields: tuple[str, ...]

    def catalogs(self) -> set[Catalog]:
        """Return the lists that tell what the ids of its assistants are called, and what to look for in a target."""
        bodies = (picked(now, self.fields) for now in self.assistants.values())
        found = {catalog for body in bodies for one in references(body) for catalog in one.catalogs}
        return found | {Catalog.ASSISTANTS} | ({Catalog.LANGUAGES} if Catalog.VOICES in found else set())

    def name_of(self, number: int) -> str:
        """Return what an assistant of the source is called."""
        return str(self.assistants[number].get("name") or number)


def fields_to_carry(present: Iterable[Present], chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the fields that are chosen; where none are, all that are reported and not each account's own."""
    if chosen:
        return tuple(chosen)
    carried = {name for now in present for name in now}
    return tuple(name for name in all_fields() if name in carried and name not in OF_EACH_ACCOUNT)


def unreported(present: Iterable[Present], chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the fields that are wanted, and that the API does not tell of: nobody can say what they hold."""
    carried = {name for now in present for name in now}
    wanted = chosen or [name for name in all_fields() if name not in OF_EACH_ACCOUNT]
    return tuple(name for name in wanted if name not in carried)


def own_words(original: Original) -> tuple[OwnWords, ...]:
    """Return the values of variables that texts of the source spell out, where a placeholder would say each account's.

    Nothing is changed in the texts.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for number, now in original.assistants.items():
        texts = [text for text in picked(now, original.fields).values() if isinstance(text, str)]
        variables = now.get("variables")
        for name, value in variables.items() if isinstance(variables, dict) else ():
            if isinstance(value, str) and len(value) >= _TELLING and any(value in text for text in texts):
                found.setdefault((name, value), []).append(original.name_of(number))
    return tuple(OwnWords(name, value, tuple(those)) for (name, value), those in sorted(found.items()))


def candidates(original: Original, target: Choices) -> tuple[Carried, ...]:
    """Return how each chosen assistant of the source stands in a target, whose lists these are."""
    carrier = _Carrier(original, target)
    return tuple(carrier.candidate(number) for number in sorted(original.assistants))


class _Carrier:
    """Says in ids of one target what the source says in its own."""

    def __init__(self, original: Original, target: Choices) -> None:
        self._original = original
        self._target = target
        self._namesakes = Namesakes(original.choices, target)
        self._names = Counter(folded(original.name_of(number)) for number in original.assistants)
        self._statement = Statement(original.fields, with_secrets=False)

    def candidate(self, number: int) -> Carried:
        """Return how an assistant of the source stands in the target."""
        lacks: list[Lack] = []
        name, present = self._original.name_of(number), self._original.assistants[number]
        twin = self._id_here((Catalog.ASSISTANTS,), number, lacks)
        if (count := self._names[folded(name)]) > 1:
            why = f"{self._original.account} has {count} of this name"
            lacks.append(Lack(Catalog.ASSISTANTS, name, why=why))
        mode = str(present.get("mode", ""))
        there = {
            field: self._said_here(field, value, mode, lacks)
            for field, value in present.items()
            if mode in all_fields()[field].modes  # what the mode does not have is nothing to be carried over
        }
        secrets = tuple(field for field in self._original.fields if has_secret(present.get(field)))
        if twin is None or lacks:
            return Carried(name, number, twin, tuple(dict.fromkeys(lacks)), secrets=secrets)
        cells, left = self._statement.row(twin, there)
        return Carried(name, number, twin, cells=cells, left=left, secrets=secrets)

    def _said_here(self, field: str, value: Json, mode: str, lacks: list[Lack]) -> Json:
        """Return the value with ids of the target; what it lacks is added to the list."""
        if field not in self._original.fields or value is None:
            return value
        if field == "tools" and isinstance(value, list):
            return [self._tool(tool, lacks) for tool in value]
        catalogs = _catalogs_in(field, mode)
        if not catalogs:
            return value
        if isinstance(value, list):
            return [self._or_itself(catalogs, one, lacks) for one in value]
        return self._or_itself(catalogs, value, lacks)

    def _tool(self, tool: Json, lacks: list[Lack]) -> Json:
        if not isinstance(tool, dict):
            return tool
        inside: dict[str, Any] = dict(tool)
        for (kind, setting), catalog in IN_TOOLS.items():
            if tool.get("type") == kind and setting in tool:
                inside[setting] = self._or_itself((catalog,), tool[setting], lacks)
        return inside

    def _or_itself(self, catalogs: tuple[Catalog, ...], value: Json, lacks: list[Lack]) -> Json:
        if type(value) is not int:
            return value
        found = self._id_here(catalogs, value, lacks)
        return value if found is None else found

    def _id_here(self, catalogs: tuple[Catalog, ...], number: int, lacks: list[Lack]) -> int | None:
        """Return the id that the target has for one of the source; None, with what is lacking, where it has none."""
        for catalog in catalogs:
            choice = self._original.choices.find(catalog, number)
            if choice is not None:
                return self._only(catalog, choice, lacks)
        catalog = catalogs[0]
        why = self._original.choices.unknown.get(catalog) or f"{self._original.account} itself has none"
        lacks.append(Lack(catalog, str(number), why=why))
        return None

    def _only(self, catalog: Catalog, choice: Choice, lacks: list[Lack]) -> int | None:
        found = self._namesakes.of(catalog, choice)
        if len(found) == 1:
            return found[0].id
        lacks.append(Lack(catalog, choice.name, len(found), self._target.unknown.get(catalog, "")))
        return None


def _catalogs_in(field: str, mode: str) -> tuple[Catalog, ...]:
    """Return the lists that the ids of a field come from; where several may, the mode decides."""
    catalogs = catalogs_of(field)
    return (MODELS_OF_MODES[mode],) if len(catalogs) > 1 and mode in MODELS_OF_MODES else catalogs
