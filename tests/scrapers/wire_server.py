"""A host on this machine that answers in bytes, so that it can answer wrongly too."""

import contextlib
import socketserver
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, BinaryIO

# Between two drips; long enough to be many reads, short enough to be a slow host.
DRIP_S = 0.02


@dataclass
class Asked:
    """One request as it came; the names of its headers in lower case."""

    path: str
    headers: dict[str, str]


class WireServer:
    """Answers the paths in `given` with these bytes, any other with "ok".

    `asked` has all requests, `connections` counts how they came; `pause_s` is before each
    answer. With a TLS context it is reached over https.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self.forget()
        host = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = 10

            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    host.serve(self)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # Whoever breaks off a handshake is what some tests are about.
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if context is not None:
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
        scheme = "https" if context else "http"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_address[1]}"
        self.ended = threading.Event()

    def __enter__(self) -> "WireServer":
        threading.Thread(target=self.server.serve_forever, args=(0.01,)).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()

    def forget(self) -> None:
        """Be as if new, for the next test."""
        self.given: dict[str, bytes] = {}
        self.asked: list[Asked] = []
        self.pause_s = 0.0
        self._drips: tuple[bytes, bytes] | None = None

    def drip(self, first: bytes, then: bytes) -> None:
        """Answer every request with `first`, and then with `then` again and again."""
        self._drips = first, then

    def serve(self, handler: socketserver.StreamRequestHandler) -> None:
        """Answer the requests of one connection until it ends."""
        self.connections += 1
        while asked := _request(handler.rfile):
            self.asked.append(asked)
            self.ended.wait(self.pause_s)
            if self._drips:
                self._drip(handler, *self._drips)
                return
            given = self.given.get(asked.path, OK)
            handler.wfile.write(given)
            if not _is_whole(given):
                return

    def _drip(self, handler: Any, first: bytes, then: bytes) -> None:
        handler.wfile.write(first)
        while not self.ended.wait(DRIP_S):
            handler.wfile.write(then)


def answer(
    status: int = 200,
    *,
    body: bytes = b"ok",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """Return an answer as it goes over the wire."""
    known = {one.value: one.phrase for one in HTTPStatus}
    rows = dict(headers or {})
    if status in {204, 304}:
        body = b""
    else:
        rows["Content-Length"] = str(len(body))
    lines = [f"HTTP/1.1 {status} {known.get(status, 'Odd')}"]
    lines += [f"{name}: {value}" for name, value in rows.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


OK = answer()


def _request(stream: BinaryIO | Any) -> Asked | None:
    """Return the next request of a connection, or None at its end."""
    first = stream.readline().decode("latin-1").split()
    if len(first) < 2:
        return None
    headers = {}
    while line := stream.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Asked(first[1], headers)


def _is_whole(given: bytes) -> bool:
    """Say whether a client can tell where an answer ends without the connection's end."""
    head, _, body = given.partition(b"\r\n\r\n")
    rows = dict(row.partition(b": ")[::2] for row in head.split(b"\r\n")[1:])
    return rows.get(b"Content-Length") == str(len(body)).encode() or b" 304 " in head
