"""One package index: its pages, asked for again after ten minutes, and its files, for good.

This is trusted and runs outside the sandbox; it is the only part that has a network. What
it keeps is addressed by the SHA-256 that the index's page gives, and checked against it
before it is there. Several processes may share the folder: what is in it is whole.

IndexFailure
├── Absent       the index has no such project or file
├── Unavailable  it did not answer, or not now: nobody's release is to blame
└── Unfit        what it gave is not what its page promised, or too large
"""

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from requests import RequestException, Response, Session

from sandbox.copies import whole_file, write_whole
from sandbox.pages import ACCEPT, NAME, NoPage, Page, read_page
from sandbox.wheels import UnfitWheel, read_metadata

# The time for which the largest index lets its pages be reused.
PAGE_LIFE_S = 600.0
# The longest page of that index has 40 MB.
PAGE_LIMIT_BYTES = 100_000_000
FILE_LIMIT_BYTES = 600_000_000
PAGES_IN_MEMORY = 1_000
CHUNK_BYTES = 262_144
ABSENT = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


class IndexFailure(Exception):
    """An index did not give what was asked for."""


class Absent(IndexFailure):
    """The index has no such project or file."""


class Unavailable(IndexFailure):
    """The index did not answer, or not now."""


class Unfit(IndexFailure):
    """What the index gave can't be taken."""


