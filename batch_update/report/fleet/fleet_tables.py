"""The tables over all accounts: a row for each account, each row of the sheet with its account, the rows to mend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import quote

from batch_update.model.plans import Status
from batch_update.model.reports import Report
from batch_update.outcomes import as_wanted
from batch_update.report.files.results import failed_rows, header, result_rows
from batch_update.report.fleet.account_states import AccountStanding, RowsLeft, counts_told
from batch_update.report.fleet.row_spool import RowSpool
from batch_update.sheet.extent.account_rows import account_column
from batch_update.text import printable, utc_text

ACCOUNT = "account"
"""The column that tells whose a row is."""
ACCOUNT_COLUMNS = (
    *(ACCOUNT, "state", "exit", "code", "message", "rows", "changes"),
    *map(str, Status),
    *("left", "codes", "requests", "seconds", "began", "ended", "epoch", "server", "owner", "report"),
)


def account_rows(
    accounts: Iterable[AccountStanding], reports: dict[str, str], decimal: str = "."
) -> Iterator[list[str]]:
    """Yield a row for each account, as ACCOUNT_COLUMNS names its cells. `reports`: account -> where its own lies."""
    for one in accounts:
        plan, end, counts = one.plan, one.end, counts_told(one.plan, one.end)
        yield [
            *(
                one.account if one.is_one else "",
                str(one.state),
                str(int(end.exit)),
                one.code,
                printable(one.why),
            ),
            *(str(plan.rows), str(plan.changes)),
            *(str(counts.get(status, 0)) for status in Status),
            *(str(one.left), _code_words(one), str(end.requests), f"{end.seconds:.3f}".replace(".", decimal)),
            *(_time_cell(end.began), _time_cell(end.ended), str(end.epoch)),
            *(plan.server, plan.owner, reports.get(one.account, "")),
        ]


def _code_words(one: AccountStanding) -> str:
    """`A422 x3, N502 x1`: the codes of the rows that are still to be done."""
    return ", ".join(f"{code} x{count}" for code, count in one.codes.items())


def _time_cell(moment: datetime | None) -> str:
    return "" if moment is None else utc_text(moment)


def report_link(account: str, epoch: int, name: str) -> str:
    """Return the address of an account's own report as seen from the folder of the fleet."""
    return f"accounts/{quote(account)}/{epoch}/{quote(name)}"


def spool_rows(account: str, report: Report, results: RowSpool, failed: RowSpool) -> RowsLeft:
    """Keep all rows of an account, and once more those that are still to be done; return what there is of these."""
    sheet = report.plan.sheet
    named = _names_accounts(report)
    columns = header(sheet) if named else [ACCOUNT, *header(sheet)]
    first = [] if named else [account]
    for number, cells in zip(sheet.numbers, result_rows(report), strict=True):
        results.add(int(number), columns, [*first, *cells])
    left = [index for index, outcome in enumerate(report.outcomes) if not as_wanted(outcome)]
    for index, cells in zip(left, failed_rows(report), strict=True):
        failed.add(int(sheet.numbers[index]), columns, [*first, *cells])
    codes = Counter(report.outcomes[index].code for index in left)
    return RowsLeft(len(left), {code: count for code, count in codes.most_common() if code})


def _names_accounts(report: Report) -> bool:
    """Whether the sheet itself tells whose a row is."""
    return account_column(report.plan.sheet) is not None
