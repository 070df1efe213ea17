"""Settings and flags: below the command line a message names settings, and the command line alone spells flags."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_update.cli.app import command_line
from batch_update.cli.spelling import as_flags, spelled_as_keys
from batch_update.settings.layers import OPTIONS
from batch_update.settings.tunables import Settings

ROOT = Path(__file__).parents[2] / "batch_update"
BELOW = [path for path in sorted(ROOT.rglob("*.py")) if path.relative_to(ROOT).parts[0] != "cli"]
NAMES = {name.rstrip("_") for name in Settings.model_fields}


def texts_of(path: Path) -> Iterator[str]:
    """The texts of a source that may be shown: f-strings with {} for what is put in, and no docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            told |= set(map(id, node.values))
            yield "".join(v.value if isinstance(v, ast.Constant) else "{}" for v in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


@pytest.mark.parametrize("path", BELOW, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_flag_is_spelled_below_the_command_line(path: Path) -> None:
    assert re.findall(r"(?<![-\w])--[a-z][a-z-]*", path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", BELOW, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_message_calls_a_setting_or_an_option_is_one(path: Path) -> None:
    text = "\n".join(texts_of(path))
    assert set(re.findall(r"[Tt]he setting ([a-z_]+)", text)) <= NAMES
    assert set(re.findall(r"[Tt]he option ([a-z_]+)", text)) <= set(OPTIONS)


def options_of(command: object) -> Iterator[str]:
    yield from (word for option in command.params for word in option.opts)
    for inner in getattr(command, "commands", {}).values():
        yield from options_of(inner)


def test_each_option_that_messages_may_name_belongs_to_a_command() -> None:
    assert {as_flags(f"the option {name}") for name in OPTIONS} <= set(options_of(command_line()))


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("leave out the setting no_fetch", "leave out --no-fetch"),
        ("The setting max_failures is 3", "--max-failures is 3"),
        ("add the setting allow=mode,clear.", "add --allow mode,clear."),
        ("or the setting map='Nr 1=id', or", "or --map 'Nr 1=id', or"),
        ("the setting json has each", "--json has each"),
        ("the option full shows all", "--full shows all"),
        ("the setting of the sun", "the setting of the sun"),
        ("the option to go", "the option to go"),
    ],
)
def test_a_setting_is_shown_as_its_flag(told: str, shown: str) -> None:
    assert as_flags(told) == shown


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("leave out the setting no_fetch", "leave out no-fetch = true"),
        ("The setting max_failures is 3", "The key max-failures is 3"),
        ("add the setting allow=mode,clear.", 'add allow = ["mode", "clear"].'),
        ("or the setting map='Nr 1=id', or", 'or map = { "Nr 1" = "id" }, or'),
        ("with the setting max_changes=3", "with max-changes = 3"),
        ("the setting encoding=cp1252", 'encoding = "cp1252"'),
        ("the setting ignore='it'\\''s'", "the key ignore='it'\\''s'"),
        ("the setting json has each", "--json has each"),
        ("the option full shows all", "--full shows all"),
    ],
)
def test_in_what_a_job_says_a_setting_is_shown_as_the_key_of_its_file(told: str, shown: str) -> None:
    with spelled_as_keys():
        assert as_flags(told) == shown
    assert "--" in as_flags(told)
