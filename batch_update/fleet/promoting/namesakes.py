"""Finds what has the same name in another account. Pure.

Names are compared as everywhere: without regard to case, spaces and Unicode form, and never by likeness.
"""

from __future__ import annotations

from collections import defaultdict

from batch_update.model.choices import Catalog, Choice, Choices
from batch_update.plan.naming.spellings import dialed_as, folded


class Namesakes:
    """The voices, tools and all else that a target account has, looked up by their names."""

    def __init__(self, source: Choices, target: Choices) -> None:
        self._source = source
        self._target = target
        self._by_name: dict[Catalog, dict[str, list[Choice]]] = {}

    def of(self, catalog: Catalog, choice: Choice) -> tuple[Choice, ...]:
        """Return the entries of the target that are called as this one of the source is: of voices, those of its
        language.

        Among several the one that has its id, too, is meant: the platform's own are the same for all accounts.
        """
        found = self._called(catalog, _name_key(catalog, choice))
        if catalog is Catalog.VOICES and choice.language_id is not None:
            spoken = _language(self._source, choice)
            found = [one for one in found if _language(self._target, one) == spoken]
        same = [one for one in found if one.id == choice.id]
        return tuple(same if len(found) > 1 and same else found)

    def _called(self, catalog: Catalog, key: str) -> list[Choice]:
        if catalog not in self._by_name:
            named: dict[str, list[Choice]] = defaultdict(list)
            for one in self._target.lists.get(catalog, ()):
                named[_name_key(catalog, one)].append(one)
            self._by_name[catalog] = named
        return self._by_name[catalog].get(key, []) if key else []


def _name_key(catalog: Catalog, choice: Choice) -> str:
    return dialed_as(choice.name).digits if catalog is Catalog.PHONE_NUMBERS else folded(choice.name)


def _language(choices: Choices, voice: Choice) -> str:
    """Return what the language of a voice is called; its id where that is not known."""
    language = choices.find(Catalog.LANGUAGES, voice.language_id)
    return folded(language.name) if language is not None else str(voice.language_id or "")
