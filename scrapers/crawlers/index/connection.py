"""Requests to one index and to where it keeps its files."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapers.crawlers.index.known import PackageIndex
from scrapers.http import Answer, ask, session, trust

if TYPE_CHECKING:
    from datetime import timedelta

ACCEPT = (
    "application/vnd.pypi.simple.v1+json, "
    "application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
)


class Connection:
    """A session with one index. `wait` is the longest that a host in it asked for."""

    def __init__(self, index: PackageIndex, *, timeout_s: float) -> None:
        self.wait: timedelta | None = None
        self._index = index
        self._http = session(timeout_s, trusted=index.trusted)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def trust(self, urls: Iterable[str]) -> None:
        """Let the hosts of files have private addresses where a configured index says so.

        An operator's private index may keep its files elsewhere inside. Any other index
        must not lead us to hosts that only we can see.
        """
        if not self._index.is_configured:
            return
        trust(self._http, {host for url in urls if (host := urlsplit(url).hostname)})

    def ask_page(
        self, url: str, *, what: str, limit_bytes: int, etag: str
    ) -> Answer | None:
        """Return a page of the Simple API, or None where it still has this ETag."""
        headers = {"Accept": ACCEPT}
        if etag:
            headers["If-None-Match"] = etag
        return self.ask(url, what=what, limit_bytes=limit_bytes, headers=headers)

    def ask(
        self,
        url: str,
        *,
        what: str,
        limit_bytes: int,
        headers: Mapping[str, str] | None = None,
    ) -> Answer | None:
        """Ask as `scrapers.http.ask` does, with the login where `url` is on the index."""
        answer = ask(
            self._http,
            self._index.signed(url),
            what=what,
            limit_bytes=limit_bytes,
            headers=headers,
        )
        if answer is not None and answer.wait is not None:
            self.wait = max(answer.wait, self.wait or answer.wait)
        return answer
