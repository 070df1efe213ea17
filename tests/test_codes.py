"""Codes: each that the program gives is explained, and each that is explained is given somewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_update.codes import CODES, Trait, has_trait
from batch_update.errors import UsageError
from batch_update.model.sheets import Problem

ROOT = Path(__file__).parents[1] / "batch_update"
FAMILIES = "SHCVXANRUJGM"


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
    assert all_given() - CODES.keys() == set(), "these have no line in batch_update/codes.py"


def test_every_code_that_is_explained_is_given_somewhere() -> None:
    assert CODES.keys() - all_given() == set(), "these stand in batch_update/codes.py, and nothing gives them"


def test_no_code_means_two_things() -> None:
    """The table is a dict: the second of two entries would hide the first."""
    written = re.findall(r'^    _c\("(\w+)"', (ROOT / "codes.py").read_text("utf-8"), re.MULTILINE)
    assert sorted(written) == sorted(CODES)


def sets_of_codes(node: ast.AST) -> Iterator[str]:
    """Sets, tuples and lists that hold two codes or more."""
    for made in ast.walk(node):
        if isinstance(made, ast.Set | ast.Tuple | ast.List):
            codes = [one.value for one in made.elts if isinstance(one, ast.Constant) and one.value in CODES]
            if len(codes) > 1:
                yield ast.unparse(made)


def test_what_several_codes_have_in_common_stands_in_their_table() -> None:
    """A set of codes elsewhere is a trait that codes.py does not know."""
    texts = {str(path): path.read_text("utf-8") for path in ROOT.rglob("*.py") if path.name != "codes.py"}
    assert [(name, one) for name, text in texts.items() for one in sets_of_codes(ast.parse(text))] == []
    assert list(sets_of_codes(ast.parse("LATER = frozenset({'A429', 'A502'})"))) == ["{'A429', 'A502'}"]


@pytest.mark.parametrize("trait", [trait for trait in Trait if trait])
def test_every_trait_has_codes_and_is_asked_for(trait: Trait) -> None:
    assert any(has_trait(code, trait) for code in CODES)
    texts = (path.read_text("utf-8") for path in ROOT.rglob("*.py") if path.name != "codes.py")
    assert any(f"Trait.{trait.name})" in text for text in texts)
    assert not has_trait("", trait)


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


def with_a_remedy(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Each call that hands on a code and a text of its own: the code, and what there may be a remedy in the text."""
    for call in ast.walk(node):
        given = [*call.args, *(k.value for k in call.keywords)] if isinstance(call, ast.Call) else []
        codes = [a.value for a in given if isinstance(a, ast.Constant) and a.value in CODES]
        named = [k.value for k in getattr(call, "keywords", ()) if k.arg == "remedy"]
        last = [] if named or not given else call.args[-1:]
        for code in codes[:1]:
            yield from (
                (code, a.value) for a in [*named, *last] if isinstance(a, ast.Constant) and a.value != code
            )
            yield from ((code, CODES[code].remedy) for a in named if ast.unparse(a) == f"remedy_of({code!r})")


def words_of(text: str) -> set[str]:
    return set(re.findall(r"\w+(?:[-./]\w+)*", text.casefold()))


def knows_no_more(code: str, text: object) -> bool:
    """Whether a text says nothing that the remedy of its code does not say."""
    return (
        isinstance(text, str) and len(words_of(text)) > 1 and words_of(text) <= words_of(CODES[code].remedy)
    )


def test_no_place_repeats_the_remedy_of_its_code() -> None:
    """What is made without a remedy has its code's, so a place gives one only where it knows more."""
    found = [
        f"{path.relative_to(ROOT)}: {code}: {text}"
        for path in ROOT.rglob("*.py")
        if path.name != "codes.py"
        for code, text in with_a_remedy(ast.parse(path.read_text("utf-8")))
        if knows_no_more(code, text)
    ]
    assert found == []


@pytest.mark.parametrize(
    "source, is_repeated",
    [
        ("SheetError(message, code='S103', remedy='split it, or save it as CSV')", True),
        ("Fault('V113', message, given, wanted, 'write more')", True),
        ("Fault('X241', message, remedy=remedy_of('X241'))", True),
        ("SheetError(message, code='S103', remedy='split it after row 7')", False),
        ("SheetError(message, code='S103')", False),
    ],
)
def test_what_counts_as_repeated(source: str, is_repeated: bool) -> None:
    assert any(knows_no_more(code, text) for code, text in with_a_remedy(ast.parse(source))) == is_repeated


@pytest.mark.parametrize("code", CODES)
def test_what_is_made_without_a_remedy_has_its_codes(code: str) -> None:
    own = "only the place knows this"
    assert Problem(code, "m").remedy == UsageError("m", code=code).remedy == CODES[code].remedy
    assert Problem(code, "m", remedy=own).remedy == UsageError("m", code=code, remedy=own).remedy == own


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_a_code_belongs_to_a_family_and_says_what_to_do_in_sentences(code) -> None:
    assert re.fullmatch(rf"[{FAMILIES}][0-9]{{3}}", code.code)
    assert code.title and not code.title.endswith(".")
    for sentence in (code.meaning, code.remedy):
        assert sentence.endswith((".", '."')), sentence
        assert sentence[0].isupper() or sentence[0] in "`@-0123456789" or "_" in sentence.split()[0], sentence
