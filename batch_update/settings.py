"""Every tunable, once: default, bounds, help. Flags, environment variables, job keys and docs come from here."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from batch_update.errors import UsageError
from batch_update.model import Share, Window
from batch_update.refusals import as_flag, complaints
from batch_update.text import nearest, shortly

ENV_PREFIX = "BATCH_UPDATE_"
DEFAULT_BASE_URL = "https://app.famulor.de/api"
DEFAULT_RATES = (Window(20, 10), Window(100, 60))
HAZARDS = (
    "mode",
    "type",
    "phone_number_id",
    "clear",
    "webhook_url",
    "tools",
    "prompt_shrinks",
    "same_prompt",
)
"""What has to be allowed by name before it is sent; `plan/guarding.py` says when."""
ALL_HAZARDS = "all"


def read_window(text: str) -> Window:
    """`100/60` -> at most 100 requests in any 60 seconds. Raises ValueError with what is wanted."""
    match = re.fullmatch(r"\s*(\d{1,7})\s*/\s*(\d{1,6}(?:\.\d{1,3})?)\s*s?\s*", text)
    if not match or int(match[1]) < 1 or float(match[2]) <= 0:
        raise ValueError(f"{shortly(text)} is no rate: write REQUESTS/SECONDS, for instance 100/60, or off")
    return Window(int(match[1]), float(match[2]))


def _windows(value: object) -> object:
    """Accepts "off", "100/60", "20/10,100/60" or a list of such texts."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)):
        return value
    texts = [text for item in value for text in (item.split(",") if isinstance(item, str) else [item])]
    if [t.strip().lower() for t in texts if isinstance(t, str)] == ["off"]:
        return ()
    return tuple(read_window(t) if isinstance(t, str) else t for t in texts)


def _ids(value: object) -> object:
    """Accepts "101,102", a list of such texts, or a list of numbers."""
    if isinstance(value, (str, int)):
        value = [value]
    if not isinstance(value, (list, tuple)):
        return value
    found: list[int] = []
    for text in (part for item in value for part in re.split(r"[,;\s]+", str(item).strip()) if part):
        if not re.fullmatch(r"[1-9][0-9]{0,17}", text):
            raise ValueError(f"{shortly(text)} is no assistant id: a whole number above 0 is wanted")
        found.append(int(text))
    if value and not found:  # an empty variable in somebody's script: it must not become "all of them"
        raise ValueError("no assistant id is given: leave it out for all rows")
    return tuple(found)


def _mapping(value: object) -> object:
    """Accepts "Stimme neu=voice_id", a list of such texts, or a table."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, (list, tuple)):
        pairs: dict[str, str] = {}
        for item in value:
            header, sign, name = str(item).rpartition("=")
            if not sign or not header.strip() or not name.strip():
                raise ValueError(f"{shortly(item)} is no mapping: write HEADER=FIELD")
            pairs[header.strip()] = name.strip()
        return pairs
    return value


def _worksheet(value: object) -> object:
    """Accepts a number as a job file may hold it."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _names(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _hazards(value: object) -> object:
    """Accepts "mode,clear" or a list of such texts."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)):
        return value
    names = [name.strip() for item in value for name in str(item).split(",")]
    known = (*HAZARDS, ALL_HAZARDS)
    for name in names:
        if name not in known:
            close = nearest(name, {each: each for each in known})
            hint = f"did you mean {close!r}?" if close else f"there are {', '.join(known)}"
            raise ValueError(f"{shortly(name)} is no hazard; {hint}")
    return tuple(dict.fromkeys(names))


def read_share(text: str) -> Share:
    """`5` or `20%`. Raises ValueError with what is wanted."""
    match = re.fullmatch(r"\s*(\d{1,9})\s*|\s*(\d{1,3}(?:\.\d{1,6})?)\s*%\s*", text)
    share = match and (Share(int(match[1])) if match[1] else Share(float(match[2]), is_percent=True))
    if not share or share.number <= 0 or (share.is_percent and share.number > 100):
        raise ValueError(f"{shortly(text)} is neither a number from 1 on nor a percentage such as 20%")
    return share


def _share(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return read_share(value) if isinstance(value, str) else value


def _waves(value: object) -> object:
    """Accepts "1,5,20%,rest" or a list of such texts."""
    if isinstance(value, (str, int)):
        value = [value]
    if not isinstance(value, (list, tuple)):
        return value
    items = [part for item in value for part in (item.split(",") if isinstance(item, str) else [item])]
    names = [str(item).strip().lower() for item in items]
    if "rest" in names[:-1]:
        raise ValueError("rest is the last wave")
    return tuple(
        Share(100.0, is_percent=True) if name == "rest" else _share(item)
        for name, item in zip(names, items, strict=True)
    )


def _address(text: str) -> str:
    """Refuses what is no address at all; whether a key may travel to it is for those to say who send one."""
    try:
        _ = urlsplit(text).port
    except ValueError as error:
        raise ValueError(f"it is no web address: {error}; write https://HOST/api") from None
    return text


def _codec(text: str | None) -> str | None:
    """Refuses what no file on a disk is written in."""
    if text is None:
        return None
    try:
        name = codecs.lookup(text).name
        "".encode(name)
    except (LookupError, ValueError):
        name = ""
    if not name or name in _NOT_FOR_FILES:
        raise ValueError(
            f"{shortly(text)} is no encoding of text files; "
            "there are, among others, utf-8, cp1252, utf-16, cp850 and mac-roman"
        )
    return text


_NOT_FOR_FILES = {"idna", "punycode", "undefined", "unicode_escape", "raw-unicode-escape", "unicode-escape"}
"""Python's codecs of text that are for something else than files"""


