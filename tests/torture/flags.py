"""Every flag and variable of every command with values that nobody means; and job files that are damaged."""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batch_update.cli.app import command_line, main
from batch_update.cli.spelling import flag_of
from batch_update.settings.layers import ENV_PREFIX, variable_of
from batch_update.settings.tunables import Settings
from tests.torture.child_case import Verdict
from tests.torture.hostile import ADDRESSES, ENCODINGS, PATHS, SURROUNDINGS, VALUES
from tests.torture.table import Tried, try_all

KEY = "live_0123456789abcdefghij"
SHEET = "id,speech_speed,name\n10001,1.1,Praxis\n10002,,Bäckerei\n"
JOB = """file = "good.csv"
description = "x"
yes = true
sandbox = true
rate = "off"
sandbox-state = "state/sandbox.db"
"""
INTERRUPTED_AFTER = 8.0
"""seconds; then a signal ends what waits because it was told to"""
MAY_WAIT = {
    "rate",
    "sandbox_limits",
    "sandbox",
    "port",
    "host",
    "reset",
    "sandbox_faults",
    "pace",
    "base_url",
    "max_outage",
}
"""flags with which a command may have to wait: for the pace, for a server that is down, for people who use a sandbox"""
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""where folders cost nothing"""
LONGEST = 20_000
"""characters that a command may say of values so wrong"""
TRY = ("--sandbox", "--rate", "off", "--sandbox-limits", "off")
COMMANDS: dict[str, tuple[str, ...]] = {
    "check": ("good.csv",),
    "plan": ("good.csv", *TRY),
    "apply": ("good.csv", "--yes", *TRY),
    "template": ("form.xlsx", *TRY),
    "export": ("-o", "out.csv", *TRY),
    "resume": ("last", "--yes", *TRY),
    "undo": ("last", "--yes", *TRY),
    "fields": (),
    "explain": ("U101",),
    "runs list": (),
    "runs show": ("last",),
    "runs prune": ("--keep", "1", "--yes"),
    "report": ("last",),
    "job run": ("j.toml", "--yes", *TRY),
    "job list": ("--jobs-dir", "."),
    "job check": ("--jobs-dir", "."),
    "sandbox": ("--port", "0"),
}


@dataclass(frozen=True)
class Attempt:
    """One command line with its surroundings."""

    words: tuple[str, ...]
    name: str = ""
    """of the flag, as Python spells it"""
    flag: str = ""
    variables: dict[str, str | None] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    """written into the folder before"""

    def __str__(self) -> str:
        shown = " ".join(ascii(word)[:60] for word in self.words)
        variables = {name: ascii(value)[:60] for name, value in self.variables.items()}
        files = {name: ascii(content)[:300] for name, content in self.files.items()}
        return f"{shown} {variables or ''} {files or ''}".rstrip()


# ---------------------------------------------------------------- one case


def case_of(attempt: Attempt) -> Callable[[], int | None]:
    """The command as a case for a process of its own, in a folder of its own."""

    def run() -> int | None:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True, dir=IN_MEMORY) as outer:
            folder = Path(outer, "a", "b", "c")
            _furnish(folder, attempt)
            sys.addaudithook(_stay_here)
            first = 0.7 if attempt.words[0] == "sandbox" else INTERRUPTED_AFTER
            threading.Thread(target=_interrupt, args=(first,), daemon=True).start()
            sys.argv = ["batch-update", *attempt.words]
            try:
                main()
            finally:
                os.chdir("/")
        return 0

    return run


def _interrupt(first: float) -> None:
    """Ctrl-C, as often as it takes: one may come before anybody listens."""
    time.sleep(first)
    while True:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1.5)


def _furnish(folder: Path, attempt: Attempt) -> None:
    folder.mkdir(parents=True)
    os.chdir(folder)
    os.environ.update(
        XDG_STATE_HOME=str(folder / "state"), HOME=str(folder), FAMULOR_API_KEY=KEY, COLUMNS="100"
    )
    (folder / "good.csv").write_text(SHEET, "utf-8")
    (folder / "j.toml").write_text(JOB, "utf-8")
    for name in ("folder", "folder.json", "folder.csv", "folder.toml", "jobs"):
        (folder / name).mkdir()
    for name in ("pipe", "pipe.json", "pipe.csv", "pipe.toml"):
        os.mkfifo(folder / name)
    for name in ("loop", "loop.json"):
        (folder / name).symlink_to(name)
    (folder / "dangling").symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("socket")
    for path, content in attempt.files.items():
        (folder / path).write_bytes(content)
    for name, value in attempt.variables.items():
        with suppress(ValueError):  # what no variable can hold
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
    sys.stdin = open(os.devnull)  # noqa: SIM115, PTH123  until the process ends
    if attempt.words[0] in {"resume", "undo", "report", "runs"}:
        _run_before()


def _run_before() -> None:
    """A run to go on with, from a process of its own."""
    given = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(ENV_PREFIX)}
    pid = os.fork()
    if pid == 0:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        sys.argv = ["batch-update", "apply", "good.csv", "--yes", *TRY]
        with suppress(BaseException):
            main()
        os._exit(0)
    os.waitpid(pid, 0)
    os.environ.update(given)


def _stay_here(event: str, values: tuple[Any, ...]) -> None:
    """No case reaches another machine, whatever address it is given."""
    if event == "socket.connect" and isinstance(values[1], tuple):
        host = str(values[1][0])
        if not (host.startswith("127.") or host == "::1"):
            raise ConnectionRefusedError(111, "another machine")
    if event == "socket.getaddrinfo" and values[0] not in ("127.0.0.1", "::1", "localhost", None):
        raise socket.gaierror(-2, "another machine")


def judge(attempts: dict[str, Attempt]) -> Callable[[str, Verdict], Iterable[str]]:
    """What is asked of a command beside what no case may do."""

    def faults(name: str, verdict: Verdict) -> Iterator[str]:
        attempt, said = attempts[name], verdict.said
        if KEY in said or KEY[: len(KEY) // 2] in said:
            yield "the key shows"
        if verdict.exit == 130 and attempt.name not in MAY_WAIT:
            yield "waited until it was interrupted"
        if verdict.exit not in {0, 1, 2, 3, 4, 5, 10, 75, 130}:
            yield f"exit {verdict.exit}, which means nothing"
        if len(said) > LONGEST and verdict.exit == 2:
            yield f"said {len(said)} characters"
        if verdict.exit == 2 and attempt.flag and not _names(attempt, said):
            yield f"does not name {attempt.flag}: {said[-300:]!r}"
        if "\x1b[2J" in said:
            yield "steers the terminal"

    return faults


def _names(attempt: Attempt, said: str) -> bool:
    """Whether what was said names the flag, its variable, or what it was given."""
    said = said.replace("\n", "")
    flag = attempt.flag
    given = next(
        (value for value in attempt.variables.values() if value), attempt.words[-1].partition("=")[2]
    )
    shown = given[:20] if given.isprintable() else ascii(given)[1:10]
    as_path = shown.removeprefix("./").replace("//", "/")
    return any(word in said for word in (flag, variable_of(flag), flag.removeprefix("--"), shown, as_path))


# ---------------------------------------------------------------- what is tried


def flag_attempts(seed: int, most: int) -> Iterator[Attempt]:
    """Flags and variables in turn, each with values of all kinds, most often with those of its own kind."""
    dice = random.Random(seed)
    options = [(words, option) for words, option in _options() if option.name not in {"version", "help"}]
    for number in range(most):
        words, option = options[number % len(options)]
        flag = max(option.opts, key=len)
        if option.is_flag:
            text = dice.choice(VALUES)
            yield _by_variable(words, option, flag, text)
            continue
        text = dice.choice(_of_its_kind(option.name) if dice.random() < 0.4 else VALUES)
        if dice.random() < 0.25 and "\0" not in text:
            yield _by_variable(words, option, flag, text)
            continue
        more = dice.choice(((), (), (), ("--json",), ("--quiet",)))
        known = {max(one.opts, key=len) for other, one in options if other == words}
        yield Attempt(
            (*words, *COMMANDS[" ".join(words)], *(w for w in more if w in known), f"{flag}={text}"),
            option.name,
            flag,
        )


def argument_attempts(seed: int, most: int) -> Iterator[Attempt]:
    """What a command works on: sheets, runs, jobs, fields, codes."""
    dice = random.Random(seed)
    places = [
        command.split() for command, given in COMMANDS.items() if given or command in {"fields", "job check"}
    ]
    for number in range(most):
        words = places[number % len(places)]
        given = COMMANDS[" ".join(words)]
        text = dice.choice(PATHS if dice.random() < 0.4 else VALUES)
        rest = given[1:] if given and not given[0].startswith("-") else given
        yield Attempt((*words, *rest, "--", text))


def surrounding_attempts(seed: int, most: int) -> Iterator[Attempt]:
    """Variables of the system, a user that the system does not know, a folder that is gone."""
    commands = [(*command.split(), *given) for command, given in COMMANDS.items()]
    every = [(words, variables) for variables in SURROUNDINGS for words in commands]
    random.Random(seed).shuffle(every)
    for words, variables in every[:most]:
        yield Attempt(words, variables=variables)


def _by_variable(words: tuple[str, ...], option: Any, flag: str, text: str) -> Attempt:
    variable = option.envvar if isinstance(option.envvar, str) else variable_of(flag)
    return Attempt((*words, *COMMANDS[" ".join(words)]), option.name, flag, {variable: text})


def _options() -> Iterator[tuple[tuple[str, ...], Any]]:
    root = command_line()
    for command in COMMANDS:
        found: Any = root
        for word in command.split():
            found = found.commands[word]
        for param in found.params:
            if param.param_type_name == "option":
                yield tuple(command.split()), param


def _of_its_kind(name: str) -> tuple[str, ...]:
    if name == "base_url":
        return ADDRESSES
    if name == "encoding":
        return ENCODINGS
    return PATHS if name.endswith(("dir", "file", "state", "output")) else VALUES


# ---------------------------------------------------------------- job files

PIECES = (
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"\r", b"\r\n", b'"', b"'", b'"""'),
    *(b"[", b"[[", b"]", b"{", b"}", b"=", b"#", b"\\"),
)
FORMS: tuple[Callable[[str], str], ...] = (
    json.dumps,
    "'{}'".format,
    '"{}"'.format,
    str,
    lambda text: f"[{json.dumps(text)}, {json.dumps(text)}]",
    lambda text: f"{{ x = {json.dumps(text)} }}",
    '"""\n{}"""'.format,
)
"""How a value may stand in a job file, rightly and wrongly."""
ODD = (
    *("true", "0", "-1", "nan", "-inf", "1e400", "9" * 400, "2026-01-01", "07:00:00", "1979-05-27T07:32:00Z"),
    *("[]", "[[1]]", "{}", '""', "[true]"),
)
JOB_COMMANDS = (
    ("job", "run", "j.toml", "--yes", *TRY),
    ("job", "check", "j.toml"),
    ("job", "list", "--jobs-dir", "."),
)


