"""Tells what an answer, or its absence, means for a change: applied or not, again or not, and what to tell. Pure.

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

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from batch_update.api.answers.denials import denial_in
from batch_update.api.answers.paging import count
from batch_update.api.answers.saying import MOST_TEXT, TOO_MUCH, UNREADABLE, Speaker, clean
from batch_update.api.answers.waits import asked_wait, read_limits
from batch_update.api.pace.pacer import ServerLimit
from batch_update.codes import Trait, has_trait
from batch_update.errors import BatchUpdateError, KeyRefused, RunStopped
from batch_update.model.sheets import NOTHING, Json
from batch_update.text import excerpt, said_of_fields

ALWAYS = 1000
"""repeats of a verdict that only the number of attempts bounds"""
REFUSALS_FROM_START = 20
MISSING_FROM_START = 5
FORBIDDEN_IN_A_ROW = 3
_LET_THROUGH = "ask who runs the network to let requests to this host through"


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
    doubtful: bool = False
    """where it refuses, it may be to something else that was sent on the same connection, or to nothing"""
    proxy: str = ""
    """the proxy that read the request, and may have answered in the server's place"""
    too_long: bool = False
    """longer than is read"""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No status came."""

    reason: str
    sent: bool
    """False: certainly not a byte of the request left"""
    untrusted: bool = False
    """the certificate is not trusted"""
    stale: bool = False
    """the connection was kept from an earlier request, and closed before a byte of an answer"""
    local: int | None = None
    """the operating system's number for why this machine could not make a connection"""
    proxy: str = ""
    """the proxy that did not let the request through, with the status that it gave, 0 for none"""
    proxy_status: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The meaning of one attempt."""

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
    """is tried again whatever was tried before, outside the budget of retries"""
    fresh: bool = False
    """the connection is to blame: it is closed, and the next attempt takes a new one"""
    local: int | None = None
    """the operating system's number for what this machine lacks: no row can succeed where it stays so"""
    limits: ServerLimit | None = None
    request_id: str = ""
    field_errors: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    data: Json = None
    """the answer's JSON, where it is applied"""
    stop: BatchUpdateError | None = None
    """no row can succeed"""
    html: bool = False

    @property
    def words(self) -> str:
        """Return the message and what the server said of single fields, for an error that is no row's."""
        return excerpt(said_of_fields(self.message, self.field_errors), MOST_TEXT)

    @property
    def is_blank(self) -> bool:
        """Tell whether it says nothing of the server or the row: the connection alone is to blame."""
        return self.fresh and self.free and self.applied is Applied.MAYBE and not self.trouble


def meaning_of(seen: Answer | NoAnswer, assistant_id: int | None, redact: Callable[[str], str]) -> Verdict:
    """Return the meaning of one attempt to change this assistant; None: of one that only reads.

    `redact` takes the key out of a text; whatever the server said passes it and is safe to print afterwards.
    """
    if isinstance(seen, NoAnswer):
        return _judge_failure(seen, redact)
    say = Speaker(seen.headers, seen.body, redact)
    verdict = (
        _judge_success(seen, assistant_id, say) if 200 <= seen.status < 300 else _judge_status(seen, say)
    )
    return replace(verdict, http=seen.status, limits=read_limits(seen.headers), request_id=say.request_id())


def _judge_failure(seen: NoAnswer, redact: Callable[[str], str]) -> Verdict:
    reason = clean(seen.reason, redact)
    if seen.untrusted:
        message = f"the server's certificate is not trusted: {reason}"
        stop = RunStopped(message, code="N503")
        return Verdict(Applied.NO, "N503", message, stop=stop)
    if seen.local is not None:
        message = f"this machine makes no connection: {reason}"
        return Verdict(Applied.NO, "N504", message, repeats=ALWAYS, local=seen.local)
    if seen.proxy:
        return _judge_proxy(seen, reason)
    if seen.stale:
        message = f"the connection was closed as it was used again: {reason}"
        return Verdict(Applied.MAYBE, "N502", message, fresh=True, free=True, paced=True)
    if seen.sent:
        return Verdict(
            Applied.MAYBE, "N502", f"sent, and no answer came: {reason}", repeats=ALWAYS, trouble=True
        )
    return Verdict(Applied.NO, "N501", f"no connection: {reason}", repeats=ALWAYS, trouble=True)


