"""What a forge says of one repository, checked and in one form for all forges."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypedDict

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from registry.facts import Json
from registry.places import repository_place
from scrapers.crawlers.forges.access import ForgeAccess
from scrapers.http import Answer, Gone, Refused, Session, ask

# An entry has some 7 kB; with everything that a forge may add, less than this.
ENTRY_LIMIT = 1024 * 1024
TOPICS_LIMIT = 20
# GitLab's topics may have spaces; both forges stop at 50 characters or soon after.
TOPIC = re.compile(r"\w[\w .+#-]{0,49}")
FULL_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)+", re.ASCII)
TEXT_LIMIT = 200
# What an integer column holds.
COUNT_LIMIT = 2_147_483_647
# Forges count all their repositories; GitHub is halfway through a small integer.
NUMBER_LIMIT = 2**63 - 1
COUNTERS = ("stars", "forks", "open_issues")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeFacts:
    """What a forge says of one repository.

    `identity` ("github.com:12345") stays when `full_name` and `url` change. `license` is
    an SPDX expression. `counters` change daily and decide nothing. `etag` and `wait` are
    for the next request: what to compare with, and how long to leave the host alone.
    """

    identity: str
    full_name: str
    url: str
    is_archived: bool = False
    fork_of: str = ""
    is_fork: bool = False
    topics: tuple[str, ...] = ()
    license: str = ""
    default_branch: str = ""
    pushed_at: datetime | None = None
    counters: Mapping[str, int] = field(default_factory=dict)
    etag: str = ""
    wait: timedelta | None = None

    def as_evidence(self) -> Json:
        """Return what is kept of it as JSON: nothing that moves with every push or star."""
        seen = asdict(self)
        for name in ("counters", "etag", "wait", "pushed_at"):
            del seen[name]
        return {**seen, "topics": list(self.topics)}


class Name(TypedDict):
    """Who a repository is, as three of the facts."""

    identity: str
    full_name: str
    url: str


class Entry:
    """A forge's JSON about one repository, read with care: it may be of any shape."""

    def __init__(self, body: Any) -> None:
        self.body = body if isinstance(body, dict) else {}

    @classmethod
    def of(cls, answer: Answer, what: str) -> Self:
        """Return what was answered. Raises Refused for what is no JSON object."""
        try:
            body = json.loads(answer.content)
        except (ValueError, RecursionError) as error:
            raise Refused(f"{what} is no JSON.") from error
        if not isinstance(body, dict):
            raise Refused(f"{what} is no JSON object.")
        return cls(body)

    def part(self, key: str) -> "Entry":
        """Return the object at `key`, or an empty one."""
        return Entry(self.body.get(key))

    def text(self, key: str) -> str:
        """Return a short printable text, or an empty one."""
        value = self.body.get(key)
        if not isinstance(value, str) or len(value) > TEXT_LIMIT:
            return ""
        return value if value.isprintable() else ""

    def is_true(self, key: str) -> bool:
        """Say whether the forge says so in as many words."""
        return self.body.get(key) is True

    def count(self, key: str, *, limit: int = COUNT_LIMIT) -> int | None:
        """Return a whole number up to `limit`, or None."""
        value = self.body.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        return value if 0 <= value <= limit else None

    def moment(self, key: str) -> datetime | None:
        """Return a time in UTC, or None."""
        try:
            moment = datetime.fromisoformat(self.text(key))
            return moment.astimezone(UTC) if moment.tzinfo else None
        except (ValueError, OverflowError):
            return None

    def topics(self, key: str) -> tuple[str, ...]:
        """Return the first topics that can be shown, in lower case and in order."""
        listed = self.body.get(key)
        said = (
            [t for t in listed if isinstance(t, str)]
            if isinstance(listed, list)
            else []
        )
        topics = (topic.strip().lower() for topic in said)
        valid = dict.fromkeys(topic for topic in topics if TOPIC.fullmatch(topic))
        return tuple(sorted(list(valid)[:TOPICS_LIMIT]))

    def license(self, key: str) -> str:
        """Return a licence as SPDX writes it, or nothing where that knows none such."""
        try:
            return str(canonicalize_license_expression(self.text(key)))
        except InvalidLicenseExpression:
            return ""

    def counters(self, *keys: str) -> dict[str, int]:
        """Return the counters that the forge has under `keys`, in our words."""
        seen = {name: self.count(key) for name, key in zip(COUNTERS, keys, strict=True)}
        return {name: count for name, count in seen.items() if count is not None}


def fetch_entry(
    http: Session, access: ForgeAccess, path: str, *, what: str, headers: dict[str, str]
) -> tuple[Answer, Entry] | None:
    """Return a forge's answer to `path` and what is in it, or None: not modified.

    Raises Throttled, Unreachable, Gone, or Refused.
    """
    if access.token:
        # Both forges take it here, and a redirect to another host leaves it behind.
        headers = {**headers, "Authorization": f"Bearer {access.token}"}
    url = f"{access.api_url}{path}"
    answer = ask(http, url, what=what, limit_bytes=ENTRY_LIMIT, headers=headers)
    if answer is None:
        return None
    if answer.url.split("/")[:3] != url.split("/")[:3]:
        raise Refused(f"{what} was answered by another host.")
    return answer, Entry.of(answer, what)


def full_name_of(url: str, access: ForgeAccess) -> str:
    """Return "owner/repo" of an address. Raises Refused for one that is not at the forge."""
    place = repository_place(url)
    address = place.address.partition("#")[0] if place else ""
    host, _, name = address.partition("://")[2].partition("/")
    if host != access.host or not FULL_NAME.fullmatch(name):
        raise Refused(f"{url} is no repository at {access.host}.")
    return name


def require_public(entry: Entry, what: str) -> None:
    """Raise Gone for what only the token may see: to everyone else nothing is there."""
    is_hidden = entry.text("visibility") in {"private", "internal"}
    if is_hidden or entry.is_true("private"):
        raise Gone(f"{what} is not public.")


def named(entry: Entry, key: str, url: str, access: ForgeAccess, what: str) -> Name:
    """Return who a repository is now: its identity, full name and address.

    The address is made from the name, so an answer can't lead to another host. Raises
    Refused where the forge names none.
    """
    number, name = entry.count("id", limit=NUMBER_LIMIT), entry.text(key)
    if not number or not FULL_NAME.fullmatch(name):
        raise Refused(f"{what} names no repository.")
    place = repository_place(f"{url.partition('://')[0]}://{access.host}/{name}")
    if place is None:
        raise Refused(f"{what} names no repository.")
    return {
        "identity": f"{access.host}:{number}",
        "full_name": name,
        "url": place.address,
    }
