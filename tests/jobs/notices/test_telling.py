"""Who is to hear of a run does, as text; who cannot be reached changes nothing, and is named without an address."""

from __future__ import annotations

import email
import email.policy
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from batch_update.api.keys import VARIABLE
from batch_update.jobs.notices.delivering import LACKING, MOST_ATTACHED, attachable
from batch_update.jobs.notices.telling import announce_end, announce_start
from batch_update.jobs.notices.together import together
from tests.jobs.notices.made_runs import BAD, WELL, job_of
from tests.jobs.notices.receivers import Receiver, by_mail, over_http, silent
from tests.jobs.notices.test_message import CALLS_OR_LINKS

pytest.importorskip("apprise")
HOSTILE = "@everyone <!channel> [x](javascript:alert(1)) <a href='http://e.example'>x</a> \u202e\x07"
ENVIRON = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


@pytest.fixture
def web() -> Iterator[Receiver]:
    with over_http() as receiver:
        yield receiver


@pytest.fixture
def post() -> Iterator[Receiver]:
    with by_mail() as receiver:
        yield receiver


def test_each_way_gets_the_message_as_plain_text_and_a_mail_the_rows_that_failed(
    tmp_path: Path, web: Receiver, post: Receiver
) -> None:
    (tmp_path / "failed.csv").write_bytes(b"id;voice_id\n10437;412\n")
    run = replace(BAD, line=HOSTILE, failures=(f"row 3: {HOSTILE}",), folders=(tmp_path,))
    ways = {
        "MAIL": post.url("mailto", "?from=jobs@a.example&to=team@a.example"),
        "JSON": web.url("json", "/a"),
        "FORM": web.url("form", "/b"),
        "CHAT": web.url("mmost", "/abcdefghijklmnopqrstuvwxyz"),
    }
    job = job_of(tmp_path, notify={"to": [{"env": name} for name in ways]})
    assert announce_end(job, run, None, environ=ENVIRON | ways) == ()

    came = dict(web.came)
    texts = {
        json.loads(came["/a"])["message"],
        parse_qs(came["/b"].decode())["message"][0],
        json.loads(came["/hooks/abcdefghijklmnopqrstuvwxyz"])["text"].partition("\r\n")[2],
    }
    mail = email.message_from_bytes(post.came[0][1], policy=email.policy.default)
    body, attached = mail.iter_parts()
    assert mail["subject"] == "batch-update nightly: failed" and body.get_content_type() == "text/plain"
    assert attached.get_filename() == "failed.csv"
    assert attached.get_payload(decode=True) == b"id;voice_id\n10437;412\n"
    texts.add(body.get_content().replace("\r\n", "\n").rstrip("\n"))
    assert len(texts) == 1, "they all say the same"
    assert not any(CALLS_OR_LINKS.search(line) for line in texts.pop().splitlines())