class Index:
    """What the index at `url` (its Simple API) has, kept in `folder`.

    `url` may hold a user and password; they are sent to its host and to no other. `session`
    decides which addresses may be asked; `admit` hears of each file's before it is, for an
    index may keep its files at another host.
    """

    def __init__(
        self,
        url: str,
        session: Session,
        folder: Path,
        *,
        page_life_s: float = PAGE_LIFE_S,
        admit: Callable[[str], None] = lambda _: None,
        file_limit_bytes: int = FILE_LIMIT_BYTES,
    ) -> None:
        self.url = url.rstrip("/") + "/"
        self._session = session
        self._folder = folder
        self._page_life_s = page_life_s
        self._admit = admit
        self._file_limit_bytes = file_limit_bytes
        self._pages: OrderedDict[str, tuple[float, Page]] = OrderedDict()
        # Two that want the same thing at once make one request; so do a few unrelated ones.
        self._turns = [threading.Lock() for _ in range(64)]

    def page(self, name: str) -> Page:
        """Return a project's page, at most ten minutes old. Raises IndexFailure."""
        if not NAME.fullmatch(name):
            raise Absent(f"{name!r} is no normalised name of a project.")
        with self._turn(name):
            known = self._pages.get(name) or self._kept(name)
            if known and known[0] <= time.time() < known[0] + self._page_life_s:
                self._remember(name, known)
                return known[1]
            page = self._ask_page(name, known[1] if known else None)
            now = time.time()
            self._remember(name, (now, page))
            kept = json.dumps({"asked_at": now, "page": page.as_json()})
            write_whole(self._page_path(name), kept.encode())
            return page

    def file(self, name: str, sha256: str) -> Path:
        """Return where a file of a project lies, whole and checked. Raises IndexFailure."""
        file = self.page(name).files.get(sha256)
        if file is None:
            raise Absent(f"The index's page of {name} has no file {sha256}.")
        path = self._folder / "files" / sha256[:2] / sha256 / file.filename
        self._fetch(file.url, path, sha256)
        return path

    def metadata(self, name: str, sha256: str) -> Path:
        """Return where the core metadata of a wheel lie, checked. Raises IndexFailure.

        Not every index offers them (PEP 658): then they are read out of the wheel.
        """
        file = self.page(name).files.get(sha256)
        if file is None or not file.filename.endswith(".whl"):
            raise Absent(f"The index's page of {name} has no wheel {sha256}.")
        digest = file.metadata_sha256
        if digest:
            path = self._folder / "metadata" / digest[:2] / digest
            self._fetch(file.url + ".metadata", path, digest)
            return path
        path = self._folder / "metadata" / "read" / sha256[:2] / sha256
        if not path.exists():
            try:
                content = read_metadata(self.file(name, sha256))
            except UnfitWheel as error:
                raise Unfit(str(error)) from error
            write_whole(path, content)
        return path

    def _turn(self, key: str) -> threading.Lock:
        return self._turns[hash(key) % len(self._turns)]

    def _remember(self, name: str, known: tuple[float, Page]) -> None:
        self._pages[name] = known
        self._pages.move_to_end(name)
        while len(self._pages) > PAGES_IN_MEMORY:
            self._pages.popitem(last=False)

    def _page_path(self, name: str) -> Path:
        index = hashlib.sha256(without_login(self.url).encode()).hexdigest()[:16]
        return self._folder / "pages" / index / f"{name}.json"

    def _kept(self, name: str) -> tuple[float, Page] | None:
        try:
            kept = json.loads(self._page_path(name).read_bytes())
            return float(kept["asked_at"]), Page.from_json(kept["page"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _ask_page(self, name: str, known: Page | None) -> Page:
        headers = {"Accept": ACCEPT}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        what = f"The index's page of {name}"
        with self._get(f"{self.url}{name}/", what, headers) as answer:
            if known and answer.status_code == HTTPStatus.NOT_MODIFIED:
                return known
            content = bytearray()
            for chunk in _body(answer, what, PAGE_LIMIT_BYTES):
                content += chunk
            kind = answer.headers.get("Content-Type", "text/html")
            etag = answer.headers.get("ETag", "")
            try:
                url = without_login(answer.url)
                return read_page(name, bytes(content), kind, url=url, etag=etag)
            except NoPage as error:
                raise Unfit(str(error)) from error

    def _fetch(self, url: str, path: Path, sha256: str) -> None:
        """Put what is at `url` at `path`, unless it is there. Raises IndexFailure."""
        with self._turn(sha256):
            if path.exists():
                return
            what = f"The index's file {path.name}"
            self._admit(url)
            with self._get(self._signed(url), what, {}) as answer:
                made = hashlib.sha256()
                with whole_file(path) as partial:
                    for chunk in _body(answer, what, self._file_limit_bytes):
                        made.update(chunk)
                        partial.write(chunk)
                    if made.hexdigest() != sha256:
                        raise Unfit(f"{what} is not what its page promised.")

    def _signed(self, url: str) -> str:
        """Return an address with the login of the index, where it is on the same host."""
        ours, theirs = urlsplit(self.url), urlsplit(url)
        login, at, host = ours.netloc.rpartition("@")
        if not at or (ours.scheme, host) != (theirs.scheme, theirs.netloc):
            return url
        return urlunsplit(theirs._replace(netloc=f"{login}@{host}"))

    def _get(self, url: str, what: str, headers: Mapping[str, str]) -> Response:
        """Return an open answer, good or "304 Not Modified". Raises IndexFailure."""
        try:
            answer = self._session.get(url, headers=headers, stream=True)
        except RequestException as error:
            reason = type(error).__name__
            raise Unavailable(f"{what} could not be reached: {reason}.") from error
        status = answer.status_code
        if status in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
            return answer
        answer.close()
        if status in ABSENT:
            raise Absent(f"{what}: nothing is there ({status}).")
        raise Unavailable(f"{what}: the index refuses ({status}).")


def without_login(url: str) -> str:
    """Return an address without its user and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _body(answer: Response, what: str, limit_bytes: int) -> Any:
    """Yield the body in pieces. Raises Unfit past the limit, Unavailable where it breaks."""
    size_bytes = 0
    try:
        for chunk in answer.iter_content(CHUNK_BYTES):
            size_bytes += len(chunk)
            if size_bytes > limit_bytes:
                raise Unfit(f"{what} has more than {limit_bytes:,} bytes.")
            yield chunk
    except RequestException as error:
        raise Unavailable(f"{what} broke off.") from error
