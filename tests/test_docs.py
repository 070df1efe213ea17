"""What the docs say is what the code does."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from batch_update.codes import CODES
from batch_update.jobs.definition.job_schema import job_schema
from batch_update.model.plans import HAZARDS
from batch_update.report.documents.described import schemas
from batch_update.report.own_columns import RESULT_COLUMNS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def _render():
    spec = importlib.util.spec_from_file_location("render_docs", DOCS / "render.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name", ["architecture.md", "fields.md", "codes.md", "settings.md", "sandbox.md", "json.md"]
)
def test_the_tables_are_rendered_from_the_code(name: str) -> None:
    rendered = (DOCS / name).read_text("utf-8") == _render().PAGES[name]()
    assert rendered, f"docs/{name} is not as the code has it: make docs"


def test_the_schemas_of_the_package_are_made_from_the_code() -> None:
    folder = ROOT / "batch_update" / "schemas"
    kept = {path.stem: json.loads(path.read_text("utf-8")) for path in folder.iterdir()}
    made = {**schemas(), "job.schema": job_schema()}
    assert kept == made, "batch_update/schemas/ is not as the code has it: make docs"


PROMISES = [
    line
    for line in (DOCS / "promises.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith(("| promise ", "| ---"))
]


@pytest.mark.parametrize("line", PROMISES, ids=lambda line: line[2:50])
def test_each_promise_names_a_test_that_is_there(line: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", line)
    assert named, "no test is named"
    for file, test in named:
        text = (DOCS.parent / file).read_text("utf-8")
        assert not test or re.search(rf"def {test}\b", text), f"{file} has no {test}"


# ---------------------------------------------------------------- links

PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])


def prose(page: Path) -> str:
    """The page without its code."""
    return re.sub(r"^```.*?^```$|`[^`\n]+`", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


def links() -> Iterator[tuple[Path, str]]:
    """Page and target of each link that leads to no other host."""
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
            if not re.match(r"https?://", target):
                yield page, target


@cache
def anchors(page: Path) -> list[str]:
    """What leads to the headings of a page, as code hosts and the site have it."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+?)\s*$", text, re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


LINKS = sorted(set(links()))


@pytest.mark.parametrize(("page", "target"), LINKS, ids=[f"{page.name}: {target}" for page, target in LINKS])
def test_every_link_leads_somewhere(page: Path, target: str) -> None:
    path, _, anchor = target.partition("#")
    place = (page.parent / path).resolve() if path else page
    assert place.exists() and place.is_relative_to(ROOT)
    assert not anchor or anchors(place).count(anchor) == 1


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_no_two_headings_of_a_page_are_alike(page: Path) -> None:
    assert len(set(anchors(page))) == len(anchors(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_of_the_repository_that_a_page_names_is_there(page: Path) -> None:
    for name in re.findall(
        r"`((?:batch_update|tests|docs|samples|jobs)/[\w./-]*\w/?)`", page.read_text("utf-8")
    ):
        assert any((base / name).exists() for base in (ROOT, ROOT / "batch_update")), name


def test_the_page_about_guards_names_every_hazard_with_its_code() -> None:
    rows = re.findall(r"\| `(\w+)` \| `(G\d+)` \| (.+) \|", (DOCS / "safety.md").read_text("utf-8"))
    assert tuple(name for name, _, _ in rows) == tuple(HAZARDS)
    assert all(CODES[code].title == title for _, code, title in rows)


def test_the_page_about_runs_names_every_column_that_a_run_adds() -> None:
    _, _, section = (DOCS / "runs.md").read_text("utf-8").partition("## The columns of a run")
    assert tuple(re.findall(r"^\| `(_\w+)` \|", section, re.MULTILINE)) == RESULT_COLUMNS


@pytest.mark.parametrize(
    ("link", "on_the_site"),
    [
        ("[its keys](#plan)", "[its keys](#plan)"),
        ("[its keys](json.md#plan)", "[its keys](json.md#plan)"),
        ("[security](../SECURITY.md)", "[security](SECURITY.md)"),
        ("[the code](../batch_update/codes.py)", "the code"),
    ],
)
def test_a_link_of_a_page_leads_to_the_same_place_on_the_site(link: str, on_the_site: str) -> None:
    pytest.importorskip("mkdocs")
    spec = importlib.util.spec_from_file_location("hooks", DOCS / "hooks.py")
    assert spec is not None and spec.loader is not None
    hooks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hooks)
    page = SimpleNamespace(file=SimpleNamespace(src_uri="runs.md"))
    assert hooks.on_page_markdown(link, page=page, config=None, files=None) == on_the_site


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    named = re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    beside = {"index.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"}
    assert sorted(named) == sorted(beside | {page.name for page in DOCS.glob("*.md")})


# ---------------------------------------------------------------- the way of a row

STEPS = re.findall(
    r"`((?:sheet|check|plan|account|journal|send|api|run|report)\.[\w.]+)`",
    (DOCS / "architecture.md").read_text("utf-8"),
)


@pytest.mark.parametrize("step", STEPS)
def test_each_step_of_a_rows_way_is_taken_by_a_function_that_is_there(step: str) -> None:
    module, _, name = step.rpartition(".")
    assert hasattr(importlib.import_module(f"batch_update.{module}"), name)
