"""What the docs say is what the code does."""

from __future__ import annotations

import importlib.util
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
