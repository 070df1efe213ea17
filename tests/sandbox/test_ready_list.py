"""The list of accounts that a sandbox writes can be used as it stands, and nothing that is there is written over."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from batch_update.account.known.accounts_file import read_accounts
from batch_update.check.checking import check_sheet
from batch_update.errors import UsageError
from batch_update.sandbox.many.ready_list import ReadyList
from batch_update.sandbox.many.tenants import tenants
from batch_update.sheet.reading import read_sheet

ADDRESS = "http://127.0.0.1:8080/api"


def test_the_list_is_one_whose_keys_open_its_accounts(tmp_path: Path) -> None:
    ready_list = ReadyList(tmp_path / "new" / "accounts.toml")
    ready_list.refuse_to_write_over()
    ready_list.write(tenants(12), ADDRESS)
    known = read_accounts(ready_list.path)
    assert [one.name for one in known.accounts] == [one.name for one in tenants(12)]
    assert {one.base_url for one in known.accounts} == {ADDRESS}
    assert [one.name for one in known.chosen(["tag:hotel"])] == ["hotel-002", "hotel-007", "hotel-012"]
    keys = [one.key.file for one in known.accounts]
    assert [key and key.read_text().strip() for key in keys] == [one.key for one in tenants(12)]
    assert {stat.S_IMODE(path.stat().st_mode) for path in ready_list.keys.iterdir()} <= {0o600, 0o666}
    assert not any(one.key in ready_list.path.read_text() for one in tenants(12))


def test_the_sheet_beside_it_is_one_for_several_accounts(tmp_path: Path) -> None:
    ready_list = ReadyList(tmp_path / "accounts.toml")
    ready_list.write(tenants(12), ADDRESS)
    sheet = read_sheet(ready_list.sheet)
    assert len(sheet) == 12 and sheet.columns[0].role == "account"
    errors = [one for one in check_sheet(sheet).problems if one.severity == "error"]
    assert {one.code for one in errors} <= {"H106"}, (
        "that it is for several accounts is all that is to be said"
    )


@pytest.mark.parametrize("there", ["accounts.toml", "keys", "fleet-demo.csv"])
def test_what_is_there_is_not_written_over(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine", "utf-8")
    for act in (ReadyList.refuse_to_write_over, lambda one: one.write(tenants(2), ADDRESS)):
        with pytest.raises(UsageError) as caught:
            act(ReadyList(tmp_path / "accounts.toml"))
        assert caught.value.code == "U109" and there in caught.value.message
    assert (tmp_path / there).read_text("utf-8") == "mine"


def test_a_list_is_a_toml(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="accounts_out"):
        ReadyList(tmp_path / "accounts.csv").refuse_to_write_over()