def test_what_cannot_be_told_is_named_once_and_holds_nothing_of_an_address(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A server that says nothing, one that says no, none at all, no address; and somebody who hears all logs."""
    caplog.set_level(logging.NOTSET)
    with ExitStack() as servers:
        dead, no = servers.enter_context(silent()), servers.enter_context(over_http(403))
        secret = "/hunterpath?+X-A=hunterhead&token=hunterquery"
        addresses = {
            "NO": no.url("json", secret).replace("://", "://hunteruser:hunterpassword@"),
            "NONE": f"json://hunteruser:hunterpassword@127.0.0.1:1{secret}",
            "ODD": "hunternonsense",
            "ODDER": "hunterscheme://hunterhost/hunterpath",
            "DEAD": dead.url("json", secret),
            "MAIL": dead.url("mailto", "?from=a@a.example&to=hunter@a.example&pass=hunterpassword"),
            "PING": no.url("http", secret).replace("://", "://hunteruser:hunterpassword@"),
        }
        ways = [{"env": name} for name in (*addresses, "LACKING") if name != "PING"]
        job = job_of(
            tmp_path,
            notify={"to": ways},
            monitor={
                "ping": {"env": "PING"},
                "metrics": str(tmp_path / "none" / "a.prom"),
                "on-failure": ["./hunter", "hunterargument"],
            },
        )
        environ = ENVIRON | addresses
        told = [*announce_start(job, BAD.began, environ=environ)]
        told += announce_end(job, BAD, None, environ=environ, patience=3.5)
    assert [line.partition(": ")[0] + ": " + line.rpartition(": ")[2] for line in told] == [
        "monitor.ping: it answered 403",
        "notify.to[1], the variable NO: it answered 403",
        "notify.to[2], the variable NONE: no connection, or no answer",
        *(
            f"notify.to[{at}], the variable {name}: see the list of addresses that apprise knows"
            for at, name in ((3, "ODD"), (4, "ODDER"))
        ),
        "notify.to[5], the variable DEAD: no answer within 3.5 s",
        "notify.to[6], the variable MAIL: no answer within 3.5 s",
        "notify.to[7], the variable LACKING: the variable LACKING, "
        "where the address of the notice should lie, is not set",
        "monitor.ping: it answered 403",
        "monitor.metrics: No such file or directory",
        "monitor.on-failure: No such file or directory",
    ]
    heard = "".join((*told, *capfd.readouterr(), *(repr(vars(record)) for record in caplog.records)))
    assert "hunter" not in heard


def test_a_package_that_is_missing_is_a_line_in_the_log(tmp_path: Path) -> None:
    seen = (
        "import os, pathlib\npathlib.Path(os.environ['SEEN']).write_text(' '.join([SESSION, *os.environ]))\n"
    )
    seen = seen.replace("SESSION", "str(os.getsid(0))" if hasattr(os, "getsid") else "'none'")
    (tmp_path / "apprise.py").write_text(f"{seen}raise ImportError('none here')")
    job = job_of(tmp_path, notify={"to": [{"env": "A"}]})
    environ = {
        "A": "json://a",
        "PYTHONPATH": str(tmp_path),
        "SEEN": str(tmp_path / "seen"),
        VARIABLE: "hunter",
    }
    told = announce_end(job, BAD, None, environ=ENVIRON | environ)
    assert told == (f"notify.to[1], the variable A: {LACKING}",)
    session, *names = (tmp_path / "seen").read_text().split()
    assert VARIABLE not in names, "a library of others needs no API key"
    if hasattr(os, "getsid"):
        assert session != str(os.getsid(0)), (
            "a Ctrl-C at the terminal ends the run, and is no end of its notice"
        )


def test_a_way_that_breaks_is_told_by_its_kind_alone_and_keeps_no_other_from_its_turn() -> None:
    def breaks() -> list[str]:
        raise RuntimeError("https://hunter2")

    told = list(together({"a": breaks, "b": lambda: ["b: no answer"]}, 5))
    assert told == ["a: it is broken (RuntimeError)", "b: no answer"]


def test_what_a_job_did_not_ask_for_is_not_told(tmp_path: Path, web: Receiver) -> None:
    job = job_of(
        tmp_path, notify={"to": [{"env": "A"}], "on": ["failure"]}, monitor={"on-failure": ["false"]}
    )
    assert announce_end(job, WELL, None, environ={"A": web.url("json")}) == ()
    assert announce_end(job_of(tmp_path), BAD, None, environ={}) == ()
    assert announce_start(job, WELL.began, environ={}) == () and web.came == []


def test_no_rows_go_by_mail_where_the_job_says_so(tmp_path: Path, post: Receiver) -> None:
    (tmp_path / "failed.csv").write_bytes(b"id;voice_id\n10437;412\n")
    job = job_of(tmp_path, notify={"to": [{"env": "A"}], "attach": False})
    environ = ENVIRON | {"A": post.url("mailto", "?from=a@a.example&to=b@a.example")}
    assert announce_end(job, replace(BAD, folders=(tmp_path,)), None, environ=environ) == ()
    mail = email.message_from_bytes(post.came[0][1], policy=email.policy.default)
    assert not list(mail.iter_attachments()) and "10437" not in mail.get_content()


def test_a_file_that_is_too_large_is_named_and_stays_where_it_is(tmp_path: Path, post: Receiver) -> None:
    with (tmp_path / "failed.xlsx").open("wb") as file:
        file.truncate(MOST_ATTACHED + 1)
    job = job_of(tmp_path, notify={"to": [{"env": "A"}]})
    environ = ENVIRON | {"A": post.url("mailto", "?from=a@a.example&to=b@a.example"), "LANG": "de_DE.UTF-8"}
    assert announce_end(job, replace(BAD, folders=(tmp_path,)), None, environ=environ) == ()
    mail = email.message_from_bytes(post.came[0][1], policy=email.policy.default)
    assert mail["subject"] == "batch-update nightly: fehlgeschlagen" and not list(mail.iter_attachments())
    assert "Nicht angehängt, weil zu groß: failed.xlsx" in mail.get_content()


def test_the_files_of_several_runs_are_no_larger_together_than_one_may_be(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b", "c")]
    for folder, size in zip(folders, (MOST_ATTACHED - 1, 2, 1), strict=True):
        folder.mkdir()
        (folder / "failed.csv").write_bytes(bytes(size))
    files, too_large = attachable(folders)
    assert [(name, len(content)) for name, content in files] == [
        ("a-failed.csv", MOST_ATTACHED - 1),
        ("c-failed.csv", 1),
    ]
    assert too_large == ["failed.csv"]


# ---------------------------------------------------------------- the ping


def pinged(web: Receiver) -> list[tuple[str, Mapping[str, list[str]], bytes]]:
    found = [(urlsplit(target), body) for target, body in web.came]
    return [(target.path, parse_qs(target.query), body) for target, body in found]


def test_a_watcher_hears_of_start_and_end_of_one_run_and_of_its_exit_status(
    tmp_path: Path, web: Receiver
) -> None:
    job = job_of(tmp_path, monitor={"ping": {"env": "PING"}})
    environ = {"PING": web.url("http", "/ping/nightly?create=1")}
    for run in (WELL, replace(BAD, began=BAD.ended)):
        assert announce_start(job, run.began, environ=environ) == ()
        assert announce_end(job, run, None, environ=environ) == ()
    paths, queries, bodies = zip(*pinged(web), strict=True)
    assert paths == ("/ping/nightly/start", "/ping/nightly", "/ping/nightly/start", "/ping/nightly/1")
    assert bodies == (b"", WELL.line.encode(), b"", BAD.line.encode())
    ids = [query["rid"][0] for query in queries]
    assert ids[0] == ids[1] != ids[2] == ids[3] and all(query["create"] == ["1"] for query in queries)


@pytest.mark.parametrize(
    ("statuses", "told", "tries"),
    [
        ((503, 200), (), 2),
        ((503,), ("monitor.ping: it answered 503",), 2),
        ((302,), ("monitor.ping: it answered 302",), 1),
    ],
)
def test_a_watcher_that_stumbles_is_asked_again_and_none_is_followed_elsewhere(
    tmp_path: Path, statuses: tuple[int, ...], told: tuple[str, ...], tries: int
) -> None:
    with over_http(*statuses) as web:
        job = job_of(tmp_path, monitor={"ping": {"env": "PING"}})
        assert announce_end(job, WELL, None, environ={"PING": web.url("http")}) == told
        assert len(web.came) == tries


def test_a_watcher_that_keeps_silent_delays_no_run(tmp_path: Path) -> None:
    job = job_of(tmp_path, monitor={"ping": {"env": "PING"}})
    with silent() as dead:
        told = announce_start(job, WELL.began, environ={"PING": dead.url("http")}, patience=0.1)
    assert told == ("monitor.ping: no answer in time",)
    assert announce_start(job, WELL.began, environ={"PING": "hunter2"}) == (
        "monitor.ping: the address is none: wanted https://HOST/PATH",
    )
