"""Faults: how they are written, which update meets them, and what a client sees."""

from __future__ import annotations

import pytest

from batch_update.model.reports import Window
from batch_update.sandbox.app import ConnectionCut
from batch_update.sandbox.faults import Fault, Faults


def statuses(api, updates):
    """What so many updates of 10001 end in; None for a cut connection. Each sets another name."""
    found = []
    for n in range(1, updates + 1):
        try:
            found.append(api.put(10001, {"name": f"name {n}"}).status_code)
        except ConnectionCut:
            found.append(None)
    return found


# ---------------------------------------------------------------- the text


def test_the_text_says_which_update_meets_what():
    text = "429@5:2, 503@12,cut-after@20,slow@7:3.5,502@3-6,401@50+,504-after@10%,seed=3"
    assert Faults.parse(text) == Faults(
        (
            Fault("429", 5, 5, seconds=2),
            Fault("503", 12, 12),
            Fault("cut-after", 20, 20),
            Fault("slow", 7, 7, seconds=3.5),
            Fault("502", 3, 6),
            Fault("401", 50, None),
            Fault("504-after", share=0.1),
        ),
        seed=3,
    )


@pytest.mark.parametrize("text", ["", "  ", ","])
def test_no_text_is_no_fault(text):
    assert Faults.parse(text) == Faults()


@pytest.mark.parametrize(
    "text",
    [
        "429", "429@", "@5", "200@5", "600@5", "cut@5", "slow@", "slow@7:", "slow@7:x", "503@0", "503@8-5", "503@0%",
        "503@101%", "503@5:1:2", "429-after@5", "502@5:3", "cut-after@5:3", "slow-after@2",
        "seed=x", "Slow@1", "503@-1",
    ],
)  # fmt: skip
def test_a_text_that_is_no_fault_is_refused_with_what_was_given(text):
    with pytest.raises(ValueError, match="is no fault") as caught:
        Faults.parse(f"503@1,{text}")
    assert repr(text) in str(caught.value)


# ---------------------------------------------------------------- which update


def test_the_nth_update_meets_it_and_no_other(make_api):
    assert statuses(make_api(faults=Faults.parse("503@2,500@4-5")), 6) == [200, 503, 200, 500, 500, 200]


def test_reads_neither_count_nor_meet_faults(make_api):
    api = make_api(faults=Faults.parse("503@1+"))
    for _ in range(3):
        api.get("me")
    assert statuses(api, 2) == [503, 503]


def test_updates_that_are_refused_for_the_rate_or_the_key_do_not_count(make_api):
    api = make_api(faults=Faults.parse("503@3"), limits=(Window(2, 10),))
    api.send("PUT", "/api/user/assistant/10001", key="wrong-key", json={})
    assert statuses(api, 4) == [200, 200, 429, 429]
    api.clock.now += 10
    assert statuses(api, 2) == [503, 200]


def test_a_share_strikes_about_as_often_and_the_same_updates_each_time(make_api):
    first, again, other = (Faults.parse(f"502@20%,seed={seed}") for seed in (1, 1, 2))
    struck = [[n for n in range(1, 1001) if faults.at(n)] for faults in (first, again, other)]
    assert struck[0] == struck[1] != struck[2]
    assert all(150 < len(numbers) < 250 for numbers in struck)
    assert statuses(make_api(faults=first), 40) == [502 if n in struck[0] else 200 for n in range(1, 41)]


def test_of_two_faults_for_one_update_the_first_in_the_text_strikes():
    faults = Faults.parse("429@5,503@1+")
    assert [getattr(faults.at(n), "what", None) for n in (4, 5, 6)] == ["503", "429", "503"]


# ---------------------------------------------------------------- what a client sees


def test_a_429_says_how_long_to_wait_and_applies_nothing(make_api):
    api = make_api(faults=Faults.parse("429@1:7"))
    answer = api.put(10001, {"name": "new"})
    assert answer.status_code == 429
    assert answer.json()["retry_after"] == 7 and answer.headers["Retry-After"] == "7"
    assert api.held(10001)["name"] != "new"


