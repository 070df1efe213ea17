"""Every tunable, once: default, bounds, help. Flags, environment variables, job keys and docs come from here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from batch_update.model.plans import HAZARDS
from batch_update.model.reports import Pace, Window
from batch_update.settings.parsing import (
    WEEK,
    AccountName,
    Constants,
    Failures,
    Hazards,
    HeaderMap,
    Ids,
    MaybePlace,
    Names,
    Place,
    Rates,
    Said,
    Seconds,
    Waves,
    Worksheet,
    check_address,
    check_codec,
    check_number,
)

DEFAULT_BASE_URL = "https://app.famulor.de/api"
SANDBOX_URL = "https://sandbox/api"
"""Where the sandbox in this process says that it lives, so that its plans and reports are not taken for real ones."""
SANDBOX_KEY = "sandbox-key-that-opens-nothing-else"
"""The key that a sandbox takes."""
DEFAULT_RATES = (Window(20, 10), Window(100, 60))
_PACE = Pace(DEFAULT_RATES)


def setting(
    default: Any, help: str, *, group: str, metavar: str = "", job: bool = True, **bounds: Any
) -> Any:
    """Return one tunable. `job`: whether a job file may set it."""
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
            number := check_number(cls.model_fields[info.field_name or ""].annotation)
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
    ignore_unknown: bool = setting(
        False, "Leave out every column that matches no field; they are named.", group="Sheet"
    )
    set: Constants = setting(
        {},
        "Give every row a value, as if the sheet had a column of it: speech_speed=1.1. Repeatable.",
        group="Sheet",
        metavar="FIELD=VALUE",
    )
    header_row: int | None = setting(
        None,
        "Row that names the columns, where the guess is wrong, as the spreadsheet program counts.",
        group="Sheet",
        metavar="N",
        ge=1,
    )
    visible_only: bool = setting(
        False, "Only rows that show: leave out those that are filtered away or hidden.", group="Sheet"
    )
    sheet: Worksheet = setting(None, "Worksheet of a workbook: its name or number, from 1.", group="Sheet")
    delimiter: Literal[",", ";", "tab", "|"] | None = setting(
        None,
        "Column separator of a CSV: , ; | or tab. Of one that is read where the guess is wrong; of one that is written "
        "where not that of your system is wanted, or of the sheet that it is made of.",
        group="Sheet",
        metavar="SIGN",
    )
    encoding: Annotated[str | None, AfterValidator(check_codec)] = setting(
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

    on_conflict: Literal["hold", "ours"] = setting(
        "hold",
        "A cell that was edited, and changed by others since the sheet was exported: hold back its row, or send ours.",
        group="Rows",
    )
    no_fetch: bool = setting(
        False, "Do not read what is there first: send every value of the sheet.", group="Rows"
    )
    no_verify: bool = setting(False, "Do not read back what was sent.", group="Rows")

    # What may be chosen on the account
    choices_max_age: Seconds = setting(
        3600.0,
        "Seconds that the account's lists (voices, models, numbers and others) are kept; 0: looked up each time.",
        group="Look-ups",
        metavar="SECONDS",
    )
    no_lookup: bool = setting(
        False, "Do not hold ids against the account's lists: send them as they stand.", group="Look-ups"
    )
    refresh: bool = setting(False, "Look up the account's lists anew, whatever is kept.", group="Look-ups")

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
    reread_after: Seconds = setting(
        5.0,
        "Seconds until what is not as it was sent is read back once more.",
        group="Waves",
        metavar="SECONDS",
    )

    # The server and how it is spoken to
    base_url: Annotated[str, AfterValidator(check_address)] = setting(
        DEFAULT_BASE_URL, "Where the API lives.", group="Connection", metavar="URL"
    )
    key_file: MaybePlace = setting(
        None, "File that holds the API key. Without it: FAMULOR_API_KEY.", group="Connection"
    )
    account: AccountName = setting(
        None,
        "Account of the list that is meant: its key, its server, and its part of a sheet or a fleet.",
        group="Connection",
        metavar="NAME",
    )
    accounts_file: Place = setting(
        Path("accounts.toml"),
        "List of accounts: a TOML file, or a sheet.",
        group="Connection",
        metavar="FILE",
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
        _PACE.timeout, "Seconds one attempt may take.", group="Connection", metavar="SECONDS", gt=0, le=600
    )

    # The built-in imitation of the API
    sandbox: bool = setting(
        False, "Speak to the built-in imitation of the API: no key, no network.", group="Sandbox"
    )
    sandbox_limits: Rates = setting(
        DEFAULT_RATES, "The rate windows of the sandbox, or off.", group="Sandbox", metavar="N/SECONDS"
    )
    sandbox_state: MaybePlace = setting(
        None,
        "Where the sandbox keeps its assistants; a file of your own user folder by default.",
        group="Sandbox",
        metavar="FILE",
    )
    sandbox_faults: str = setting(
        "",
        "What shall go wrong in the sandbox: 429@5 answers the 5th update with a 429.",
        group="Sandbox",
        metavar="FAULTS",
    )

    # Pace
    rate: Rates = setting(
        _PACE.rates,
        "At most N requests in any SECONDS; repeatable; off for none.",
        group="Pace",
        metavar="N/SECONDS",
    )
    pace: Literal["burst", "smooth"] = setting(
        "burst", "As fast as the windows allow, or evenly spaced.", group="Pace"
    )
    concurrency: int = setting(
        _PACE.concurrency, "Requests under way at once.", group="Pace", metavar="N", ge=1, le=64
    )
    max_attempts: int = setting(
        _PACE.attempts, "Attempts for one row.", group="Pace", metavar="N", ge=1, le=20
    )
    max_outage: float = setting(
        _PACE.outage,
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
    note: Said = setting(
        "", "What the run is for: it stands in its reports and in history.", group="Output", metavar="TEXT"
    )
    author: Said = setting(
        "",
        "Who does it, for reports and history. Without it: the user of this machine.",
        group="Output",
        metavar="NAME",
    )
    run_dir: MaybePlace = setting(
        None, "Write the results into exactly this folder.", group="Output", metavar="DIR"
    )
    runs_dir: Place = setting(
        Path("runs"), "Where each run gets a folder of its own.", group="Output", metavar="DIR"
    )
    json_: bool = setting(False, "Print one JSON document to stdout.", group="Output", job=False)
    quiet: bool = setting(False, "Print errors only.", group="Output")


def paths() -> list[str]:
    """Return the settings that name a file or folder, by their Python names."""
    return [name for name, info in Settings.model_fields.items() if info.annotation in (Path, Path | None)]


SETTINGS = (
    "rate",
    "pace",
    "concurrency",
    "timeout",
    "max_attempts",
    "max_outage",
    "grace",
    "on_duplicate",
    "on_conflict",
    "skip_invalid",
    "only",
    "limit",
    "max_changes",
    "max_change_percent",
    "allow",
    "waves",
    "max_failures",
    "pause",
    "sandbox",
)
"""The settings that decide what a run does to assistants, and how fast."""
