"""What an answer, or its absence, means for a change: applied or not, again or not, and what to tell. Pure.

connection not made          not applied   again      a certificate that is not trusted: stop
sent, no status seen         ambiguous     again
2xx complete, with the id    applied
2xx that says it failed      not applied   no
2xx otherwise                ambiguous     once       HTML as the very first answer: stop
3xx                          not applied   no         stop
401 402 419                  not applied   no         stop
403 404                      not applied   no         several in a row: stop
408 409 423 425              not applied   again
429                          not applied   gate
other 4xx                    not applied   no         20 in a row from the start: stop
500, unknown statuses        ambiguous     twice
502 503 504 520-527          ambiguous     again      503 with Retry-After: gate
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import islice

from batch_update.api.denials import denial_in
from batch_update.api.pacing import Limits
from batch_update.api.paging import count
from batch_update.api.waits import asked_wait, read_limits
from batch_update.errors import BatchUpdateError, KeyRefused, RunStopped
from batch_update.model import Json
from batch_update.text import printable

MOST_TEXT = 300
MOST_VALUES = 500_000
"""values of an answer, counted without reading it: commas in its texts are among them"""
MOST_SENTENCES = 500
DEEPEST_PLACE = 6
"""levels of names that are followed into what a server says of fields"""
ALWAYS = 1000
"""repeats of a verdict that only the number of attempts bounds"""
REFUSALS_FROM_START = 20
MISSING_FROM_START = 5
FORBIDDEN_IN_A_ROW = 3


class Applied(Enum):
    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status that came, with its headers (lower-case names) and what came of its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    complete: bool = True
    """False: the body was cut, or longer than is read"""
    too_long: bool = False
    """longer than is read"""


@dataclass(frozen=True, slots=True)
class Failure:
    """No status came."""

    reason: str
    sent: bool
    """False: certainly not a byte of the request left"""
    untrusted: bool = False
    """the certificate is not trusted"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one attempt means."""

    applied: Applied
    code: str = ""
    message: str = ""
    http: int | None = None
    repeats: int = 0
    """how many more attempts such a verdict allows"""
    trouble: bool = False
    """a sign that the server is down"""
    gate: bool = False
    """everybody has to wait"""
    wait: float | None = None
    """seconds that the server asks for"""
    paced: bool = False
    """the pacer does the waiting before the next attempt"""
    free: bool = False
    """costs no attempt"""
    limits: Limits | None = None
    request_id: str = ""
    field_errors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    data: Json = None
    """the answer's JSON, where it is applied"""
    stop: BatchUpdateError | None = None
    """no row can succeed"""
    html: bool = False


def judge(seen: Answer | Failure, assistant_id: int | None, redact: Callable[[str], str]) -> Verdict:
    """The meaning of one attempt to change this assistant; None: of one that only reads.

    `redact` takes the key out of a text; whatever the server said passes it and is safe to print afterwards.
    """
    if isinstance(seen, Failure):
        return _judge_failure(seen, redact)
    say = _Speaker(seen, redact)
    verdict = (
        _judge_success(seen, assistant_id, say) if 200 <= seen.status < 300 else _judge_status(seen, say)
    )
    return replace(verdict, http=seen.status, limits=read_limits(seen.headers), request_id=say.request_id())


def _judge_failure(seen: Failure, redact: Callable[[str], str]) -> Verdict:
    reason = clean(seen.reason, redact)
    if seen.untrusted:
        message = f"the server's certificate is not trusted: {reason}"
        stop = RunStopped(
            message, code="N503", remedy="check --base-url; behind a company proxy, set SSL_CERT_FILE"
        )
        return Verdict(Applied.NO, "N503", message, stop=stop)
    if seen.sent:
        return Verdict(
            Applied.MAYBE, "N502", f"sent, and no answer came: {reason}", repeats=ALWAYS, trouble=True
        )
    return Verdict(Applied.NO, "N501", f"no connection: {reason}", repeats=ALWAYS, trouble=True)


# ---------------------------------------------------------------- 2xx


