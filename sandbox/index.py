"""One package index: its pages, asked for again after ten minutes, and its files, for good.

This is trusted and runs outside the sandbox; it is the only part that has a network. What
it keeps is addressed by the SHA-256 that the index's page gives, and checked against it
before it is there. Several processes may share the folder: what is in it is whole.

IndexFailure
├── Absent       the index has no such project or file
├── Unavailable  it did not answer, or not now: nobody's release is to blame
└── Unfit        what it gave is not what its page promised, or too large

Whoever asks on behalf of foreign code brings an allowance, which ends what that may have
fetched: Spent. Where this machine's disk is nearly full, what is asked for is Unavailable.
"""

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from shutil import disk_usage
from urllib.parse import urlsplit, urlunsplit

from requests import RequestException, Response, Session

from sandbox.allowance import Allowance, Share
from sandbox.copies import whole_file, write_whole
from sandbox.pages import ACCEPT, NAME, NoPage, Page, read_page
from sandbox.tidying import SPARE_BYTES
from sandbox.wheels import UnfitWheel, read_metadata

# The time for which the largest index lets its pages be reused.
PAGE_LIFE_S = 600.0
# The longest page of that index has 40 MB.
PAGE_LIMIT_BYTES = 100_000_000
FILE_LIMIT_BYTES = 600_000_000
# Bodies of pages in memory; what was read of them takes three times as much again.
PAGES_IN_MEMORY_BYTES = 50_000_000
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
        memory_bytes: int = PAGES_IN_MEMORY_BYTES,
        spare_bytes: int = SPARE_BYTES,
    ) -> None:
        self.url = url.rstrip("/") + "/"
        self._session = session
        self._folder = folder
        self._page_life_s = page_life_s
        self._admit = admit
        self._file_limit_bytes = file_limit_bytes
        self._memory_bytes, self._spare_bytes = memory_bytes, spare_bytes
        self._pages: OrderedDict[str, tuple[float, Page]] = OrderedDict()
        self._remembering = threading.Lock()
        # A long page is a multiple of its length while it is read: one at a time.
        self._reading = threading.Lock()
        # Two that want the same thing at once make one request; so do a few unrelated ones.
        self._turns = [threading.Lock() for _ in range(64)]

    def page(self, name: str, allowance: Allowance | None = None) -> Page:
        """Return a project's page, at most ten minutes old. Raises IndexFailure, Spent."""
        if not NAME.fullmatch(name):
            raise Absent(f"{name!r} is no normalised name of a project.")
        share = (allowance or Allowance()).pages
        share.ask(name)
        with self._turn(name):
            known = self._pages.get(name) or self._kept(name)
            if known and known[0] <= time.time() < known[0] + self._page_life_s:
                share.once(name, len(known[1].body))
                self._remember(name, known)
                return known[1]
            page = self._ask_page(name, known[1] if known else None, share)
            now = time.time()
            self._remember(name, (now, page))
            kept = json.dumps({"asked_at": now, "page": page.as_json()})
            write_whole(self._page_path(name), kept.encode())
            return page

    def file(self, name: str, sha256: str, allowance: Allowance | None = None) -> Path:
        """Return where a file of a project lies, whole and checked.

        Raises IndexFailure and Spent.
        """
        allowance = allowance or Allowance()
        file = self.page(name, allowance).files.get(sha256)
        if file is None:
            raise Absent(f"The index's page of {name} has no file {sha256}.")
        path = self._folder / "files" / sha256[:2] / sha256 / file.filename
        self._fetch(file.url, path, sha256, allowance.files)
        return path

    def metadata(
        self, name: str, sha256: str, allowance: Allowance | None = None
    ) -> Path:
        """Return where the core metadata of a wheel lie, checked.

        Not every index offers them (PEP 658): then they are read out of the wheel. Raises
        IndexFailure and Spent.
        """
        allowance = allowance or Allowance()
        file = self.page(name, allowance).files.get(sha256)
        if file is None or not file.filename.endswith(".whl"):
            raise Absent(f"The index's page of {name} has no wheel {sha256}.")
        digest = file.metadata_sha256
        if digest:
            path = self._folder / "metadata" / digest[:2] / digest
            self._fetch(file.url + ".metadata", path, digest, allowance.files)
            return path
        path = self._folder / "metadata" / "read" / sha256[:2] / sha256
        if path.exists():
            allowance.files.once(sha256, file.size_bytes or path.stat().st_size)
            return path
        try:
            content = read_metadata(self.file(name, sha256, allowance))
        except UnfitWheel as error:
            raise Unfit(str(error)) from error
        write_whole(path, content)
        return path

    def _turn(self, key: str) -> threading.Lock:
        return self._turns[hash(key) % len(self._turns)]

    def _remember(self, name: str, known: tuple[float, Page]) -> None:
        """Keep a page in memory, and of the others those that were asked for last."""
        with self._remembering:
            self._pages[name] = known
            self._pages.move_to_end(name)
            left_bytes = self._memory_bytes
            for other in reversed(list(self._pages)):
                left_bytes -= len(self._pages[other][1].body)
                if left_bytes < 0:
                    del self._pages[other]

    def _page_path(self, name: str) -> Path:
        index = hashlib.sha256(without_login(self.url).encode()).hexdigest()[:16]
        return self._folder / "pages" / index / f"{name}.json"

    def _kept(self, name: str) -> tuple[float, Page] | None:
        try:
            kept = json.loads(self._page_path(name).read_bytes())
            return float(kept["asked_at"]), Page.from_json(kept["page"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _ask_page(self, name: str, known: Page | None, share: Share) -> Page:
        headers = {"Accept": ACCEPT}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        what = f"The index's page of {name}"
        with self._get(f"{self.url}{name}/", what, headers) as answer:
            if known and answer.status_code == HTTPStatus.NOT_MODIFIED:
                share.once(name, len(known.body))
                return known
            content = bytearray()
            for chunk in self._body(answer, what, PAGE_LIMIT_BYTES, share):
                content += chunk
            share.once(name, 0)
            kind = answer.headers.get("Content-Type", "text/html")
            etag = answer.headers.get("ETag", "")
            try:
                url = without_login(answer.url)
                with self._reading:
                    return read_page(name, bytes(content), kind, url=url, etag=etag)
            except NoPage as error:
                raise Unfit(str(error)) from error

    def _fetch(self, url: str, path: Path, sha256: str, share: Share) -> None:
        """Put what is at `url` at `path`, unless it is there. Raises IndexFailure, Spent."""
        share.ask(sha256)
        with self._turn(sha256):
            if path.exists():
                share.once(sha256, path.stat().st_size)
                return
            what = f"The index's file {path.name}"
            self._admit(url)
            with self._get(self._signed(url), what, {}) as answer:
                made = hashlib.sha256()
                with whole_file(path) as partial:
                    limit_bytes = self._file_limit_bytes
                    for chunk in self._body(answer, what, limit_bytes, share):
                        made.update(chunk)
                        partial.write(chunk)
                    if made.hexdigest() != sha256:
                        raise Unfit(f"{what} is not what its page promised.")
            share.once(sha256, 0)

    def _body(
        self, answer: Response, what: str, limit_bytes: int, share: Share
    ) -> Iterator[bytes]:
        """Yield the body in pieces. Raises IndexFailure and Spent."""
        size_bytes = 0
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            for chunk in answer.iter_content(CHUNK_BYTES):
                size_bytes += len(chunk)
                if size_bytes > limit_bytes:
                    raise Unfit(f"{what} has more than {limit_bytes:,} bytes.")
                share.take(len(chunk))
                if disk_usage(self._folder).free < self._spare_bytes:
                    raise Unavailable(f"{what}: this machine's disk is nearly full.")
                yield chunk
        except RequestException as error:
            raise Unavailable(f"{what} broke off.") from error

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
