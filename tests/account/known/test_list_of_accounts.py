"""A list of accounts says where keys lie and holds none; all that is wrong with one is told at once, at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_update.account.known.accounts_file import read_accounts
from batch_update.errors import UsageError
from batch_update.secrets.secret import Secret
from batch_update.settings.tunables import DEFAULT_BASE_URL

GOOD = """
[defaults]
base-url = "https://api.example/api"
key = { credential = "famulor-{account}" }

[accounts.adler]
owner = " it@adler.example "
tags = ["hotel", "Nord"]

[accounts."taxi.süd"]
base_url = "https://other.example/api"
key = { file = "keys/taxi" }
tags = "taxi"

[accounts.Linde]
key = { command = ["./bin/key", "linde"] }
tags = ["hotel"]
"""


def listed(folder: Path, text: str) -> Path:
    path = folder / "accounts.toml"
    path.write_text(text, "utf-8")
    return path


def test_what_accounts_share_stands_once_and_paths_begin_at_the_folder_of_the_list(tmp_path: Path) -> None:
    adler, taxi, linde = read_accounts(listed(tmp_path, GOOD)).accounts
    assert (adler.base_url, adler.owner, adler.tags) == (
        "https://api.example/api",
        "it@adler.example",
        ("hotel", "Nord"),
    )
    assert adler.key == Secret(credential="famulor-adler")
    assert (taxi.base_url, taxi.key) == ("https://other.example/api", Secret(file=tmp_path / "keys/taxi"))
    assert (taxi.owner, taxi.tags) == ("", ("taxi",))
    assert linde.key == Secret(command=(str(tmp_path / "bin/key"), "linde"))


def test_without_an_address_an_account_is_at_the_vendors(tmp_path: Path) -> None:
    path = listed(tmp_path, '[accounts.a]\nkey = { env = "A" }\n')
    assert read_accounts(path).named("a").base_url == DEFAULT_BASE_URL


def test_a_list_that_has_changed_is_read_again(tmp_path: Path) -> None:
    assert len(read_accounts(listed(tmp_path, GOOD)).accounts) == 3
    assert len(read_accounts(listed(tmp_path, '[accounts.a]\nkey = { env = "A" }\n')).accounts) == 1


@pytest.mark.parametrize(
    ("selectors", "names"),
    [
        (["adler"], ["adler"]),
        (["LINDE"], ["Linde"]),
        (["tag:hotel"], ["adler", "Linde"]),
        (["Tag: NORD , taxi.süd", "adler"], ["adler", "taxi.süd"]),
    ],
)
def test_accounts_are_chosen_by_name_and_by_tag_each_once(
    tmp_path: Path, selectors: list[str], names: list[str]
) -> None:
    chosen = read_accounts(listed(tmp_path, GOOD)).chosen(selectors)
    assert [account.name for account in chosen] == names


@pytest.mark.parametrize(
    ("selectors", "told"),
    [
        (
            ["adlr", "tag:hotl"],
            ["no account 'adlr'; did you mean 'adler'?", "no tag 'hotl'; did you mean 'hotel'?"],
        ),
        (["hotel"], ["no account 'hotel'; did you mean 'tag:hotel'?"]),
        ([" , "], ["no account is named"]),
        ([], ["no account is named"]),
    ],
)
def test_all_that_chooses_nothing_is_told_with_what_was_meant(
    tmp_path: Path, selectors: list[str], told: list[str]
) -> None:
    with pytest.raises(UsageError) as caught:
        read_accounts(listed(tmp_path, GOOD)).chosen(selectors)
    assert caught.value.code == "U181"
    assert [line.partition(": ")[2].removeprefix("there is ") for line in caught.value.details] == told


KEY = "sk-0123456789abcdef"
BAD = f"""[defaults]
owner = "x@y.example"
[accounts.a]
key = "{KEY}"
[accounts.A]
key = {{ fil = "{KEY}" }}
base-url = 3
base_url = "http://["
[accounts.hotel.de]
key = {{ env = "{KEY}" }}
[accounts."../x"]
key = {{ env = "A", file = "B" }}
tags = ["no tag"]
ownr = "a"
[accounts.b]
[acounts.c]
"""


def test_every_mistake_is_told_at_its_line_and_no_key_with_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_accounts(listed(tmp_path, BAD))
    assert caught.value.code == "U180" and KEY not in caught.value.message
    told = [line.partition(": ")[2] for line in caught.value.details]
    wanted = [
        "line 2: defaults.owner: is another one",
        "line 4: accounts.a.key: wanted a reference",
        "line 5: accounts.A: is called as a is",
        "line 6: accounts.A.key.fil: there is no key 'fil'; did you mean 'file'?",
        "line 7: accounts.A.base-url: stands there twice",
        "line 7: accounts.A.base-url: it is no web address",
        "line 9: accounts.hotel.de: there is no key 'de'; a name with a dot in it stands in quotes",
        "line 9: accounts.hotel: the key 'key' is missing",
        "line 11: accounts.../x: '../x' is no name",
        "line 12: accounts.../x.key: wanted one of",
        "line 13: accounts.../x.tags: 'no tag' is no tag",
        "line 14: accounts.../x.ownr: there is no key 'ownr'; did you mean 'owner'?",
        "line 15: accounts.b: the key 'key' is missing",
        "line 16: acounts: there is no table 'acounts'; did you mean 'accounts'?",
    ]
    assert [begin for line, begin in zip(told, wanted, strict=True) if not line.startswith(begin)] == []


@pytest.mark.parametrize(
    "text", ["", "accounts = 3", "[accounts]\na = 3\n", f'key = "{KEY}"\n', f'[accounts]\na = "{KEY}"\n']
)
def test_what_is_no_list_of_accounts_is_refused_without_a_key(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_accounts(listed(tmp_path, text))
    assert caught.value.code == "U180" and KEY not in caught.value.message


def test_a_list_that_is_not_there_is_told_with_how_to_begin_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"accounts\.toml: cannot be read: No such file") as caught:
        read_accounts(tmp_path / "accounts.toml")
    assert "accounts add" in caught.value.remedy
