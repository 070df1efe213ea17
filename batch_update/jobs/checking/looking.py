"""A job looked at before its night: its file, its sheets as they are now, and on wish what they would do online."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from batch_update.api.keys import ApiKey
from batch_update.check.checking import Checked, check_sheet
from batch_update.errors import BatchUpdateError
from batch_update.jobs.checking.foreseeing import night_findings, night_key
from batch_update.jobs.checking.night_finding import Finding, findings_of, worst_of_checks
from batch_update.jobs.definition.job_file import Job, load_job
from batch_update.jobs.definition.sheet_address import is_address, shown_address
from batch_update.jobs.input.picking import choose, require_archive_of
from batch_update.jobs.input.taken import TakenSheet
from batch_update.model.plans import Plan, Tripped
from batch_update.model.reports import Exit
from batch_update.model.sheets import Severity
from batch_update.plan.saving import read_plan
from batch_update.run.planning import begin_plan
from batch_update.run.steps.means import Means
from batch_update.settings.layers import read_settings
from batch_update.settings.refusals import job_key
from batch_update.settings.tunables import Settings
from batch_update.sheet.opening import STDIN, opened
from batch_update.sheet.reading import read_sheet, reading_of
from batch_update.text import counted, printable


@dataclass(frozen=True, slots=True)
class LookedAt:
    """The findings of a look at a job, and a note of its work."""

    findings: tuple[Finding, ...]
    note: str
    """what a run would do now; "" where that is not known"""
    settings: Settings
    """as they would count"""

    @property
    def exit(self) -> Exit:
        return worst_of_checks(finding.exit for finding in self.findings)


async def look_at_job(
    path: Path, environ: Mapping[str, str] = os.environ, *, online: bool = False
) -> LookedAt:
    """Return what is wrong or odd with a job now. Nothing is sent.

    `online`: look, too, what is there, as a plan does; at a sandbox that is done in any case.
    """
    try:
        job = load_job(path)
        settings = read_settings(job.given, environ=environ)
    except BatchUpdateError as error:
        return LookedAt(tuple(findings_of(error)), "", Settings())
    found = list(night_findings(job, settings, environ))
    key, about_key = night_key(job, settings, environ)
    found += about_key
    has_key = settings.sandbox or key is not None
    look = _Look(job, settings, environ, key, online=has_key and (online or settings.sandbox))
    note = await look.sheets(found)
    return LookedAt(tuple(found), note, settings)


@dataclass(frozen=True, slots=True)
class _Look:
    job: Job
    settings: Settings
    environ: Mapping[str, str]
    key: ApiKey | None
    online: bool

    async def sheets(self, found: list[Finding]) -> str:
        """Look at each sheet that a run would take now. Returns what it would do."""
        wanted, folder = self.job.input, self.job.path.resolve().parent
        if wanted.file == STDIN:
            return ""
        with TemporaryDirectory() as inbox:
            try:
                if is_address(wanted.file) and not self.online:
                    require_archive_of(wanted, folder, only_look=True)
                    return f"the sheet is fetched by each run, {shown_address(wanted.file)}"
                intake = await choose(
                    wanted,
                    self.settings,
                    folder=folder,
                    inbox=Path(inbox),
                    environ=self.environ,
                    only_look=True,
                )
            except BatchUpdateError as error:
                found += findings_of(error)
                return ""
            found += [Finding(words) for words in intake.notes]
            if not intake.sheets:
                found.append(
                    Finding(intake.line, "Nothing needs to be done: a run without a sheet is in order.")
                )
            notes = [note for sheet in intake.sheets if (note := await self._sheet(sheet, found))]
        return "; ".join(notes)

    async def _sheet(self, taken: TakenSheet, found: list[Finding]) -> str:
        try:
            note = self._plan_note(taken) if taken.is_plan else self._sheet_note(taken, found)
            return await self._planned(taken, found) if note and self.online else note
        except BatchUpdateError as error:
            found += findings_of(error)
            return ""

    def _plan_note(self, taken: TakenSheet) -> str:
        with opened(taken.path, None, reading_of(self.settings).limits) as source:
            plan = read_plan(printable(taken.path.name), source)
        return f"{counted(len(plan.changes), 'assistant')} to change"

    def _sheet_note(self, taken: TakenSheet, found: list[Finding]) -> str:
        """Return what the sheet alone tells; "" where it is wrong, which is found."""
        checked = self._checked(taken)
        if checked.invalid_rows and not self.settings.skip_invalid:
            rows = counted(checked.invalid_rows, "invalid row")
            found.append(Finding(rows, exit=Exit.SHEET_INVALID, sheet=str(taken.path)))
            return ""
        return _offline_note(checked)

    def _checked(self, taken: TakenSheet) -> Checked:
        sheet = read_sheet(taken.path, self.settings, environ=self.environ)
        return check_sheet(sheet, on_duplicate=self.settings.on_duplicate, only=self.settings.only)

    async def _planned(self, taken: TakenSheet, found: list[Finding]) -> str:
        means = Means(key=self.key, environ=self.environ, journal=False)
        planned = await begin_plan(str(taken.path), self.settings, means)()
        if not self.settings.skip_invalid and (invalid := planned.plan.counts()["invalid"]):
            found.append(_refused_there(planned.plan, invalid))
            return ""
        if self.job.tables.mode == "apply":
            found += _forbidden(planned.tripped, self.settings)
        return f"{counted(len(planned.plan.changes), 'assistant')} to change{_where(self.settings)}"


def _refused_there(plan: Plan, invalid: int) -> Finding:
    """Return that rows are invalid as only the account can tell, such as those of assistants that are not there."""
    first = next((problem.message for problem in plan.problems if problem.severity is Severity.ERROR), "")
    words = f"{counted(invalid, 'invalid row')}: {printable(first)}".removesuffix(": ")
    remedy = "Mend the sheet, or write skip-invalid = true: then the other rows are sent."
    return Finding(words, remedy, Exit.SHEET_INVALID)


def _offline_note(checked: Checked) -> str:
    skipped = f", {counted(checked.invalid_rows, 'invalid row')} skipped" if checked.invalid_rows else ""
    return f"{counted(checked.to_change, 'assistant')} to change{skipped}"


def _where(settings: Settings) -> str:
    return " at the sandbox" if settings.sandbox else ""


def _forbidden(tripped: tuple[Tripped, ...], settings: Settings) -> Iterator[Finding]:
    """Yield the guards that would stop the run now."""
    hazards = dict.fromkeys((*settings.allow, *(one.hazard for one in tripped if one.hazard)))
    names = ", ".join(f'"{name}"' for name in hazards)
    for one in tripped:
        whom = f": {counted(one.assistants, 'assistant')}" if one.rows else ""
        remedy = f"write allow = [{names}]" if one.hazard else _lifted(one)
        remedy = f"Where that is meant, {remedy}."
        yield Finding(f"[{one.code}] {printable(one.words)}{whom}", remedy, Exit.STOPPED)


def _lifted(one: Tripped) -> str:
    """`write max-changes = 12`, or what has to be taken out."""
    raised = [f"{job_key(name)} = {value}" for name, value in one.lifts.items() if value is not None]
    without = [job_key(name) for name, value in one.lifts.items() if value is None]
    words = [f"write {', '.join(raised)}"] if raised else []
    return " and ".join(words + ([f"take out {', '.join(without)}"] if without else []))
