"""Templates from Python: of which account, in which language, and what is said where a list cannot be had."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import batch_update
from batch_update.errors import KeyRefused, UsageError
from batch_update.model.choices import Catalog
from batch_update.run.templating import language_of
from batch_update.sandbox.app import make_app
from batch_update.settings.tunables import SANDBOX_KEY, Settings
from batch_update.sheet.reading import reading_of
from batch_update.sheet.workbook.zipped.archives import open_archive
from batch_update.sheet.workbook.zipped.xlsx import open_xlsx
from tests.sandbox.served import asked_first

FREE: dict[str, Any] = {"rate": "off", "environ": {}, "share": False}


def no_folders(method: str, path: str, count: int) -> tuple[int, object] | None:
    return (404, {"message": "Not found"}) if path.endswith("/user/folders") else None


def test_a_list_that_cannot_be_had_is_named_and_the_others_are_there(tmp_path: Path) -> None:
    with make_app(tmp_path / "box.db", limits=()) as app:
        made = batch_update.template(
            tmp_path / "x.xlsx",
            fields="folder_id,voice_id",
            key=SANDBOX_KEY,
            app=asked_first(app, no_folders),
            **FREE,
        )
    assert set(made.unknown) == {Catalog.FOLDERS} and made.lists[Catalog.VOICES] > 0
    assert (made.path, made.header, made.rows) == (tmp_path / "x.xlsx", ("id", "folder_id", "voice_id"), ())


def test_what_is_there_is_in_its_rows_under_the_headers_that_were_given(tmp_path: Path) -> None:
    with make_app(tmp_path / "box.db", limits=()) as app:
        made = batch_update.template(
            None, fields=["Tempo", "Stimme"], prefill=True, only="10001", key=SANDBOX_KEY, app=app, **FREE
        )
    assert made.header[:3] == ("id", "Tempo", "Stimme") and made.rows[0][:3] == ("10001", "1.0", "412")
    assert (made.path, repr(made)) == (None, "<Template: 4 columns, 1 row, 0 lists to choose from>")


def test_a_key_that_is_refused_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    with make_app(tmp_path / "box.db", limits=()) as app, pytest.raises(KeyRefused):
        batch_update.template(tmp_path / "x.xlsx", key="another-key-0123456789", app=app, **FREE)
    assert not (tmp_path / "x.xlsx").exists()


def test_without_a_key_it_has_no_lists(tmp_path: Path) -> None:
    made = batch_update.template(tmp_path / "x.xlsx", **FREE)
    assert (made.keyless, made.lists, made.before) == (True, {}, None)


@pytest.mark.parametrize(
    ("given", "environ", "language"),
    [
        (None, {"LANG": "de_AT.UTF-8"}, "de"),
        (None, {"LC_ALL": "en_US.UTF-8", "LANG": "de_DE.UTF-8"}, "en"),
        (None, {"LC_ALL": "", "LC_MESSAGES": "de", "LANG": "en_US"}, "de"),
        (None, {"LANG": "C"}, "en"),
        (None, {"LANG": "fr_FR.UTF-8"}, "en"),
        ("DE", {"LANG": "C"}, "de"),
        ("en", {"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_words_are_in_the_language_of_the_user(
    given: str | None, environ: dict[str, str], language: str
) -> None:
    assert language_of(given, environ) == language


def test_no_other_language_is_spoken() -> None:
    with pytest.raises(UsageError, match="lang"):
        language_of("fr", {})


ODD_NAMES = (
    *("=1+1", "x" * 300, "a;b|c", "zeile\nzwei", "\0\x1b\x07klingel", "", "  ", "null", "412", "-1+1"),
    *("Susi (de)", "\u202evil", "999 – Böse", "Nr. 3", "_x0041_", "#REF!", "😀", "1e5", "</t><x>"),
)


def test_whatever_things_are_called_a_drop_down_offers_what_is_read_as_their_ids(tmp_path: Path) -> None:
    """The name where it is read so, else the id alone; and no sign in a name makes a workbook that cannot be opened."""
    entries = [{"id": 5000 + number, "name": name} for number, name in enumerate(ODD_NAMES)]

    def oddly_named(method: str, path: str, count: int) -> tuple[int, object] | None:
        lists = ("/voices", "/tools", "/knowledgebases")
        return (200, {"data": entries}) if path.endswith(lists) else None

    columns = ["voice_id", "tool_ids", "knowledgebase_id"]
    with make_app(tmp_path / "box.db", limits=()) as app:
        asked: dict[str, Any] = {"key": SANDBOX_KEY, "app": asked_first(app, oddly_named), **FREE}
        made = batch_update.template(tmp_path / "x.xlsx", fields=columns, **asked)
        assert made.path is not None
        with open_archive(BytesIO(made.path.read_bytes()), "x") as archive:
            book = open_xlsx(archive, "x", reading_of(Settings()).limits)
            lists = book.read([sheet.name for sheet in book.sheets].index("Lists"))
            page = [[str(cell) for cell in lists.cells_of(column)] for column in range(lists.columns)]
            book.read(0)
        for name in columns:
            labels = next(c for c in page if any(label.startswith("5000") for label in c))
            page.remove(labels)
            offered = [label for label in labels[1:] if label and label != "null"]
            assert sorted(label[:4] for label in offered) == [str(entry["id"]) for entry in entries]
            rows = [{"id": 10001 + number, name: label} for number, label in enumerate(offered)]
            plan = batch_update.plan(pd.DataFrame(rows), no_fetch=True, **asked)
            assert plan.errors == ()
            sent = [change.body[name] for change in plan.changes]
            assert [one[0] if isinstance(one, list) else one for one in sent] == [int(o[:4]) for o in offered]
