"""Help as people read it: options in groups with headings, those first that most people need, whole sentences."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from batch_update.cli.screens.wrapping import width

MOST_NEEDED = (
    *("limit", "skip_invalid", "allow", "yes", "sandbox"),
    *("sheet", "map", "only", "ignore", "key_file", "refresh", "json_", "quiet", "runs_dir"),
    *("accounts_file", "locks_dir"),
)
"""Settings by how many people need them: the first FIRST of those that a command heeds come first."""
FIRST = 5
FEW = 11
"""Options up to which there are no groups."""
GROUPS = ("Sheet", "Rows", "Look-ups", "Guards", "Waves", "Pace", "Connection", "Output", "Sandbox", "Limits")
WIDEST = 120
"""Characters of a line of help, also on a broader terminal."""
HELP = frozenset({"help", "hilfe", "/?", "/h", "/help", "-?", "-help"})
"""Words that ask for help, beside the flags."""
CONTEXT = {"help_option_names": ["-h", "--help"]}
_UNBROKEN = str.maketrans("-", "\u2011")
"""A hyphen at which no line is broken, since flags hold some. It is a plain one again in what is shown."""


class _Helpful:
    """The parts of a help page that commands and groups of commands share."""

    help: str | None
    params: list[Any]

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(unbroken(cleandoc(self.help or "")))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        commands = ["COMMAND"] if isinstance(self, TyperGroup) else []
        arguments = [param for param in self.params if param.param_type_name == "argument"]
        names = [p.display_name_raw if p.required else f"[{p.display_name_raw}]" for p in arguments]
        return ["[OPTIONS]", *commands, *names]

    def get_help(self, ctx: Any) -> str:
        ctx.terminal_width = min(width(sys.stdout), WIDEST) - 2
        text: str = super().get_help(ctx)  # type: ignore[misc]  # typer's, which stands behind
        return text.replace("\u2011", "-")


class Command(_Helpful, TyperCommand):
    """A command that groups its options, and tells what is wrong with words that it does not know."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        params = self.get_params(ctx)
        sections = [("Arguments", [p for p in params if p.param_type_name == "argument"]), *_sections(params)]
        for heading, members in sections:
            records = [record for param in members if (record := _record(param, ctx)) is not None]
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records, col_max=26)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args == ["help"] and not Path("help").exists():
            args = ["--help"]
        ctx.allow_extra_args = True
        extra = super().parse_args(ctx, args)
        if extra and not ctx.resilient_parsing:
            from batch_update.cli.suggestions import too_many

            taken = [str(ctx.params[p.name]) for p in self.params if p.param_type_name == "argument"]
            raise too_many(ctx.command_path.partition(" ")[2], taken, extra)
        return extra


class CommandGroup(_Helpful, TyperGroup):
    """Commands beneath a name, which knows words that people try for them."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(self.rows()))

    def rows(self) -> Iterable[tuple[str, str]]:
        """Return the commands beneath it by their names, with what each does."""
        return ((name, unbroken(_first_sentence(command.help))) for name, command in self.commands.items())

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.commands)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0].casefold() in HELP:
            args = [*args[1:], "--help"]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        word = args[0]
        if self.get_command(ctx, word) is None and not word.startswith("-") and not ctx.resilient_parsing:
            from batch_update.cli.suggestions import no_such_command

            raise no_such_command(word, self.commands, ctx.command_path.partition(" ")[2])
        return super().resolve_command(ctx, args)


def command_group(about: str) -> typer.Typer:
    """Return a group that commands are put into. `about`: what they are about, as its help says it."""
    return typer.Typer(
        cls=CommandGroup, help=about, no_args_is_help=True, add_completion=False, rich_markup_mode=None
    )


def unbroken(text: str) -> str:
    """Return the text with hyphens at which no line is broken."""
    return text.translate(_UNBROKEN)


def _sections(params: Iterable[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield the options of a command by their headings."""
    options = [param for param in params if param.param_type_name == "option"]
    if len(options) <= FEW:
        yield "Options", options
        return
    from batch_update.cli.spelling import flag_of  # help of the program needs none

    by_flag = {max(option.opts, key=len): option for option in options if option.rich_help_panel}
    first = [by_flag[flag_of(name)] for name in MOST_NEEDED if flag_of(name) in by_flag][:FIRST]
    own = [option for option in options if not option.rich_help_panel]
    needed = [option for option in own if option.required]
    yield "Most needed", [*needed, *first]
    yield "Options of this command", [o for o in own if "--help" not in o.opts and o not in needed]
    for group in GROUPS:
        yield group, [o for o in options if o.rich_help_panel == group and o not in first]
    yield "Other", [option for option in own if "--help" in option.opts]


def _record(param: Any, ctx: Any) -> tuple[str, str] | None:
    """Return the two columns of an option in its list; of an argument its name alone, whose type says nothing."""
    found: tuple[str, str] | None = param.get_help_record(ctx)
    if found is not None and param.param_type_name == "argument":
        found = param.display_name_raw, param.help or ""
    return found and (found[0], unbroken(found[1].removesuffix("  [x>=0]")))


def _first_sentence(help: str | None) -> str:
    text = " ".join((help or "").partition("\n\n")[0].split())
    return text.partition(". ")[0].removesuffix(".") + "."