def _judge_proxy(seen: NoAnswer, reason: str) -> Verdict:
    """Return a proxy that makes no way to the server: for good, or because it does not reach it now."""
    if not 400 <= seen.proxy_status < 500 or seen.proxy_status in (408, 425, 429):
        message = f"no connection: the proxy {seen.proxy} does not reach the server: {reason}"
        return Verdict(Applied.NO, "N501", message, repeats=ALWAYS, trouble=True)
    return _refused_by_proxy(seen.proxy, seen.proxy_status, reason)


def _refused_by_proxy(proxy: str, status: int, reason: str) -> Verdict:
    if status == 407:
        message = f"the proxy {proxy} asks for a name and a password (407), or refuses those it was given"
        remedy = (
            "write them into its address, http://USER:PASSWORD@HOST:PORT, in HTTPS_PROXY or the setting proxy"
        )
    else:
        message = f"the proxy {proxy} does not let the request through: {reason}"
        remedy = "ask who runs it to let this host through, or go without it: the setting proxy=off"
    return _stop(Applied.NO, "N506", message, remedy)


def doubted(verdict: Verdict, *, again: bool) -> Verdict:
    """Return what a refusal means that may be the answer to something else: nothing; `again`: it is sent once more."""
    message = f"{verdict.message}, in an answer that may belong to another request"
    return Verdict(
        Applied.MAYBE, "N502", clean(message, str), http=verdict.http, fresh=True, free=again, paced=again
    )


# ---------------------------------------------------------------- 2xx


def _judge_success(seen: Answer, assistant_id: int | None, say: Speaker) -> Verdict:
    if seen.complete and seen.status == 204 and not seen.body:
        return Verdict(Applied.YES)
    named, is_update = _id_in(say.data), assistant_id is not None
    is_anothers = is_update and named is not None and named != assistant_id
    fault = _unreadable_words(seen, say)
    if not fault and not is_anothers and (denial := denial_in(say.data, lists=is_update)) is not None:
        return _judge_denial(seen.status, say.quoting(denial))
    if not fault and is_update and named != assistant_id:
        fault = "it is not about this assistant"
    if not fault:
        return Verdict(Applied.YES, data=say.data)
    message = f"the server said yes ({seen.status}), but its answer makes no sense: {fault}"
    return Verdict(
        Applied.MAYBE, "A200", message, repeats=1, trouble=True, fresh=is_anothers, html=say.is_html()
    )


def _unreadable_words(seen: Answer, say: Speaker) -> str:
    """Return why an answer cannot be read as JSON; "" where it can."""
    if not seen.complete:
        return "it is longer than any answer of this API" if seen.too_long else "it was cut short"
    if say.data is UNREADABLE:
        return f"it is {say.page()}, not JSON" if say.is_html() else "it is no JSON"
    return "it holds more values than any answer of this API" if say.data is TOO_MUCH else ""


def _judge_denial(status: int, say: Speaker) -> Verdict:
    message = say(f"the server's answer ({status}) says that it failed")
    return Verdict(Applied.NO, "A202", message, field_errors=say.field_errors())


def _id_in(data: Json) -> int | None:
    """Return the id that an answer to an update is about."""
    inner = data.get("data") if isinstance(data, dict) else None
    return count(inner.get("id")) if isinstance(inner, dict) else None


# ---------------------------------------------------------------- all other statuses


