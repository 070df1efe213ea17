"""Codes: each that the program gives is explained, and each that is explained is given somewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_update.codes import CODES

ROOT = Path(__file__).parents[1] / "batch_update"
FAMILIES = "SHCVXANRUJG"


def given_codes(node: ast.AST) -> Iterator[str]:
    """Codes that a source hands on. To compare with one, to be in a set of them or to look one up gives none."""
    if isinstance(node, ast.Compare | ast.Set | ast.Subscript):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if re.fullmatch(r"[A-Z][0-9]{3}", node.value):
            yield node.value
        return
    for child in ast.iter_child_nodes(node):
        yield from given_codes(child)


def all_given() -> set[str]:
    sources = (path.read_text("utf-8") for path in ROOT.rglob("*.py") if path.name != "codes.py")
    return {code for source in sources for code in given_codes(ast.parse(source))}


def test_every_code_that_is_given_is_explained() -> None:
    assert all_given() - CODES.keys() == set()


def test_every_code_that_is_explained_is_given_somewhere() -> None:
    assert CODES.keys() - all_given() == set()


def test_no_code_means_two_things() -> None:
    """The table is a dict: the second of two entries would hide the first."""
    written = re.findall(r'^    _c\("(\w+)"', (ROOT / "codes.py").read_text("utf-8"), re.MULTILINE)
    assert sorted(written) == sorted(CODES)


@pytest.mark.parametrize(
    "source, found",
    [
        ("Fault('V104', message)", {"V104"}),
        ("SheetError(message, code='S101')", {"S101"}),
        ("codes = {403: 'A403'}", {"A403"}),
        ("outcome.code == 'A403'", set()),
        ("CODES['A403'].title", set()),
        ("MENDABLE = frozenset({'A403'})", set()),
        ("'see A403'", set()),
    ],
)
def test_what_counts_as_given(source: str, found: set[str]) -> None:
    assert set(given_codes(ast.parse(source))) == found


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_a_code_belongs_to_a_family_and_says_what_to_do_in_sentences(code) -> None:
    assert re.fullmatch(rf"[{FAMILIES}][0-9]{{3}}", code.code)
    assert code.title and not code.title.endswith(".")
    for sentence in (code.meaning, code.remedy):
        assert sentence.endswith((".", '."')), sentence
        assert sentence[0].isupper() or sentence[0] in "`@-0123456789" or "_" in sentence.split()[0], sentence
