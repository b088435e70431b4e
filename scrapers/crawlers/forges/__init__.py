"""What a forge says of a repository beside its commits: one conditional request each.

A forge knows what no commit tells: the number that stays when a repository is renamed,
that it was archived, what it is a fork of. A new kind of forge is a class with the three
members of `Forge`, and a word in `ForgeKind`.
"""

from collections.abc import Iterable
from typing import Protocol

from registry.places import host_of, repository_place
from scrapers.crawlers.forges.access import ForgeAccess, ForgeKind, forge_access
from scrapers.crawlers.forges.facts import ForgeFacts
from scrapers.crawlers.forges.github import GitHub
from scrapers.crawlers.forges.gitlab import GitLab
from scrapers.http import Session

__all__ = [
    "Forge",
    "ForgeAccess",
    "ForgeFacts",
    "ForgeKind",
    "GitHub",
    "GitLab",
    "access_to",
    "forge",
    "forge_access",
]
KINDS: dict[ForgeKind, type[GitHub] | type[GitLab]] = {
    ForgeKind.GITHUB: GitHub,
    ForgeKind.GITLAB: GitLab,
}


class Forge(Protocol):
    """One forge that can be asked about the repositories at its host."""

    @property
    def host(self) -> str:
        """Return the host of the repositories it knows: "host" or "host:port"."""

    @property
    def tells_pushes(self) -> bool:
        """Say whether an entry that is as it was means that nothing was pushed."""

    def facts_of(self, url: str, *, etag: str = "") -> ForgeFacts | None:
        """Return what the forge says of the repository at `url`; None: as at `etag`.

        One request. Raises Throttled, Unreachable, Gone, or Refused (an answer of no known
        layout, or an address that is not at this forge).
        """


def forge(access: ForgeAccess, http: Session) -> Forge:
    """Return the forge that `access` leads to, asked through `http`."""
    return KINDS[access.kind](access, http)


def access_to(url: str, known: Iterable[ForgeAccess]) -> ForgeAccess | None:
    """Return which of the known forges a repository is at, or None."""
    place = repository_place(url)
    if place is None:
        return None
    host = host_of(place)
    return next((one for one in known if one.host == host), None)
