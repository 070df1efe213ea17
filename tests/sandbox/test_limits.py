"""Both rate windows, in virtual time."""

from __future__ import annotations

import math

import pytest

from batch_update.model.reports import Window
from batch_update.sandbox.app import READ_ONLY_KEY

BOTH = (Window(20, 10), Window(100, 60))


def burst(api, most=1000):
    """How many requests pass before one is refused, and that refusal."""
    for passed in range(most):
        answer = api.send("GET", "/api/user/me")
        if answer.status_code != 200:
            return passed, answer
    raise AssertionError("no request was refused")


def test_as_many_requests_pass_as_the_window_holds_and_the_next_is_refused(make_api):
    api = make_api(limits=BOTH)
    passed, refusal = burst(api)
    assert passed == 20 and refusal.status_code == 429
    assert refusal.json() == {
        "error": "Rate limit exceeded",
        "message": "Too many requests. Please try again in 10 seconds.",
        "retry_after": 10,
    }
    assert refusal.headers["Retry-After"] == "10"


def test_the_longer_window_binds_when_it_is_full(make_api):
    api = make_api(limits=BOTH)
    total = 0
    for _ in range(5):
        total += burst(api)[0]
        api.clock.now += 10.5
    assert total == 100
    passed, refusal = burst(api)
    assert passed == 0 and refusal.headers["X-RateLimit-Limit"] == "100"
    assert refusal.json()["retry_after"] == math.ceil(60 - 5 * 10.5)


def test_with_both_windows_full_the_longer_wait_is_told(make_api):
    api = make_api(limits=(Window(3, 10), Window(3, 60)))
    passed, refusal = burst(api)
    assert passed == 3 and refusal.json()["retry_after"] == 60


def test_a_refused_request_does_not_count(make_api):
    api = make_api(limits=(Window(3, 10),))
    assert burst(api)[0] == 3
    for _ in range(9):
        api.clock.now += 1
        assert burst(api)[0] == 0
    api.clock.now += 1
    assert burst(api)[0] == 3


@pytest.mark.parametrize("gaps", [[0.0, 1.0, 2.5], [3.0, 0.1, 0.1], [0.0, 0.0, 9.9]])
def test_waiting_as_long_as_was_said_is_enough(make_api, gaps):
    api = make_api(limits=(Window(3, 10),))
    for gap in gaps:
        api.clock.now += gap
        api.get("me")
    refusal = burst(api)[1]
    api.clock.now += refusal.json()["retry_after"]
    assert api.send("GET", "/api/user/me").status_code == 200


def test_a_sliding_window_never_holds_more_than_its_limit(make_api):
    api = make_api(limits=(Window(4, 10),))
    for _ in range(60):
        api.send("GET", "/api/user/me")
        api.clock.now += 0.7
    times = [seen.at for seen in api.app.requests_seen() if seen.status == 200]
    assert len(times) >= 16
    assert all(sum(end - 10 < at <= end for at in times) <= 4 for end in times)


def test_a_fixed_window_begins_anew_at_whole_multiples(make_api):
    api = make_api(limits=(Window(4, 10),), windows="fixed")
    api.clock.now = 1_800_000_009.0
    passed, refusal = burst(api)
    assert passed == 4 and refusal.json()["retry_after"] == 1
    assert refusal.headers["X-RateLimit-Reset"] == "1800000010"
    api.clock.now += 1
    assert burst(api)[0] == 4  # eight within a second: what a sliding window would not allow


def test_headers_tell_of_the_tightest_window(make_api):
    api = make_api(limits=BOTH)
    begun = api.clock.now
    answer = api.send("GET", "/api/user/me")
    told = {name: answer.headers[f"X-RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset")}
    assert told == {"Limit": "20", "Remaining": "19", "Reset": str(int(begun) + 10)}


def test_the_longer_window_is_told_of_when_less_is_left_in_it(make_api):
    api = make_api(limits=(Window(20, 10), Window(25, 60)))
    burst(api)
    api.clock.now += 10
    answer = api.send("GET", "/api/user/me")
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("25", "4")


def test_refusals_carry_the_same_headers(make_api):
    api = make_api(limits=(Window(2, 10),))
    refusal = burst(api)[1]
    assert (refusal.headers["X-RateLimit-Limit"], refusal.headers["X-RateLimit-Remaining"]) == ("2", "0")
    assert refusal.headers["X-RateLimit-Reset"] == str(int(api.clock.now) + 10)


def test_updates_and_reads_count_alike_and_even_when_they_are_refused_for_their_content(make_api):
    api = make_api(limits=(Window(4, 10),))
    api.put(10001, {"name": "A"})
    api.put(10001, {"speech_speed": 9})
    api.put(5, {"name": "A"})
    api.get("me")
    assert burst(api)[0] == 0


def test_wrong_keys_and_wrong_paths_count_for_nobody(make_api):
    api = make_api(limits=(Window(2, 10),))
    for _ in range(5):
        api.send("GET", "/api/user/me", key="wrong-key")
        api.send("GET", "/api/user/nowhere")
    assert burst(api)[0] == 2


def test_each_key_has_windows_of_its_own(make_api):
    api = make_api(limits=(Window(2, 10),))
    assert burst(api)[0] == 2
    assert api.send("GET", "/api/user/me", key=READ_ONLY_KEY).status_code == 200


def test_without_limits_nothing_is_refused_and_no_header_speaks_of_them(api):
    answers = [api.send("GET", "/api/user/me") for _ in range(130)]
    assert {answer.status_code for answer in answers} == {200}
    assert not [name for name in answers[0].headers if "ratelimit" in name]


def test_windows_that_became_smaller_say_how_long_to_wait(make_api, tmp_path):
    """Between two commands the limits may change; more may lie in the window than it holds now."""
    api = make_api(tmp_path / "s.db", limits=(Window(10, 10),))
    for _ in range(10):
        api.get("me")
        api.clock.now += 0.5
    smaller = make_api(tmp_path / "s.db", limits=(Window(2, 10),), clock=api.clock)
    refusal = burst(smaller)[1]
    api.clock.now += refusal.json()["retry_after"]
    assert burst(smaller)[0] >= 1
