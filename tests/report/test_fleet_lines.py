"""A fleet's plan on the screen: the worst first, then most changes; readable with 3 accounts and with 300."""

from __future__ import annotations

from batch_update.model.fleets import NO_ACCOUNT, AccountPlan
from batch_update.report.documents.fleets.of_fleet_plans import fleet_totals
from batch_update.report.screen.fleet_lines import account_table, fleet_totals_line
from batch_update.text import cells

SERVER = "https://a.example/api"
DOWN = [
    AccountPlan(f"down-{n:03}", SERVER, rows=5, code="N102", message="a.example: refused") for n in range(40)
]
SAME = [AccountPlan(f"same-{n:03}", SERVER, digest="0" * 16, rows=4) for n in range(60)]


def changing(name: str, changes: int, *tripped: str) -> AccountPlan:
    return AccountPlan(name, SERVER, "x", "0" * 16, changes, changes + 2, 1, tripped)


def test_what_cannot_be_planned_comes_first_then_what_is_guarded_then_most_changes() -> None:
    lines = list(
        account_table([SAME[0], changing("b", 3), changing("c", 70), DOWN[0], changing("a", 1, "G101")])
    )
    first = [line.split()[:2] for line in lines]
    assert first[:2] == [["x", "down-000:"], ["N102", "a.example:"]]
    assert first[3:] == [["!", "a"], ["~", "c"], ["~", "b"], ["=", "1"]]
    assert "G101" in lines[3]


def test_three_hundred_accounts_fit_on_a_screen_and_none_is_left_out_of_the_sums() -> None:
    accounts = [*DOWN, *SAME, *(changing(f"kunde-{n:03}", n + 1) for n in range(200))]
    accounts.append(changing("ein-sehr-langer-name-eines-kunden-mit-vielen-filialen", 900))
    lines = list(account_table(accounts))
    assert len(lines) < 30 and max(map(cells, lines)) <= 80
    assert lines[0] == "x down-000, down-001, down-002 and 37 more: not planned"
    assert lines[-2] == f"~ 181 more accounts with 1 to 181 changes, {sum(range(182)):,} in all"
    assert lines[-1].startswith("= 60 accounts already so")
    whole = "\n".join(account_table(accounts, full=True))
    assert all(one.account in whole for one in accounts)
    totals = fleet_totals(accounts, seconds=70)
    assert (totals.changes, totals.changing, totals.unplanned) == (sum(range(201)) + 900, 201, 40)
    assert "about 1 min 10 s" in fleet_totals_line(totals)


def test_an_account_with_nothing_but_mistakes_is_not_called_already_so() -> None:
    lines = list(account_table([AccountPlan("krone", SERVER, rows=2, invalid=2), changing("adler", 3)]))
    assert lines[1].split() == ["x", "krone", "0", "2", "2"] and "already so" not in "".join(lines)


def test_rows_of_no_account_are_no_account_and_names_are_shown_as_text() -> None:
    homeless = AccountPlan(NO_ACCOUNT, "", rows=2, invalid=2, code="S150", message="2 rows of no account")
    odd = AccountPlan("a", SERVER, rows=1, code="A401", message="\x1b[31mred\u202e")
    lines = list(account_table([homeless, odd]))
    assert lines[0] == "x left out" and "\x1b" not in "".join(lines) and "\u202e" not in "".join(lines)
    assert fleet_totals([homeless, odd]).accounts == 1
