"""The three ways in which looking somewhere can fail, and the one way to ask over HTTP.

CrawlError
├── Unreachable   no answer, or not now: ask again later
│   └── Throttled     the host says when: nobody asks it before
├── Gone          the address says that nothing is there
└── Refused       an answer that we will not take: too large, no known layout
"""

import os
import re
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.conf import settings
from requests import HTTPError, RequestException, Response, Session
from requests.exceptions import (
    InvalidHeader,
    InvalidJSONError,
    InvalidSchema,
    SSLError,
    TooManyRedirects,
)

from registry.vocabulary import without_credentials
from scrapers.deadlines import Deadline
from scrapers.dialing import Forbidden, SafeAdapter

__all__ = [
    "Answer",
    "CrawlError",
    "Gone",
    "HTTPError",
    "InvalidJSONError",
    "Refused",
    "Response",
    "Session",
    "Throttled",
    "Unreachable",
    "ask",
    "session",
    "trust",
]
USER_AGENT = "Songbook (a registry of Singer connectors)"
REDIRECTS_LIMIT = 5
ABSENT = {
    HTTPStatus.NOT_FOUND,
    HTTPStatus.GONE,
    HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
}
BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
# What hosts call the number of requests that are left, and when there are more: GitHub,
# GitLab, and the draft that others follow.
RATE_LIMITS = {
    "X-RateLimit-Remaining": "X-RateLimit-Reset",
    "RateLimit-Remaining": "RateLimit-Reset",
}
# Where a busy host names no time; and the longest that any host is left alone.
SHORT_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
# Files of certificate authorities, as requests, curl and OpenSSL call them.
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
# Python would also take "nan", "1_0" and digits of other scripts for numbers.
NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
# A number above this is a moment (seconds since 1970), one below it a number of seconds.
MOMENT = 1_000_000_000


class CrawlError(Exception):
    """Looking at a source failed; the message is for its maintainer.

    It is kept, shown and logged, so it never holds the credentials of an address.
    """

    def __str__(self) -> str:
        return without_credentials(super().__str__())


class Unreachable(CrawlError):
    """Nothing answered, or something that may answer later."""


class Throttled(Unreachable):
    """The host asks to be left alone for `wait`."""

    def __init__(self, message: str, wait: timedelta) -> None:
        super().__init__(message)
        self.wait = wait


class Gone(CrawlError):
    """The address says that nothing is there."""


class Refused(CrawlError):
    """What answered can't be taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came from `url`, the address after all redirects.

    `url` keeps the credentials it was asked with, so nobody is shown it. `moved_to` is
    that address, without them, where every redirect on the way was a permanent one.
    `wait` is how long the host wants to be left alone from now on, if at all.
    """

    url: str = field(repr=False)
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    moved_to: str = ""
    wait: timedelta | None = None


def session(timeout_s: float, *, trusted: Iterable[str] = ()) -> Session:
    """Return a session with our name, a time limit, and connections to public hosts only.

    The limit is for a request as a whole: its redirects, and all of its content.
    `trusted` are hosts that the operator named: they may have private addresses.
    """
    made = _Session(timeout_s)
    made.headers["User-Agent"] = USER_AGENT
    made.max_redirects = REDIRECTS_LIMIT
    # Nothing out of .netrc is ever sent. Of the environment, the adapter takes proxies.
    made.trust_env = False
    made.verify = _certificates()
    made.adapters.clear()
    _mount(made, timeout_s, trusted)
    return made


def trust(http: Session, hosts: Iterable[str]) -> None:
    """Let more hosts have private addresses, for this session alone."""
    adapter = http.get_adapter("https://")
    if isinstance(adapter, SafeAdapter):
        _mount(http, adapter.timeout_s, {*adapter.trusted, *hosts})


def _mount(http: Session, timeout_s: float, trusted: Iterable[str]) -> None:
    networks = tuple(settings.CRAWL_ALLOWED_NETWORKS)
    adapter = _adapter(timeout_s, frozenset(trusted), networks)
    for scheme in ("https://", "http://"):
        http.mount(scheme, adapter)


