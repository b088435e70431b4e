"""Answers the discovery API from the published folder, before Django is reached.

This is the hot path: every `meltano add` and `lock` downloads an index. An answer is a
lookup and a copy. Nothing is serialised, compressed or asked of the database, and
nothing of Django is imported, so this layer can stand outermost.

Others write the folder while this reads it, and three things race:

- A document's two files are replaced one after the other, so a reader may meet the new
  one beside the old one. Only the `.gz` file is read, and the plain body unpacked from
  it: body, gzip form and ETag always come from one file, which is replaced atomically.
- A file may be replaced while it is being loaded. The writer replaces `serial` after
  the files, and a shelf of loaded documents belongs to one serial, which was read
  before any of its files. A slow load puts its document on the shelf it started with:
  if that was replaced meanwhile, the document goes with it.
- Several threads may load the same document: all loads are right, and none waits.

The serial is read at most every 5 ms. That costs nothing under load; `os.stat` in each
request costs 5 % of the throughput. Rejected: inotify (blind on shared folders) and
times of change (two changes within one kernel tick look the same).
"""

import json
import logging
import os
import re
import time
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from registry.api.negotiation import accepts_gzip, names

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "/meltano/api/v1/"
# Five times the 1,200 documents and eight indexes of the public hub, in both forms.
BUDGET_BYTES = 64 * 2**20
SERIAL_LIFE_S = 0.005
# zlib's word for a whole gzip file; `gzip.decompress` takes an empty one for good.
GZIP_WBITS = 31

type Headers = list[tuple[str, str]]
type Environ = WSGIEnvironment
type Start = StartResponse

# What stands between two slashes. A leading dot marks the writer's temporary files, and
# `.` and `..`; `%` is not among the letters, so nothing can be decoded a second time.
NAME = r"[A-Za-z0-9_][A-Za-z0-9._+@~-]{0,199}"
# At most 8 names, so that no path is too long for the file system.
DOCUMENT_PATH = re.compile(rf"{PREFIX}(?:{NAME}/){{0,7}}{NAME}(?<!\.gz)")
SLASHES = re.compile(r"//+")

# Public data: a page of any origin may read it.
CORS = ("Access-Control-Allow-Origin", "*")
FRESHNESS = ("Cache-Control", "public, max-age=60, stale-while-revalidate=600")
VARY = ("Vary", "Accept-Encoding")
JSON = ("Content-Type", "application/json")
NO_SNIFFING = ("X-Content-Type-Options", "nosniff")
ALLOW = ("Allow", "GET, HEAD, OPTIONS")
OWN_HEADERS = "Authorization, If-None-Match, X-Meltano-Command, X-Project-ID"
PREFLIGHT = [
    *(CORS, ALLOW),
    ("Access-Control-Allow-Methods", "GET, HEAD"),
    ("Access-Control-Allow-Headers", OWN_HEADERS),
    ("Access-Control-Max-Age", "86400"),
]

logger = logging.getLogger(__name__)


class PublishedDocuments:
    """WSGI middleware that answers everything below `/meltano/api/v1/`.

    `root` holds `documents/`, with `<path>.gz` for each document, and `serial`, which
    is replaced after every batch of changed files. Neither has to exist yet: what is
    missing is answered with 503 until there is a serial, and with 404 from then on.
    Query strings, `Authorization` and `User-Agent` make no difference.
    """

    def __init__(
        self,
        application: "WSGIApplication",
        *,
        root: Path,
        budget_bytes: int = BUDGET_BYTES,
        serial_life_s: float = SERIAL_LIFE_S,
    ) -> None:
        self._application = application
        self._documents = root / "documents"
        self._serial = root / "serial"
        self._budget_bytes = budget_bytes
        self._serial_life_s = serial_life_s
        self._read_serial_at = 0.0
        self._shelf = Shelf(serial=None, budget_bytes=budget_bytes)

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Answer a discovery path; pass every other to the wrapped application."""
        if time.monotonic() >= self._read_serial_at:
            self._follow_serial()
        shelf = self._shelf
        path = environ.get("PATH_INFO", "")
        document = shelf.documents.get(path)
        if document is None:
            path = SLASHES.sub("/", path)
            if not path.startswith(PREFIX):
                return self._application(environ, start_response)
            document = shelf.documents.get(path)
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            if method != "OPTIONS":
                return NOT_ALLOWED.answer(method, start_response)
            start_response("204 No Content", [*PREFLIGHT])
            return []
        if document is None:
            found = self._find(path, shelf=shelf)
            if isinstance(found, Refusal):
                return found.answer(method, start_response)
            document = found
        document.asked = True
        return document.answer(environ, start_response)

    def _follow_serial(self) -> None:
        """Start an empty shelf when the serial is no longer that of the shelf."""
        self._read_serial_at = time.monotonic() + self._serial_life_s
        serial = None
        with suppress(OSError):
            serial = self._serial.read_bytes()
        # A slow thread may put up an older serial's shelf; the next look replaces it.
        if serial != self._shelf.serial:
            self._shelf = Shelf(serial=serial, budget_bytes=self._budget_bytes)

    def _find(self, path: str, *, shelf: "Shelf") -> "Document | Refusal":
        """Return the document at a path with single slashes, now on the shelf."""
        if not DOCUMENT_PATH.fullmatch(path):
            return NOT_FOUND
        try:
            document = load(self._documents / f"{path[1:]}.gz")
        except (FileNotFoundError, NotADirectoryError):
            return NOT_NOW if shelf.serial is None else NOT_FOUND
        except (OSError, zlib.error):
            logger.exception("Cannot read the published document %s", path)
            return NOT_NOW
        shelf.put(path, document)
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """One form of a document, with the headers that go with it."""

    body: bytes
    etag: str
    headers: Headers
    # What a 304 repeats (RFC 9110, section 15.4.5), and CORS.
    headers_unchanged: Headers


@dataclass(slots=True, kw_only=True)
class Document:
    """A published document in both its forms."""

    identity: Representation
    gzip: Representation
    # Set by every answer, cleared when the shelf looks for documents to drop.
    asked: bool = True

    @property
    def size_bytes(self) -> int:
        """Tell how much memory this takes: both bodies, and 2 KB for all else."""
        return len(self.identity.body) + len(self.gzip.body) + 2048

    def answer(self, environ: Environ, start_response: Start) -> list[bytes]:
        """Send the form the client takes, or 304 when it has that already."""
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
        chosen = self.gzip if accepts_gzip(accepted) else self.identity
        known = environ.get("HTTP_IF_NONE_MATCH")
        # Lists are copied: servers may add to the one they get (PEP 3333).
        if known and (known == chosen.etag or names(known, chosen.etag)):
            start_response("304 Not Modified", [*chosen.headers_unchanged])
            return []
        start_response("200 OK", [*chosen.headers])
        return [chosen.body] if environ["REQUEST_METHOD"] == "GET" else []


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer without a document: a status and a message for people, as JSON."""

    status: str
    message: str
    headers: Headers

    def answer(self, method: str, start_response: Start) -> list[bytes]:
        """Send it, without the body to HEAD."""
        body = json.dumps({"message": self.message}).encode()
        length = ("Content-Length", str(len(body)))
        start_response(self.status, [JSON, NO_SNIFFING, CORS, length, *self.headers])
        return [] if method == "HEAD" else [body]


