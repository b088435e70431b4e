"""The three ways in which looking somewhere can fail, and the one way to ask over HTTP.

CrawlError
├── Unreachable   no answer, or not now: ask again later
│   └── Throttled     the host says when: nobody asks it before
├── Gone          the address says that nothing is there
└── Refused       an answer that we will not take: too large, no known layout
"""

import os
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus

from django.conf import settings
from requests import RequestException, Response, Session
from requests.exceptions import TooManyRedirects

from registry.vocabulary import without_credentials
from scrapers.dialing import Forbidden, SafeAdapter

__all__ = [
    "Answer",
    "CrawlError",
    "Gone",
    "Refused",
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
REMAINING = ("X-RateLimit-Remaining", "RateLimit-Remaining")
RESET = ("X-RateLimit-Reset", "RateLimit-Reset")
# Where a busy host names no time; and the longest that any host is left alone.
SHORT_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
# Files of certificate authorities, as requests, curl and OpenSSL call them.
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
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

    `moved_to` is that address where every redirect on the way was a permanent one. `wait`
    is how long the host wants to be left alone from now on, if at all.
    """

    url: str
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    moved_to: str = ""
    wait: timedelta | None = None


def session(timeout_s: float, *, trusted: Iterable[str] = ()) -> Session:
    """Return a session with our name, a time limit, and connections to public hosts only.

    `trusted` are hosts that the operator named: they may have private addresses.
    """
    made = _Session()
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
    except (ValueError, TooManyRedirects) as error:
        # An address that can't be one is a ValueError, of requests or of Python.
        raise Refused(f"{what} leads where we don't go: {error}") from error
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
    wait = _wait(answer)
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
    return answer.url if steps and steps <= permanent else ""


def _wait(answer: Response) -> timedelta | None:
    """Return how long the host wants to be left alone, if it says so.

    Source: RFC 9110 §10.2.3, and the rate limit headers of GitHub and GitLab.
    """
    if said := answer.headers.get("Retry-After"):
        return _limited(_seconds(said))
    left = next((answer.headers[h] for h in REMAINING if h in answer.headers), "")
    if left.strip() != "0":
        return None
    reset = next((answer.headers[h] for h in RESET if h in answer.headers), "")
    return _limited(_seconds(reset))


def _seconds(said: str) -> float | None:
    """Return the seconds from now that a header means: a number, a moment or a date."""
    try:
        number = float(said)
    except ValueError:
        try:
            number = parsedate_to_datetime(said).timestamp()
        except (ValueError, OverflowError):
            return None
    return number - time.time() if number > MOMENT else number


def _limited(seconds: float | None) -> timedelta:
    if seconds is None or not 0 <= seconds < LONGEST_WAIT.total_seconds():
        return SHORT_WAIT if seconds is None or seconds < 0 else LONGEST_WAIT
    return timedelta(seconds=seconds)
