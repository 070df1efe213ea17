"""What each answer means, and what the server says cannot do harm on its way to a screen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.api.answers.replies import Answer, Applied, Course, NoAnswer, Verdict, meaning_of
from batch_update.api.keys import ApiKey
from batch_update.api.pace.pacer import ServerLimit
from batch_update.codes import CODES
from batch_update.errors import KeyRefused, RunStopped

KEY = ApiKey("test_0123456789abcdef\\x")
OK = {"message": "updated", "data": {"id": 5}}


def answer(status: int = 200, body: Any = OK, complete: bool = True, **headers: str) -> Verdict:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    plain = {name.replace("_", "-"): text for name, text in headers.items()}
    return meaning_of(Answer(status, plain, raw, complete), 5, KEY.redact)


# ---------------------------------------------------------------- the table


@pytest.mark.parametrize("body", [OK, {"data": {"id": "5"}}])
def test_a_complete_2xx_with_the_id_is_applied(body: Any) -> None:
    assert answer(200, body).applied is Applied.YES
    assert answer(201, body).applied is Applied.YES


def test_204_without_a_body_is_applied() -> None:
    assert answer(204, b"").applied is Applied.YES


@pytest.mark.parametrize(
    "body",
    [
        b"", b"ok", b"<html></html>", b"null", b"[]", b"{}", b'{"data": []}', b'{"data": {"id": 6}}',
        b'{"data": {"id": true}}', b'{"data": {"id": 5.0}}', b'{"data": {"id": "5x"}}', b'{"data": {"id": 5}',
        b"\xff\xfe", b"[" * 100_000, b"9" * 10_000, b'{"id": 5}',
        b'{"success": true}', b'{"success": false, "data": {"id": 6}}',
    ],
)  # fmt: skip
def test_any_other_2xx_is_ambiguous_and_tried_once_more(body: bytes) -> None:
    verdict = answer(200, body)
    assert (verdict.applied, verdict.code, verdict.repeats) == (Applied.MAYBE, "A200", 1)


def test_a_2xx_that_was_cut_is_ambiguous_whatever_came_of_it() -> None:
    assert answer(200, OK, complete=False).applied is Applied.MAYBE
    assert answer(204, b"", complete=False).applied is Applied.MAYBE


DENIALS: list[tuple[Any, str]] = [
    ({"success": False}, ""),
    ({"success": False, "message": "No credit left"}, "No credit left"),
    ({"success": False, "message": "No credit", "data": {"id": 5}}, "No credit"),
    ({"success": 0, "error": "quota", "message": "Saved", "data": {"id": 5}}, "quota; Saved"),
    ({"success": "false", "data": {"id": 5, "message": "No credit"}}, "No credit"),
    ({"ok": False, "reason": "No credit"}, "No credit"),
    ({"status": "error", "message": "Voice is gone", "data": {"id": 5}}, "Voice is gone"),
    ({"status": "fail", "data": {"id": 5}, "detail": "Voice is gone"}, "Voice is gone"),
    ({"status": " Failed ", "data": None, "message": "Voice is gone"}, "Voice is gone"),
    ({"status": 422, "message": "Voice is gone"}, "Voice is gone"),
    ({"status": "422", "message": "Voice is gone"}, "Voice is gone"),
    ({"code": 500, "message": "Voice is gone", "data": {"id": 5}}, "Voice is gone"),
    ({"status": False, "message": "Voice is gone"}, "Voice is gone"),
    ({"error": "Insufficient balance", "data": {"id": 5}}, "Insufficient balance"),
    ({"error": {"code": 7, "message": "Insufficient balance"}, "data": {"id": 5}}, "Insufficient balance"),
    ({"error": True, "message": "Insufficient balance"}, "Insufficient balance"),
    ({"error": ["Insufficient", "balance"], "data": {"id": 5}}, "Insufficient; balance"),
    ({"error": {"voice_id": ["Gone."]}, "data": {"id": 5}}, "voice_id: Gone."),
    ({"errors": {"voice_id": ["Gone."]}, "message": "Saved", "data": {"id": 5}}, "voice_id: Gone."),
    ({"errors": ["Gone."], "data": {"id": 5}}, "Gone."),
    ({"errors": "Gone.", "data": {"id": 5}}, "Gone."),
    ({"message": "Saved", "data": {"id": 5, "success": False, "message": "Gone."}}, "Gone."),
    ({"message": "Gone.", "data": {"id": 5, "success": False}}, "Gone."),
    ({"data": {"id": 5, "error": "Gone."}}, "Gone."),
    ({"data": {"id": 5, "errors": {"voice_id": "Gone."}}}, "voice_id: Gone."),
    ({"data": {"result": {"success": False, "msg": "Gone."}, "id": 5}}, "Gone."),
    ({"data": [{"id": 5, "success": False, "message": "Gone."}]}, "Gone."),
    ({"data": {"id": 5}, "results": [{"status": 200}, {"status": 422, "error": "Gone."}]}, "Gone."),
    ([{"success": False, "message": "Gone."}], "Gone."),
    ({"Success": False, "Message": "Gone.", "data": {"id": 5}}, "Gone."),
    ({"isSuccess": False, "message": "Gone.", "data": {"id": 5}}, "Gone."),
    ({"has_errors": True, "message": "Gone.", "data": {"id": 5}}, "Gone."),
    ({"failed": True, "message": "Gone.", "data": {"id": 5}}, "Gone."),
    ({"exception": "Gone.", "data": {"id": 5}}, "Gone."),
    ({"result": "error", "message": "Gone.", "data": {"id": 5}}, "Gone."),
    ({"status": "rejected", "message": "Gone.", "data": {"id": 5}}, "Gone."),
    ({"httpStatus": 422, "errorMessage": "Gone.", "data": {"id": 5}}, "Gone."),
    ({"validationErrors": {"voice_id": ["Gone."]}, "data": {"id": 5}}, "voice_id: Gone."),
]


@pytest.mark.parametrize("status", [200, 201, 207])
@pytest.mark.parametrize(("body", "words"), DENIALS)
def test_a_success_that_says_no_is_a_refusal_in_the_servers_words(status: int, body: Any, words: str) -> None:
    verdict = answer(status, body)
    assert (verdict.applied, verdict.code, verdict.repeats) == (Applied.NO, "A202", 0)
    said = f"the server's answer ({status}) says that it failed"
    between = "; " if verdict.field_errors else ": "
    assert verdict.words == (f"{said}{between}{words}" if words else said)


@pytest.mark.parametrize(
    "more",
    [
        {"success": True}, {"success": 1}, {"success": "true"}, {"success": None}, {"ok": True},
        {"error": None}, {"error": ""}, {"error": False}, {"error": 0}, {"error": "null"}, {"error": {}},
        {"errors": []}, {"errors": {}}, {"errors": None}, {"errors": {"name": []}}, {"errors": 0},
        {"error": {"code": 0, "message": ""}}, {"status": "success"}, {"status": "ok"}, {"status": 200},
        {"failed": 0}, {"failed": []}, {"hasError": False}, {"result": "ok"}, {"exception": None}, {"saved": True},
        {"status": True}, {"status": "active"}, {"code": 0}, {"code": "200"}, {"message": "error: none"},
    ],
)  # fmt: skip
def test_a_success_that_speaks_of_no_error_is_one(more: dict[str, Any]) -> None:
    assert answer(200, OK | more).applied is Applied.YES
    assert answer(200, {"data": {"id": 5, **more}}).applied is Applied.YES


def test_what_an_assistant_holds_is_no_word_of_the_server() -> None:
    own = {"error": "Sorry!", "success": False, "status": "error"}
    held = {
        "id": 5,
        "variables": own,
        "tools": [own],
        "filler_config": {"errors": ["no"]},
        "status": "inactive",
    }
    assert answer(200, {"data": held}).applied is Applied.YES


def test_a_list_that_says_no_is_not_read_as_empty() -> None:
    for body in (
        {"success": False, "data": []},
        {"status": "error", "data": []},
        {"error": "no", "data": []},
    ):
        verdict = meaning_of(Answer(200, {}, json.dumps(body).encode()), None, KEY.redact)
        assert (verdict.applied, verdict.code) == (Applied.NO, "A202")
    entries = [{"id": 1, "status": "failed", "error": "a document was too large"}]
    for body in (entries, {"data": entries}):
        assert meaning_of(Answer(200, {}, json.dumps(body).encode()), None, KEY.redact).applied is Applied.YES


def test_what_a_server_says_of_fields_is_told_at_their_cells_also_in_a_success() -> None:
    body = {"success": False, "errors": {"speech_speed": ["Too fast."]}}
    assert answer(200, body).field_errors == {"speech_speed": ("Too fast.",)}


def test_words_of_a_success_that_says_no_hold_no_key() -> None:
    assert str(KEY.reveal()) not in answer(200, {"error": f"bad key {KEY.reveal()}"}).message


@pytest.mark.parametrize(
    ("statuses", "applied", "code", "repeats"),
    [
        ((301, 302, 303, 307, 308), Applied.NO, "A300", 0),
        ((400, 405, 413, 415, 406, 410, 418, 451, 499), Applied.NO, "A400", 0),
        ((422,), Applied.NO, "A422", 0),
        ((401, 402, 419), Applied.NO, "A401", 0),
        ((403,), Applied.NO, "A403", 0),
        ((404,), Applied.NO, "A404", 0),
        ((408, 425, 409, 423), Applied.NO, "A409", 1000),
        ((500, 501, 505, 599, 600, 999), Applied.MAYBE, "A500", 2),
        ((502, 503, 504, *range(520, 528)), Applied.MAYBE, "A502", 1000),
    ],
)
def test_each_status_has_its_meaning(
    statuses: tuple[int, ...], applied: Applied, code: str, repeats: int
) -> None:
    for status in statuses:
        verdict = answer(status, {"message": "because"})
        assert (verdict.applied, verdict.code, verdict.repeats) == (applied, code, repeats), status
        assert "because" in verdict.message and str(status) in verdict.message
        assert verdict.http == status
        assert code in CODES


def test_a_429_is_a_gate_and_costs_nothing() -> None:
    verdict = answer(429, {"retry_after": 60})
    assert verdict.applied is Applied.NO and verdict.gate and verdict.free and verdict.wait == 60


def test_a_503_is_a_gate_only_with_retry_after() -> None:
    assert answer(503, b"", retry_after="30").gate
    assert not answer(503, b"").gate
    assert not answer(503, b"", retry_after="soon").gate
    assert not answer(502, b"", retry_after="30").gate


@pytest.mark.parametrize(
    ("failure", "applied", "code"),
    [
        (NoAnswer("refused", sent=False), Applied.NO, "N501"),
        (NoAnswer("reset", sent=True), Applied.MAYBE, "N502"),
        (NoAnswer("self-signed", sent=False, untrusted=True), Applied.NO, "N503"),
    ],
)
def test_a_failure_is_certain_only_before_sending(failure: NoAnswer, applied: Applied, code: str) -> None:
    verdict = meaning_of(failure, 5, KEY.redact)
    assert (verdict.applied, verdict.code) == (applied, code)
    assert (verdict.stop is not None) == failure.untrusted


def test_what_concerns_the_whole_run_carries_an_exception() -> None:
    for status in (401, 402, 419):
        assert isinstance(answer(status, b"").stop, KeyRefused)
    assert isinstance(answer(302, b"").stop, RunStopped)
    assert answer(404, b"").stop is None


def test_reading_asks_for_no_id() -> None:
    seen = Answer(200, {}, b'[{"id": 7}]')
    assert meaning_of(seen, None, KEY.redact).data == [{"id": 7}]


# ---------------------------------------------------------------- what the server says


def test_422_brings_its_sentences_to_their_fields() -> None:
    errors = {"speech_speed": ["Must be between 0.7 and 1.2."], "post_call_schema.0.name": "Too short."}
    verdict = answer(422, {"message": "Validation failed", "errors": errors})
    assert verdict.field_errors == {
        "speech_speed": ("Must be between 0.7 and 1.2.",),
        "post_call_schema.0.name": ("Too short.",),
    }
    assert verdict.message == "refused (422)", "what stands at a field is said once"
    assert "speech_speed: Must be between 0.7 and 1.2." in verdict.words


@pytest.mark.parametrize(
    ("errors", "fields", "words"),
    [
        ({"post_call_schema": {"0": {"name": ["Odd."]}}}, {"post_call_schema.0.name": ("Odd.",)}, "Odd."),
        ({"tools": [{"type": ["Odd."]}, "Bad."]}, {"tools.0.type": ("Odd.",), "tools": ("Bad.",)}, "Bad."),
        (["Odd.", "Bad."], {}, "refused (422): Odd.; Bad."),
        ("Odd.", {}, "refused (422): Odd."),
        ([{"field": "name"}], {"0.field": ("name",)}, "0.field: name"),
        ({"name": [[[[[[[["deep"]]]]]]]]}, {}, "refused (422): no"),
        ({f"f{n}": ["x"] * 9 for n in range(99)}, {f"f{n}": ("x",) * 5 for n in range(50)}, "f0: x"),
    ],
)
def test_sentences_are_found_in_other_shapes_too(
    errors: Any, fields: dict[str, tuple[str, ...]], words: str
) -> None:
    verdict = answer(422, {"message": "no", "errors": errors})
    assert verdict.field_errors == fields
    assert words in verdict.words


@pytest.mark.parametrize("errors", [None, [], "no", 5, {"a": None}, {"a": {"b": 1}}, {"a": [1, None]}])
def test_odd_field_errors_do_no_harm(errors: Any) -> None:
    assert answer(422, {"message": "no", "errors": errors}).code == "A422"


def test_the_key_is_redacted_before_it_is_cut_or_escaped() -> None:
    secret = KEY.reveal()
    for padding in range(250, 310):
        long = "x" * padding + secret
        for body in ({"message": long}, {"errors": {secret: [secret], "name": [long]}}):
            shown = repr(answer(422, body, x_request_id=secret)).replace("\\\\", "\\")
            assert secret not in shown and secret[:12] not in shown


@given(st.text(), st.dictionaries(st.text(), st.lists(st.text(), max_size=3), max_size=3))
def test_no_answer_of_the_server_is_unsafe_or_long(message: str, errors: dict[str, list[str]]) -> None:
    verdict = answer(400, {"message": message, "errors": errors})
    said = [text for texts in verdict.field_errors.values() for text in texts]
    texts = [verdict.message, verdict.words, *verdict.field_errors, *said]
    for text in texts:
        assert len(text) <= 300
        assert not any(ord(c) < 32 or c in "\x7f\u202e\u2028" for c in text)


@given(st.binary(max_size=300), st.integers(min_value=200, max_value=999))
def test_any_bytes_with_any_status_are_judged(body: bytes, status: int) -> None:
    verdict = answer(status, body)
    assert verdict.applied is not Applied.YES or status == 204


def test_the_request_id_is_found_under_its_usual_names() -> None:
    assert answer(x_request_id="r-1").request_id == "r-1"
    assert answer(cf_ray="ray").request_id == "ray"
    assert answer(x_request_id="a\x1b[2J").request_id == "a\\x1b[2J"
    assert answer().request_id == ""


def test_limits_are_read_whole_or_not_at_all() -> None:
    headers = {"x_ratelimit_limit": "100", "x_ratelimit_remaining": "95"}
    assert answer(**headers).limits == ServerLimit(100, 95)
    assert answer(x_ratelimit_remaining="95").limits is None


# ---------------------------------------------------------------- rows in a row


def course(*statuses: int) -> list[Any]:
    watch = Course()
    return [
        watch.stop_after(answer(status, OK if status == 200 else {"message": "no"})) for status in statuses
    ]


def test_the_first_answer_as_a_web_page_stops_the_run() -> None:
    page = answer(200, b"<!doctype html>", content_type="text/html")
    watch = Course()
    assert isinstance(watch.stop_after(page), RunStopped)
    watch = Course()
    assert watch.stop_after(answer()) is None and watch.stop_after(page) is None


def test_twenty_refusals_from_the_start_stop_the_run() -> None:
    found = course(*[422, 400] * 10)
    assert found[:19] == [None] * 19 and found[19].code == "R102"
    assert course(200, *[422] * 30) == [None] * 31


def test_three_times_403_in_a_row_stop_the_run() -> None:
    assert course(200, 403, 403, 403)[-1].code == "A403"
    assert course(403, 403, 200, 403, 403) == [None] * 5


def test_the_first_five_all_404_stop_the_run() -> None:
    assert course(404, 404, 404, 404, 404)[-1].code == "A404"
    assert course(404, 404, 200, 404, 404, 404, 404) == [None] * 7
    assert course(422, 404, 404, 404, 404, 404) == [None] * 6


def test_neither_a_gate_nor_a_cut_connection_counts_as_an_answer() -> None:
    watch = Course()
    for _ in range(4):
        watch.stop_after(answer(404, b""))
        watch.stop_after(answer(429, b""))
        watch.stop_after(meaning_of(NoAnswer("cut", sent=True), 5, KEY.redact))
    assert watch.stop_after(answer(404, b"")) is not None


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        ("120", 120),
        ("120, 120", 120),
        ("5,120", 120),
        ("120, 5, 7", 120),
        ("soon, 60", 60),
        ("-5, 30", 30),
        ("1e9, 12", 12),
        ("999999999, 60", 60),
        ("7, Sun, 22 Nov 2026 09:31:40 GMT", 40),
        ("Sun, 22 Nov 2026 09:31:20 GMT, Sun, 22 Nov 2026 09:31:50 GMT", 50),
        ("Sunday, 22-Nov-26 09:31:30 GMT, 3", 30),
        ("Sun, 22 Nov 2026 09:30:00 GMT, 9", 9),
        ("", None),
        (",", None),
        ("soon, later", None),
        ("999999999", None),
    ],
)
def test_of_several_waits_that_were_joined_the_longest_sane_one_counts(
    retry_after: str, wait: float | None
) -> None:
    verdict = answer(429, b"", retry_after=retry_after, date="Sun, 22 Nov 2026 09:31:00 GMT")
    assert verdict.wait == wait
