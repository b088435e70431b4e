"""The one way out of the sandbox: named pages and files of the package index, to read.

HTTP on a UNIX socket. `GET /simple/<normalised name>/` and the files that such a page names
are all there is: no other method, no tunnel, no host to choose. A sandbox has a door of its
own, which ends with it: it says what was asked for, and has no more fetched than its share,
so that a build can't read the index dry in our name, nor fill our disk. Nothing can be
written through it.
"""

import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socket import socket
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any, cast

from sandbox.allowance import Allowance, Spent
from sandbox.index import Absent, Index, IndexFailure, Unavailable
from sandbox.outcome import Run
from sandbox.pages import JSON_TYPE

PAGE = re.compile(r"/simple/([a-z0-9]+(?:-[a-z0-9]+)*)/")
FILE = re.compile(
    r"/files/(?P<name>[a-z0-9-]+)/(?P<sha256>[0-9a-f]{64})/[^/]+?(?P<metadata>\.metadata)?"
)
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
# What one sandbox may ask, beside what it may have fetched: the same file may be asked for
# in pieces, and again. The largest lock of a connector that we have seen asks for 250 pages
# and 0.4 GB.
REQUESTS_LIMIT = 10_000
GIVEN_LIMIT_BYTES = 10_000_000_000
CONNECTIONS_LIMIT = 100
IDLE_S = 60.0
CHUNK_BYTES = 262_144


@dataclass(slots=True)
class Door:
    """A socket to the index, for one sandbox.

    `consulted` is the digest of each page that was asked for, by name: empty where the
    index has no such page. `failures` say where the index itself could not be had, `excess`
    what more was asked for than may be had, which is the doing of who asks. `taken` are the
    names of files that were given, beside those of which only the metadata were.
    """

    path: Path
    index: Index
    allowance: Allowance
    consulted: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    excess: str = ""
    taken: set[str] = field(default_factory=set)
    requests: int = 0
    bytes_given: int = 0

    def told(self, run: Run) -> Run:
        """Return a run that came to nothing, with what it had too much of on its stderr.

        Raises Unavailable where the index is why.
        """
        if self.excess:
            more = f"\n{self.excess}\n".encode()
            size_bytes = run.stderr_bytes + len(more)
            return replace(run, stderr=run.stderr + more, stderr_bytes=size_bytes)
        if self.failures:
            raise Unavailable(self.failures[0])
        return run


@contextmanager
def opened(index: Index, folder: Path, allowance: Allowance) -> Iterator[Door]:
    """Yield a door to the index, with its socket in `folder`, open until the end."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(8)}.sock"
    door = Door(path, index, allowance)
    server = _Server(door)
    # The account of the sandbox connects; who else can, sees a public index.
    door.path.chmod(0o666)
    # Looked at often: closing waits for the next look.
    serving = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    serving.start()
    try:
        yield door
    finally:
        server.shutdown()
        server.server_close()
        door.path.unlink(missing_ok=True)


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    # What a sandbox still asks for when it is over need not be waited for.
    block_on_close = False
    request_queue_size = 128

    def __init__(self, door: Door) -> None:
        self.door = door
        self._free = threading.BoundedSemaphore(CONNECTIONS_LIMIT)
        super().__init__(str(door.path), _Handler)

    def get_request(self) -> tuple[socket, Any]:
        connection, _ = super().get_request()
        # The handler wants an address to log; sockets of this kind have none.
        return connection, ("sandbox", 0)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        return self._free.acquire(blocking=False)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: the sandbox ended in the middle of an answer."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    wbufsize = -1

    @property
    def door(self) -> Door:
        return cast("_Server", self.server).door

    def do_GET(self) -> None:
        door = self.door
        door.requests += 1
        if door.requests > REQUESTS_LIMIT:
            self.exceed(
                f"It asks the package index more than {REQUESTS_LIMIT:,} times."
            )
        elif door.bytes_given > GIVEN_LIMIT_BYTES:
            self.exceed(f"It takes more than {GIVEN_LIMIT_BYTES:,} bytes of the index.")
        elif page := PAGE.fullmatch(self.path):
            self.give(self.give_page, page[1])
        elif file := FILE.fullmatch(self.path):
            self.give(self.give_file, **file.groupdict())
        else:
            self.refuse(HTTPStatus.FORBIDDEN)

    def give(self, way: Any, *args: str, **named: str) -> None:
        """Answer in this way, or say why not. An index at fault is no fault of a release."""
        try:
            way(*args, **named)
        except Absent:
            self.refuse(HTTPStatus.NOT_FOUND)
        except Spent as excess:
            self.exceed(str(excess))
        except IndexFailure as failure:
            if isinstance(failure, Unavailable):
                self.door.failures.append(str(failure))
            self.refuse(HTTPStatus.BAD_GATEWAY)

    def give_page(self, name: str) -> None:
        self.door.consulted.setdefault(name, "")
        page = self.door.index.page(name, self.door.allowance)
        self.door.consulted[name] = page.digest
        self.start(HTTPStatus.OK, len(page.body), JSON_TYPE)
        self.wfile.write(page.body)

    def give_file(self, name: str, sha256: str, metadata: str | None) -> None:
        index = self.door.index
        take = index.metadata if metadata else index.file
        path = take(name, sha256, self.door.allowance)
        if not metadata:
            self.door.taken.add(path.name)
        with path.open("rb") as content:
            size_bytes = path.stat().st_size
            first, end = _asked(self.headers.get("Range", ""), size_bytes)
            is_part = (first, end) != (0, size_bytes)
            status = HTTPStatus.PARTIAL_CONTENT if is_part else HTTPStatus.OK
            said = f"bytes {first}-{end - 1}/{size_bytes}" if is_part else ""
            self.start(status, end - first, "application/octet-stream", said)
            content.seek(first)
            while chunk := content.read(min(CHUNK_BYTES, end - content.tell())):
                self.wfile.write(chunk)

    def start(
        self, status: HTTPStatus, size_bytes: int, kind: str, part: str = ""
    ) -> None:
        self.door.bytes_given += size_bytes
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size_bytes))
        self.send_header("Accept-Ranges", "bytes")
        if part:
            self.send_header("Content-Range", part)
        self.end_headers()

    def exceed(self, excess: str) -> None:
        self.door.excess = self.door.excess or excess
        self.refuse(HTTPStatus.TOO_MANY_REQUESTS)

    def refuse(self, status: HTTPStatus) -> None:
        self.start(status, 0, "text/plain")

    def log_message(self, *_: object) -> None:
        """Say nothing: what a sandbox asks for is its own matter."""


def _asked(said: str, size_bytes: int) -> tuple[int, int]:
    """Return the first byte that a Range header asks for, and the one after the last.

    All of the file where it says nothing that we know. Source: RFC 9110 §14.1.2.
    """
    asked = RANGE.fullmatch(said)
    if asked is None or not (asked[1] or asked[2]):
        return 0, size_bytes
    if not asked[1]:
        return max(0, size_bytes - int(asked[2])), size_bytes
    first = int(asked[1])
    end = min(size_bytes, int(asked[2]) + 1) if asked[2] else size_bytes
    return (first, end) if first < end else (0, size_bytes)