def job_attempts(seed: int, most: int) -> Iterator[Attempt]:
    """Job files with bytes that were turned, lines that are missing, and every key with every kind of value."""
    dice = random.Random(seed)
    settings = (flag_of(name).removeprefix("--") for name in Settings.model_fields)
    keys = ["file", "description", *settings, "no-such", "FILE"]
    for number in range(most):
        if number % 2:
            content = _damaged(JOB.encode(), dice)
        else:
            content = _with_line(keys[number // 2 % len(keys)], dice)
        yield Attempt(dice.choice(JOB_COMMANDS), "rate", files={"j.toml": content})


def _with_line(key: str, dice: random.Random) -> bytes:
    """A job file with this key, and mostly with all that it needs beside it."""
    form = dice.choice(FORMS)
    value = dice.choice(ODD) if dice.random() < 0.3 else form(dice.choice(VALUES)[:3000])
    text = f"{key} = {value}\n{JOB if dice.random() < 0.8 else ''}"
    return text.encode("utf-8", dice.choice(("replace", "surrogatepass")))


def _damaged(content: bytes, dice: random.Random) -> bytes:
    for _ in range(dice.randint(1, 4)):
        at, kind = dice.randint(0, len(content)), dice.randrange(5)
        if kind == 0:
            content = content[:at] + bytes([dice.randrange(256)]) + content[at + 1 :]
        elif kind == 1:
            content = content[:at]
        elif kind == 2:
            content = content[:at] + dice.choice(PIECES) * dice.choice((1, 1, 3, 2000)) + content[at:]
        elif kind == 3:
            lines = content.splitlines(keepends=True)
            dice.shuffle(lines)
            content = b"".join(lines)
        else:
            content = content.decode("utf-8", "replace").encode(
                dice.choice(("utf-16", "utf-8-sig", "utf-16-be", "cp037")), "replace"
            )
    return content


# ---------------------------------------------------------------- all


KINDS: tuple[tuple[str, Callable[[int, int], Iterator[Attempt]], int], ...] = (
    ("values of flags and variables", flag_attempts, 5000),
    ("names of sheets, runs, jobs, fields", argument_attempts, 700),
    ("surroundings of commands", surrounding_attempts, 700),
    ("damaged job files", job_attempts, 1000),
)


def attempts(scale: float, seed: int) -> Iterator[Tried]:
    """Full count: 5,000 values of flags, 1,000 damaged job files, 1,400 arguments and surroundings."""
    _load()
    for kind, make, most in KINDS:
        made = make(seed, max(1, round(most * scale)))
        named = {f"{number}: {attempt}": attempt for number, attempt in enumerate(made)}
        yield try_all(kind, ((name, case_of(attempt)) for name, attempt in named.items()), judge(named))


def _load() -> None:
    """What the commands import, once for all cases."""
    import batch_update.check.checking
    import batch_update.journal.reading
    import batch_update.plan.saving
    import batch_update.report.screen.preview
    import batch_update.report.screen.summary
    import batch_update.run.exporting
    import batch_update.run.resuming
    import batch_update.sandbox.app
    import batch_update.sandbox.serving
    import batch_update.send.accounting
    import batch_update.send.verifying
    import batch_update.sheet.reading  # noqa: F401  # so that a fork has it, as the others above
    from batch_update.settings.layers import read_settings

    read_settings({"base_url": "https://a.invalid/api"})
    command_line()
    gc.collect()
    gc.freeze()
