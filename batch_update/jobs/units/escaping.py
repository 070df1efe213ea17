"""Words as each format writes them, so that spaces, quotes, percent signs and umlauts arrive as they are."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from subprocess import list2cmdline
from xml.sax.saxutils import escape


def shell_line(words: Iterable[str]) -> str:
    """Return words as a shell reads them."""
    return shlex.join(words)


def in_crontab(text: str) -> str:
    """Return a command as a line of a crontab holds it: there a percent sign is a line end."""
    return text.replace("%", r"\%")


def in_systemd(text: str) -> str:
    """Return a text as a value of a unit file: a percent sign begins a specifier, a backslash at the end goes on."""
    return text.replace("%", "%%").rstrip("\\")


def systemd_words(words: Iterable[str]) -> str:
    """Return words as ExecStart reads them: in double quotes, with what is special there escaped.

    In the path of a program it takes no quotes and escapes no dollar sign, but env finds such a program, too.
    """
    program, *arguments = words
    through = ["/usr/bin/env"] if any(sign in program for sign in "\"'\\$") else []
    return " ".join(map(_systemd_word, [*through, program, *arguments]))


def _systemd_word(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    is_plain = bool(word) and all(sign.isalnum() or sign in "/._-+:@%$" for sign in word)
    return escaped if is_plain else f'"{escaped}"'


def in_yaml(value: object) -> str:
    """Return a value as YAML reads it: a string in double quotes, a list or an object, as JSON has them, too."""
    return json.dumps(value, ensure_ascii=False)


def in_kubernetes(word: str) -> str:
    """Return a word of a command for Kubernetes, which replaces $(NAME) in it."""
    return in_yaml(word.replace("$(", "$$("))


def in_workflow(text: str) -> str:
    """Return a text as a string of a workflow of GitHub: what looks like an expression is none."""
    return in_yaml(text.replace("${{", "${{ '${{' }}"))


def in_jinja(text: str) -> str:
    """Return a text that Airflow renders to itself."""
    return "{% raw %}" + text + "{% endraw %}" if any(sign in text for sign in ("{{", "{%", "{#")) else text


def xml_text(text: str) -> str:
    """Return a text as XML holds it, between tags."""
    return escape(text)


def windows_line(words: Iterable[str]) -> str:
    """Return arguments as a program of Windows reads them."""
    return list2cmdline(list(words))


def in_xml_comment(text: str) -> str:
    """Return a text as a comment of XML holds it: there are no two hyphens in one."""
    return escape(text.replace("--", "- -"))


def in_python(text: str) -> str:
    """Return a text as a string of Python."""
    return in_yaml(text) if text.isprintable() else ascii(text)
