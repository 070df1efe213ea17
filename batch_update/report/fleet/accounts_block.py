"""The accounts that the page of a fleet shows, searches and filters, as one JSON object for its script."""

from __future__ import annotations

from collections.abc import Mapping

from batch_update.model.plans import Status
from batch_update.model.sheets import Json
from batch_update.report.documents.envelope import compact_text
from batch_update.report.fleet.account_states import (
    AccountStanding,
    AccountState,
    FleetStanding,
    counts_told,
)
from batch_update.report.page.row_data import code_entries
from batch_update.text import utc_text

COLUMNS_OF_ACCOUNTS = (
    *("row", "account", "state", "done", "code", "why", "codes", "counts", "left", "rows", "changes"),
    *("requests", "seconds", "began", "ended", "epoch", "server", "owner", "link"),
)
"""The cells of an account, in their order; `row` is its place among all, the worst first."""


def accounts_block(standing: FleetStanding, links: Mapping[str, str], delimiter: str) -> str:
    """Return the accounts as JSON. `links`: account -> the address of its own report as seen from the page."""
    rows = [
        _account_cells(place, one, links.get(one.account, ""))
        for place, one in enumerate(standing.accounts, 1)
    ]
    return compact_text(
        {
            "kind": "fleet",
            "columns": COLUMNS_OF_ACCOUNTS,
            "statuses": list(map(str, AccountState)),
            "ends": list(map(str, Status)),
            "delimiter": delimiter or ",",
            "download": "fleet-accounts.csv",
            "fields": [],
            "names": {},
            "codes": {
                code: _of_fleet(entry) for code, entry in code_entries(codes_of_fleet(standing)).items()
            },
            "rows": rows,
        }
    )


def _of_fleet(entry: dict[str, str]) -> dict[str, str]:
    """Return what a code means where its remedy goes on with the fleet, not with one run of it."""
    remedy = entry["remedy"].replace("batch-update resume", "batch-update fleet resume")
    return entry | {"remedy": remedy}


def codes_of_fleet(standing: FleetStanding) -> list[str]:
    """Return the codes of all accounts and of their rows that are still to be done, in order."""
    found = {code for one in standing.accounts for code in (one.code, *one.codes)}
    return sorted(found - {""})


def _account_cells(place: int, one: AccountStanding, link: str) -> list[Json]:
    plan, end = one.plan, one.end
    return [
        *(
            place,
            one.account if one.is_one else "",
            str(one.state),
            one.state is AccountState.AS_WANTED,
            one.code,
            one.why,
        ),
        [list(pair) for pair in one.codes.items()],
        [[str(status), count] for status, count in counts_told(plan, end).items() if count],
        *(one.left, plan.rows, plan.changes, end.requests, round(end.seconds, 3)),
        *(None if moment is None else utc_text(moment) for moment in (end.began, end.ended)),
        *(end.epoch, plan.server, plan.owner, link),
    ]