# Not remembered for long: the document may be published any minute.
BRIEFLY = ("Cache-Control", "public, max-age=10")
NOT_FOUND = Refusal("404 Not Found", "This registry has no such document.", [BRIEFLY])
# Meltano makes 4 attempts and sleeps in between for as long as Retry-After says: 1 s
# gives a fresh start 3 s to write the folder. A 404 for an index it would report as
# "Extractor is not supported in Meltano Hub".
RETRY = [("Cache-Control", "no-store"), ("Retry-After", "1")]
NOT_NOW = Refusal("503 Service Unavailable", "Not available yet. Try again.", RETRY)
NOT_ALLOWED = Refusal("405 Method Not Allowed", "Documents can only be read.", [ALLOW])


class Shelf:
    """The documents loaded since a serial was seen, up to a number of bytes.

    `documents` is read without a lock. When they are too many, the first that came are
    dropped, save those asked for lately (second chance): nearly LRU, with reads free.
    """

    def __init__(self, *, serial: bytes | None, budget_bytes: int) -> None:
        self.serial = serial
        self.documents: dict[str, Document] = {}
        self._budget_bytes = budget_bytes
        self._size_bytes = 0
        self._lock = Lock()

    def put(self, path: str, document: Document) -> None:
        """Keep a document, dropping others for it; not one above the whole budget."""
        with self._lock:
            if path in self.documents or document.size_bytes > self._budget_bytes:
                return
            self.documents[path] = document
            self._size_bytes += document.size_bytes
            while self._size_bytes > self._budget_bytes:
                self._drop_one()

    def _drop_one(self) -> None:
        """Drop the first document that nobody asked for since the last look."""
        while True:
            path = next(iter(self.documents))
            document = self.documents.pop(path)
            if not document.asked:
                self._size_bytes -= document.size_bytes
                return
            document.asked = False
            self.documents[path] = document


def load(file: Path) -> Document:
    """Return the document in a gzip file. Raises OSError or zlib.error."""
    with file.open("rb") as opened:
        packed = opened.read()
        changed_at = os.fstat(opened.fileno()).st_mtime
    body = zlib.decompress(packed, wbits=GZIP_WBITS)
    digest = sha256(body).hexdigest()[:32]
    changed = ("Last-Modified", formatdate(changed_at, usegmt=True))
    packed_headers = [changed, ("Content-Encoding", "gzip")]
    return Document(
        identity=represent(body, etag=f'"{digest}"', headers=[changed]),
        gzip=represent(packed, etag=f'"{digest}-gzip"', headers=packed_headers),
    )


def represent(body: bytes, *, etag: str, headers: Headers) -> Representation:
    """Return a body with all its headers; `headers` are those of this form alone."""
    shared = [("ETag", etag), VARY, FRESHNESS, CORS]
    length = ("Content-Length", str(len(body)))
    return Representation(
        body=body,
        etag=etag,
        headers=[JSON, length, *headers, *shared, NO_SNIFFING],
        headers_unchanged=shared,
    )