def _judge_status(seen: Answer, say: Speaker) -> Verdict:
    status = seen.status
    if status == 407:
        return _refused_by_proxy(seen.proxy or "on the way", status, "")
    if say.data is UNREADABLE and (seen.proxy or (status == 403 and say.is_html())):
        return _judge_in_between(status, seen.proxy, say)
    if status < 400:
        return _stop(Applied.NO, "A300", say(f"the server redirects ({status})"))
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
        return _judge_gateway(seen, status, say)
    return Verdict(Applied.MAYBE, "A500", say(f"the server failed ({status})"), repeats=2, trouble=True)


def _judge_gateway(seen: Answer, status: int, say: Speaker) -> Verdict:
    """Return the verdict on a gateway's failure; a 503 that says how long to wait holds all requests back."""
    wait = asked_wait(seen.headers, say.data) if status == 503 and "retry-after" in seen.headers else None
    gate = wait is not None
    message = say(f"the gateway failed ({status})")
    return Verdict(
        Applied.MAYBE, "A502", message, repeats=ALWAYS, trouble=not gate, gate=gate, wait=wait, paced=gate
    )


def _judge_in_between(status: int, proxy: str, say: Speaker) -> Verdict:
    """Return an answer that is not of the API's making: of a proxy that was asked, or of a firewall that was not."""
    who = f"the proxy {proxy}" if proxy else "a firewall, gateway or proxy in between, not the API,"
    if status >= 500:
        message = say(f"{who} failed ({status})")
        return Verdict(Applied.MAYBE, "N505", message, repeats=ALWAYS, trouble=True)
    return Verdict(Applied.NO, "N505", say(f"{who} refuses ({status})"))


def _judge_refusal(status: int, say: Speaker) -> Verdict:
    if status in (408, 409, 423, 425):
        return Verdict(Applied.NO, "A409", say(f"the server is busy with it ({status})"), repeats=ALWAYS)
    codes = {403: "A403", 404: "A404", 422: "A422"}
    return Verdict(
        Applied.NO, codes.get(status, "A400"), say(f"refused ({status})"), field_errors=say.field_errors()
    )


def _stop(applied: Applied, code: str, message: str, remedy: str = "") -> Verdict:
    return Verdict(applied, code, message, stop=RunStopped(message, code=code, remedy=remedy))


# ---------------------------------------------------------------- rows in a row


class Course:
    """Sees from the replies of a run together that the key, the account or the address is wrong."""

    def __init__(self) -> None:
        self._replies = 0
        self._refused = 0
        self._missing = 0
        self._forbidden = 0

    def stop_after(self, verdict: Verdict) -> BatchUpdateError | None:
        """Notes one answer to an update; what ends the run, if this shows that going on makes no sense."""
        if verdict.stop is not None:
            return verdict.stop
        if verdict.http is None or verdict.gate or verdict.is_blank:
            return None
        self._replies += 1
        self._refused += has_trait(verdict.code, Trait.REFUSAL)
        self._missing += verdict.code == "A404"
        self._forbidden = self._forbidden + 1 if verdict.http == 403 else 0
        return self._verdict(verdict)

    def _verdict(self, verdict: Verdict) -> BatchUpdateError | None:
        last = f"the last: {verdict.words}"
        if self._replies == 1 and verdict.html:
            return RunStopped("the first answer is a web page, not this API", code="A200")
        if self._forbidden >= FORBIDDEN_IN_A_ROW:
            message = f"{self._forbidden} rows in a row are forbidden; {last}"
            remedy = "use a key with more permissions" if verdict.code == "A403" else _LET_THROUGH
            return RunStopped(message, code=verdict.code, remedy=remedy)
        if self._missing == self._replies == MISSING_FROM_START:
            message = f"none of the first {self._missing} assistants exists; {last}"
            return RunStopped(
                message, code="A404", remedy="check whose key this is, and the setting base_url"
            )
        if self._refused == self._replies == REFUSALS_FROM_START:
            message = f"the first {self._refused} rows were all refused; {last}"
            return RunStopped(
                message,
                code="R102",
                remedy="look at the messages in the results, then apply the failed rows",
            )
        return None