def test_a_429_on_request_does_not_claim_that_requests_are_left(make_api):
    api = make_api(faults=Faults.parse("429@2"), limits=(Window(20, 10),))
    left = [api.put(10001, {}).headers["X-RateLimit-Remaining"] for _ in range(3)]
    assert left == ["19", "0", "17"]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520])
def test_a_gateway_s_failure_is_a_page_and_applies_nothing(make_api, status):
    api = make_api(faults=Faults.parse(f"{status}@1"))
    answer = api.put(10001, {"name": "new"})
    assert answer.status_code == status and answer.headers["Content-Type"].startswith("text/html")
    assert "<html>" in answer.text and "Retry-After" not in answer.headers
    assert api.held(10001)["name"] != "new"


def test_a_503_says_how_long_to_wait_where_that_was_asked_for(make_api):
    answer = make_api(faults=Faults.parse("503@1:4")).put(10001, {})
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "4"


def test_a_failure_after_the_fact_has_applied_the_update(make_api):
    api = make_api(faults=Faults.parse("502-after@1"))
    assert api.put(10001, {"name": "new"}).status_code == 502
    assert api.held(10001)["name"] == "new"
    assert [(s.status, s.applied, s.fault) for s in api.app.requests_seen()] == [(502, True, "502-after")]


@pytest.mark.parametrize(("what", "applied"), [("cut-before", False), ("cut-after", True)])
def test_a_cut_connection_has_no_answer_and_is_applied_or_not(make_api, what, applied):
    api = make_api(faults=Faults.parse(f"{what}@1"))
    with pytest.raises(ConnectionCut):
        api.put(10001, {"name": "new"})
    assert (api.held(10001)["name"] == "new") is applied
    assert [(s.status, s.applied, s.fault) for s in api.app.requests_seen()] == [(None, applied, what)]


def test_what_is_not_valid_is_not_applied_by_a_cut_either(make_api):
    api = make_api(faults=Faults.parse("cut-after@1"))
    with pytest.raises(ConnectionCut):
        api.put(10001, {"speech_speed": 9})
    assert [seen.applied for seen in api.app.requests_seen()] == [False]


def test_slow_answers_late_and_truly(make_api):
    api = make_api(faults=Faults.parse("slow@1:3,slow@2"))
    begun = api.clock.now
    assert statuses(api, 3) == [200, 200, 200]
    assert api.clock.now - begun == 3 + 5
    assert api.held(10001)["name"] == "name 3"


def test_a_key_that_ends_is_refused_from_then_on_for_reads_too(make_api):
    api = make_api(faults=Faults.parse("401@3+"))
    assert api.send("GET", "/api/user/me").status_code == 200
    assert statuses(api, 5) == [200, 200, 401, 401, 401]
    answer = api.send("GET", "/api/user/me")
    assert answer.status_code == 401 and answer.json()["error"] == "Invalid API key"


def test_a_single_401_leaves_the_key_alive(make_api):
    api = make_api(faults=Faults.parse("401@2"))
    assert statuses(api, 3) == [200, 401, 200]
    assert api.send("GET", "/api/user/me").status_code == 200


@pytest.mark.parametrize(
    ("status", "names"),
    [(403, {"error", "message"}), (404, {"message"}), (409, {"message"}), (422, {"message", "errors"})],
)
def test_other_refusals_have_the_vendor_s_shapes(make_api, status, names):
    answer = make_api(faults=Faults.parse(f"{status}@1")).put(10001, {})
    assert answer.status_code == status and set(answer.json()) == names


def test_after_a_reset_updates_count_from_one_again(make_api):
    api = make_api(faults=Faults.parse("503@2"))
    assert statuses(api, 3) == [200, 503, 200]
    api.app.reset()
    assert statuses(api, 3) == [200, 503, 200]


def test_a_key_that_is_refused_now_and_then_is_not_refused_for_good():
    assert not Faults.parse("401@50%").key_is_dead(100)
    assert not Faults.parse("401@5").key_is_dead(100)
    assert Faults.parse("401@5+").key_is_dead(5)
