"""`choices` lists what may be chosen: on a screen of any width, into a file that is read back, and for programs."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

import batch_update
from batch_update.model.choices import Catalog
from batch_update.report.listings import COLUMNS
from batch_update.run.choosing import WORDS
from batch_update.sandbox.app import make_app
from tests.cli.conftest import Run, at_a_server

SANDBOX = ("--sandbox", "--sandbox-limits", "off", "--rate", "off")


def ids(text: str) -> list[int]:
    """The ids of the tables on a screen."""
    return [int(found) for found in re.findall(r"^  (\d+)  ", text, flags=re.MULTILINE)]


# ---------------------------------------------------------------- on the screen


def test_without_a_list_there_is_an_overview_that_ends_with_a_command(run: Run) -> None:
    shown = run("choices", *SANDBOX)
    assert shown.exit == 0
    counts = dict(re.findall(r"^  ([a-z-]+) +(\d+)", shown.out, flags=re.MULTILINE))
    assert set(counts) == set(Catalog) and (counts["voices"], counts["assistants"]) == ("15", "60")
    assert re.search(r"^Next: batch-update choices --sandbox .* voices$", shown.out, flags=re.MULTILINE)


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("name", WORDS)
def test_every_list_fits_the_screen_but_for_links_and_cuts_no_id(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = run("choices", name, *SANDBOX).out
    wide = [line for line in shown.splitlines() if len(line) > columns and "https://" not in line]
    assert wide == []
    found = batch_update.choices(name, sandbox=True, share=False, rate="off")
    assert ids(shown) == [choice.id for catalog in WORDS[name] for choice in found[catalog]]


def test_a_voice_is_shown_with_language_modes_and_where_to_hear_it(run: Run) -> None:
    lines = run("choices", "voices", "--search", "susi", *SANDBOX).out.splitlines()
    assert lines[0] == "voices: 1 of 15"
    assert lines[2].split("  ") == ["", "418", "Susi", "German (de)", "pipeline", "female, bavarian, young"]
    assert lines[3].strip() == "https://example.com/voices/418.mp3"


def test_of_a_number_it_is_told_whether_an_inbound_assistant_could_take_it(run: Run) -> None:
    shown = run("choices", "phone-numbers", *SANDBOX).out
    states = dict(re.findall(r"^  (\d+) .*?(taken|free|caller id)", shown, flags=re.MULTILINE))
    assert (states["1"], states["4"], states["11"]) == ("taken", "free", "caller id")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("voices", "--mode", "multimodal"), [41, 42, 43]),
        (("voices", "--mode", "Dualplex", "--language", "de"), [42, 61, 421, 533]),
        (("voices", "--language", "ENGLISH", "--mode", "pipeline"), [430, 431]),
        (("voices", "--language", "4"), [445]),
        (("voices", "--language", "Italienisch"), [405]),
        (("voices", "--search", "spanisch"), [445]),
        (("voices", "--search", "LUCIA"), []),
        (("voices", "--search", "LUCÍA"), [445]),
        (("voices", "--search", "bavarian female"), [418]),
        (("voices", "--search", "Su si"), [418]),
        (("voices", "--search", "412"), [412]),
        (("models", "--mode", "dualplex"), [3, 4]),
        (("models", "--search", "gpt"), [1, 2, 1]),
        (("phone-numbers", "--search", "030 23125"), [1, 2, 3, 11]),
        (("phone-numbers", "--search", "+49 40 66969"), [4]),
        (("knowledgebases", "--search", "ÖFFNUNGS zeiten"), [1]),
        (("synthesizers", "--language", "pl"), [1, 3]),
        (("transcribers", "--language", "tr"), [2, 3]),
        (("assistants", "--search", "LOEWEN empfang"), []),
        (("assistants", "--search", "LÖWEN empfang"), [10011]),
        (("assistants", "--search", "dr. weiss umfrage", "--mode", "multimodal"), [10050]),
        (("Phone number", "--search", "+1"), [7, 8]),
        (("folders", "labels"), [1, 2, 3, 1, 2, 3, 4]),
    ],
)
def test_what_is_asked_for_is_shown_and_nothing_else(
    run: Run, words: tuple[str, ...], found: list[int]
) -> None:
    assert ids(run("choices", *words, *SANDBOX).out) == found


def test_words_are_searched_in_all_lists_where_none_is_named(run: Run) -> None:
    shown = run("choices", "--search", "azure", *SANDBOX).out
    assert re.findall(r"^([a-z-]+): \d", shown, flags=re.MULTILINE) == ["synthesizers", "transcribers"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("vioces",), "did you mean voices?"),
        (("secrets",), "there are voices, languages"),
        (("voices", "--mode", "pipelin"), "did you mean pipeline?"),
        (("voices", "--language", "klingon"), "there are de (German)"),
        (("voices", "--language", "germn"), "did you mean de?"),
        (("folders", "--mode", "pipeline"), "--mode means nothing to folders"),
        (("tools", "--language", "de"), "--language means nothing to tools"),
        (("voices", "-o", "x.doc"), ".csv, .tsv, .xlsx or .jsonl"),
        (("voices", "-o", "-", "--json"), "name a file"),
        (("voices", "--limit", "5"), "choices does not heed --limit"),
    ],
)
def test_what_makes_no_sense_is_refused_with_words(run: Run, words: tuple[str, ...], told: str) -> None:
    result = run("choices", *words, *SANDBOX)
    text = str(result.json["error"]) if "--json" in words else result.err
    assert (result.exit, told in text) == (2, True), text


def test_lists_are_kept_and_looked_up_anew_when_that_is_wanted(run: Run) -> None:
    assert "Looked up in 4 requests" in run("choices", "voices", *SANDBOX).err
    assert "Kept from an earlier look-up; --refresh looks anew." in run("choices", "voices", *SANDBOX).err
    assert "Looked up in 4 requests" in run("choices", "voices", "--refresh", *SANDBOX).err
    assert "Looked up in 4 requests" in run("choices", "voices", "--choices-max-age", "0", *SANDBOX).err


def test_what_a_server_calls_its_entries_does_nothing_to_a_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def before(method: str, path: str, nth: int) -> tuple[int, Any] | None:
        entry = {"id": 1, "name": "\x1b[31mSu\u202esi\nx", "description": "\x07" * 500}
        return (200, [entry]) if path.endswith("/tools") else None

    monkeypatch.setenv("COLUMNS", "80")
    with at_a_server(before, monkeypatch, tmp_path) as flags:
        shown = run("choices", "tools", *flags[:-1]).out
    assert not {"\x1b", "\u202e", "\x07"} & set(shown)
    assert ids(shown) == [1] and max(map(len, shown.splitlines())) <= 80


# ---------------------------------------------------------------- what cannot be had


def test_a_list_that_cannot_be_had_is_told_beside_the_others_and_is_the_end_alone(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def before(method: str, path: str, nth: int) -> tuple[int, Any] | None:
        return (404, {"message": "Not found"}) if path.endswith("/tools") else None

    with at_a_server(before, monkeypatch, tmp_path) as flags:
        server = flags[:-1]
        both = run("choices", "tools", "labels", *server)
        assert (both.exit, ids(both.out)) == (0, [1, 2, 3, 4]) and "tools: not known: " in both.err
        alone = run("choices", "tools", *server)
        assert alone.exit == 5 and "error[A204]" in alone.err and "/user/tools" in alone.err
        monkeypatch.setenv("FAMULOR_API_KEY", "a-key-of-somebody-else")
        assert run("choices", "labels", *server).exit == 4


# ---------------------------------------------------------------- files


def test_a_list_is_written_as_a_table_that_is_taken_for_no_change(run: Run, tmp_path: Path) -> None:
    assert run("choices", "voices", "-o", "v.csv", *SANDBOX).exit == 0
    with (tmp_path / "v.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["voice_id", "_name", "_language", "_modes", "_about", "_preview"]
    assert ["412", "Sabine", "German (de)", "pipeline"] in [row[:4] for row in rows]
    header, *columns = (tmp_path / "v.csv").read_text("utf-8-sig").splitlines()
    (tmp_path / "with_ids.csv").write_text(f"id,{header}\n10001,{columns[0]}\n", "utf-8")
    plan = run("plan", "with_ids.csv", *SANDBOX, "--json").json
    assert {name for change in plan["changes"] for name in change["after"]} <= {"voice_id"}


@pytest.mark.parametrize("ending", ["csv", "tsv", "xlsx", "jsonl"])
def test_every_kind_of_file_can_be_read_back(run: Run, tmp_path: Path, ending: str) -> None:
    result = run("choices", "assistants", "-o", f"a.{ending}", *SANDBOX)
    assert (result.exit, "60 entries" in result.out) == (0, True)
    assert run("choices", "assistants", "-o", f"a.{ending}", *SANDBOX).exit == 2, "it is there already"
    assert run("choices", "assistants", "-o", f"a.{ending}", "--force", *SANDBOX).exit == 0
    assert len(batch_update.read_sheet(tmp_path / f"a.{ending}")) == 60


def test_several_lists_go_into_one_table(run: Run, tmp_path: Path) -> None:
    run("choices", "models", "phone-numbers", "-o", "m.csv", *SANDBOX)
    with (tmp_path / "m.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {
        **{"_list": "llm-models", "_id": "1", "_name": "GPT-4.1 mini", "_code": "gpt-4.1-mini"},
        **{"_number": "", "_country": "", "_inbound": "", "_kind": ""},
    }
    assert len(rows) == 4 + 2 + 2 + 10


def test_a_list_goes_to_stdout_as_a_csv_and_nothing_else_does(run: Run) -> None:
    shown = run("choices", "labels", "-o", "-", *SANDBOX).out
    assert shown.splitlines() == [
        "label_ids,_name,_color",
        "1,live,green",
        "2,test,gray",
        "3,wichtig,red",
        "4,night shift,indigo",
    ]


def test_a_name_that_would_be_a_formula_is_none_in_a_file(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def before(method: str, path: str, nth: int) -> tuple[int, Any] | None:
        return (200, [{"id": 1, "name": "=cmd|' /C calc'!A0"}]) if path.endswith("/tools") else None

    with at_a_server(before, monkeypatch, tmp_path) as flags:
        assert run("choices", "tools", "-o", "t.csv", *flags[:-1]).exit == 0
    assert "'=cmd" in (tmp_path / "t.csv").read_text("utf-8-sig")


def test_every_list_has_columns_that_begin_with_its_ids() -> None:
    assert set(COLUMNS) == set(Catalog)
    assert {columns[0].heading for columns in COLUMNS.values()} == {"id"}


# ---------------------------------------------------------------- from Python


def test_from_python_the_lists_are_values(tmp_path: Path) -> None:
    with make_app(None, limits=(), further_voices=2000) as app:
        key = "sandbox-key-that-opens-nothing-else"
        found = batch_update.choices(
            "voices", mode="dualplex", language=1, app=app, key=key, rate="off", environ={}
        )
        assert {choice.id for choice in found[Catalog.VOICES]} == {42, 61, 421, 533}
        every = batch_update.choices("voices", app=app, key=key, rate="off", environ={})
        assert len(every[Catalog.VOICES]) == 2015 and every.requests == 4
        again = batch_update.choices("voices", app=app, key=key, rate="off", environ={})
        assert again.requests == 4, (
            "an application is not the server that the settings name, and nothing of it is kept"
        )