def _judge_success(seen: Answer, assistant_id: int | None, say: _Speaker) -> Verdict:
    fault = ""
    named = _id_in(say.data)
    is_anothers = assistant_id is not None and named is not None and named != assistant_id
    if not seen.complete:
        fault = "it is longer than any answer of this API" if seen.too_long else "it was cut short"
    elif seen.status == 204 and not seen.body:
        return Verdict(Applied.YES)
    elif say.data is _UNREADABLE:
        fault = "it is a web page, not JSON" if say.is_html() else "it is no JSON"
    elif say.data is _TOO_MUCH:
        fault = "it holds more values than any answer of this API"
    elif not is_anothers and (denial := denial_in(say.data, lists=assistant_id is not None)) is not None:
        return _judge_denial(seen.status, say.quoting(denial))
    elif assistant_id is not None and named != assistant_id:
        fault = "it is not about this assistant"
    if not fault:
        return Verdict(Applied.YES, data=say.data)
    message = f"the server said yes ({seen.status}), but its answer makes no sense: {fault}"
    return Verdict(Applied.MAYBE, "A200", message, repeats=1, trouble=True, html=say.is_html())


def _judge_denial(status: int, say: _Speaker) -> Verdict:
    message = say(f"the server's answer ({status}) says that it failed")
    return Verdict(Applied.NO, "A202", message, field_errors=say.field_errors())


def _id_in(data: Json) -> int | None:
    """The id that an answer to an update is about."""
    inner = data.get("data") if isinstance(data, dict) else None
    return count(inner.get("id")) if isinstance(inner, dict) else None


# ---------------------------------------------------------------- all other statuses


def _judge_status(seen: Answer, say: _Speaker) -> Verdict:
    status = seen.status
    if status < 400:
        return _stop(Applied.NO, "A300", say(f"the server redirects ({status})"), "check --base-url")
    if status in (401, 402, 419):
        message = say(f"the server refuses the key ({status})")
        stop = KeyRefused(
            message, code="A401", remedy="check the key, and that it is the one for this server"
        )
        return Verdict(Applied.NO, "A401", message, stop=stop)
    if status == 429:
        message = say("too many requests (429)")
        wait = asked_wait(seen.headers, say.data)
        return Verdict(Applied.NO, "A429", message, gate=True, wait=wait, paced=True, free=True)
    if status < 500:
        return _judge_refusal(status, say)
    if status in (502, 503, 504) or 520 <= status <= 527:
        wait = asked_wait(seen.headers, say.data) if status == 503 and "retry-after" in seen.headers else None
        gate = wait is not None
        message = say(f"the gateway failed ({status})")
        return Verdict(
            Applied.MAYBE, "A502", message, repeats=ALWAYS, trouble=not gate, gate=gate, wait=wait, paced=gate
        )
    return Verdict(Applied.MAYBE, "A500", say(f"the server failed ({status})"), repeats=2, trouble=True)


def _judge_refusal(status: int, say: _Speaker) -> Verdict:
    if status in (408, 409, 423, 425):
        return Verdict(Applied.NO, "A409", say(f"the server is busy with it ({status})"), repeats=ALWAYS)
    codes = {403: "A403", 404: "A404", 422: "A422"}
    return Verdict(
        Applied.NO, codes.get(status, "A400"), say(f"refused ({status})"), field_errors=say.field_errors()
    )


def _stop(applied: Applied, code: str, message: str, remedy: str) -> Verdict:
    return Verdict(applied, code, message, stop=RunStopped(message, code=code, remedy=remedy))


# ---------------------------------------------------------------- what the server says


_UNREADABLE, _TOO_MUCH = object(), object()


def clean(text: str, redact: Callable[[str], str], most: int = MOST_TEXT) -> str:
    """Safe to print: without the key, on one line, control characters escaped, not long."""
    # The key first: neither escaping nor cutting may leave a part of it.
    shown = printable(redact(text)[: most + 1])
    return shown if len(shown) <= most else shown[: most - 4] + " ..."


