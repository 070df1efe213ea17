"""The right words for words that people try: commands and flags of other programs, slips of the keyboard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from batch_update.cli.printed_commands import program
from batch_update.cli.spelling import flag_of
from batch_update.errors import UsageError
from batch_update.settings.heeding import HEEDED, commands_that_heed
from batch_update.settings.tunables import Settings
from batch_update.sheet.endings import PLAIN
from batch_update.text import asked, listed, nearest, printable, quoted_path

_COMMANDS = {
    "apply": "update run send sync push import upload set change patch write execute start los",
    "plan": "preview diff dry-run dryrun simulate compare show-changes vorschau",
    "check": "validate lint verify test pruefen prüfen",
    "export": "download pull get dump backup fetch list ls assistants",
    "template": "form blank vorlage muster formular skeleton",
    "undo": "rollback revert restore back rückgängig",
    "resume": "continue retry restart weiter",
    "runs list": "status history log logs results",
    "fields": "columns schema headers",
    "explain": "code codes error",
    "sandbox": "serve server mock",
    "job run": "cron schedule nightly jobs",
    "--version": "version",
}
"""Command -> words for it that are none."""
_SYNONYMS = {word: command for command, words in _COMMANDS.items() for word in words.split()}

_KEY = "a key is never a flag, since flags show in process lists: set FAMULOR_API_KEY, or name a file with --key-file"
_PLAN = "plan shows what would change and sends nothing"
_FLAGS = {
    "--dry-run --dryrun --simulate --preview --diff --check --what-if --whatif --noop --show": _PLAN,
    "--key --api-key --apikey --api_key --token --bearer --password --secret --auth --auth-token -k": _KEY,
    "-y --assume-yes --no-confirm --no-input --non-interactive --noconfirm --batch": "it is --yes",
    "-f --force": "--yes answers the question, --allow NAME lets through what is dangerous, "
    "and --skip-invalid leaves out the rows that are wrong",
    "-q --silent": "it is --quiet",
    "-v --verbose --debug --log --log-level": "all that happened to a row is in the run's results.csv and run.json",
    "-V": "it is --version",
    "-n --max --first --head --count --top": "it is --limit",
    "--id --ids --assistant --assistants --filter": "it is --only",
    "--workers --threads --parallel --jobs --concurrent -j -c": "it is --concurrency",
    "--retries --retry --max-retries": "it is --max-attempts",
    "--rate-limit --rps --throttle --speed --delay --sleep": "it is --rate, for instance --rate 100/60",
    "--url --host --server --endpoint --api-url --api": "it is --base-url",
    "--sep --separator --delim -d": "it is --delimiter",
    "--worksheet --tab --table": "it is --sheet",
    "--test --mock --fake --demo": "it is --sandbox",
    "--file --input --csv --excel -i": "the file is named without a flag",
    "-o --output --out --output-dir --report": "--run-dir names a run's folder, and --runs-dir where runs lie",
    "--config --job --profile": "what is written down in a job file is run by job run NAME",
    "--continue --resume": "resume goes on with a run",
    "--undo --rollback --revert": "undo takes a run back",
    "--insecure --no-verify-ssl --no-ssl-verify": "certificates are always checked; SSL_CERT_FILE names others",
    "--no-color --no-colour": "set the variable NO_COLOR=1",
    "--format": "report RUN --format xlsx writes the results of a run in another format",
}
"""Flags of other programs -> what is used here in their place."""
_MEANT = {flag: words for flags, words in _FLAGS.items() for flag in flags.split()}
_KIN = {flag: flags.split() for flags in _FLAGS for flag in flags.split()}
"""Flag of other programs -> those that mean the same, of which a command may take one."""

_SHOWING = dict.fromkeys(
    ("undo", "resume", "runs prune", "fleet undo", "fleet resume"),
    "{command} shows what it would do and asks first, unless --yes is given",
)
_SHOWING["job run"] = "{program} job check looks at jobs and their sheets, and sends nothing"
"""Command -> how to see beforehand what it does, where that is not what plan shows."""

_UNHEEDED = {
    ("undo", "allow"): "an undo may do what --allow is for",
    ("undo", "no_fetch"): "an undo is always held against what is there",
    ("resume", "run_dir"): "a run goes on in its own folder",
    ("fleet plan", "account"): "the accounts of a fleet are named by --accounts",
    ("fleet apply", "account"): "the accounts of a fleet are named by --accounts",
    ("plan", "yes"): "plan asks nothing and sends nothing",
}
"""Command and setting -> why it makes no difference there, where that is not plain."""

_MISSING = {
    "FILE": "which sheet? For instance: {program} {command} changes.csv",
    "FILE|FLEET": "which sheet, or which fleet? For instance: {program} {command} changes.csv",
    "FLEET": "which fleet? The last one is: {program} {command} last",
    "RUN": "which run? The last one is: {program} {command} last",
    "CODE": "which code? For instance: {program} {command} V104",
    "NAME": "which job? All are shown by: {program} job list",
    "accounts add NAME": "what shall the account be called? For instance: {program} accounts add hotel-adler "
    "--key-from file:keys/hotel-adler",
    "job init NAME": "what shall the job be called? For instance: {program} job init nightly changes.csv",
    "--output": "name the file that is to be written: {program} {command} -o account.xlsx",
}
"""What was not said -> the question, with a command that answers it."""


def no_such_command(word: str, known: Iterable[str], group: str = "") -> UsageError:
    """Tell what may be meant by a word that is no command; `group` is the command that it stands under, "" for none."""
    if not group and _is_sheet(word):
        ask = f"{program()} plan {quoted_path(word)}"
        return _usage(f"{printable(word)} is a file, and no command", f"to see what it would change: {ask}")
    meant = _SYNONYMS.get(word.casefold()) if not group else None
    if meant is None:
        meant = nearest(word, {name: name for name in known} | ({} if group else _SYNONYMS))
    within = f"{group} " if group else ""
    helping = f"all commands are shown by: {program()} {within}--help"
    said = f"there is no command '{printable(within + word)}'"
    return _usage(said, f"{asked(within + meant)} {helping}" if meant else helping)


def _no_flag_before_a_command(flag: str) -> UsageError:
    """Tell what may be meant by a flag that stands where a command has to."""
    said = f"there is no flag {printable(flag)} before a command"
    if flag in _MEANT:
        return _usage(said, _meant(flag, "", ()))
    if _setting_of(flag) is not None:
        return _usage(
            said, f"it stands behind one: {program()} {commands_that_heed(str(_setting_of(flag)))[0]} {flag}"
        )
    return _usage(said, f"all that it takes is shown by: {program()} --help")


def _no_such_flag(flag: str, command: str, known: Iterable[str], typed: Sequence[str]) -> UsageError:
    """Tell what may be meant by a flag that a command does not take; `typed` are the words after the command."""
    name = next((word for word in typed if word.startswith(flag)), flag).partition("=")[0]
    if not flag.startswith("--") and _lacks_a_hyphen(name, known):
        return _usage(f"there is no flag {printable(name)}", f"it has two hyphens: -{name}")
    setting = _setting_of(flag)
    if setting is not None:
        why = _UNHEEDED.get((command, setting)) or f"it is for {listed(commands_that_heed(setting))}"
        return _usage(f"{command} does not heed {flag}", f"{why}: leave it out")
    said = f"{command} has no flag {printable(flag)}"
    if own := [kin for kin in _KIN.get(flag, ()) if kin in known]:
        return _usage(said, f"it is {max(own, key=len)}")
    if flag in _MEANT and _MEANT[flag] != f"it is {flag}":
        return _usage(said, _meant(flag, command, typed))
    close = nearest(flag, {name: name for name in (*_MEANT, *known)})
    if close in _MEANT and close not in known:
        return _usage(said, _meant(close, command, typed))
    helping = f"all are shown by: {program()} {command} --help"
    return _usage(said, asked(close) or helping)


def _lacks_a_hyphen(name: str, known: Iterable[str]) -> bool:
    """Whether it is a flag but for its second hyphen: `-limit` is taken for -l, -i, -m ..."""
    return len(name) > 2 and f"-{name}" in {*known, *map(flag_of, Settings.model_fields)}


def _meant(flag: str, command: str, typed: Sequence[str]) -> str:
    if _MEANT[flag] is _PLAN:
        planning = "fleet plan" if command.startswith("fleet ") else "plan"
        if command == planning:
            return f"{_PLAN}: leave it out"
        if command in _SHOWING:
            return _SHOWING[command].format(command=command, program=program())
        sheet = next((word for word in typed if _is_sheet(word)), "changes.csv")
        return f"{_PLAN}: {program()} {planning} {quoted_path(sheet)}"
    return _MEANT[flag]


def too_many(command: str, given: Sequence[str], extra: Sequence[str]) -> UsageError:
    """Tell what to do where more is named than the command takes; `given` was taken already."""
    dash = next((word for word in extra if word[0] in "–—−"), None) if all(extra) else None
    if dash is not None:
        name = dash.lstrip("–—−-")
        return _usage(f"{printable(dash)} begins with a typographic dash", f"type two hyphens: --{name}")
    for count in range(1, len(extra) + 1):
        whole = " ".join([*given, *extra[:count]])
        if Path(whole).exists():
            remedy = f"put a name with spaces in quotes: {program()} {command} {quoted_path(whole)}"
            return _usage(f"{command} takes one name, and there are {1 + len(extra)}", remedy)
    more = ", ".join(map(printable, extra))
    return _usage(
        f"{command} takes no more than {len(given)}: {more} is too much",
        "a name with spaces stands in quotes",
    )


def _ask_for_missing(command: str, what: str) -> UsageError:
    """Ask for what has to be named and is not."""
    question = (
        _MISSING.get(f"{command} {what}")
        or _MISSING.get(what)
        or f"all that it takes is shown by: {{program}} {command} --help"
    )
    return _usage(f"{command}: {what} is missing", question.format(program=program(), command=command))


def usage_error_of(error: Any, typed: Sequence[str]) -> UsageError:
    """Say what typer has to say of wrong words in our words; `typed` are the program's arguments."""
    context = getattr(error, "ctx", None)
    command = context.command_path.partition(" ")[2] if context is not None else ""
    command = command or next((word for word in typed[:1] if word in HEEDED), "")
    if context is not None and hasattr(error, "possibilities") and not context.command_path.partition(" ")[2]:
        return _no_flag_before_a_command(error.option_name)
    if context is not None and command and hasattr(error, "possibilities"):
        known = [opt for param in context.command.params for opt in (*param.opts, *param.secondary_opts)]
        return _no_such_flag(error.option_name, command, known, typed)
    param = getattr(error, "param", None)
    if param is not None and type(error).__name__ == "MissingParameter":
        name = max(param.opts, key=len) if param.param_type_name == "option" else param.display_name_raw
        return _ask_for_missing(command, name)
    helping = f"{program()} {command} --help" if command else f"{program()} --help"
    return _usage(error.format_message(), f"all that it takes is shown by: {helping}")


def _setting_of(flag: str) -> str | None:
    names: Mapping[str, str] = {flag_of(name): name for name in Settings.model_fields}
    return names.get(flag)


def _is_sheet(word: str) -> bool:
    """Whether somebody who types the word means a sheet, which may not be there."""
    path = Path(word)
    return path.suffix.casefold() in PLAIN or (not word.startswith("-") and "." in word and path.is_file())


def _usage(message: str, remedy: str) -> UsageError:
    return UsageError(message, code="U101", remedy=remedy)