def _path(path: Path | None) -> Path | None:
    if path is not None and "\0" in str(path):
        raise ValueError("no path holds a NUL character")
    return path


Place = Annotated[Path, AfterValidator(_path)]
MaybePlace = Annotated[Path | None, AfterValidator(_path)]
Rates = Annotated[tuple[Window, ...], BeforeValidator(_windows)]
Ids = Annotated[tuple[int, ...], BeforeValidator(_ids)]
HeaderMap = Annotated[dict[str, str], BeforeValidator(_mapping)]
Worksheet = Annotated[str | None, BeforeValidator(_worksheet)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Hazards = Annotated[tuple[str, ...], BeforeValidator(_hazards)]
Waves = Annotated[tuple[Share, ...], BeforeValidator(_waves)]
Failures = Annotated[Share, BeforeValidator(_share)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
WEEK = 604_800
"""Seconds. Nothing waits for ever: what is infinite can be written into no journal."""


def _number_in(annotation: Any) -> type | None:
    """int or float, where a setting of this type may be one or hold some."""
    if annotation in (int, float):
        return annotation  # type: ignore[no-any-return]  # it is one of the two
    return next(filter(None, map(_number_in, get_args(annotation))), None)


def setting(
    default: Any, help: str, *, group: str, metavar: str = "", job: bool = True, **bounds: Any
) -> Any:
    """One tunable. `job`: whether a job file may set it."""
    extra: dict[str, Any] = {"group": group, "metavar": metavar, "job": job}
    return Field(default, description=help, json_schema_extra=extra, validate_default=True, **bounds)


class Settings(BaseModel):
    """All tunables of a command, with their defaults. Frozen; unknown names are errors."""

    # Help shows all settings and checks none: what checks them is built when it is first needed.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_flag_for_a_number(cls, value: object, info: ValidationInfo) -> object:
        """pydantic reads `timeout = true` of a job file as one second."""
        if isinstance(value, bool) and (
            number := _number_in(cls.model_fields[info.field_name or ""].annotation)
        ):
            raise ValueError(f"given {value}, wanted {'a number' if number is float else 'a whole number'}")
        return value

    # How the sheet is read
    map: HeaderMap = setting(
        {},
        "Read a column as a field: 'Stimme neu=voice_id', or column:C=voice_id. Repeatable.",
        group="Sheet",
        metavar="HEADER=FIELD",
    )
    ignore: Names = setting(
        (),
        "Leave out a column by its header, or column:C; several by comma. Repeatable.",
        group="Sheet",
        metavar="HEADER",
    )
    sheet: Worksheet = setting(None, "Worksheet of a workbook: its name or number, from 1.", group="Sheet")
    delimiter: Literal[",", ";", "tab", "|"] | None = setting(
        None,
        "Column separator of a CSV, where the guess is wrong: , ; | or tab.",
        group="Sheet",
        metavar="SIGN",
    )
    encoding: Annotated[str | None, AfterValidator(_codec)] = setting(
        None, "Encoding of a CSV, where the guess is wrong.", group="Sheet"
    )
    decimal: Literal[".", ","] | None = setting(
        None, "Decimal sign, where the guess is wrong: , or .", group="Sheet", metavar="SIGN"
    )
    on_duplicate: Literal["error", "first", "last"] = setting(
        "error",
        "Two rows with different values for one assistant: refuse, or take the first or last.",
        group="Sheet",
    )

    # What a sheet may cost in memory and time
    max_csv_mb: int = setting(
        1024, "Largest CSV, TSV or JSON Lines file, in MiB.", group="Limits", metavar="MIB", ge=1
    )
    max_excel_mb: int = setting(50, "Largest workbook, in MiB.", group="Limits", metavar="MIB", ge=1)
    max_unpacked_mb: int = setting(
        200, "Largest workbook once unpacked, in MiB.", group="Limits", metavar="MIB", ge=1
    )
    max_rows: int = setting(1_048_576, "Most rows of a sheet.", group="Limits", metavar="N", ge=1)
    max_columns: int = setting(500, "Most columns of a sheet.", group="Limits", metavar="N", ge=1)

    # Which rows are sent
    skip_invalid: bool = setting(False, "Send the good rows though others are invalid.", group="Rows")
    only: Ids = setting((), "Only these assistants: 101,102. Repeatable.", group="Rows", metavar="IDS")
    limit: int | None = setting(
        None, "Send the first N changes and leave the rest.", group="Rows", metavar="N", ge=1
    )
    yes: bool = setting(False, "Do not ask first.", group="Rows")

    no_fetch: bool = setting(
        False, "Do not read what is there first: send every value of the sheet.", group="Rows"
    )
    no_verify: bool = setting(False, "Do not read back what was sent.", group="Rows")
    reread_after: Seconds = setting(
        5.0,
        "Seconds until what is not as it was sent is read back once more.",
        group="Waves",
        metavar="SECONDS",
    )

    # What must not happen
    max_changes: int | None = setting(
        None, "Send nothing where more assistants than this would change.", group="Guards", metavar="N", ge=0
    )
    max_change_percent: float | None = setting(
        None,
        "Send nothing where more of the account's assistants than this would change.",
        group="Guards",
        metavar="PERCENT",
        ge=0,
        le=100,
    )
    allow: Hazards = setting(
        (),
        f"Allow what is dangerous, by name: {', '.join(HAZARDS)}, or all. By comma, repeatable.",
        group="Guards",
        metavar="NAMES",
    )
    expect: str | None = setting(
        None, "Send only if the plan has this digest, as plan showed it.", group="Guards", metavar="DIGEST"
    )

    # How carefully it is sent
    waves: Waves = setting(
        (),
        "Send in waves, each read back before the next: 1,5,20%,rest.",
        group="Waves",
        metavar="SIZES",
    )
    max_failures: Failures | None = setting(
        None,
        "Stop when N, or P%, of a wave or of all changes went wrong. With waves 1, unless given.",
        group="Waves",
        metavar="N|P%",
    )
    pause: Seconds | Literal["ask"] | None = setting(
        None,
        "Before each further wave wait so many seconds, or ask.",
        group="Waves",
        metavar="SECONDS|ask",
    )

    # The server and how it is spoken to
    base_url: Annotated[str, AfterValidator(_address)] = setting(
        DEFAULT_BASE_URL, "Where the API lives.", group="Connection", metavar="URL"
    )
    key_file: MaybePlace = setting(
        None, "File that holds the API key. Without it: FAMULOR_API_KEY.", group="Connection"
    )
    proxy: str | None = setting(
        None,
        "Proxy to go through, or off for none. Without it: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.",
        group="Connection",
        metavar="URL",
        repr=False,  # it may hold a password
    )
    locks_dir: MaybePlace = setting(
        None,
        "Where locks and records of recent requests lie; a folder that several users or machines share makes them "
        "share both. Without it: your own, for this machine.",
        group="Connection",
        metavar="DIR",
    )
    timeout: float = setting(
        45.0, "Seconds one attempt may take.", group="Connection", metavar="SECONDS", gt=0, le=600
    )

    # The built-in imitation of the API
    sandbox: bool = setting(
        False, "Send to the built-in imitation of the API: no key, no network.", group="Sandbox"
    )
    sandbox_limits: Rates = setting(
        DEFAULT_RATES, "Its rate windows, or off.", group="Sandbox", metavar="N/SECONDS"
    )
    sandbox_state: MaybePlace = setting(
        None,
        "Where it keeps its assistants; a file of your own user folder by default.",
        group="Sandbox",
        metavar="FILE",
    )
    sandbox_faults: str = setting(
        "", "What shall go wrong: 429@5 answers the 5th update with a 429.", group="Sandbox", metavar="FAULTS"
    )

    # Pace
    rate: Rates = setting(
        DEFAULT_RATES,
        "At most N requests in any SECONDS; repeatable; off for none.",
        group="Pace",
        metavar="N/SECONDS",
    )
    pace: Literal["burst", "smooth"] = setting(
        "burst", "As fast as the windows allow, or evenly spaced.", group="Pace"
    )
    concurrency: int = setting(8, "Requests under way at once.", group="Pace", metavar="N", ge=1, le=64)
    max_attempts: int = setting(4, "Attempts for one row.", group="Pace", metavar="N", ge=1, le=20)
    max_outage: float = setting(
        600.0,
        "Seconds to wait for a server that is down before stopping.",
        group="Pace",
        metavar="SECONDS",
        ge=0,
        le=WEEK,
    )

    grace: float = setting(
        45.0,
        "Seconds that requests under way may take after Ctrl-C.",
        group="Pace",
        metavar="SECONDS",
        ge=0,
        le=600,
    )

    wait: float = setting(
        0.0,
        "Seconds to wait for another run on the same account to end.",
        group="Pace",
        metavar="SECONDS",
        ge=0,
        le=WEEK,
    )

    # What is written and shown
    run_dir: MaybePlace = setting(
        None, "Write the results into exactly this folder.", group="Output", metavar="DIR"
    )
    runs_dir: Place = setting(
        Path("runs"), "Where each run gets a folder of its own.", group="Output", metavar="DIR"
    )
    json_: bool = setting(False, "Print one JSON document to stdout.", group="Output", job=False)
    quiet: bool = setting(False, "Print errors only.", group="Output")


def flag_of(name: str) -> str:
    """`max_attempts` -> `--max-attempts`."""
    return "--" + as_flag(name)


def variable_of(name: str) -> str:
    """`max_attempts` -> `BATCH_UPDATE_MAX_ATTEMPTS`."""
    return ENV_PREFIX + name.strip("-_").replace("-", "_").upper()


def read_settings(
    *layers: Mapping[str, object], environ: Mapping[str, str] = MappingProxyType({})
) -> Settings:
    """Settings from what was given: later layers win, then the environment is asked, then the defaults.

    Names may be written as flags are (`max-attempts`) or as Python does (`max_attempts`). Raises UsageError with
    every value that is not allowed and every name that is not known.
    """
    given: dict[str, object] = {}
    for name in Settings.model_fields:
        text = environ.get(variable_of(name), "")
        if text:
            given[name] = text.splitlines() if "\n" in text else text
    places = {name: f"{flag_of(name)} (from {variable_of(name)})" for name in given}
    for layer in layers:
        for name, value in layer.items():
            given[_python_name(name)] = value
            places[_python_name(name)] = flag_of(name)
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise UsageError(
            "\n".join(complaints(error.errors(), places, Settings.model_fields)), code="U101"
        ) from None


def paths() -> list[str]:
    """The settings that name a file or folder, by their Python names."""
    return [name for name, info in Settings.model_fields.items() if info.annotation in (Path, Path | None)]


def _python_name(name: str) -> str:
    python = name.replace("-", "_")
    return python + "_" if python + "_" in Settings.model_fields else python
