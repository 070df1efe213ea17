"""The accounts of a list on a screen: where each key lies is told whole, however narrow it is."""

from __future__ import annotations

from batch_update.report.documents.fleets.of_accounts import ListedAccount
from batch_update.report.screen.account_lines import listed_lines
from batch_update.text import cells

FOLDER = "/srv/agency/secrets/famulor/production/keys of customers/"


def test_no_place_of_a_key_is_cut_and_what_all_share_is_told_once() -> None:
    accounts = [
        ListedAccount(
            f"hotel-adler-{number:03}",
            "https://app.famulor.de/api",
            f"the file {FOLDER}hotel-adler-{number:03}",
            "it@hotel-adler.example",
            ("hotel",),
        )
        for number in range(200)
    ]
    odd = ListedAccount("odd", accounts[0].server, f"the command pass show {'x' * 60}", "", ())
    beside, beneath = (list(listed_lines(some, width=80)) for some in (accounts, [*accounts, odd]))
    for lines, number in ((beside, 200), (beneath, 201)):
        assert lines[0] == f"https://app.famulor.de/api: {number} accounts"
        assert lines[1] == f"  files of keys are in {FOLDER}" and "…" not in "".join(lines)
    assert len(beside) == 3 + 200 and max(map(cells, beside[2:])) <= 80
    assert beside[-1].startswith("  hotel-adler-199  the file hotel-adler-199  ")
    assert beneath[3:5] == [
        "  hotel-adler-000  it@hotel-adler.example  hotel",
        "      the file hotel-adler-000",
    ]
    assert beneath[-2:] == ["  odd", f"      {odd.key}"]
    wide = list(listed_lines(accounts, width=200))
    assert len(wide) == 2 + 200 and FOLDER in wide[-1]
