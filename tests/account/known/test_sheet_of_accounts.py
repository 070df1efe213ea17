"""A list of accounts may be a sheet, as Excel saves it here or in Germany; no cell of it holds a key."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from batch_update.account.known.accounts_file import read_accounts
from batch_update.account.known.known_account import KnownAccount
from batch_update.errors import UsageError
from batch_update.secrets.secret import Secret

KEY = "sk-0123456789abcdef"
HEADERS = ("Konto", "Serveradresse", "API-Schlüssel", "Inhaber", "Gruppen", "_Notiz")
ROWS = (
    ("Hotel-Süd", "https://a.example/api", "file:keys/sued", "it@adler.example", "hotel, nord", "x"),
    ("Taxi", "", 'Command: pass show "famulor/taxi 1" #2 C:\\keys', "", "", ""),
    ("Linde", "", "env:LINDE", "", "hotel", ""),
)


def german_csv(folder: Path, *rows: tuple[str, ...]) -> Path:
    """A CSV as a German Excel saves it."""
    path = folder / "konten.csv"
    lines = ("".join(f'"{cell.replace(chr(34), chr(34) * 2)}";' for cell in row)[:-1] for row in rows)
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))
    return path


def workbook(folder: Path, *rows: tuple[str, ...]) -> Path:
    path = folder / "accounts.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Konten")
        book.add_worksheet("Notizen").write_row(0, 0, ["id", "speech_speed"])
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return path


@pytest.mark.parametrize("saved", [german_csv, workbook])
def test_each_row_is_an_account_whatever_the_sheet_is_saved_as(tmp_path: Path, saved: object) -> None:
    assert callable(saved)
    hotel, taxi, linde = read_accounts(saved(tmp_path, HEADERS, *ROWS)).accounts
    key = Secret(file=tmp_path / "keys/sued")
    assert hotel == KnownAccount(
        "Hotel-Süd", "https://a.example/api", key, "it@adler.example", ("hotel", "nord")
    )
    assert taxi.key == Secret(command=("pass", "show", "famulor/taxi 1", "#2", "C:\\keys"))
    assert (linde.key, linde.tags) == (Secret(env="LINDE"), ("hotel",))


def test_every_mistake_is_told_at_its_cell_and_no_key_with_it(tmp_path: Path) -> None:
    path = german_csv(
        tmp_path,
        ("name", "key", "owner"),
        ("A", KEY, "x"),
        ("a", f"env:{KEY}", ""),
        ("", "file:x", ""),
        ("b", "", ""),
        ("c", "env:C", "", "more"),
    )
    with pytest.raises(UsageError) as caught:
        read_accounts(path)
    assert caught.value.code == "U180" and KEY not in caught.value.message
    told = [line.partition(": ")[2] for line in caught.value.details]
    wanted = [
        "B2: wanted where the key lies",
        "C2: 'x' is no e-mail",
        "A3: 'a' is the account of row 2, too",
        "B3: env is no name of a variable",
        "A4: the name of the account is missing",
        "B5: wanted where the key lies",
        "row 6: has more cells than the first row has headers",
    ]
    assert [begin for line, begin in zip(told, wanted, strict=True) if not line.startswith(begin)] == []


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (("name", "schlüsel"), "B1: there is no column 'schlüsel'; did you mean 'Schlüssel'?"),
        (("name", "Konto", "key"), "B1: 'Konto' says the same as column A"),
        (("name", "owner"), "row 1: there is no column key"),
    ],
)
def test_a_header_that_means_nothing_is_told_with_what_was_meant(
    tmp_path: Path, headers: tuple[str, ...], told: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read_accounts(german_csv(tmp_path, headers, ("a", "env:A", "env:B")[: len(headers)]))
    assert told in caught.value.message


@pytest.mark.parametrize("content", [b"", b"name,key\n", b"PK\x03\x04", b"\x00\x01\x02"])
def test_what_is_no_sheet_of_accounts_is_refused_with_what_one_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_accounts(tmp_path / "a.csv")
    assert caught.value.code == "U180" and "a row for each account" in caught.value.remedy