class _Speaker:
    """Takes sentences out of an answer."""

    def __init__(self, seen: Answer, redact: Callable[[str], str]) -> None:
        self._seen = seen
        self._redact = redact
        self.data: Json = _read_json(seen.body)
        self._said = self.data
        """`message`, `error` and `errors`"""

    def quoting(self, said: Json) -> _Speaker:
        """One that takes its sentences from elsewhere."""
        found = copy(self)
        found._said = said
        return found

    def __call__(self, what: str) -> str:
        """`what`, followed by the server's own words if it has any."""
        words = [text for text in self._words() if text]
        return clean(f"{what}: {'; '.join(words)}" if words else what, self._redact)

    def _words(self) -> Iterator[str]:
        if not isinstance(self._said, dict):
            return
        details = [f"{name}: {text}" for name, texts in self.field_errors().items() for text in texts]
        details += [text for place, text in self._errors() if not place]
        if details:
            yield from details
            return
        seen = [self._said.get(name) for name in ("message", "error")]
        yield next((text.strip() for text in seen if isinstance(text, str) and text.strip()), "")

    def _errors(self) -> Iterator[tuple[str, str]]:
        errors = self._said.get("errors") if isinstance(self._said, dict) else None
        return islice(_sentences(errors), MOST_SENTENCES)

    def field_errors(self) -> dict[str, tuple[str, ...]]:
        """What was said of single fields, bounded: 50 fields, 5 sentences each."""
        found: dict[str, tuple[str, ...]] = {}
        for place, text in self._errors():
            if not place:
                continue
            name = clean(place, self._redact, 100)
            said = found.get(name, ())
            if len(said) < 5 and (said or len(found) < 50):
                found[name] = (*said, clean(text, self._redact))
        return found

    def is_html(self) -> bool:
        kind = self._seen.headers.get("content-type", "")
        return "html" in kind.lower() or self._seen.body[:200].lstrip()[:1] == b"<"

    def request_id(self) -> str:
        """The name that the server gave to this request, for its support."""
        for name in ("x-request-id", "request-id", "x-correlation-id", "x-amzn-trace-id", "cf-ray"):
            if found := self._seen.headers.get(name):
                return clean(found, self._redact, 100)
        return ""


def _sentences(errors: Json, place: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Place and text of each sentence; the place is "" in a bare list, and nested names are joined by dots."""
    if isinstance(errors, str):
        yield place, errors
    elif depth == DEEPEST_PLACE:
        return
    elif isinstance(errors, dict):
        for name, part in errors.items():
            yield from _sentences(part, f"{place}.{name}" if place else name, depth + 1)
    elif isinstance(errors, list):
        for number, part in enumerate(errors):
            inner = place if isinstance(part, str) else f"{place}.{number}" if place else str(number)
            yield from _sentences(part, inner, depth + 1)


def _read_json(body: bytes) -> Json:
    # Three bytes, such as `[],`, become a hundred in memory. Each value but the first has one of these before it.
    if len(body) > MOST_VALUES and sum(body.count(sign) for sign in b",:[{") > MOST_VALUES:
        return _TOO_MUCH
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return _UNREADABLE


# ---------------------------------------------------------------- rows in a row


class Course:
    """What the replies of a run show together: that the key, the account or the address is wrong."""

    def __init__(self) -> None:
        self._replies = 0
        self._refused = 0
        self._missing = 0
        self._forbidden = 0

    def stop_after(self, verdict: Verdict) -> BatchUpdateError | None:
        """Notes one answer to an update; what ends the run, if this shows that going on makes no sense."""
        if verdict.stop is not None:
            return verdict.stop
        if verdict.http is None or verdict.gate:
            return None
        self._replies += 1
        self._refused += verdict.code in ("A202", "A400", "A403", "A404", "A422")
        self._missing += verdict.code == "A404"
        self._forbidden = self._forbidden + 1 if verdict.code == "A403" else 0
        return self._verdict(verdict)

    def _verdict(self, verdict: Verdict) -> BatchUpdateError | None:
        last = f"the last: {verdict.message}"
        if self._replies == 1 and verdict.html:
            return RunStopped(
                "the first answer is a web page, not this API", code="A200", remedy="check --base-url"
            )
        if self._forbidden >= FORBIDDEN_IN_A_ROW:
            message = f"{self._forbidden} rows in a row are forbidden; {last}"
            return RunStopped(message, code="A403", remedy="use a key with more permissions")
        if self._missing == self._replies == MISSING_FROM_START:
            message = f"none of the first {self._missing} assistants exists; {last}"
            return RunStopped(message, code="A404", remedy="check whose key this is, and --base-url")
        if self._refused == self._replies == REFUSALS_FROM_START:
            message = f"the first {self._refused} rows were all refused; {last}"
            return RunStopped(
                message, code="R102", remedy="look at the messages in results.csv, then apply failed.csv"
            )
        return None
