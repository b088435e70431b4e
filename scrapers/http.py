"""The three ways in which looking somewhere can fail, and the one HTTP session.

CrawlError
├── Unreachable   no answer, or not now: ask again later
├── Gone          the address says that nothing is there
└── Refused       an answer that we will not take: too large, no known layout
"""

from typing import Any

from requests import PreparedRequest, RequestException, Response, Session, codes
from requests.adapters import HTTPAdapter

from registry.vocabulary import without_credentials

__all__ = [
    "CrawlError",
    "Gone",
    "Refused",
    "RequestException",
    "Response",
    "Session",
    "Unreachable",
    "codes",
    "session",
]
USER_AGENT = "Songbook (a registry of Singer connectors)"


class CrawlError(Exception):
    """Looking at a source failed; the message is for its maintainer.

    It is kept, shown and logged, so it never holds the credentials of an address.
    """

    def __str__(self) -> str:
        return without_credentials(super().__str__())


class Unreachable(CrawlError):
    """Nothing answered, or something that may answer later."""


class Gone(CrawlError):
    """The address says that nothing is there."""


class Refused(CrawlError):
    """What answered can't be taken."""


class _TimedAdapter(HTTPAdapter):
    """An adapter whose requests always have a time limit."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        super().__init__()

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> Response:
        """Send with our time limit where the caller gave none."""
        limit = timeout or self._timeout_s
        return super().send(request, stream, limit, verify, cert, proxies)


def session(timeout_s: float) -> Session:
    """Return a session with our name and a time limit on connecting and on each read."""
    made = Session()
    made.headers["User-Agent"] = USER_AGENT
    for scheme in ("https://", "http://"):
        made.mount(scheme, _TimedAdapter(timeout_s))
    return made