class _Session(Session):
    """A session that leaves its connections open: a host is asked for many sources."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__()
        self._timeout_s = timeout_s

    def request(self, *args: Any, **kwargs: Any) -> Response:
        """Return an answer as requests does, with one time limit for all redirects."""
        limit = {"timeout": Deadline.after(self._timeout_s)}
        return super().request(*args, **kwargs | limit)

    def get_redirect_target(self, resp: Response) -> str | None:
        """Return where a redirect leads. Raises InvalidSchema where that gives up TLS."""
        target = super().get_redirect_target(resp)
        is_secure = (resp.url or "").lower().startswith("https:")
        if target and is_secure and target.strip().lower().startswith("http:"):
            raise InvalidSchema("A redirect from https to http.")
        return target

    def close(self) -> None:
        """Nothing: the adapter outlives the session, and keeps few connections."""


@lru_cache(maxsize=32)
def _adapter(
    timeout_s: float, trusted: frozenset[str], networks: tuple[str, ...]
) -> SafeAdapter:
    """Return the one adapter of this process for these hosts and limits."""
    return SafeAdapter(timeout_s, trusted=trusted, networks=networks)


def ask(
    http: Session,
    url: str,
    *,
    what: str,
    limit_bytes: int,
    headers: Mapping[str, str] | None = None,
    also_absent: Collection[int] = (),
) -> Answer | None:
    """Return what is at `url`, or None for "304 Not Modified". One request.

    `what` names it in messages: "the package index's page of tap-x". Raises Throttled,
    Unreachable, Gone (404, 410, 451, and `also_absent`), or Refused (any other refusal,
    more than `limit_bytes`, a forbidden address or scheme).
    """
    try:
        with http.get(url, headers=headers, stream=True) as answer:
            return _taken(answer, what, limit_bytes, ABSENT | set(also_absent))
    except Forbidden as error:
        raise Refused(f"{what}: {error}") from error
    except InvalidHeader as error:
        raise Refused(f"{what} comes with a header that makes no sense.") from error
    except (ValueError, TooManyRedirects) as error:
        # What the libraries raise holds the address with its credentials: it ends here.
        raise Refused(f"{what} leads where we don't go: {error}") from None
    except SSLError as error:
        raise Unreachable(f"{what} is behind a TLS that we don't trust.") from error
    except RequestException as error:
        reason = type(error).__name__
        raise Unreachable(f"{what} could not be reached: {reason}.") from error


def _certificates() -> str | bool:
    """Return the authorities that the operator named, or True for the usual ones."""
    named = (os.environ.get(name) for name in BUNDLES)
    return next(filter(None, named), True)


def _taken(
    answer: Response, what: str, limit_bytes: int, absent: Collection[int]
) -> Answer | None:
    """Return an answer with its content. Raises a CrawlError for one that is none."""
    status = answer.status_code
    if status == HTTPStatus.NOT_MODIFIED:
        return None
    wait = _asked_wait(answer)
    if status in BUSY or (wait is not None and status == HTTPStatus.FORBIDDEN):
        until = wait or SHORT_WAIT
        raise Throttled(f"{what}: the host asks to wait ({status}).", until)
    if status in absent:
        raise Gone(f"{what}: nothing is there ({status}).")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unreachable(f"{what}: the host has a fault ({status}).")
    if status != HTTPStatus.OK:
        raise Refused(f"{what}: the host refuses ({status}).")
    return Answer(
        url=answer.url,
        content=_content(answer, what, limit_bytes),
        headers=answer.headers,
        moved_to=_moved_to(answer),
        wait=wait,
    )


def _content(answer: Response, what: str, limit_bytes: int) -> bytes:
    """Return the unpacked body. Raises Refused as soon as it is longer than the limit."""
    content = bytearray()
    for chunk in answer.iter_content(chunk_size=65_536):
        content += chunk
        if len(content) > limit_bytes:
            raise Refused(f"{what} has more than {limit_bytes:,} bytes.")
    return bytes(content)


def _moved_to(answer: Response) -> str:
    permanent = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT}
    steps = {step.status_code for step in answer.history}
    return without_credentials(answer.url) if steps and steps <= permanent else ""


def _asked_wait(answer: Response) -> timedelta | None:
    """Return how long the host wants to be left alone, if it says so.

    Retry-After belongs to a refusal: with content it means something else, or nothing.
    Source: RFC 9110 §10.2.3, and the rate limit headers of GitHub and GitLab.
    """
    said = answer.headers.get("Retry-After")
    if said and answer.status_code >= HTTPStatus.BAD_REQUEST:
        return _limited(_seconds(said))
    resets = [
        _limited(_seconds(answer.headers.get(reset, "")))
        for remaining, reset in RATE_LIMITS.items()
        if answer.headers.get(remaining, "").strip() == "0"
    ]
    return max(resets, default=None)


def _seconds(said: str) -> float | None:
    """Return the seconds from now that a header means: a number, a moment or a date."""
    said = said.strip()
    if NUMBER.fullmatch(said):
        number = float(said)
        return number - time.time() if number > MOMENT else number
    try:
        at = parsedate_to_datetime(said)
        # Without a zone it is of Greenwich, as all dates of HTTP are.
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None


def _limited(seconds: float | None) -> timedelta:
    """Return a wait that is one: clocks differ, and a moment may be over already."""
    if seconds is None or seconds <= 0:
        return SHORT_WAIT
    return min(timedelta(seconds=seconds), LONGEST_WAIT)
