"""The page about what starts a job shows units as they are printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.units.making import task_of, unit_for
from batch_update.jobs.units.task import UnitForm
from tests.jobs.units.units_made import FORMS, place_in

PAGE = Path(__file__).parents[3] / "docs" / "scheduling.md"
SERVER = "/srv/assistants"


def printed(form: UnitForm, folder: Path, text: str) -> list[str]:
    """What is printed of the job of the page, on a server where the folder has the path of the page."""
    (folder / "jobs").mkdir()
    (folder / "jobs" / "nightly.toml").write_text(text, "utf-8")
    place = place_in(folder, program=(f"{folder}/.venv/bin/batch-update",))
    job = load_job(folder / "jobs" / "nightly.toml")
    units = [unit_for(form, task_of(job, place))]
    return [file.text.replace(str(folder), SERVER) for unit in units for file in unit.files]


@pytest.mark.parametrize("form", FORMS)
def test_the_page_shows_what_is_printed(tmp_path: Path, form: UnitForm) -> None:
    page = PAGE.read_text("utf-8")
    (job,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    for text in printed(form, tmp_path, job):
        assert f"\n{text}```" in page
