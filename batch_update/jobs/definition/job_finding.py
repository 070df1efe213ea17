"""Job files of a folder, and the one that a name means."""

from __future__ import annotations

from pathlib import Path

from batch_update.errors import UsageError
from batch_update.jobs.definition.job_source import base_named, read_source
from batch_update.text import no_such, printable
from batch_update.toml.toml_files import why_unreadable


def find_job(name: str, folder: Path) -> Path:
    """Return the job file of this name in the folder, or at this path. Raises UsageError that lists those there are."""
    for path in (folder / f"{name}.toml", Path(name)):
        try:
            if path.suffix == ".toml" and path.is_file():
                return path
        except (OSError, ValueError) as error:
            raise UsageError(
                f"{printable(str(path))}: cannot be read: {why_unreadable(error)}", code="U106"
            ) from None
    names = [path.stem for path in find_jobs(folder)]
    place, told = printable(str(folder)), ", ".join(map(printable, names))
    there = f"in {place} there are: {told}" if names else f"{place} holds no job files"
    raise UsageError(no_such("job", name, names), code="U106", remedy=there)


def find_jobs(folder: Path) -> list[Path]:
    """Return all job files of a folder, by name: not those without an input that another one extends.

    Raises UsageError U106.
    """
    try:
        found = sorted(path for path in folder.glob("*.toml") if path.is_file())
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the option jobs_dir: {printable(str(folder))} cannot be listed: {why_unreadable(error)}",
            code="U106",
            remedy="name another folder with the option jobs_dir, or see to the rights of this one",
        ) from None
    bases = _bases_of(found)
    return [path for path in found if path.resolve() not in bases]


def _bases_of(files: list[Path]) -> set[Path]:
    """Return the files that others extend and that have no input: a job that lacks one would be told, else."""
    extended: set[Path] = set()
    without_input: set[Path] = set()
    for path in files:
        try:
            source = read_source(path)
        except UsageError:  # it is a job, and told to be wrong
            continue
        base = base_named(source)
        if base is not None and base.resolve() != path.resolve():
            extended.add(base.resolve())
        if "input" not in source.document:
            without_input.add(path.resolve())
    return extended & without_input
