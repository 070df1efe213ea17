"""The memory: kept between processes, shared by several, refused where it is not ours."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading

import pytest

from batch_update.errors import UsageError
from batch_update.model.reports import Window
from batch_update.sandbox.state import State


def test_what_was_changed_is_there_for_the_next_sandbox_on_the_same_file(make_api, tmp_path):
    path = tmp_path / "deep" / "sandbox.db"
    first = make_api(path)
    first.put(10001, {"name": "Kept", "label_ids": [1]})
    first.app.close()
    second = make_api(path)
    assert second.held(10001)["name"] == "Kept" and second.held(10001)["label_ids"] == [1]
    assert [seen.path for seen in second.app.requests_seen()] == ["/api/user/assistant/10001"]


def test_a_state_from_before_a_field_was_known_is_listed_without_it(make_api, tmp_path):
    path = tmp_path / "sandbox.db"
    make_api(path).app.close()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE assistant SET settings = json_remove(settings, '$.ringing_time', '$.fillers')")
    db.close()
    api = make_api(path)
    assert (api.listed(10001)["ringing_time"], api.listed(10001)["fillers"]) == (None, None)
    assert api.put(10001, {"ringing_time": 20}).status_code == 200
    assert api.listed(10001)["ringing_time"] == 20


def test_two_sandboxes_on_one_file_see_each_other(make_api, tmp_path):
    one, other = make_api(tmp_path / "s.db"), make_api(tmp_path / "s.db")
    one.put(10001, {"name": "From one"})
    assert other.listed(10001)["name"] == "From one"


def test_rate_windows_hold_across_sandboxes_on_one_file(make_api, tmp_path):
    one = make_api(tmp_path / "s.db", limits=(Window(2, 10),))
    other = make_api(tmp_path / "s.db", limits=(Window(2, 10),), clock=one.clock)
    one.get("me")
    other.get("me")
    assert one.send("GET", "/api/user/me").status_code == 429


def test_memory_alone_is_forgotten(make_api):
    one = make_api(None)
    one.put(10001, {"name": "Gone"})
    assert make_api(None).held(10001)["name"] != "Gone"


def test_a_reset_brings_back_the_first_day(make_api, tmp_path):
    api = make_api(tmp_path / "s.db", limits=(Window(2, 10),))
    fresh = api.held(10001)
    api.put(10001, {"name": "Changed", "mode": "dualplex"})
    api.get("me")
    api.app.reset()
    assert api.held(10001) == fresh and api.app.requests_seen() == []
    assert api.send("GET", "/api/user/me").status_code == 200


def test_a_fresh_state_begins_with_as_many_assistants_as_asked_and_keeps_its_number(make_api, tmp_path):
    assert make_api(tmp_path / "s.db", assistants=1000).get("assistants/get")["total"] == 1000
    assert make_api(tmp_path / "s.db", assistants=5).get("assistants/get")["total"] == 1000
    assert make_api(None, assistants=0).get("assistants/get")["total"] == 0


def test_the_file_is_for_its_owner_only(make_api, tmp_path):
    make_api(tmp_path / "s.db").put(10001, {"name": "A"})
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


def test_a_lock_of_another_process_is_waited_for(make_api, tmp_path):
    api = make_api(tmp_path / "s.db")
    other = sqlite3.connect(tmp_path / "s.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.05, other.execute, ["COMMIT"])
    release.start()
    assert api.put(10001, {"name": "Patient"}).status_code == 200
    release.join()
    other.close()


WRITER = """
import sys
from pathlib import Path
from batch_update.sandbox.state import State
state = State(Path(sys.argv[1]), assistants=60)
for n in range(40):
    with state.transaction() as desk:
        assistant = desk.assistant(10001)
        assistant["max_duration"] += 1
        desk.save(assistant)
state.close()
"""


def test_processes_that_begin_at_once_make_one_state_and_lose_no_update(tmp_path):
    path = tmp_path / "s.db"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path)]) for _ in range(4)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]
    state = State(path, assistants=60)
    with state.transaction() as desk:
        assistant = desk.assistant(10001)
        assert desk.total() == 60
    state.close()
    assert assistant is not None and assistant["max_duration"] == 600 + 4 * 40


# ---------------------------------------------------------------- files that are not ours, or no more


def refused(path):
    with pytest.raises(UsageError) as caught:
        State(path, assistants=3).close()
    assert caught.value.code == "U108" and caught.value.remedy and str(path) in caught.value.message
    return caught.value.message


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "s.db"
    path.write_bytes(b"id;name\n10001;Empfang\n" * 200)
    refused(path)
    assert path.read_bytes() == b"id;name\n10001;Empfang\n" * 200


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "s.db"
    for mark in (0, 77):
        path.unlink(missing_ok=True)
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE accounts (id)")
        db.execute(f"PRAGMA application_id = {mark}")
        db.commit()
        db.close()
        assert "another program" in refused(path)
        db = sqlite3.connect(path)
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("accounts",)]
        db.close()


def test_the_state_of_another_version_is_refused(tmp_path):
    path = tmp_path / "s.db"
    State(path, assistants=3).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    assert "another version" in refused(path)


@pytest.mark.parametrize("damage", ["cut off", "half of it", "one page"])
def test_a_damaged_file_is_refused(tmp_path, damage):
    path = tmp_path / "s.db"
    State(path, assistants=300).close()
    content = path.read_bytes()
    half = len(content) // 2 // 4096 * 4096
    lost = {"cut off": 0, "half of it": half, "one page": 4096}[damage]
    path.write_bytes(content[:half] + b"\x00" * lost + (content[half + lost :] if lost else b""))
    refused(path)


def test_a_path_that_cannot_be_a_file_is_refused(tmp_path):
    refused(tmp_path)
    (tmp_path / "file").write_text("x")
    refused(tmp_path / "file" / "s.db")


def test_an_empty_file_becomes_a_state(tmp_path):
    path = tmp_path / "s.db"
    path.touch()
    state = State(path, assistants=3)
    assert state.requests_seen() == []
    state.close()
    state.close()


def test_a_transaction_that_fails_leaves_nothing_behind():
    state = State(None, assistants=3)
    with pytest.raises(RuntimeError), state.transaction() as desk:
        desk.save({"id": 10001, "name": "half"})
        raise RuntimeError
    with state.transaction() as desk:
        assistant = desk.assistant(10001)
    assert assistant is not None and assistant["name"] != "half"
    state.close()
