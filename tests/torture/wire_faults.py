"""More than two hundred ways in which the bytes of an answer go wrong, each with what is true of a row that meets it.

In what is sent, {ID} stands for the assistant's id, {BODY} for a good body, {SIZE} and {HEX} for its length, {GOOD} for
the whole of a good answer.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

End = Literal["close", "reset", "half", "hang"]
Step = bytes | float | End | slice
"""bytes to send, seconds to wait, a part of a good answer, or how it ends"""
BODY = b'{"message": "Assistant updated", "data": {"id": {ID}, "name": "x"}}'
OK = b"HTTP/1.1 200 OK"


@dataclass(frozen=True)
class Fault:
    """What is sent to a request for a row in place of a good answer."""

    kind: str
    name: str
    steps: tuple[Step, ...]
    whole: bool = False
    """a complete answer that means yes, or can be read as one: the row may be told as updated"""
    applied: bool = True
    """the server has done what it was asked for: the row must not be told as failed"""
    at_accept: bool = False
    """sent as soon as the connection is there, before anything was read"""
    https: bool = False
    """the client begins with TLS, which is never answered as it should be"""


def filled(sent: bytes, row: int) -> bytes:
    """The bytes for this row."""
    body = BODY.replace(b"{ID}", b"%d" % row)
    sent = sent.replace(b"{GOOD}", reply(b"{BODY}")).replace(b"{SIZE}", b"%d" % len(body))
    return sent.replace(b"{HEX}", b"%x" % len(body)).replace(b"{BODY}", body).replace(b"{ID}", b"%d" % row)


def reply(body: bytes, status: bytes = OK, *headers: bytes) -> bytes:
    size = b"{SIZE}" if body == b"{BODY}" else b"%d" % len(body.replace(b"{ID}", b"1"))
    lines = [status, b"Content-Type: application/json", b"Content-Length: " + size, *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def status_lines() -> Iterator[Fault]:
    for line in (
        b"HTTP/1.1 200", b"HTTP/1.1 200 ", b"HTTP/1.0 200 OK", b"HTTP/1.1 201 Created", b"HTTP/1.1 299 x",
        b"HTTP/1.1 200 " + b"x" * 2000, b"HTTP/1.1 200 " + b"x" * 200_000, b"HTTP/1.1 200 \xc3\xa9\xff",
        b"HTTP/1.1 205 Reset", b"HTTP/1.1 206 Partial",
        b"\r\n\r\nHTTP/1.1 200 OK", b"http/1.1 200 OK", b"HTTP/1.1  200 OK", b"HTTP/1.1\t200 OK", b"HTTP/2 200 OK",
        b"HTTP/1.1 0200 OK", b"HTTP/1.2 200 OK", b"HTTP/1.1 200\tOK",
    ):  # fmt: skip
        yield Fault("status line", f"{line[:40]!r} of {len(line)}", (reply(b"{BODY}", line),), whole=True)
    for line in (
        b"", b"\0", b"HTTP/1.1", b"HTTP/1.1 ", b"HTTP/1.1 2", b"HTTP/1.1 2OO OK", b"HTTP/1.1 -200 OK", b"HTTP/1.1 99 x",
        b"HTTP/1.1 000 x", b"HTTP/1.1 1e2 x", b"HTTP/1.1 20000 x", b"HTTP/11 200 OK", b"ICY 200 OK", b"SSH-2.0-x",
        b"220 mail ESMTP", b"\x16\x03\x01\x02\x00", b"\xff\xfe200", b"200 OK",
        b"HTTP/1.1 200 O\0K", b"<html>", b"HTTP/1.1 999 x", b"HTTP/1.1 600 x",
    ):  # fmt: skip
        yield Fault("status line", f"{line[:40]!r} of {len(line)}", (reply(b"{BODY}", line), "close"))


def headers() -> Iterator[Fault]:
    for header in (
        b"X: " + b"x" * 30_000, b"\r\n".join(b"X%d: %s" % (n, b"y" * 60) for n in range(2000)), b"X:",
        b"X: \xff\xfe", b"Connection: close", b"Connection: keep-alive, x", b"X: " + b"x" * 200_000, b"Date: never",
        b"Content-Encoding: br", b"Content-Type: text/html", b"Content-Type: \xff",
        b"X-RateLimit-Limit: 0", b"X-RateLimit-Limit: 5\r\nX-RateLimit-Remaining: 99", b"Retry-After: 1e9",
        b"X-RateLimit-Limit: -1\r\nX-RateLimit-Remaining: x", b"Set-Cookie: a=b", b"Trailer: x", b"X: a\r\n b",
        b"Location: http://127.0.0.1:9/", b"Upgrade: h2c", b"Transfer-Encoding:", b"x-request-id: \x1b[2J",
    ):  # fmt: skip
        yield Fault(
            "header", f"{header[:40]!r} of {len(header)}", (reply(b"{BODY}", OK, header),), whole=True
        )
    for header in (
        b"no colon", b": no name", b"X : space", b"X\0: nul", b"\xff: x", b" folded first",
        b"Transfer-Encoding: gzip", b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked, chunked",
        b"Transfer-Encoding: \x0bchunked",
    ):  # fmt: skip
        yield Fault("header", f"{header[:40]!r} of {len(header)}", (reply(b"{BODY}", OK, header), "close"))


def lengths() -> Iterator[Fault]:
    bare = OK + b"\r\n\r\n"
    for text in (
        b"-1", b"+60", b"0x3c", b"1e2", b"", b" ", b"60, 61", b"9" * 40, b"999999", b"2097153", b"\xff", b"6 0", b"1_0",
        b"0", b"7", b"20", b"60",
    ):  # fmt: skip
        yield Fault(
            "length", repr(text[:20]), (OK + b"\r\nContent-Length: " + text + b"\r\n\r\n{BODY}", "close")
        )
    yield Fault("length", "none, until closed", (bare + b"{BODY}", "close"), whole=True)
    yield Fault("length", "none, until half closed", (bare + b"{BODY}", "half"), whole=True)
    yield Fault("length", "none, cut", (bare + b'{"data": {"id": {ID}', "close"))
    yield Fault("length", "none, reset", (bare + b'{"data": ', 0.02, "reset"))
    yield Fault("length", "none, never closed", (bare + b"{BODY}", "hang"))
    yield Fault("length", "twice alike", (reply(b"{BODY}", OK, b"Content-Length: {SIZE}"),), whole=True)
    yield Fault("length", "twice, another", (reply(b"{BODY}", OK, b"Content-Length: 7"), "close"))


def chunks() -> Iterator[Fault]:
    head = OK + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    end = b"0\r\n\r\n"
    singles = b"".join(b"1\r\n%c\r\n" % byte for byte in BODY.replace(b"{ID}", b""))
    for made in (
        b"{HEX}\r\n{BODY}\r\n", b"0{HEX}\r\n{BODY}\r\n", b"000{HEX}\r\n{BODY}\r\n", b"{HEX};x=y\r\n{BODY}\r\n",
        b'{HEX};x="' + b"z" * 500 + b'"\r\n{BODY}\r\n', b"{HEX} \r\n{BODY}\r\n",
    ):  # fmt: skip
        yield Fault("chunk", f"{made[:30]!r} of {len(made)}", (head + made + end,), whole=True)
        yield Fault(
            "chunk",
            f"{made[:30]!r} of {len(made)}, in two",
            (head + made[:5], 0.02, made[5:] + end),
            whole=True,
        )
    yield Fault("chunk", "trailers", (head + b"{HEX}\r\n{BODY}\r\n0\r\nX: y\r\n\r\n",), whole=True)
    yield Fault("chunk", "a byte each, no id", (head + singles + end, "close"))
    for made in (
        b"zz\r\n{BODY}\r\n", b"-1\r\n{BODY}\r\n", b"0x1\r\n{BODY}\r\n", b"\r\n{BODY}\r\n", b"f" * 100_000,
        b"ffffffffffffffff\r\n{BODY}", b"f" * 21 + b"\r\n{BODY}", b"2\r\n{BODY}\r\n", b"fff\r\n{BODY}\r\n",
        b"5\r\n{BODY}", b"\0\r\n{BODY}\r\n", b"5;" + b"x" * 200_000, b"+5\r\n{BODY}\r\n", b"",
    ):  # fmt: skip
        yield Fault("chunk", f"{made[:30]!r} of {len(made)}", (head + made + end, "close"))
    for last in (b"", b"0\r\n", b"0\r\n" + b"X: y\r\n" * 50_000):
        yield Fault("chunk", f"ends {last[:20]!r}", (head + b"{HEX}\r\n{BODY}\r\n" + last, "close"))


def bodies() -> Iterator[Fault]:
    for made in (
        b"", b" ", b"null", b"true", b"1", b'"x"', b"[]", b"{}", b'{"data": null}', b'{"data": []}', b'{"data": {}}',
        b'{"data": {"id": null}}', b'{"data": {"id": 999}}', b'{"data": {"id": "999"}}', b'{"data": {"id": -1}}',
        b'{"data": {"id": 1.5}}', b'{"data": {"id": true}}', b'{"data": {"id": [2]}}', b'{"id": 999}', b"NaN",
        b"{" * 100_000, b"[" * 100_000, b'{"data": {"id": {ID}', b"\xff\xfe", b"\x1f\x8b\x08", b"<html></html>",
        b"<?xml?>", b"OK", b"\0" * 50, b'{"data": {"id": 1e999}}', b"x" * 1_100_000, b"[1," * 300_000, BODY + b"{}",
        gzip.compress(b" " * 5_000_000), b'{"a": ' * 900 + b"1" + b"}" * 900, b'\xef\xbb\xbf{"data": {"id": 999}}',
        b'{"data": {"id": 99999999999999999999999999}}',
    ):  # fmt: skip
        yield Fault("body", f"{made[:40]!r} of {len(made)}", (reply(made),))
    yield Fault("body", "id as text", (reply(b'{"data": {"id": "{ID}"}}'),), whole=True)
    yield Fault("body", "spaces around", (reply(b" \n" + BODY + b" \r\n" * 20),), whole=True)
    yield Fault("body", "204 with a body", (reply(b"{BODY}", b"HTTP/1.1 204 No"), "close"), whole=True)
    yield Fault("body", "204 without", (b"HTTP/1.1 204 No Content\r\n\r\n",), whole=True)
    for no in (
        b'{"success": false}',
        b'{"error": "no"}',
        b'{"errors": {"name": ["no"]}}',
        b'{"status": "error"}',
    ):
        yield Fault("body", repr(no), (reply(no),), applied=False)


def statuses() -> Iterator[Fault]:
    refusals = (
        300,
        301,
        302,
        304,
        307,
        308,
        *range(400, 419),
        421,
        422,
        423,
        424,
        425,
        426,
        428,
        429,
        431,
        451,
        499,
    )
    for status in (*refusals, 419):
        line, location = b"HTTP/1.1 %d x" % status, b"Location: http://127.0.0.1:9/"
        yield Fault("status", str(status), (reply(b'{"message": "no"}', line, location),), applied=False)
    for status in (500, 501, 502, 503, 504, 505, 507, 511, 520, 522, 525, 527, 530, 599):
        yield Fault("status", f"{status}, applied", (reply(b"<html>", b"HTTP/1.1 %d x" % status),))
    for status in (100, 101, 102, 103, 150, 199):
        line = b"HTTP/1.1 %d x\r\n\r\n" % status
        yield Fault("status", f"{status} for ever", (line * 200, "hang"))
        yield Fault("status", f"{status} first", (line, b"{GOOD}"), whole=status != 101)


def cuts() -> Iterator[Fault]:
    ends: tuple[End, ...] = ("close", "reset", "half")
    for end in ends:
        for at in (0, 1, 9, 12, 17, 30, 60, 80, 100, -10, -2, -1):
            yield Fault("cut", f"{end} at {at} bytes", (slice(0, at), end))
        for pause in (0.0, 0.001, 0.004, 0.05):
            yield Fault("cut", f"{end} {pause:g} s after the answer", (b"{GOOD}", pause, end), whole=True)
        yield Fault("cut", f"{end}, not applied", (end,), applied=False)


def slow() -> Iterator[Fault]:
    bytewise = [slice(n, n + 1) for n in range(200)]
    yield Fault("slow", "a byte at a time", tuple(bytewise), whole=True)
    yield Fault("slow", "too slow", (*[step for part in bytewise[:70] for step in (part, 0.01)], "hang"))
    for at in (0, 5, 15, 20, 60, 100):
        yield Fault("slow", f"hangs after {at} bytes", (slice(0, at), "hang"))
        yield Fault("slow", f"rests after {at} bytes", (slice(0, at), 0.03, slice(at, None)), whole=True)
    yield Fault("slow", "header for ever", (OK + b"\r\nX: ", *[b"x", 0.02] * 60))
    yield Fault("slow", "body for ever", (OK + b"\r\n\r\n", *[b" ", 0.02] * 60))


def early() -> Iterator[Fault]:
    sents = [
        reply(b"{}", b"HTTP/1.1 %d x" % n, b"Connection: close") for n in (400, 408, 421, 429, 500, 502, 503)
    ]
    for sent in (*sents, b"{GOOD}", b"220 mail ESMTP\r\n", b"\x15\x03\x03\x00\x02\x02\x28", b"\r\n", b"\0"):
        for end in ("close", "half"):
            name = f"{sent[:16]!r} as soon as connected, {end}"
            yield Fault("early", name, (sent, 0.02, end), applied=False, at_accept=True)
    for end in ("close", "reset", "half"):
        yield Fault("early", f"{end} at once", (end,), applied=False, at_accept=True)


def surplus() -> Iterator[Fault]:
    numbers = (302, 401, 403, 404, 408, 422, 429, 503)
    strays = [reply(b'{"message": "not yours"}', b"HTTP/1.1 %d x" % number) for number in numbers]
    for more in (
        *strays, b"\r\n", b"x", b"\0", reply(b'{"data": {"id": 999}}'), b"HTTP/1.1 103 x\r\n\r\n", b"x" * 65_536,
        reply(b"", b"HTTP/1.1 503 x", b"Retry-After: 1"), b"HTTP/1.1 422 x\r\n",
    ):  # fmt: skip
        yield Fault("surplus", f"{more[:20]!r} of {len(more)} in one packet", (b"{GOOD}" + more,), whole=True)
        yield Fault(
            "surplus", f"{more[:20]!r} of {len(more)} a moment later", (b"{GOOD}", 0.01, more), whole=True
        )
    for stray in strays:
        yield Fault("surplus", f"{stray[:20]!r} before it", (stray + b"{GOOD}",), whole=True)


def tls() -> Iterator[Fault]:
    alerts = [b"\x15\x03\x03\x00\x02\x02" + bytes([number]) for number in (0, 10, 40, 42, 48, 70, 80, 112)]
    hello = b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03" + b"\x2a" * 32
    for sent in (
        *alerts,
        hello,
        hello[:9],
        b"{GOOD}",
        b"\x16\x03\x03\xff\xff",
        b"\0" * 300,
        b"",
        b"220 x\r\n",
    ):
        for end in ("close", "reset", "hang"):
            name = f"{sent[:12]!r}, {end}"
            yield Fault("TLS", name, (sent, 0.01, end), applied=False, at_accept=True, https=True)


FAULTS = (
    *status_lines(), *headers(), *lengths(), *chunks(), *bodies(), *statuses(), *cuts(), *slow(), *early(), *surplus(),
    *tls(),
)  # fmt: skip
