"""A small proxy on 127.0.0.1: CONNECT and forwarding, with a password or without, which can refuse and go wrong."""

from __future__ import annotations

import contextlib
import socket
import threading
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Self


@dataclass
class ProxyServer:
    """Runs in threads. Use it as a context manager."""

    login: str = ""
    """USER:PASSWORD that it asks for"""
    answers: bytes = b""
    """what it says to every request in place of letting it through"""
    heads: list[bytes] = field(default_factory=list)
    """what it was asked, of whom it let through or not"""
    port: int = 0
    _listener: socket.socket | None = None
    _sockets: set[socket.socket] = field(default_factory=set)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        assert self._listener is not None
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._sockets):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        assert self._listener is not None
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(10)
        self._sockets.add(client)
        with client, contextlib.suppress(OSError):
            buffer = b""
            while b"\r\n\r\n" not in buffer:
                if not (piece := client.recv(65536)):
                    return
                buffer += piece
            head, _, rest = buffer.partition(b"\r\n\r\n")
            self.heads.append(head)
            wanted = b"proxy-authorization: basic " + b64encode(self.login.encode()).lower()
            if self.login and wanted not in head.lower():
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            elif self.answers:
                client.sendall(self.answers)
            else:
                self._pass_on(client, head, rest)

    def _pass_on(self, client: socket.socket, head: bytes, rest: bytes) -> None:
        method, target, version = head.split(b"\r\n", 1)[0].split(b" ")
        is_tunnel = method == b"CONNECT"
        authority, _, path = target.removeprefix(b"http://").partition(b"/")
        host, _, port = authority.decode().rpartition(":")
        try:
            server = socket.create_connection((host, int(port)), 5)
        except OSError:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        self._sockets.add(server)
        with server:
            if is_tunnel:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                lines = head.split(b"\r\n")[1:]
                kept = [line for line in lines if not line.lower().startswith(b"proxy-")]
                server.sendall(
                    b"\r\n".join([b" ".join([method, b"/" + path, version]), *kept]) + b"\r\n\r\n" + rest
                )
            back = threading.Thread(target=_copy, args=(server, client), daemon=True)
            back.start()
            _copy(client, server)
            back.join(10)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
