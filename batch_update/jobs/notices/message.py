"""The message of a run: a subject and a plain text, in English or German, that no chat reads as anything else."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from batch_update.codes import remedy_of
from batch_update.jobs.notices.harmless import harmless
from batch_update.jobs.notices.occasions import has_recovered
from batch_update.jobs.record.job_run import Ending, JobRun
from batch_update.model.plans import Status
from batch_update.report.headline.both_languages import Phrase, thousands
from batch_update.report.headline.ends import ROW_ENDS
from batch_update.report.messages import without_any_secret
from batch_update.report.page.page_words import NEXT
from batch_update.settings.locales import Language
from batch_update.text import local_time, printable

Kind = Literal["info", "success", "warning", "failure"]
"""Decides the color or the sign of a message, where it has one."""
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Message:
    """A notice as it is sent."""

    subject: str
    body: str
    kind: Kind


_VERDICTS: dict[Ending, tuple[Kind, Phrase]] = {
    Ending.SUCCESS: ("success", Phrase("done", "erledigt")),
    Ending.UNCHANGED: ("info", Phrase("nothing had to be changed", "nichts war zu ändern")),
    Ending.NOTHING: ("info", Phrase("nothing to do", "nichts zu tun")),
    Ending.DRIFT: ("warning", Phrase("something differs from the sheet", "etwas weicht von der Tabelle ab")),
    Ending.CONFLICT: ("warning", Phrase("rows in conflict", "Zeilen im Konflikt")),
    Ending.GUARD: ("warning", Phrase("stopped by a guard", "von einer Sicherung angehalten")),
    Ending.FAILURE: ("failure", Phrase("failed", "fehlgeschlagen")),
}
_RECOVERED = Phrase("well again", "wieder in Ordnung")
_ROWS = Phrase("Rows", "Zeilen")
_FIRST = Phrase("First rows that failed", "Erste Zeilen, die nicht gelangen")
_WHY = Phrase("Why", "Grund")
_TO_DO = Phrase("What to do", "Was zu tun ist")
_FOLDER = Phrase("Folder", "Ordner")
_STATUS = Phrase("Exit status", "Exit-Status")
_MACHINE = Phrase("Machine", "Rechner")
_NOT_ATTACHED = Phrase("Not attached, since it is too large", "Nicht angehängt, weil zu groß")
_TEST = Phrase("test notice", "Probe-Nachricht")
_TEST_BODY = Phrase(
    "This is how notices of this job arrive. Nothing was run.",
    "So kommen Nachrichten über diesen Job an. Es lief nichts.",
)


def notice_of(
    job_run: JobRun,
    before: JobRun | None,
    *,
    language: Language,
    advice: Sequence[tuple[str, str]] = (),
    unattached: Sequence[str] = (),
) -> Message:
    """Return what is told of a run.

    `advice`: commands that make sense now, each behind what it is for; `unattached`: files that are too large.
    """
    kind, verdict = _VERDICTS[job_run.ending]
    if has_recovered(job_run, before):
        kind, verdict = "success", _RECOVERED
    parts = [
        _head(job_run),
        *_counts_and_cause(job_run, language),
        *_failures(job_run, language),
        *_to_do(job_run, advice, language),
        *_where(job_run, unattached, language),
    ]
    return Message(_subject(job_run.job, verdict, language), "\n".join(parts) + "\n", kind)


def notice_of_test(name: str, *, language: Language) -> Message:
    """Return the message that shows how notices of a job arrive."""
    body = f"{_TEST_BODY.said(language)}\n{_MACHINE.said(language)}: {harmless(platform.node())}\n"
    return Message(_subject(name, _TEST, language), body, "info")


def counts_said(counts: Mapping[Status, int], language: Language) -> str:
    """`117 updated, 1 failed`, in the order of the table of ends."""
    told = ((counts.get(status, 0), words) for status, words in ROW_ENDS.items())
    return ", ".join(
        f"{thousands(number).said(language)} {words.said(language)}" for number, words in told if number
    )


def _subject(name: str, verdict: Phrase, language: Language) -> str:
    return f"batch-update {harmless(name, _LONGEST_NAME)}: {verdict.said(language)}"


def _head(job_run: JobRun) -> str:
    return f"{local_time(job_run.began)}  {harmless(job_run.job, _LONGEST_NAME)}: {_unsecret(job_run.line)}"


def _counts_and_cause(job_run: JobRun, language: Language) -> Iterator[str]:
    if counts := counts_said(job_run.counts, language):
        yield f"{_ROWS.said(language)}: {counts}"
    yield f"{_STATUS.said(language)}: {int(job_run.exit)}"
    if job_run.code or job_run.message:
        yield f"{_WHY.said(language)}: {_unsecret(' '.join(filter(None, (job_run.code, job_run.message))))}"


def _failures(job_run: JobRun, language: Language) -> Iterator[str]:
    if job_run.failures:
        yield f"\n{_FIRST.said(language)}:"
        yield from (f"- {_unsecret(line)}" for line in job_run.failures)


def _to_do(job_run: JobRun, advice: Sequence[tuple[str, str]], language: Language) -> Iterator[str]:
    """Yield the commands that can be pasted as they stand. One that a chat would read otherwise would be another."""
    told = [f"- {harmless(remedy)}"] if (remedy := remedy_of(job_run.code)) else []
    for purpose, command in advice:
        if _is_harmless(command) and purpose in NEXT:
            told.append(f"- {NEXT[purpose].said(language)}:\n  {command}")
    if told:
        yield f"\n{_TO_DO.said(language)}:"
        yield from told


def _unsecret(text: str) -> str:
    """Return what a sheet or a server said without secrets that can be told by their form: a chat has many readers."""
    return harmless(without_any_secret(text))


def _is_harmless(command: str) -> bool:
    """Whether a command stays as it is. An address in it is the server's, from the settings: no file is called so."""
    words = command.replace("://", "")
    return words == printable(words) == harmless(words, len(words))


def _where(job_run: JobRun, unattached: Sequence[str], language: Language) -> Iterator[str]:
    yield ""
    yield from (f"{_FOLDER.said(language)}: {harmless(str(folder))}" for folder in job_run.folders)
    if unattached:
        yield f"{_NOT_ATTACHED.said(language)}: {harmless(', '.join(unattached))}"
    yield f"{_MACHINE.said(language)}: {harmless(platform.node())}"
