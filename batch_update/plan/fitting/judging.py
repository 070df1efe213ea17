"""Whether the ids of a plan are ones of the account, and fit the assistants that get them. Pure.

Certain is what the account's lists tell: a list that is not known forbids nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from batch_update.check.fault import Fault
from batch_update.fields.references import Reference
from batch_update.model.choices import OF_LANGUAGES, Catalog, Choice, Choices
from batch_update.model.plans import Present
from batch_update.model.sheets import Severity
from batch_update.plan.fitting.misfit import Misfit, entry_words, list_command, spoken_as
from batch_update.plan.fitting.phone_numbers import number_misfits
from batch_update.plan.fitting.subjects import Subject
from batch_update.text import asked, either, nearest


def misfits(subjects: Sequence[Subject], present: Mapping[int, Present], choices: Choices) -> list[Misfit]:
    """Return all that is wrong with the new ids of these changes.

    `present`: the assistants that were read, those too that tools of the changes name, where there are such.
    """
    found = [misfit for subject in subjects for misfit in _of_subject(subject, present, choices)]
    found += [misfit for subject in subjects for misfit in _of_kept(subject, choices)]
    return [*found, *number_misfits(subjects, present, choices)]


def _of_subject(subject: Subject, present: Mapping[int, Present], choices: Choices) -> Iterator[Misfit]:
    for reference in subject.new:
        if reference.catalogs == (Catalog.ASSISTANTS,):
            if reference.id not in present:
                yield Misfit(subject, reference, _missing_assistant(reference))
            continue
        wanted = subject.catalogs(reference)
        found = [one for one in (*wanted, *reference.catalogs) if reference.id in choices.by_id(one)]
        if found:
            for fault in _unfit(subject, reference, found[0], choices):
                yield Misfit(subject, reference, fault, wanted)
        elif all(catalog in choices for catalog in wanted):
            yield Misfit(subject, reference, _not_listed(subject, reference, choices), wanted)


def _of_kept(subject: Subject, choices: Choices) -> Iterator[Misfit]:
    """Yield a warning of what an assistant has, and keeps although its new mode or language asks for another."""
    for reference in subject.kept():
        choice = choices.find(Catalog.VOICES, reference.id)
        fault = None if choice is None else _kept_in_vain(subject, reference, choice, choices)
        if fault is not None:
            yield Misfit(subject, reference, fault, (Catalog.VOICES,))
            return  # what does not fit the mode will go, whatever it speaks


# ---------------------------------------------------------------- is it there?


def _not_listed(subject: Subject, reference: Reference, choices: Choices) -> Fault:
    catalogs = subject.catalogs(reference)
    ids = {str(number): number for catalog in catalogs for number in choices.by_id(catalog)}
    close = nearest(str(reference.id), {text: text for text in ids})
    guess = next(
        (choices.by_id(c)[ids[close]] for c in catalogs if close and ids[close] in choices.by_id(c)), None
    )
    proposal = f"{asked(f'{guess.id} ({guess.name})')} " if guess else ""
    message = f"the account has no {either([catalog.noun for catalog in catalogs])} {reference.id}"
    return Fault(
        "X271", message, str(reference.id), remedy=f"{proposal}what there is: {list_command(catalogs[0])}"
    )


def _missing_assistant(reference: Reference) -> Fault:
    message = f"a tool transfers calls to assistant {reference.id}, who is not on the account"
    remedy = f"what there is: {list_command(Catalog.ASSISTANTS)}"
    return Fault("X271", message, str(reference.id), remedy=remedy)


# ---------------------------------------------------------------- does it fit?


def _unfit(subject: Subject, reference: Reference, catalog: Catalog, choices: Choices) -> Iterator[Fault]:
    """Yield what is wrong with an entry that there is, for this assistant: the mode first, then the language."""
    choice, wanted = choices.by_id(catalog)[reference.id], subject.catalogs(reference)
    if catalog not in wanted and wanted[0] in choices:
        yield _not_for_mode(subject, catalog, choice, catalog.removesuffix("-models"), wanted[0])
    elif subject.mode is not None and not choice.fits(subject.mode):
        yield _not_for_mode(subject, catalog, choice, either(choice.modes), catalog)
    elif fault := _other_language(subject, reference, catalog, choice, choices):
        yield fault


def _kept_in_vain(subject: Subject, reference: Reference, choice: Choice, choices: Choices) -> Fault | None:
    """Return a warning where a voice that is kept does not fit the mode, or the language, that changes."""
    if reference.field == "language_id":
        return _other_language(subject, reference, Catalog.VOICES, choice, choices)
    if subject.mode is None or choice.fits(subject.mode):
        return None
    message = (
        f"{entry_words(Catalog.VOICES, choice)}, which the assistant keeps, is not for mode {subject.mode}, only for "
        f"{either(choice.modes)}: the server refuses the row, or gives the assistant another one"
    )
    remedy = _what_fits(subject, Catalog.VOICES)
    return Fault("X272", message, str(choice.id), remedy=remedy, severity=Severity.WARNING)


def _not_for_mode(subject: Subject, catalog: Catalog, choice: Choice, modes: str, better: Catalog) -> Fault:
    message = f"{entry_words(catalog, choice)} is not for mode {subject.mode}, only for {modes}"
    return Fault("X272", message, str(choice.id), remedy=_what_fits(subject, better))


def _what_fits(subject: Subject, catalog: Catalog) -> str:
    """Return the command that lists what an assistant can have."""
    if catalog not in (Catalog.VOICES, *OF_LANGUAGES):
        return f"what fits: {list_command(catalog)}"
    mode = f"the option mode={subject.mode}" if subject.mode and catalog is Catalog.VOICES else ""
    language = subject.after("language_id")
    spoken = f"the option language={language}" if isinstance(language, int) else ""
    return f"what fits: {list_command(catalog, mode, spoken)}"


def _other_language(
    subject: Subject, reference: Reference, catalog: Catalog, choice: Choice, choices: Choices
) -> Fault | None:
    """Return a warning about a voice or provider of another language: the server takes it, and callers notice."""
    language = subject.after("language_id")
    if not isinstance(language, int) or not _is_other(subject, catalog, choice, language, choices):
        return None
    words = f"{entry_words(catalog, choice)} is not for {spoken_as(choices, language)}, which the assistant speaks"
    if catalog is Catalog.VOICES:
        own = spoken_as(choices, choice.language_id or 0)
        words = (
            f"{entry_words(catalog, choice)} speaks {own}, and the assistant {spoken_as(choices, language)}"
        )
    remedy = _what_fits(subject, catalog)
    return Fault("X273", words, str(reference.id), remedy=remedy, severity=Severity.WARNING)


def _is_other(subject: Subject, catalog: Catalog, choice: Choice, language: int, choices: Choices) -> bool:
    if catalog in OF_LANGUAGES:
        speaking = choices.in_language.get((catalog, language))
        return speaking is not None and choice.id not in speaking
    if catalog is not Catalog.VOICES or choice.language_id in (None, language):
        return False
    return choice.language_id not in (subject.after("secondary_language_ids") or ())
