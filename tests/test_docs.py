"""What the docs say is what the code does."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


def _render():
    spec = importlib.util.spec_from_file_location("render_docs", DOCS / "render.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["fields.md", "codes.md", "settings.md", "sandbox.md"])
def test_the_tables_are_rendered_from_the_code(name: str) -> None:
    """Otherwise: python docs/render.py."""
    assert (DOCS / name).read_text("utf-8") == _render().PAGES[name]()


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
